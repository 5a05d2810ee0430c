//! The parts of customer_workflow that know no PostgreSQL, on their own.

/// Reads signed tokens.
#[path = "../../../src/token/mod.rs"]
pub mod token;
#[path = "../../../src/workflow/mod.rs"]
pub mod workflow;
