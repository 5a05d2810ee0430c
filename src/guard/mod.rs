//! Who acts, who maintains, who may configure, and which DDL is ours.

pub mod ddl;
pub mod dropping;
pub mod functions;
pub mod gate;
pub mod maintenance;
pub mod person;
