//! Who acts, who maintains, who may configure, and which DDL is ours.

mod application;
pub mod ddl;
pub mod dropping;
pub mod functions;
pub mod gate;
pub mod identity;
pub mod maintenance;
pub mod person;
pub mod sign_in;
