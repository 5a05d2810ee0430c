//! The open proposals that captured changes meet: those of each record, and which of them have the values already.

use super::buffer::{Change, Operation};
use super::config::Table;
use super::flush::Records;
use crate::error::{Report, raise};
use crate::pg::lookup::{self, Sight, Way};
use crate::pg::{callbacks, value};
use pgrx::pg_sys::Datum;
use std::collections::HashSet;
use std::rc::Rc;

static OF_RECORD: Way<4> = Way::new(c"proposal", c"proposal_of_record", ["id", "author", "status", "operation"]);
static IDS_OF_RECORD: Way<1> = Way::new(c"proposal", c"proposal_of_record", ["id"]);
static CHANGES: Way<3> = Way::new(c"change", c"change_pkey", ["field", "proposed", "image"]);

/// Statuses in which its author can edit a proposal.
pub(super) const EDITABLE: [&str; 3] = ["not_submitted", "change_requested", "rejected"];

/// Open proposals of a record.
#[derive(Clone, Default)]
pub(super) struct Open {
    /// Whether there is one.
    pub(super) any: bool,
    /// The one of the author, where there is exactly one.
    pub(super) own: Option<Own>,
    several: bool,
    others: bool,
}

impl Open {
    /// The only one, where it is the author's and can be edited: what he wishes goes there.
    pub(super) fn draft(&self) -> Option<&Own> {
        let editable = |o: &&Own| EDITABLE.contains(&&*o.status);
        self.own.as_ref().filter(editable).filter(|_| !self.others)
    }
}

/// An open proposal of the author.
#[derive(Clone)]
pub(super) struct Own {
    pub(super) id: i64,
    pub(super) status: Rc<str>,
}

/// The open proposals of each record. 40001 where the transaction keeps a snapshot that is older than one of them: it could
/// neither join nor respect it.
pub(super) fn open_proposals(table: &Table, records: &Records, author: &str) -> Vec<Open> {
    let mut open = vec![Open::default(); records.keys.len()];
    let keeps_snapshot = callbacks::keeps_snapshot();
    let mut seen: HashSet<i64> = HashSet::new();
    let mut statuses: Vec<Rc<str>> = Vec::new();
    lookup::find(&OF_RECORD, Sight::Transaction, &records.hashes, table.table_id, |i, row| {
        let [Some(id), Some(by), Some(status), operation] = row else { return };
        // a change does not go into what deletes the record
        let takes_changes = operation.is_none_or(|o| value::holds(o, Operation::Draft.name().as_bytes()));
        let id = id.value() as i64;
        if keeps_snapshot {
            seen.insert(id);
        }
        let open = &mut open[i];
        open.any = true;
        if takes_changes && value::holds(by, author.as_bytes()) {
            open.several |= open.own.is_some();
            open.own = (!open.several).then(|| Own { id, status: one_of(&mut statuses, status) });
        } else {
            open.others = true;
        }
    });
    if keeps_snapshot {
        refuse_unseen(table, records, &seen);
    }
    open
}

/// Those of some records that have open proposals.
pub(super) fn with_open_proposals(table: &Table, hashes: &[[u8; 16]]) -> HashSet<[u8; 16]> {
    let mut met = HashSet::new();
    lookup::find(&IDS_OF_RECORD, Sight::Transaction, hashes, table.table_id, |i, [_]| {
        met.insert(hashes[i]);
    });
    met
}

fn refuse_unseen(table: &Table, records: &Records, seen: &HashSet<i64>) {
    let mut unseen = None;
    lookup::find(&IDS_OF_RECORD, Sight::Latest, &records.hashes, table.table_id, |_, [id]| {
        let id = id.map(|id| id.value() as i64);
        unseen = unseen.or(id.filter(|id| !seen.contains(id)));
    });
    if let Some(id) = unseen {
        raise(
            Report::new(
                "40001",
                "could not serialize access due to a concurrent proposal for the same record".to_owned(),
            )
            .detail(format!(
                "Proposal {id} for table \"{}\" was made after this transaction took its snapshot.",
                table.name
            ))
            .hint("Try the transaction again."),
        );
    }
}

/// The same text once for all rows that have it.
fn one_of(known: &mut Vec<Rc<str>>, text: Datum) -> Rc<str> {
    if let Some(same) = known.iter().find(|k| value::holds(text, k.as_bytes())) {
        return same.clone();
    }
    let new: Rc<str> = value::text_string(text).into();
    known.push(new.clone());
    new
}

/// For each record, whether the author's own proposal already has all values that are wished now, so that nothing is to be done.
/// It is not locked: whoever changes it at this moment comes after the statement.
pub(super) fn repeats(records: &Records, open: &[Open]) -> Vec<bool> {
    let own: Vec<(usize, i64)> = open
        .iter()
        .enumerate()
        .filter(|(i, _)| !records.changes[*i].0.is_empty() && records.changes[*i].1.is_empty())
        .filter_map(|(i, o)| o.own.as_ref().map(|own| (i, own.id)))
        .collect();
    let mut same = vec![0; open.len()];
    let ids = own.iter().map(|(_, id)| *id);
    lookup::find_by_number(&CHANGES, ids, |n, [field, proposed, image]| {
        let (Some(field), i) = (field, own[n].0) else { return };
        let change = records.changes[i].0.iter().find(|c| value::holds(field, c.field.as_bytes()));
        let is_same = |c: &Change| value::same_bytes(proposed, c.proposed) && value::same_bytes(image, c.image);
        same[i] += usize::from(change.is_some_and(is_same));
    });
    same.iter().zip(&records.changes).map(|(&n, (changes, _))| n > 0 && n == changes.len()).collect()
}
