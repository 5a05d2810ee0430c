//! What was captured becomes rows: proposals, their changes, their history. In bulk, with a fixed number of statements for
//! each chunk of the buffer.

use super::buffer::{self, Change, Entry, Kind, Operation, Pin};
use super::columns::{Columns, Names};
use super::common::Common;
use super::config::Table;
use super::{amend, change_set, create, meet, notice, record_proposals, touched};
use crate::error::warning;
use crate::guard::person::{self, Who};
use crate::pg::function::array;
use crate::pg::spi::Statement;
use crate::pg::value;
use pgrx::pg_sys::{self, BOOLOID, Datum, INT4ARRAYOID, INT4OID, INT8ARRAYOID, INT8OID, TEXTARRAYOID, TEXTOID};
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::rc::Rc;

use pg_sys::{BYTEAARRAYOID, UUIDARRAYOID};

static MERGE: Statement = Statement::new(
    c"SELECT m.record, m.proposal, m.status, m.outcome, m.others, m.submits, m.changes
        FROM customer_workflow._merge($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) AS m",
    &[
        INT4OID,
        TEXTARRAYOID,
        UUIDARRAYOID,
        INT4ARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        TEXTARRAYOID,
        BYTEAARRAYOID,
        pg_sys::BOOLARRAYOID,
        TEXTOID,
        TEXTARRAYOID,
        TEXTOID,
        BOOLOID,
        TEXTOID,
        TEXTOID,
        TEXTOID,
    ],
);

static COLLECT: Statement =
    Statement::new(c"SELECT customer_workflow._collect($1, $2, $3)", &[INT4OID, INT8ARRAYOID, INT8OID]);

static DIRECT: Statement = Statement::new(
    c"INSERT INTO customer_workflow.direct_change
             (table_id, record_key, field, original_value, new_value, person, database_role, reason)
      SELECT $1, u.key::pg_catalog.jsonb, u.field, u.original, u.new, $6, $7, $8
        FROM ROWS FROM (pg_catalog.unnest($2), pg_catalog.unnest($3), pg_catalog.unnest($4), pg_catalog.unnest($5))
             AS u (key, field, original, new)",
    &[INT4OID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID],
);

static OVERTAKEN: Statement = Statement::new(
    c"SELECT customer_workflow._overtaken_directly($1, $2, $3, $4, $5, $6)",
    &[INT4OID, UUIDARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID, TEXTOID],
);

static KEYS_CHANGED: Statement = Statement::new(
    c"SELECT customer_workflow._keys_changed($1, $2, $3, $4)",
    &[INT4OID, UUIDARRAYOID, TEXTARRAYOID, UUIDARRAYOID],
);

static COMPANY_CHANGED: Statement = Statement::new(
    c"SELECT customer_workflow._company_changed($1, $2, $3, NULL)",
    &[INT4OID, UUIDARRAYOID, TEXTARRAYOID],
);

static RECORDS_GONE: Statement =
    Statement::new(c"SELECT customer_workflow._records_gone($1, $2, $3)", &[INT4OID, UUIDARRAYOID, UUIDARRAYOID]);

static AUTO_SUBMIT: Statement = Statement::new(c"SELECT customer_workflow._auto_submit($1)", &[INT8ARRAYOID]);

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(false);
    }
}

/// Whether a flush is under way, whose own statements end too.
pub fn is_running() -> bool {
    RUNNING.get()
}

/// Forgets where our sequences are.
pub fn forget_sequences() {
    create::forget_sequences();
}

/// Flushes in the middle of a statement, because the buffer is full.
pub fn flush_all() {
    write(buffer::take_current());
}

/// Flushes what was captured below executor depth `depth`.
pub fn flush(depth: u32) {
    write(buffer::take(depth));
}

/// Keys that records of the table take in later statements: a record that had one of them and was deleted is gone, although the
/// key is there again.
fn taken_later(table: &Table, later: &VecDeque<Vec<Entry>>) -> Vec<[u8; 16]> {
    let of_table = later.iter().flatten().filter(|e| e.table.table_id == table.table_id);
    of_table
        .filter_map(|e| match e.kind {
            Kind::KeyChanged(_, hash) => Some(hash),
            _ => None,
        })
        .collect()
}

fn write(mut entries: Vec<Entry>) {
    if !entries.is_empty() {
        RUNNING.set(true);
        let (_running, _pin) = (Running, Pin::new());
        if let [Entry { kind: Kind::Proposed { changes, withdrawn }, .. }] = entries.as_mut_slice() {
            let (changes, withdrawn) = (std::mem::take(changes), std::mem::take(withdrawn));
            if let Some(only) = entries.pop() {
                flush_one(only, changes, withdrawn);
            }
        }
        // statement by statement and table by table, in order of time
        let mut groups: Vec<Vec<Entry>> = Vec::new();
        for entry in entries {
            let same = |e: &Entry| e.statement == entry.statement && e.table.table_id == entry.table.table_id;
            match groups.iter_mut().rev().find(|g| same(&g[0])) {
                Some(group) => group.push(entry),
                None => groups.push(vec![entry]),
            }
        }
        let mut groups = VecDeque::from(groups);
        while let Some(group) = groups.pop_front() {
            let table = group[0].table.clone();
            let deletes = group.iter().any(|e| matches!(e.kind, Kind::Deleted));
            let taken = if deletes { taken_later(&table, &groups) } else { Vec::new() };
            flush_table(&table, group, &taken);
        }
    }
    buffer::release();
}

/// TRUNCATE of a table: every record is gone.
pub fn truncated(table_id: i32) {
    RECORDS_GONE.run(&[Some(Datum::from(table_id)), None, Some(uuids([].iter()))], |_| ());
}

/// Records of one table and company with the changes of each.
#[derive(Default)]
pub(super) struct Records {
    pub(super) company: Option<Rc<str>>,
    pub(super) keys: Vec<Option<Datum>>,
    pub(super) hashes: Vec<[u8; 16]>,
    pub(super) depth: u32,
    pub(super) changes: Vec<(Vec<Change>, Vec<Rc<str>>)>,
}

/// One record with changes, as most statements capture.
fn flush_one(entry: Entry, changes: Vec<Change>, withdrawn: Vec<Rc<str>>) {
    let records = Records {
        company: entry.company,
        keys: vec![Some(entry.key)],
        hashes: vec![entry.hash],
        depth: entry.depth,
        changes: vec![(changes, withdrawn)],
    };
    propose(&entry.table, &person::current(), records);
}

fn flush_table(table: &Table, entries: Vec<Entry>, taken: &[[u8; 16]]) {
    let who = person::current();
    let mut companies: Vec<Records> = Vec::new();
    let mut places: HashMap<Option<Rc<str>>, usize> = HashMap::new();
    let mut whole: BTreeMap<(Operation, Option<Rc<str>>), Records> = BTreeMap::new();
    let mut whole_at: HashMap<(Operation, [u8; 16]), usize> = HashMap::new();
    let mut at: HashMap<[u8; 16], (usize, usize)> = HashMap::new();
    let mut direct: Vec<Direct> = Vec::new();
    let mut moved: Vec<([u8; 16], Datum, [u8; 16])> = Vec::new();
    let mut gone: Vec<[u8; 16]> = Vec::new();
    let mut changed: Vec<([u8; 16], Option<Rc<str>>)> = Vec::new();
    for entry in entries {
        match entry.kind {
            Kind::Proposed { changes, withdrawn } => {
                // a statement that meets a record twice (two updates in one data-modifying WITH) proposes the last
                if let Some(&(of, i)) = at.get(&entry.hash) {
                    let (known, gone) = &mut companies[of].changes[i];
                    known.retain(|k| changes.iter().all(|c| c.field != k.field));
                    known.extend(changes);
                    gone.extend(withdrawn);
                } else {
                    let of = *places.entry(entry.company.clone()).or_insert_with(|| {
                        companies.push(Records { company: entry.company, ..Records::default() });
                        companies.len() - 1
                    });
                    let records = &mut companies[of];
                    records.depth = records.depth.max(entry.depth);
                    at.insert(entry.hash, (of, records.keys.len()));
                    records.keys.push(Some(entry.key));
                    records.hashes.push(entry.hash);
                    records.changes.push((changes, withdrawn));
                }
            }
            Kind::Record(operation, changes) => {
                let records = whole.entry((operation, entry.company.clone())).or_default();
                records.company = entry.company;
                records.depth = records.depth.max(entry.depth);
                // of a statement that meets a record twice the last counts
                if let Some(&i) = whole_at.get(&(operation, entry.hash)) {
                    records.changes[i].0 = changes;
                    continue;
                }
                whole_at.insert((operation, entry.hash), records.keys.len());
                records.keys.push(Some(entry.key));
                records.hashes.push(entry.hash);
                records.changes.push((changes, Vec::new()));
            }
            Kind::Direct(changes, reason) => {
                direct.extend(changes.into_iter().map(|c| Direct(entry.key, c, reason, entry.hash)));
            }
            Kind::KeyChanged(new, hash) => moved.push((entry.hash, new, hash)),
            Kind::CompanyChanged(company) => changed.push((entry.hash, company)),
            Kind::Deleted => gone.push(entry.hash),
        }
    }
    if !moved.is_empty() {
        let args = [
            Some(Datum::from(table.table_id)),
            Some(uuids(moved.iter().map(|m| &m.0))),
            Some(array(TEXTOID, &moved.iter().map(|m| Some(m.1)).collect::<Vec<_>>())),
            Some(uuids(moved.iter().map(|m| &m.2))),
        ];
        KEYS_CHANGED.run(&args, |_| ());
    }
    for ((operation, _), records) in &whole {
        let author = who.person.as_deref().unwrap_or_default();
        let ids = record_proposals::propose(table, *operation, records, &Common::of(table, &who, records), author);
        collect(table, change_set::current(&who), ids);
    }
    for records in companies {
        propose(table, &who, records);
    }
    if !changed.is_empty() {
        let companies: Vec<_> = changed.iter().map(|c| c.1.as_deref().map(value::text)).collect();
        let hashes = uuids(changed.iter().map(|c| &c.0));
        let args = [Some(Datum::from(table.table_id)), Some(hashes), Some(array(TEXTOID, &companies))];
        COMPANY_CHANGED.run(&args, |_| ());
    }
    for reason in ["data_entity", "disabled", "maintenance"] {
        let rows: Vec<_> = direct.iter().filter(|d| d.2 == reason).collect();
        if !rows.is_empty() {
            record_direct(table, &who, &rows, reason);
            tell_overtaken(table, &who, &rows, reason);
        }
    }
    if !gone.is_empty() {
        let args = [Some(Datum::from(table.table_id)), Some(uuids(gone.iter())), Some(uuids(taken.iter()))];
        RECORDS_GONE.run(&args, |_| ());
    }
}

pub(super) fn uuids<'a>(hashes: impl Iterator<Item = &'a [u8; 16]>) -> Datum {
    let items: Vec<Option<Datum>> = hashes.map(|h| Some(Datum::from(h.as_ptr()))).collect();
    array(pg_sys::UUIDOID, &items)
}

fn propose(table: &Table, who: &Rc<Who>, records: Records) {
    let common = Common::of(table, who, &records);
    let (mut fresh, mut known) = (Vec::new(), Vec::new());
    let open = meet::open_proposals(table, &records, who.person.as_deref().unwrap_or_default());
    for (i, (changes, _)) in records.changes.iter().enumerate() {
        if open[i].any {
            known.push(i);
        } else if !changes.is_empty() {
            fresh.push(i);
        }
    }
    let change_set = change_set::current(who);
    let collects = table.is_part() || change_set.is_some();
    let mut taken = Vec::new();
    if !fresh.is_empty() {
        taken = create::create(table, &records, &common, &fresh);
    }
    // what goes together with others is looked at even where it repeats what is proposed already
    if !known.is_empty() && !collects {
        let same = meet::repeats(&records, &open);
        for &i in known.iter().filter(|&&i| same[i]) {
            if let Some(own) = &open[i].own {
                touched::note(own.id);
                has_taken(table, &records, i, own.id, &own.status);
            }
        }
        known.retain(|&i| !same[i]);
        let drafts = amend::drafts(&records, &open, &known);
        let amends =
            || amend::amend_one(table, &records, &common, &drafts) || amend::amend(table, &records, &common, &drafts);
        if !drafts.is_empty() && amends() {
            known.retain(|i| drafts.binary_search_by_key(i, |d| d.0).is_err());
        }
    }
    if !known.is_empty() {
        taken.extend(merge(table, &records, &common, &known));
    }
    collect(table, change_set, taken);
}

/// Proposals join what they go together with.
fn collect(table: &Table, change_set: Option<i64>, taken: Vec<i64>) {
    if (table.is_part() || change_set.is_some()) && !taken.is_empty() {
        let ids: Vec<_> = taken.into_iter().map(|id| Some(Datum::from(id))).collect();
        // parents that are made for them are not what was proposed last
        let last = touched::last();
        COLLECT
            .run(&[Some(Datum::from(table.table_id)), Some(array(INT8OID, &ids)), change_set.map(Datum::from)], |_| ());
        touched::note(last);
    }
}

/// All wishes for record `i` are in this proposal now.
pub(super) fn has_taken(table: &Table, records: &Records, i: usize, id: i64, status: &str) {
    let changes = &records.changes[i].0;
    notice::proposed(table, records.depth, records.keys[i], changes, changes.len() as u64, id, status);
}

/// Records with open proposals: SQL decides where each change goes. Returns the proposals that have the values now.
fn merge(table: &Table, records: &Records, common: &Common, which: &[usize]) -> Vec<i64> {
    let mut taken = Vec::new();
    let (mut wishes, mut withdraws) = (Columns::default(), Vec::new());
    for (n, &i) in which.iter().enumerate() {
        let (changes, withdrawn) = &records.changes[i];
        for change in changes {
            wishes.add(n, change);
            withdraws.push(Some(Datum::from(false)));
        }
        for field in withdrawn.iter().filter(|w| changes.iter().all(|c| c.field != **w)) {
            wishes.add_field(n, field);
            withdraws.push(Some(Datum::from(true)));
        }
    }
    let [of, fields, originals, proposed, images] = wishes.arrays();
    MERGE.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(array(TEXTOID, &which.iter().map(|&i| records.keys[i]).collect::<Vec<_>>())),
            Some(uuids(which.iter().map(|&i| &records.hashes[i]))),
            of,
            fields,
            originals,
            proposed,
            images,
            Some(array(BOOLOID, &withdraws)),
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
            let i = which[n as usize - 1];
            let (status, outcome) = (row.text(3).unwrap_or_default(), row.text(4).unwrap_or_default());
            match outcome.as_str() {
                "unchanged" => touched::note(id),
                _ => touched::add(id, row.bool(6).unwrap_or(false)),
            }
            let changes = &records.changes[i].0;
            if outcome != "withdrawn" {
                taken.push(id);
                let count = row.int(7).unwrap_or(0) as u64;
                notice::proposed(table, records.depth, records.keys[i], changes, count, id, &status);
            }
            if let Some(others) = row.text(5) {
                notice::others(others);
            }
        },
    );
    taken
}

/// A value that was written past approval: key, change, reason, and the hash of the key.
struct Direct(Datum, Change, &'static str, [u8; 16]);

/// Open proposals of the records that were written are told of what moved.
fn tell_overtaken(table: &Table, who: &Who, rows: &[&Direct], reason: &str) {
    let mut hashes: Vec<[u8; 16]> = rows.iter().map(|r| r.3).collect();
    hashes.sort_unstable();
    hashes.dedup();
    let met = meet::with_open_proposals(table, &hashes);
    let rows: Vec<_> = rows.iter().filter(|r| met.contains(&r.3)).collect();
    if rows.is_empty() {
        return;
    }
    let mut names = Names::default();
    OVERTAKEN.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(uuids(rows.iter().map(|r| &r.3))),
            Some(array(TEXTOID, &rows.iter().map(|r| Some(names.datum(&r.1.field))).collect::<Vec<_>>())),
            Some(array(TEXTOID, &rows.iter().map(|r| r.1.proposed).collect::<Vec<_>>())),
            Some(value::text(who.person.as_deref().unwrap_or(&who.session))),
            Some(value::text(reason)),
        ],
        |row| notice::overtook(row.int(1)),
    );
}

fn record_direct(table: &Table, who: &Who, rows: &[&Direct], reason: &str) {
    let mut names = Names::default();
    DIRECT.run(
        &[
            Some(Datum::from(table.table_id)),
            Some(array(TEXTOID, &rows.iter().map(|r| Some(r.0)).collect::<Vec<_>>())),
            Some(array(TEXTOID, &rows.iter().map(|r| Some(names.datum(&r.1.field))).collect::<Vec<_>>())),
            Some(array(TEXTOID, &rows.iter().map(|r| r.1.original).collect::<Vec<_>>())),
            Some(array(TEXTOID, &rows.iter().map(|r| r.1.proposed).collect::<Vec<_>>())),
            Some(value::text(who.person.as_deref().unwrap_or(&who.session))),
            Some(value::text(&who.session)),
            Some(value::text(reason)),
        ],
        |_| (),
    );
}

/// At commit: proposals that start their workflow by themselves do so. What cannot be submitted stays, with the reason; one
/// WARNING counts them.
pub fn submit_automatically() {
    let ids: Vec<Option<Datum>> = touched::take_to_submit().into_iter().map(|id| Some(Datum::from(id))).collect();
    let mut failed = 0;
    for chunk in ids.chunks(10_000) {
        AUTO_SUBMIT.run(&[Some(array(INT8OID, chunk))], |row| failed += row.int(1).unwrap_or(0));
    }
    if failed > 0 {
        let (proposals, stay) = if failed == 1 { ("proposal", "stays") } else { ("proposals", "stay") };
        warning(&format!(
            "customer_workflow: {failed} {proposals} could not be submitted and {stay} not submitted, see submit_message in customer_workflow.proposals"
        ));
    }
}
