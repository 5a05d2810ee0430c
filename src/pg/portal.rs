//! The rows of an open cursor.

use super::guard::call;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CStr;

unsafe extern "C-unwind" {
    fn SPI_cursor_fetch(portal: pg_sys::Portal, forward: bool, count: std::ffi::c_long);
    fn heap_deform_tuple(tuple: pg_sys::HeapTuple, desc: pg_sys::TupleDesc, values: *mut Datum, nulls: *mut bool);
    fn SPI_execute_with_args(
        sql: *const std::ffi::c_char,
        count: std::ffi::c_int,
        types: *mut Oid,
        values: *mut Datum,
        nulls: *const std::ffi::c_char,
        read_only: bool,
        limit: std::ffi::c_long,
    ) -> std::ffi::c_int;
}

/// Some of the rows of a cursor.
pub struct Rows {
    table: *mut pg_sys::SPITupleTable,
    count: usize,
}

impl Rows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// How many columns they have.
    pub fn width(&self) -> usize {
        // SAFETY: the table lives while the rows are visited.
        unsafe { (*(*self.table).tupdesc).natts as usize }
    }

    /// The type of column `n` (from 0).
    pub fn type_of(&self, n: usize) -> Oid {
        assert!(n < self.width());
        // SAFETY: a column that there is.
        unsafe { super::column::attribute((*self.table).tupdesc, n as i16 + 1).atttypid }
    }

    /// The values of row `i` by their places; they live as long as the rows.
    pub fn read(&self, i: usize, values: &mut Vec<Value>) {
        let width = self.width();
        let (mut datums, mut nulls) = ([Datum::from(0); MOST_COLUMNS], [true; MOST_COLUMNS]);
        assert!(i < self.count && width <= MOST_COLUMNS);
        // SAFETY: there are as many entries as columns; a row and its descriptor belong together.
        unsafe {
            let (tuple, desc) = (*(*self.table).vals.add(i), (*self.table).tupdesc);
            heap_deform_tuple(tuple, desc, datums.as_mut_ptr(), nulls.as_mut_ptr());
        }
        values.clear();
        values.extend((0..width).map(|n| (!nulls[n]).then_some(datums[n])));
    }

    /// The place of the column of this name (from 0).
    pub fn place(&self, name: &str) -> Option<usize> {
        // SAFETY: columns that there are.
        let of = |n: &usize| unsafe { &super::column::attribute((*self.table).tupdesc, *n as i16 + 1).attname };
        (0..self.width()).find(|n| pgrx::name_data_to_str(of(n)) == name)
    }
}

/// Runs a statement that returns nothing with these parameters, while the rows of a cursor are visited.
pub fn execute(sql: &CStr, types: &[Oid], values: &[Value]) {
    let mut types = types.to_vec();
    let mut datums: Vec<Datum> = values.iter().map(|v| v.unwrap_or(Datum::from(0))).collect();
    let nulls: Vec<std::ffi::c_char> =
        values.iter().map(|v| if v.is_none() { b'n' } else { b' ' } as std::ffi::c_char).collect();
    assert!(types.len() == datums.len());
    // SAFETY: as many values as types; SPI is connected while rows are visited.
    unsafe {
        let (count, types, datums) = (types.len() as i32, types.as_mut_ptr(), datums.as_mut_ptr());
        let (sql, nulls) = (sql.as_ptr(), nulls.as_ptr());
        let code = call(|| SPI_execute_with_args(sql, count, types, datums, nulls, false, 0));
        if code < 0 {
            pgrx::error!("could not execute a statement for a row: SPI code {code}");
        }
    }
}

/// A query of ours has no more columns than this.
const MOST_COLUMNS: usize = 32;

/// Calls `visit` with all rows of the cursor of this name that have not been fetched yet, at most `count` at a time.
pub fn drain(name: &CStr, count: usize, mut visit: impl FnMut(&Rows)) {
    loop {
        let fetched = fetch(name, count, |rows| {
            if rows.count > 0 {
                visit(rows);
            }
        });
        if fetched < count {
            return;
        }
    }
}

/// Calls `visit` once with all rows of the cursor of this name.
pub fn all(name: &CStr, visit: impl FnOnce(&Rows)) {
    fetch(name, std::ffi::c_long::MAX as usize, visit);
}

fn fetch(name: &CStr, count: usize, visit: impl FnOnce(&Rows)) -> usize {
    // SAFETY: SPI is connected and finished here; on ERROR PostgreSQL cleans it up.
    unsafe {
        if pg_sys::SPI_connect() != pg_sys::SPI_OK_CONNECT as i32 {
            pgrx::error!("SPI_connect failed");
        }
        let portal = pg_sys::SPI_cursor_find(name.as_ptr());
        if portal.is_null() {
            pgrx::error!("there is no cursor {name:?}");
        }
        call(|| SPI_cursor_fetch(portal, true, count as std::ffi::c_long));
        let rows = Rows { table: pg_sys::SPI_tuptable, count: pg_sys::SPI_processed as usize };
        visit(&rows);
        pg_sys::SPI_finish();
        rows.count
    }
}
