//! What people do most after a first change: change the same field of the same record again, while their own draft is the only
//! proposal for it.

use super::config::Table;
use super::flush::{self, Common, Names, Records};
use super::meet::Open;
use super::touched;
use crate::pg::callbacks;
use crate::pg::function::array;
use crate::pg::spi::Statement;
use pgrx::pg_sys::{
    self, BOOLOID, BYTEAARRAYOID, Datum, INT4ARRAYOID, INT4OID, INT8ARRAYOID, INT8OID, TEXTARRAYOID, TEXTOID,
};

static AMEND_DRAFTS: Statement = Statement::new(
    c"SELECT a.place, a.proposal, a.status, a.amended
        FROM customer_workflow._amend_drafts($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) AS a",
    &[
        INT4OID,
        INT8ARRAYOID,
        INT4ARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        BYTEAARRAYOID,
        TEXTOID,
        TEXTOID,
        BOOLOID,
        TEXTOID,
        TEXTOID,
    ],
);

/// Those of `which` that have nothing but such a draft, with its number. None where the transaction keeps a snapshot, in which the
/// configuration has to be looked at too.
pub(super) fn drafts(records: &Records, open: &[Open], which: &[usize]) -> Vec<(usize, i64)> {
    if callbacks::keeps_snapshot() {
        return Vec::new();
    }
    let wishes = |i: usize| !records.changes[i].0.is_empty() && records.changes[i].1.is_empty();
    which.iter().filter(|&&i| wishes(i)).filter_map(|&i| Some((i, open[i].draft()?.id))).collect()
}

/// Puts the changes into these drafts. False, and nothing is done, where one of them has just ceased to be one.
pub(super) fn amend(table: &Table, records: &Records, common: &Common, drafts: &[(usize, i64)]) -> bool {
    let mut names = Names::default();
    let (mut places, mut fields, mut originals, mut proposed, mut images) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (n, (i, _)) in drafts.iter().enumerate() {
        for change in &records.changes[*i].0 {
            places.push(Some(Datum::from(n as i32 + 1)));
            fields.push(Some(names.datum(&change.field)));
            originals.push(change.original);
            proposed.push(change.proposed);
            images.push(change.image);
        }
    }
    let done = AMEND_DRAFTS.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(array(INT8OID, &drafts.iter().map(|(_, id)| Some(Datum::from(*id))).collect::<Vec<_>>())),
            Some(array(INT4OID, &places)),
            Some(array(TEXTOID, &fields)),
            Some(array(TEXTOID, &originals)),
            Some(array(TEXTOID, &proposed)),
            Some(array(pg_sys::BYTEAOID, &images)),
            Some(common.person),
            common.entity,
            Some(Datum::from(common.auto_submit)),
            common.reference,
            common.comment,
        ],
        |row| {
            let (Some(place), Some(id), Some(status)) = (row.int(1), row.int(2), row.text(3)) else { return };
            match row.bool(4) {
                Some(true) => touched::add(id, common.auto_submit),
                _ => touched::note(id),
            }
            flush::has_taken(table, records, drafts[place as usize - 1].0, id, &status);
        },
    );
    done > 0
}
