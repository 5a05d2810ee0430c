//! The engine of customer_workflow on its own.

#[path = "../../../src/workflow/mod.rs"]
pub mod workflow;
