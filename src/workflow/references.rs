//! What a definition names that must exist elsewhere.

use serde_json::Value;

use super::definition::Definition;
use super::validate::escape;

/// Something that only SQL can look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where, as a JSON pointer.
    pub path: String,
    /// `role`, `group`, `user`, `field`, `hierarchy`, `sql` (a function that returns people), `function`, `calendar`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// All names in a definition, in order.
pub fn references(definition: &Definition) -> Vec<Reference> {
    let mut found = Vec::new();
    if let Ok(value) = serde_json::to_value(definition) {
        walk(&value, "", "", &mut found);
    }
    found
}

fn walk(value: &Value, path: &str, parent: &str, found: &mut Vec<Reference>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let at = format!("{path}/{}", escape(key));
                match (kind(key, parent), inner) {
                    (Some(kind), Value::String(name)) => found.push(Reference { path: at, kind, name: name.clone() }),
                    _ => walk(inner, &at, key, found),
                }
            }
        }
        Value::Array(list) => {
            for (i, inner) in list.iter().enumerate() {
                let at = format!("{path}/{i}");
                match inner {
                    Value::String(name) if parent == "fields" => {
                        found.push(Reference { path: at, kind: "field", name: name.clone() });
                    }
                    _ => walk(inner, &at, "", found),
                }
            }
        }
        _ => {}
    }
}

fn kind(key: &str, parent: &str) -> Option<&'static str> {
    const KEYS: [&str; 7] = ["role", "group", "user", "field", "sql", "function", "calendar"];
    match (key, parent) {
        ("name", "hierarchy") => Some("hierarchy"),
        _ => KEYS.into_iter().find(|k| *k == key),
    }
}
