//! Who acts, who maintains, and who may configure.

pub mod dropping;
pub mod functions;
pub mod gate;
pub mod maintenance;
pub mod person;
