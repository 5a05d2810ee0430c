//! What must be known of a column to compare, write and read its values.

use super::encoding;
use pgrx::pg_sys::{self, Oid};
use std::ffi::CStr;
use std::rc::Rc;

/// One column of a relation.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: Rc<str>,
    /// Its number, from 1.
    pub number: i16,
    /// Its type.
    pub type_oid: Oid,
    /// Its type modifier, -1 for none.
    pub typmod: i32,
    /// Whether a datum of it is the value itself.
    pub byval: bool,
    /// Bytes of a value; -1 varlena, -2 C string.
    pub len: i16,
    /// Written by PostgreSQL alone: a generated column, or an identity column that is always generated.
    pub generated: bool,
    /// Computed from others: a generated column.
    pub computed: bool,
    /// Output function of its type.
    pub output: Oid,
    /// Whether its text depends on more settings than the cheap ones, see [`super::settings::pinned`].
    pub needs_all_settings: bool,
}

impl Column {
    /// A column that stands for any value of a type, outside a relation.
    pub fn of_type(type_oid: Oid) -> Self {
        let (mut output, mut varlena, mut len, mut byval) = (Oid::INVALID, false, 0, false);
        // SAFETY: look-ups by type; they raise for one that does not exist.
        unsafe {
            pg_sys::getTypeOutputInfo(type_oid, &mut output, &mut varlena);
            pg_sys::get_typlenbyval(type_oid, &mut len, &mut byval);
        }
        Column {
            name: Rc::from(""),
            number: 0,
            type_oid,
            typmod: -1,
            byval,
            len,
            generated: false,
            computed: false,
            output,
            needs_all_settings: needs_all_settings(type_oid),
        }
    }

    /// Column `number` (from 1) of an open relation's descriptor, or `None` when it is dropped.
    ///
    /// # Safety
    /// `desc` is valid and has that column.
    pub(super) unsafe fn of(desc: pg_sys::TupleDesc, number: i16) -> Option<Self> {
        // SAFETY: promised by the caller.
        let att = unsafe { attribute(desc, number) };
        if att.attisdropped {
            return None;
        }
        let mut column = Column::of_type(att.atttypid);
        // SAFETY: a name is a C string.
        column.name = encoding::string_of(unsafe { CStr::from_ptr(att.attname.data.as_ptr()) }).into();
        column.number = number;
        column.typmod = att.atttypmod;
        column.computed = att.attgenerated != 0;
        column.generated = column.computed || att.attidentity as u8 == pg_sys::ATTRIBUTE_IDENTITY_ALWAYS;
        Some(column)
    }
}

/// The full attribute `number` (from 1) of a descriptor.
///
/// # Safety
/// `desc` is valid and has that column; the result lives as long as it does.
pub(super) unsafe fn attribute<'a>(desc: pg_sys::TupleDesc, number: i16) -> &'a pg_sys::FormData_pg_attribute {
    // SAFETY: promised by the caller; every version keeps the full attribute behind one of these.
    unsafe {
        #[cfg(feature = "pg18")]
        {
            // the full attributes lie behind as many compact ones
            let attributes: *const pg_sys::FormData_pg_attribute =
                (*desc).compact_attrs.as_ptr().add((*desc).natts as usize).cast();
            &*attributes.add(number as usize - 1)
        }
        #[cfg(not(feature = "pg18"))]
        {
            &(&(*desc).attrs).as_slice((*desc).natts as usize)[number as usize - 1]
        }
    }
}

/// Types whose output reads search_path or lc_monetary, or of which we do not know: everything that is not a plain
/// built-in base type, an enum, or an array or domain of one.
fn needs_all_settings(type_oid: Oid) -> bool {
    // SAFETY: look-ups by type.
    let (base, element, kind) = unsafe {
        let base = pg_sys::getBaseType(type_oid);
        (base, pg_sys::get_base_element_type(base), pg_sys::get_typtype(base) as u8)
    };
    if element != Oid::INVALID {
        return needs_all_settings(element);
    }
    const BY_NAME: [Oid; 13] = [
        pg_sys::MONEYOID,
        pg_sys::XMLOID,
        pg_sys::REGCLASSOID,
        pg_sys::REGCOLLATIONOID,
        pg_sys::REGCONFIGOID,
        pg_sys::REGDICTIONARYOID,
        pg_sys::REGNAMESPACEOID,
        pg_sys::REGOPEROID,
        pg_sys::REGOPERATOROID,
        pg_sys::REGPROCOID,
        pg_sys::REGPROCEDUREOID,
        pg_sys::REGROLEOID,
        pg_sys::REGTYPEOID,
    ];
    match kind {
        pg_sys::TYPTYPE_ENUM => false,
        pg_sys::TYPTYPE_BASE => base.to_u32() >= pg_sys::FirstNormalObjectId || BY_NAME.contains(&base),
        _ => true,
    }
}
