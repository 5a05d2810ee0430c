//! Texts between the server's encoding and Rust, which has UTF-8.

use super::guard::call;
use super::memory;
use pgrx::pg_sys::{self, Oid};
use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char, c_int, c_uchar};

unsafe extern "C-unwind" {
    safe fn GetDatabaseEncoding() -> c_int;
    safe fn pg_get_client_encoding() -> c_int;
    safe fn IsTransactionState() -> bool;
    fn pg_server_to_any(text: *const c_char, len: c_int, encoding: c_int) -> *mut c_char;
    fn pg_any_to_server(text: *const c_char, len: c_int, encoding: c_int) -> *mut c_char;
    fn FindDefaultConversionProc(from: i32, to: i32) -> Oid;
    fn pg_do_encoding_conversion_buf(
        conversion: Oid,
        from: c_int,
        to: c_int,
        text: *mut c_uchar,
        len: c_int,
        converted: *mut c_uchar,
        room: c_int,
        no_error: bool,
    ) -> c_int;
}

const UTF8: c_int = pg_sys::pg_enc::PG_UTF8 as c_int;
const SQL_ASCII: c_int = pg_sys::pg_enc::PG_SQL_ASCII as c_int;

fn is_the_same(bytes: &[u8]) -> bool {
    GetDatabaseEncoding() == UTF8 || bytes.is_ascii()
}

/// Bytes of a text of the server as UTF-8. Raises 22021 or 22P05 where they cannot be: two texts never become one.
pub fn utf8(bytes: &[u8]) -> Vec<u8> {
    if is_the_same(bytes) {
        return memory::copied(bytes);
    }
    let (text, len) = (bytes.as_ptr().cast::<c_char>(), bytes.len() as c_int);
    // SAFETY: reads that many bytes; what it returns is either they or a C string of ours.
    unsafe {
        let converted = call(|| pg_server_to_any(text, len, UTF8));
        if converted.cast_const() == text {
            return memory::copied(bytes);
        }
        let copy = memory::copied(CStr::from_ptr(converted).to_bytes());
        pg_sys::pfree(converted.cast());
        copy
    }
}

/// The same as a string.
pub fn string(bytes: &[u8]) -> String {
    String::from_utf8(utf8(bytes)).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// A C string of the server as a string.
pub fn string_of(text: &CStr) -> String {
    string(text.to_bytes())
}

/// A string as bytes of a text of the server. Raises 22P05 where its encoding lacks a character.
pub fn of_server(text: &str) -> Cow<'_, [u8]> {
    let bytes = text.as_bytes();
    if is_the_same(bytes) {
        return Cow::Borrowed(bytes);
    }
    let (start, len) = (bytes.as_ptr().cast::<c_char>(), bytes.len() as c_int);
    // SAFETY: as in `utf8`.
    unsafe {
        let converted = call(|| pg_any_to_server(start, len, UTF8));
        if converted.cast_const() == start {
            return Cow::Borrowed(bytes);
        }
        let copy = memory::copied(CStr::from_ptr(converted).to_bytes());
        pg_sys::pfree(converted.cast());
        Cow::Owned(copy)
    }
}

/// A string as a C string of the server; an empty one where it has a zero byte.
pub fn c_string(text: &str) -> CString {
    CString::new(of_server(text)).unwrap_or_default()
}

/// What of a message the server's encoding has; `?` for every other character.
pub fn known_to_server(text: &str) -> Cow<'_, str> {
    known_to(text, GetDatabaseEncoding())
}

/// What of a message the client's encoding has as well: PostgreSQL makes an ERROR of a NOTICE that cannot be sent.
pub fn known_to_client(text: &str) -> Cow<'_, str> {
    known_to(text, pg_get_client_encoding())
}

fn known_to(text: &str, encoding: c_int) -> Cow<'_, str> {
    if encoding == UTF8 || encoding == SQL_ASCII || text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let in_catalog = || {
        // SAFETY: a look-up within a transaction.
        unsafe { call(|| FindDefaultConversionProc(UTF8, encoding)) }
    };
    let conversion = if IsTransactionState() { in_catalog() } else { Oid::INVALID };
    let is_known = |c: char| {
        let (mut bytes, mut converted) = ([0; 4], [0; 64]);
        let len = c.encode_utf8(&mut bytes).len() as c_int;
        let (from, to, room) = (bytes.as_mut_ptr(), converted.as_mut_ptr(), converted.len() as c_int);
        // SAFETY: reads the bytes of a character and writes no further than there is room.
        let done =
            unsafe { call(|| pg_do_encoding_conversion_buf(conversion, UTF8, encoding, from, len, to, room, true)) };
        done == len
    };
    let known = |c: char| c.is_ascii() || conversion != Oid::INVALID && is_known(c);
    Cow::Owned(text.chars().map(|c| if known(c) { c } else { '?' }).collect())
}
