//! The rows of a query become rows of the history or work items, in bulk: written past the executor, as capture writes them.

use crate::events;
use crate::guard::identity;
use crate::pg::function::Call;
use crate::pg::portal::{self, Rows};
use crate::pg::spi::Sequence;
use crate::pg::table::Target;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::Datum;
use std::ffi::CString;

/// Rows are taken from the query in batches of this many.
const BATCH: usize = 5000;

static HISTORY_IDS: Sequence = Sequence::new(c"history_id_seq");
static WORK_ITEM_IDS: Sequence = Sequence::new(c"work_item_id_seq");

const HISTORY_COLUMNS: [&str; 16] = [
    "id",
    "at",
    "transaction",
    "identity",
    "table_id",
    "proposal",
    "kind",
    "person",
    "on_behalf_of",
    "database_role",
    "source",
    "element",
    "step",
    "comment",
    "digest",
    "details",
];

static HISTORY: Target<16> = Target::new(
    c"history",
    HISTORY_COLUMNS,
    &[("history_of_proposal", &["proposal"]), ("history_event", &["transaction", "id"])],
);

const WORK_ITEM_COLUMNS: [&str; 13] = [
    "id",
    "created_at",
    "status",
    "proposal",
    "table_id",
    "element",
    "step",
    "assignee",
    "number",
    "at",
    "on_behalf_of",
    "actions",
    "outcomes",
];

static WORK_ITEM: Target<13> = Target::new(
    c"work_item",
    WORK_ITEM_COLUMNS,
    // a new work item is open
    &[("work_item_open_of_assignee", &["assignee", "id"]), ("work_item_open_of_proposal", &["proposal"])],
);

/// SQL `_append(target text, columns text[], rows refcursor) returns void`: adds the rows of an open cursor to `history` or
/// `work_item`; the other columns have their defaults.
pub fn append(call: &Call) -> Option<Datum> {
    // the extension may have been created anew
    HISTORY_IDS.forget();
    WORK_ITEM_IDS.forget();
    let (target, columns, cursor) = (call.text(0)?, call.texts(1)?, call.cstring(2)?);
    let columns: Vec<String> = columns.into_iter().flatten().collect();
    match &*target {
        "history" => {
            let places = places(&HISTORY_COLUMNS, &columns);
            // before any number is taken, so that who locks the table sees all that were
            HISTORY.lock();
            events::recorded();
            let (mut last, transaction, identity) = (0, value::transaction_id(), identity::datum());
            portal::drain(&cursor, BATCH, |rows| {
                let ids = HISTORY_IDS.take(rows.len());
                // no two at the same microsecond: people sort by time
                let times: Vec<i64> = (0..rows.len())
                    .map(|_| {
                        last = (value::now().value() as i64).max(last + 1);
                        last
                    })
                    .collect();
                let own = |i: usize| [Datum::from(ids[i]), Datum::from(times[i]), transaction, identity];
                write(&HISTORY, &target, &columns, &places, rows, own, |_| true);
            });
        }
        "work_item" => {
            let places = places(&WORK_ITEM_COLUMNS, &columns);
            let (now, open) = (value::transaction_start(), value::text("open"));
            let assignee = WORK_ITEM_COLUMNS.iter().position(|c| *c == "assignee").and_then(|at| places[at]);
            portal::drain(&cursor, BATCH, |rows| {
                let ids = WORK_ITEM_IDS.take(rows.len());
                let own = |i: usize| [Datum::from(ids[i]), now, open];
                write(&WORK_ITEM, &target, &columns, &places, rows, own, |row| has_assignee(row, assignee));
            });
        }
        other => pgrx::error!("rows are not appended to {other}"),
    }
    None
}

/// What the CHECK constraint of the table asks.
fn has_assignee(row: &[Value], at: Option<usize>) -> bool {
    let Some(assignee) = at.and_then(|at| row[at]) else { return false };
    let is = |prefix: &&str| value::begins_with_more(assignee, prefix.as_bytes());
    ["role:", "group:", "person:"].iter().any(is)
}

/// For each column of a table its place in the rows.
fn places<const N: usize>(known: &[&str; N], columns: &[String]) -> [Option<usize>; N] {
    if let Some(unknown) = columns.iter().find(|c| !known.contains(&c.as_str())) {
        pgrx::error!("column {unknown} is not appended");
    }
    known.map(|name| columns.iter().position(|c| c == name))
}

/// Adds rows; the first `M` columns are our `own`. Where they cannot be written past the executor, or one does not keep to the
/// table's constraints, by an INSERT each.
fn write<const N: usize, const M: usize>(
    to: &Target<N>,
    name: &str,
    columns: &[String],
    places: &[Option<usize>; N],
    rows: &Rows,
    own: impl Fn(usize) -> [Datum; M],
    keeps_to: impl Fn(&[Value]) -> bool,
) {
    assert_eq!(rows.width(), columns.len());
    for (at, type_oid) in places.iter().zip(to.types()) {
        if at.is_some_and(|at| rows.type_of(at) != type_oid) {
            pgrx::error!("a column of {name} is not of the type of the query's");
        }
    }
    let mut values = Vec::new();
    let kept = (0..rows.len()).all(|i| {
        rows.read(i, &mut values);
        keeps_to(&values)
    });
    let appended = kept
        && to.append(rows.len(), |i| {
            rows.read(i, &mut values);
            let mut row = places.map(|at| at.and_then(|at| values[at]));
            for (column, value) in row.iter_mut().zip(own(i)) {
                *column = Some(value);
            }
            row
        });
    if !appended {
        let parameters: Vec<String> = (1..=columns.len()).map(|n| format!("${n}")).collect();
        let sql =
            format!("INSERT INTO customer_workflow.{name} ({}) VALUES ({})", columns.join(", "), parameters.join(", "));
        rows.execute_each(&CString::new(sql).expect("names without zero bytes"));
    }
}
