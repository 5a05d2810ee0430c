//! Who acts.

pub mod functions;
pub mod person;
