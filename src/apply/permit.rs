//! The permit: for the length of one statement, exactly these values may be written to exactly these records. Kept in memory,
//! never in a setting or a role, which users could set.

use crate::capture::buffer::Operation;
use crate::capture::config::Relation;
use crate::capture::{key, new_records};
use crate::error::{Report, raise};
use crate::pg::arena::Arena;
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::encoding;
use crate::pg::function::{Call, array};
use crate::pg::image;
use crate::pg::role;
use crate::pg::row::{Event, Side};
use crate::pg::shape::Shape;
use crate::pg::spi::Statement;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{BYTEAARRAYOID, BYTEAOID, Datum, INT8ARRAYOID, INT8OID, Oid, TEXTARRAYOID, TEXTOID};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

struct Permit {
    root: Oid,
    subtransaction: u32,
    /// What is done to whole records; `None`: fields of them are changed.
    operation: Option<Operation>,
    fields: Vec<Column>,
    /// Record key → where its values begin in `values`.
    rows: HashMap<String, usize>,
    values: Vec<Value>,
    /// Those of the fields whose text may not be exact.
    inexact: Vec<Column>,
    /// Of the values that are overwritten, those whose text is not exact: record, field, image.
    originals: Vec<(usize, Rc<str>, Datum)>,
}

thread_local! {
    static PERMIT: RefCell<Option<Permit>> = const { RefCell::new(None) };
    static ARENA: Arena = Arena::new(c"customer_workflow permit");
    /// Whether this transaction has written, or tried, approved values, or called a function of a workflow.
    static WRITTEN: Cell<bool> = const { Cell::new(false) };
}

/// SQL `_permit(relation regclass, keys text[], fields text[], "values" text[], images bytea[], role oid)`: arms
/// it. `values` has, record by
/// record, one text for each field; they are read as `role`, the one that will write them, because reading a value may run the
/// CHECK of a domain inside it. EXECUTE for the extension's owner only. 55000 when one is armed already.
pub fn arm(call: &Call) -> Option<Datum> {
    let root = call.oid(0)?;
    let (keys, fields, texts) = (call.texts(1)?, call.texts(2)?, call.texts(3)?);
    let (images, role) = (call.byteas(4)?, call.oid(5)?);
    refuse_inside_approval();
    let shape = Shape::of_oid(root);
    let columns: Vec<Column> = fields
        .into_iter()
        .flatten()
        .map(|f| match shape.columns.iter().find(|c| *c.name == *f) {
            Some(column) => column.clone(),
            None => raise(
                Report::new(
                    "CW008",
                    format!("column \"{f}\" of table \"{}\" does not exist any more", value::relation_name(root)),
                )
                .detail("A proposal would write it.")
                .hint("Remove the change with customer_workflow.discard_change()."),
            ),
        })
        .collect();
    assert_eq!(texts.len(), keys.len() * columns.len());
    let read = |(i, text): (usize, Option<String>)| {
        let column = &columns[i % columns.len()];
        if let Some(exact) = images[i].and_then(|image| image::value(column, image)) {
            return Some(exact);
        }
        let text = encoding::c_string(&text?);
        let base = value::base_type(column.type_oid);
        let read = || value::read(base, value::base_typmod(column), &text);
        // built-in types run nobody's code, and a regclass may name what the writing role may not use
        Some(if value::is_built_in(base) { read() } else { role::with_user_restricted(role, read) })
    };
    let values = ARENA.with(|a| a.with(|| texts.into_iter().enumerate().map(read).collect()));
    let n = columns.len();
    let rows = keys.into_iter().flatten().enumerate().map(|(i, k)| (k, i * n)).collect();
    let rows: HashMap<String, usize> = rows;
    if !new_records::is_empty() {
        rows.keys().for_each(|key| new_records::lose(root, key::hash(key)));
    }
    let inexact = columns.iter().filter(|c| !image::text_is_always_exact(c)).cloned().collect();
    let subtransaction = callbacks::subtransaction();
    let permit =
        Permit { root, subtransaction, operation: None, fields: columns, rows, values, inexact, originals: Vec::new() };
    PERMIT.set(Some(permit));
    WRITTEN.set(true);
    None
}

/// SQL `_permit_as(operation text)`: the permit that has just been armed is for storing or deleting these records (`insert`, `delete`).
pub fn arm_as(call: &Call) -> Option<Datum> {
    let operation = match call.text(0)?.as_str() {
        "insert" => Operation::Insert,
        "delete" => Operation::Delete,
        other => raise(Report::new("22023", format!("\"{other}\" is not an operation"))),
    };
    PERMIT.with_borrow_mut(|p| {
        if let Some(p) = p {
            p.operation = Some(operation);
        }
    });
    None
}

/// Whether the record with this key is being deleted because that was approved.
pub fn deletes(root: Oid, key: &str) -> bool {
    is_for(root, key, Operation::Delete)
}

fn is_for(root: Oid, key: &str, operation: Operation) -> bool {
    PERMIT.with_borrow(|p| {
        p.as_ref().is_some_and(|p| p.root == root && p.operation == Some(operation) && p.rows.contains_key(key))
    })
}

/// While approved values are written to this table, a row comes or goes only as they say: CW009 for any other. False, and
/// nothing is checked, where no permit covers the table.
pub fn check_record(relation: &Relation, event: &Event, key: &str, operation: Operation) -> bool {
    if !covers(relation.shape.root) {
        return false;
    }
    if !is_for(relation.shape.root, key, operation) {
        let done = if operation == Operation::Delete { "delete" } else { "insert" };
        raise(
            Report::new(
                "CW009",
                format!("a trigger or foreign key would {done} \"{}\" {key} while an approved change is written", relation.table.name),
            )
            .detail("Nobody has approved that.")
            .hint("Propose it on its own, and first; or make the trigger leave records alone while others are being approved."),
        );
    }
    if operation == Operation::Insert {
        let wrong = PERMIT.with_borrow(|permit| {
            let permit = permit.as_ref()?;
            let at = *permit.rows.get(key)?;
            let differs = |column: &&Column| {
                let given = permit.fields.iter().position(|f| f.name == column.name).map(|i| permit.values[at + i]);
                given.is_some_and(|given| !value::same_image(column, event.value(Side::Old, column), given))
            };
            relation.watched().into_iter().find(differs).map(|c| c.name.clone())
        });
        if let Some(field) = wrong {
            refuse(relation, event, key, &field);
        }
    }
    true
}

/// SQL `_permitted(record integer, field bigint, "like" anyelement)`: a value of the permit, both counted from 1; null for SQL NULL.
/// 55000 when none is armed or it is not of that type.
pub fn permitted(call: &Call) -> Option<Datum> {
    let (record, field) = (call.arg(0)?.value(), call.arg(1)?.value());
    let type_oid = call.arg_type(2);
    let value = PERMIT.with_borrow(|p| {
        let p = p.as_ref()?;
        let column = p.fields.get(field.checked_sub(1)?)?;
        (value::base_type(column.type_oid) == type_oid).then_some(())?;
        p.values.get(record.checked_sub(1)? * p.fields.len() + field - 1).copied()
    });
    match value {
        Some(value) => value,
        None => raise(Report::new("55000", "there is no such permitted value".to_owned())),
    }
}

/// SQL `_permit_end()`: the statement is over.
pub fn end(_: &Call) -> Option<Datum> {
    forget();
    None
}

/// Keeps the images of the values that the row of `event` overwrites, where their texts are not exact: a revert writes them back.
pub fn keep_originals(relation: &Relation, event: &Event, key: impl FnOnce() -> String) {
    let inexact = PERMIT.with_borrow(|p| p.as_ref().map(|p| p.inexact.clone()).unwrap_or_default());
    if inexact.is_empty() {
        return;
    }
    let key = key();
    for field in inexact {
        let Some(column) = relation.shape.columns.iter().find(|c| c.name == field.name) else { continue };
        let Some(value) = event.value(Side::Old, column) else { continue };
        let Some(text) = value::render(column, Some(value)) else { continue };
        // the output of a type may be somebody's code: nothing is borrowed meanwhile
        let image = ARENA.with(|a| a.with(|| image::where_text_is_not_exact(column, value, text)));
        PERMIT.with_borrow_mut(|p| {
            let Some(p) = p.as_mut() else { return };
            if let (Some(image), Some(at)) = (image, p.rows.get(&key)) {
                p.originals.push((at / p.fields.len(), field.name, image));
            }
        });
    }
}

static KEEP_ORIGINALS: Statement = Statement::new(
    c"UPDATE customer_workflow.change AS c SET original_image = u.image
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS u (proposal, field, image)
       WHERE c.proposal OPERATOR(pg_catalog.=) u.proposal AND c.field OPERATOR(pg_catalog.=) u.field",
    &[INT8ARRAYOID, TEXTARRAYOID, BYTEAARRAYOID],
);

/// SQL `_keep_originals(proposals bigint[])`: writes down what `keep_originals` has kept; the proposals are in the order of the
/// permit's records.
pub fn write_originals(call: &Call) -> Option<Datum> {
    let originals = PERMIT.with_borrow_mut(|p| p.as_mut().map(|p| std::mem::take(&mut p.originals)))?;
    if originals.is_empty() {
        return None;
    }
    let ids = call.bigints(0)?;
    let datum = |id: Option<i64>| id.map(Datum::from);
    let proposals: Vec<_> = originals.iter().map(|o| datum(ids.get(o.0).copied().flatten())).collect();
    let fields: Vec<_> = originals.iter().map(|o| Some(value::text(&o.1))).collect();
    let images: Vec<_> = originals.iter().map(|o| Some(o.2)).collect();
    let arrays = [(INT8OID, proposals), (TEXTOID, fields), (BYTEAOID, images)];
    KEEP_ORIGINALS.run(&arrays.map(|(of, items)| Some(array(of, &items))), |_| ());
    None
}

/// Code of somebody else runs in this transaction: what it defers must not decide in the name of whoever commits.
pub fn others_code_runs() {
    WRITTEN.set(true);
}

/// Where code of somebody else has run in this transaction: 55000 for what would outlive it and run with the rights of whoever
/// commits, which is everything that a role other than the session's leaves behind.
pub fn refuse_leaving(what: &str) {
    let role = role::current_user();
    if WRITTEN.get() && role != role::outer_user() {
        let name = role::name(role).unwrap_or_default();
        raise(
            Report::new("55000", format!("code of role \"{name}\" cannot leave {what} in a transaction that approves"))
                .detail("It would run later, with the rights of whoever approves.")
                .hint("Leave it out of triggers and functions that run during an approval."),
        )
    }
}

/// SQL `_outside_approval(trigger_depth integer)`: 55000 while approved values are being written in this session, and in triggers
/// that fire later in such a transaction; 42501 in a maintenance command. Other people's code runs then, in the name of whoever
/// approves or maintains, and must not use it for decisions of its own.
pub fn outside(call: &Call) -> Option<Datum> {
    if role::in_restricted_operation() {
        raise(
            Report::new("42501", "cannot decide or configure within a security-restricted operation".to_owned())
                .detail("A function that ANALYZE, REINDEX, REFRESH MATERIALIZED VIEW or the like runs called customer_workflow.")
                .hint("Call it directly instead."),
        );
    }
    if WRITTEN.get() && call.arg(0)?.value() > 0 {
        refuse_call();
    }
    refuse_inside_approval();
    None
}

fn refuse_inside_approval() {
    if PERMIT.with_borrow(Option::is_some) {
        refuse_call();
    }
}

fn refuse_call() -> ! {
    raise(
        Report::new("55000", "another approval is being written in this session".to_owned())
            .detail("A trigger that runs while approved values are written called a function of customer_workflow.")
            .hint("Call it after the statement instead, for example from the application."),
    )
}

/// Whether approved values are being written to the table with this root.
pub fn covers(root: Oid) -> bool {
    PERMIT.with_borrow(|p| p.as_ref().is_some_and(|p| p.root == root))
}

/// Whether approved values are being written to this table; then the row of `event` holds in its protected fields exactly
/// what the permit says, or what is stored where the permit says nothing. Anything else is an ERROR (CW009), never a diversion.
pub fn check(relation: &Relation, event: &Event, key: impl FnOnce() -> String) -> bool {
    if !covers(relation.shape.root) {
        return false;
    }
    let key = key();
    let wrong = PERMIT.with_borrow(|permit| {
        let permit = permit.as_ref()?;
        // what comes or goes as a whole is not changed by an UPDATE meanwhile
        let row = permit.rows.get(&key).filter(|_| permit.operation != Some(Operation::Delete));
        let permitted = |column: &Column| {
            let at = permit.fields.iter().position(|f| f.name == column.name)?;
            Some(permit.values[row? + at])
        };
        let own = if permit.operation.is_none() { permit.fields.as_slice() } else { &[] };
        let watched = own.iter().chain(&relation.fields);
        watched
            .filter_map(|f| relation.shape.columns.iter().find(|c| c.name == f.name))
            .find(|column| {
                let new = event.value(Side::New, column);
                let expected = permitted(column).unwrap_or_else(|| event.value(Side::Old, column));
                let held = relation.fields.iter().any(|f| f.number == column.number) || permitted(column).is_some();
                held && !value::same_image(column, new, expected)
            })
            .map(|column| column.name.clone())
    });
    if let Some(field) = wrong {
        refuse(relation, event, &key, &field);
    }
    true
}

/// Raises CW009: something else than the approved value would be written.
pub fn refuse(relation: &Relation, event: &Event, key: &str, field: &str) -> ! {
    let others = event.other_before_triggers();
    let suspects = if others.is_empty() {
        "It was changed by another statement of a trigger while approved values were written.".to_owned()
    } else {
        format!("Triggers that may have changed it: {}.", others.join(", "))
    };
    raise(
        Report::new(
            "CW009",
            format!("another trigger changed {field} of \"{}\" {key} while an approved value was written", relation.table.name),
        )
        .detail(suspects)
        .hint("Make the trigger leave values alone that are being approved, or propose the value as the trigger would store it."),
    )
}

/// The transaction is over.
pub fn transaction_end() {
    forget();
    WRITTEN.set(false);
}

/// It is over.
pub fn forget() {
    if PERMIT.take().is_some() {
        ARENA.with(Arena::reset);
    }
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    if PERMIT.with_borrow(|p| p.as_ref().is_some_and(|p| p.subtransaction == subtransaction)) {
        forget();
    }
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    PERMIT.with_borrow_mut(|p| {
        if let Some(p) = p.as_mut().filter(|p| p.subtransaction == subtransaction) {
            p.subtransaction = parent;
        }
    });
}
