//! The gate before the configuration of tables with option `gate_configuration`: it is open for exactly one call, while that is
//! tried out or is done because it was approved. Kept in memory, never in a setting, which users can set.

use super::identity;
use super::person::{self, By, Who};
use crate::pg::callbacks;
use crate::pg::function::Call;
use crate::pg::spi::Statement;
use pgrx::pg_sys::{self, Datum};
use std::cell::RefCell;
use std::rc::Rc;

struct Open {
    /// The function that may go through.
    function: String,
    /// Whether it has: what it calls meanwhile stands before a closed gate.
    entered: bool,
    /// The approved proposal; `None` while a call is tried out.
    proposal: Option<i64>,
    /// Its author, who acts while it is done.
    author: Option<Rc<Who>>,
    subtransaction: u32,
}

thread_local! {
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
}

static GATED: Statement = Statement::new(
    c"SELECT EXISTS (SELECT FROM customer_workflow.protected_table AS t \
       WHERE t.options OPERATOR(pg_catalog.@>) '{\"gate_configuration\": true}' AND t.relation IS NOT NULL \
         AND ($1 IS NULL OR t.relation OPERATOR(pg_catalog.=) $1))",
    &[pg_sys::REGCLASSOID],
);

/// Who acts instead of the session's person: the author of the proposal that is being done.
pub fn author() -> Option<Rc<Who>> {
    OPEN.with_borrow(|o| o.as_ref().and_then(|o| o.author.clone()))
}

/// SQL `_is_gated(relation regclass) returns boolean`: whether the configuration of this table is gated, null: of any, as of now,
/// whatever snapshot the transaction keeps.
pub fn is_gated(call: &Call) -> Option<Datum> {
    let mut gated = false;
    GATED.read_latest(&[call.arg(0)], |row| gated = row.bool(1) == Some(true));
    Some(Datum::from(gated))
}

/// SQL `_gate_open(function text, proposal bigint, person text, identities text[])`: the next call of this function goes through, with
/// a proposal as its author. EXECUTE for the extension's owner only.
pub fn open(call: &Call) -> Option<Datum> {
    let session = person::current().session.clone();
    let author = call.text(2).map(|person| {
        let identities: Vec<String> = call.texts(3).unwrap_or_default().into_iter().flatten().collect();
        let known_as = identity::known_as(&identities);
        Rc::new(Who { person: Some(person), identities, known_as, session, by: By::Approval })
    });
    let open = Open {
        function: call.text(0).unwrap_or_default(),
        entered: false,
        proposal: call.arg(1).map(|d| d.value() as i64),
        author,
        subtransaction: callbacks::subtransaction(),
    };
    OPEN.set(Some(open));
    None
}

/// SQL `_gate_enter(function text) returns boolean`: whether the gate is open for this call; no other goes through.
pub fn enter(call: &Call) -> Option<Datum> {
    let function = call.text(0).unwrap_or_default();
    let enters = OPEN.with_borrow_mut(|o| match o {
        Some(open) if !open.entered && open.function == function => {
            open.entered = true;
            true
        }
        _ => false,
    });
    Some(Datum::from(enters))
}

/// SQL `_gate_proposal() returns bigint`: the approved proposal that is being done; null otherwise.
pub fn proposal(_: &Call) -> Option<Datum> {
    OPEN.with_borrow(|o| o.as_ref().and_then(|o| o.proposal)).map(Datum::from)
}

/// SQL `_gate_close()`: ends what `_gate_open` began. EXECUTE for the extension's owner only.
pub fn close(_: &Call) -> Option<Datum> {
    OPEN.take();
    None
}

/// The transaction is over.
pub fn forget() {
    OPEN.take();
}

/// A subtransaction was rolled back; a gate that was opened in it is closed.
pub fn subtransaction_aborted(subtransaction: u32) {
    OPEN.with_borrow_mut(|o| {
        if o.as_ref().is_some_and(|o| o.subtransaction == subtransaction) {
            *o = None;
        }
    });
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    OPEN.with_borrow_mut(|o| {
        if let Some(open) = o.as_mut().filter(|o| o.subtransaction == subtransaction) {
            open.subtransaction = parent;
        }
    });
}
