//! Approved values are written: what the write may do, and nothing else.

pub mod deciding;
pub mod pending;
pub mod permit;
