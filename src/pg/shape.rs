//! What a relation looks like to a trigger: its protected fields, its primary key, its root.

use super::column::Column;
use super::row::{Event, trigger_name, triggers};
use crate::error::{Report, raise};
use pgrx::pg_sys::{self, Oid};

/// The trigger whose column list is the set of protected fields.
pub const FIELDS_TRIGGER: &str = "!customer_workflow_first";

/// A relation as read from the relation cache.
pub struct Shape {
    /// The relation itself (a partition).
    pub relation: Oid,
    /// The root of the partition tree that it belongs to, or itself.
    pub root: Oid,
    /// All live columns.
    pub columns: Vec<Column>,
    /// Numbers of the protected fields; `None` when the trigger that lists them is gone.
    pub fields: Option<Vec<i16>>,
    /// Numbers of the primary key's columns, in the key's order; empty when there is none.
    pub key: Vec<i16>,
    /// Whether the primary key is checked at once, so that no two rows ever have the same.
    pub key_is_immediate: bool,
    /// Whether other triggers could change the row before it is written.
    pub others: bool,
}

impl Shape {
    /// The relation that fired `event`.
    pub fn of_event(event: &Event) -> Self {
        // SAFETY: the relation is open during the call.
        let mut shape = unsafe { Shape::of(event.relation()) };
        shape.others = !event.other_before_triggers().is_empty();
        shape
    }

    /// The relation with this oid. Raises 42P01 when there is none.
    pub fn of_oid(relation: Oid) -> Self {
        // SAFETY: opened and closed here; the lock stays until the end of the transaction as for any reader.
        unsafe {
            let open = pg_sys::try_relation_open(relation, pg_sys::AccessShareLock as i32);
            if open.is_null() {
                raise(
                    Report::new("42P01", format!("relation with OID {} does not exist", relation.to_u32()))
                        .hint("Name a protected table."),
                );
            }
            let shape = Shape::of(open);
            pg_sys::relation_close(open, pg_sys::NoLock as i32);
            shape
        }
    }

    /// # Safety
    /// `relation` is open.
    unsafe fn of(relation: pg_sys::Relation) -> Self {
        // SAFETY: promised by the caller.
        unsafe {
            let desc = (*relation).rd_att;
            let columns = (1..=(*desc).natts as i16).filter_map(|n| Column::of(desc, n)).collect();
            let fields = triggers(relation)
                .iter()
                .find(|t| trigger_name(t) == FIELDS_TRIGGER)
                .filter(|t| t.tgnattr > 0)
                .map(|t| std::slice::from_raw_parts(t.tgattr, t.tgnattr as usize).to_vec());
            let (key, key_is_immediate) = primary_key(relation);
            Shape {
                relation: (*relation).rd_id,
                root: root(relation),
                columns,
                fields,
                key,
                key_is_immediate,
                others: false,
            }
        }
    }

    /// Column by number.
    pub fn column(&self, number: i16) -> Option<&Column> {
        self.columns.iter().find(|c| c.number == number)
    }
}

/// # Safety
/// `relation` is open.
unsafe fn root(relation: pg_sys::Relation) -> Oid {
    // SAFETY: promised by the caller; the list of ancestors ends with the root.
    unsafe {
        if !(*(*relation).rd_rel).relispartition {
            return (*relation).rd_id;
        }
        unsafe extern "C-unwind" {
            fn get_partition_ancestors(relid: Oid) -> *mut pg_sys::List;
        }
        let ancestors = pg_sys::ffi::pg_guard_ffi_boundary(|| get_partition_ancestors((*relation).rd_id));
        let last = (*(*ancestors).elements.add((*ancestors).length as usize - 1)).oid_value;
        pg_sys::list_free(ancestors);
        last
    }
}

/// # Safety
/// `relation` is open.
unsafe fn primary_key(relation: pg_sys::Relation) -> (Vec<i16>, bool) {
    // SAFETY: promised by the caller; the index is open while it is read.
    unsafe {
        // also one that is deferrable, which PostgreSQL's own look-up leaves out before 18
        let indexes = pg_sys::RelationGetIndexList(relation);
        let count = if indexes.is_null() { 0 } else { (*indexes).length as usize };
        let (mut key, mut immediate) = (Vec::new(), false);
        for i in 0..count {
            let index = pg_sys::index_open((*(*indexes).elements.add(i)).oid_value, pg_sys::AccessShareLock as i32);
            let meta = (*index).rd_index;
            if (*meta).indisprimary {
                key = (*meta).indkey.values.as_slice((*meta).indnkeyatts as usize).to_vec();
                immediate = (*meta).indimmediate;
            }
            pg_sys::index_close(index, pg_sys::AccessShareLock as i32);
        }
        pg_sys::list_free(indexes);
        (key, immediate)
    }
}
