//! The engine: what may happen to a proposal and what follows. Pure Rust, knows no PostgreSQL.

pub mod definition;
pub mod grammar;
mod lint;
pub mod schema;
pub mod span;
pub mod status;
pub mod text;
pub mod tree;
pub mod validate;
