//! A row of our own tables locked and changed without a statement.

use super::guard::call;
use super::lookup::{Search, Sight, Way};
use super::value::Value;
use pgrx::pg_sys::{self, Datum};
use std::ffi::c_int;

#[cfg(feature = "pg15")]
type Update = bool;
#[cfg(not(feature = "pg15"))]
type Update = pg_sys::TU_UpdateIndexes::Type;

// Declared here to be called under one guard together.
unsafe extern "C-unwind" {
    fn GetCurrentCommandId(used: bool) -> pg_sys::CommandId;
    fn CommandCounterIncrement();
    fn ExecFetchSlotHeapTuple(
        slot: *mut pg_sys::TupleTableSlot,
        materialize: bool,
        free: *mut bool,
    ) -> pg_sys::HeapTuple;
    fn heap_modify_tuple_by_cols(
        tuple: pg_sys::HeapTuple,
        desc: pg_sys::TupleDesc,
        count: c_int,
        numbers: *const c_int,
        values: *const Datum,
        nulls: *const bool,
    ) -> pg_sys::HeapTuple;
    fn MakeSingleTupleTableSlot(
        desc: pg_sys::TupleDesc,
        kind: *const pg_sys::TupleTableSlotOps,
    ) -> *mut pg_sys::TupleTableSlot;
    fn ExecDropSingleTupleTableSlot(slot: *mut pg_sys::TupleTableSlot);
    fn ExecForceStoreHeapTuple(tuple: pg_sys::HeapTuple, slot: *mut pg_sys::TupleTableSlot, free: bool);
    fn simple_table_tuple_update(
        relation: pg_sys::Relation,
        row: pg_sys::ItemPointer,
        slot: *mut pg_sys::TupleTableSlot,
        snapshot: pg_sys::Snapshot,
        indexes: *mut Update,
    );
    fn CreateExecutorState() -> *mut pg_sys::EState;
    fn FreeExecutorState(state: *mut pg_sys::EState);
    fn InitResultRelInfo(
        target: *mut pg_sys::ResultRelInfo,
        relation: pg_sys::Relation,
        place: pg_sys::Index,
        root: *mut pg_sys::ResultRelInfo,
        instrument: c_int,
    );
    fn ExecOpenIndices(target: *mut pg_sys::ResultRelInfo, speculative: bool);
    fn ExecCloseIndices(target: *mut pg_sys::ResultRelInfo);
    fn ExecInsertIndexTuples(
        target: *mut pg_sys::ResultRelInfo,
        slot: *mut pg_sys::TupleTableSlot,
        state: *mut pg_sys::EState,
        update: bool,
        no_error: bool,
        conflict: *mut bool,
        arbiters: *mut pg_sys::List,
        #[cfg(not(feature = "pg15"))] summarizing: bool,
    ) -> *mut pg_sys::List;
}

/// A row that this transaction has locked as FOR UPDATE does, in its last version. To be closed.
pub struct Locked<const N: usize>(Search<N>);

/// Waits for the row that has `number` in the first column of the index and that `is` says, and locks it. `None` where there is none
/// any more, or where an UPDATE of it would fire triggers; under REPEATABLE READ it is not for use.
pub fn lock<const N: usize>(way: &Way<N>, number: i64, is: impl Fn(&[Value; N]) -> bool) -> Option<Locked<N>> {
    // SAFETY: closed here or with what is returned; on ERROR the abort of the (sub)transaction does it.
    unsafe {
        let search = Search::open(way, Sight::Transaction, 1);
        let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
        let equal = pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber;
        pg_sys::ScanKeyInit(&mut key, 1, equal, pg_sys::F_INT8EQ.into(), Datum::from(number));
        let mut at = None;
        if !fires_triggers(search.relation) {
            search.rows(&mut key, |row| {
                if at.is_none() && is(&row) {
                    at = Some((*search.slot.get()).tts_tid);
                }
            });
        }
        let locked = at.is_some_and(|mut at| {
            let (relation, slot) = (search.relation, search.slot.get());
            let mut failure = pg_sys::TM_FailureData::default();
            let result = call(|| {
                if let Some(clear) = (*(*slot).tts_ops).clear {
                    clear(slot);
                }
                // as an executor does, so that what follows is of another command
                let (command, flags) = (GetCurrentCommandId(true), pg_sys::TUPLE_LOCK_FLAG_FIND_LAST_VERSION as u8);
                let (mode, wait) = (pg_sys::LockTupleMode::LockTupleExclusive, pg_sys::LockWaitPolicy::LockWaitBlock);
                (*(*relation).rd_tableam).tuple_lock.map(|lock| {
                    lock(relation, &mut at, search.snapshot, slot, command, mode, wait, flags, &mut failure)
                })
            });
            result == Some(pg_sys::TM_Result::TM_Ok) && is(&search.values())
        });
        if locked {
            return Some(Locked(search));
        }
        search.close();
        None
    }
}

impl<const N: usize> Locked<N> {
    /// Its values of the columns that are read.
    pub fn values(&self) -> [Value; N] {
        // SAFETY: the slot holds the row.
        unsafe { self.0.values() }
    }

    /// Writes it with other values for these of the columns. CHECK constraints are not looked at.
    pub fn write<const M: usize>(&self, changes: [(usize, Value); M]) {
        let numbers = changes.map(|(place, _)| c_int::from(self.0.numbers[place]));
        let values = changes.map(|(_, value)| value.unwrap_or(Datum::from(0)));
        let nulls = changes.map(|(_, value)| value.is_none());
        let search = &self.0;
        let write = || {
            // SAFETY: what an UPDATE of a row does that is locked; what is made is freed here, on ERROR by the abort.
            unsafe {
                let (relation, slot) = (search.relation, search.slot.get());
                let desc = (*relation).rd_att;
                let mut at = (*slot).tts_tid;
                let mut free = false;
                let old = ExecFetchSlotHeapTuple(slot, false, &mut free);
                let new =
                    heap_modify_tuple_by_cols(old, desc, M as c_int, numbers.as_ptr(), values.as_ptr(), nulls.as_ptr());
                let written = MakeSingleTupleTableSlot(desc, &raw const pg_sys::TTSOpsHeapTuple);
                ExecForceStoreHeapTuple(new, written, true);
                let mut indexes: Update = std::mem::zeroed();
                simple_table_tuple_update(relation, &mut at, written, search.snapshot, &mut indexes);
                enter(relation, written, indexes);
                ExecDropSingleTupleTableSlot(written);
                CommandCounterIncrement();
            }
        };
        // SAFETY: it holds nothing with a destructor.
        unsafe { call(write) }
    }

    /// The row stays locked.
    pub fn close(self) {
        self.0.close();
    }
}

/// Makes the index entries of a new version of a row. Holds nothing with a destructor.
///
/// # Safety
/// The relation is open; the slot holds a row that was written to it.
unsafe fn enter(relation: pg_sys::Relation, slot: *mut pg_sys::TupleTableSlot, indexes: Update) {
    #[cfg(feature = "pg15")]
    let none = !indexes;
    #[cfg(not(feature = "pg15"))]
    let none = indexes == pg_sys::TU_UpdateIndexes::TU_None;
    if none {
        return;
    }
    // SAFETY: promised by the caller; what is opened and made is closed and freed here.
    unsafe {
        let state = CreateExecutorState();
        let mut target = pg_sys::ResultRelInfo::default();
        InitResultRelInfo(&mut target, relation, 0, std::ptr::null_mut(), 0);
        ExecOpenIndices(&mut target, false);
        ExecInsertIndexTuples(
            &mut target,
            slot,
            state,
            true,
            false,
            std::ptr::null_mut(),
            std::ptr::null_mut(),
            #[cfg(not(feature = "pg15"))]
            {
                indexes == pg_sys::TU_UpdateIndexes::TU_Summarizing
            },
        );
        ExecCloseIndices(&mut target);
        FreeExecutorState(state);
    }
}

/// # Safety
/// `relation` is open.
unsafe fn fires_triggers(relation: pg_sys::Relation) -> bool {
    // SAFETY: promised by the caller.
    unsafe {
        let triggers = (*relation).trigdesc;
        !triggers.is_null()
            && ((*triggers).trig_update_before_row
                || (*triggers).trig_update_after_row
                || (*triggers).trig_update_before_statement
                || (*triggers).trig_update_after_statement
                || (*triggers).trig_update_old_table
                || (*triggers).trig_update_new_table)
    }
}
