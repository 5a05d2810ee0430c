//! What people do most after a first change: change the same field of the same record again, while their own draft is the only
//! proposal for it.

use super::buffer::Change;
use super::columns::Columns;
use super::common::Common;
use super::config::Table;
use super::flush::{self, Records};
use super::meet::{EDITABLE, Open};
use super::{create, touched};
use crate::apply::deciding;
use crate::decide::logged::{self, logged};
use crate::pg::edit::{self, Locked};
use crate::pg::function::array;
use crate::pg::json::Json;
use crate::pg::lookup::Way;
use crate::pg::spi::{self, Statement};
use crate::pg::value::{self, Value};
use crate::pg::{callbacks, role};
use pgrx::pg_sys::{
    BOOLOID, BYTEAARRAYOID, Datum, INT4ARRAYOID, INT4OID, INT8ARRAYOID, INT8OID, TEXTARRAYOID, TEXTOID,
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

static PROPOSAL: Way<7> = Way::new(
    c"proposal",
    c"proposal_pkey",
    ["status", "auto_submit", "digest", "submit_sqlstate", "submit_message", "comment", "reference"],
);
static CHANGE: Way<5> = Way::new(c"change", c"change_pkey", ["field", "original", "proposed", "image", "changed_at"]);

/// The same as `amend` for one draft of which one change takes another value, without a statement; it locks and writes what
/// `_amend_drafts()` would. False, and nothing is done, where that is more than this.
pub(super) fn amend_one(table: &Table, records: &Records, common: &Common, drafts: &[(usize, i64)]) -> bool {
    let &[(i, id)] = drafts else { return false };
    let [wish] = records.changes[i].0.as_slice() else { return false };
    role::with_user(spi::owner(), || {
        let editable =
            |row: &[Value; 7]| row[0].is_some_and(|s| EDITABLE.iter().any(|e| value::holds(s, e.as_bytes())));
        let Some(proposal) = edit::lock(&PROPOSAL, id, editable) else { return false };
        let is_field = |row: &[Value; 5]| row[0].is_some_and(|f| value::holds(f, wish.field.as_bytes()));
        let change = edit::lock(&CHANGE, id, is_field);
        let done = change.as_ref().is_some_and(|c| take(table, common, id, wish, &proposal, c));
        if done {
            let status = proposal.values()[0].map(value::text_string).unwrap_or_default();
            flush::has_taken(table, records, i, id, &status);
        }
        change.into_iter().for_each(Locked::close);
        proposal.close();
        done
    })
}

/// The locked proposal takes the wish in place of its locked change.
fn take(table: &Table, common: &Common, id: i64, wish: &Change, proposal: &Locked<7>, change: &Locked<5>) -> bool {
    let [_, _, former, image, _] = change.values();
    if value::same_bytes(former, wish.proposed) && value::same_bytes(image, wish.image) {
        touched::note(id);
        return true;
    }
    deciding::refuse_edit(id);
    let values = [("previous", logged(former)), ("proposed", logged(wish.proposed))];
    let field = [("field", Json::Text(Some(value::text(&wish.field))))];
    let details = logged::details(vec![Json::Object(field.into_iter().chain(values).collect())]);
    create::amended(table, common, id, details);
    let now = Some(value::transaction_start());
    change.write([(1, wish.original), (2, wish.proposed), (3, wish.image), (4, now)]);
    let [_, auto_submit, _, _, _, comment, reference] = proposal.values();
    let auto_submit = auto_submit.map(|a| Datum::from(a.value() != 0 || common.auto_submit));
    proposal.write([
        (1, auto_submit),
        (2, None),
        (3, None),
        (4, None),
        (5, common.comment.or(comment)),
        (6, common.reference.or(reference)),
    ]);
    touched::add(id, common.auto_submit);
    true
}

/// Puts the changes into these drafts. False, and nothing is done, where one of them has just ceased to be one.
pub(super) fn amend(table: &Table, records: &Records, common: &Common, drafts: &[(usize, i64)]) -> bool {
    let mut values = Columns::default();
    for (n, (i, _)) in drafts.iter().enumerate() {
        records.changes[*i].0.iter().for_each(|change| values.add(n, change));
    }
    let [places, fields, originals, proposed, images] = values.arrays();
    let done = AMEND_DRAFTS.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(array(INT8OID, &drafts.iter().map(|(_, id)| Some(Datum::from(*id))).collect::<Vec<_>>())),
            places,
            fields,
            originals,
            proposed,
            images,
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
