//! The proof of the history: what an entry, a link of a chain and the tree over all links are, for SQL.

pub mod rows;
mod tree;

use crate::pg::function::Call;
use crate::pg::value;
use pgrx::pg_sys::Datum;
use sha2::{Digest, Sha256};
use tree::{HASH, Tree};

/// SQL `_content(parts text[]) returns bytea`: the SHA-256 of the parts in UTF-8, each as `length:bytes,`, and of null as `-`.
pub fn content(call: &Call) -> Option<Datum> {
    let mut hash = Sha256::new();
    for part in call.text_datums(0)? {
        match part.map(value::utf8_bytes) {
            Some(bytes) => {
                hash.update(format!("{}:", bytes.len()));
                hash.update(bytes);
                hash.update(",");
            }
            None => hash.update("-"),
        }
    }
    Some(value::bytea(&hash.finalize()))
}

/// SQL `_link(state bytea, previous bytea, content bytea) returns bytea`: the SHA-256 of the link before (in an aggregate its
/// state, at its first row `previous`; 32 zero bytes where a chain begins) and the content of an entry.
pub fn link(call: &Call) -> Option<Datum> {
    let before = call.arg(0).or_else(|| call.arg(1)).map_or_else(|| vec![0; HASH], value::text_bytes);
    let content = value::text_bytes(call.arg(2)?);
    Some(value::bytea(&Sha256::new().chain_update(before).chain_update(content).finalize()))
}

/// SQL `_grow(state bytea, start bytea, link bytea) returns bytea`: the tree (in an aggregate its state, at its first row `start`,
/// null for an empty one) with one more link.
pub fn grow(call: &Call) -> Option<Datum> {
    let mut tree = read(call.arg(0).or_else(|| call.arg(1)));
    tree.push(&value::text_bytes(call.arg(2)?));
    Some(value::bytea(&tree.to_bytes()))
}

/// SQL `_root(tree bytea) returns bytea`: the root of a tree, null for the empty one.
pub fn root(call: &Call) -> Option<Datum> {
    Some(value::bytea(&read(call.arg(0)).root()))
}

/// SQL `_next_transaction() returns xid8`: every transaction that has a number has a lower one.
pub fn next_transaction(_: &Call) -> Option<Datum> {
    Some(value::next_transaction_id())
}

fn read(stored: Option<Datum>) -> Tree {
    let Some(stored) = stored else { return Tree::default() };
    Tree::from_bytes(&value::text_bytes(stored)).unwrap_or_else(|| pgrx::error!("this is no tree of the history"))
}
