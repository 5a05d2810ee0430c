//! What SQL asks about definitions and calendars.

use pgrx::pg_sys::Datum;
use serde_json::{Value, json};

use crate::pg;
use crate::pg::function::Call;
use crate::pg::value;
use crate::workflow::calendar::Calendar;
use crate::workflow::definition::Definition;
use crate::workflow::grammar::MAX_SIZE;
use crate::workflow::references::references_in;
use crate::workflow::state::State;
use crate::workflow::validate::{Problem, validate};
use crate::workflow::{compare, diagram, json, schema};

/// SQL `workflow_schema() returns jsonb`: the JSON Schema of a definition.
pub fn workflow_schema(_: &Call) -> Option<Datum> {
    Some(jsonb(&schema::schema()))
}

/// SQL `_inspect(definition jsonb) returns jsonb`: `problems` of its form, the `conditions` in it, and the `references` to what must
/// exist, also beside problems.
pub fn inspect(call: &Call) -> Option<Datum> {
    let text = jsonb_text(call, 0)?;
    // with room for the blanks that jsonb writes; the exact limit is for the engine to say
    if text.len() > 8 * MAX_SIZE {
        let message = format!("definition is longer than {MAX_SIZE} characters");
        return Some(jsonb(&json!({"problems": [problem("", "error", &message)], "conditions": [], "references": []})));
    }
    let definition = json::read(&text).unwrap_or_default();
    let report = validate(&definition);
    let names = references_in(&definition);
    Some(jsonb(&json!({
        "problems": problems(&report.problems),
        "conditions": report.conditions.iter()
            .map(|c| json!({"path": c.path, "kind": c.kind.name(), "condition": c.sql})).collect::<Vec<_>>(),
        "references": names.iter()
            .map(|r| json!({"path": r.path, "kind": r.kind, "name": r.name})).collect::<Vec<_>>(),
    })))
}

/// SQL `_calendar_problems(definition jsonb) returns jsonb`: what is wrong with a calendar.
pub fn calendar_problems(call: &Call) -> Option<Datum> {
    let definition = json::read(&jsonb_text(call, 0)?).unwrap_or_default();
    let found = Calendar::parse(&definition).err().unwrap_or_default();
    Some(jsonb(&problems(&found)))
}

/// SQL `_compare_definitions(a jsonb, b jsonb) returns jsonb`: the differences, in order.
pub fn compare_definitions(call: &Call) -> Option<Datum> {
    let read = |n| jsonb_text(call, n).map(|text| json::read(&text).unwrap_or_default());
    let found: Vec<Value> = compare::compare(&read(0)?, &read(1)?)
        .into_iter()
        .map(|d| json!({"path": d.path, "change": d.change.name(), "old": d.old, "new": d.new}))
        .collect();
    Some(jsonb(&found.into()))
}

/// SQL `_diagram(definition jsonb, state jsonb) returns text`: the flowchart; null where the definition cannot be read. A state that
/// cannot be read marks nothing.
pub fn diagram(call: &Call) -> Option<Datum> {
    let definition = serde_json::from_str::<Definition>(&jsonb_text(call, 0)?).ok()?;
    let state = jsonb_text(call, 1).and_then(|text| serde_json::from_str::<State>(&text).ok());
    Some(value::text(&diagram::diagram(&definition, state.as_ref())))
}

fn problems(list: &[Problem]) -> Value {
    list.iter().map(|p| problem(&p.path, p.severity.name(), &p.message)).collect()
}

fn problem(path: &str, severity: &str, message: &str) -> Value {
    json!({"path": path, "severity": severity, "message": message})
}

fn jsonb_text(call: &Call, n: usize) -> Option<String> {
    call.arg(n).map(value::jsonb_string)
}

fn jsonb(json: &Value) -> Datum {
    pg::json::jsonb(&json.to_string())
}
