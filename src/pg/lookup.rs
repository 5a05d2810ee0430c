//! Rows of our own tables found without a statement, by an index.

use super::callbacks;
use super::column::attribute;
use super::guard::call;
use super::table::oid_of;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::Cell;
use std::ffi::CStr;

// Declared here to be called under one guard together.
unsafe extern "C-unwind" {
    fn try_relation_open(relation: Oid, lock: pg_sys::LOCKMODE) -> pg_sys::Relation;
    fn relation_close(relation: pg_sys::Relation, lock: pg_sys::LOCKMODE);
    fn index_open(index: Oid, lock: pg_sys::LOCKMODE) -> pg_sys::Relation;
    fn index_close(index: pg_sys::Relation, lock: pg_sys::LOCKMODE);
    fn CommandCounterIncrement();
    fn GetTransactionSnapshot() -> pg_sys::Snapshot;
    fn GetLatestSnapshot() -> pg_sys::Snapshot;
    fn GetActiveSnapshot() -> pg_sys::Snapshot;
    fn RegisterSnapshot(snapshot: pg_sys::Snapshot) -> pg_sys::Snapshot;
    fn UnregisterSnapshot(snapshot: pg_sys::Snapshot);
    fn table_slot_create(relation: pg_sys::Relation, list: *mut *mut pg_sys::List) -> *mut pg_sys::TupleTableSlot;
    fn ExecDropSingleTupleTableSlot(slot: *mut pg_sys::TupleTableSlot);
    fn index_beginscan(
        relation: pg_sys::Relation,
        index: pg_sys::Relation,
        snapshot: pg_sys::Snapshot,
        #[cfg(feature = "pg18")] instrument: *mut std::ffi::c_void,
        key_count: std::ffi::c_int,
        order_count: std::ffi::c_int,
    ) -> pg_sys::IndexScanDesc;
    fn index_endscan(scan: pg_sys::IndexScanDesc);
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
    fn index_getnext_tid(scan: pg_sys::IndexScanDesc, direction: pg_sys::ScanDirection::Type) -> pg_sys::ItemPointer;
    fn index_fetch_heap(scan: pg_sys::IndexScanDesc, slot: *mut pg_sys::TupleTableSlot) -> bool;
    fn slot_getsomeattrs_int(slot: *mut pg_sys::TupleTableSlot, count: std::ffi::c_int);
}

const FORWARD: pg_sys::ScanDirection::Type = pg_sys::ScanDirection::ForwardScanDirection;

// The lock of who writes: mostly a row is written after none was found, and one lock is cheaper than two.
const LOCK: pg_sys::LOCKMODE = pg_sys::RowExclusiveLock as pg_sys::LOCKMODE;
// On a standby nothing else can be had.
const READ_LOCK: pg_sys::LOCKMODE = pg_sys::AccessShareLock as pg_sys::LOCKMODE;
const NO_LOCK: pg_sys::LOCKMODE = pg_sys::NoLock as pg_sys::LOCKMODE;

/// A way to rows of a table of ours: by one of its indexes, to some of its columns.
pub struct Way<const N: usize> {
    table: &'static CStr,
    index: &'static CStr,
    columns: [&'static str; N],
    lock: pg_sys::LOCKMODE,
    known: Cell<Option<Known<N>>>,
}

// SAFETY: a backend has one thread.
unsafe impl<const N: usize> Sync for Way<N> {}

/// What its names stand for, until a definition changes.
#[derive(Clone, Copy)]
struct Known<const N: usize> {
    version: u64,
    table: Oid,
    index: Oid,
    numbers: [i16; N],
}

impl<const N: usize> Way<N> {
    /// By the names of table, index and columns, for who will write to the table.
    pub const fn new(table: &'static CStr, index: &'static CStr, columns: [&'static str; N]) -> Self {
        Way { table, index, columns, lock: LOCK, known: Cell::new(None) }
    }

    /// The same for who only reads.
    pub const fn to_read(table: &'static CStr, index: &'static CStr, columns: [&'static str; N]) -> Self {
        Way { table, index, columns, lock: READ_LOCK, known: Cell::new(None) }
    }

    /// Looks its names up.
    fn learn(&self) -> Known<N> {
        // SAFETY: opened and closed here; an attribute belongs to the open relation.
        unsafe {
            let table = oid_of(self.table);
            callbacks::watch(table);
            let relation = pg_sys::relation_open(table, self.lock);
            let desc = (*relation).rd_att;
            let numbers = self.columns.map(|c| {
                let is = |n: &i16| pgrx::name_data_to_str(&attribute(desc, *n).attname) == c;
                (1..=(*desc).natts as i16).find(is).expect("our tables have the columns that we know")
            });
            pg_sys::relation_close(relation, NO_LOCK);
            let known = Known { version: callbacks::version(), table, index: oid_of(self.index), numbers };
            self.known.set(Some(known));
            known
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
    /// Those that the statement sees that is running.
    Statement,
}

/// A scan of a table of ours by an index.
pub(super) struct Search<const N: usize> {
    pub(super) relation: pg_sys::Relation,
    index: pg_sys::Relation,
    pub(super) snapshot: pg_sys::Snapshot,
    /// For its rows, from the first one on.
    pub(super) slot: Cell<*mut pg_sys::TupleTableSlot>,
    scan: pg_sys::IndexScanDesc,
    keys: i32,
    /// The columns that are read.
    pub(super) numbers: [i16; N],
}

impl<const N: usize> Search<N> {
    /// # Safety
    /// Closed by [`Search::close`], or by the abort of the (sub)transaction.
    pub(super) unsafe fn open(way: &Way<N>, sight: Sight, keys: i32) -> Self {
        let mut known = way.known.get().unwrap_or_else(|| way.learn());
        loop {
            let open = || {
                // SAFETY: what is opened stays open until `close`.
                unsafe {
                    let relation = try_relation_open(known.table, way.lock);
                    if relation.is_null() {
                        return None;
                    }
                    // what other sessions changed is known since the table was locked
                    if callbacks::version() != known.version {
                        relation_close(relation, NO_LOCK);
                        return None;
                    }
                    let index = index_open(known.index, way.lock);
                    if sight != Sight::Statement {
                        CommandCounterIncrement();
                    }
                    let snapshot = RegisterSnapshot(match sight {
                        Sight::Statement => GetActiveSnapshot(),
                        Sight::Transaction => GetTransactionSnapshot(),
                        Sight::Latest => GetLatestSnapshot(),
                    });
                    let scan = begin(relation, index, snapshot, keys);
                    Some((relation, index, snapshot, scan))
                }
            };
            // SAFETY: it holds nothing with a destructor.
            if let Some((relation, index, snapshot, scan)) = unsafe { call(open) } {
                let slot = Cell::new(std::ptr::null_mut());
                return Search { relation, index, snapshot, slot, scan, keys, numbers: known.numbers };
            }
            known = way.learn();
        }
    }

    /// Goes to the first row of these keys; false where there is none. A slot is only made where there is an entry.
    ///
    /// # Safety
    /// `keys` are as many as it was opened for.
    pub(super) unsafe fn seek(&self, keys: *mut pg_sys::ScanKeyData) -> bool {
        // SAFETY: promised by the caller.
        unsafe {
            call(|| {
                index_rescan(self.scan, keys, self.keys, std::ptr::null_mut(), 0);
                if index_getnext_tid(self.scan, FORWARD).is_null() {
                    return false;
                }
                if self.slot.get().is_null() {
                    self.slot.set(table_slot_create(self.relation, std::ptr::null_mut()));
                }
                index_fetch_heap(self.scan, self.slot.get()) || index_getnext_slot(self.scan, FORWARD, self.slot.get())
            })
        }
    }

    /// Goes to the next row; false where there is none.
    ///
    /// # Safety
    /// The slot holds a row.
    pub(super) unsafe fn next(&self) -> bool {
        // SAFETY: promised by the caller.
        unsafe { call(|| index_getnext_slot(self.scan, FORWARD, self.slot.get())) }
    }

    /// # Safety
    /// `keys` are as many as it was opened for.
    pub(super) unsafe fn rows(&self, keys: *mut pg_sys::ScanKeyData, mut found: impl FnMut([Value; N])) {
        // SAFETY: promised by the caller.
        unsafe {
            let mut more = self.seek(keys);
            while more {
                found(self.values());
                more = self.next();
            }
        }
    }

    /// # Safety
    /// The slot holds a row.
    pub(super) unsafe fn values(&self) -> [Value; N] {
        // SAFETY: promised by the caller; deforming fills as many entries as it is told.
        unsafe {
            let (slot, last) = (self.slot.get(), self.numbers.iter().copied().max().unwrap_or(0));
            if (*slot).tts_nvalid < last {
                call(|| slot_getsomeattrs_int(slot, last.into()));
            }
            self.numbers.map(|n| {
                let i = n as usize - 1;
                (!*(*slot).tts_isnull.add(i)).then(|| *(*slot).tts_values.add(i))
            })
        }
    }

    pub(super) fn close(self) {
        // SAFETY: what `open` opened; the locks stay.
        unsafe {
            call(|| {
                index_endscan(self.scan);
                if !self.slot.get().is_null() {
                    ExecDropSingleTupleTableSlot(self.slot.get());
                }
                UnregisterSnapshot(self.snapshot);
                index_close(self.index, NO_LOCK);
                relation_close(self.relation, NO_LOCK);
            });
        }
    }
}

/// Looks rows of a table of ours up by the three columns of an index, a uuid, an integer and one that is not null: `found(i, row)` is
/// called for every row that has `uuids[i]` and `number`, with its values of `columns`. The rows of one uuid come one after another.
pub fn find<const N: usize>(
    way: &Way<N>,
    sight: Sight,
    uuids: &[[u8; 16]],
    number: i32,
    mut found: impl FnMut(usize, [Value; N]),
) {
    // SAFETY: scans are opened and closed here in pairs; on ERROR the abort of the (sub)transaction does it. A uuid datum
    // points to 16 bytes.
    unsafe {
        let search = Search::open(way, sight, 3);
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
        let mut exactly = |i: usize| {
            pg_sys::ScanKeyInit(&mut keys[0], 1, equal, pg_sys::F_UUID_EQ.into(), Datum::from(uuids[i].as_ptr()));
            search.rows(keys.as_mut_ptr(), |row| found(i, row));
        };
        if uuids.len() == 1 {
            exactly(0);
        } else {
            let next = call(|| begin(search.relation, search.index, search.snapshot, 1));
            (*next).xs_want_itup = true;
            leap(uuids, |from| entry_from(next, search.index, from), &mut exactly);
            call(|| index_endscan(next));
        }
        search.close();
    }
}

/// The same by the first column of an index, a bigint.
pub fn find_by_number<const N: usize>(
    way: &Way<N>,
    numbers: impl Iterator<Item = i64>,
    mut found: impl FnMut(usize, [Value; N]),
) {
    // SAFETY: as in `find`.
    unsafe {
        let search = Search::open(way, Sight::Transaction, 1);
        let equal = pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber;
        for (i, number) in numbers.enumerate() {
            let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
            pg_sys::ScanKeyInit(&mut key, 1, equal, pg_sys::F_INT8EQ.into(), Datum::from(number));
            search.rows(&mut key, |row| found(i, row));
        }
        search.close();
    }
}

/// Calls `exactly` for all of `uuids` that may be in an index, leaving out those between two of its entries: what few entries or
/// none lie among is looked up by few steps. `next` tells the first entry at or after a uuid.
fn leap(uuids: &[[u8; 16]], mut next: impl FnMut(&[u8; 16]) -> Option<[u8; 16]>, mut exactly: impl FnMut(usize)) {
    let mut order: Vec<usize> = (0..uuids.len()).collect();
    order.sort_unstable_by_key(|&i| uuids[i]);
    let (mut rest, mut met, mut skipped) = (order.as_slice(), 0, 0);
    while let Some(&first) = rest.first() {
        // where most are there, asking for the next one only doubles the work
        if met < 16 + skipped {
            let Some(entry) = next(&uuids[first]) else { return };
            let between = rest.partition_point(|&i| uuids[i] < entry);
            (rest, skipped) = (&rest[between..], skipped + between);
            if between > 0 {
                continue;
            }
        }
        met += 1;
        exactly(first);
        rest = &rest[1..];
    }
}

/// # Safety
/// Relation, index and snapshot stay as long as the scan.
unsafe fn begin(
    relation: pg_sys::Relation,
    index: pg_sys::Relation,
    snapshot: pg_sys::Snapshot,
    keys: i32,
) -> pg_sys::IndexScanDesc {
    // SAFETY: promised by the caller.
    unsafe {
        #[cfg(feature = "pg18")]
        return index_beginscan(relation, index, snapshot, std::ptr::null_mut(), keys, 0);
        #[cfg(not(feature = "pg18"))]
        return index_beginscan(relation, index, snapshot, keys, 0);
    }
}

/// The uuid of the first entry at or after `from`, dead or alive.
///
/// # Safety
/// `scan` is one by a single key that returns entries of this index, of which the first column is a uuid that is not null.
unsafe fn entry_from(scan: pg_sys::IndexScanDesc, index: pg_sys::Relation, from: &[u8; 16]) -> Option<[u8; 16]> {
    // SAFETY: promised by the caller; an entry stays until the scan goes on, and has as many columns as its index.
    unsafe {
        let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
        let at_least = pg_sys::BTGreaterEqualStrategyNumber as pg_sys::StrategyNumber;
        pg_sys::ScanKeyInit(&mut key, 1, at_least, pg_sys::F_UUID_GE.into(), Datum::from(from.as_ptr()));
        let key = &raw mut key;
        let entry = call(|| {
            index_rescan(scan, key, 1, std::ptr::null_mut(), 0);
            let row = index_getnext_tid(scan, FORWARD);
            if row.is_null() { std::ptr::null_mut() } else { (*scan).xs_itup }
        });
        if entry.is_null() {
            return None;
        }
        let mut values = [Datum::from(0); pg_sys::INDEX_MAX_KEYS as usize];
        let mut nulls = [true; pg_sys::INDEX_MAX_KEYS as usize];
        pg_sys::index_deform_tuple(entry, (*index).rd_att, values.as_mut_ptr(), nulls.as_mut_ptr());
        Some(*values[0].cast_mut_ptr::<[u8; 16]>())
    }
}
