//! `jsonb` datums, made and put together.

use super::guard::call;
use super::value::{self, Value};
use pgrx::pg_sys::{self, Datum, Oid};

unsafe extern "C-unwind" {
    fn int64_to_numeric(number: i64) -> pg_sys::Numeric;
    fn pg_detoast_datum_packed(datum: *mut pg_sys::varlena) -> *mut pg_sys::varlena;
    fn pushJsonbValue(
        state: *mut *mut pg_sys::JsonbParseState,
        token: pg_sys::JsonbIteratorToken::Type,
        value: *mut pg_sys::JsonbValue,
    ) -> *mut pg_sys::JsonbValue;
    fn JsonbValueToJsonb(value: *mut pg_sys::JsonbValue) -> *mut pg_sys::Jsonb;
}

/// A value of JSON to be made into a `jsonb` datum.
pub enum Json<'a> {
    /// The string of a `text` datum; SQL NULL is `null`.
    Text(Value),
    /// A number.
    Number(i64),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, by its keys, which are ASCII.
    Object(Vec<(&'a str, Json<'a>)>),
}

/// A `jsonb` datum in the current memory context.
pub fn jsonb_of(json: &Json) -> Datum {
    // SAFETY: the calls that make a value from outside to inside; strings are copied at the end.
    unsafe {
        call(|| {
            let mut state: *mut pg_sys::JsonbParseState = std::ptr::null_mut();
            Datum::from(JsonbValueToJsonb(push(&mut state, json, pg_sys::JsonbIteratorToken::WJB_VALUE)))
        })
    }
}

/// Pushes a value as a `place` of what is begun. Holds nothing with a destructor.
///
/// # Safety
/// `state` is that of an object after a key, of an array (`place` is WJB_ELEM), or null, where only an array or object begins. Runs
/// inside [`call`].
unsafe fn push(
    state: &mut *mut pg_sys::JsonbParseState,
    json: &Json,
    place: pg_sys::JsonbIteratorToken::Type,
) -> *mut pg_sys::JsonbValue {
    use pg_sys::JsonbIteratorToken::*;
    let none = std::ptr::null_mut();
    // SAFETY: promised by the caller; what is begun is ended. Zeros are null.
    unsafe {
        let mut value: pg_sys::JsonbValue = std::mem::zeroed();
        match json {
            Json::Text(text) => {
                if let Some(text) = text {
                    let text = pg_detoast_datum_packed(text.cast_mut_ptr());
                    value = string(pgrx::vardata_any(text).cast(), pgrx::varsize_any_exhdr(text));
                }
                pushJsonbValue(state, place, &mut value)
            }
            Json::Number(number) => {
                value.type_ = pg_sys::jbvType::jbvNumeric;
                value.val.numeric = int64_to_numeric(*number);
                pushJsonbValue(state, place, &mut value)
            }
            Json::Array(elements) => {
                pushJsonbValue(state, WJB_BEGIN_ARRAY, none);
                for element in elements {
                    push(state, element, WJB_ELEM);
                }
                pushJsonbValue(state, WJB_END_ARRAY, none)
            }
            Json::Object(fields) => {
                pushJsonbValue(state, WJB_BEGIN_OBJECT, none);
                for (name, field) in fields {
                    pushJsonbValue(state, WJB_KEY, &mut string(name.as_ptr(), name.len()));
                    push(state, field, WJB_VALUE);
                }
                pushJsonbValue(state, WJB_END_OBJECT, none)
            }
        }
    }
}

fn string(data: *const u8, len: usize) -> pg_sys::JsonbValue {
    // SAFETY: null is a valid value; then it is made a string.
    let mut value: pg_sys::JsonbValue = unsafe { std::mem::zeroed() };
    value.type_ = pg_sys::jbvType::jbvString;
    value.val.string = pg_sys::JsonbValue__bindgen_ty_1__bindgen_ty_1 { len: len as i32, val: data.cast_mut().cast() };
    value
}

/// A `jsonb` datum in the current memory context, from its text. Raises 22P02 where that is no JSON.
pub fn jsonb(text: &str) -> Datum {
    let text = value::text(text);
    // SAFETY: a text datum; jsonb_in reads a C string.
    unsafe {
        let string = pg_sys::text_to_cstring(text.cast_mut_ptr());
        let jsonb = pg_sys::OidInputFunctionCall(pg_sys::F_JSONB_IN.into(), string, Oid::INVALID, -1);
        pg_sys::pfree(string.cast());
        jsonb
    }
}

/// What `||` makes of two `jsonb` datums.
pub fn jsonb_with(one: Datum, other: Datum) -> Datum {
    let (function, collation) = (pg_sys::F_JSONB_CONCAT.into(), Oid::INVALID);
    // SAFETY: jsonb datums.
    unsafe { pg_sys::OidFunctionCall2Coll(function, collation, one, other) }
}
