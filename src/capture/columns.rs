//! Changes of many records as arrays, one of each column, as our SQL functions take them.

use super::buffer::Change;
use crate::pg::function::array;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{BYTEAOID, Datum, INT4OID, TEXTOID};
use std::rc::Rc;

/// The changes, and the places of their records.
#[derive(Default)]
pub(super) struct Columns {
    names: Names,
    places: Vec<Value>,
    fields: Vec<Value>,
    originals: Vec<Value>,
    proposed: Vec<Value>,
    images: Vec<Value>,
}

impl Columns {
    /// A change of the record at this place, from 0 on.
    pub(super) fn add(&mut self, place: usize, change: &Change) {
        self.push(place, &change.field, [change.original, change.proposed, change.image]);
    }

    /// A field without any values.
    pub(super) fn add_field(&mut self, place: usize, field: &Rc<str>) {
        self.push(place, field, [None; 3]);
    }

    fn push(&mut self, place: usize, field: &Rc<str>, [original, proposed, image]: [Value; 3]) {
        self.places.push(Some(Datum::from(place as i32 + 1)));
        self.fields.push(Some(self.names.datum(field)));
        self.originals.push(original);
        self.proposed.push(proposed);
        self.images.push(image);
    }

    /// Places from 1 on (`integer[]`), fields, original and proposed values (`text[]`) and images (`bytea[]`).
    pub(super) fn arrays(&self) -> [Value; 5] {
        [
            array(INT4OID, &self.places),
            array(TEXTOID, &self.fields),
            array(TEXTOID, &self.originals),
            array(TEXTOID, &self.proposed),
            array(BYTEAOID, &self.images),
        ]
        .map(Some)
    }
}

/// One datum for each field name.
#[derive(Default)]
pub(super) struct Names(Vec<(Rc<str>, Datum)>);

impl Names {
    pub(super) fn datum(&mut self, field: &Rc<str>) -> Datum {
        if let Some((_, datum)) = self.0.iter().find(|(n, _)| n == field) {
            return *datum;
        }
        let datum = value::text(field);
        self.0.push((field.clone(), datum));
        datum
    }
}
