//! The engine: what may happen to a proposal and what follows. Pure Rust, knows no PostgreSQL.

pub mod calendar;
pub mod compare;
pub mod definition;
pub mod diagram;
pub mod effect;
pub mod engine;
pub mod event;
pub mod fields;
pub mod grammar;
pub mod inputs;
pub mod json;
mod lint;
mod policy;
pub mod question;
pub mod references;
pub mod refusal;
pub mod schema;
pub mod span;
pub mod state;
pub mod status;
pub mod text;
pub mod tree;
pub mod validate;
