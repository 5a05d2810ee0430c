//! The person who acts: the session's role, or whom an application role names.

use crate::pg::{callbacks, role, spi::Statement};
use pgrx::pg_sys::Oid;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Who acts now.
#[derive(PartialEq, Eq)]
pub struct Who {
    /// `role:alice` or `person:maria`; `None` where an application role must name a person and has not.
    pub person: Option<String>,
    /// Every identity of that person, for separation of duties: names, and `oid:number` of roles, which a rename keeps.
    pub identities: Vec<String>,
    /// The session user's name.
    pub session: String,
}

struct Named {
    person: String,
    subtransaction: u32,
}

struct Cached {
    session: Oid,
    role: Option<Oid>,
    named: bool,
    who: Rc<Who>,
}

#[derive(Default)]
struct State {
    /// Application roles by name, with `person_required`; loaded at first use.
    application_roles: Option<HashMap<String, bool>>,
    named: Option<Named>,
    /// As whom code of a workflow runs, and the subtransaction that this began in; one may run inside another.
    evaluating: Vec<(Oid, u32)>,
    cached: Option<Cached>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

static APPLICATION_ROLES: Statement =
    Statement::new(c"SELECT role, person_required FROM customer_workflow.application_role", &[]);

/// Who acts now. The role of SET ROLE and the name of `act_as` count only where the session user is an application role:
/// a role that may switch freely could otherwise approve its own change under another name.
pub fn current() -> Rc<Who> {
    crate::capture::config::refresh();
    let (session, set_role) = (role::session_user(), role::set_role());
    let evaluating = STATE.with_borrow(|s| s.evaluating.last().copied());
    if let (None, Some(author)) = (evaluating, super::gate::author()) {
        return author;
    }
    let known = STATE.with_borrow(|s| {
        let c = s.cached.as_ref()?;
        (c.session == session && c.role == set_role && c.named == s.named.is_some()).then(|| c.who.clone())
    });
    known.unwrap_or_else(|| {
        let name = role::name(session).unwrap_or_default();
        let who = Rc::new(match evaluating {
            Some((role, _)) => derive(role::name(role).unwrap_or_default(), role, None, None, None),
            None => {
                let required = application_role(&name);
                let named = STATE.with_borrow(|s| s.named.as_ref().map(|n| n.person.clone()));
                derive(name, session, set_role, required, named)
            }
        });
        STATE.with_borrow_mut(|s| {
            s.cached = Some(Cached { session, role: set_role, named: s.named.is_some(), who: who.clone() });
        });
        who
    })
}

fn derive(session: String, oid: Oid, set_role: Option<Oid>, required: Option<bool>, named: Option<String>) -> Who {
    let as_role = |name: &str, oid: Oid| {
        let person = format!("role:{name}");
        (Some(person.clone()), vec![person, format!("oid:{}", oid.to_u32())])
    };
    let (person, identities) = match (required, named, set_role.filter(|&r| r != oid)) {
        (Some(_), Some(person), _) => (Some(person.clone()), vec![person]),
        (Some(_), None, Some(other)) => as_role(&role::name(other).unwrap_or_default(), other),
        (Some(true), None, None) => (None, Vec::new()),
        _ => as_role(&session, oid),
    };
    Who { person, identities, session }
}

/// `person_required` of the application role of this name, or `None` when it is an ordinary role.
fn application_role(name: &str) -> Option<bool> {
    if STATE.with_borrow(|s| s.application_roles.is_none()) {
        let mut roles = HashMap::new();
        APPLICATION_ROLES.read_latest(&[], |row| {
            roles.insert(row.name(1).unwrap_or_default(), row.bool(2).unwrap_or(true));
        });
        STATE.with_borrow_mut(|s| s.application_roles = Some(roles));
    }
    STATE.with_borrow(|s| s.application_roles.as_ref().and_then(|r| r.get(name).copied()))
}

/// Why `act_as` was refused.
pub enum Refusal {
    /// The session user is not an application role.
    NotAnApplicationRole(String),
    /// This transaction already acts as someone else.
    AlreadyNamed(String),
}

/// The role with whose rights whoever acts looks at the database: that of code of a workflow while it runs, else of SET ROLE or of
/// the session. SECURITY DEFINER functions do not change it.
pub fn looking_role() -> Oid {
    let evaluating = STATE.with_borrow(|s| s.evaluating.last().map(|&(role, _)| role));
    evaluating.or_else(role::set_role).unwrap_or_else(role::session_user)
}

/// Names the person (`person:maria`) who acts for the rest of the transaction.
pub fn name_person(person: String) -> Result<(), Refusal> {
    crate::capture::config::refresh();
    let session = role::name(role::session_user()).unwrap_or_default();
    // code of a workflow acts as the role that activated it, and must not name the person for those who come after it
    let evaluating = STATE.with_borrow(|s| s.evaluating.last().map(|&(role, _)| role));
    if let Some(role) = evaluating {
        return Err(Refusal::NotAnApplicationRole(role::name(role).unwrap_or_default()));
    }
    if application_role(&session).is_none() {
        return Err(Refusal::NotAnApplicationRole(session));
    }
    STATE.with_borrow_mut(|s| match &s.named {
        Some(n) if n.person != person => Err(Refusal::AlreadyNamed(n.person.clone())),
        Some(_) => Ok(()),
        None => {
            s.named = Some(Named { person, subtransaction: callbacks::subtransaction() });
            s.cached = None;
            Ok(())
        }
    })
}

/// Code of `role` is asked something: until the subtransaction is rolled back it acts, not who asked.
pub fn evaluate_as(role: Oid) {
    STATE.with_borrow_mut(|s| {
        s.evaluating.push((role, callbacks::subtransaction()));
        s.cached = None;
    });
}

/// Whether code of a workflow runs.
pub fn code_of_workflow_runs() -> bool {
    STATE.with_borrow(|s| !s.evaluating.is_empty())
}

/// What `evaluate_as` began is over.
pub fn evaluation_ended() {
    STATE.with_borrow_mut(|s| {
        s.evaluating.pop();
        s.cached = None;
    });
}

/// Forgets what was derived from the configuration.
pub fn configuration_changed() {
    STATE.with_borrow_mut(|s| {
        s.application_roles = None;
        s.cached = None;
    });
}

/// The transaction is over.
pub fn forget() {
    STATE.with_borrow_mut(|s| {
        let in_name_of_another = s.named.take().is_some() || !s.evaluating.is_empty();
        s.evaluating.clear();
        if in_name_of_another {
            s.cached = None;
        }
    });
}

/// A name that was given in a rolled-back subtransaction is gone, as is everything that was done under it.
pub fn subtransaction_aborted(subtransaction: u32) {
    STATE.with_borrow_mut(|s| {
        s.evaluating.retain(|(_, began)| *began != subtransaction);
        s.cached = None;
        if s.named.as_ref().is_some_and(|n| n.subtransaction == subtransaction) {
            s.named = None;
            s.cached = None;
        }
    });
}

/// A name that was given in it now belongs to its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    STATE.with_borrow_mut(|s| {
        for (_, began) in s.evaluating.iter_mut().filter(|(_, began)| *began == subtransaction) {
            *began = parent;
        }
        if let Some(n) = s.named.as_mut().filter(|n| n.subtransaction == subtransaction) {
            n.subtransaction = parent;
        }
    });
}
