//! Records come and go: what INSERT and DELETE do, by the options `on_insert`, `on_delete` and `new_records` of the table. Only
//! tables that use these have the triggers.

use super::buffer::{self, Change, Kind, Operation};
use super::config::{self, Behavior, OnDelete, OnInsert, Policy, Relation};
use super::rules::Applies;
use super::trigger::{Outcome, called_by, change, key_of};
use super::{flush, functions, key, moving, new_records, notice};
use crate::apply::permit;
use crate::error::{Report, raise};
use crate::guard::{maintenance, person};
use crate::pg::callbacks;
use crate::pg::function::Call;
use crate::pg::role;
use crate::pg::row::{Event, Side};
use crate::pg::value;
use pgrx::pg_sys::Datum;
use std::rc::Rc;

/// BEFORE INSERT, last by name, so that it sees the row as it would be stored: holds it back, unless it meets a stored one, which
/// the statement then updates or fails at.
pub fn inserting(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_before_insert);
    let relation = config::relation(&event);
    if moving::is_arriving(relation.shape.root) {
        return event.unchanged();
    }
    let text = key_of(&relation, &event, Side::Old);
    let proposing = functions::proposes(relation.shape.root);
    let applies = Applies::to_only(&relation, &event);
    if proposing {
        refuse_needless(&relation, &applies, &text, "creating", applies.on_insert() == OnInsert::Allow);
    }
    if permit::check_record(&relation, &event, &text, Operation::Insert)
        || applies.on_insert() == OnInsert::Allow
        || applies.passes(&relation).is_some()
    {
        return event.unchanged();
    }
    let policy = applies.policy(&person::current());
    let stored = match policy.of_records() {
        Behavior::AllowWithoutApproval => !proposing,
        Behavior::CreateChangeProposals => applies.on_insert() == OnInsert::Draft && !proposing,
        Behavior::RejectChanges | Behavior::IgnoreChanges => false,
    };
    let without_key = relation.key.iter().any(|c| event.value(Side::Old, c).is_none());
    if stored || without_key || event.meets_stored_row() {
        return event.unchanged();
    }
    match policy.of_records() {
        Behavior::IgnoreChanges => notice::ignored(&relation.table, "new record"),
        Behavior::RejectChanges => reject(&relation, &policy, &text, "creating"),
        _ => {
            refuse_to_restore(&relation, &text);
            require_person(&relation, &text, "creating");
            let columns = relation.shape.columns.iter().filter(|c| !c.computed);
            let changes = columns.map(|c| change(c, None, event.value(Side::Old, c))).collect();
            push(&relation, applies.company.clone(), &text, key::hash(&text), Kind::Record(Operation::Insert, changes));
            if proposing {
                functions::saw_record();
            }
        }
    }
    None
}

/// AFTER INSERT, first by name: the row is stored.
pub fn inserted(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_after_insert);
    let relation = config::relation(&event);
    let (table, root) = (&relation.table, relation.shape.root);
    let text = key_of(&relation, &event, Side::Old);
    let hash = key::hash(&text);
    if moving::has_arrived(root, &hash) || permit::covers(root) {
        return event.unchanged();
    }
    let applies = Applies::to_only(&relation, &event);
    let policy = applies.policy(&person::current());
    let allowed = (policy.of_records() == Behavior::AllowWithoutApproval).then_some("data_entity");
    let past_approval = applies.passes(&relation).or(allowed);
    let kind = match (applies.on_insert(), past_approval) {
        (OnInsert::Allow, _) => None,
        (_, Some(reason)) => Some(Kind::Direct(fields(&relation, &event, true), reason)),
        (OnInsert::Draft, None) if policy.of_records() == Behavior::CreateChangeProposals => {
            refuse_to_restore(&relation, &text);
            require_person(&relation, &text, "creating");
            Some(Kind::Record(Operation::Draft, fields(&relation, &event, true)))
        }
        (OnInsert::Draft | OnInsert::Held, None) => raise(
            Report::new("40001", "could not serialize access due to concurrent delete".to_owned())
                .detail(format!("The row that the new record \"{}\" {text} met has gone meanwhile.", table.name))
                .hint("Try the transaction again."),
        ),
    };
    if applies.completes() && !matches!(kind, Some(Kind::Direct(..))) {
        new_records::add(&relation, hash);
    }
    if let Some(kind) = kind {
        push(&relation, applies.company.clone(), &text, hash, kind);
    }
    event.unchanged()
}

/// BEFORE DELETE, first by name, so that triggers do nothing on account of a row that stays: keeps it. The statement counts it as
/// not deleted.
pub fn deleting(call: &Call) -> Option<Datum> {
    let event = called_by(call, Event::is_before_delete);
    callbacks::inside_update();
    let relation = config::relation(&event);
    let root = relation.shape.root;
    let text = key_of(&relation, &event, Side::Old);
    let proposing = functions::proposes(root);
    let applies = Applies::to_only(&relation, &event);
    if proposing {
        refuse_needless(&relation, &applies, &text, "deleting", applies.on_delete() == OnDelete::Allow);
    }
    if moving::is_leaving(root, &text)
        || permit::check_record(&relation, &event, &text, Operation::Delete)
        || applies.on_delete() == OnDelete::Allow
        || applies.passes(&relation).is_some()
        || !proposing && new_records::has(&relation, &applies, || key::hash(&text))
    {
        return event.unchanged();
    }
    let policy = applies.policy(&person::current());
    match policy.of_records() {
        Behavior::AllowWithoutApproval if !proposing => return event.unchanged(),
        Behavior::RejectChanges => reject(&relation, &policy, &text, "deleting"),
        _ if role::in_foreign_key_action() => raise(
            Report::new("CW006", format!("\"{}\" {text} cannot be deleted by a foreign key", relation.table.name))
                .detail("Deleting it needs approval (option on_delete of the table is propose), and the foreign key would be broken meanwhile.")
                .hint("Delete it first, and what it references when that is approved."),
        ),
        Behavior::IgnoreChanges => notice::ignored(&relation.table, "deleted record"),
        Behavior::CreateChangeProposals | Behavior::AllowWithoutApproval => {
            require_person(&relation, &text, "deleting");
            push(&relation, applies.company.clone(), &text, key::hash(&text), Kind::Record(Operation::Delete, fields(&relation, &event, false)));
            if proposing {
                functions::saw_record();
            }
        }
    }
    None
}

/// AFTER DELETE of a row: what went past approval by permission is recorded.
pub fn deleted(relation: &Relation, event: &Event, text: &str, hash: [u8; 16]) {
    let applies = Applies::to_only(relation, event);
    if applies.on_delete() == OnDelete::Allow || moving::has_left(relation.shape.root, &hash) {
        return;
    }
    let reason = if let Some(reason) = applies.passes(relation) {
        reason
    } else if applies.policy(&person::current()).of_records() == Behavior::AllowWithoutApproval {
        "data_entity"
    } else {
        // the transaction's own
        return;
    };
    push(relation, applies.company, text, hash, Kind::Direct(fields(relation, event, false), reason));
}

/// AFTER TRUNCATE: refused where deleting needs approval.
pub fn truncated(relation: &Relation) {
    let table = &relation.table;
    if table.keeps_records() && !maintenance::passes(relation.shape.root) {
        raise(
            Report::new("CW006", format!("\"{}\" cannot be truncated", table.name))
                .detail("Deleting its records needs approval: option on_delete of the table is propose.")
                .hint("Use DELETE, or switch approvals off meanwhile with customer_workflow.disable()."),
        );
    }
    new_records::lose_all(relation.shape.root);
}

/// What it amounts to when the transaction completes a record that it has inserted: nothing, or other values for its approval.
pub fn completed(relation: &Relation, event: &Event, applies: &Applies) -> Outcome {
    let changed =
        |f: &&crate::pg::column::Column| !value::same_image(f, event.value(Side::Old, f), event.value(Side::New, f));
    let fields = relation.fields.iter().filter(|_| applies.on_insert() == OnInsert::Draft).filter(changed);
    Outcome::of_changes(applies.company.clone(), fields.map(|f| change(f, None, event.value(Side::New, f))).collect())
}

/// The protected fields of a row that comes or goes.
fn fields(relation: &Relation, event: &Event, comes: bool) -> Vec<Change> {
    let fields = relation.fields.iter().map(|f| (f, event.value(Side::Old, f)));
    fields.map(|(f, v)| if comes { change(f, None, v) } else { change(f, v, None) }).collect()
}

fn push(relation: &Relation, company: Option<Rc<str>>, text: &str, hash: [u8; 16], kind: Kind) {
    if buffer::push(&relation.table, company, buffer::in_memory(|| value::text(text)), hash, kind) {
        flush::flush_all();
    }
}

fn reject(relation: &Relation, policy: &Policy, text: &str, doing: &str) -> ! {
    let entity = policy.entity.as_deref().map_or("", |e| e.strip_prefix("role:").unwrap_or(e));
    raise(
        Report::new("CW006", format!("{doing} \"{}\" {text} is rejected", relation.table.name))
            .detail(format!("Data entity {entity} has behavior reject_changes."))
            .hint("Let the table's administrator set another behavior with customer_workflow.set_data_entity()."),
    )
}

/// With `row_security` off, as pg_dump's scripts have it, nothing may be left out silently: a restore that meets our triggers, since
/// they were there before the rows, would otherwise propose its records.
fn refuse_to_restore(relation: &Relation, text: &str) {
    if !role::row_security() {
        raise(
            Report::new(
                "CW006",
                format!("creating \"{}\" {text} needs approval, and row_security is off", relation.table.name),
            )
            .detail("As in a restore, a record is stored as it is, or this error is raised.")
            .hint("Restore with PGOPTIONS='-c session_replication_role=replica'."),
        );
    }
}

/// Who proposes explicitly wants an approval, and in the company of this record it would just be done.
fn refuse_needless(relation: &Relation, applies: &Applies, text: &str, doing: &str, allowed: bool) {
    let name = &relation.table.name;
    let company = applies.company.as_deref().map_or(String::new(), |c| format!(" in company \"{c}\""));
    if !applies.enabled() {
        raise(
            Report::new("CW005", format!("approvals are disabled for table \"{name}\"{company}"))
                .detail(format!("The record is {text}."))
                .hint("Switch them on again with customer_workflow.enable(), or use INSERT or DELETE."),
        );
    }
    if allowed {
        raise(
            Report::new("22023", format!("{doing} \"{name}\" {text} needs no approval{company}"))
                .detail(format!("Option {} is allow.", if doing == "deleting" { "on_delete" } else { "on_insert" }))
                .hint("Use INSERT or DELETE."),
        );
    }
}

fn require_person(relation: &Relation, text: &str, doing: &str) {
    let who = person::current();
    if who.person.is_none() {
        raise(
            Report::new("42501", format!("{doing} \"{}\" {text} needs the person who does it", relation.table.name))
                .detail(format!(
                    "The session user \"{}\" is an application role and has not named anybody.",
                    who.session
                ))
                .hint(person::NAME_FIRST),
        );
    }
}
