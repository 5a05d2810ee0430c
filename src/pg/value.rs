//! Single values: compared by image, written as text and read back.

use super::column::Column;
use super::encoding;
use super::guard::call;
use super::memory;
use super::settings::pinned;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CStr;

/// A value of some column; `None` is SQL NULL.
pub type Value = Option<Datum>;

unsafe extern "C-unwind" {
    fn datum_image_eq(a: Datum, b: Datum, typ_byval: bool, typ_len: std::ffi::c_int) -> bool;
    fn datumCopy(value: Datum, typ_byval: bool, typ_len: std::ffi::c_int) -> Datum;
    fn OidOutputFunctionCall(function: Oid, value: Datum) -> *mut std::ffi::c_char;
    fn cstring_to_text(text: *const std::ffi::c_char) -> *mut pg_sys::text;
    fn pfree(memory: *mut std::ffi::c_void);
}

/// Whether two values of `column` are the same byte for byte (after detoasting). Where both are the same TOAST pointer
/// nothing is fetched.
pub fn same_image(column: &Column, a: Value, b: Value) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => {
            if a.value() == b.value() {
                return true;
            }
            if column.byval {
                // the unused high bytes of a narrow by-value datum are not part of the value
                let mask = if column.len >= 8 { u64::MAX } else { (1u64 << (8 * column.len as u64)) - 1 };
                return (a.value() as u64) & mask == (b.value() as u64) & mask;
            }
            // SAFETY: both are values of this column's type, whose length and by-value flag are given.
            unsafe {
                if column.len == -1
                    && let (Some(a), Some(b)) = (plain_bytes(&a), plain_bytes(&b))
                {
                    return a == b;
                }
                (column.len == -1 && same_toast_pointer(a, b))
                    || pg_sys::ffi::pg_guard_ffi_boundary(|| datum_image_eq(a, b, column.byval, column.len.into()))
            }
        }
        _ => false,
    }
}

/// The bytes of a varlena that is neither compressed nor stored elsewhere.
///
/// # Safety
/// A varlena datum, which lives as long as the reference to it.
unsafe fn plain_bytes(datum: &Datum) -> Option<&[u8]> {
    let p: *const pg_sys::varlena = datum.cast_mut_ptr();
    // SAFETY: promised by the caller; the header tells the length.
    unsafe {
        let plain = if pgrx::varatt_is_1b(p) { !pgrx::varatt_is_1b_e(p) } else { !pgrx::varatt_is_4b_c(p) };
        plain.then(|| std::slice::from_raw_parts(pgrx::vardata_any(p).cast::<u8>(), pgrx::varsize_any_exhdr(p)))
    }
}

/// Size of an on-disk TOAST pointer: one header byte, one tag byte, `varatt_external`.
const ON_DISK_POINTER: usize = 2 + size_of::<pg_sys::varatt_external>();

/// # Safety
/// Both are varlena datums.
unsafe fn same_toast_pointer(a: Datum, b: Datum) -> bool {
    let (a, b): (*const u8, *const u8) = (a.cast_mut_ptr(), b.cast_mut_ptr());
    // SAFETY: varlena headers can be read; an on-disk pointer is ON_DISK_POINTER bytes long.
    unsafe {
        let on_disk =
            |p: *const u8| pgrx::varatt_is_1b_e(p.cast()) && *p.add(1) as u32 == pg_sys::vartag_external::VARTAG_ONDISK;
        on_disk(a)
            && on_disk(b)
            && std::slice::from_raw_parts(a, ON_DISK_POINTER) == std::slice::from_raw_parts(b, ON_DISK_POINTER)
    }
}

/// A copy of the value in the current memory context.
pub fn copy(column: &Column, value: Value) -> Value {
    // SAFETY: a value of this column's type; a toasted one is copied as its pointer, so detoast first.
    value.map(|v| unsafe {
        let v = if column.len == -1 { detoasted(v) } else { v };
        pg_sys::ffi::pg_guard_ffi_boundary(|| datumCopy(v, column.byval, column.len.into()))
    })
}

/// The value as a `text` datum in the current memory context, by its output function under pinned settings.
pub fn render(column: &Column, value: Value) -> Value {
    let value = value?;
    if base_type(column.type_oid) == pg_sys::XMLOID {
        // xml is stored as text is; its output function leaves the declaration out, which the text keeps
        return Some(detoasted(value));
    }
    // SAFETY: the output function belongs to the type of the value, and returns a C string in the current context.
    let text = pinned(column.needs_all_settings, || unsafe {
        call(|| {
            let string = OidOutputFunctionCall(column.output, value);
            let text = cstring_to_text(string);
            pfree(string.cast());
            text
        })
    });
    Some(Datum::from(text))
}

/// The value as a Rust string, by its output function under pinned settings. Raises 22021 if it is not UTF-8.
pub fn to_string(column: &Column, value: Datum) -> String {
    // SAFETY: as in `render`.
    unsafe {
        let text = output(column, value);
        let string = encoding::string_of(CStr::from_ptr(text));
        pg_sys::pfree(text.cast());
        string
    }
}

/// # Safety
/// `value` is a value of this column's type.
unsafe fn output(column: &Column, value: Datum) -> *mut std::ffi::c_char {
    if base_type(column.type_oid) == pg_sys::XMLOID {
        // its output function leaves the declaration out, which the text keeps
        // SAFETY: xml is stored as text is.
        return unsafe { pg_sys::text_to_cstring(value.cast_mut_ptr()) };
    }
    // SAFETY: the output function belongs to the type of the value.
    pinned(column.needs_all_settings, || unsafe { pg_sys::OidOutputFunctionCall(column.output, value) })
}

/// Reads `text` as a value of type `type_oid` with `typmod` (-1: none), by its input function under pinned settings.
/// Raises what the input function raises.
pub fn read(type_oid: Oid, typmod: i32, text: &CStr) -> Datum {
    let (mut function, mut param) = (Oid::INVALID, Oid::INVALID);
    // SAFETY: a valid type; input functions do not change the text.
    pinned(true, || unsafe {
        pg_sys::getTypeInputInfo(type_oid, &mut function, &mut param);
        pg_sys::OidInputFunctionCall(function, text.as_ptr().cast_mut(), param, typmod)
    })
}

/// A `text` datum in the current memory context.
pub fn text(s: &str) -> Datum {
    let s = encoding::of_server(s);
    // SAFETY: copies that many bytes.
    Datum::from(unsafe { pg_sys::cstring_to_text_with_len(s.as_ptr().cast(), s.len() as i32) })
}

/// Calls `f` with the bytes of a `text` (or other varlena) datum without its header, detoasted.
fn with_bytes<R>(datum: Datum, f: impl FnOnce(&[u8]) -> R) -> R {
    // SAFETY: a varlena datum; the packed form is alive while its bytes are looked at.
    unsafe {
        let packed = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
        let (data, len) = (pgrx::vardata_any(packed), pgrx::varsize_any_exhdr(packed));
        f(std::slice::from_raw_parts(data.cast::<u8>(), len))
    }
}

/// A `text` (or other varlena) datum as bytes without its header, copied out, detoasted.
pub fn text_bytes(datum: Datum) -> Vec<u8> {
    with_bytes(datum, memory::copied)
}

/// A `text` (or other varlena) datum, detoasted, copied into the current memory context.
pub fn detoasted(datum: Datum) -> Datum {
    // SAFETY: a varlena datum.
    Datum::from(unsafe { pg_sys::pg_detoast_datum_copy(datum.cast_mut_ptr()) })
}

/// How many bytes a `text` (or other varlena) datum has, without its header, once it is detoasted.
pub fn length(datum: Datum) -> usize {
    // SAFETY: a varlena datum.
    unsafe { pg_sys::toast_raw_datum_size(datum) - pg_sys::VARHDRSZ }
}

/// Whether a `text` (or other varlena) datum holds exactly these bytes.
pub fn holds(datum: Datum, bytes: &[u8]) -> bool {
    // SAFETY: a varlena datum; a detoasted copy is freed after its bytes were compared.
    unsafe {
        let varlena = datum.cast_mut_ptr();
        let packed = pg_sys::pg_detoast_datum_packed(varlena);
        let (data, len) = (pgrx::vardata_any(packed), pgrx::varsize_any_exhdr(packed));
        let same = std::slice::from_raw_parts(data.cast::<u8>(), len) == bytes;
        if packed != varlena {
            call(|| pfree(packed.cast()));
        }
        same
    }
}

/// Whether a `text` datum begins with these bytes and goes on after them.
pub fn begins_with_more(datum: Datum, bytes: &[u8]) -> bool {
    let all = text_bytes(datum);
    all.len() > bytes.len() && all.starts_with(bytes)
}

/// A `text` datum as bytes of UTF-8, whatever the server's encoding.
pub fn utf8_bytes(datum: Datum) -> Vec<u8> {
    with_bytes(datum, encoding::utf8)
}

/// Whether two `text` (or other varlena) datums hold the same bytes; the second is not toasted. Null is the same as null.
pub fn same_bytes(a: Value, b: Value) -> bool {
    match (a, b) {
        // SAFETY: a varlena datum whose bytes are behind its header.
        (Some(a), Some(b)) => holds(a, unsafe {
            let b = b.cast_mut_ptr();
            std::slice::from_raw_parts(pgrx::vardata_any(b).cast::<u8>(), pgrx::varsize_any_exhdr(b))
        }),
        (a, b) => a.is_none() && b.is_none(),
    }
}

/// Adds the bytes of a value of a type of this length (`pg_type.typlen`) to others, so that two sequences of values that were added are
/// the same only if the values are. The same value may have other bytes, where it is stored compressed or out of line.
pub fn add_bytes(bytes: &mut Vec<u8>, value: Value, length: i16) {
    let Some(datum) = value else { return bytes.push(0) };
    bytes.push(1);
    match length {
        // SAFETY: a varlena datum, as long as its header says, which is among the bytes.
        -1 => unsafe {
            let varlena = datum.cast_mut_ptr::<pg_sys::varlena>();
            bytes.extend_from_slice(std::slice::from_raw_parts(varlena.cast::<u8>(), pgrx::varsize_any(varlena)));
        },
        1..=8 => bytes.extend_from_slice(&datum.value().to_ne_bytes()),
        // SAFETY: a value of this length behind a pointer.
        9.. => unsafe {
            bytes.extend_from_slice(std::slice::from_raw_parts(datum.cast_mut_ptr::<u8>(), length as usize));
        },
        _ => unreachable!("our tables have no column of a type of cstring's length"),
    }
}

/// The varlena value of which [`add_bytes`] made these bytes, in the current memory context, as it is stored.
pub fn varlena_of(bytes: &[u8]) -> Value {
    let (&is_there, value) = bytes.split_first()?;
    // SAFETY: a copy of as many bytes as there are.
    (is_there == 1).then(|| unsafe {
        let copy = pg_sys::palloc(value.len());
        std::ptr::copy_nonoverlapping(value.as_ptr(), copy.cast(), value.len());
        Datum::from(copy)
    })
}

/// A `text` datum as a string.
pub fn text_string(datum: Datum) -> String {
    with_bytes(datum, encoding::string)
}

/// Whether the type came with PostgreSQL.
pub fn is_built_in(type_oid: Oid) -> bool {
    type_oid.to_u32() < pg_sys::FirstNormalObjectId
}

/// The type that a domain is over, or the type itself.
pub fn base_type(type_oid: Oid) -> Oid {
    // SAFETY: a look-up; built-in types are no domains.
    if is_built_in(type_oid) { type_oid } else { unsafe { pg_sys::getBaseType(type_oid) } }
}

/// The name of a relation without its schema, for messages.
pub fn relation_name(relation: Oid) -> String {
    // SAFETY: null or a palloc'd C string.
    unsafe {
        let name = pg_sys::get_rel_name(relation);
        if name.is_null() { relation.to_u32().to_string() } else { encoding::string_of(CStr::from_ptr(name)) }
    }
}

/// The type modifier that a column's values have: its own, or that of the domain which it is.
pub fn base_typmod(column: &Column) -> i32 {
    let mut typmod = column.typmod;
    // SAFETY: a look-up that writes through the pointer.
    unsafe { pg_sys::getBaseTypeAndTypmod(column.type_oid, &mut typmod) };
    typmod
}

/// A `uuid` datum in the current memory context.
pub fn uuid(bytes: [u8; 16]) -> Datum {
    // SAFETY: 16 freshly allocated bytes.
    unsafe {
        let p = pg_sys::palloc(16).cast::<[u8; 16]>();
        *p = bytes;
        Datum::from(p)
    }
}

/// The bytes of a `uuid` datum.
pub fn uuid_bytes(datum: Datum) -> [u8; 16] {
    // SAFETY: a uuid datum points to 16 bytes.
    unsafe { *datum.cast_mut_ptr::<[u8; 16]>() }
}

/// A `bytea` datum in the current memory context.
pub fn bytea(bytes: &[u8]) -> Datum {
    // SAFETY: bytea is stored as text is.
    Datum::from(unsafe { pg_sys::cstring_to_text_with_len(bytes.as_ptr().cast(), bytes.len() as i32) })
}

/// The elements of an array of text that are not null.
pub fn texts(array: Datum) -> Vec<String> {
    super::function::elements(array, pg_sys::TEXTOID).into_iter().flatten().map(text_string).collect()
}

/// A `float8` datum.
pub fn float8(number: f64) -> Datum {
    Datum::from(number.to_bits())
}

/// now() as a `timestamptz` datum.
pub fn transaction_start() -> Datum {
    // SAFETY: reads a variable.
    Datum::from(unsafe { pg_sys::GetCurrentTransactionStartTimestamp() })
}

/// pg_current_xact_id() as an `xid8` datum: the number of the transaction, which has one from then on.
pub fn transaction_id() -> Datum {
    // SAFETY: assigns the number where there is none yet.
    Datum::from(unsafe { pg_sys::GetTopFullTransactionId() }.value)
}

/// The number that the next transaction will have which asks for one, as an `xid8` datum.
pub fn next_transaction_id() -> Datum {
    // SAFETY: reads a shared variable under its lock.
    Datum::from(unsafe { pg_sys::ReadNextFullTransactionId() }.value)
}

/// clock_timestamp() as a `timestamptz` datum.
pub fn now() -> Datum {
    // SAFETY: reads the clock.
    Datum::from(unsafe { pg_sys::GetCurrentTimestamp() })
}

/// A `jsonb` datum as its text.
pub fn jsonb_string(jsonb: Datum) -> String {
    // SAFETY: a jsonb datum; jsonb_out returns a C string in the current context.
    unsafe {
        let text = pg_sys::OidOutputFunctionCall(pg_sys::F_JSONB_OUT.into(), jsonb);
        let string = encoding::string_of(CStr::from_ptr(text));
        pg_sys::pfree(text.cast());
        string
    }
}
