//! The change set that the current transaction collects its proposals in.

use crate::guard::person::{self, Who};
use crate::pg::callbacks;
use crate::pg::function::Call;
use pgrx::pg_sys::Datum;
use std::cell::RefCell;

struct Begun {
    id: i64,
    /// Whose it is: code that acts as somebody else does not collect in it.
    person: Option<String>,
    subtransaction: u32,
}

thread_local! {
    /// The last one counts; those before it count again where it is rolled back.
    static BEGUN: RefCell<Vec<Begun>> = const { RefCell::new(Vec::new()) };
}

/// The change set that proposals of this person go into.
pub fn current(who: &Who) -> Option<i64> {
    BEGUN.with_borrow(|b| b.last().filter(|b| b.person == who.person).map(|b| b.id))
}

/// SQL `_enter_change_set(change_set bigint)`: what the current person proposes goes into it, until the transaction ends. EXECUTE
/// for the extension's owner only.
pub fn enter(call: &Call) -> Option<Datum> {
    let id = call.arg(0)?.value() as i64;
    let person = person::current().person.clone();
    BEGUN.with_borrow_mut(|b| b.push(Begun { id, person, subtransaction: callbacks::subtransaction() }));
    None
}

/// SQL `_leave_change_set(change_set bigint)`: undoes `enter`. For everyone, of what is his own.
pub fn leave(call: &Call) -> Option<Datum> {
    let id = call.arg(0)?.value() as i64;
    BEGUN.with_borrow_mut(|b| b.pop_if(|b| b.id == id));
    None
}

/// SQL `_change_set()`: the change set of the current person.
pub fn number(_: &Call) -> Option<Datum> {
    current(&person::current()).map(Datum::from)
}

/// The transaction is over.
pub fn forget() {
    BEGUN.take();
}

/// One that was begun in a rolled-back subtransaction is gone.
pub fn subtransaction_aborted(subtransaction: u32) {
    BEGUN.with_borrow_mut(|b| b.retain(|b| b.subtransaction != subtransaction));
}

/// One that was begun in it now belongs to its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    BEGUN.with_borrow_mut(|b| {
        for begun in b.iter_mut().filter(|b| b.subtransaction == subtransaction) {
            begun.subtransaction = parent;
        }
    });
}
