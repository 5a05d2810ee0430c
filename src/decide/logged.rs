//! What the history keeps of values.

use super::digest;
use crate::pg::arena::Arena;
use crate::pg::function::Call;
use crate::pg::json::{Json, jsonb_of};
use crate::pg::lookup::{Sight, Way};
use crate::pg::value::{self, Value};
use crate::pg::walk::Walk;
use pgrx::pg_sys::Datum;
use sha2::{Digest, Sha256};

/// Values above this many bytes are kept by their digests.
const LONGEST: usize = 1024 * 1024;

static CHANGES: Way<4> = Way::to_read(c"change", c"change_pkey", ["proposal", "field", "original", "proposed"]);

thread_local! {
    static MEMORY: Arena = Arena::new(c"customer_workflow logged changes");
}

/// A value, a `text` datum, as the history keeps it: the same as SQL `_logged_text(value text) returns jsonb`.
pub fn logged(value: Value) -> Json<'static> {
    match value {
        Some(long) if value::length(long) > LONGEST => {
            let digest = digest::hex(&Sha256::digest(value::utf8_bytes(long)));
            let length = value::length(long) as i64;
            Json::Object(vec![("sha256", Json::Text(Some(value::bytea(&digest)))), ("bytes", Json::Number(length))])
        }
        value => Json::Text(value),
    }
}

/// `{"changes": [change, …]}`, a `jsonb` datum in the current memory context.
pub fn details(changes: Vec<Json>) -> Datum {
    jsonb_of(&Json::Object(vec![("changes", Json::Array(changes))]))
}

/// Where the changes of proposals are read.
pub struct Changes(Walk<4>);

impl Changes {
    /// Those that the statement sees that is running.
    pub fn open() -> Self {
        Changes(Walk::open(&CHANGES, Sight::Statement))
    }

    /// What the history keeps of a proposal's changes, see [`details`]; null where it has none.
    pub fn of(&mut self, proposal: i64) -> Value {
        let mut all = Vec::new();
        self.0.visit(proposal, |[_, field, original, proposed]| {
            // the row is gone when the next one is read
            let [field, original, proposed] = [field, original, proposed].map(|v| v.map(value::detoasted));
            let values = [("original", logged(original)), ("proposed", logged(proposed))];
            all.push(Json::Object([("field", Json::Text(field))].into_iter().chain(values).collect()));
        });
        (!all.is_empty()).then(|| details(all))
    }

    /// No more are read.
    pub fn close(self) {
        self.0.close();
    }
}

/// SQL `_logged_changes(proposals bigint[]) returns setof record (proposal bigint, details jsonb)`: what the history keeps of the changes
/// of each proposal that has any.
pub fn logged_changes(call: &Call) -> Option<Datum> {
    let proposals = call.bigints(0)?;
    let mut changes = Changes::open();
    MEMORY.with(|memory| {
        call.return_rows(proposals.into_iter().flatten().filter_map(|id| {
            memory.reset();
            memory.with(|| changes.of(id)).map(|details| [Some(Datum::from(id)), Some(details)])
        }));
        memory.reset();
    });
    changes.close();
    None
}
