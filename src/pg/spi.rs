//! Statements on our own tables, prepared once a backend.

use super::encoding;
use super::guard::call;
use super::role;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::Cell;
use std::ffi::CStr;

unsafe extern "C-unwind" {
    fn SPI_execute_plan(
        plan: pg_sys::SPIPlanPtr,
        values: *mut Datum,
        nulls: *const std::ffi::c_char,
        read_only: bool,
        limit: std::ffi::c_long,
    ) -> std::ffi::c_int;
    fn nextval_internal(sequence: Oid, check_permissions: bool) -> i64;
}

/// A statement that is prepared at its first use and kept. Its text qualifies every name and operator, because it is
/// analysed under whatever search_path the session has.
pub struct Statement {
    sql: &'static CStr,
    types: &'static [Oid],
    plan: Cell<pg_sys::SPIPlanPtr>,
}

// SAFETY: a backend has one thread.
unsafe impl Sync for Statement {}

impl Statement {
    /// `sql` with parameters `$1`… of these types.
    pub const fn new(sql: &'static CStr, types: &'static [Oid]) -> Self {
        Statement { sql, types, plan: Cell::new(std::ptr::null_mut()) }
    }

    /// Runs it as the extension's owner; `row` is called for every row with a reader of its columns (from 1).
    /// Returns the number of rows.
    pub fn run(&self, args: &[Option<Datum>], row: impl FnMut(&Row)) -> usize {
        role::with_user(owner(), || self.execute(args, false, row))
    }

    /// The same without an XID and with a snapshot taken now, also in a REPEATABLE READ transaction: for configuration,
    /// which must hold from the moment of its commit.
    pub fn read_latest(&self, args: &[Option<Datum>], row: impl FnMut(&Row)) -> usize {
        // SAFETY: pushed and popped in pairs; on ERROR the (sub)transaction abort pops it.
        role::with_user(owner(), || unsafe {
            pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot());
            let n = self.execute(args, true, row);
            pg_sys::PopActiveSnapshot();
            n
        })
    }

    fn execute(&self, args: &[Option<Datum>], read_only: bool, mut row: impl FnMut(&Row)) -> usize {
        assert_eq!(args.len(), self.types.len());
        let mut values: Vec<Datum> = args.iter().map(|v| v.unwrap_or(Datum::from(0))).collect();
        let nulls: Vec<std::ffi::c_char> =
            args.iter().map(|v| if v.is_none() { b'n' } else { b' ' } as std::ffi::c_char).collect();
        // SAFETY: SPI is connected and finished here; on ERROR PostgreSQL cleans it up. As many values as types.
        unsafe {
            if pg_sys::SPI_connect() != pg_sys::SPI_OK_CONNECT as i32 {
                pgrx::error!("SPI_connect failed");
            }
            if self.plan.get().is_null() {
                let mut types = self.types.to_vec();
                // planned once: that the statements get arrays of another length changes nothing
                let options = pg_sys::CURSOR_OPT_GENERIC_PLAN as i32;
                let plan =
                    pg_sys::SPI_prepare_cursor(self.sql.as_ptr(), types.len() as i32, types.as_mut_ptr(), options);
                if plan.is_null() || pg_sys::SPI_keepplan(plan) != 0 {
                    pgrx::error!("could not prepare {:?}", self.sql);
                }
                self.plan.set(plan);
            }
            let (plan, values, nulls) = (self.plan.get(), values.as_mut_ptr(), nulls.as_ptr());
            let code = call(|| SPI_execute_plan(plan, values, nulls, read_only, 0));
            if code < 0 {
                pgrx::error!("could not execute {:?}: SPI code {code}", self.sql);
            }
            let (n, table) = (pg_sys::SPI_processed as usize, pg_sys::SPI_tuptable);
            if !table.is_null() {
                for i in 0..n {
                    row(&Row { tuple: *(*table).vals.add(i), desc: (*table).tupdesc });
                }
            }
            pg_sys::SPI_finish();
            n
        }
    }
}

/// One row of a result, valid while it is visited.
pub struct Row {
    tuple: pg_sys::HeapTuple,
    desc: pg_sys::TupleDesc,
}

impl Row {
    /// Column `n` (from 1) as a datum that lives as long as the row.
    pub fn datum(&self, n: i32) -> Option<Datum> {
        let mut null = false;
        // SAFETY: tuple and descriptor belong together.
        let datum = unsafe { pg_sys::SPI_getbinval(self.tuple, self.desc, n, &mut null) };
        (!null).then_some(datum)
    }

    /// Column `n` as text.
    pub fn text(&self, n: i32) -> Option<String> {
        self.datum(n).map(super::value::text_string)
    }

    /// Column `n` as an array of text; nulls are left out, and a null array is empty.
    pub fn texts(&self, n: i32) -> Vec<String> {
        let elements = self.datum(n).map_or_else(Vec::new, |d| super::function::elements(d, pg_sys::TEXTOID));
        elements.into_iter().flatten().map(super::value::text_string).collect()
    }

    /// Column `n` as a name.
    pub fn name(&self, n: i32) -> Option<String> {
        // SAFETY: a name datum points to a C string.
        self.datum(n).map(|d| encoding::string_of(unsafe { CStr::from_ptr(d.cast_mut_ptr()) }))
    }

    /// Column `n` as bigint or integer.
    pub fn int(&self, n: i32) -> Option<i64> {
        self.datum(n).map(|d| d.value() as i64)
    }

    /// Column `n` as boolean.
    pub fn bool(&self, n: i32) -> Option<bool> {
        self.datum(n).map(|d| d.value() != 0)
    }
}

thread_local! {
    static OWN: Cell<Option<(Oid, Oid)>> = const { Cell::new(None) };
}

/// Forgets which role owns the extension, after its catalog entries may have changed.
pub fn forget_owner() {
    OWN.set(None);
}

/// The role that owns the extension's tables.
pub fn owner() -> Oid {
    own().1
}

/// The table whose relation-cache invalidation means that the whole configuration may have changed.
pub fn configuration_table() -> Oid {
    own().0
}

fn own() -> (Oid, Oid) {
    OWN.get().unwrap_or_else(|| {
        let own = role::own_table(c"protected_table");
        OWN.set(Some(own));
        own
    })
}

/// A sequence of this extension.
pub struct Sequence {
    name: &'static CStr,
    oid: Cell<Oid>,
}

// SAFETY: a backend has one thread.
unsafe impl Sync for Sequence {}

impl Sequence {
    /// The sequence of this name in our schema.
    pub const fn new(name: &'static CStr) -> Self {
        Sequence { name, oid: Cell::new(Oid::INVALID) }
    }

    /// Forgets its oid, after the extension may have been created anew.
    pub fn forget(&self) {
        self.oid.set(Oid::INVALID);
    }

    /// Its next numbers, as many as are asked for.
    pub fn take(&self, count: usize) -> Vec<i64> {
        // SAFETY: catalog look-ups; the sequence is ours, so that nobody's privilege on it matters.
        unsafe {
            if self.oid.get() == Oid::INVALID {
                let namespace = pg_sys::get_namespace_oid(c"customer_workflow".as_ptr(), false);
                self.oid.set(pg_sys::get_relname_relid(self.name.as_ptr(), namespace));
            }
            let mut numbers = vec![0; count];
            let (oid, all) = (self.oid.get(), numbers.as_mut_slice());
            call(|| all.iter_mut().for_each(|n| *n = nextval_internal(oid, false)));
            numbers
        }
    }
}
