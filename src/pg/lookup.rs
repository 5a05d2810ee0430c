//! Rows of our own tables found without a statement, by an index.

use super::arena::within;
use super::column::attribute;
use super::guard::call;
use super::table::oid_of;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CStr;

unsafe extern "C-unwind" {
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

/// A scan of a table of ours by an index, with a slot for its rows.
struct Search<const N: usize> {
    relation: pg_sys::Relation,
    index: pg_sys::Relation,
    snapshot: pg_sys::Snapshot,
    slot: *mut pg_sys::TupleTableSlot,
    scan: pg_sys::IndexScanDesc,
    keys: i32,
    /// The columns that are read.
    numbers: [i16; N],
}

impl<const N: usize> Search<N> {
    /// # Safety
    /// Closed by [`Search::close`], or by the abort of the (sub)transaction.
    unsafe fn open((table, index): (&CStr, &CStr), columns: [&str; N], sight: Sight, keys: i32) -> Self {
        // SAFETY: what is opened stays open until `close`.
        unsafe {
            let lock = pg_sys::AccessShareLock as i32;
            let relation = pg_sys::relation_open(oid_of(table), lock);
            let index = pg_sys::index_open(oid_of(index), lock);
            let numbers = columns.map(|c| number_of((*relation).rd_att, c));
            if sight != Sight::Statement {
                pg_sys::CommandCounterIncrement();
            }
            let snapshot = pg_sys::RegisterSnapshot(match sight {
                Sight::Statement => pg_sys::GetActiveSnapshot(),
                Sight::Transaction => pg_sys::GetTransactionSnapshot(),
                Sight::Latest => pg_sys::GetLatestSnapshot(),
            });
            let slot = pg_sys::table_slot_create(relation, std::ptr::null_mut());
            let scan = begin(relation, index, snapshot, keys);
            Search { relation, index, snapshot, slot, scan, keys, numbers }
        }
    }

    /// # Safety
    /// `keys` are as many as it was opened for.
    unsafe fn rows(&self, keys: *mut pg_sys::ScanKeyData, mut found: impl FnMut([Value; N])) {
        // SAFETY: promised by the caller.
        unsafe {
            call(|| index_rescan(self.scan, keys, self.keys, std::ptr::null_mut(), 0));
            while call(|| index_getnext_slot(self.scan, pg_sys::ScanDirection::ForwardScanDirection, self.slot)) {
                found(self.numbers.map(|n| value(self.slot, n)));
            }
        }
    }

    fn close(self) {
        // SAFETY: what `open` opened.
        unsafe {
            pg_sys::index_endscan(self.scan);
            pg_sys::ExecDropSingleTupleTableSlot(self.slot);
            pg_sys::UnregisterSnapshot(self.snapshot);
            pg_sys::index_close(self.index, pg_sys::AccessShareLock as i32);
            pg_sys::relation_close(self.relation, pg_sys::NoLock as i32);
        }
    }
}

/// Looks rows of a table of ours up by the three columns of an index, a uuid, an integer and one that is not null: `found(i, row)` is
/// called for every row that has `uuids[i]` and `number`, with its values of `columns`. The rows of one uuid come one after another.
pub fn find<const N: usize>(
    index: (&CStr, &CStr),
    columns: [&str; N],
    sight: Sight,
    uuids: &[[u8; 16]],
    number: i32,
    mut found: impl FnMut(usize, [Value; N]),
) {
    // SAFETY: scans are opened and closed here in pairs; on ERROR the abort of the (sub)transaction does it. A uuid datum
    // points to 16 bytes.
    unsafe {
        let search = Search::open(index, columns, sight, 3);
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
            let next = begin(search.relation, search.index, search.snapshot, 1);
            (*next).xs_want_itup = true;
            leap(uuids, |from| entry_from(next, search.index, from), &mut exactly);
            pg_sys::index_endscan(next);
        }
        search.close();
    }
}

/// The same by the first column of an index, a bigint.
pub fn find_by_number<const N: usize>(
    index: (&CStr, &CStr),
    columns: [&str; N],
    numbers: impl Iterator<Item = i64>,
    mut found: impl FnMut(usize, [Value; N]),
) {
    // SAFETY: as in `find`.
    unsafe {
        let search = Search::open(index, columns, Sight::Transaction, 1);
        let equal = pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber;
        for (i, number) in numbers.enumerate() {
            let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
            pg_sys::ScanKeyInit(&mut key, 1, equal, pg_sys::F_INT8EQ.into(), Datum::from(number));
            search.rows(&mut key, |row| found(i, row));
        }
        search.close();
    }
}

/// All rows of a table of ours whose bigint, the first column of an index, is among `numbers`, an array of bigint, in the order of the
/// index: `found` gets their values of `columns`, and how long values of these columns are (`pg_type.typlen`).
pub fn find_among(index: (&CStr, &CStr), columns: &[&str], numbers: Datum, mut found: impl FnMut(&[Value], &[i16])) {
    // SAFETY: as in `find`; the array outlives the scan.
    unsafe {
        let search = Search::open(index, [], Sight::Transaction, 1);
        let desc = (*search.relation).rd_att;
        let places: Vec<i16> = columns.iter().map(|c| number_of(desc, c)).collect();
        let lengths: Vec<i16> = places.iter().map(|n| attribute(desc, *n).attlen).collect();
        let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
        pg_sys::ScanKeyEntryInitialize(
            &mut key,
            pg_sys::SK_SEARCHARRAY as i32,
            1,
            pg_sys::BTEqualStrategyNumber as pg_sys::StrategyNumber,
            pg_sys::INT8OID,
            Oid::INVALID,
            pg_sys::F_INT8EQ.into(),
            numbers,
        );
        let last = places.iter().copied().max().unwrap_or(0);
        let mut values = Vec::with_capacity(places.len());
        search.rows(&mut key, |[]| {
            pg_sys::slot_getsomeattrs_int(search.slot, last.into());
            values.clear();
            values.extend(places.iter().map(|n| value(search.slot, *n)));
            found(&values, &lengths);
        });
        search.close();
    }
}

/// Rows of ascending numbers, by an index of which the first column is a bigint. Numbers that lie close together are come to by going
/// through the index.
pub struct Walk<const N: usize> {
    search: Search<N>,
    /// Where the scan allocates.
    memory: pg_sys::MemoryContext,
    /// The number of the row that the scan has come to.
    here: Option<i64>,
    asked: Option<i64>,
    number: i16,
}

/// So many rows are passed over before the index is searched again.
const FEW: usize = 8;

impl<const N: usize> Walk<N> {
    /// The rows that the running statement sees; `of` is the column of the number.
    pub fn open(index: (&CStr, &CStr), of: &str, columns: [&str; N]) -> Self {
        // SAFETY: closed by `close`, or by the abort of the (sub)transaction. An open relation has its descriptor.
        unsafe {
            let search = Search::open(index, columns, Sight::Statement, 1);
            let number = number_of((*search.relation).rd_att, of);
            Walk { search, memory: pg_sys::CurrentMemoryContext, here: None, asked: None, number }
        }
    }

    /// Calls `found` with the rows of this number, in the order of the index. They live until the next one is visited.
    pub fn visit(&mut self, number: i64, mut found: impl FnMut([Value; N])) {
        if self.asked.is_none_or(|asked| asked >= number) {
            self.search(number);
        }
        self.asked = Some(number);
        let mut passed = 0;
        while let Some(here) = self.here {
            if here > number {
                return;
            } else if here == number {
                // SAFETY: the scan has come to a row, which has these columns.
                found(unsafe { self.search.numbers.map(|n| value(self.search.slot, n)) });
                self.next();
            } else if passed < FEW {
                passed += 1;
                self.next();
            } else {
                self.search(number);
            }
        }
    }

    fn search(&mut self, number: i64) {
        // SAFETY: the scan is open, and takes one key.
        unsafe {
            let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
            let at_least = pg_sys::BTGreaterEqualStrategyNumber as pg_sys::StrategyNumber;
            pg_sys::ScanKeyInit(&mut key, 1, at_least, pg_sys::F_INT8GE.into(), Datum::from(number));
            let (scan, key) = (self.search.scan, &raw mut key);
            within(self.memory, || call(|| index_rescan(scan, key, 1, std::ptr::null_mut(), 0)));
        }
        self.next();
    }

    fn next(&mut self) {
        let (scan, slot) = (self.search.scan, self.search.slot);
        // SAFETY: the scan is open, and has been given its key. A row has the column of the number, which is not null.
        unsafe {
            let forward = pg_sys::ScanDirection::ForwardScanDirection;
            let more = within(self.memory, || call(|| index_getnext_slot(scan, forward, slot)));
            self.here = if more { value(slot, self.number).map(|n| n.value() as i64) } else { None };
        }
    }

    /// No more rows are asked for.
    pub fn close(self) {
        self.search.close();
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
/// `desc` is the descriptor of a table of ours.
unsafe fn number_of(desc: pg_sys::TupleDesc, column: &str) -> i16 {
    // SAFETY: promised by the caller.
    unsafe {
        let is = |n: &i16| pgrx::name_data_to_str(&attribute(desc, *n).attname) == column;
        (1..=(*desc).natts as i16).find(is).expect("our tables have the columns that we know")
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
        return pg_sys::index_beginscan(relation, index, snapshot, std::ptr::null_mut(), keys, 0);
        #[cfg(not(feature = "pg18"))]
        return pg_sys::index_beginscan(relation, index, snapshot, keys, 0);
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
            let row = index_getnext_tid(scan, pg_sys::ScanDirection::ForwardScanDirection);
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
