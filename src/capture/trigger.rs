//! The trigger functions. `first` keeps the wished values of protected fields back before other triggers run, so that they see
//! what will be stored; `last` catches what they assign. A row is written with its old protected values, never swallowed, so
//! that row counts hold.

use super::buffer::{self, Change, Kind, Pin};
use super::config::{self, Behavior, Relation, Table};
use super::rules::{self, Applies};
use super::{flush, functions, key, moving, new_records, notice, records, scope};
use crate::apply::permit;
use crate::error::{Report, raise};
use crate::guard::maintenance;
use crate::guard::person::{self, Who};
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::image;
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
    /// Whether what the statement wishes was found to be protected.
    in_scope: bool,
    /// Table, company and key of a row that carried nothing but wishes.
    redundant: Option<(Rc<Table>, Option<Rc<str>>, String)>,
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
            in_scope: false,
            redundant: None,
        }
    }

    /// The row was swallowed.
    fn swallowed(self) {
        let Some((table, company, key)) = self.redundant else { return };
        let text = buffer::in_memory(|| value::text(&key));
        let kind = Kind::Proposed { changes: self.changes, withdrawn: self.withdrawn };
        buffer::push_at(self.depth, self.subtransaction, &table, company, text, key::hash(&key), kind);
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
}

/// The event that called a trigger function, which must be the right one (39P01 otherwise).
pub fn called_by(call: &Call, is_right: fn(&Event) -> bool) -> Event {
    match call.event().filter(is_right) {
        Some(event) => event,
        None => raise(
            Report::new("39P01", "a trigger function of customer_workflow was not called by its trigger".to_owned())
                .hint("Only customer_workflow.protect() makes these triggers."),
        ),
    }
}

/// The key of the row on one side.
pub fn key_of(relation: &Relation, event: &Event, side: Side) -> String {
    key::text(&relation.key, |c| event.value(side, c))
}

/// BEFORE UPDATE OF the protected fields, first by name: keeps wished values back.
pub fn first(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_before_update);
    callbacks::inside_update();
    let relation = config::relation(&event);
    if permit::check(&relation, &event, || key_of(&relation, &event, Side::Old))
        || maintenance::passes(relation.shape.root)
    {
        return event.unchanged();
    }
    let applies = Applies::to(&relation, &event);
    let proposing = functions::proposes(relation.shape.root);
    if !applies.enabled() {
        if proposing {
            refuse_disabled(&relation, &event, &applies);
        }
        return event.unchanged();
    }
    if new_records::has(&relation, &applies, || key::hash(&key_of(&relation, &event, Side::Old))) {
        return event.unchanged();
    }
    let who = person::current();
    let withdraws = proposing || applies.policy(&who).withdraw;
    let mut held = Held::nothing_of(&relation, &event);
    let mut back: Vec<(&Column, Value)> = Vec::new();
    let mut in_scope = None;
    for (i, field) in relation.fields.iter().enumerate() {
        let (old, new) = (event.value(Side::Old, field), event.value(Side::New, field));
        if value::same_image(field, old, new) {
            if withdraws && event.sets(field) {
                held.withdrawn.push(field.name.clone());
            }
            continue;
        }
        // who proposes wants an approval, also where none is needed
        if !proposing && !applies.covers(field)
            || !*in_scope.get_or_insert_with(|| !scope::leaves_alone(&relation, &event))
        {
            continue;
        }
        match decide(&relation, &event, &applies, &who, field) {
            Behavior::AllowWithoutApproval | Behavior::RejectChanges => continue,
            Behavior::IgnoreChanges => held.ignored.push(field.name.clone()),
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
    if !held.changes.is_empty() && relation.company.is_some() && relation.table.holds_rows() {
        // fields that only other companies protect go with the row
        for field in relation.fields.iter().filter(|f| !applies.covers(f)) {
            let (old, new) = (event.value(Side::Old, field), event.value(Side::New, field));
            let known = back.iter().any(|(c, _)| c.number == field.number);
            if !known && !value::same_image(field, old, new) {
                held.changes.push(change(field, old, new));
                back.push((field, old));
            }
        }
    }
    held.in_scope = in_scope == Some(true);
    if relation.shape.others && !held.changes.is_empty() && nothing_else(&relation, &event, &back, |_| false) {
        held.redundant = Some((relation.table.clone(), applies.company, key_of(&relation, &event, Side::Old)));
    }
    HELD.with_borrow_mut(|h| h.push(held));
    buffer::activate();
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
}

/// BEFORE UPDATE, last by name: catches what other triggers assigned, and hands the row over to the buffer.
pub fn last(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_before_update);
    callbacks::inside_update();
    let relation = config::relation(&event);
    let named = event.sets_any(&relation.fields);
    let moved =
        relation.shape.others || event.sets_any(&relation.key) || relation.partition_columns().any(|c| event.sets(c));
    if !named && !moved {
        return event.unchanged();
    }
    if permit::check(&relation, &event, || key_of(&relation, &event, Side::Old)) {
        permit::keep_originals(&relation, &event, || key_of(&relation, &event, Side::Old));
        if scope::key_changes(&relation, &event) {
            scope::refuse_key_change(&relation, &event, Side::Old);
        }
        if moving::leaves(&relation, &event, &[]) {
            moving::keep(&relation, &event, &[], Outcome::new(None, None, Vec::new(), ""), |_| true);
        }
        return event.unchanged();
    }
    let applies = Applies::to(&relation, &event);
    if let Some(reason) = applies.passes(&relation) {
        let direct = differing(&relation, &event, &applies);
        let outcome = Outcome::new(applies.company.clone(), None, direct, reason);
        return finish(&relation, &event, outcome, Vec::new(), &applies);
    }
    let mut held = take_held(&relation, &event);
    // what first has held back was no completion, whatever is left of it
    if held.is_none() && new_records::has(&relation, &applies, || key::hash(&key_of(&relation, &event, Side::Old))) {
        let outcome = records::completed(&relation, &event, &applies);
        return finish(&relation, &event, outcome, Vec::new(), &applies);
    }
    // neither what the statement wishes nor what triggers have made of it may be protected
    let mut in_scope = held.as_ref().is_some_and(|h| h.in_scope).then_some(true);
    let mut protects = || *in_scope.get_or_insert_with(|| !scope::leaves_alone(&relation, &event));
    if scope::key_changes(&relation, &event) && protects() {
        scope::refuse_key_change(&relation, &event, Side::Old);
    }
    let mut back: Vec<(&Column, Value)> = Vec::new();
    let mut direct = Vec::new();
    for field in &relation.fields {
        let (old, new) = (event.value(Side::Old, field), event.value(Side::New, field));
        if value::same_image(field, old, new) {
            continue;
        }
        if !applies.covers(field) {
            continue;
        }
        if !protects() {
            break;
        }
        let who = person::current();
        let kept = held.as_ref().is_some_and(|h| h.changes.iter().any(|c| c.field == field.name));
        match decide(&relation, &event, &applies, &who, field) {
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
    let outcome = Outcome::new(applies.company.clone(), held, direct, "data_entity");
    finish(&relation, &event, outcome, back, &applies)
}

/// What an updated row amounts to.
pub struct Outcome {
    /// The company of the stored row.
    company: Option<Rc<str>>,
    /// Wished values that need approval.
    pub changes: Vec<Change>,
    withdrawn: Vec<Rc<str>>,
    ignored: Vec<Rc<str>>,
    direct: Vec<Change>,
    reason: &'static str,
    /// Its former key, where that changed.
    pub old_key: Option<String>,
    /// Its new company, where that changed.
    moves_to: Option<Option<Rc<str>>>,
}

impl Outcome {
    /// Values that the transaction puts into a record of its own, which is still to be approved.
    pub fn of_changes(company: Option<Rc<str>>, changes: Vec<Change>) -> Self {
        Outcome { changes, ..Outcome::new(company, None, Vec::new(), "") }
    }

    fn new(company: Option<Rc<str>>, held: Option<Held>, direct: Vec<Change>, reason: &'static str) -> Self {
        let (changes, withdrawn, ignored) = held.map_or_else(Default::default, |h| (h.changes, h.withdrawn, h.ignored));
        Outcome { company, changes, withdrawn, ignored, direct, reason, old_key: None, moves_to: None }
    }

    /// Hands it over to the buffer under the key that the row has now.
    pub fn hand_over(self, relation: &Relation, key: impl FnOnce() -> String) {
        for field in &self.ignored {
            notice::ignored(&relation.table, field);
        }
        let proposed = !self.changes.is_empty() || !self.withdrawn.is_empty();
        if !proposed && self.direct.is_empty() && self.old_key.is_none() && self.moves_to.is_none() {
            return;
        }
        let text = key();
        let hash = key::hash(&text);
        if let Some(old) = &self.old_key {
            // who bears a key now may have borne another when it was found to be new
            new_records::lose(relation.shape.root, key::hash(old));
            new_records::lose(relation.shape.root, hash);
        }
        let mut full = false;
        let mut push = |text: &str, hash: [u8; 16], kind: Kind| {
            let company = self.company.clone();
            full |= buffer::push(&relation.table, company, buffer::in_memory(|| value::text(text)), hash, kind);
        };
        if proposed {
            push(&text, hash, Kind::Proposed { changes: self.changes, withdrawn: self.withdrawn });
        }
        if !self.direct.is_empty() {
            push(&text, hash, Kind::Direct(self.direct, self.reason));
        }
        if let Some(old) = self.old_key {
            let new = buffer::in_memory(|| value::text(&text));
            push(&old, key::hash(&old), Kind::KeyChanged(new, hash));
        }
        if let Some(company) = self.moves_to {
            push(&text, hash, Kind::CompanyChanged(company));
        }
        if full {
            flush::flush_all();
        }
    }
}

/// Hands over what a row amounts to, and returns the row to be written.
fn finish(
    relation: &Relation,
    event: &Event,
    mut outcome: Outcome,
    back: Vec<(&Column, Value)>,
    applies: &Applies,
) -> Option<Datum> {
    let captured = !outcome.changes.is_empty() || !outcome.ignored.is_empty();
    let proposing = functions::proposes(relation.shape.root);
    if !proposing {
        outcome.moves_to = rules::moves_to(relation, event, &back);
    }
    if !proposing && moving::leaves(relation, event, &back) {
        moving::keep(relation, event, &back, outcome, |f| applies.covers(f) || !applies.enabled());
    } else {
        let same = |c: &Column| value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c));
        outcome.old_key = (!relation.key.iter().all(same)).then(|| key_of(relation, event, Side::Old));
        outcome.hand_over(relation, || key_of(relation, event, Side::New));
    }
    if proposing {
        functions::saw_record();
        return None;
    }
    let books = |c: &Column| relation.table.keeps_book(&c.name);
    if captured && applies.policy(&person::current()).skip_redundant && nothing_else(relation, event, &back, books) {
        return None;
    }
    if back.is_empty() { event.unchanged() } else { event.replaced(&back) }
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

fn differing(relation: &Relation, event: &Event, applies: &Applies) -> Vec<Change> {
    let pair = |f: &Column| (event.value(Side::Old, f), event.value(Side::New, f));
    relation
        .fields
        .iter()
        .filter_map(|f| {
            let (old, new) = pair(f);
            (!value::same_image(f, old, new) && applies.lists(f)).then(|| change(f, old, new))
        })
        .collect()
}

/// A change of a field, in the buffer's memory.
pub fn change(field: &Column, old: Value, new: Value) -> Change {
    let pin = Pin::new();
    buffer::in_memory(|| {
        let proposed = value::render(field, new);
        Change {
            field: field.name.clone(),
            original: value::render(field, old),
            proposed,
            image: new.zip(proposed).and_then(|(value, text)| image::where_text_is_not_exact(field, value, text)),
            _pin: pin,
        }
    })
}

/// What happens to a changed field. Raises CW006 where the policy rejects it, 42501 where a person must be named first.
fn decide(relation: &Relation, event: &Event, applies: &Applies, who: &Rc<Who>, field: &Column) -> Behavior {
    let table = &relation.table.name;
    if who.person.is_none() {
        raise(
            Report::new("42501", format!("a change to {} of \"{table}\" needs the person who makes it", field.name))
                .detail(format!(
                    "The session user \"{}\" is an application role and has not named anybody.",
                    who.session
                ))
                .hint(person::NAME_FIRST),
        );
    }
    let mut behavior = applies.behavior(who, field);
    if behavior == Behavior::AllowWithoutApproval && functions::proposes(relation.shape.root) {
        behavior = Behavior::CreateChangeProposals;
    }
    if behavior == Behavior::RejectChanges {
        let all: Vec<&str> = relation
            .fields
            .iter()
            .filter(|f| applies.behavior(who, f) == Behavior::RejectChanges)
            .filter(|f| !value::same_image(f, event.value(Side::Old, f), event.value(Side::New, f)))
            .map(|f| &*f.name)
            .collect();
        raise(
            Report::new(
                "CW006",
                format!("changes to {} of \"{table}\" {} are rejected", all.join(", "), key_of(relation, event, Side::Old)),
            )
            .detail(format!(
                "Data entity {} has behavior reject_changes for {}.",
                applies.policy(who).entity.as_deref().map_or("", |e| e.strip_prefix("role:").unwrap_or(e)),
                all.join(", ")
            ))
            .hint("Leave these fields out, or let the table's administrator set another behavior with customer_workflow.set_data_entity()."),
        );
    }
    behavior
}

/// Raises CW005: propose() where approvals are disabled.
fn refuse_disabled(relation: &Relation, event: &Event, applies: &Applies) -> ! {
    let company = applies.company.as_deref().map_or(String::new(), |c| format!(" in company \"{c}\""));
    raise(
        Report::new("CW005", format!("approvals are disabled for table \"{}\"{company}", relation.table.name))
            .detail(format!("The record is {}.", key_of(relation, event, Side::Old)))
            .hint("Switch them on again with customer_workflow.enable(), or write the value with UPDATE."),
    )
}

fn take_held(relation: &Relation, event: &Event) -> Option<Held> {
    let (row, depth) = (event.row_address(), callbacks::depth());
    let is_it = |h: &Held| h.relation == relation.shape.relation && h.row == row && h.depth == depth;
    if let Some(only) = HELD.with_borrow_mut(|held| if held.len() == 1 { held.pop_if(|h| is_it(h)) } else { None }) {
        return Some(only);
    }
    let mut mine = take_where(|h| h.depth >= depth);
    let at = mine.iter().rposition(is_it);
    let found = at.map(|i| mine.remove(i));
    mine.into_iter().for_each(Held::swallowed);
    found
}

/// AFTER DELETE of a row: its open proposals are looked after at the end of the statement. A row that moves to another
/// partition or changes its key is still there then.
pub fn deleted(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_after_delete);
    let relation = config::relation(&event);
    let text = key_of(&relation, &event, Side::Old);
    let hash = key::hash(&text);
    new_records::lose(relation.shape.root, hash);
    if permit::deletes(relation.shape.root, &text) {
        // what approves it looks after the other proposals
        return event.unchanged();
    }
    records::deleted(&relation, &event, &text, hash);
    if buffer::push(&relation.table, None, buffer::in_memory(|| value::text(&text)), hash, Kind::Deleted) {
        flush::flush_all();
    }
    event.unchanged()
}

/// AFTER TRUNCATE: the same for all records that are gone.
pub fn truncated(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_after_truncate);
    let relation = config::relation(&event);
    records::truncated(&relation);
    flush::truncated(relation.table.table_id);
    None
}

/// A statement at executor depth `depth` has ended: rows of it that never reached `last` were swallowed.
pub fn statement_end(depth: u32) {
    take_where(|h| h.depth > depth).into_iter().for_each(Held::swallowed);
}

/// Whether rows have not been seen to yet.
pub fn holds_rows() -> bool {
    !HELD.with_borrow(Vec::is_empty)
}

/// The transaction is over.
pub fn forget() {
    HELD.take();
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
