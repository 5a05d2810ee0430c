//! Arrays of numbers of proposals, which are long in bulk.

use crate::pg::function::{Call, array};
use pgrx::pg_sys::{self, Datum};
use std::collections::HashSet;

/// SQL `_distinct(ids bigint[]) returns bigint[]`: each number once, in their order, null at the end.
pub fn distinct(call: &Call) -> Option<Datum> {
    let mut ids = call.bigints(0)?;
    if !ids.is_sorted_by(|a, b| matches!((a, b), (Some(a), Some(b)) if a < b)) {
        ids.sort_unstable_by_key(|id| (id.is_none(), *id));
        ids.dedup();
    }
    Some(numbers(&ids))
}

/// SQL `_minus(ids bigint[], without bigint[]) returns bigint[]`: the numbers that are not among the others, in the order in which they come.
pub fn minus(call: &Call) -> Option<Datum> {
    let (ids, without) = (call.bigints(0)?, call.bigints(1)?);
    if without.is_empty() {
        return call.arg(0);
    }
    let without: HashSet<Option<i64>> = without.into_iter().collect();
    Some(numbers(&ids.into_iter().filter(|id| !without.contains(id)).collect::<Vec<_>>()))
}

fn numbers(ids: &[Option<i64>]) -> Datum {
    array(pg_sys::INT8OID, &ids.iter().map(|id| id.map(Datum::from)).collect::<Vec<_>>())
}
