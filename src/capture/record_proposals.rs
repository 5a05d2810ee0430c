//! Proposals to create or delete records. SQL decides what each meets, since there is no more than one a record.

use super::buffer::Operation;
use super::columns::Columns;
use super::common::Common;
use super::config::Table;
use super::flush::{Records, uuids};
use super::{meet, notice, touched};
use crate::pg::callbacks;
use crate::pg::function::array;
use crate::pg::spi::Statement;
use crate::pg::value;
use pgrx::pg_sys::{BOOLOID, BYTEAARRAYOID, Datum, INT4ARRAYOID, INT4OID, TEXTARRAYOID, TEXTOID, UUIDARRAYOID};

static PROPOSE_RECORDS: Statement = Statement::new(
    c"SELECT r.record, r.proposal, r.status, r.outcome, r.others, r.submits
        FROM customer_workflow._propose_records($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS r",
    &[
        INT4OID,
        TEXTOID,
        TEXTARRAYOID,
        UUIDARRAYOID,
        INT4ARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        BYTEAARRAYOID,
        TEXTOID,
        TEXTARRAYOID,
        TEXTOID,
        BOOLOID,
        TEXTOID,
        TEXTOID,
        TEXTOID,
    ],
);

/// Makes or amends the proposals to create or delete these records, and returns their numbers.
pub(super) fn propose(
    table: &Table,
    operation: Operation,
    records: &Records,
    common: &Common,
    author: &str,
) -> Vec<i64> {
    let mut taken = Vec::new();
    if callbacks::keeps_snapshot() {
        meet::open_proposals(table, records, author);
    }
    let mut values = Columns::default();
    for (i, (changes, _)) in records.changes.iter().enumerate() {
        changes.iter().for_each(|change| values.add(i, change));
    }
    let [of, fields, originals, proposed, images] = values.arrays();
    PROPOSE_RECORDS.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(value::text(operation.name())),
            Some(array(TEXTOID, &records.keys)),
            Some(uuids(records.hashes.iter())),
            of,
            fields,
            originals,
            proposed,
            images,
            Some(common.person),
            common.parties,
            common.entity,
            Some(Datum::from(common.auto_submit)),
            common.reference,
            common.comment,
            common.company,
        ],
        |row| {
            let (Some(n), Some(id)) = (row.int(1), row.int(2)) else { return };
            taken.push(id);
            match row.text(4).as_deref() {
                Some("unchanged") => touched::note(id),
                _ => touched::add(id, row.bool(6).unwrap_or(false)),
            }
            let status = row.text(3).unwrap_or_default();
            notice::record(table, operation, records.depth, records.keys[n as usize - 1], id, &status);
            if let Some(others) = row.text(5) {
                notice::others(others);
            }
        },
    );
    taken
}
