//! SQL's call for the fields that a work item is about.

use crate::pg::function::{Call, text_array};
use crate::pg::value;
use crate::workflow::definition::Definition;
use crate::workflow::fields::decidable;
use pgrx::pg_sys::Datum;

/// SQL `_decidable_fields(definition jsonb, at text, fields text[]) returns text[]`: those of these fields that may be decided one by
/// one at a place of the definition; null where none may.
pub fn decidable_fields(call: &Call) -> Option<Datum> {
    let definition = serde_json::from_str::<Definition>(&value::jsonb_string(call.arg(0)?)).ok()?;
    let fields: Vec<String> = call.texts(2)?.into_iter().flatten().collect();
    text_array(&decidable(&definition, &call.text(1)?, &fields)?)
}
