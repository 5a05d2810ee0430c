//! The record key: the primary key as the text of a jsonb object, the same whatever settings the session has.

use crate::error::{Report, raise};
use crate::pg::column::Column;
use crate::pg::encoding;
use crate::pg::json::{self, Json, jsonb_of};
use crate::pg::shape::Shape;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{self, Datum, Oid};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The key as jsonb writes it, `{"id": 42}`. `columns` are in the order in which jsonb sorts their names.
pub fn text(columns: &[Column], values: impl Fn(&Column) -> Value) -> String {
    let mut text = String::with_capacity(32);
    for (i, column) in columns.iter().enumerate() {
        text.push_str(if i == 0 { "{" } else { ", " });
        push_quoted(&mut text, &column.name);
        text.push_str(": ");
        match values(column) {
            None => text.push_str("null"),
            Some(v) => match integer_value(column, v) {
                // as its output function writes it
                Some(number) => _ = write!(text, "{number}"),
                None => text.push_str(&json(column, value::to_string(column, v))),
            },
        }
    }
    text.push('}');
    text
}

fn integer_value(column: &Column, value: Datum) -> Option<i64> {
    match column.type_oid {
        pg_sys::INT2OID => Some((value.value() as i16).into()),
        pg_sys::INT4OID => Some((value.value() as i32).into()),
        pg_sys::INT8OID => Some(value.value() as i64),
        _ => None,
    }
}

fn json(column: &Column, output: String) -> String {
    match value::base_type(column.type_oid) {
        pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID | pg_sys::OIDOID => output,
        pg_sys::NUMERICOID if output.starts_with(|c: char| c.is_ascii_digit() || c == '-') && output != "-Infinity" => {
            output
        }
        pg_sys::BOOLOID => (if output == "t" { "true" } else { "false" }).to_owned(),
        _ => quoted(&output),
    }
}

fn push_quoted(text: &mut String, s: &str) {
    if s.bytes().all(|c| c == b'_' || c.is_ascii_alphanumeric()) {
        text.push('"');
        text.push_str(s);
        text.push('"');
    } else {
        text.push_str(&quoted(s));
    }
}

fn quoted(s: &str) -> String {
    serde_json::Value::String(s.to_owned()).to_string()
}

/// The key as a `jsonb` datum in the current memory context, from its text.
pub fn jsonb(text: Datum) -> Datum {
    let string = value::text_string(text);
    match single_integer(&string) {
        Some((name, number)) => jsonb_of(&Json::Object(vec![(name, Json::Number(number))])),
        None => json::jsonb(&string),
    }
}

/// Name and value of a key that is one integer, if its name is plain.
fn single_integer(text: &str) -> Option<(&str, i64)> {
    let (name, rest) = text.strip_prefix("{\"")?.split_once('"')?;
    let number = rest.strip_prefix(": ")?.strip_suffix('}')?;
    (name.is_ascii() && !name.contains('\\')).then_some((name, number.parse().ok()?))
}

/// 16 bytes that stand for a key in indexes, since a key may be longer than an index entry. Keys of one or two integers are
/// kept as they are, so that neighbours lie side by side in the index; of any other it is the SHA-256 of its text. The last
/// bit tells which.
pub fn hash(text: &str) -> [u8; 16] {
    integers(text).unwrap_or_else(|| {
        let digest = Sha256::digest(text.as_bytes());
        let mut hash = [0; 16];
        hash.copy_from_slice(&digest[..16]);
        hash[15] |= 1;
        hash
    })
}

/// The first integer in eight bytes, the second in seven, in an order that bytes have too.
fn integers(text: &str) -> Option<[u8; 16]> {
    let mut hash = [0; 16];
    let (first, rest) = integer(text.strip_prefix('{')?)?;
    hash[..8].copy_from_slice(&(first ^ i64::MIN).to_be_bytes());
    if rest == "}" {
        return Some(hash);
    }
    let (second, rest) = integer(rest.strip_prefix(", ")?)?;
    const LIMIT: i64 = 1 << 55;
    if rest != "}" || !(-LIMIT..LIMIT).contains(&second) {
        return None;
    }
    hash[8..15].copy_from_slice(&(second + LIMIT).to_be_bytes()[1..]);
    Some(hash)
}

/// The integer behind `"name": `, and what follows it.
fn integer(text: &str) -> Option<(i64, &str)> {
    let name = text.strip_prefix('"')?;
    let mut escaped = false;
    let end = name.bytes().position(|c| {
        let quote = c == b'"' && !escaped;
        escaped = c == b'\\' && !escaped;
        quote
    })?;
    let value = name[end + 1..].strip_prefix(": ")?;
    let end = value.bytes().position(|c| c == b',' || c == b'}')?;
    Some((value[..end].parse().ok()?, &value[end..]))
}

/// Columns of a relation's primary key in the order in which jsonb sorts their names: by length, then by bytes.
pub fn columns(shape: &Shape) -> Vec<Column> {
    let mut key: Vec<Column> = shape.key.iter().filter_map(|n| shape.column(*n).cloned()).collect();
    key.sort_by_cached_key(|c| {
        let name = encoding::of_server(&c.name).into_owned();
        (name.len(), name)
    });
    key
}

/// The canonical key from what a person wrote: every column of the primary key and nothing else, each value read as its
/// column's type. 22023 where it does not fit.
pub fn canonical(relation: Oid, given: &str) -> String {
    let shape = Shape::of_oid(relation);
    let key = columns(&shape);
    if key.is_empty() {
        raise(
            Report::new("22023", format!("table \"{}\" has no primary key", value::relation_name(relation)))
                .detail("A record key is made of the primary key.")
                .hint("Name a table that has one."),
        );
    }
    let names = || key.iter().map(|c| &*c.name).collect::<Vec<_>>().join(", ");
    let refuse = |detail: String| -> ! {
        raise(
            Report::new(
                "22023",
                format!("{given} is not a record key of table \"{}\"", value::relation_name(relation)),
            )
            .detail(detail)
            .hint(format!("The primary key is ({}); a record key is an object with these fields.", names())),
        )
    };
    let Ok(serde_json::Value::Object(object)) = serde_json::from_str(given) else {
        refuse("It is not a JSON object.".to_owned())
    };
    if let Some(unknown) = object.keys().find(|k| key.iter().all(|c| *c.name != **k)) {
        refuse(format!("\"{unknown}\" is not in the primary key."));
    }
    text(&key, |column| {
        let text = match object.get(&*column.name) {
            None => refuse(format!("\"{}\" is missing.", column.name)),
            Some(serde_json::Value::Null) => refuse(format!("\"{}\" is null.", column.name)),
            Some(serde_json::Value::String(s)) => s.clone(),
            Some(other) => other.to_string(),
        };
        let text = encoding::c_string(&text);
        Some(value::read(column.type_oid, column.typmod, &text))
    })
}
