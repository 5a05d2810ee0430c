//! Proposals of which the same is true. In bulk mostly all are alike, so that what is asked of proposals is asked of one of each kind, and
//! they are read once for all that a verb asks before it writes.

use super::known::{self, Known};
use crate::pg::function::{Call, array, text_array};
use pgrx::pg_sys::{self, Datum};
use std::collections::HashMap;

/// What is no column of `proposal`: the names of the fields which are changed.
const FIELDS: &str = "fields";

/// SQL `_alike(proposals bigint[], by text[]) returns setof record (first bigint, alike bigint[], fields text[])`: those of the proposals
/// that there are, by the values of these columns; `first` is the lowest number of each kind. `by` may have `fields` too: which fields they
/// change, told in their order.
pub fn alike(call: &Call) -> Option<Datum> {
    let proposals = numbers(call)?;
    let by: Vec<String> = call.texts(1)?.into_iter().flatten().collect();
    let with_fields = by.iter().any(|c| c == FIELDS);
    let columns: Vec<usize> = by.iter().filter(|c| *c != FIELDS).map(|c| known::place(c)).collect();
    known::of(&proposals, with_fields, |known| {
        let kinds = merged(known, &columns);
        let mut groups: Vec<(Option<usize>, Vec<Option<Datum>>)> = Vec::new();
        let mut numbers: HashMap<(usize, Option<usize>), usize> = HashMap::new();
        let mut last = None;
        known.each(&proposals, |id, kind, fields| {
            let is = (kinds[kind], fields.filter(|_| with_fields));
            let group = match last {
                Some((same, group)) if same == is => group,
                _ => *numbers.entry(is).or_insert_with(|| {
                    groups.push((is.1, Vec::new()));
                    groups.len() - 1
                }),
            };
            last = Some((is, group));
            groups[group].1.push(Some(Datum::from(id)));
        });
        call.return_rows(groups.into_iter().map(|(fields, ids)| {
            let fields = fields.and_then(|f| text_array(known.fields(f)));
            [ids[0], Some(array(pg_sys::INT8OID, &ids)), fields]
        }));
    });
    None
}

/// SQL `_records(proposals bigint[]) returns bigint`: how many records the proposals are for.
pub fn records(call: &Call) -> Option<Datum> {
    let proposals = numbers(call)?;
    Some(Datum::from(known::of(&proposals, false, |known| known.records(&proposals))))
}

/// SQL `_keys(proposals bigint[]) returns jsonb[]`: the key of the record of each proposal; null where there is none.
pub fn keys(call: &Call) -> Option<Datum> {
    let (asked, proposals) = (call.bigints(0)?, numbers(call)?);
    Some(known::of(&proposals, false, |known| {
        let keys: Vec<_> = asked.iter().map(|p| p.and_then(|p| known.key(p))).collect();
        array(pg_sys::JSONBOID, &keys)
    }))
}

/// The numbers that the first argument has, each once, in their order.
fn numbers(call: &Call) -> Option<Vec<i64>> {
    let mut numbers: Vec<i64> = call.bigints(0)?.into_iter().flatten().collect();
    numbers.sort_unstable();
    numbers.dedup();
    Some(numbers)
}

/// For each kind the first one that has the same values of these columns.
fn merged(known: &Known, columns: &[usize]) -> Vec<usize> {
    let mut first: HashMap<Vec<&[u8]>, usize> = HashMap::new();
    let kinds = known.kinds().iter().enumerate();
    kinds.map(|(i, kind)| *first.entry(columns.iter().map(|c| &*kind[*c]).collect()).or_insert(i)).collect()
}
