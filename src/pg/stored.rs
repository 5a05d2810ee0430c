//! Whether a row is still where a statement has found it.

use super::guard::call;
use pgrx::pg_sys::{self, Oid};

/// Whether the row is not deleted, also not by this very statement. `relation` is locked by the statement that has found the row
/// there.
pub fn is_there(relation: Oid, (block, position): (u32, u16)) -> bool {
    // SAFETY: the relation is locked and its row was there; what is opened and made here is closed, on ERROR by the abort. Nothing
    // here has a destructor.
    unsafe {
        call(|| {
            let relation = pg_sys::table_open(relation, pg_sys::NoLock as i32);
            let slot = pg_sys::table_slot_create(relation, std::ptr::null_mut());
            let ip_blkid = pg_sys::BlockIdData { bi_hi: (block >> 16) as u16, bi_lo: block as u16 };
            let mut address = pg_sys::ItemPointerData { ip_blkid, ip_posid: position };
            let fetch = (*(*relation).rd_tableam).tuple_fetch_row_version;
            let there = fetch.is_none_or(|f| f(relation, &mut address, &raw mut pg_sys::SnapshotSelfData, slot));
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            pg_sys::table_close(relation, pg_sys::NoLock as i32);
            there
        })
    }
}
