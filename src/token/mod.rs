//! Signed tokens (JWT, RFC 7519, and RFC 8725 on how to read them safely). Pure Rust, knows no PostgreSQL: a token, what its key
//! asks of it and the time go in, and a person comes out, or why not.

mod claims;
mod key;
mod read;

pub use claims::{Accepted, Terms, name_in};
pub use key::{Algorithm, Key};
pub use read::read;

/// Why a token was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Found before the signature was checked: whoever sent it may know nothing, and is told nothing. The text is for the server's log.
    Untrusted(&'static str),
    /// Found in a token that its issuer has signed: its bearer is told.
    Signed(&'static str),
}
