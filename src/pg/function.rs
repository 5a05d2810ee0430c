//! A call from PostgreSQL: its arguments and, for a trigger, the event.

use super::row::Event;
use super::value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CString;

/// One call of a C function.
pub struct Call(pg_sys::FunctionCallInfo);

impl Call {
    /// Wraps what PostgreSQL passed; only the generated entry points make one, with a valid pointer.
    pub(super) fn new(fcinfo: pg_sys::FunctionCallInfo) -> Self {
        Call(fcinfo)
    }

    /// The result "nothing": SQL NULL, or from a trigger no row, which is a null pointer that is not marked as null.
    pub(super) fn null(&self) -> Datum {
        let is_trigger = self.event().is_some();
        // SAFETY: valid for the length of the call.
        unsafe { (*self.0).isnull = !is_trigger };
        Datum::from(0)
    }

    /// Argument `n` (from 0), `None` when it is null.
    pub fn arg(&self, n: usize) -> Option<Datum> {
        // SAFETY: `nargs` entries lie behind the fixed part.
        unsafe {
            assert!(n < (*self.0).nargs as usize);
            let arg = (*self.0).args.as_slice((*self.0).nargs as usize)[n];
            (!arg.isnull).then_some(arg.value)
        }
    }

    /// Argument `n` as text.
    pub fn text(&self, n: usize) -> Option<String> {
        self.arg(n).map(value::text_string)
    }

    /// Argument `n` as a C string in the server's encoding.
    pub fn cstring(&self, n: usize) -> Option<CString> {
        self.arg(n).map(|d| CString::new(value::text_bytes(d)).expect("text holds no zero bytes"))
    }

    /// Argument `n` as an oid.
    pub fn oid(&self, n: usize) -> Option<Oid> {
        self.arg(n).map(|d| Oid::from(d.value() as u32))
    }

    /// Argument `n` as a boolean.
    pub fn bool(&self, n: usize) -> Option<bool> {
        self.arg(n).map(|d| d.value() != 0)
    }

    /// Argument `n` as an array of text, of any number of dimensions, row by row.
    pub fn texts(&self, n: usize) -> Option<Vec<Option<String>>> {
        Some(elements(self.arg(n)?, pg_sys::TEXTOID).into_iter().map(|e| e.map(value::text_string)).collect())
    }

    /// Argument `n` as an array of text, each element as it is.
    pub fn text_datums(&self, n: usize) -> Option<Vec<Option<Datum>>> {
        Some(elements(self.arg(n)?, pg_sys::TEXTOID))
    }

    /// Argument `n` as an array of bytea, of any number of dimensions, row by row.
    pub fn byteas(&self, n: usize) -> Option<Vec<Option<Datum>>> {
        Some(elements(self.arg(n)?, pg_sys::BYTEAOID))
    }

    /// Argument `n` as an array of bigint.
    pub fn bigints(&self, n: usize) -> Option<Vec<Option<i64>>> {
        Some(elements(self.arg(n)?, pg_sys::INT8OID).into_iter().map(|e| e.map(|d| d.value() as i64)).collect())
    }

    /// The type that argument `n` of a polymorphic function has in this call.
    pub fn arg_type(&self, n: usize) -> Oid {
        // SAFETY: flinfo is set for every call from SQL.
        unsafe { pg_sys::get_fn_expr_argtype((*self.0).flinfo, n as i32) }
    }

    /// The node that called, if it is of this type.
    pub(super) fn context(&self, tag: pg_sys::NodeTag) -> Option<*mut pg_sys::Node> {
        // SAFETY: context is null or a node.
        unsafe {
            let context = (*self.0).context;
            (!context.is_null() && (*context).type_ == tag).then_some(context)
        }
    }

    /// Whether an event trigger called.
    pub fn is_event_trigger(&self) -> bool {
        self.context(pg_sys::NodeTag::T_EventTriggerData).is_some()
    }

    /// The trigger event that called, or `None` when it was not called as a trigger.
    pub fn event(&self) -> Option<Event> {
        // SAFETY: context is null or a node; a TriggerData node lives as long as the call.
        unsafe {
            let context = (*self.0).context;
            (!context.is_null() && (*context).type_ == pg_sys::NodeTag::T_TriggerData)
                .then(|| Event::new(context.cast()))
        }
    }
}

impl Call {
    /// Returns rows from a function that returns a set: to be called once, and then `None` returned.
    pub fn return_rows<const N: usize>(&self, rows: impl IntoIterator<Item = [value::Value; N]>) {
        // SAFETY: PostgreSQL calls functions that return sets with a ReturnSetInfo, or InitMaterializedSRF raises; it copies the values.
        unsafe {
            pg_sys::InitMaterializedSRF(self.0, 0);
            let set = (*self.0).resultinfo.cast::<pg_sys::ReturnSetInfo>();
            assert_eq!((*(*set).setDesc).natts as usize, N);
            for row in rows {
                let (mut values, mut nulls) = (row.map(|v| v.unwrap_or(Datum::from(0))), row.map(|v| v.is_none()));
                let (values, nulls) = (values.as_mut_ptr(), nulls.as_mut_ptr());
                pg_sys::tuplestore_putvalues((*set).setResult, (*set).setDesc, values, nulls);
            }
        }
    }
}

/// The elements of an array datum of `element`, whatever its dimensions.
pub(super) fn elements(array: Datum, element: Oid) -> Vec<Option<Datum>> {
    let (mut len, mut byval, mut align) = (0, false, 0);
    let (mut values, mut nulls, mut n) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: an array of that element type, as SQL declares the argument; the results are palloc'd, `n` long.
    unsafe {
        pg_sys::get_typlenbyvalalign(element, &mut len, &mut byval, &mut align);
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr()).cast();
        pg_sys::deconstruct_array(array, element, len.into(), byval, align, &mut values, &mut nulls, &mut n);
        (0..n as usize).map(|i| (!*nulls.add(i)).then(|| *values.add(i))).collect()
    }
}

/// An array datum of text, from strings.
pub fn text_array<S: AsRef<str>>(items: &[S]) -> Option<Datum> {
    Some(array(pg_sys::TEXTOID, &items.iter().map(|s| Some(value::text(s.as_ref()))).collect::<Vec<_>>()))
}

/// An array datum of `element` from ready datums; `None` is a null element. `element` is a by-reference type of any length
/// or bigint, integer or boolean.
pub fn array(element: Oid, items: &[Option<Datum>]) -> Datum {
    let (mut len, mut byval, mut align) = (0, false, 0);
    let mut values: Vec<Datum> = items.iter().map(|v| v.unwrap_or(Datum::from(0))).collect();
    let mut nulls: Vec<bool> = items.iter().map(Option::is_none).collect();
    let (mut dims, mut lower) = ([items.len() as i32], [1]);
    // SAFETY: as many values and nulls as the dimension says; PostgreSQL copies them.
    unsafe {
        pg_sys::get_typlenbyvalalign(element, &mut len, &mut byval, &mut align);
        Datum::from(pg_sys::construct_md_array(
            values.as_mut_ptr(),
            nulls.as_mut_ptr(),
            i32::from(!items.is_empty()),
            dims.as_mut_ptr(),
            lower.as_mut_ptr(),
            element,
            len.into(),
            byval,
            align,
        ))
    }
}
