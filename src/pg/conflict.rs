//! Whether a row that is about to be inserted meets one that is stored.

use super::guard::call;
use super::row::Event;
use pgrx::pg_sys::{self, Oid};

unsafe extern "C-unwind" {
    fn ExecOpenIndices(target: *mut pg_sys::ResultRelInfo, speculative: bool);
    fn ExecCloseIndices(target: *mut pg_sys::ResultRelInfo);
    fn ExecComputeStoredGenerated(
        target: *mut pg_sys::ResultRelInfo,
        state: *mut pg_sys::EState,
        slot: *mut pg_sys::TupleTableSlot,
        command: pg_sys::CmdType::Type,
    );
    #[cfg(feature = "pg18")]
    fn ExecCheckIndexConstraints(
        target: *mut pg_sys::ResultRelInfo,
        slot: *mut pg_sys::TupleTableSlot,
        state: *mut pg_sys::EState,
        met: pg_sys::ItemPointer,
        of: pg_sys::ItemPointer,
        indexes: *mut pg_sys::List,
    ) -> bool;
    #[cfg(not(feature = "pg18"))]
    fn ExecCheckIndexConstraints(
        target: *mut pg_sys::ResultRelInfo,
        slot: *mut pg_sys::TupleTableSlot,
        state: *mut pg_sys::EState,
        met: pg_sys::ItemPointer,
        indexes: *mut pg_sys::List,
    ) -> bool;
}

impl Event {
    /// BEFORE INSERT: whether a unique index has an entry of a live row that this row would have too, so that it is not inserted:
    /// the statement fails, or does what ON CONFLICT says. Looks as ON CONFLICT does, and so waits for transactions that are
    /// inserting such a row. Deferrable constraints are left out, since they let the row in first.
    pub fn meets_stored_row(&self) -> bool {
        // SAFETY: the row and the relation of the event; what is opened and made is closed and freed here, on ERROR by the abort.
        // Nothing here has a destructor.
        unsafe {
            let (relation, tuple) = (self.relation(), self.tuple());
            call(|| {
                let desc = (*relation).rd_att;
                let state = pg_sys::CreateExecutorState();
                let slot = pg_sys::MakeSingleTupleTableSlot(desc, &raw const pg_sys::TTSOpsHeapTuple);
                pg_sys::ExecForceStoreHeapTuple(tuple, slot, false);
                let mut target = pg_sys::ResultRelInfo::default();
                pg_sys::InitResultRelInfo(&mut target, relation, 0, std::ptr::null_mut(), 0);
                ExecOpenIndices(&mut target, true);
                let indexes = checked_at_once(&target);
                let mut meets = false;
                if !indexes.is_null() {
                    if !(*desc).constr.is_null() && (*(*desc).constr).has_generated_stored {
                        ExecComputeStoredGenerated(&mut target, state, slot, pg_sys::CmdType::CMD_INSERT);
                    }
                    let mut met = pg_sys::ItemPointerData::default();
                    #[cfg(feature = "pg18")]
                    let free = {
                        let mut of = pg_sys::ItemPointerData::default();
                        ExecCheckIndexConstraints(&mut target, slot, state, &mut met, &mut of, indexes)
                    };
                    #[cfg(not(feature = "pg18"))]
                    let free = ExecCheckIndexConstraints(&mut target, slot, state, &mut met, indexes);
                    meets = !free;
                }
                ExecCloseIndices(&mut target);
                pg_sys::ExecDropSingleTupleTableSlot(slot);
                pg_sys::FreeExecutorState(state);
                meets
            })
        }
    }
}

/// The unique indexes that are checked when a row is inserted; null when there is none.
///
/// # Safety
/// The indexes of `target` are open.
unsafe fn checked_at_once(target: &pg_sys::ResultRelInfo) -> *mut pg_sys::List {
    let mut indexes: *mut pg_sys::List = std::ptr::null_mut();
    for i in 0..target.ri_NumIndices as usize {
        // SAFETY: as many open indexes as the number says.
        unsafe {
            let index = *target.ri_IndexRelationDescs.add(i);
            if index.is_null() {
                continue;
            }
            let meta = &*(*index).rd_index;
            if meta.indisunique && meta.indimmediate && meta.indisready && !meta.indisexclusion {
                let oid: Oid = (*index).rd_id;
                indexes = pg_sys::lappend_oid(indexes, oid);
            }
        }
    }
    indexes
}
