//! What a definition names that must exist elsewhere.

use serde_json::Value;

use super::definition::Definition;
use super::text;
use super::validate::escape;

/// Keys of texts with placeholders.
const TEXTS: [&str; 2] = ["subject", "instructions"];

/// Something that only SQL can look up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Where, as a JSON pointer.
    pub path: String,
    /// `role`, `group`, `user`, `field`, `hierarchy`, `sql` (a function that returns people), `function`, `calendar`,
    /// `placeholder` (a field in a text), `workflow_user` (where it is the owner).
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

/// All names in a definition, in order.
pub fn references(definition: &Definition) -> Vec<Reference> {
    serde_json::to_value(definition).map(|value| references_in(&value)).unwrap_or_default()
}

/// All names in what may be a definition with mistakes.
pub fn references_in(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    walk(value, "", "", &mut found);
    found
}

fn walk(value: &Value, path: &str, parent: &str, found: &mut Vec<Reference>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let at = format!("{path}/{}", escape(key));
                match (kind(key, parent), inner) {
                    (Some(kind), Value::String(name)) => found.push(Reference { path: at, kind, name: name.clone() }),
                    (None, Value::String(template)) if TEXTS.contains(&key.as_str()) => {
                        let fields = text::placeholders(template).into_iter().filter_map(text::field);
                        found.extend(fields.map(|f| Reference {
                            path: at.clone(),
                            kind: "placeholder",
                            name: f.into(),
                        }));
                    }
                    (None, Value::String(who)) if key == "workflow_user" && who == "owner" => {
                        found.push(Reference { path: at, kind: "workflow_user", name: who.clone() });
                    }
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
        ("owner", "") => Some("user"),
        _ => KEYS.into_iter().find(|k| *k == key),
    }
}
