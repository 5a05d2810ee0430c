//! Values of which the text is not exact: a NaN with its sign bit set, an array that remembers a null, a composite with a
//! compressed field. They are kept as PostgreSQL stores them, beside their text.

use super::column::Column;
use super::function::Call;
use super::value::{self, Value};
use super::{role, spi};
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CString;

unsafe extern "C-unwind" {
    fn GetSystemIdentifier() -> u64;
}

/// Oids may lie inside an image, so that it says where it was taken and of which type: server, database, type.
const HEADER: usize = 8 + 4 + 4;

fn header(type_oid: Oid) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    // SAFETY: both read variables of the server.
    let (system, database) =
        unsafe { (pg_sys::ffi::pg_guard_ffi_boundary(|| GetSystemIdentifier()), pg_sys::MyDatabaseId) };
    header[..8].copy_from_slice(&system.to_le_bytes());
    header[8..12].copy_from_slice(&database.to_u32().to_le_bytes());
    header[12..].copy_from_slice(&type_oid.to_u32().to_le_bytes());
    header
}

/// A `bytea` datum with the image of `value` in the current memory context, or `None` where `text`, its rendering, gives it back
/// bit by bit. Raises what reading the text raises.
pub fn where_text_is_not_exact(column: &Column, value: Datum, text: Datum) -> Value {
    if text_is_exact(column, value) || column.len == -2 {
        return None;
    }
    let base = value::base_type(column.type_oid);
    let written = CString::new(value::text_bytes(text)).unwrap_or_default();
    let read = || value::read(base, value::base_typmod(column), &written);
    // a built-in type runs nobody's code, and a regclass may name what the caller may not use
    let read = if value::is_built_in(base) { role::with_user(spi::owner(), read) } else { read() };
    if value::same_image(column, Some(value), Some(read)) {
        return None;
    }
    let mut bytes = header(base).to_vec();
    if column.byval {
        bytes.extend_from_slice(&(value.value() as u64).to_le_bytes());
    } else {
        // SAFETY: a by-reference value of this type: varlena with its header, or `len` bytes.
        bytes.extend_from_slice(unsafe {
            let (start, len) = if column.len == -1 {
                let flat = pg_sys::pg_detoast_datum_copy(value.cast_mut_ptr());
                (flat.cast::<u8>(), pgrx::varsize_any(flat))
            } else {
                (value.cast_mut_ptr::<u8>(), column.len as usize)
            };
            std::slice::from_raw_parts(start, len)
        });
    }
    Some(value::bytea(&bytes))
}

/// The value in the current memory context, or `None` where the image was taken on another server or database, as after a
/// restore; its text must do then.
pub fn value(column: &Column, image: Datum) -> Value {
    let bytes = value::text_bytes(image);
    let rest = bytes.strip_prefix(&header(value::base_type(column.type_oid)))?;
    if column.byval {
        return Some(Datum::from(u64::from_le_bytes(rest.try_into().ok()?)));
    }
    // SAFETY: copies what was a value of this type, into memory as aligned as any.
    unsafe {
        let copy = pg_sys::palloc(rest.len()).cast::<u8>();
        std::ptr::copy_nonoverlapping(rest.as_ptr(), copy, rest.len());
        Some(Datum::from(copy))
    }
}

/// SQL `_image(value anyelement)`: the image, or null where the text of the value is exact.
pub fn of_sql(call: &Call) -> Value {
    let (column, value) = (Column::of_type(call.arg_type(0)), call.arg(0)?);
    if text_is_exact(&column, value) {
        return None;
    }
    where_text_is_not_exact(&column, value, value::render(&column, Some(value))?)
}

/// SQL `_image_value(image bytea, "like" anyelement)`: the value, or null where it is none of that type, or not of this database.
pub fn from_sql(call: &Call) -> Value {
    value(&Column::of_type(call.arg_type(1)), call.arg(0)?)
}

/// Whether the texts of all values of this column are exact.
pub fn text_is_always_exact(column: &Column) -> bool {
    use pg_sys::{FLOAT4OID, FLOAT8OID};
    !matches!(value::base_type(column.type_oid), FLOAT4OID | FLOAT8OID) && text_is_exact(column, Datum::from(0))
}

/// Whether nothing but the value itself can come back from its text, known without trying.
fn text_is_exact(column: &Column, value: Datum) -> bool {
    use pg_sys::*;
    let base = value::base_type(column.type_oid);
    match base {
        FLOAT4OID => !f32::from_bits(value.value() as u32).is_nan(),
        FLOAT8OID => !f64::from_bits(value.value() as u64).is_nan(),
        BOOLOID | INT2OID | INT4OID | INT8OID | NUMERICOID | TEXTOID | VARCHAROID | BPCHAROID | BYTEAOID | DATEOID
        | TIMEOID | TIMETZOID | TIMESTAMPOID | TIMESTAMPTZOID | INTERVALOID | UUIDOID | INETOID | CIDROID | JSONOID
        | JSONBOID | OIDOID | MONEYOID | XMLOID => true,
        // SAFETY: a look-up by type.
        _ => unsafe { get_typtype(base) as u8 == TYPTYPE_ENUM },
    }
}
