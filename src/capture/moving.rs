//! Rows that an UPDATE moves to another partition: PostgreSQL deletes them here and inserts them there, where triggers may assign
//! protected fields and even the key once more. What became of such a row is known when it arrives.

use super::buffer;
use super::config::{self, Relation};
use super::key;
use super::trigger::{Outcome, called_by, change};
use crate::apply::permit;
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::row::{Event, Side};
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::rc::Rc;

struct Moving {
    root: Oid,
    depth: u32,
    subtransaction: u32,
    /// The protected values with which it must arrive.
    values: Vec<(Rc<str>, Value)>,
    old_key: String,
    outcome: Outcome,
}

thread_local! {
    static MOVING: RefCell<Vec<Moving>> = const { RefCell::new(Vec::new()) };
}

/// Whether the UPDATE moves the row, which will be written with `back` put back.
pub fn leaves(relation: &Relation, event: &Event, back: &[(&Column, Value)]) -> bool {
    MOVING.with_borrow_mut(|m| m.retain(|x| x.depth != callbacks::depth()));
    let changed = |c: &Column| !value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c));
    relation.partition_columns().any(changed)
        && event.leaves_partition(if back.is_empty() { event.unchanged() } else { event.replaced(back) })
}

/// Keeps what the row amounts to until it arrives. If it never does (a trigger forbids its deletion here), nothing has happened
/// to it.
pub fn keep(relation: &Relation, event: &Event, back: &[(&Column, Value)], outcome: Outcome) {
    let stored = |f: &Column| {
        back.iter().find(|(c, _)| c.number == f.number).map_or_else(|| event.value(Side::New, f), |(_, v)| *v)
    };
    let moving = Moving {
        root: relation.shape.root,
        depth: callbacks::depth(),
        subtransaction: callbacks::subtransaction(),
        values: buffer::in_memory(|| {
            relation.fields.iter().map(|f| (f.name.clone(), value::copy(f, stored(f)))).collect()
        }),
        old_key: key::text(&relation.key, |c| event.value(Side::Old, c)),
        outcome,
    };
    MOVING.with_borrow_mut(|m| m.push(moving));
    buffer::activate();
}

/// BEFORE INSERT on a partitioned table, last by name. The very next row that a statement inserts into the table after it has
/// taken one out of a partition is that one. It keeps its protected values, whatever triggers of this partition assign; what
/// they assign becomes a proposal, unless the statement itself has a wish for the field.
pub fn arrived(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_before_insert);
    if MOVING.with_borrow(Vec::is_empty) {
        return event.unchanged();
    }
    let relation = config::relation(&event);
    let depth = callbacks::depth();
    let moving = MOVING.with_borrow_mut(|m| {
        let at = m.iter().position(|x| x.root == relation.shape.root && x.depth == depth);
        at.map(|i| m.swap_remove(i))
    });
    let Some(Moving { values, old_key, mut outcome, .. }) = moving else { return event.unchanged() };
    let key = key::text(&relation.key, |c| event.value(Side::Old, c));
    let mut back: Vec<(&Column, Value)> = Vec::new();
    for field in &relation.fields {
        let Some((_, kept)) = values.iter().find(|(n, _)| *n == field.name) else { continue };
        let assigned = event.value(Side::Old, field);
        if !value::same_image(field, *kept, assigned) {
            if permit::covers(relation.shape.root) {
                permit::refuse(&relation, &event, &key, &field.name);
            }
            if !outcome.changes.iter().any(|c| c.field == field.name) {
                outcome.changes.push(change(field, *kept, assigned));
            }
            back.push((field, *kept));
        }
    }
    outcome.old_key = (old_key != key).then_some(old_key);
    outcome.hand_over(&relation, || key);
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
}

/// A statement at executor depth `depth` has ended: rows of it that did not arrive never left.
pub fn statement_end(depth: u32) {
    MOVING.with_borrow_mut(|m| m.retain(|x| x.depth <= depth));
}

/// Whether values in the buffer's memory are still needed.
pub fn holds_values() -> bool {
    !MOVING.with_borrow(Vec::is_empty)
}

/// The transaction is over.
pub fn forget() {
    MOVING.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    MOVING.with_borrow_mut(|m| m.retain(|x| x.subtransaction != subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    MOVING.with_borrow_mut(|m| {
        for x in m.iter_mut().filter(|x| x.subtransaction == subtransaction) {
            x.subtransaction = parent;
        }
    });
}
