//! Proposals whose values are being written, and those that are decided beside them: what is decided on is what they were when it was asked,
//! so that code of their tables (triggers, labels) does not edit them meanwhile.

use crate::error::{Report, raise};
use crate::pg::callbacks;
use crate::pg::function::{Call, array};
use pgrx::pg_sys::{Datum, INT8OID};
use std::cell::RefCell;

struct Deciding {
    subtransaction: u32,
    /// In the order of numbers.
    applied: Vec<i64>,
    beside: Vec<i64>,
}

thread_local! {
    static DECIDING: RefCell<Option<Deciding>> = const { RefCell::new(None) };
}

/// SQL `_deciding(applied bigint[], beside bigint[])`: the values of the first are written from now on, and the
/// others decided, until it is called with none.
pub fn begin(call: &Call) -> Option<Datum> {
    let numbers = |n| -> Option<Vec<i64>> {
        let mut ids: Vec<i64> = call.bigints(n)?.into_iter().flatten().collect();
        ids.sort_unstable();
        Some(ids)
    };
    let (applied, beside) = (numbers(0)?, numbers(1)?);
    let deciding = Deciding { subtransaction: callbacks::subtransaction(), applied, beside };
    DECIDING.set(Some(deciding).filter(|d| !d.applied.is_empty() || !d.beside.is_empty()));
    None
}

/// SQL `_being_applied() returns bigint[]`: those whose values are being written.
pub fn applied(_: &Call) -> Option<Datum> {
    let ids = DECIDING.with_borrow(|d| d.as_ref().map(|d| d.applied.clone()).unwrap_or_default());
    Some(array(INT8OID, &ids.into_iter().map(|id| Some(Datum::from(id))).collect::<Vec<_>>()))
}

/// SQL `_refuse_edit(proposals bigint[])`: see [`refuse_edit`].
pub fn refuse_edits(call: &Call) -> Option<Datum> {
    if DECIDING.with_borrow(Option::is_some) {
        call.bigints(0)?.into_iter().flatten().for_each(refuse_edit);
    }
    None
}

/// 55000 where this proposal is being decided just now.
pub fn refuse_edit(proposal: i64) {
    let is = |ids: &[i64]| ids.binary_search(&proposal).is_ok();
    if DECIDING.with_borrow(|d| d.as_ref().is_some_and(|d| is(&d.applied) || is(&d.beside))) {
        raise(
            Report::new("55000", format!("proposal {proposal} is being decided and cannot be edited"))
                .detail("What runs with it, perhaps a trigger while approved values are written, would edit it.")
                .hint("Decide them one after the other."),
        )
    }
}

/// The transaction is over.
pub fn forget() {
    DECIDING.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    if DECIDING.with_borrow(|d| d.as_ref().is_some_and(|d| d.subtransaction == subtransaction)) {
        forget();
    }
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    DECIDING.with_borrow_mut(|d| {
        if let Some(d) = d.as_mut().filter(|d| d.subtransaction == subtransaction) {
            d.subtransaction = parent;
        }
    });
}
