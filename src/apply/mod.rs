//! Approved values are written: what the write may do, and nothing else.

pub mod pending;
pub mod permit;
