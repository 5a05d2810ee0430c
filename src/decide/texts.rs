//! SQL's calls for the texts of work items.

use crate::pg::function::Call;
use crate::pg::json::jsonb;
use crate::pg::value;
use crate::workflow::text;
use pgrx::pg_sys::Datum;
use serde_json::{Map, Value};

/// SQL `_placeholders(template text) returns jsonb`: the names of its placeholders, an array.
pub fn placeholders(call: &Call) -> Option<Datum> {
    let names = Value::from(text::placeholders(&call.text(0)?));
    Some(jsonb(&names.to_string()))
}

/// SQL `_render_text(template text, "values" jsonb) returns text`: the template with texts from the object in the places of
/// their names, nothing where there is none.
pub fn render(call: &Call) -> Option<Datum> {
    let values: Map<String, Value> = serde_json::from_str(&value::jsonb_string(call.arg(1)?)).ok()?;
    let lookup = |name: &str| values.get(name).and_then(Value::as_str).map(String::from);
    Some(value::text(&text::render(&call.text(0)?, lookup)))
}
