//! DDL of our own on protected tables, which the event triggers let pass. Kept in memory, never in a setting, which users can set.

use crate::pg::function::Call;
use crate::pg::{callbacks, value};
use pgrx::pg_sys::{Datum, Oid};
use std::cell::Cell;

thread_local! {
    /// The table, and the subtransaction in which it was named.
    static OWN: Cell<Option<(Oid, u32)>> = const { Cell::new(None) };
}

/// SQL `_own_ddl(relation regclass)`: until it is called with null, DDL on this table is ours. EXECUTE for the extension's owner only.
pub fn begin(call: &Call) -> Option<Datum> {
    OWN.set(call.oid(0).map(|relation| (relation, callbacks::subtransaction())));
    None
}

/// SQL `_own_ddl_of() returns oid`: the table on which DDL is ours just now. EXECUTE for the extension's owner only.
pub fn table(_: &Call) -> Option<Datum> {
    OWN.get().map(|(relation, _)| Datum::from(relation))
}

/// The transaction is over.
pub fn forget() {
    OWN.set(None);
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    if OWN.get().is_some_and(|(_, own)| own == subtransaction) {
        OWN.set(None);
    }
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    if let Some((relation, own)) = OWN.get()
        && own == subtransaction
    {
        OWN.set(Some((relation, parent)));
    }
}

/// SQL `_library_version() returns text`: the version of the library that this session runs.
pub fn library_version(_: &Call) -> Option<Datum> {
    Some(value::text(env!("CARGO_PKG_VERSION")))
}
