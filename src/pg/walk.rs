//! Rows of ascending numbers, by an index of which the first column is a bigint. Numbers that lie close together are come to by going
//! through the index.

use super::arena::within;
use super::column::attribute;
use super::lookup::{Search, Sight, Way};
use super::value::Value;
use pgrx::pg_sys::{self, Datum};

/// So many rows are passed over before the index is searched again.
const FEW: usize = 8;

/// A way that is gone, from number to number.
pub struct Walk<const N: usize> {
    search: Search<N>,
    /// Where the scan allocates.
    memory: pg_sys::MemoryContext,
    /// The number of the row that the scan has come to.
    here: Option<i64>,
    asked: Option<i64>,
}

impl<const N: usize> Walk<N> {
    /// The first column of the way is the number.
    pub fn open(way: &Way<N>, sight: Sight) -> Self {
        // SAFETY: closed by `close`, or by the abort of the (sub)transaction.
        unsafe {
            let search = Search::open(way, sight, 1);
            Walk { search, memory: pg_sys::CurrentMemoryContext, here: None, asked: None }
        }
    }

    /// How long values of the columns are (`pg_type.typlen`).
    pub fn lengths(&self) -> [i16; N] {
        // SAFETY: an open relation has its descriptor, with these columns.
        self.search.numbers.map(|n| unsafe { attribute((*self.search.relation).rd_att, n).attlen })
    }

    /// Calls `found` with the rows of this number, in the order of the index. They live until the next one is visited.
    pub fn visit(&mut self, number: i64, mut found: impl FnMut([Value; N])) {
        if self.asked.is_none_or(|asked| asked >= number) {
            self.search(number);
        }
        self.asked = Some(number);
        let mut passed = 0;
        while let Some(here) = self.here {
            if here > number {
                return;
            } else if here == number {
                // SAFETY: the scan has come to a row.
                found(unsafe { self.search.values() });
                self.next();
            } else if passed < FEW {
                passed += 1;
                self.next();
            } else {
                self.search(number);
            }
        }
    }

    fn search(&mut self, number: i64) {
        // SAFETY: the scan takes one key.
        self.come(|search| unsafe {
            let mut key: pg_sys::ScanKeyData = std::mem::zeroed();
            let at_least = pg_sys::BTGreaterEqualStrategyNumber as pg_sys::StrategyNumber;
            pg_sys::ScanKeyInit(&mut key, 1, at_least, pg_sys::F_INT8GE.into(), Datum::from(number));
            search.seek(&mut key)
        });
    }

    fn next(&mut self) {
        // SAFETY: the scan has come to a row.
        self.come(|search| unsafe { search.next() });
    }

    fn come(&mut self, to: impl FnOnce(&Search<N>) -> bool) {
        // SAFETY: the memory lives as long as the scan; a row is looked at where it has come to one.
        self.here = unsafe {
            let more = within(self.memory, || to(&self.search));
            more.then(|| self.search.values()[0].map(|n| n.value() as i64)).flatten()
        };
    }

    /// No more rows are asked for.
    pub fn close(self) {
        self.search.close();
    }
}
