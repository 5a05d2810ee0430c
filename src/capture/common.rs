//! What is the same for all proposals of a statement: who, as what, and why.

use super::config::Table;
use super::flush::Records;
use crate::guard::person::{self, Who};
use crate::pg::arena::Arena;
use crate::pg::function::text_array;
use crate::pg::{role, value};
use crate::settings;
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::rc::Rc;

/// What is the same for all proposals of a statement.
pub(super) struct Common {
    pub(super) person: Datum,
    pub(super) parties: Option<Datum>,
    pub(super) session: Datum,
    pub(super) role: Datum,
    pub(super) entity: Option<Datum>,
    pub(super) auto_submit: bool,
    pub(super) reference: Option<Datum>,
    pub(super) comment: Option<Datum>,
    pub(super) company: Option<Datum>,
}

/// What of it is the same for all statements of one person, in memory of its own.
#[derive(Clone, Copy)]
struct OfPerson {
    person: Datum,
    parties: Option<Datum>,
    session: Datum,
    role: Datum,
}

impl OfPerson {
    fn of(who: &Rc<Who>) -> Self {
        thread_local! {
            static ARENA: Arena = Arena::new(c"customer_workflow person");
            /// Roles have other names, and people other roles, in another `Who`.
            static LAST: RefCell<Option<(Rc<Who>, Oid, OfPerson)>> = const { RefCell::new(None) };
        }
        let role = person::looking_role();
        let known = LAST.with_borrow(|l| l.as_ref().filter(|l| Rc::ptr_eq(&l.0, who) && l.1 == role).map(|l| l.2));
        known.unwrap_or_else(|| {
            LAST.take();
            ARENA.with(Arena::reset);
            let name = role::name(role).unwrap_or_default();
            let made = ARENA.with(|a| {
                a.with(|| OfPerson {
                    person: value::text(who.person.as_deref().unwrap_or_default()),
                    parties: text_array(&who.identities),
                    session: value::text(&who.session),
                    role: value::text(&name),
                })
            });
            LAST.set(Some((who.clone(), role, made)));
            made
        })
    }
}

impl Common {
    pub(super) fn of(table: &Table, who: &Rc<Who>, records: &Records) -> Self {
        let policy = table.rules(records.company.as_deref()).policy(who);
        let OfPerson { person, parties, session, role } = OfPerson::of(who);
        Common {
            person,
            parties,
            session,
            role,
            entity: policy.entity.as_deref().map(value::text),
            auto_submit: policy.auto_submit,
            reference: settings::reference().as_deref().map(value::text),
            comment: settings::comment().as_deref().map(value::text),
            company: records.company.as_deref().map(value::text),
        }
    }
}
