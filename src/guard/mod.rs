//! Who acts, and who maintains.

pub mod functions;
pub mod maintenance;
pub mod person;
