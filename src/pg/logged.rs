//! The changes of a proposal as the history keeps them, one `jsonb` datum.

use super::guard::call;
use super::value::Value;
use pgrx::pg_sys::{self, Datum};

unsafe extern "C-unwind" {
    fn pushJsonbValue(
        state: *mut *mut pg_sys::JsonbParseState,
        token: pg_sys::JsonbIteratorToken::Type,
        value: *mut pg_sys::JsonbValue,
    ) -> *mut pg_sys::JsonbValue;
    fn JsonbValueToJsonb(value: *mut pg_sys::JsonbValue) -> *mut pg_sys::Jsonb;
    fn int64_to_numeric(number: i64) -> pg_sys::Numeric;
    fn cstring_to_text_with_len(text: *const std::ffi::c_char, length: std::ffi::c_int) -> *mut pg_sys::text;
    fn pg_detoast_datum_copy(datum: *mut pg_sys::varlena) -> *mut pg_sys::varlena;
}

/// A value as the history keeps it.
pub enum Logged {
    /// Whole, a text, or SQL NULL.
    Whole(Value),
    /// What is too long: the digits of its SHA-256, and its length in bytes.
    Digest([u8; 64], usize),
}

/// `{"changes": [{"field", "original", "proposed"}, …]}`, as it is made.
pub struct Changes(*mut pg_sys::JsonbParseState);

impl Changes {
    /// Without any change yet. It lives in the current memory context.
    pub fn new() -> Self {
        use pg_sys::JsonbIteratorToken::*;
        let mut state = std::ptr::null_mut();
        // SAFETY: the calls that begin an object with an array, in their order.
        unsafe {
            call(|| {
                pushJsonbValue(&mut state, WJB_BEGIN_OBJECT, std::ptr::null_mut());
                key(&mut state, b"changes");
                pushJsonbValue(&mut state, WJB_BEGIN_ARRAY, std::ptr::null_mut());
            });
        }
        Changes(state)
    }

    /// Adds a change; `field` is a `text` datum. All are copied.
    pub fn add(&mut self, field: Datum, original: &Logged, proposed: &Logged) {
        use pg_sys::JsonbIteratorToken::*;
        // SAFETY: an array has been begun; the calls that make an object in it, in their order.
        unsafe {
            call(|| {
                let state = &raw mut self.0;
                pushJsonbValue(state, WJB_BEGIN_OBJECT, std::ptr::null_mut());
                key(state, b"field");
                pushJsonbValue(state, WJB_VALUE, &mut text(Some(field)));
                for (name, value) in [(&b"original"[..], original), (b"proposed", proposed)] {
                    key(state, name);
                    push(state, value);
                }
                pushJsonbValue(state, WJB_END_OBJECT, std::ptr::null_mut());
            });
        }
    }

    /// The datum.
    pub fn finish(mut self) -> Datum {
        use pg_sys::JsonbIteratorToken::*;
        // SAFETY: ends what `new` began.
        unsafe {
            call(|| {
                pushJsonbValue(&raw mut self.0, WJB_END_ARRAY, std::ptr::null_mut());
                let all = pushJsonbValue(&raw mut self.0, WJB_END_OBJECT, std::ptr::null_mut());
                Datum::from(JsonbValueToJsonb(all))
            })
        }
    }
}

/// # Safety
/// An object has been begun in `state`; runs inside [`call`].
unsafe fn push(state: *mut *mut pg_sys::JsonbParseState, value: &Logged) {
    use pg_sys::JsonbIteratorToken::*;
    // SAFETY: promised by the caller.
    unsafe {
        match value {
            Logged::Whole(value) => {
                pushJsonbValue(state, WJB_VALUE, &mut text(*value));
            }
            Logged::Digest(digits, length) => {
                pushJsonbValue(state, WJB_BEGIN_OBJECT, std::ptr::null_mut());
                key(state, b"sha256");
                let digits = cstring_to_text_with_len(digits.as_ptr().cast(), digits.len() as i32);
                pushJsonbValue(state, WJB_VALUE, &mut text(Some(Datum::from(digits))));
                key(state, b"bytes");
                let mut number: pg_sys::JsonbValue = std::mem::zeroed();
                number.type_ = pg_sys::jbvType::jbvNumeric;
                number.val.numeric = int64_to_numeric(*length as i64);
                pushJsonbValue(state, WJB_VALUE, &mut number);
                pushJsonbValue(state, WJB_END_OBJECT, std::ptr::null_mut());
            }
        }
    }
}

/// # Safety
/// An object has been begun in `state`; runs inside [`call`].
unsafe fn key(state: *mut *mut pg_sys::JsonbParseState, name: &'static [u8]) {
    // SAFETY: promised by the caller.
    unsafe { pushJsonbValue(state, pg_sys::JsonbIteratorToken::WJB_KEY, &mut string(name.as_ptr(), name.len())) };
}

/// # Safety
/// A `text` datum; runs inside [`call`].
unsafe fn text(value: Value) -> pg_sys::JsonbValue {
    // SAFETY: promised by the caller; the copy lives as long as the memory context.
    unsafe {
        let Some(value) = value else {
            let mut null: pg_sys::JsonbValue = std::mem::zeroed();
            null.type_ = pg_sys::jbvType::jbvNull;
            return null;
        };
        let copy = pg_detoast_datum_copy(value.cast_mut_ptr());
        string(pgrx::vardata_any(copy).cast(), pgrx::varsize_any_exhdr(copy))
    }
}

fn string(bytes: *const u8, len: usize) -> pg_sys::JsonbValue {
    // SAFETY: zeros are a value; whoever pushes it sees to the bytes.
    let mut value: pg_sys::JsonbValue = unsafe { std::mem::zeroed() };
    value.type_ = pg_sys::jbvType::jbvString;
    value.val.string = pg_sys::JsonbValue__bindgen_ty_1__bindgen_ty_1 { len: len as i32, val: bytes.cast_mut().cast() };
    value
}
