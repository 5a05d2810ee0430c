//! Small SQL functions on keys, values and what this transaction proposed.

use super::{key, notice, touched};
use crate::error::{Report, raise};
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::function::{Call, array};
use crate::pg::{encoding, spi, value};
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::RefCell;

/// What the statement of an explicit `propose`, `propose_delete` or `revert` begins with: nobody's trigger or rule has such a statement, so that only this
/// one is withheld, never an UPDATE that follows from another statement.
pub const PROPOSE_MARK: &str = "/* customer_workflow.propose */ ";

/// An explicit `propose` under way: the UPDATE of this table that it runs is captured and writes nothing.
struct Proposing {
    root: Oid,
    saw_record: bool,
    subtransaction: u32,
    /// The proposal that was last before.
    before: i64,
}

thread_local! {
    /// The last one counts; a trigger of its UPDATE may propose something else meanwhile.
    static PROPOSING: RefCell<Vec<Proposing>> = const { RefCell::new(Vec::new()) };
}

/// Whether the current statement is the one of an explicit `propose` on this table.
pub fn proposes(root: Oid) -> bool {
    callbacks::in_marked_statement() && PROPOSING.with_borrow(|p| p.last().is_some_and(|p| p.root == root))
}

/// That UPDATE met its record.
pub fn saw_record() {
    PROPOSING.with_borrow_mut(|all| {
        if let Some(p) = all.last_mut() {
            p.saw_record = true;
        }
    });
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    end(|all| all.retain(|p| p.subtransaction != subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    PROPOSING.with_borrow_mut(|all| {
        for p in all.iter_mut().filter(|p| p.subtransaction == subtransaction) {
            p.subtransaction = parent;
        }
    });
}

/// The transaction is over.
pub fn forget() {
    end(Vec::clear);
}

fn end<R>(which: impl FnOnce(&mut Vec<Proposing>) -> R) -> R {
    PROPOSING.with_borrow_mut(|all| {
        let ended = which(all);
        callbacks::watch_for_mark(!all.is_empty());
        ended
    })
}

/// SQL `_propose_begin(relation regclass)`: a marked UPDATE of it now proposes and writes nothing. For everyone: it withholds only
/// a statement that its caller writes himself.
pub fn propose_begin(call: &Call) -> Option<Datum> {
    let (root, before) = (call.oid(0)?, touched::last());
    touched::note(0);
    let subtransaction = callbacks::subtransaction();
    PROPOSING.with_borrow_mut(|p| p.push(Proposing { root, saw_record: false, subtransaction, before }));
    callbacks::watch_for_mark(true);
    Some(Datum::from(true))
}

/// SQL `_propose_end() returns bigint`: the proposal that took the values; 0 when nothing is proposed any more, null when the
/// UPDATE met no record.
pub fn propose_end(_: &Call) -> Option<Datum> {
    let state = end(Vec::pop)?;
    let last = touched::last();
    touched::note(state.before);
    state.saw_record.then(|| Datum::from(last))
}

/// SQL `_touched() returns bigint[]`: proposals that this transaction made or amended.
pub fn touched(_: &Call) -> Option<Datum> {
    let ids: Vec<Option<Datum>> = touched::ids().into_iter().map(|id| Some(Datum::from(id))).collect();
    Some(array(pg_sys::INT8OID, &ids))
}

/// SQL `_touch(proposals bigint[], submit boolean)`: this transaction amended them; `submit`: they submit themselves at commit.
pub fn touch(call: &Call) -> Option<Datum> {
    let submit = call.bool(1)?;
    for id in call.bigints(0)?.into_iter().flatten() {
        touched::add(id, submit);
    }
    None
}

/// SQL `_overtook(proposals bigint[])`: at the end of the statement its caller is told that these have been overtaken.
pub fn overtook(call: &Call) -> Option<Datum> {
    notice::overtook(call.bigints(0)?.into_iter().flatten());
    None
}

/// SQL `_invalidate(relation regclass)`: the configuration of the table has changed, of all tables when null.
pub fn invalidate(call: &Call) -> Option<Datum> {
    callbacks::invalidate(call.oid(0).unwrap_or_else(spi::configuration_table));
    callbacks::mark_stale();
    None
}

/// SQL `_key(relation regclass, key jsonb) returns jsonb`: the canonical record key. 22023 where it does not fit.
pub fn key(call: &Call) -> Option<Datum> {
    let (relation, given) = (call.oid(0)?, value::to_string(&Column::of_type(pg_sys::JSONBOID), call.arg(1)?));
    let text = key::canonical(relation, &given);
    let text = encoding::c_string(&text);
    Some(value::read(pg_sys::JSONBOID, -1, &text))
}

/// SQL `_key_hash(key jsonb) returns uuid`: see [`key::hash`].
pub fn key_hash(call: &Call) -> Option<Datum> {
    let text = value::to_string(&Column::of_type(pg_sys::JSONBOID), call.arg(0)?);
    Some(value::uuid(key::hash(&text)))
}

/// SQL `_render(value anyelement) returns text`: the value as text under pinned settings.
pub fn render(call: &Call) -> Option<Datum> {
    value::render(&Column::of_type(call.arg_type(0)), Some(call.arg(0)?))
}

/// SQL `_input(value text, "like" anyelement, typmod integer) returns anyelement`: reads the text as that type, under pinned settings.
pub fn input(call: &Call) -> Option<Datum> {
    let text = call.cstring(0)?;
    let type_oid = call.arg_type(1);
    if type_oid == Oid::INVALID {
        raise(Report::new("42804", "could not determine the type of the value".to_owned()));
    }
    Some(value::read(type_oid, call.arg(2)?.value() as i32, &text))
}
