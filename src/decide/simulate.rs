//! The way of a change that nobody has made.

use super::engine::names;
use crate::pg::function::Call;
use crate::pg::json::jsonb;
use crate::pg::value;
use crate::workflow::definition::Definition;
use crate::workflow::engine::{Row, simulate};
use crate::workflow::question::{Question, Truth};
use pgrx::pg_sys::Datum;
use serde_json::{Value, json};

/// SQL `_route(definition jsonb, involved text[], fields text[], answers jsonb) returns jsonb`: `{"ask": […]}` where it must know more
/// first, `{"rows": […]}` with the places on the way, in order, or `{"misfit": why}`.
pub fn route(call: &Call) -> Option<Datum> {
    let list = |n| call.texts(n).map(|l| l.into_iter().flatten().collect::<Vec<_>>());
    let text = call.arg(0).map(value::jsonb_string)?;
    let (involved, fields) = (list(1)?, list(2)?);
    let answers = call.arg(3).map(value::jsonb_string)?;
    let result = walk(&text, &involved, &fields, &answers).unwrap_or_else(|why| json!({"misfit": why.to_string()}));
    Some(jsonb(&result.to_string()))
}

fn walk(definition: &str, involved: &[String], fields: &[String], answers: &str) -> serde_json::Result<Value> {
    let json: Value = serde_json::from_str(definition)?;
    let definition: Definition = serde_json::from_value(json.clone())?;
    let route = simulate(&definition, involved, fields, &serde_json::from_str(answers)?);
    if route.questions.is_empty() {
        Ok(json!({"rows": rows(&json, &route.rows)}))
    } else {
        Ok(json!({"ask": route.questions.iter().map(question).collect::<Vec<_>>()}))
    }
}

fn question(question: &Question) -> Value {
    match question {
        Question::Condition(at) => json!({"condition": at}),
        Question::People { at, without, .. } => json!({"people": at, "without": without}),
    }
}

/// A condition and the people to whom it leads are one row.
fn rows(definition: &Value, route: &[Row]) -> Vec<Value> {
    let mut out: Vec<(String, Value)> = Vec::new();
    for row in route {
        let when = format!("{}/when", row.at);
        if row.condition.is_none()
            && row.refusal.is_none()
            && let Some((_, before)) = out.last_mut().filter(|(at, _)| *at == when)
        {
            before["people"] = json!(row.people);
            continue;
        }
        let step = step_of(definition, row);
        if row.condition.is_some() || row.refusal.is_none() {
            let people = row.condition.is_none().then_some(&row.people);
            let place = json!({"at": row.at, "element": row.element, "step": step, "condition": row.condition,
                               "value": row.value.as_ref().map(text), "people": people});
            out.push((row.at.clone(), place));
        }
        if let Some(refusal) = &row.refusal {
            let refused = json!({"at": row.at, "element": row.element, "step": step, "refused": refusal.to_string()});
            out.push((String::new(), refused));
        }
    }
    out.into_iter().map(|(_, row)| row).collect()
}

/// What a reader knows the place by, beside its element.
fn step_of(definition: &Value, row: &Row) -> Option<String> {
    let place = row.at.strip_suffix("/when").unwrap_or(&row.at);
    let (_, step) = names(definition, &row.at);
    match row.kind {
        "automatic_action" => Some("automatic action".to_owned()),
        "branch" => {
            let number = place.rsplit('/').next().and_then(|n| n.parse::<usize>().ok())?;
            let name = definition.pointer(place).and_then(|branch| branch.get("name")).and_then(Value::as_str);
            Some(name.map_or_else(|| format!("branch {}", number + 1), |name| format!("branch \"{name}\"")))
        }
        _ if place.ends_with("/final_approver") => Some("final approver".to_owned()),
        _ => row.step.clone().or(step),
    }
}

fn text(value: &Truth) -> Value {
    match value {
        Truth::True => json!("true"),
        Truth::False => json!("false"),
        Truth::Null => json!("null"),
        Truth::Error(message) => json!(format!("error: {message}")),
    }
}
