//! The engine: what may happen to a proposal and what follows. Pure Rust, knows no PostgreSQL.

pub mod status;
