//! Rows that an UPDATE moves to another partition: PostgreSQL deletes them here and inserts them there, where triggers may assign
//! protected fields and even the key once more. What became of such a row is known when it arrives.

use super::buffer::{self, Pin};
use super::config::{self, Relation, Table};
use super::trigger::{Outcome, called_by, change};
use super::{key, scope};
use crate::apply::permit;
use crate::error::{Report, raise};
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::row::{Event, Side};
use crate::pg::stored;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

struct Moving {
    root: Oid,
    depth: u32,
    subtransaction: u32,
    table: Rc<Table>,
    /// The partition and the place in it that the row leaves.
    from: (Oid, (u32, u16)),
    /// The protected values with which it must arrive.
    values: Vec<(Rc<str>, Value)>,
    /// What keeps them.
    pin: Pin,
    old_key: String,
    new_key: String,
    outcome: Outcome,
}

impl Moving {
    /// Whether another trigger has kept the row from leaving its partition: what a MERGE inserts next is not that row.
    fn stays(&self) -> bool {
        stored::is_there(self.from.0, self.from.1)
    }
}

/// A row that has moved, of a table that watches records.
struct Moved {
    root: Oid,
    depth: u32,
    subtransaction: u32,
}

thread_local! {
    static MOVING: RefCell<Vec<Moving>> = const { RefCell::new(Vec::new()) };
    /// By the hash of the key, for the AFTER triggers of the statement: rows that have left, and rows that have arrived.
    static LEFT: RefCell<HashMap<[u8; 16], Moved>> = RefCell::new(HashMap::new());
    static ARRIVED: RefCell<HashMap<[u8; 16], Moved>> = RefCell::new(HashMap::new());
}

/// Whether the row that is about to be deleted has just been found to leave its partition.
pub fn is_leaving(root: Oid, key: &str) -> bool {
    let depth = callbacks::depth();
    MOVING.with_borrow(|m| m.iter().any(|x| x.root == root && x.depth == depth && x.old_key == key))
}

/// Whether the row that is about to be inserted is one that an UPDATE moves here.
pub fn is_arriving(root: Oid) -> bool {
    let depth = callbacks::depth();
    MOVING.with_borrow_mut(|m| {
        m.retain(|x| x.root != root || x.depth != depth || !x.stays());
        m.iter().any(|x| x.root == root && x.depth == depth)
    })
}

/// AFTER DELETE: whether the row of that key has moved.
pub fn has_left(root: Oid, hash: &[u8; 16]) -> bool {
    LEFT.with_borrow_mut(|m| is_of_move(m, root, hash))
}

/// AFTER INSERT: whether the row of that key has moved here.
pub fn has_arrived(root: Oid, hash: &[u8; 16]) -> bool {
    ARRIVED.with_borrow_mut(|m| is_of_move(m, root, hash))
}

/// Whether the event is that of a row that has moved, which is the first one of its key in the statement: a function that this calls may
/// delete the row and insert another, and so may its other parts.
fn is_of_move(moved: &mut HashMap<[u8; 16], Moved>, root: Oid, hash: &[u8; 16]) -> bool {
    let depth = callbacks::depth();
    moved.get(hash).is_some_and(|x| x.root == root && x.depth == depth) && moved.remove(hash).is_some()
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
pub fn keep(
    relation: &Relation,
    event: &Event,
    back: &[(&Column, Value)],
    outcome: Outcome,
    protected: impl Fn(&Column) -> bool,
) {
    let stored = |f: &Column| {
        back.iter().find(|(c, _)| c.number == f.number).map_or_else(|| event.value(Side::New, f), |(_, v)| *v)
    };
    let moving = Moving {
        root: relation.shape.root,
        depth: callbacks::depth(),
        subtransaction: callbacks::subtransaction(),
        table: relation.table.clone(),
        from: (relation.shape.relation, event.row_address()),
        pin: Pin::new(),
        values: buffer::in_memory(|| {
            relation
                .fields
                .iter()
                .filter(|f| protected(f))
                .chain(&relation.fixed)
                .map(|f| (f.name.clone(), value::copy(f, stored(f))))
                .collect()
        }),
        old_key: key::text(&relation.key, |c| event.value(Side::Old, c)),
        new_key: key::text(&relation.key, |c| event.value(Side::New, c)),
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
    if !is_arriving(relation.shape.root) {
        return event.unchanged();
    }
    let moving = MOVING.with_borrow_mut(|m| {
        let at = m.iter().position(|x| x.root == relation.shape.root && x.depth == depth);
        at.map(|i| m.swap_remove(i))
    });
    let Some(Moving { values, pin: _pin, old_key, new_key, mut outcome, .. }) = moving else {
        return event.unchanged();
    };
    let key = key::text(&relation.key, |c| event.value(Side::Old, c));
    if key != new_key && relation.table.watches_records() {
        refuse_lost(&relation.table, &old_key, &format!("A record {key} is stored in its place."));
    }
    let mut back: Vec<(&Column, Value)> = Vec::new();
    let other = |c: &&Column| {
        let kept = values.iter().find(|(n, _)| *n == c.name);
        kept.is_some_and(|(_, kept)| !value::same_image(c, *kept, event.value(Side::Old, c)))
    };
    if relation.fixed.iter().any(|c| other(&c)) {
        scope::refuse_key_change(&relation, &event, Side::Old);
    }
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
    if relation.table.watches_records() {
        let moved = || Moved { root: relation.shape.root, depth, subtransaction: callbacks::subtransaction() };
        LEFT.with_borrow_mut(|m| m.insert(key::hash(&old_key), moved()));
        ARRIVED.with_borrow_mut(|m| m.insert(key::hash(&key), moved()));
        buffer::activate();
    }
    outcome.old_key = (old_key != key).then_some(old_key);
    outcome.hand_over(&relation, || key);
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
}

/// A statement at executor depth `depth` has ended: rows of it that did not arrive never left.
pub fn statement_end(depth: u32) {
    let mut over = MOVING.with_borrow_mut(|m| m.extract_if(.., |x| x.depth > depth).collect::<Vec<_>>());
    keep_moved(|x| x.depth <= depth);
    over.retain(|x| x.table.keeps_records() && !x.stays());
    if let Some(lost) = over.first() {
        refuse_lost(&lost.table, &lost.old_key, "It has left its partition and arrived in none.");
    }
}

/// Raises CW009: what only moves to another partition would come or go past the options of the table.
fn refuse_lost(table: &Table, key: &str, detail: &str) -> ! {
    raise(
        Report::new(
            "CW009",
            format!("another trigger changed or swallowed \"{}\" {key} on its way to another partition", table.name),
        )
        .detail(detail.to_owned())
        .hint("Make the trigger leave rows alone that come from another partition, in their key above all."),
    )
}

fn keep_moved(which: impl Fn(&Moved) -> bool) {
    for moved in [&LEFT, &ARRIVED] {
        moved.with_borrow_mut(|m| {
            if !m.is_empty() {
                m.retain(|_, x| which(x));
            }
        });
    }
}

/// The statement at executor depth `depth` that has ended leaves its AFTER triggers to the one that it is part of, as that of a foreign
/// key's action does.
pub fn triggers_come_later(depth: u32) {
    for moved in [&LEFT, &ARRIVED] {
        moved.with_borrow_mut(|m| m.values_mut().for_each(|x| x.depth = x.depth.min(depth)));
    }
}

/// Whether rows are on their way, or their AFTER triggers are.
pub fn holds_rows() -> bool {
    !MOVING.with_borrow(Vec::is_empty)
        || !LEFT.with_borrow(HashMap::is_empty)
        || !ARRIVED.with_borrow(HashMap::is_empty)
}

/// The transaction is over.
pub fn forget() {
    MOVING.take();
    LEFT.take();
    ARRIVED.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    MOVING.with_borrow_mut(|m| m.retain(|x| x.subtransaction != subtransaction));
    keep_moved(|x| x.subtransaction != subtransaction);
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    MOVING.with_borrow_mut(|m| {
        for x in m.iter_mut().filter(|x| x.subtransaction == subtransaction) {
            x.subtransaction = parent;
        }
    });
    for moved in [&LEFT, &ARRIVED] {
        moved.with_borrow_mut(|m| {
            for x in m.values_mut().filter(|x| x.subtransaction == subtransaction) {
                x.subtransaction = parent;
            }
        });
    }
}
