//! Option `scope`: a change that the condition calls unprotected, for the stored record and for the changed one, is an ordinary
//! write. PostgreSQL keeps the condition as that of a trigger which does nothing; it is evaluated here, since a trigger tells
//! true only, and not false from null.

use super::config::{Relation, Table};
use super::functions;
use super::key;
use crate::error::{Report, raise};
use crate::pg::column::Column;
use crate::pg::condition::{self, Condition};
use crate::pg::function::Call;
use crate::pg::json::jsonb;
use crate::pg::row::{Event, Side};
use crate::pg::shape::Shape;
use crate::pg::{callbacks, role, value};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::collections::HashMap;

/// The trigger that has the condition.
const TRIGGER: &str = "~~~customer_workflow_scope";

struct Compiled {
    statement: u64,
    subtransaction: u32,
    /// EXECUTE of its functions was checked for this role.
    user: Oid,
    condition: Condition,
}

thread_local! {
    static COMPILED: RefCell<HashMap<u32, Compiled>> = RefCell::new(HashMap::new());
}

/// The columns of the primary key that the condition names. CW008 where the protection does not have what option `scope` says.
pub fn key_columns(event: &Event, shape: &Shape, table: &Table, fields: &[Column], key: &[Column]) -> Vec<Column> {
    if !table.has_scope() {
        return Vec::new();
    }
    let broken = |detail: String| -> ! {
        raise(
            Report::new("CW008", format!("the protection of table \"{}\" is not whole", table.name))
                .detail(detail)
                .hint("Set option scope again with customer_workflow.configure()."),
        )
    };
    let Some(numbers) = condition::columns(event, TRIGGER) else {
        broken("The trigger that has the condition of option scope is missing.".to_owned())
    };
    let is_in = |set: &[Column], number: i16| set.iter().any(|c| c.number == number);
    if let Some(&other) = numbers.iter().find(|&&n| !is_in(fields, n) && !is_in(key, n)) {
        let name = shape.column(other).map_or("the whole record", |c| &*c.name);
        broken(format!("Option scope depends on {name}, which is neither protected nor in the primary key."));
    }
    key.iter().filter(|c| numbers.contains(&c.number)).cloned().collect()
}

/// Whether the change of a row is none of ours. What is explicitly proposed always is.
pub fn leaves_alone(relation: &Relation, event: &Event) -> bool {
    if !relation.table.has_scope() || functions::proposes(relation.shape.root) {
        return false;
    }
    let (statement, subtransaction, user) = (callbacks::statement(), callbacks::subtransaction(), role::current_user());
    let id = relation.shape.relation.to_u32();
    // taken out while it runs, since functions in it may come here again
    let known = COMPILED
        .with_borrow_mut(|c| c.remove(&id))
        .filter(|c| (c.statement, c.subtransaction, c.user) == (statement, subtransaction, user));
    let compiled = known.or_else(|| {
        let subject = format!("option \"scope\" of table \"{}\"", relation.table.name);
        let condition = Condition::new(event, TRIGGER, &subject)?;
        Some(Compiled { statement, subtransaction, user, condition })
    });
    let Some(compiled) = compiled else { return false };
    let is_false = |new| compiled.condition.holds(event, new) == Some(false);
    let alone = is_false(Side::Old) && is_false(Side::New);
    COMPILED.with_borrow_mut(|c| c.insert(id, compiled));
    alone
}

/// Whether the key changes in a column on which it depends what is protected.
pub fn key_changes(relation: &Relation, event: &Event) -> bool {
    relation.fixed.iter().any(|c| !value::same_image(c, event.value(Side::Old, c), event.value(Side::New, c)))
}

/// Raises CW006: the key of a protected record cannot be held back, and with another one it would be under other rules.
pub fn refuse_key_change(relation: &Relation, event: &Event, side: Side) -> ! {
    let names: Vec<&str> = relation.fixed.iter().map(|c| &*c.name).collect();
    let names = names.join(", ");
    let key = key::text(&relation.key, |c| event.value(side, c));
    raise(
        Report::new("CW006", format!("{names} of \"{}\" {key} cannot change", relation.table.name))
            .detail("It is in the primary key, and what is protected depends on it.")
            .hint("Insert a new record, or disable approvals for the length of the transaction."),
    )
}

/// SQL `_scope_parts(relation regclass, role oid) returns jsonb`: what the condition is made of; null where there is none.
pub fn parts(call: &Call) -> Option<Datum> {
    let parts = condition::parts(call.oid(0)?, TRIGGER, call.oid(1)?)?;
    let functions: Vec<u32> = parts.functions.iter().map(|f| f.to_u32()).collect();
    let json = serde_json::json!({"columns": parts.columns, "functions": functions, "mutable": parts.mutable});
    Some(jsonb(&json.to_string()))
}

/// BEFORE UPDATE, disabled: only its condition is used.
pub fn nothing(call: &Call) -> Option<Datum> {
    let event = super::trigger::called_by(call, Event::is_before_update);
    super::config::relation(&event);
    event.unchanged()
}

/// The transaction is over, and the memory of its conditions with it.
pub fn forget() {
    COMPILED.with_borrow_mut(|c| c.drain().for_each(|(_, c)| std::mem::forget(c)));
}

/// A subtransaction was rolled back, and the memory of its conditions with it.
pub fn subtransaction_aborted(subtransaction: u32) {
    COMPILED.with_borrow_mut(|c| {
        let gone: Vec<u32> = c.iter().filter(|(_, c)| c.subtransaction == subtransaction).map(|(id, _)| *id).collect();
        gone.iter().filter_map(|id| c.remove(id)).for_each(std::mem::forget);
    });
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32) {
    COMPILED.with_borrow_mut(|c| c.retain(|_, c| c.subtransaction != subtransaction));
}
