//! Rows of our own tables written without a statement, as PostgreSQL treats its catalogs: what a capture spends on a row is the row
//! itself and its index entries.

use super::arena;
use super::callbacks;
use super::column::attribute;
use super::guard::call;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;

/// Rows are written in batches of at most this many.
const BATCH: usize = 500;

/// Columns of our widest table, and more than the indexes of any.
const MOST: usize = 64;

// Declared here to be called under one guard for many rows, instead of one each as pgrx has it.
unsafe extern "C-unwind" {
    fn try_relation_open(relation: Oid, lock: pg_sys::LOCKMODE) -> pg_sys::Relation;
    fn relation_close(relation: pg_sys::Relation, lock: pg_sys::LOCKMODE);
    fn index_open(index: Oid, lock: pg_sys::LOCKMODE) -> pg_sys::Relation;
    fn index_close(index: pg_sys::Relation, lock: pg_sys::LOCKMODE);
    fn GetCurrentCommandId(used: bool) -> pg_sys::CommandId;
    fn CommandCounterIncrement();
    fn heap_freetuple(tuple: pg_sys::HeapTuple);
    fn heap_form_tuple(desc: pg_sys::TupleDesc, values: *const Datum, nulls: *const bool) -> pg_sys::HeapTuple;
    fn heap_insert(
        relation: pg_sys::Relation,
        tuple: pg_sys::HeapTuple,
        command: pg_sys::CommandId,
        options: std::ffi::c_int,
        state: *mut std::ffi::c_void,
    );
    fn heap_multi_insert(
        relation: pg_sys::Relation,
        slots: *mut *mut pg_sys::TupleTableSlot,
        count: std::ffi::c_int,
        command: pg_sys::CommandId,
        options: std::ffi::c_int,
        state: *mut std::ffi::c_void,
    );
    fn index_insert(
        index: pg_sys::Relation,
        values: *mut Datum,
        nulls: *mut bool,
        row: pg_sys::ItemPointer,
        heap: pg_sys::Relation,
        unique: pg_sys::IndexUniqueCheck::Type,
        unchanged: bool,
        info: *mut pg_sys::IndexInfo,
    ) -> bool;
}

/// The oid of a table or index of ours, an invalid one where it does not exist.
pub(super) fn oid_of(name: &CStr) -> Oid {
    // SAFETY: catalog look-ups.
    unsafe {
        let namespace = pg_sys::get_namespace_oid(c"customer_workflow".as_ptr(), false);
        pg_sys::get_relname_relid(name.as_ptr(), namespace)
    }
}

/// A table of ours that rows are added to.
pub struct Target<const N: usize> {
    table: &'static CStr,
    columns: [&'static str; N],
    /// Indexes with an expression or a predicate, by name, with the column that has the value of each key in all rows that are
    /// added; the predicate is true for them. Without any column: the predicate is false for them.
    special: &'static [(&'static str, &'static [&'static str])],
    layout: RefCell<Option<Rc<Layout<N>>>>,
}

// SAFETY: a backend has one thread.
unsafe impl<const N: usize> Sync for Target<N> {}

/// What of a table's definition matters, until it changes.
struct Layout<const N: usize> {
    version: u64,
    relation: Oid,
    /// The numbers of the columns.
    numbers: [usize; N],
    indexes: Vec<Index>,
}

struct Index {
    oid: Oid,
    unique: bool,
    /// For each of its columns the place of its value, `None` for a column that is null.
    values: Vec<Option<usize>>,
}

impl<const N: usize> Target<N> {
    /// The table of this name; the values of `columns` will be given, every other column is null.
    pub const fn new(
        table: &'static CStr,
        columns: [&'static str; N],
        special: &'static [(&'static str, &'static [&'static str])],
    ) -> Self {
        Target { table, columns, special, layout: RefCell::new(None) }
    }

    /// Its name.
    pub fn name(&self) -> &'static str {
        self.table.to_str().expect("an ASCII name")
    }

    /// The columns of which the values are given.
    pub fn columns(&self) -> [&'static str; N] {
        self.columns
    }

    /// Locks the table as an INSERT does, to the end of the transaction.
    pub fn lock(&self) {
        // SAFETY: takes a lock on a table of ours.
        unsafe { pg_sys::LockRelationOid(oid_of(self.table), pg_sys::RowExclusiveLock as i32) };
    }

    /// The types of the columns.
    pub fn types(&self) -> [Oid; N] {
        // SAFETY: opened and closed here; an attribute belongs to the open relation.
        unsafe {
            let lock = pg_sys::RowExclusiveLock as i32;
            let relation = pg_sys::relation_open(oid_of(self.table), lock);
            let desc = (*relation).rd_att;
            let types = self.columns.map(|name| {
                let mut all = (1..=(*desc).natts as i16).map(|n| attribute(desc, n));
                let is =
                    |c: &&pg_sys::FormData_pg_attribute| !c.attisdropped && pgrx::name_data_to_str(&c.attname) == name;
                all.find(is).map_or(Oid::INVALID, |c| c.atttypid)
            });
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
            types
        }
    }

    /// Adds rows: `row(i)` gives the values for row `i`, in a memory context that is emptied after each batch. False, and nothing
    /// is added, where that would not do what an INSERT does. CHECK constraints are not looked at: the caller gives values that
    /// meet them.
    pub fn append(&self, rows: usize, mut row: impl FnMut(usize) -> [Value; N]) -> bool {
        if rows == 1 && self.append_one(&row(0)) {
            return true;
        }
        // SAFETY: what COPY does. On ERROR the abort of the (sub)transaction closes and frees what is open.
        unsafe {
            let lock = pg_sys::RowExclusiveLock as i32;
            let known = self.layout.borrow().as_ref().map_or(Oid::INVALID, |l| l.relation);
            let relation = match known {
                Oid::INVALID => pg_sys::relation_open(oid_of(self.table), lock),
                oid => pg_sys::try_relation_open(oid, lock),
            };
            if relation.is_null() {
                // the extension was created anew
                self.layout.take();
                return self.append(rows, row);
            }
            let layout = if fires_triggers(relation) { None } else { self.layout(relation) };
            if let Some(layout) = &layout {
                let open = |i: &Index| pg_sys::index_open(i.oid, lock);
                let indexes: Vec<pg_sys::Relation> = layout.indexes.iter().map(open).collect();
                write_many(relation, layout, &indexes, rows, row);
                indexes.into_iter().for_each(|i| pg_sys::index_close(i, pg_sys::NoLock as i32));
                pg_sys::CommandCounterIncrement();
            }
            pg_sys::relation_close(relation, pg_sys::NoLock as i32);
            layout.is_some()
        }
    }

    /// The same for one row, all of it under one guard, which is a good part of what a row costs by itself. False, and nothing is
    /// added, also where the layout is not known yet.
    fn append_one(&self, row: &[Value; N]) -> bool {
        let Some(layout) = self.layout.borrow().clone() else { return false };
        let layout: &Layout<N> = &layout;
        let (mut values, mut nulls) = ([Datum::from(0); MOST], [true; MOST]);
        for (n, value) in layout.numbers.iter().zip(row) {
            if let Some(value) = value {
                (values[n - 1], nulls[n - 1]) = (*value, false);
            }
        }
        let lock = pg_sys::RowExclusiveLock as pg_sys::LOCKMODE;
        let none = pg_sys::NoLock as pg_sys::LOCKMODE;
        let add = || {
            // SAFETY: as in `append`; the layout holds for the locked table, and its columns and indexes are no more than there
            // is room for.
            unsafe {
                let relation = try_relation_open(layout.relation, lock);
                if relation.is_null() {
                    return false;
                }
                if fires_triggers(relation) || layout.version != callbacks::version() {
                    relation_close(relation, none);
                    return false;
                }
                let tuple = heap_form_tuple((*relation).rd_att, values.as_ptr(), nulls.as_ptr());
                heap_insert(relation, tuple, GetCurrentCommandId(true), 0, std::ptr::null_mut());
                for known in &layout.indexes {
                    let index = index_open(known.oid, lock);
                    enter(known, index, relation, row, &raw mut (*tuple).t_self);
                    index_close(index, none);
                }
                heap_freetuple(tuple);
                relation_close(relation, none);
                CommandCounterIncrement();
                true
            }
        };
        // SAFETY: it holds nothing with a destructor.
        unsafe { call(add) }
    }

    /// # Safety
    /// `relation` is this table, open.
    unsafe fn layout(&self, relation: pg_sys::Relation) -> Option<Rc<Layout<N>>> {
        // what other sessions changed is known since the table was locked
        if let Some(known) = self.layout.borrow().as_ref().filter(|l| l.version == callbacks::version()) {
            return Some(known.clone());
        }
        // SAFETY: promised by the caller.
        let layout = unsafe { self.read_layout(relation) }.map(Rc::new);
        self.layout.replace(layout.clone());
        layout
    }

    /// # Safety
    /// `relation` is this table, open.
    unsafe fn read_layout(&self, relation: pg_sys::Relation) -> Option<Layout<N>> {
        // SAFETY: promised by the caller; descriptors belong to the open relation and its open indexes.
        unsafe {
            callbacks::watch((*relation).rd_id);
            let version = callbacks::version();
            let class = (*relation).rd_rel;
            if (*class).relkind as u8 != pg_sys::RELKIND_RELATION || (*class).relam != pg_sys::HEAP_TABLE_AM_OID {
                return None;
            }
            let desc = (*relation).rd_att;
            if (*desc).natts as usize > MOST {
                return None;
            }
            let mut numbers = [0; N];
            for n in 1..=(*desc).natts as i16 {
                let column = attribute(desc, n);
                let name = pgrx::name_data_to_str(&column.attname);
                match self.columns.iter().position(|c| *c == name) {
                    _ if column.attisdropped => {}
                    Some(at) => numbers[at] = n as usize,
                    None if column.attnotnull || column.atthasdef || column.attidentity != 0 => return None,
                    None => {}
                }
            }
            if numbers.contains(&0) {
                return None;
            }
            let list = pg_sys::RelationGetIndexList(relation);
            let count = if list.is_null() { 0 } else { (*list).length as usize };
            let mut indexes = Vec::with_capacity(count);
            for i in 0..count {
                let index = pg_sys::index_open((*(*list).elements.add(i)).oid_value, pg_sys::RowExclusiveLock as i32);
                let name = pgrx::name_data_to_str(&(*(*index).rd_rel).relname);
                let never = self.special.iter().any(|s| s.0 == name && s.1.is_empty());
                let read = if never { None } else { Some(self.read_index(index, &numbers)) };
                pg_sys::index_close(index, pg_sys::NoLock as i32);
                if let Some(read) = read {
                    indexes.push(read?);
                }
            }
            pg_sys::list_free(list);
            Some(Layout { version, relation: (*relation).rd_id, numbers, indexes })
        }
    }

    /// # Safety
    /// `index` is open.
    unsafe fn read_index(&self, index: pg_sys::Relation, numbers: &[usize; N]) -> Option<Index> {
        // SAFETY: promised by the caller.
        unsafe {
            let (meta, class) = ((*index).rd_index, (*index).rd_rel);
            let plain = (*class).relam == pg_sys::BTREE_AM_OID
                && (*meta).indisready
                && (*meta).indimmediate
                && !(*meta).indisexclusion;
            if !plain {
                return None;
            }
            let keys = (*meta).indkey.values.as_slice((*meta).indnatts as usize);
            let of_number = |n: i16| numbers.iter().position(|k| *k == n as usize);
            let name = pgrx::name_data_to_str(&(*class).relname);
            let values = if let Some((_, columns)) = self.special.iter().find(|s| s.0 == name) {
                let given: Option<Vec<_>> = columns.iter().map(|c| self.columns.iter().position(|k| k == c)).collect();
                let given = given.filter(|g| g.len() == keys.len())?;
                if keys.iter().zip(&given).any(|(&key, &at)| key != 0 && numbers[at] != key as usize) {
                    return None;
                }
                given.into_iter().map(Some).collect()
            } else {
                let simple = pg_sys::RelationGetIndexExpressions(index).is_null()
                    && pg_sys::RelationGetIndexPredicate(index).is_null();
                if !simple {
                    return None;
                }
                keys.iter().map(|&n| of_number(n)).collect()
            };
            Some(Index { oid: (*index).rd_id, unique: (*meta).indisunique, values })
        }
    }
}

/// # Safety
/// `relation` is open.
unsafe fn fires_triggers(relation: pg_sys::Relation) -> bool {
    // SAFETY: promised by the caller.
    unsafe {
        let triggers = (*relation).trigdesc;
        !triggers.is_null()
            && ((*triggers).trig_insert_before_row
                || (*triggers).trig_insert_after_row
                || (*triggers).trig_insert_before_statement
                || (*triggers).trig_insert_after_statement
                || (*triggers).trig_insert_new_table)
    }
}

/// # Safety
/// `relation` and its `indexes` are open and are as `layout` says.
unsafe fn write_many<const N: usize>(
    relation: pg_sys::Relation,
    layout: &Layout<N>,
    indexes: &[pg_sys::Relation],
    rows: usize,
    mut row: impl FnMut(usize) -> [Value; N],
) {
    // SAFETY: promised by the caller; slots and memory are made and freed here.
    unsafe {
        let mut slots: Vec<*mut pg_sys::TupleTableSlot> =
            (0..rows.min(BATCH)).map(|_| pg_sys::table_slot_create(relation, std::ptr::null_mut())).collect();
        let mut values: Vec<[Value; N]> = Vec::with_capacity(slots.len());
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
                values.clear();
                for (i, &slot) in slots[..count].iter().enumerate() {
                    values.push(row(start + i));
                    store(slot, &layout.numbers, &values[i]);
                }
                let (slots, values) = (slots.as_mut_ptr(), values.as_slice());
                call(|| {
                    let command = pg_sys::GetCurrentCommandId(true);
                    heap_multi_insert(relation, slots, count as i32, command, 0, std::ptr::null_mut());
                    for (known, &index) in layout.indexes.iter().zip(indexes) {
                        for (i, row) in values.iter().enumerate() {
                            enter(known, index, relation, row, &raw mut (**slots.add(i)).tts_tid);
                        }
                    }
                });
            });
            pg_sys::MemoryContextReset(memory);
        }
        slots.into_iter().for_each(|s| pg_sys::ExecDropSingleTupleTableSlot(s));
        pg_sys::MemoryContextDelete(memory);
    }
}

/// # Safety
/// `slot` is a slot for rows that have columns of these numbers.
unsafe fn store<const N: usize>(slot: *mut pg_sys::TupleTableSlot, numbers: &[usize; N], values: &[Value; N]) {
    // SAFETY: promised by the caller; a slot has as many values and flags as its descriptor has columns.
    unsafe {
        if let Some(clear) = (*(*slot).tts_ops).clear {
            clear(slot);
        }
        let natts = (*(*slot).tts_tupleDescriptor).natts as usize;
        std::slice::from_raw_parts_mut((*slot).tts_isnull, natts).fill(true);
        for (n, value) in numbers.iter().zip(values) {
            if let Some(value) = value {
                *(*slot).tts_values.add(n - 1) = *value;
                *(*slot).tts_isnull.add(n - 1) = false;
            }
        }
        pg_sys::ExecStoreVirtualTuple(slot);
    }
}

/// Makes the entry of a row in an index. Holds nothing with a destructor, since an ERROR jumps over it.
///
/// # Safety
/// `index` is a btree index of `relation` as `known` says; the row lies at `address`.
unsafe fn enter<const N: usize>(
    known: &Index,
    index: pg_sys::Relation,
    relation: pg_sys::Relation,
    row: &[Value; N],
    address: pg_sys::ItemPointer,
) {
    let mut values = [Datum::from(0); pg_sys::INDEX_MAX_KEYS as usize];
    let mut nulls = [true; pg_sys::INDEX_MAX_KEYS as usize];
    for (i, at) in known.values.iter().enumerate() {
        if let Some(value) = at.and_then(|at| row[at]) {
            (values[i], nulls[i]) = (value, false);
        }
    }
    let unique = match known.unique {
        true => pg_sys::IndexUniqueCheck::UNIQUE_CHECK_YES,
        false => pg_sys::IndexUniqueCheck::UNIQUE_CHECK_NO,
    };
    // SAFETY: promised by the caller; a btree does not look at the IndexInfo.
    unsafe {
        index_insert(
            index,
            values.as_mut_ptr(),
            nulls.as_mut_ptr(),
            address,
            relation,
            unique,
            false,
            std::ptr::null_mut(),
        );
    }
}
