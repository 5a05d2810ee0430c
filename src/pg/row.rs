//! The row that a row trigger is called for.

use super::column::Column;
use super::encoding;
use super::value::Value;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::CStr;

// Declared here because they raise for nothing that a trigger's rows can have, and are called for every value.
unsafe extern "C-unwind" {
    fn slot_getsomeattrs_int(slot: *mut pg_sys::TupleTableSlot, count: std::ffi::c_int);
    fn bms_is_member(member: std::ffi::c_int, set: *const pg_sys::Bitmapset) -> bool;
}

/// A trigger event: which relation, which rows.
pub struct Event(*mut pg_sys::TriggerData);

/// Which side of an UPDATE.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The stored row.
    Old,
    /// The row that would be written.
    New,
}

impl Event {
    pub(super) fn new(data: *mut pg_sys::TriggerData) -> Self {
        Event(data)
    }

    pub(super) fn data(&self) -> &pg_sys::TriggerData {
        // SAFETY: lives as long as the call, see Call::event.
        unsafe { &*self.0 }
    }

    /// Whether it is the event that `bits` (TRIGGER_EVENT_…) say, before or after.
    fn is(&self, mask: u32, bits: u32) -> bool {
        self.data().tg_event & mask == bits
    }

    /// BEFORE UPDATE … FOR EACH ROW.
    pub fn is_before_update(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_UPDATE | pg_sys::TRIGGER_EVENT_ROW | pg_sys::TRIGGER_EVENT_BEFORE)
    }

    /// BEFORE INSERT … FOR EACH ROW.
    pub fn is_before_insert(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_INSERT | pg_sys::TRIGGER_EVENT_ROW | pg_sys::TRIGGER_EVENT_BEFORE)
    }

    /// AFTER INSERT … FOR EACH ROW.
    pub fn is_after_insert(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_INSERT | pg_sys::TRIGGER_EVENT_ROW)
    }

    /// BEFORE DELETE … FOR EACH ROW.
    pub fn is_before_delete(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_DELETE | pg_sys::TRIGGER_EVENT_ROW | pg_sys::TRIGGER_EVENT_BEFORE)
    }

    /// AFTER DELETE … FOR EACH ROW.
    pub fn is_after_delete(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_DELETE | pg_sys::TRIGGER_EVENT_ROW)
    }

    /// AFTER TRUNCATE … FOR EACH STATEMENT.
    pub fn is_after_truncate(&self) -> bool {
        self.is(0x1f, pg_sys::TRIGGER_EVENT_TRUNCATE)
    }

    /// The relation that fired it: the partition, not its root.
    pub fn relation_oid(&self) -> Oid {
        // SAFETY: an open relation.
        unsafe { (*self.data().tg_relation).rd_id }
    }

    pub(super) fn relation(&self) -> pg_sys::Relation {
        self.data().tg_relation
    }

    /// The row of an INSERT or DELETE.
    pub(super) fn tuple(&self) -> pg_sys::HeapTuple {
        self.data().tg_trigtuple
    }

    /// The value of `column` on one side. For INSERT and DELETE the only row is [`Side::Old`].
    pub fn value(&self, side: Side, column: &Column) -> Value {
        let data = self.data();
        let (slot, n) = match side {
            Side::Old => (data.tg_trigslot, column.number),
            Side::New => (data.tg_newslot, column.number),
        };
        // SAFETY: row triggers have their slots filled; deforming fills at least `n` entries.
        unsafe {
            if (*slot).tts_nvalid < n {
                slot_getsomeattrs_int(slot, n.into());
            }
            let i = n as usize - 1;
            (!*(*slot).tts_isnull.add(i)).then(|| *(*slot).tts_values.add(i))
        }
    }

    /// Whether the statement's SET list names one of `columns` (or, for an upsert, its SET list).
    pub fn sets_any(&self, columns: &[Column]) -> bool {
        columns.iter().any(|c| self.sets(c))
    }

    /// Whether the statement's SET list names `column`.
    pub fn sets(&self, column: &Column) -> bool {
        let bit = i32::from(column.number) - pg_sys::FirstLowInvalidHeapAttributeNumber;
        // SAFETY: null or a bitmapset that lives as long as the call.
        unsafe { bms_is_member(bit, self.data().tg_updatedcols) }
    }

    /// Where the stored row lies; tells rows of one relation apart within a statement.
    pub fn row_address(&self) -> (u32, u16) {
        // SAFETY: the slot's row address is set for stored rows.
        unsafe {
            let tid = (*self.data().tg_trigslot).tts_tid;
            let block = (u32::from(tid.ip_blkid.bi_hi) << 16) | u32::from(tid.ip_blkid.bi_lo);
            (block, tid.ip_posid)
        }
    }

    /// The row that was passed in to be written, unchanged.
    pub fn unchanged(&self) -> Option<Datum> {
        let data = self.data();
        let tuple = if data.tg_newtuple.is_null() { data.tg_trigtuple } else { data.tg_newtuple };
        Some(Datum::from(tuple))
    }

    /// The row to be written with other values for some columns; everything else as it was passed in.
    pub fn replaced(&self, columns: &[(&Column, Value)]) -> Option<Datum> {
        let data = self.data();
        let tuple = if data.tg_newtuple.is_null() { data.tg_trigtuple } else { data.tg_newtuple };
        let mut numbers: Vec<i32> = columns.iter().map(|(c, _)| c.number.into()).collect();
        let mut values: Vec<Datum> = columns.iter().map(|(_, v)| v.unwrap_or(Datum::from(0))).collect();
        let mut nulls: Vec<bool> = columns.iter().map(|(_, v)| v.is_none()).collect();
        // SAFETY: as many numbers as values and nulls, all of this relation's descriptor.
        unsafe {
            Some(Datum::from(pg_sys::heap_modify_tuple_by_cols(
                tuple,
                (*data.tg_relation).rd_att,
                numbers.len() as i32,
                numbers.as_mut_ptr(),
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
            )))
        }
    }

    /// Whether the row `tuple` (see [`Event::replaced`]) does not belong into this partition, so that the UPDATE moves it.
    pub fn leaves_partition(&self, tuple: Option<Datum>) -> bool {
        let Some(tuple) = tuple else { return false };
        let relation = self.relation();
        // SAFETY: the tuple is of the open relation; slot and executor state are made and freed here.
        unsafe {
            let slot = pg_sys::MakeSingleTupleTableSlot((*relation).rd_att, &raw const pg_sys::TTSOpsHeapTuple);
            pg_sys::ExecForceStoreHeapTuple(tuple.cast_mut_ptr(), slot, false);
            let state = pg_sys::CreateExecutorState();
            let mut target = pg_sys::ResultRelInfo::default();
            pg_sys::InitResultRelInfo(&mut target, relation, 0, std::ptr::null_mut(), 0);
            let stays = pg_sys::ExecPartitionCheck(&mut target, slot, state, false);
            pg_sys::FreeExecutorState(state);
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            !stays
        }
    }

    /// Names of the triggers of this relation that fire BEFORE UPDATE or INSERT of a row, other than ours.
    pub fn other_before_triggers(&self) -> Vec<String> {
        triggers(self.relation())
            .iter()
            .filter(|t| {
                let kind = t.tgtype as u32;
                kind & pg_sys::TRIGGER_TYPE_ROW != 0
                    && kind & pg_sys::TRIGGER_TYPE_BEFORE != 0
                    && kind & (pg_sys::TRIGGER_TYPE_UPDATE | pg_sys::TRIGGER_TYPE_INSERT) != 0
            })
            .map(trigger_name)
            .filter(|n| !n.contains("customer_workflow_"))
            .collect()
    }
}

/// The triggers of an open relation.
pub(super) fn triggers(relation: pg_sys::Relation) -> &'static [pg_sys::Trigger] {
    // SAFETY: the descriptor belongs to the open relation and outlives the trigger call in which it is looked at.
    unsafe {
        let desc = (*relation).trigdesc;
        if desc.is_null() || (*desc).numtriggers == 0 {
            return &[];
        }
        std::slice::from_raw_parts((*desc).triggers, (*desc).numtriggers as usize)
    }
}

pub(super) fn trigger_name(trigger: &pg_sys::Trigger) -> String {
    // SAFETY: a C string in the relation's descriptor.
    encoding::string_of(unsafe { CStr::from_ptr(trigger.tgname) })
}
