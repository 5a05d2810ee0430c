//! Digests for SQL.

use crate::pg::function::Call;
use crate::pg::value;
use pgrx::pg_sys::Datum;
use sha2::{Digest, Sha256};

/// SQL `_digest_line(field text, original text, proposed text, image bytea) returns text`: a line each of the length
/// of the field's name, the name, and the SHA-256 of its values or `-`, by which a digest covers a change.
pub fn line(call: &Call) -> Option<Datum> {
    let field = call.arg(0)?;
    let length = String::from_utf8_lossy(&value::utf8_bytes(field)).chars().count();
    let mut lines = format!("{length}\n").into_bytes();
    lines.extend(value::text_bytes(field));
    let values =
        [call.arg(1).map(value::utf8_bytes), call.arg(2).map(value::utf8_bytes), call.arg(3).map(value::text_bytes)];
    for value in values {
        lines.push(b'\n');
        match value {
            Some(bytes) => push_hex(&mut lines, &Sha256::digest(bytes)),
            None => lines.push(b'-'),
        }
    }
    // stored as a text is
    Some(value::bytea(&lines))
}

fn push_hex(to: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    to.extend(bytes.iter().flat_map(|b| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]]));
}
