//! What is configured for a protected table, as the triggers need it; read once and kept until it changes.

use super::rules::{Entity, Rules};
use super::{key, scope};
use crate::error::{Report, raise};
use crate::guard::person::{self, Who};
use crate::pg::callbacks;
use crate::pg::column::Column;
use crate::pg::row::Event;
use crate::pg::shape::Shape;
use crate::pg::spi::{self, Statement};
use pgrx::pg_sys::{self, Datum, Oid};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What a data entity's change to a protected field does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Behavior {
    /// Becomes a proposed change, as for a person.
    CreateChangeProposals,
    /// Fails the statement.
    RejectChanges,
    /// Is written, and recorded as a direct change.
    AllowWithoutApproval,
    /// Is dropped, and counted in the NOTICE.
    IgnoreChanges,
}

/// Whose proposals start their workflow by themselves at commit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum AutoSubmit {
    /// Those of data entities.
    DataEntity,
    /// All.
    Always,
    /// None.
    Never,
}

/// How much of a row is held when a protected field changes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Together {
    /// The protected fields and their companions.
    Fields,
    /// All of it, but for key and bookkeeping.
    Row,
}

/// Whether a row of which only protected fields were touched is still updated in place.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RedundantUpdate {
    /// It is.
    Write,
    /// It is not (data entities only): no dead row, row count 0.
    Skip,
}

/// What an INSERT into the table does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OnInsert {
    /// Stores the row.
    Allow,
    /// Stores the row; the record is pending until it is approved.
    Draft,
    /// Becomes a proposal; the row is stored when that is approved.
    Held,
}

/// What a DELETE from the table does.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// Deletes the row.
    Allow,
    /// Becomes a proposal; the row is deleted when that is approved.
    Propose,
}

/// From when on a new record is protected.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum NewRecords {
    /// From its INSERT on.
    Protected,
    /// From the end of the transaction that inserted it.
    Transaction,
}

#[derive(Deserialize)]
struct Options {
    together: Together,
    companions: HashMap<String, Vec<String>>,
    bookkeeping: HashMap<String, String>,
    part_of: Option<serde::de::IgnoredAny>,
    scope: Option<String>,
    company_column: Option<String>,
}

/// A protected table.
#[derive(Deserialize)]
pub struct Table {
    /// Its number in our tables.
    pub table_id: i32,
    /// Its name, for messages.
    pub name: String,
    options: Options,
    /// Columns that decide in which partition a row lies; `*` where an expression does.
    partition_columns: Vec<String>,
    /// For all companies, or where there are none.
    rules: Rules,
    /// Those that have rules of their own.
    companies: HashMap<String, Rules>,
    /// The table itself, the root of a partitioned one.
    #[serde(skip)]
    pub root: Oid,
}

impl Table {
    /// Whether the column is bookkeeping (a version, a time of change), which never counts as a change.
    pub fn keeps_book(&self, column: &str) -> bool {
        self.options.bookkeeping.contains_key(column)
    }

    /// Whether its changes join the proposal of a parent record.
    pub fn is_part(&self) -> bool {
        self.options.part_of.is_some()
    }

    fn each_rules(&self) -> impl Iterator<Item = &Rules> {
        std::iter::once(&self.rules).chain(self.companies.values())
    }

    /// Whether it matters, in any company, which rows come, go, or only move.
    pub fn watches_records(&self) -> bool {
        self.each_rules().any(|r| {
            r.options.on_insert != OnInsert::Allow
                || r.options.on_delete != OnDelete::Allow
                || r.options.new_records != NewRecords::Protected
        })
    }

    /// Whether deleting a record needs approval now, in any company.
    pub fn keeps_records(&self) -> bool {
        self.each_rules().any(|r| r.enabled() && r.options.on_delete == OnDelete::Propose)
    }

    /// Whether a condition says which changes are protected.
    pub fn has_scope(&self) -> bool {
        self.options.scope.is_some()
    }

    /// Whether all changes of a row are held with the first that is.
    pub fn holds_rows(&self) -> bool {
        self.options.together == Together::Row
    }

    /// The rules of a company.
    pub fn rules(&self, company: Option<&str>) -> &Rules {
        company.and_then(|c| self.companies.get(c)).unwrap_or(&self.rules)
    }
}

/// What applies to changes of one person to one table, in one company.
pub struct Policy {
    /// The data entity that the person is, or `None`.
    pub entity: Option<String>,
    behavior: Behavior,
    fields: HashMap<String, Behavior>,
    /// Whether the proposals submit themselves at commit.
    pub auto_submit: bool,
    /// Whether rows with nothing else to write are left alone.
    pub skip_redundant: bool,
    /// Whether setting a field to its stored value withdraws the open change of it.
    pub withdraw: bool,
}

impl Policy {
    /// What a change of this field does.
    pub fn behavior(&self, field: &str) -> Behavior {
        self.fields.get(field).copied().unwrap_or(self.behavior)
    }

    /// What creating or deleting a record does.
    pub fn of_records(&self) -> Behavior {
        self.behavior
    }

    pub(super) fn of(rules: &Rules, who: &Who) -> Self {
        let mut policy = Policy {
            entity: None,
            behavior: Behavior::CreateChangeProposals,
            fields: HashMap::new(),
            auto_submit: rules.options.auto_submit == AutoSubmit::Always,
            skip_redundant: false,
            withdraw: false,
        };
        let entries: Vec<&Entity> = rules.entities.iter().filter(|e| Some(&e.person) == who.person.as_ref()).collect();
        let Some(first) = entries.first() else { return policy };
        policy.entity = Some(first.person.clone());
        policy.behavior = entries.iter().find_map(|e| e.options.behavior).unwrap_or(rules.options.data_entity_behavior);
        for entry in entries.iter().rev() {
            policy.fields.extend(entry.options.fields.iter().map(|(f, b)| (f.clone(), *b)));
        }
        policy.auto_submit = entries.iter().find_map(|e| e.options.auto_submit).unwrap_or(rules.options.auto_submit)
            != AutoSubmit::Never;
        policy.skip_redundant =
            entries.iter().find_map(|e| e.options.redundant_update).unwrap_or(rules.options.redundant_update)
                == RedundantUpdate::Skip;
        policy.withdraw = entries.iter().find_map(|e| e.options.withdraw).unwrap_or(false);
        policy
    }
}

/// A relation that fires our triggers: a protected table or a partition of one.
pub struct Relation {
    /// Its columns.
    pub shape: Shape,
    /// The protected table.
    pub table: Rc<Table>,
    /// The protected fields.
    pub fields: Vec<Column>,
    /// The primary key, in the order in which jsonb writes the columns.
    pub key: Vec<Column>,
    /// Columns of the key on which it depends what is protected.
    pub fixed: Vec<Column>,
    /// The column that says to which company a record belongs.
    pub company: Option<Column>,
    /// For each protected field, the columns that are held with it.
    companions: Vec<Vec<Column>>,
    moves_by: Vec<Column>,
}

impl Relation {
    /// Columns of a partition whose change may move a row to another one; none where the table has no partitions.
    pub fn partition_columns(&self) -> impl Iterator<Item = &Column> {
        self.moves_by.iter()
    }

    /// The columns that are held with protected field number `i` of `fields`.
    pub fn companions(&self, i: usize) -> &[Column] {
        &self.companions[i]
    }

    /// The columns with which a new record must be stored as it was approved: protected fields and their companions. The key is
    /// looked at as such.
    pub fn watched(&self) -> Vec<&Column> {
        let mut watched: Vec<&Column> = self.fields.iter().collect();
        for column in self.companions.iter().flatten() {
            if watched.iter().all(|w| w.number != column.number) {
                watched.push(column);
            }
        }
        watched
    }

    fn new(event: &Event) -> Self {
        let shape = Shape::of_event(event);
        let table = table(shape.root);
        let numbers = shape.fields.clone().unwrap_or_else(|| {
            raise(
                Report::new("CW008", format!("the protection of table \"{}\" is not whole", table.name))
                    .detail("The trigger that lists its protected fields is missing; a protected column may have been dropped with CASCADE.")
                    .hint("Call customer_workflow.protect() for the fields that are to be protected, or unprotect()."),
            )
        });
        let column = |n: &i16| shape.column(*n).cloned();
        let fields: Vec<Column> = numbers.iter().filter_map(column).collect();
        let key = key::columns(&shape);
        if key.is_empty() {
            raise(
                Report::new("CW008", format!("the protection of table \"{}\" is not whole", table.name))
                    .detail("It has no primary key any more.")
                    .hint("Add the primary key again."),
            );
        }
        let companions = fields.iter().map(|f| held_with(&shape, &table, &key, &fields, f)).collect();
        let company = company(&shape, &table, &fields, &key);
        let mut fixed = scope::key_columns(event, &shape, &table, &fields, &key);
        fixed.extend(company.iter().filter(|c| is_in(&key, c) && !is_in(&fixed, c)).cloned().collect::<Vec<_>>());
        let by = &table.partition_columns;
        let moves_by =
            shape.columns.iter().filter(|c| by.iter().any(|b| **b == *c.name || b == "*")).cloned().collect();
        Relation { shape, table, fields, key, fixed, company, companions, moves_by }
    }
}

fn is_in(set: &[Column], column: &Column) -> bool {
    set.iter().any(|c| c.number == column.number)
}

/// The company column. CW008 where a record could leave its company unseen.
fn company(shape: &Shape, table: &Table, fields: &[Column], key: &[Column]) -> Option<Column> {
    let name = table.options.company_column.as_deref()?;
    let column = shape.columns.iter().find(|c| *c.name == *name && (is_in(fields, c) || is_in(key, c)));
    if column.is_none() {
        raise(
            Report::new("CW008", format!("the protection of table \"{}\" is not whole", table.name))
                .detail(format!("Its company column {name} is neither protected nor in the primary key."))
                .hint("Protect it with customer_workflow.protect()."),
        );
    }
    column.cloned()
}

fn held_with(shape: &Shape, table: &Table, key: &[Column], fields: &[Column], field: &Column) -> Vec<Column> {
    let named = table.options.companions.get(&*field.name);
    shape
        .columns
        .iter()
        .filter(|c| !c.generated && !is_in(key, c) && !is_in(fields, c))
        .filter(|c| match table.options.together {
            Together::Row => !table.keeps_book(&c.name),
            Together::Fields => named.is_some_and(|n| n.iter().any(|n| **n == *c.name)),
        })
        .cloned()
        .collect()
}

static CAPTURE_CONFIG: Statement =
    Statement::new(c"SELECT customer_workflow._capture_config($1)", &[pg_sys::REGCLASSOID]);

thread_local! {
    static RELATIONS: RefCell<HashMap<u32, Rc<Relation>>> = RefCell::new(HashMap::new());
    static LAST: RefCell<Option<Rc<Relation>>> = const { RefCell::new(None) };
}

/// Drops everything that is cached if a definition or the configuration has changed since.
pub fn refresh() {
    if callbacks::take_stale() {
        LAST.set(None);
        RELATIONS.with_borrow_mut(HashMap::clear);
        spi::forget_owner();
        super::flush::forget_sequences();
        person::configuration_changed();
        callbacks::watch(spi::configuration_table());
    }
}

/// The relation that fired `event`. CW008 where its protection does not fit any more.
pub fn relation(event: &Event) -> Rc<Relation> {
    refresh();
    let oid = event.relation_oid();
    if let Some(last) = LAST.with_borrow(|l| l.as_ref().filter(|r| r.shape.relation == oid).cloned()) {
        return last;
    }
    let known = RELATIONS.with_borrow(|r| r.get(&oid.to_u32()).cloned());
    let relation = known.unwrap_or_else(|| {
        callbacks::watch(oid);
        let relation = Rc::new(Relation::new(event));
        RELATIONS.with_borrow_mut(|r| r.insert(oid.to_u32(), relation.clone()));
        relation
    });
    LAST.set(Some(relation.clone()));
    relation
}

/// The protected table with this root relation. CW008 where nothing is configured for it.
fn table(root: Oid) -> Rc<Table> {
    callbacks::watch(root);
    let mut json = None;
    CAPTURE_CONFIG.read_latest(&[Some(Datum::from(root))], |row| json = row.text(1));
    match json.map(|j| serde_json::from_str::<Table>(&j)) {
        Some(Ok(table)) => Rc::new(Table { root, ..table }),
        Some(Err(e)) => raise(
            Report::new("CW008", "the configuration of a protected table cannot be read".to_owned())
                .detail(e.to_string())
                .hint("Run ALTER EXTENSION customer_workflow UPDATE if the library is newer than the extension."),
        ),
        None => raise(
            Report::new("CW008", "a table has the triggers of customer_workflow but is not configured".to_owned())
                .detail(format!("Its oid is {}.", root.to_u32()))
                .hint("Call customer_workflow.protect() for it, or drop the triggers."),
        ),
    }
}
