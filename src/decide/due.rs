//! Due times for SQL.

use crate::error::{Report, raise};
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::value;
use crate::workflow::calendar::Calendar;
use crate::workflow::span::Span;
use pgrx::pg_sys::{self, Datum};
use serde_json::Value;

/// PostgreSQL counts microseconds from the year 2000, the calendars from 1970.
const YEAR_2000: i64 = 946_684_800_000_000;

/// SQL `_due(span jsonb, calendar jsonb, from_time timestamptz) returns timestamptz`. A calendar that is only the name of a
/// time zone means office hours there; PostgreSQL knows names that are none of IANA's, those count as UTC. 22023 for what
/// is no span or no calendar, 22008 for a time that cannot be told.
pub fn due(call: &Call) -> Option<Datum> {
    let (span, calendar, from) = (json(call.arg(0)?), json(call.arg(1)?), call.arg(2)?.value() as i64);
    let span: Span =
        serde_json::from_value(span).unwrap_or_else(|e| raise(Report::new("22023", format!("bad span of time: {e}"))));
    let calendar = match &calendar {
        Value::String(zone) => Calendar::office(zone).or_else(|| Calendar::office("UTC")).ok_or_else(Vec::new),
        definition => Calendar::parse(definition),
    };
    let calendar = calendar.unwrap_or_else(|problems| {
        let detail = problems.first().map(|p| format!("{}: {}", p.path, p.message)).unwrap_or_default();
        raise(Report::new("22023", "bad calendar".to_owned()).detail(detail))
    });
    let due = from.checked_add(YEAR_2000).and_then(|from| calendar.due(from, &span).ok());
    match due {
        Some(due) => Some(Datum::from(due - YEAR_2000)),
        None => raise(
            Report::new("22008", "a time limit ends out of range".to_owned())
                .detail("Due times reach to the year 9999.")
                .hint("Shorten the limit, or leave it out."),
        ),
    }
}

fn json(jsonb: Datum) -> Value {
    let text = value::to_string(&Column::of_type(pg_sys::JSONBOID), jsonb);
    serde_json::from_str(&text).unwrap_or_default()
}
