//! Rows of our own tables written and found without a statement, as PostgreSQL treats its catalogs: no plan that may turn out
//! wrong, and what a bulk capture spends on a row is the row itself and its index entries.

use super::arena;
use super::column::attribute;
use super::guard::call;
use super::role;
use super::spi::owner;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CStr;

/// Rows are written in batches of at most this many.
const BATCH: usize = 500;

unsafe extern "C-unwind" {
    fn heap_multi_insert(
        relation: pg_sys::Relation,
        slots: *mut *mut pg_sys::TupleTableSlot,
        count: std::ffi::c_int,
        command: pg_sys::CommandId,
        options: std::ffi::c_int,
        state: *mut std::ffi::c_void,
    );
    fn ExecInsertIndexTuples(
        info: *mut pg_sys::ResultRelInfo,
        slot: *mut pg_sys::TupleTableSlot,
        state: *mut pg_sys::EState,
        update: bool,
        no_error: bool,
        conflict: *mut bool,
        arbiters: *mut pg_sys::List,
        #[cfg(not(feature = "pg15"))] only_summarizing: bool,
    ) -> *mut pg_sys::List;
    fn index_rescan(
        scan: pg_sys::IndexScanDesc,
        keys: pg_sys::ScanKey,
        key_count: std::ffi::c_int,
        orders: pg_sys::ScanKey,
        order_count: std::ffi::c_int,
    );
    fn index_getnext_slot(
        scan: pg_sys::IndexScanDesc,
        direction: pg_sys::ScanDirection::Type,
        slot: *mut pg_sys::TupleTableSlot,
    ) -> bool;
}

fn oid_of(name: &CStr) -> Oid {
    // SAFETY: catalog look-ups; an unknown name gives an invalid oid, which relation_open refuses.
    unsafe {
        let namespace = pg_sys::get_namespace_oid(c"customer_workflow".as_ptr(), false);
        pg_sys::get_relname_relid(name.as_ptr(), namespace)
    }
}

/// Numbers of these columns, or `None` where rows cannot be written this way: the table has triggers that fire on INSERT, or
/// other columns that want a value.
///
/// # Safety
/// `relation` is open.
unsafe fn plain<const N: usize>(relation: pg_sys::Relation, columns: [&str; N]) -> Option<[usize; N]> {
    // SAFETY: promised by the caller; descriptors belong to the open relation.
    unsafe {
        let triggers = (*relation).trigdesc;
        let fires = !triggers.is_null()
            && ((*triggers).trig_insert_before_row
                || (*triggers).trig_insert_after_row
                || (*triggers).trig_insert_before_statement
                || (*triggers).trig_insert_after_statement
                || (*triggers).trig_insert_new_table);
        let class = (*relation).rd_rel;
        if fires || (*class).relkind as u8 != pg_sys::RELKIND_RELATION || (*class).relam != pg_sys::HEAP_TABLE_AM_OID {
            return None;
        }
        let desc = (*relation).rd_att;
        let mut numbers = [0; N];
        for n in 1..=(*desc).natts as i16 {
            let column = attribute(desc, n);
            let name = pgrx::name_data_to_str(&column.attname);
            match columns.iter().position(|c| *c == name) {
                Some(at) if !column.attisdropped => numbers[at] = n as usize,
                _ if column.attisdropped => {}
                None if column.attnotnull || column.atthasdef || column.attidentity != 0 => return None,
                _ => {}
            }
        }
        numbers.iter().all(|n| *n > 0).then_some(numbers)
    }
}

/// Adds rows to a table of ours: `row(i)` gives the values of `columns` for row `i`, in a memory context that is emptied after each
/// batch. Every other column becomes null. False, and nothing is added, where that would not do what an INSERT does.
/// CHECK constraints are not looked at: the caller gives values that meet them.
pub fn append<const N: usize>(
    table: &CStr,
    columns: [&str; N],
    rows: usize,
    row: impl FnMut(usize) -> [Value; N],
) -> bool {
    // SAFETY: what COPY does. On ERROR the abort of the (sub)transaction closes and frees what is open.
    role::with_user(owner(), || unsafe {
        let relation = pg_sys::relation_open(oid_of(table), pg_sys::RowExclusiveLock as i32);
        let numbers = plain(relation, columns);
        if let Some(numbers) = numbers {
            write(relation, numbers, rows, row);
        }
        pg_sys::relation_close(relation, pg_sys::NoLock as i32);
        numbers.is_some()
    })
}

/// # Safety
/// `relation` is an open plain table that has columns of these numbers.
unsafe fn write<const N: usize>(
    relation: pg_sys::Relation,
    numbers: [usize; N],
    rows: usize,
    mut row: impl FnMut(usize) -> [Value; N],
) {
    // SAFETY: promised by the caller; slots, memory and executor state are made and freed here.
    unsafe {
        let state = pg_sys::CreateExecutorState();
        let info: *mut pg_sys::ResultRelInfo = pg_sys::palloc0(size_of::<pg_sys::ResultRelInfo>()).cast();
        (*info).type_ = pg_sys::NodeTag::T_ResultRelInfo;
        pg_sys::InitResultRelInfo(info, relation, 0, std::ptr::null_mut(), 0);
        pg_sys::ExecOpenIndices(info, false);
        let mut slots: Vec<*mut pg_sys::TupleTableSlot> =
            (0..rows.min(BATCH)).map(|_| pg_sys::table_slot_create(relation, std::ptr::null_mut())).collect();
        let memory = pg_sys::AllocSetContextCreateInternal(
            pg_sys::CurrentMemoryContext,
            c"customer_workflow rows".as_ptr(),
            pg_sys::ALLOCSET_DEFAULT_MINSIZE as usize,
            pg_sys::ALLOCSET_DEFAULT_INITSIZE as usize,
            pg_sys::ALLOCSET_DEFAULT_MAXSIZE as usize,
        );
        for start in (0..rows).step_by(BATCH) {
            let count = BATCH.min(rows - start);
            arena::within(memory, || {
                for (i, &slot) in slots[..count].iter().enumerate() {
                    store(slot, &numbers, row(start + i));
                }
                let slots = slots.as_mut_ptr();
                call(|| insert(relation, info, state, slots, count));
            });
            pg_sys::MemoryContextReset(memory);
        }
        slots.into_iter().for_each(|s| pg_sys::ExecDropSingleTupleTableSlot(s));
        pg_sys::MemoryContextDelete(memory);
        pg_sys::ExecCloseIndices(info);
        pg_sys::FreeExecutorState(state);
        pg_sys::CommandCounterIncrement();
    }
}

/// # Safety
/// `slot` is a slot for rows that have columns of these numbers.
unsafe fn store<const N: usize>(slot: *mut pg_sys::TupleTableSlot, numbers: &[usize; N], values: [Value; N]) {
    // SAFETY: promised by the caller; a slot has as many values and flags as its descriptor has columns.
    unsafe {
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
        }
        let natts = (*(*slot).tts_tupleDescriptor).natts as usize;
        std::slice::from_raw_parts_mut((*slot).tts_isnull, natts).fill(true);
        for (n, value) in numbers.iter().zip(values) {
            if let Some(value) = value {
                *(*slot).tts_values.add(n - 1) = value;
                *(*slot).tts_isnull.add(n - 1) = false;
            }
        }
        pg_sys::ExecStoreVirtualTuple(slot);
    }
}

/// Holds nothing with a destructor, since an ERROR jumps over it.
///
/// # Safety
/// `slots` are `count` filled slots of this open relation, of which `info` holds the open indexes.
unsafe fn insert(
    relation: pg_sys::Relation,
    info: *mut pg_sys::ResultRelInfo,
    state: *mut pg_sys::EState,
    slots: *mut *mut pg_sys::TupleTableSlot,
    count: usize,
) {
    // SAFETY: promised by the caller.
    unsafe {
        let command = pg_sys::GetCurrentCommandId(true);
        heap_multi_insert(relation, slots, count as i32, command, 0, std::ptr::null_mut());
        for i in 0..count {
            let expressions = (*state).es_per_tuple_exprcontext;
            if !expressions.is_null() {
                pg_sys::MemoryContextReset((*expressions).ecxt_per_tuple_memory);
            }
            let (slot, conflict, arbiters) = (*slots.add(i), std::ptr::null_mut(), std::ptr::null_mut());
            #[cfg(feature = "pg15")]
            ExecInsertIndexTuples(info, slot, state, false, false, conflict, arbiters);
            #[cfg(not(feature = "pg15"))]
            ExecInsertIndexTuples(info, slot, state, false, false, conflict, arbiters, false);
        }
    }
}

/// Which rows [`find`] sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Those that a statement of this transaction would see now.
    Transaction,
    /// All that are committed by now, also where the transaction keeps an older snapshot.
    Latest,
}

/// Looks rows of a table of ours up by the three columns of an index, a uuid, an integer and one that is not null: `found(i, row)` is
/// called for every row that has `uuids[i]` and `number`, with its values of `columns`.
pub fn find<const N: usize>(
    (table, index): (&CStr, &CStr),
    columns: [&str; N],
    sight: Sight,
    uuids: &[[u8; 16]],
    number: i32,
    mut found: impl FnMut(usize, [Value; N]),
) {
    // SAFETY: relation, index, snapshot and scan are opened and closed here in pairs; on ERROR the abort of the
    // (sub)transaction does it. A uuid datum points to 16 bytes.
    unsafe {
        let lock = pg_sys::AccessShareLock as i32;
        let relation = pg_sys::relation_open(oid_of(table), lock);
        let open = pg_sys::index_open(oid_of(index), lock);
        let numbers = columns.map(|c| {
            let desc = (*relation).rd_att;
            let is = |n: &i16| pgrx::name_data_to_str(&attribute(desc, *n).attname) == c;
            (1..=(*desc).natts as i16).find(is).expect("our tables have the columns that we know")
        });
        pg_sys::CommandCounterIncrement();
        let snapshot = pg_sys::RegisterSnapshot(match sight {
            Sight::Transaction => pg_sys::GetTransactionSnapshot(),
            Sight::Latest => pg_sys::GetLatestSnapshot(),
        });
        let slot = pg_sys::table_slot_create(relation, std::ptr::null_mut());
        #[cfg(feature = "pg18")]
        let scan = pg_sys::index_beginscan(relation, open, snapshot, std::ptr::null_mut(), 3, 0);
        #[cfg(not(feature = "pg18"))]
        let scan = pg_sys::index_beginscan(relation, open, snapshot, 3, 0);
        let mut keys: [pg_sys::ScanKeyData; 3] = std::mem::zeroed();
        let equal = pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber;
        pg_sys::ScanKeyInit(&mut keys[1], 2, equal, pg_sys::F_INT4EQ.into(), Datum::from(number));
        let flags = pg_sys::SK_ISNULL | pg_sys::SK_SEARCHNOTNULL;
        pg_sys::ScanKeyEntryInitialize(
            &mut keys[2],
            flags as i32,
            3,
            0,
            Oid::INVALID,
            Oid::INVALID,
            Oid::INVALID.to_u32().into(),
            Datum::from(0),
        );
        for (i, uuid) in uuids.iter().enumerate() {
            pg_sys::ScanKeyInit(&mut keys[0], 1, equal, pg_sys::F_UUID_EQ.into(), Datum::from(uuid.as_ptr()));
            let keys = keys.as_mut_ptr();
            call(|| index_rescan(scan, keys, 3, std::ptr::null_mut(), 0));
            while call(|| index_getnext_slot(scan, pg_sys::ScanDirection::ForwardScanDirection, slot)) {
                found(i, numbers.map(|n| value(slot, n)));
            }
        }
        pg_sys::index_endscan(scan);
        pg_sys::ExecDropSingleTupleTableSlot(slot);
        pg_sys::UnregisterSnapshot(snapshot);
        pg_sys::index_close(open, lock);
        pg_sys::relation_close(relation, pg_sys::NoLock as i32);
    }
}

/// # Safety
/// `slot` holds a row that has a column of this number.
unsafe fn value(slot: *mut pg_sys::TupleTableSlot, number: i16) -> Value {
    // SAFETY: promised by the caller; deforming fills at least `number` entries.
    unsafe {
        if (*slot).tts_nvalid < number {
            pg_sys::slot_getsomeattrs_int(slot, number.into());
        }
        let i = number as usize - 1;
        (!*(*slot).tts_isnull.add(i)).then(|| *(*slot).tts_values.add(i))
    }
}
