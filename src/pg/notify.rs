//! Telling other sessions, and keeping them out.

use super::guard::call;
use super::table;
use pgrx::pg_sys::{self, Oid};
use std::ffi::{CStr, c_char};

unsafe extern "C-unwind" {
    fn Async_Notify(channel: *const c_char, payload: *const c_char);
}

/// NOTIFY, without a payload.
pub fn notify(channel: &'static CStr) {
    // SAFETY: static strings, in a transaction; nothing with a destructor is held.
    unsafe { call(|| Async_Notify(channel.as_ptr(), c"".as_ptr())) };
}

/// Locks something with a number in one of our tables until the transaction ends: a lock that no statement of a user takes, and
/// that needs no transaction number.
pub fn lock_object(of: &CStr, number: u32) {
    let table = table::oid_of(of);
    // SAFETY: takes a lock, or raises.
    unsafe { pg_sys::LockDatabaseObject(table, Oid::from(number), 0, pg_sys::ExclusiveLock as i32) };
}
