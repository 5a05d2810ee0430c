//! What applies to the records of a company: the table's rules, or its own where it has any. A row that changes its company is
//! under the rules of both.

use super::config::{AutoSubmit, Behavior, NewRecords, OnDelete, OnInsert, Policy, RedundantUpdate, Relation};
use crate::guard::maintenance;
use crate::guard::person::Who;
use crate::pg::column::Column;
use crate::pg::row::{Event, Side};
use crate::pg::value::{self, Value};
use pgrx::pg_sys;
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Options that can differ by company.
#[derive(Deserialize)]
pub struct RuleOptions {
    pub(super) data_entity_behavior: Behavior,
    pub(super) auto_submit: AutoSubmit,
    pub(super) redundant_update: RedundantUpdate,
    pub(super) on_insert: OnInsert,
    pub(super) on_delete: OnDelete,
    pub(super) new_records: NewRecords,
}

/// Options of a data entity.
#[derive(Deserialize)]
pub struct EntityOptions {
    pub(super) behavior: Option<Behavior>,
    #[serde(default)]
    pub(super) fields: HashMap<String, Behavior>,
    pub(super) auto_submit: Option<AutoSubmit>,
    pub(super) redundant_update: Option<RedundantUpdate>,
    pub(super) withdraw: Option<bool>,
}

/// A data entity.
#[derive(Deserialize)]
pub struct Entity {
    pub(super) person: String,
    pub(super) options: EntityOptions,
}

/// The rules of a company, or of all that have none of their own.
#[derive(Deserialize)]
pub struct Rules {
    enabled: bool,
    pub(super) options: RuleOptions,
    /// Fields of the table's list that are not protected here (false), or are again (true).
    fields: HashMap<String, bool>,
    /// The most specific first.
    pub(super) entities: Vec<Entity>,
    #[serde(skip)]
    policy: RefCell<Option<(Rc<Who>, Rc<Policy>)>>,
}

impl Rules {
    pub(super) fn enabled(&self) -> bool {
        self.enabled
    }

    fn lists(&self, field: &Column) -> bool {
        self.fields.get(&*field.name).copied().unwrap_or(true)
    }

    /// What applies to changes of this person.
    pub fn policy(&self, who: &Rc<Who>) -> Rc<Policy> {
        let mut cached = self.policy.borrow_mut();
        if let Some((_, policy)) = cached.as_ref().filter(|(w, _)| Rc::ptr_eq(w, who)) {
            return policy.clone();
        }
        let policy = Rc::new(Policy::of(self, who));
        *cached = Some((who.clone(), policy.clone()));
        policy
    }
}

/// The rules for one updated row.
pub struct Applies<'a> {
    /// The company that the stored row belongs to.
    pub company: Option<Rc<str>>,
    stored: &'a Rules,
    /// Those of the company that it would belong to, where that is another one.
    changed: Option<&'a Rules>,
}

impl<'a> Applies<'a> {
    /// The rules for the row of an UPDATE.
    pub fn to(relation: &'a Relation, event: &Event) -> Self {
        let table = &relation.table;
        let Some(column) = &relation.company else {
            return Applies { company: None, stored: table.rules(None), changed: None };
        };
        let (old, new) = (event.value(Side::Old, column), event.value(Side::New, column));
        let company = name(column, old);
        let changed = (!value::same_image(column, old, new)).then(|| table.rules(name(column, new).as_deref()));
        let stored = table.rules(company.as_deref());
        Applies { company, stored, changed }
    }

    /// The rules for the only row of an INSERT or a DELETE.
    pub fn to_only(relation: &'a Relation, event: &Event) -> Self {
        let company = relation.company.as_ref().and_then(|c| name(c, event.value(Side::Old, c)));
        let stored = relation.table.rules(company.as_deref());
        Applies { company, stored, changed: None }
    }

    fn each(&self) -> impl Iterator<Item = &'a Rules> {
        std::iter::once(self.stored).chain(self.changed)
    }

    /// The master switch.
    pub fn enabled(&self) -> bool {
        self.each().any(|r| r.enabled)
    }

    /// Why everything that is written to the record passes now, if it does.
    pub fn passes(&self, relation: &Relation) -> Option<&'static str> {
        if maintenance::passes(relation.shape.root) {
            Some("maintenance")
        } else {
            (!self.enabled()).then_some("disabled")
        }
    }

    /// What an INSERT of the row does.
    pub fn on_insert(&self) -> OnInsert {
        self.stored.options.on_insert
    }

    /// What a DELETE of the row does.
    pub fn on_delete(&self) -> OnDelete {
        self.stored.options.on_delete
    }

    /// Whether the transaction that has inserted the row may write this freely. Not where it takes it to another company and one of
    /// them has a say in what comes: it would come there past that.
    pub fn completes(&self) -> bool {
        self.each().all(|r| r.options.new_records == NewRecords::Transaction)
            && (self.changed.is_none() || self.each().all(|r| r.options.on_insert == OnInsert::Allow))
    }

    /// Whether a change of this field needs approval.
    pub fn covers(&self, field: &Column) -> bool {
        self.each().any(|r| r.enabled && r.lists(field))
    }

    /// Whether it would, if approvals were enabled.
    pub fn lists(&self, field: &Column) -> bool {
        self.each().any(|r| r.lists(field))
    }

    /// What a change of this field does: of two companies, what lets less pass.
    pub fn behavior(&self, who: &Rc<Who>, field: &Column) -> Behavior {
        let strictness = |b: &Behavior| match b {
            Behavior::AllowWithoutApproval => 0,
            Behavior::IgnoreChanges => 1,
            Behavior::CreateChangeProposals => 2,
            Behavior::RejectChanges => 3,
        };
        self.each()
            .filter(|r| r.enabled && r.lists(field))
            .map(|r| r.policy(who).behavior(&field.name))
            .max_by_key(strictness)
            .unwrap_or(Behavior::CreateChangeProposals)
    }

    /// What applies to changes of this person in the company of the stored row.
    pub fn policy(&self, who: &Rc<Who>) -> Rc<Policy> {
        self.stored.policy(who)
    }
}

/// The company that a value of the table's company column stands for; none for NULL.
pub fn name(column: &Column, company: Value) -> Option<Rc<str>> {
    thread_local! {
        /// Mostly that of the row before.
        static LAST: RefCell<Option<Rc<str>>> = const { RefCell::new(None) };
    }
    let company = company?;
    let last = LAST.with_borrow(Clone::clone);
    // the output of these is what they hold
    if matches!(column.type_oid, pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BPCHAROID)
        && let Some(last) = last.as_ref().filter(|l| value::holds(company, l.as_bytes()))
    {
        return Some(last.clone());
    }
    let text = value::to_string(column, company);
    if let Some(last) = last.filter(|l| **l == *text) {
        return Some(last);
    }
    let name: Rc<str> = text.into();
    LAST.set(Some(name.clone()));
    Some(name)
}

/// The company to which an UPDATE moves the row that it writes with `back` put back; `None` where it stays in its own.
pub fn moves_to(relation: &Relation, event: &Event, back: &[(&Column, Value)]) -> Option<Option<Rc<str>>> {
    let column = relation.company.as_ref()?;
    let (old, new) = (event.value(Side::Old, column), event.value(Side::New, column));
    let stays = back.iter().any(|(c, _)| c.number == column.number) || value::same_image(column, old, new);
    (!stays).then(|| name(column, new))
}
