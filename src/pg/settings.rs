//! Settings under which values become text and back, whatever the session has: ISO dates, UTC, shortest exact floats.

use pgrx::pg_sys;
use std::cell::Cell;
use std::ffi::{CStr, c_char, c_int};

unsafe extern "C" {
    static mut bytea_output: c_int;
    static mut Array_nulls: bool;
    static application_name: *const c_char;
}

thread_local! {
    /// Zones stay where they are once they are loaded.
    static UTC: Cell<*mut pg_sys::pg_tz> = const { Cell::new(std::ptr::null_mut()) };
}

const BYTEA_OUTPUT_HEX: c_int = 1;

/// Runs `f` with DateStyle ISO, IntervalStyle postgres, extra_float_digits 1, bytea_output hex, array_nulls on and TimeZone UTC. These are
/// plain variables that output functions read, so they are swapped without the cost of SET; the session's come back when
/// `f` returns or raises. With `all`, also search_path `pg_catalog, pg_temp`, lc_monetary C and xmloption content, for
/// types whose text depends on them.
pub fn pinned<R>(all: bool, f: impl FnOnce() -> R) -> R {
    let _fast = Fast::new();
    let _all = all.then(All::new);
    f()
}

struct Fast {
    date: c_int,
    interval: c_int,
    float: c_int,
    bytea: c_int,
    nulls: bool,
    zone: *mut pg_sys::pg_tz,
}

impl Fast {
    fn new() -> Self {
        // SAFETY: variables of this single-threaded backend; the values are the ones their SET hooks would store.
        unsafe {
            let saved = Fast {
                date: pg_sys::DateStyle,
                interval: pg_sys::IntervalStyle,
                float: pg_sys::extra_float_digits,
                bytea: bytea_output,
                nulls: Array_nulls,
                zone: pg_sys::session_timezone,
            };
            pg_sys::DateStyle = pg_sys::USE_ISO_DATES as c_int;
            pg_sys::IntervalStyle = pg_sys::INTSTYLE_POSTGRES as c_int;
            pg_sys::extra_float_digits = 1;
            bytea_output = BYTEA_OUTPUT_HEX;
            Array_nulls = true;
            if UTC.get().is_null() {
                UTC.set(pg_sys::pg_tzset(c"UTC".as_ptr()));
            }
            if !UTC.get().is_null() {
                pg_sys::session_timezone = UTC.get();
            }
            saved
        }
    }
}

impl Drop for Fast {
    fn drop(&mut self) {
        // SAFETY: as in `new`; the values were there before.
        unsafe {
            pg_sys::DateStyle = self.date;
            pg_sys::IntervalStyle = self.interval;
            pg_sys::extra_float_digits = self.float;
            bytea_output = self.bytea;
            Array_nulls = self.nulls;
            pg_sys::session_timezone = self.zone;
        }
    }
}

struct All(c_int);

impl All {
    fn new() -> Self {
        // SAFETY: a nest level of our own, popped by `drop`; on ERROR the (sub)transaction abort pops it before that.
        let level = All(unsafe { pg_sys::NewGUCNestLevel() });
        for (name, value) in
            [(c"search_path", c"pg_catalog, pg_temp"), (c"lc_monetary", c"C"), (c"xmloption", c"content")]
        {
            // SAFETY: static strings; GUC_ACTION_SAVE binds the value to our nest level.
            unsafe {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    pg_sys::GucContext::PGC_USERSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SAVE,
                    true,
                    0,
                    false,
                )
            };
        }
        level
    }
}

impl Drop for All {
    fn drop(&mut self) {
        // While a panic (an ERROR) unwinds, the abort of the (sub)transaction pops the level, as it does for every function
        // with SET clauses.
        if !std::thread::panicking() {
            // SAFETY: pops the level that `new` pushed.
            unsafe { pg_sys::AtEOXact_GUC(true, self.0) };
        }
    }
}

/// A setting that anybody may set, `request.jwt.claims` for example, as it is now; `None` where it was never set. To be
/// copied before anything else happens.
pub fn custom(name: &CStr) -> Option<&'static CStr> {
    // SAFETY: returns null or a C string that lives until the setting changes.
    unsafe {
        let text = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        (!text.is_null()).then(|| CStr::from_ptr(text))
    }
}

/// What the client calls itself. To be copied before anything else happens.
pub fn client_name() -> &'static CStr {
    // SAFETY: reads a variable: null or a C string that lives until the setting changes.
    unsafe { if application_name.is_null() { c"" } else { CStr::from_ptr(application_name) } }
}
