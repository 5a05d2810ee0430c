//! What has been read of proposals, as long as nothing is written: the steps of a verb ask for the same proposals one after another.

use crate::pg::callbacks::{self, Moment};
use crate::pg::lookup::{Sight, Way};
use crate::pg::value::{self, Value};
use crate::pg::walk::Walk;
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

/// How many columns come before those that kinds have.
const OWN: usize = 3;

/// The columns of `proposal` that are read: those that a verb asks for.
const COLUMNS: [&str; 21] = [
    "id",
    "record_hash",
    "record_key",
    "table_id",
    "status",
    "author",
    "originator",
    "parties",
    "database_role",
    "workflow",
    "version",
    "self_approval",
    "state",
    "sent_back",
    "interrupted",
    "operation",
    "company",
    "change_set",
    "part_of",
    "reverts",
    "effective_at",
];

static PROPOSALS: Way<21> = Way::to_read(c"proposal", c"proposal_pkey", COLUMNS);
static CHANGES: Way<2> = Way::to_read(c"change", c"change_pkey", ["proposal", "field"]);

/// The place of a column of `proposal` in what is read. A column that is not read is an error of ours.
pub fn place(column: &str) -> usize {
    let place = COLUMNS[OWN..].iter().position(|c| *c == column);
    place.unwrap_or_else(|| pgrx::error!("column {column} of proposal is not read"))
}

/// Values of the columns as bytes, in the order of `COLUMNS`.
type Kind = Vec<Box<[u8]>>;

/// What has been read.
pub struct Known {
    /// What was asked for, in the order of numbers.
    asked: Vec<i64>,
    /// What there is of it.
    found: Vec<Found>,
    kinds: Vec<Kind>,
    /// The proposals that change fields, with the place of these.
    changes: Option<Vec<(i64, usize)>>,
    lists: Vec<Vec<String>>,
}

/// A proposal that there is.
struct Found {
    id: i64,
    record: Option<[u8; 16]>,
    key: Box<[u8]>,
    /// The place of its kind.
    kind: usize,
}

thread_local! {
    /// With the moment up to which it holds: what is written afterwards makes it worthless.
    static KNOWN: RefCell<Option<(Moment, Known)>> = const { RefCell::new(None) };
}

/// Forgets what was read.
pub fn forget() {
    KNOWN.take();
}

/// What is known of these proposals, which come in the order of numbers; `with_fields`: of the fields that they change, too. It is what a
/// statement would see now: of proposals that this transaction has locked it is read once, until the transaction writes.
pub fn of<R>(proposals: &[i64], with_fields: bool, ask: impl FnOnce(&Known) -> R) -> R {
    let moment = callbacks::moment();
    let before = KNOWN.take().filter(|(when, known)| moment == *when && known.covers(proposals));
    let mut known = before.map_or_else(|| Known::read(proposals), |(_, known)| known);
    if with_fields && known.changes.is_none() {
        known.read_fields();
    }
    let result = ask(&known);
    KNOWN.set(Some((moment, known)));
    result
}

impl Known {
    fn read(proposals: &[i64]) -> Self {
        let (mut numbers, mut kinds, mut found) = (Numbers::default(), Vec::new(), Vec::with_capacity(proposals.len()));
        let mut bytes = Vec::new();
        let mut walk = Walk::open(&PROPOSALS, Sight::Transaction);
        let lengths = walk.lengths();
        for &id in proposals {
            walk.visit(id, |row| {
                bytes.clear();
                for (value, length) in row.iter().zip(lengths).skip(OWN) {
                    value::add_bytes(&mut bytes, *value, length);
                }
                let kind = numbers.of(&bytes);
                if kind == kinds.len() {
                    kinds.push(
                        row.iter().zip(lengths).skip(OWN).map(|(value, length)| single(*value, length)).collect(),
                    );
                }
                let record = row[1].map(value::uuid_bytes);
                found.push(Found { id, record, key: single(row[2], lengths[2]), kind });
            });
        }
        walk.close();
        Known { asked: proposals.to_vec(), found, kinds, changes: None, lists: Vec::new() }
    }

    fn read_fields(&mut self) {
        let (mut numbers, mut lists, mut changes) = (Numbers::default(), Vec::new(), Vec::new());
        let (mut bytes, mut fields): (Vec<u8>, Vec<String>) = Default::default();
        let mut walk = Walk::open(&CHANGES, Sight::Transaction);
        let lengths = walk.lengths();
        for &proposal in &self.asked {
            bytes.clear();
            fields.clear();
            walk.visit(proposal, |[_, field]| {
                value::add_bytes(&mut bytes, field, lengths[1]);
                fields.extend(field.map(value::text_string));
            });
            if !fields.is_empty() {
                let list = numbers.of(&bytes);
                if list == lists.len() {
                    lists.push(std::mem::take(&mut fields));
                }
                changes.push((proposal, list));
            }
        }
        walk.close();
        (self.changes, self.lists) = (Some(changes), lists);
    }

    /// Whether all of these were asked for.
    fn covers(&self, proposals: &[i64]) -> bool {
        let mut asked = self.asked.iter();
        proposals.iter().all(|p| asked.by_ref().any(|a| a == p))
    }

    /// The kinds that there are; those of a place have these values.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The names of the fields of a list.
    pub fn fields(&self, list: usize) -> &[String] {
        &self.lists[list]
    }

    /// Tells the kind and, where they have been read, the list of fields of each of these proposals that there is.
    pub fn each(&self, proposals: &[i64], mut tell: impl FnMut(i64, usize, Option<usize>)) {
        let mut found = self.found.iter().peekable();
        let mut changes = self.changes.iter().flatten().peekable();
        for &proposal in proposals {
            while found.next_if(|f| f.id < proposal).is_some() {}
            while changes.next_if(|(id, _)| *id < proposal).is_some() {}
            let fields = changes.peek().filter(|(id, _)| *id == proposal).map(|(_, list)| *list);
            if let Some(is) = found.next_if(|f| f.id == proposal) {
                tell(proposal, is.kind, fields);
            }
        }
    }

    /// The key of a proposal's record, a `jsonb` datum in the current memory context; null where there is no such proposal.
    pub fn key(&self, proposal: i64) -> Value {
        let place = self.found.binary_search_by_key(&proposal, |f| f.id).ok()?;
        value::varlena_of(&self.found[place].key)
    }

    /// How many records these proposals are for.
    pub fn records(&self, proposals: &[i64]) -> usize {
        let mut found = self.found.iter().peekable();
        let record = |&proposal: &i64| {
            while found.next_if(|f| f.id < proposal).is_some() {}
            found.next_if(|f| f.id == proposal).map(|f| f.record)
        };
        proposals.iter().filter_map(record).collect::<HashSet<_>>().len()
    }
}

/// Numbers of what was first seen together, by the bytes that tell it from others.
#[derive(Default)]
struct Numbers {
    known: HashMap<Vec<u8>, usize>,
    last: Option<(Vec<u8>, usize)>,
}

impl Numbers {
    /// The number of these bytes, the next one for new ones.
    fn of(&mut self, bytes: &[u8]) -> usize {
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| last == bytes) {
            return *number;
        }
        let next = self.known.len();
        let number = *self.known.entry(bytes.to_vec()).or_insert(next);
        self.last = Some((bytes.to_vec(), number));
        number
    }
}

/// The bytes of a value of this length.
fn single(value: Value, length: i16) -> Box<[u8]> {
    let mut bytes = Vec::new();
    value::add_bytes(&mut bytes, value, length);
    bytes.into_boxed_slice()
}
