//! New proposals with their changes and history, for records that have no open one: written past the executor, since this is
//! what a bulk UPDATE does most.

use super::columns::Names;
use super::common::Common;
use super::config::Table;
use super::flush::{Records, uuids};
use super::{key, notice, touched};
use crate::events;
use crate::guard::identity;
use crate::history::rows;
use crate::pg::function::array;
use crate::pg::spi::{Sequence, Statement};
use crate::pg::table::Target;
use crate::pg::value::{self, Value};
use pgrx::pg_sys::{
    self, BOOLOID, BYTEAARRAYOID, Datum, INT4OID, INT8ARRAYOID, INT8OID, JSONBOID, TEXTARRAYOID, TEXTOID, UUIDARRAYOID,
};

static PROPOSAL_IDS: Sequence = Sequence::new(c"proposal_id_seq");

static PROPOSAL: Target<15> = Target::new(
    c"proposal",
    [
        "id",
        "table_id",
        "record_key",
        "record_hash",
        "author",
        "parties",
        "database_role",
        "data_entity",
        "auto_submit",
        "reference",
        "comment",
        "company",
        "status",
        "collects",
        "created_at",
    ],
    // a new proposal is a draft that collects; it joins a change set afterwards
    &[("proposal_of_record", &["record_hash", "table_id", "author"]), ("proposal_of_change_set", &[])],
);

static CHANGE: Target<6> =
    Target::new(c"change", ["proposal", "field", "original", "proposed", "image", "changed_at"], &[]);

// The same as statements, which fire the triggers that a table may have.
static NEW_PROPOSALS: Statement = Statement::new(
    c"INSERT INTO customer_workflow.proposal (id, table_id, record_key, record_hash, author, parties, database_role,
                                              data_entity, auto_submit, reference, comment, company)
      OVERRIDING SYSTEM VALUE
      SELECT u.id, $1, u.key::pg_catalog.jsonb, u.hash, $5, $6, $7, $8, $9, $10, $11, $12
        FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4)) AS u (id, key, hash)",
    &[
        INT4OID,
        INT8ARRAYOID,
        TEXTARRAYOID,
        UUIDARRAYOID,
        TEXTOID,
        TEXTARRAYOID,
        TEXTOID,
        TEXTOID,
        BOOLOID,
        TEXTOID,
        TEXTOID,
        TEXTOID,
    ],
);

static NEW_CHANGES: Statement = Statement::new(
    c"INSERT INTO customer_workflow.change (proposal, field, original, proposed, image)
      SELECT u.proposal, u.field, u.original, u.proposed, u.image
        FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4),
                        pg_catalog.unnest($5))
             AS u (proposal, field, original, proposed, image)",
    &[INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, BYTEAARRAYOID],
);

static NEW_HISTORY: Statement = Statement::new(
    c"INSERT INTO customer_workflow.history (table_id, proposal, kind, person, database_role, source, comment, details)
      SELECT $1, u.id, $3, $4, $5, $6, $7, $8 FROM pg_catalog.unnest($2) AS u (id)",
    &[INT4OID, INT8ARRAYOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, JSONBOID],
);

/// Forgets where our sequences are.
pub fn forget_sequences() {
    PROPOSAL_IDS.forget();
    rows::IDS.forget();
}

/// Makes a proposal for each of these records; returns their numbers.
pub fn create(table: &Table, records: &Records, common: &Common, which: &[usize]) -> Vec<i64> {
    let ids = PROPOSAL_IDS.take(which.len());
    proposals(table, records, common, which, &ids);
    changes(records, which, &ids);
    record(&rows::DRAFTS, table, common, &ids, "proposed", None);
    for (&i, &id) in which.iter().zip(&ids) {
        touched::add(id, common.auto_submit);
        let changes = &records.changes[i].0;
        notice::proposed(table, records.depth, records.keys[i], changes, changes.len() as u64, id, "not_submitted");
    }
    ids
}

fn id_array(ids: impl Iterator<Item = i64>) -> Datum {
    array(INT8OID, &ids.map(|id| Some(Datum::from(id))).collect::<Vec<_>>())
}

fn proposals(table: &Table, records: &Records, common: &Common, which: &[usize], ids: &[i64]) {
    let (table_id, auto_submit) = (Datum::from(table.table_id), Datum::from(common.auto_submit));
    let (status, yes, now) = (value::text("not_submitted"), Datum::from(true), value::transaction_start());
    let appended = PROPOSAL.append(ids.len(), |n| {
        let i = which[n];
        [
            Some(Datum::from(ids[n])),
            Some(table_id),
            records.keys[i].map(key::jsonb),
            Some(Datum::from(records.hashes[i].as_ptr())),
            Some(common.person),
            common.parties,
            Some(common.role),
            common.entity,
            Some(auto_submit),
            common.reference,
            common.comment,
            common.company,
            Some(status),
            Some(yes),
            Some(now),
        ]
    });
    if !appended {
        let keys: Vec<_> = which.iter().map(|&i| records.keys[i]).collect();
        NEW_PROPOSALS.run(
            &[
                Some(table_id),
                Some(id_array(ids.iter().copied())),
                Some(array(TEXTOID, &keys)),
                Some(uuids(which.iter().map(|&i| &records.hashes[i]))),
                Some(common.person),
                common.parties,
                Some(common.role),
                common.entity,
                Some(auto_submit),
                common.reference,
                common.comment,
                common.company,
            ],
            |_| (),
        );
    }
}

fn changes(records: &Records, which: &[usize], ids: &[i64]) {
    let mut names = Names::default();
    let mut rows = Vec::with_capacity(ids.len());
    for (&i, &id) in which.iter().zip(ids) {
        for change in &records.changes[i].0 {
            rows.push((id, names.datum(&change.field), change));
        }
    }
    let now = value::transaction_start();
    let appended = CHANGE.append(rows.len(), |n| {
        let (id, field, change) = rows[n];
        [Some(Datum::from(id)), Some(field), change.original, change.proposed, change.image, Some(now)]
    });
    if !appended {
        NEW_CHANGES.run(
            &[
                Some(id_array(rows.iter().map(|r| r.0))),
                Some(array(TEXTOID, &rows.iter().map(|r| Some(r.1)).collect::<Vec<_>>())),
                Some(array(TEXTOID, &rows.iter().map(|r| r.2.original).collect::<Vec<_>>())),
                Some(array(TEXTOID, &rows.iter().map(|r| r.2.proposed).collect::<Vec<_>>())),
                Some(array(pg_sys::BYTEAOID, &rows.iter().map(|r| r.2.image).collect::<Vec<_>>())),
            ],
            |_| (),
        );
    }
}

/// The history of a proposal that takes another value.
pub fn amended(table: &Table, common: &Common, id: i64, details: Datum) {
    record(&rows::EVENTS, table, common, &[id], "amended", Some(details));
}

/// An entry each for these proposals.
fn record(to: &'static Target<16>, table: &Table, common: &Common, ids: &[i64], kind: &str, details: Value) {
    let (table_id, kind) = (Some(Datum::from(table.table_id)), Some(value::text(kind)));
    let (transaction, numbers) = (value::transaction_id(), rows::IDS.take(ids.len()));
    let identity = identity::datum();
    let appended = to.append(ids.len(), |n| {
        [
            Some(Datum::from(numbers[n])),
            Some(value::now()),
            Some(transaction),
            Some(identity),
            table_id,
            Some(Datum::from(ids[n])),
            kind,
            Some(common.person),
            None,
            Some(common.session),
            common.entity,
            None,
            None,
            common.comment,
            None,
            details,
        ]
    });
    if !appended {
        NEW_HISTORY.run(
            &[
                table_id,
                Some(id_array(ids.iter().copied())),
                kind,
                Some(common.person),
                Some(common.session),
                common.entity,
                common.comment,
                details,
            ],
            |_| (),
        );
    } else if std::ptr::eq(to, &rows::EVENTS) {
        events::recorded();
    }
}
