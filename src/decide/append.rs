//! What the engine says becomes rows of the history and work items, in bulk: written past the executor, as capture writes them. What
//! proposals of a course have in common is read once.

use super::logged::Changes;
use crate::events;
use crate::guard::identity;
use crate::history::rows;
use crate::pg::function::Call;
use crate::pg::json;
use crate::pg::portal::{self, Rows};
use crate::pg::spi::Sequence;
use crate::pg::table::Target;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{self, Datum};
use std::collections::HashMap;
use std::ffi::CString;

/// Proposals are taken from the query in batches of this many.
const BATCH: usize = 5000;

static WORK_ITEM_IDS: Sequence = Sequence::new(c"work_item_id_seq");

static WORK_ITEM: Target<13> = Target::new(
    c"work_item",
    [
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
    ],
    // a new work item is open
    &[("work_item_open_of_assignee", &["assignee", "id"]), ("work_item_open_of_proposal", &["proposal"])],
);

/// SQL `_append(target text, entries refcursor, proposals refcursor) returns void`: adds rows to `history` or `work_item`, for each
/// proposal those of its course. `entries` has the rows of all courses in their order: `course`, columns of the table, and in `own`
/// the names of those that the proposal has instead, or of what it adds to its details (`added`), or `changes`: its details are its
/// changes, to which `with_changes` is added. `proposals` has `course`, `proposal`, which ascends, and these.
pub fn append(call: &Call) -> Option<Datum> {
    // the extension may have been created anew
    rows::IDS.forget();
    WORK_ITEM_IDS.forget();
    let (target, entries, proposals) = (call.text(0)?, call.cstring(1)?, call.cstring(2)?);
    portal::all(&entries, |entries| match &*target {
        "history" => {
            let entries = Entries::read(entries, &rows::EVENTS, 4);
            // before any number is taken, so that who locks the table sees all that were
            rows::EVENTS.lock();
            events::recorded();
            // here, in memory that lives as long as the entries
            let mut changes = entries.have_changes().then(Changes::open);
            let (mut last, transaction, identity) = (0, value::transaction_id(), identity::datum());
            portal::drain(&proposals, BATCH, |rows| {
                let plan = Plan::new(&entries, rows, &rows::EVENTS);
                let ids = rows::IDS.take(plan.rows.len());
                // no two at the same microsecond: people sort by time
                let times: Vec<i64> = (0..plan.rows.len())
                    .map(|_| {
                        last = (value::now().value() as i64).max(last + 1);
                        last
                    })
                    .collect();
                let ours = |i: usize| [Datum::from(ids[i]), Datum::from(times[i]), transaction, identity];
                plan.write(&rows::EVENTS, ours, true, &mut changes);
            });
            if let Some(changes) = changes {
                changes.close();
            }
        }
        "work_item" => {
            let entries = Entries::read(entries, &WORK_ITEM, 3);
            let (now, open) = (value::transaction_start(), value::text("open"));
            let assignee = WORK_ITEM.columns().iter().position(|c| *c == "assignee");
            let kept = entries.all.iter().all(|e| has_assignee(assignee.and_then(|at| e.values[at])));
            portal::drain(&proposals, BATCH, |rows| {
                let plan = Plan::new(&entries, rows, &WORK_ITEM);
                let ids = WORK_ITEM_IDS.take(plan.rows.len());
                plan.write(&WORK_ITEM, |i| [Datum::from(ids[i]), now, open], kept, &mut None);
            });
        }
        other => pgrx::error!("rows are not appended to {other}"),
    });
    None
}

/// What the CHECK constraint of the table asks.
fn has_assignee(assignee: Value) -> bool {
    let Some(assignee) = assignee else { return false };
    let is = |prefix: &&str| value::begins_with_more(assignee, prefix.as_bytes());
    ["role:", "group:", "person:"].iter().any(is)
}

/// A row of a course, without what its proposals have of their own.
struct Entry<const N: usize> {
    values: [Value; N],
    own: Vec<Own>,
}

#[derive(Clone, Copy)]
enum Own {
    /// The column of this place.
    Column(usize),
    /// More details.
    Added,
    /// The details are the changes.
    Changes,
}

struct Entries<const N: usize> {
    all: Vec<Entry<N>>,
    of_course: HashMap<i64, Vec<usize>>,
    proposal: usize,
}

impl<const N: usize> Entries<N> {
    /// The first `ours` columns of the table are not theirs.
    fn read(rows: &Rows, target: &Target<N>, ours: usize) -> Self {
        let (columns, types) = (target.columns(), target.types());
        let place = |name: &str| columns.iter().position(|c| *c == name);
        let proposal = place("proposal").expect("a column of both tables");
        let (course, own) = (column(rows, "course", pg_sys::INT8OID), column(rows, "own", pg_sys::TEXTARRAYOID));
        let given: Vec<Option<usize>> = (0..N)
            .map(|n| (n >= ours && n != proposal).then(|| rows.place(columns[n]).map(|at| (n, at))))
            .map(|at| at.flatten().map(|(n, at)| typed(rows, at, types[n])))
            .collect();
        let (mut all, mut of_course) = (Vec::with_capacity(rows.len()), HashMap::<i64, Vec<usize>>::new());
        let mut values = Vec::new();
        for i in 0..rows.len() {
            rows.read(i, &mut values);
            let names = values[own].map(value::texts).unwrap_or_default();
            let own = |name: String| match place(&name) {
                Some(at) if at >= ours => Own::Column(at),
                None if name == "added" => Own::Added,
                None if name == "changes" => Own::Changes,
                _ => pgrx::error!("column {name} is not appended"),
            };
            of_course.entry(number(values[course])).or_default().push(i);
            let values = std::array::from_fn(|n| given[n].and_then(|at| values[at]));
            all.push(Entry { values, own: names.into_iter().map(own).collect() });
        }
        Entries { all, of_course, proposal }
    }

    fn have_changes(&self) -> bool {
        self.all.iter().any(|e| e.own.iter().any(|o| matches!(o, Own::Changes)))
    }
}

/// The rows that some proposals get.
struct Plan<'a, const N: usize> {
    entries: &'a Entries<N>,
    proposals: &'a Rows,
    /// The place of the number of a proposal, and of what it has of its own.
    proposal: usize,
    own: [Option<usize>; N],
    added: Option<usize>,
    with_changes: Option<usize>,
    /// Proposal and entry.
    rows: Vec<(usize, usize)>,
}

impl<'a, const N: usize> Plan<'a, N> {
    fn new(entries: &'a Entries<N>, proposals: &'a Rows, target: &Target<N>) -> Self {
        let (course, proposal) =
            (column(proposals, "course", pg_sys::INT8OID), column(proposals, "proposal", pg_sys::INT8OID));
        let (columns, types) = (target.columns(), target.types());
        let own = std::array::from_fn(|n| proposals.place(columns[n]).map(|at| typed(proposals, at, types[n])));
        let more = |name| proposals.place(name).map(|at| typed(proposals, at, pg_sys::JSONBOID));
        let (added, with_changes) = (more("added"), more("with_changes"));
        let mut rows = Vec::with_capacity(proposals.len());
        let mut values = Vec::new();
        for i in 0..proposals.len() {
            proposals.read(i, &mut values);
            if let Some(entries) = entries.of_course.get(&number(values[course])) {
                rows.extend(entries.iter().map(|&e| (i, e)));
            }
        }
        Plan { entries, proposals, proposal, own, added, with_changes, rows }
    }

    /// Adds them; the first `M` columns are our `ours`. Where they cannot be written past the executor, or one does not keep to the
    /// table's constraints, by an INSERT each.
    fn write<const M: usize>(
        &self,
        to: &Target<N>,
        ours: impl Fn(usize) -> [Datum; M],
        keeps_to: bool,
        changes: &mut Option<Changes>,
    ) {
        let mut values = Vec::new();
        let mut last = usize::MAX;
        let mut row = |n: usize| {
            let (i, e) = self.rows[n];
            if i != last {
                self.proposals.read(i, &mut values);
                last = i;
            }
            self.row(&self.entries.all[e], &values, changes)
        };
        let appended = keeps_to
            && to.append(self.rows.len(), |n| {
                let mut row = row(n);
                for (column, value) in row.iter_mut().zip(ours(n)) {
                    *column = Some(value);
                }
                row
            });
        if !appended {
            let (columns, types) = (to.columns(), to.types());
            let parameters: Vec<String> = (1..=N - M).map(|n| format!("${n}")).collect();
            let (name, columns, parameters) = (to.name(), columns[M..].join(", "), parameters.join(", "));
            let sql = format!("INSERT INTO customer_workflow.{name} ({columns}) VALUES ({parameters})");
            let sql = CString::new(sql).expect("names without zero bytes");
            (0..self.rows.len()).for_each(|n| portal::execute(&sql, &types[M..], &row(n)[M..]));
        }
    }

    fn row(&self, entry: &Entry<N>, of_proposal: &[Value], changes: &mut Option<Changes>) -> [Value; N] {
        let more = |place: Option<usize>| place.and_then(|place| of_proposal[place]);
        let with = |details: Value, more: Value| match (details, more) {
            (Some(details), Some(more)) => Some(json::jsonb_with(details, more)),
            (details, _) => details,
        };
        let mut row = entry.values;
        row[self.entries.proposal] = of_proposal[self.proposal];
        for own in &entry.own {
            match *own {
                Own::Column(at) => row[at] = more(self.own[at]),
                // the details are the last column
                Own::Added => row[N - 1] = row[N - 1].map_or(more(self.added), |d| with(Some(d), more(self.added))),
                Own::Changes => {
                    let logged = changes.as_mut().and_then(|c| c.of(number(of_proposal[self.proposal])));
                    row[N - 1] = with(logged, more(self.with_changes));
                }
            }
        }
        row
    }
}

fn number(value: Value) -> i64 {
    value.map_or(0, |v| v.value() as i64)
}

/// The place of a column that a query of ours has.
fn column(rows: &Rows, name: &str, type_oid: pg_sys::Oid) -> usize {
    let Some(at) = rows.place(name) else { pgrx::error!("there is no column {name}") };
    typed(rows, at, type_oid)
}

fn typed(rows: &Rows, at: usize, type_oid: pg_sys::Oid) -> usize {
    if rows.type_of(at) != type_oid {
        pgrx::error!("column {} is not of the type of the table's", at + 1);
    }
    at
}
