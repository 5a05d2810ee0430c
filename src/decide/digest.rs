//! Digests for SQL.

use crate::pg::arena::Arena;
use crate::pg::function::{Call, array};
use crate::pg::lookup::{Sight, Way};
use crate::pg::value::{self, Value};
use crate::pg::walk::Walk;
use pgrx::pg_sys::{self, Datum};
use sha2::{Digest, Sha256};

static CHANGES: Way<5> =
    Way::to_read(c"change", c"change_pkey", ["proposal", "field", "original", "proposed", "image"]);

thread_local! {
    static MEMORY: Arena = Arena::new(c"customer_workflow digest");
}

/// SQL `_digest_line(field text, original text, proposed text, image bytea) returns text`: a line each of the length
/// of the field's name, the name, and the SHA-256 of its values or `-`, by which a digest covers a change.
pub fn line(call: &Call) -> Option<Datum> {
    let field = call.arg(0)?;
    let mut lines = Vec::new();
    let name = value::text_bytes(field);
    push_line(&mut lines, &name, &value::utf8_bytes(field), [call.arg(1), call.arg(2), call.arg(3)]);
    // stored as a text is
    Some(value::bytea(&lines))
}

/// The name is written as it is given, and counted as UTF-8.
fn push_line(lines: &mut Vec<u8>, name: &[u8], utf8: &[u8], [original, proposed, image]: [Value; 3]) {
    let length = String::from_utf8_lossy(utf8).chars().count();
    lines.extend_from_slice(format!("{length}\n").as_bytes());
    lines.extend_from_slice(name);
    let values = [original.map(value::utf8_bytes), proposed.map(value::utf8_bytes), image.map(value::text_bytes)];
    for value in values {
        lines.push(b'\n');
        match value {
            Some(bytes) => lines.extend_from_slice(&hex(&Sha256::digest(bytes))),
            None => lines.push(b'-'),
        }
    }
}

/// SQL `_digests_of(proposals bigint[], heads text[], tails text[]) returns text[]`: for each proposal, in ascending order, the SHA-256
/// over lines: its head, those of its changes ([`line`]) by the bytes of their fields, and its tail, as far as there are any.
pub fn digests(call: &Call) -> Option<Datum> {
    let (ids, heads, tails) = (call.bigints(0)?, call.text_datums(1)?, call.text_datums(2)?);
    assert!(ids.len() == heads.len() && ids.len() == tails.len());
    let mut changes = Walk::open(&CHANGES, Sight::Statement);
    let mut digests = Vec::with_capacity(ids.len());
    for (id, (head, tail)) in ids.into_iter().zip(heads.into_iter().zip(tails)) {
        // values may be large
        let digest = MEMORY.with(|m| {
            let digest = m.with(|| digest(&mut changes, id.unwrap_or_default(), head, tail));
            m.reset();
            digest
        });
        digests.push(Some(value::bytea(&digest)));
    }
    changes.close();
    Some(array(pg_sys::TEXTOID, &digests))
}

fn digest(changes: &mut Walk<5>, id: i64, head: Value, tail: Value) -> [u8; 64] {
    let mut fields: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    changes.visit(id, |[_, field, original, proposed, image]| {
        let Some(field) = field else { return };
        let (name, utf8, mut line) = (value::text_bytes(field), value::utf8_bytes(field), Vec::with_capacity(256));
        push_line(&mut line, &utf8, &utf8, [original, proposed, image]);
        fields.push((name, line));
    });
    fields.sort();
    let mut content = head.map(value::utf8_bytes).unwrap_or_default();
    for line in fields.into_iter().map(|f| f.1).chain(tail.map(value::utf8_bytes)) {
        content.push(b'\n');
        content.extend_from_slice(&line);
    }
    hex(&Sha256::digest(content))
}

/// The digits of a SHA-256.
pub fn hex(bytes: &[u8]) -> [u8; 64] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut digits = [0; 64];
    for (two, byte) in digits.chunks_exact_mut(2).zip(bytes) {
        two.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    digits
}
