//! Proposed values as they would be stored, for whoever looks at a record with what is pending on it.

use crate::error::{Report, raise};
use crate::pg::column::Column;
use crate::pg::function::Call;
use crate::pg::image;
use crate::pg::role;
use crate::pg::value;
use pgrx::pg_sys::{Datum, Oid};

fn type_of(call: &Call, n: usize) -> Oid {
    let type_oid = call.arg_type(n);
    if type_oid == Oid::INVALID {
        raise(Report::new("42804", "could not determine the type of the value".to_owned()));
    }
    type_oid
}

/// SQL `_proposed(value text, "like" anyelement) returns anyelement`: reads the text as the type that a domain is over, so that no
/// CHECK runs: whoever looks must not run code of the table's owner.
pub fn proposed(call: &Call) -> Option<Datum> {
    let text = call.cstring(0)?;
    Some(value::read(value::base_type(type_of(call, 1)), -1, &text))
}

/// SQL `_exactly(value text, image bytea, "like" anyelement, role oid) returns anyelement`: the image where there is one that holds
/// here, else the text, read as this role where that may run somebody's code. EXECUTE for the extension's owner only: an
/// image is taken as it is.
pub fn exactly(call: &Call) -> Option<Datum> {
    let column = Column::of_type(type_of(call, 2));
    if let Some(value) = call.arg(1).and_then(|image| image::value(&column, image)) {
        return Some(value);
    }
    let text = call.cstring(0)?;
    let base = value::base_type(column.type_oid);
    let read = || value::read(base, -1, &text);
    Some(if value::is_built_in(base) { read() } else { role::with_user_restricted(call.oid(3)?, read) })
}
