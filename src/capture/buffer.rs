//! What was captured and has not become a proposal yet: flushed at the end of the statement, or earlier when it grows.

use super::config::Table;
use crate::pg::arena::Arena;
use crate::pg::callbacks;
use crate::pg::memory;
use crate::pg::value::Value;
use pgrx::pg_sys::Datum;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Flush early at this many entries …
const MAX_ENTRIES: usize = 10_000;
/// … or bytes of values, so that memory stays flat however long the statement is.
const MAX_BYTES: usize = 32 << 20;

/// One field of one record.
pub struct Change {
    /// The column.
    pub field: Rc<str>,
    /// The stored value as a `text` datum in the buffer's memory.
    pub original: Value,
    /// The wished value, likewise.
    pub proposed: Value,
    /// The wished value as a `bytea` datum, where its text does not give it back bit by bit.
    pub image: Value,
    /// What keeps them.
    pub _pin: Pin,
}

/// While it lives, the buffer's memory is not given back: values lie in it that no entry has yet, or has any more, and code of users
/// may run (the CHECK of a domain in a composite value), of which each statement and savepoint comes to an end.
pub struct Pin(());

impl Pin {
    /// Keeps the memory.
    pub fn new() -> Self {
        PINS.set(PINS.get() + 1);
        Pin(())
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        PINS.set(PINS.get() - 1);
    }
}

/// What is proposed to be done with a record as a whole.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// To store it.
    Insert,
    /// To let it be used: it is stored.
    Draft,
    /// To delete it.
    Delete,
}

impl Operation {
    /// As our tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Insert => "insert",
            Operation::Draft => "draft",
            Operation::Delete => "delete",
        }
    }
}

/// What happened to a record.
pub enum Kind {
    /// Its changes need approval.
    Proposed {
        /// The wished values.
        changes: Vec<Change>,
        /// Fields that were set to their stored value, which withdraws an open change of them.
        withdrawn: Vec<Rc<str>>,
    },
    /// It needs approval as a whole; the values with which it comes or goes.
    Record(Operation, Vec<Change>),
    /// Protected values were written past approval, for this reason (`data_entity`, `disabled`).
    Direct(Vec<Change>, &'static str),
    /// Its key changed; this is the new one with its hash.
    KeyChanged(Datum, [u8; 16]),
    /// It belongs to this company now.
    CompanyChanged(Option<Rc<str>>),
    /// It was deleted.
    Deleted,
}

/// One captured record.
pub struct Entry {
    /// Executor depth of the statement.
    pub depth: u32,
    /// The statement, see [`callbacks::statement`].
    pub statement: u64,
    subtransaction: u32,
    /// Its protected table.
    pub table: Rc<Table>,
    /// The company of the record.
    pub company: Option<Rc<str>>,
    /// Its key as a `text` datum in the buffer's memory.
    pub key: Datum,
    /// The key's hash, see [`super::key::hash`].
    pub hash: [u8; 16],
    /// What happened.
    pub kind: Kind,
}

thread_local! {
    static ENTRIES: RefCell<Vec<Entry>> = const { RefCell::new(Vec::new()) };
    /// Whether there is anything to do at the end of a statement; looked at by every statement.
    static ACTIVE: Cell<bool> = const { Cell::new(false) };
    static KEYS_CHANGE: Cell<bool> = const { Cell::new(false) };
    static PINS: Cell<usize> = const { Cell::new(0) };
    static ARENA: Arena = Arena::new(c"customer_workflow captured changes");
}

/// Whether anything was captured or counted that the end of a statement has to see to.
pub fn has_captured() -> bool {
    ACTIVE.get()
}

/// From now on the end of the statement is looked at.
pub fn activate() {
    ACTIVE.set(true);
}

/// Everything is seen to.
pub fn deactivate_if_empty() {
    if ENTRIES.with_borrow(Vec::is_empty)
        && super::notice::is_empty()
        && !super::trigger::holds_rows()
        && !super::moving::holds_rows()
    {
        ACTIVE.set(false);
    }
}

/// Runs `f` with the buffer's memory as the current memory context, to make datums that an entry can hold.
pub fn in_memory<R>(f: impl FnOnce() -> R) -> R {
    ARENA.with(|a| a.with(f))
}

/// Adds what happened to a record, in the current statement and subtransaction. True when the buffer is so large that it
/// should be flushed now.
pub fn push(table: &Rc<Table>, company: Option<Rc<str>>, key: Datum, hash: [u8; 16], kind: Kind) -> bool {
    push_at(callbacks::depth(), callbacks::subtransaction(), table, company, key, hash, kind)
}

/// The same for an earlier row, of the statement and subtransaction that are given.
pub fn push_at(
    depth: u32,
    subtransaction: u32,
    table: &Rc<Table>,
    company: Option<Rc<str>>,
    key: Datum,
    hash: [u8; 16],
    kind: Kind,
) -> bool {
    ACTIVE.set(true);
    let entry = Entry {
        depth,
        statement: callbacks::statement(),
        subtransaction,
        table: table.clone(),
        company,
        key,
        hash,
        kind,
    };
    // keys may be shifted, so that one record's old key is another's new one: these go together
    let keys_change = matches!(entry.kind, Kind::KeyChanged(..));
    let len = ENTRIES.with_borrow_mut(|e| {
        memory::reserve(e, 1);
        e.push(entry);
        e.len()
    });
    KEYS_CHANGE.set(KEYS_CHANGE.get() || keys_change);
    if KEYS_CHANGE.get() {
        return false;
    }
    len >= MAX_ENTRIES || ARENA.with(Arena::size) >= MAX_BYTES
}

/// Takes out what was captured, if any of it was below executor depth `depth`; then all of it, since what an enclosing statement
/// captured before came first. While something of an outer (sub)transaction is there, nothing: written now, it would go with the
/// current one if that is rolled back. It waits for the enclosing statement, whose subtransaction all of it has come to by then.
pub fn take(depth: u32) -> Vec<Entry> {
    let current = callbacks::subtransaction();
    ENTRIES.with_borrow_mut(|e| {
        if e.iter().all(|x| x.depth <= depth) || e.iter().any(|x| x.subtransaction != current) {
            return Vec::new();
        }
        KEYS_CHANGE.set(false);
        std::mem::take(e)
    })
}

/// Takes out what the current subtransaction captured, in the middle of a statement.
pub fn take_current() -> Vec<Entry> {
    let current = callbacks::subtransaction();
    ENTRIES.with_borrow_mut(|e| {
        let (out, keep) = std::mem::take(e).into_iter().partition(|x| x.subtransaction == current);
        *e = keep;
        out
    })
}

/// Gives the memory of entries that were taken out back, unless others still lie in it.
pub fn release() {
    if PINS.get() == 0 && ENTRIES.with_borrow(Vec::is_empty) {
        ARENA.with(Arena::reset);
    }
}

/// The transaction is over.
pub fn forget() {
    if ACTIVE.replace(false) {
        ENTRIES.take();
        KEYS_CHANGE.set(false);
        ARENA.with(Arena::reset);
    }
}

/// A subtransaction was rolled back, and with it what it captured.
pub fn subtransaction_aborted(subtransaction: u32) {
    if ACTIVE.get() {
        ENTRIES.with_borrow_mut(|e| e.retain(|x| x.subtransaction != subtransaction));
        release();
    }
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    ENTRIES.with_borrow_mut(|e| {
        for x in e.iter_mut().filter(|x| x.subtransaction == subtransaction) {
            x.subtransaction = parent;
        }
    });
}
