//! Proposals that this transaction made or amended, and those of them that submit themselves at commit. Their numbers mostly
//! follow one another, so that they are kept as ranges and memory stays flat.

use crate::pg::callbacks;
use std::cell::{Cell, RefCell};

struct Range {
    subtransaction: u32,
    from: i64,
    to: i64,
}

#[derive(Default)]
struct Ranges(Vec<Range>);

impl Ranges {
    fn add(&mut self, id: i64) {
        let subtransaction = callbacks::subtransaction();
        match self.0.last_mut() {
            Some(r) if r.subtransaction == subtransaction && (r.from..=r.to).contains(&id) => {}
            Some(r) if r.subtransaction == subtransaction && r.to + 1 == id => r.to = id,
            _ => self.0.push(Range { subtransaction, from: id, to: id }),
        }
    }

    fn ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> = self.0.iter().flat_map(|r| r.from..=r.to).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    fn aborted(&mut self, subtransaction: u32) {
        self.0.retain(|r| r.subtransaction != subtransaction);
    }

    fn committed(&mut self, subtransaction: u32, parent: u32) {
        for r in self.0.iter_mut().filter(|r| r.subtransaction == subtransaction) {
            r.subtransaction = parent;
        }
    }
}

thread_local! {
    static TOUCHED: RefCell<Ranges> = RefCell::new(Ranges::default());
    static TO_SUBMIT: RefCell<Ranges> = RefCell::new(Ranges::default());
    static LAST: Cell<i64> = const { Cell::new(0) };
}

/// The proposal that the last captured change is in, 0 for none.
pub fn last() -> i64 {
    LAST.get()
}

/// The last captured change is in this proposal, also when that changed nothing.
pub fn note(id: i64) {
    LAST.set(id);
}

/// This transaction made or amended the proposal; `submit`: it submits itself at commit.
pub fn add(id: i64, submit: bool) {
    note(id);
    TOUCHED.with_borrow_mut(|t| t.add(id));
    if submit {
        TO_SUBMIT.with_borrow_mut(|t| t.add(id));
    }
}

/// Their numbers, in order.
pub fn ids() -> Vec<i64> {
    TOUCHED.with_borrow(Ranges::ids)
}

/// Whether any submits itself.
pub fn wants_submit() -> bool {
    TO_SUBMIT.with_borrow(|t| !t.0.is_empty())
}

/// The numbers of those that submit themselves, taken off the list.
pub fn take_to_submit() -> Vec<i64> {
    TO_SUBMIT.with_borrow_mut(|t| std::mem::take(t).ids())
}

/// The transaction is over.
pub fn forget() {
    TOUCHED.take();
    TO_SUBMIT.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    TOUCHED.with_borrow_mut(|t| t.aborted(subtransaction));
    TO_SUBMIT.with_borrow_mut(|t| t.aborted(subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    TOUCHED.with_borrow_mut(|t| t.committed(subtransaction, parent));
    TO_SUBMIT.with_borrow_mut(|t| t.committed(subtransaction, parent));
}
