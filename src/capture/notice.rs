//! One NOTICE a statement, whatever number of rows it diverted.

use super::buffer::{self, Change, Operation};
use super::config::Table;
use crate::error::{notice, notice_reaches_anybody};
use crate::pg::{callbacks, role, value};
use crate::settings::{self, Notices};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

/// How many proposals a NOTICE names; there may be thousands.
const NAMED: usize = 3;

/// What a statement did to one table.
struct Summary {
    depth: u32,
    subtransaction: u32,
    table_id: i32,
    /// What is done to whole records; `None`: fields of them are changed.
    operation: Option<Operation>,
    table: String,
    root: Option<Oid>,
    changes: u64,
    proposals: u64,
    fields: Vec<Rc<str>>,
    /// The only record so far: key, values, proposal and status.
    single: Option<Single>,
    statuses: BTreeSet<String>,
    ignored: u64,
    ignored_fields: Vec<String>,
    others: BTreeSet<String>,
    /// Records whose other proposals are not named.
    more_others: u64,
}

struct Single {
    key: String,
    values: Vec<(Rc<str>, Option<String>, Option<String>)>,
    proposal: i64,
}

thread_local! {
    static SUMMARIES: RefCell<Vec<Summary>> = const { RefCell::new(Vec::new()) };
    /// Open proposals that the statement has overtaken, each with the subtransaction in which it did.
    static OVERTAKEN: RefCell<Vec<(u32, i64)>> = const { RefCell::new(Vec::new()) };
}

fn with_summary(table: &Table, depth: u32, operation: Option<Operation>, f: impl FnOnce(&mut Summary)) {
    SUMMARIES.with_borrow_mut(|all| {
        let same = |s: &Summary| s.depth == depth && s.table_id == table.table_id && s.operation == operation;
        let at = all.iter().position(same).unwrap_or_else(|| {
            all.push(Summary {
                depth,
                subtransaction: callbacks::subtransaction(),
                table_id: table.table_id,
                operation,
                table: table.name.clone(),
                root: None,
                changes: 0,
                proposals: 0,
                fields: Vec::new(),
                single: None,
                statuses: BTreeSet::new(),
                ignored: 0,
                ignored_fields: Vec::new(),
                others: BTreeSet::new(),
                more_others: 0,
            });
            all.len() - 1
        });
        f(&mut all[at]);
    });
    buffer::activate();
}

/// Changes of a record, `count` of them, are in proposal `id`, which now has that status.
pub fn proposed(table: &Table, depth: u32, key: Option<Datum>, changes: &[Change], count: u64, id: i64, status: &str) {
    with_summary(table, depth, None, |s| {
        s.changes += count;
        s.proposals += 1;
        for change in changes {
            if !s.fields.contains(&change.field) {
                s.fields.push(change.field.clone());
            }
        }
        if !s.statuses.contains(status) {
            s.statuses.insert(status.to_owned());
        }
        s.root = Some(table.root);
        if s.proposals == 1 {
            let with_values = settings::notices() == Notices::Values;
            s.single = Some(Single {
                key: key.map(value::text_string).unwrap_or_default(),
                values: changes
                    .iter()
                    .filter(|_| with_values)
                    .map(|c| (c.field.clone(), c.original.map(value::text_string), c.proposed.map(value::text_string)))
                    .collect(),
                proposal: id,
            });
        } else {
            s.single = None;
        }
    });
}

/// The record is to be created or deleted by proposal `id`, which now has that status.
pub fn record(table: &Table, operation: Operation, depth: u32, key: Option<Datum>, id: i64, status: &str) {
    with_summary(table, depth, Some(operation), |s| {
        s.changes += 1;
        s.proposals += 1;
        s.statuses.insert(status.to_owned());
        let key = || key.map(value::text_string).unwrap_or_default();
        s.single = (s.proposals == 1).then(|| Single { key: key(), values: Vec::new(), proposal: id });
    });
}

/// Another author's open proposals touch the same fields; `others` names them for people.
pub fn others(others: String) {
    SUMMARIES.with_borrow_mut(|all| {
        let Some(s) = all.last_mut() else { return };
        if s.others.len() < NAMED {
            s.others.insert(others);
        } else {
            s.more_others += 1;
        }
    });
}

/// Open proposals have been overtaken: told when the outermost statement ends, which may be many approvals.
pub fn overtook(proposals: impl IntoIterator<Item = i64>) {
    let subtransaction = callbacks::subtransaction();
    OVERTAKEN.with_borrow_mut(|all| all.extend(proposals.into_iter().map(|id| (subtransaction, id))));
    buffer::activate();
}

fn overtaken_text() -> Option<String> {
    let ids: BTreeSet<i64> = OVERTAKEN.take().into_iter().map(|(_, id)| id).collect();
    let named: Vec<String> = ids.iter().take(NAMED).map(i64::to_string).collect();
    let more = if ids.len() > NAMED { ", …" } else { "" };
    let (proposals, have) = if ids.len() == 1 { ("proposal", "has") } else { ("proposals", "have") };
    (!ids.is_empty()).then(|| {
        format!("customer_workflow: {} open {proposals} {have} been overtaken ({}{more})", ids.len(), named.join(", "))
    })
}

/// A data entity's change to a field was dropped, because another system is master.
pub fn ignored(table: &Table, field: &str) {
    with_summary(table, callbacks::depth(), None, |s| {
        s.ignored += 1;
        if !s.ignored_fields.iter().any(|f| f == field) {
            s.ignored_fields.push(field.to_owned());
        }
    });
}

/// Sends what statements below executor depth `depth` have to say.
pub fn send(depth: u32) {
    let due: Vec<Summary> = SUMMARIES.with_borrow_mut(|all| {
        let (due, keep) = std::mem::take(all).into_iter().partition(|s| s.depth > depth);
        *all = keep;
        due
    });
    let overtaken = if depth == 0 { overtaken_text() } else { None };
    if settings::notices() == Notices::Off || !notice_reaches_anybody() {
        return;
    }
    if let Some(text) = overtaken {
        notice(&text);
    }
    for s in due {
        if s.proposals > 0 {
            notice(&s.text());
        }
        if s.ignored > 0 {
            let were = if s.ignored == 1 { "change" } else { "changes" };
            let ignored = if s.ignored == 1 { "was ignored" } else { "were ignored" };
            notice(&format!(
                "customer_workflow: {} {were} to {} ({}) {ignored}",
                s.ignored,
                s.table,
                s.ignored_fields.join(", ")
            ));
        }
    }
}

impl Summary {
    fn text(&self) -> String {
        let statuses: Vec<String> = self.statuses.iter().map(|s| s.replace('_', " ")).collect();
        let (fields, statuses) = (self.fields.join(", "), statuses.join(", "));
        let doing = self.operation.map(|o| if o == Operation::Delete { "deleting" } else { "creating" });
        let mut text = match (&self.single, doing) {
            (Some(one), Some(doing)) => format!(
                "customer_workflow: {doing} {} {} needs approval (proposal {}, {statuses})",
                self.table, one.key, one.proposal
            ),
            (None, Some(doing)) => format!(
                "customer_workflow: {doing} {} records of {} needs approval, in as many proposals ({statuses})",
                self.changes, self.table
            ),
            (Some(one), None) => {
                let need = if self.changes == 1 { "needs" } else { "need" };
                format!(
                    "customer_workflow: {}{} of {} {} {need} approval (proposal {}, {statuses})",
                    fields,
                    self.values(one),
                    self.table,
                    one.key,
                    one.proposal
                )
            }
            (None, None) => format!(
                "customer_workflow: {} changes to {} ({fields}) need approval, in {} proposals ({statuses})",
                self.changes, self.table, self.proposals
            ),
        };
        if !self.others.is_empty() {
            let others: Vec<&str> = self.others.iter().map(String::as_str).collect();
            text.push_str(&format!("; also in {}", others.join(", ")));
            match self.more_others {
                0 => {}
                1 => text.push_str(", and in those of another record"),
                n => text.push_str(&format!(", and in those of {n} other records")),
            }
        }
        text
    }

    /// ` (1000 → 5000)` after the fields, for those that the caller may SELECT.
    fn values(&self, one: &Single) -> String {
        let shown: Vec<String> = one
            .values
            .iter()
            .filter(|(field, _, _)| self.root.is_some_and(|r| may_read(r, field)))
            .map(|(field, old, new)| {
                let show = |v: &Option<String>| v.clone().unwrap_or_else(|| "null".to_owned());
                format!("{field}: {} -> {}", show(old), show(new))
            })
            .collect();
        if shown.is_empty() { String::new() } else { format!(" ({})", shown.join("; ")) }
    }
}

/// Whether whoever reads the NOTICE may SELECT the field: the session's role, not that of a function that it called.
fn may_read(root: Oid, field: &str) -> bool {
    role::may_select(role::outer_user(), root, field) && role::may_select(role::current_user(), root, field)
}

/// Whether there is nothing to say.
pub fn is_empty() -> bool {
    SUMMARIES.with_borrow(Vec::is_empty) && OVERTAKEN.with_borrow(Vec::is_empty)
}

/// The transaction is over.
pub fn forget() {
    SUMMARIES.take();
    OVERTAKEN.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    SUMMARIES.with_borrow_mut(|all| all.retain(|s| s.subtransaction != subtransaction));
    OVERTAKEN.with_borrow_mut(|all| all.retain(|o| o.0 != subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    SUMMARIES.with_borrow_mut(|all| {
        for s in all.iter_mut().filter(|s| s.subtransaction == subtransaction) {
            s.subtransaction = parent;
        }
    });
    OVERTAKEN.with_borrow_mut(|all| {
        for o in all.iter_mut().filter(|o| o.0 == subtransaction) {
            o.0 = parent;
        }
    });
}
