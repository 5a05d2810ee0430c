//! The trigger functions. `first` keeps the wished values of protected fields back before other triggers run, so that they see
//! what will be stored; `last` catches what they assign. A row is written with its old protected values, never swallowed, so
//! that row counts hold.

use super::buffer::{self, Change, Kind};
use super::config::{self, Behavior, Policy, Relation, Table};
use super::{flush, functions, key, notice};
use crate::apply::permit;
use crate::error::{Report, raise};
use crate::guard::person;
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::row::{Event, Side};
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::rc::Rc;

/// What `first` kept back of a row, until `last` sees the same row. A row that another trigger swallows in between was never
/// to be updated, and what is kept of it is dropped; unless wishes were all that it carried: with the stored values put back it
/// then looked redundant to the trigger (suppress_redundant_updates_trigger is one), and they are proposed all the same.
struct Held {
    relation: Oid,
    row: (u32, u16),
    depth: u32,
    subtransaction: u32,
    changes: Vec<Change>,
    withdrawn: Vec<Rc<str>>,
    ignored: Vec<Rc<str>>,
    /// Table and key of a row that carried nothing but wishes.
    redundant: Option<(Rc<Table>, String)>,
}

impl Held {
    fn nothing_of(relation: &Relation, event: &Event) -> Self {
        Held {
            relation: relation.shape.relation,
            row: event.row_address(),
            depth: callbacks::depth(),
            subtransaction: callbacks::subtransaction(),
            changes: Vec::new(),
            withdrawn: Vec::new(),
            ignored: Vec::new(),
            redundant: None,
        }
    }

    /// The row was swallowed.
    fn swallowed(self) {
        let Some((table, key)) = self.redundant else { return };
        let text = buffer::in_memory(|| value::text(&key));
        let kind = Kind::Proposed { changes: self.changes, withdrawn: self.withdrawn };
        buffer::push_at(self.depth, self.subtransaction, &table, text, key::hash(&key), kind);
        functions::saw_record();
    }
}

/// Takes those rows out of the list of held ones that `which` says; nothing of the list is borrowed when it returns.
fn take_where(which: impl Fn(&Held) -> bool) -> Vec<Held> {
    HELD.with_borrow_mut(|held| {
        let (out, keep) = std::mem::take(held).into_iter().partition(which);
        *held = keep;
        out
    })
}

thread_local! {
    static HELD: RefCell<Vec<Held>> = const { RefCell::new(Vec::new()) };
    static MOVING: RefCell<Vec<Moving>> = const { RefCell::new(Vec::new()) };
}

fn event(call: &Call, is_right: fn(&Event) -> bool) -> Event {
    match call.event().filter(is_right) {
        Some(event) => event,
        None => raise(
            Report::new("39P01", "a trigger function of customer_workflow was not called by its trigger".to_owned())
                .hint("Only customer_workflow.protect() makes these triggers."),
        ),
    }
}

fn key_of(relation: &Relation, event: &Event, side: Side) -> String {
    key::text(&relation.key, |c| event.value(side, c))
}

/// BEFORE UPDATE OF the protected fields, first by name: keeps wished values back.
pub fn first(call: &Call) -> Option<Datum> {
    let event = event(call, Event::is_before_update);
    callbacks::inside_update();
    let relation = config::relation(&event);
    if permit::check(&relation, &event, || key_of(&relation, &event, Side::Old)) || !relation.table.enabled {
        return event.unchanged();
    }
    let who = person::current();
    let policy = relation.policy(&who);
    let proposing = functions::proposes(relation.shape.root);
    let mut held = Held::nothing_of(&relation, &event);
    let mut back: Vec<(&Column, Value)> = Vec::new();
    for (i, field) in relation.fields.iter().enumerate() {
        let (old, new) = (event.value(Side::Old, field), event.value(Side::New, field));
        if value::same_image(field, old, new) {
            if (policy.withdraw || proposing) && event.sets(field) {
                held.withdrawn.push(field.name.as_str().into());
            }
            continue;
        }
        match decide(&relation, &event, &policy, field) {
            Behavior::AllowWithoutApproval | Behavior::RejectChanges => continue,
            Behavior::IgnoreChanges => held.ignored.push(field.name.as_str().into()),
            Behavior::CreateChangeProposals => {
                held.changes.push(change(field, old, new));
                for companion in relation.companions(i) {
                    let (old, new) = (event.value(Side::Old, companion), event.value(Side::New, companion));
                    let known = back.iter().any(|(c, _)| c.number == companion.number);
                    if !known && !value::same_image(companion, old, new) {
                        held.changes.push(change(companion, old, new));
                        back.push((companion, old));
                    }
                }
            }
        }
        back.push((field, old));
    }
    if relation.shape.others && !held.changes.is_empty() && nothing_else(&relation, &event, &back, |_| false) {
        held.redundant = Some((relation.table.clone(), key_of(&relation, &event, Side::Old)));
    }
    HELD.with_borrow_mut(|h| h.push(held));
    buffer::activate();
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
}

/// BEFORE UPDATE, last by name: catches what other triggers assigned, and hands the row over to the buffer.
pub fn last(call: &Call) -> Option<Datum> {
    let event = event(call, Event::is_before_update);
    callbacks::inside_update();
    let relation = config::relation(&event);
    let named = event.sets_any(&relation.fields);
    let moved =
        relation.shape.others || event.sets_any(&relation.key) || relation.partition_columns().any(|c| event.sets(c));
    if !named && !moved {
        return event.unchanged();
    }
    if permit::check(&relation, &event, || key_of(&relation, &event, Side::Old)) {
        may_move(&relation, &event, &[], Vec::new());
        return event.unchanged();
    }
    if !relation.table.enabled {
        let direct = differing(&relation, &event);
        return finish(&relation, &event, None, direct, "disabled", Vec::new());
    }
    let mut held = take_held(&relation, &event);
    let mut back: Vec<(&Column, Value)> = Vec::new();
    let mut direct = Vec::new();
    let mut policy = None;
    for field in &relation.fields {
        let (old, new) = (event.value(Side::Old, field), event.value(Side::New, field));
        if value::same_image(field, old, new) {
            continue;
        }
        let policy = policy.get_or_insert_with(|| relation.policy(&person::current()));
        let kept = held.as_ref().is_some_and(|h| h.changes.iter().any(|c| *c.field == *field.name));
        match decide(&relation, &event, policy, field) {
            Behavior::AllowWithoutApproval | Behavior::RejectChanges => {
                direct.push(change(field, old, new));
                continue;
            }
            Behavior::IgnoreChanges => notice::ignored(&relation.table, &field.name),
            // what the statement wished comes before what a trigger made of the stored value
            Behavior::CreateChangeProposals if kept => {}
            Behavior::CreateChangeProposals => {
                held.get_or_insert_with(|| Held::nothing_of(&relation, &event)).changes.push(change(field, old, new))
            }
        }
        back.push((field, old));
    }
    finish(&relation, &event, held, direct, "data_entity", back)
}

/// Hands over what a row amounts to, and returns the row to be written.
fn finish(
    relation: &Relation,
    event: &Event,
    held: Option<Held>,
    direct: Vec<Change>,
    reason: &'static str,
    back: Vec<(&Column, Value)>,
) -> Option<Datum> {
    let same_key =
        relation.key.iter().all(|c| value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c)));
    let old_key = (!same_key).then(|| key_of(relation, event, Side::Old));
    let wished = held.iter().flat_map(|h| &h.changes).map(|c| c.field.clone()).collect();
    let mut full = false;
    let mut captured = false;
    let mut new_key: Option<String> = None;
    let mut push = |kind: Kind| {
        let text = new_key.get_or_insert_with(|| key_of(relation, event, Side::New));
        full |= buffer::push(&relation.table, buffer::in_memory(|| value::text(text)), key::hash(text), kind);
    };
    if let Some(held) = held {
        for field in &held.ignored {
            notice::ignored(&relation.table, field);
            captured = true;
        }
        if !held.changes.is_empty() || !held.withdrawn.is_empty() {
            captured |= !held.changes.is_empty();
            push(Kind::Proposed { changes: held.changes, withdrawn: held.withdrawn });
        }
    }
    if !direct.is_empty() {
        push(Kind::Direct(direct, reason));
    }
    if let Some(old) = old_key {
        let new = new_key.get_or_insert_with(|| key_of(relation, event, Side::New)).clone();
        let (old_text, new_text) = buffer::in_memory(|| (value::text(&old), value::text(&new)));
        full |= buffer::push(&relation.table, old_text, key::hash(&old), Kind::KeyChanged(new_text, key::hash(&new)));
    }
    if full {
        flush::flush_all();
    }
    may_move(relation, event, &back, wished);
    if functions::proposes(relation.shape.root) {
        functions::saw_record();
        return None;
    }
    let books = |c: &Column| relation.table.keeps_book(&c.name);
    if captured && skips(relation) && nothing_else(relation, event, &back, books) {
        return None;
    }
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
}

fn skips(relation: &Relation) -> bool {
    relation.policy(&person::current()).skip_redundant
}

/// Whether the row would be written exactly as it is stored, but for columns that `besides` says.
fn nothing_else(
    relation: &Relation,
    event: &Event,
    back: &[(&Column, Value)],
    besides: impl Fn(&Column) -> bool,
) -> bool {
    relation.shape.columns.iter().filter(|c| !c.generated && !besides(c)).all(|c| {
        back.iter().any(|(b, _)| b.number == c.number)
            || value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c))
    })
}

fn differing(relation: &Relation, event: &Event) -> Vec<Change> {
    let pair = |f: &Column| (event.value(Side::Old, f), event.value(Side::New, f));
    relation
        .fields
        .iter()
        .filter_map(|f| {
            let (old, new) = pair(f);
            (!value::same_image(f, old, new)).then(|| change(f, old, new))
        })
        .collect()
}

fn change(field: &Column, old: Value, new: Value) -> Change {
    buffer::in_memory(|| Change {
        field: field.name.as_str().into(),
        original: value::render(field, old),
        proposed: value::render(field, new),
    })
}

/// What happens to a changed field. Raises CW006 where the policy rejects it, 42501 where a person must be named first.
fn decide(relation: &Relation, event: &Event, policy: &Policy, field: &Column) -> Behavior {
    let table = &relation.table.name;
    let who = person::current();
    if who.person.is_none() {
        raise(
            Report::new("42501", format!("a change to {} of \"{table}\" needs the person who makes it", field.name))
                .detail(format!(
                    "The session user \"{}\" is an application role and has not named anybody.",
                    who.session
                ))
                .hint("Call customer_workflow.act_as('…') first in this transaction."),
        );
    }
    let mut behavior = policy.behavior(&field.name);
    if behavior == Behavior::AllowWithoutApproval && functions::proposes(relation.shape.root) {
        behavior = Behavior::CreateChangeProposals;
    }
    if behavior == Behavior::RejectChanges {
        let all: Vec<&str> = relation
            .fields
            .iter()
            .filter(|f| policy.behavior(&f.name) == Behavior::RejectChanges)
            .filter(|f| !value::same_image(f, event.value(Side::Old, f), event.value(Side::New, f)))
            .map(|f| f.name.as_str())
            .collect();
        raise(
            Report::new(
                "CW006",
                format!("changes to {} of \"{table}\" {} are rejected", all.join(", "), key_of(relation, event, Side::Old)),
            )
            .detail(format!(
                "Data entity {} has behavior reject_changes for {}.",
                policy.entity.as_deref().map_or("", |e| e.strip_prefix("role:").unwrap_or(e)),
                all.join(", ")
            ))
            .hint("Leave these fields out, or let the table's administrator set another behavior with customer_workflow.set_data_entity()."),
        );
    }
    behavior
}

fn take_held(relation: &Relation, event: &Event) -> Option<Held> {
    let (row, depth) = (event.row_address(), callbacks::depth());
    let mut mine = take_where(|h| h.depth >= depth);
    let at = mine.iter().rposition(|h| h.relation == relation.shape.relation && h.row == row && h.depth == depth);
    let found = at.map(|i| mine.remove(i));
    mine.into_iter().for_each(Held::swallowed);
    found
}

/// A row that an UPDATE takes out of its partition: the protected values with which it must arrive in another.
struct Moving {
    root: Oid,
    key: String,
    depth: u32,
    values: Vec<(Rc<str>, Value)>,
    /// Fields for which the statement itself has a wish, which comes before what a trigger assigns.
    wished: Vec<Rc<str>>,
}

/// Remembers the row if the UPDATE moves it to another partition. The very next row that this statement inserts into the table
/// is then this one, also if a trigger there changes its key.
fn may_move(relation: &Relation, event: &Event, back: &[(&Column, Value)], wished: Vec<Rc<str>>) {
    MOVING.with_borrow_mut(|m| m.retain(|x| x.depth != callbacks::depth()));
    let leaves = relation
        .partition_columns()
        .any(|c| !value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c)));
    let row = || if back.is_empty() { event.unchanged() } else { event.replaced(back) };
    if !leaves || !event.leaves_partition(row()) {
        return;
    }
    let stored = |f: &Column| {
        back.iter().find(|(c, _)| c.number == f.number).map_or_else(|| event.value(Side::New, f), |(_, v)| *v)
    };
    let moving = Moving {
        root: relation.shape.root,
        key: key_of(relation, event, Side::New),
        depth: callbacks::depth(),
        values: buffer::in_memory(|| {
            relation.fields.iter().map(|f| (f.name.as_str().into(), value::copy(f, stored(f)))).collect()
        }),
        wished,
    };
    MOVING.with_borrow_mut(|m| m.push(moving));
    buffer::activate();
}

/// BEFORE INSERT on a partitioned table, last by name: a row that an UPDATE moves here from another partition keeps its
/// protected values, whatever triggers of this partition assign; what they assigned becomes a proposal.
pub fn moved(call: &Call) -> Option<Datum> {
    let event = event(call, Event::is_before_insert);
    if MOVING.with_borrow(Vec::is_empty) {
        return event.unchanged();
    }
    let relation = config::relation(&event);
    let depth = callbacks::depth();
    let moving = MOVING.with_borrow_mut(|m| {
        let at = m.iter().position(|x| x.root == relation.shape.root && x.depth == depth);
        at.map(|i| m.swap_remove(i))
    });
    let Some(moving) = moving else { return event.unchanged() };
    let key = key_of(&relation, &event, Side::Old);
    if key != moving.key {
        let (from, to) = buffer::in_memory(|| (value::text(&moving.key), value::text(&key)));
        buffer::push(&relation.table, from, key::hash(&moving.key), Kind::KeyChangedAgain(to, key::hash(&key)));
    }
    let mut back: Vec<(&Column, Value)> = Vec::new();
    let mut changes = Vec::new();
    for field in &relation.fields {
        let Some((_, kept)) = moving.values.iter().find(|(n, _)| **n == *field.name) else { continue };
        let assigned = event.value(Side::Old, field);
        if !value::same_image(field, *kept, assigned) {
            if !moving.wished.iter().any(|w| **w == *field.name) {
                changes.push(change(field, *kept, assigned));
            }
            back.push((field, *kept));
        }
    }
    if back.is_empty() {
        return event.unchanged();
    }
    if permit::covers(relation.shape.root) {
        permit::refuse(&relation, &event, &key, &back[0].0.name);
    }
    let text = buffer::in_memory(|| value::text(&key));
    if !changes.is_empty() {
        buffer::push(&relation.table, text, key::hash(&key), Kind::Proposed { changes, withdrawn: Vec::new() });
    }
    event.replaced(&back)
}

/// AFTER DELETE of a row: its open proposals are looked after at the end of the statement. A row that moves to another
/// partition or changes its key is still there then.
pub fn deleted(call: &Call) -> Option<Datum> {
    let event = event(call, Event::is_after_delete);
    let relation = config::relation(&event);
    let text = key_of(&relation, &event, Side::Old);
    if buffer::push(&relation.table, buffer::in_memory(|| value::text(&text)), key::hash(&text), Kind::Deleted) {
        flush::flush_all();
    }
    event.unchanged()
}

/// AFTER TRUNCATE: the same for all records that are gone.
pub fn truncated(call: &Call) -> Option<Datum> {
    let event = event(call, Event::is_after_truncate);
    flush::truncated(config::relation(&event).table.table_id);
    None
}

/// A statement at executor depth `depth` has ended: rows of it that never reached `last` were swallowed.
pub fn statement_end(depth: u32) {
    take_where(|h| h.depth > depth).into_iter().for_each(Held::swallowed);
    MOVING.with_borrow_mut(|m| m.retain(|x| x.depth <= depth));
}

/// Whether values in the buffer's memory are still needed.
pub fn holds_values() -> bool {
    !HELD.with_borrow(Vec::is_empty) || !MOVING.with_borrow(Vec::is_empty)
}

/// The transaction is over.
pub fn forget() {
    HELD.take();
    MOVING.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    HELD.with_borrow_mut(|h| h.retain(|x| x.subtransaction != subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    HELD.with_borrow_mut(|h| {
        for x in h.iter_mut().filter(|x| x.subtransaction == subtransaction) {
            x.subtransaction = parent;
        }
    });
}
