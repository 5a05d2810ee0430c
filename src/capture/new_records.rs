//! Records that this transaction has inserted, and may complete: known by what was inserted, since a row's xmin tells nothing of
//! a record that was there before and has only been updated.

use super::config::Relation;
use super::rules::Applies;
use crate::guard::person;
use crate::pg::callbacks;
use pgrx::pg_sys::Oid;
use std::cell::RefCell;
use std::collections::HashSet;

/// So many at most are known, so that memory stays flat; any further is protected at once.
const LIMIT: usize = 100_000;

/// The subtransaction that is the transaction itself (`TopSubTransactionId`).
const OUTERMOST: u32 = 1;

type Key = (u32, [u8; 16]);

/// What a subtransaction did, to undo it.
struct Step {
    subtransaction: u32,
    key: Key,
    added: bool,
}

#[derive(Default)]
struct State {
    records: HashSet<Key>,
    /// Who inserted them. Another person in the same transaction completes nothing.
    person: Option<String>,
    /// Contiguous by subtransaction; the outermost needs none.
    steps: Vec<Step>,
}

impl State {
    fn note(&mut self, key: Key, added: bool) {
        let subtransaction = callbacks::subtransaction();
        if subtransaction == OUTERMOST {
            return;
        }
        if self.steps.len() >= 4 * LIMIT {
            // too much to be undone: from now on all is protected
            *self = State::default();
            return;
        }
        self.steps.push(Step { subtransaction, key, added });
    }

    fn remove(&mut self, key: Key) {
        if self.records.remove(&key) {
            self.note(key, false);
        }
    }
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

/// A record was inserted by the current person. Where the key is only checked later, another one may bear it at the same time.
pub fn add(relation: &Relation, hash: [u8; 16]) {
    if !relation.shape.key_is_immediate {
        return;
    }
    let who = person::current();
    let Some(person) = who.person.as_ref() else { return };
    STATE.with_borrow_mut(|s| {
        if s.records.is_empty() && s.steps.is_empty() {
            s.person = Some(person.clone());
        }
        let key = (relation.shape.root.to_u32(), hash);
        if s.person.as_ref() == Some(person) && s.records.len() < LIMIT && s.records.insert(key) {
            s.note(key, true);
        }
    });
}

/// The key may be another record's from now on, or its values were approved.
pub fn lose(root: Oid, hash: [u8; 16]) {
    STATE.with_borrow_mut(|s| {
        if !s.records.is_empty() {
            s.remove((root.to_u32(), hash));
        }
    });
}

/// The table was emptied.
pub fn lose_all(root: Oid) {
    STATE.with_borrow_mut(|s| {
        let of_table: Vec<Key> = s.records.iter().filter(|k| k.0 == root.to_u32()).copied().collect();
        of_table.into_iter().for_each(|key| s.remove(key));
    });
}

/// Whether no record is known to be new.
pub fn is_empty() -> bool {
    STATE.with_borrow(|s| s.records.is_empty())
}

/// Whether the current person has inserted the record with this key in this transaction, and may complete it.
pub fn has(relation: &Relation, applies: &Applies, hash: impl FnOnce() -> [u8; 16]) -> bool {
    if is_empty() || !applies.completes() {
        return false;
    }
    let (who, key) = (person::current(), (relation.shape.root.to_u32(), hash()));
    STATE.with_borrow(|s| s.person == who.person && s.records.contains(&key))
}

/// The transaction is over.
pub fn forget() {
    STATE.take();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    STATE.with_borrow_mut(|s| {
        while let Some(step) = s.steps.pop_if(|step| step.subtransaction == subtransaction) {
            if step.added {
                s.records.remove(&step.key);
            } else {
                s.records.insert(step.key);
            }
        }
    });
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    STATE.with_borrow_mut(|s| {
        if parent == OUTERMOST {
            s.steps.clear();
            return;
        }
        for step in s.steps.iter_mut().rev().take_while(|step| step.subtransaction == subtransaction) {
            step.subtransaction = parent;
        }
    });
}
