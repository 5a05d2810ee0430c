//! Between SQL and the engine.

pub mod alike;
pub mod append;
pub mod definition;
pub mod digest;
pub mod due;
pub mod engine;
pub mod fields;
pub mod known;
pub mod logged;
pub mod numbers;
pub mod simulate;
pub mod texts;

use crate::pg::function::Call;
use crate::pg::value;
use crate::workflow::status::{Status, Verb};
use pgrx::pg_sys::Datum;

/// SQL `_transition(status text, verb text)`: the status after the verb, null when the verb has no place there.
pub fn transition(call: &Call) -> Option<Datum> {
    let status = call.text(0).and_then(|s| Status::from_name(&s))?;
    let verb = call.text(1).and_then(|v| Verb::from_name(&v))?;
    status.after(verb).map(|s| value::text(s.name()))
}
