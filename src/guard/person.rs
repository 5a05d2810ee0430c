//! The person who acts: the session's role, or whom an application role names.

use super::application::{ApplicationRole, Known};
use super::identity;
use crate::error::{Report, raise};
use crate::pg::{callbacks, role};
use pgrx::pg_sys::Oid;
use std::cell::RefCell;
use std::ffi::CString;
use std::mem::discriminant;
use std::rc::Rc;

/// Who acts now.
#[derive(PartialEq, Eq)]
pub struct Who {
    /// `role:alice` or `person:maria`; `None` where an application role must name a person and has not.
    pub person: Option<String>,
    /// Every identity under which that person acts: names, and `oid:number` of roles, which a rename keeps.
    pub identities: Vec<String>,
    /// These and those of the other roles that are the same person, for separation of duties.
    pub known_as: Vec<String>,
    /// The session user's name.
    pub session: String,
    /// How that was established.
    pub by: By,
}

/// How it is established who acts.
#[derive(Clone, PartialEq, Eq)]
pub enum By {
    /// Who logged in.
    Session,
    /// An application role took the role of its user.
    SetRole,
    /// An application role said it.
    ActAs,
    /// An application role passed a signed token.
    Token {
        /// The key that signed it.
        kid: String,
        /// Its number.
        jti: String,
    },
    /// A setting that the database owner has named for the application role.
    Claims,
    /// The role that activated the workflow whose code runs.
    Workflow,
    /// The author of an approved call that configures, while it is done.
    Approval,
}

struct Named {
    person: String,
    by: By,
    subtransaction: u32,
}

struct Cached {
    session: Oid,
    role: Option<Oid>,
    named: bool,
    /// The setting that names people of this application role, as it was.
    setting: Option<(Rc<ApplicationRole>, CString)>,
    who: Rc<Who>,
}

#[derive(Default)]
struct State {
    /// Loaded at first use.
    known: Option<Rc<Known>>,
    named: Option<Named>,
    /// As whom code of a workflow runs, and the subtransaction that this began in; one may run inside another.
    evaluating: Vec<(Oid, u32)>,
    cached: Option<Cached>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::new(State::default());
}

/// The HINT for who has to name a person and has not.
pub const NAME_FIRST: &str = "Name the person first in this transaction: customer_workflow.act_as('…'), or sign_in() or its setting where the role takes names by that only.";

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
        let holds = c.session == session && c.role == set_role && c.named == s.named.is_some();
        (holds && c.setting.as_ref().is_none_or(is_unchanged)).then(|| c.who.clone())
    });
    known.unwrap_or_else(|| {
        let name = role::name(evaluating.map_or(session, |(role, _)| role)).unwrap_or_default();
        let known = known_people();
        let mut setting = None;
        let mut who = match (evaluating, known.role(&name)) {
            (Some((role, _)), _) => of_role(role, By::Workflow),
            (None, None) => of_role(session, By::Session),
            (None, Some(application)) => {
                setting = setting_of(&application);
                by_application(session, set_role, &application)
            }
        };
        who.session = name;
        if known.other_names {
            who.known_as = identity::known_as(&who.identities);
        }
        let who = Rc::new(who);
        STATE.with_borrow_mut(|s| {
            s.cached = Some(Cached { session, role: set_role, named: s.named.is_some(), setting, who: who.clone() });
        });
        who
    })
}

fn is_unchanged((application, text): &(Rc<ApplicationRole>, CString)) -> bool {
    application.source.as_ref().is_none_or(|source| source.read() == text.as_c_str())
}

fn who(person: Option<String>, identities: Vec<String>, by: By) -> Who {
    Who { person, known_as: identities.clone(), identities, session: String::new(), by }
}

fn of_role(oid: Oid, by: By) -> Who {
    let person = format!("role:{}", role::name(oid).unwrap_or_default());
    who(Some(person.clone()), vec![person, format!("oid:{}", oid.to_u32())], by)
}

/// The setting that names people of this application role, as it is; whom it names is the person from now on.
fn setting_of(application: &Rc<ApplicationRole>) -> Option<(Rc<ApplicationRole>, CString)> {
    let source = application.source.as_ref()?;
    if STATE.with_borrow(|s| s.named.as_ref().is_some_and(|n| matches!(n.by, By::Token { .. }))) {
        return None;
    }
    let text = source.read().to_owned();
    if let Some(person) = source.person(&text) {
        let stays = STATE.with_borrow_mut(|s| {
            let subtransaction = callbacks::subtransaction();
            let named = s.named.get_or_insert_with(|| Named { person: person.clone(), by: By::Claims, subtransaction });
            named.person.clone()
        });
        if stays != person {
            raise(already(&stays, &person));
        }
    }
    Some((application.clone(), text))
}

fn by_application(session: Oid, set_role: Option<Oid>, application: &ApplicationRole) -> Who {
    let named = STATE.with_borrow(|s| s.named.as_ref().map(|n| (n.person.clone(), n.by.clone())));
    let takes_roles = !application.token_required && application.source.is_none();
    match (named, set_role.filter(|&r| r != session && takes_roles)) {
        (Some((person, by)), _) => who(Some(person.clone()), vec![person], by),
        (None, Some(other)) => of_role(other, By::SetRole),
        (None, None) if application.person_required => who(None, Vec::new(), By::Session),
        (None, None) => of_role(session, By::Session),
    }
}

/// That a transaction has one person only, named in one way.
pub fn already(other: &str, person: &str) -> Report {
    let detail = if other == person {
        "That was said in another way.".to_owned()
    } else {
        format!("It cannot act as {person} too.")
    };
    Report::new("42501", format!("this transaction already acts as {other}"))
        .detail(detail)
        .hint("End the transaction first.")
}

fn known_people() -> Rc<Known> {
    STATE.with_borrow(|s| s.known.clone()).unwrap_or_else(|| {
        let known = Rc::new(Known::load());
        STATE.with_borrow_mut(|s| s.known = Some(known.clone()));
        known
    })
}

/// Why `act_as` or `sign_in` was refused.
pub enum Refusal {
    /// The session user is not an application role.
    NotAnApplicationRole(String),
    /// This application role names people by tokens only.
    TokenRequired(String),
    /// A setting names the people of this application role.
    NamedBySetting(String),
    /// This transaction already acts as someone else.
    AlreadyNamed(String),
}

/// The role with whose rights whoever acts looks at the database: that of code of a workflow while it runs, else of SET ROLE or of
/// the session. SECURITY DEFINER functions do not change it.
pub fn looking_role() -> Oid {
    let evaluating = STATE.with_borrow(|s| s.evaluating.last().map(|&(role, _)| role));
    evaluating.or_else(role::set_role).unwrap_or_else(role::session_user)
}

/// Whether this session may name people in this way.
pub fn may_name(by_token: bool) -> Result<(), Refusal> {
    crate::capture::config::refresh();
    let session = role::name(role::session_user()).unwrap_or_default();
    // code of a workflow acts as the role that activated it, and must not name the person for those who come after it
    let evaluating = STATE.with_borrow(|s| s.evaluating.last().map(|&(role, _)| role));
    if let Some(role) = evaluating {
        return Err(Refusal::NotAnApplicationRole(role::name(role).unwrap_or_default()));
    }
    match known_people().role(&session) {
        None => Err(Refusal::NotAnApplicationRole(session)),
        Some(application) if !by_token && application.token_required => Err(Refusal::TokenRequired(session)),
        Some(application) if !by_token && application.source.is_some() => Err(Refusal::NamedBySetting(session)),
        Some(_) => Ok(()),
    }
}

/// Names the person (`person:maria`) who acts for the rest of the transaction. The same one may be named twice, but not in
/// two ways: what is recorded first would be said to be what came second.
pub fn name_person(person: String, by: By) -> Result<(), Refusal> {
    may_name(matches!(by, By::Token { .. }))?;
    STATE.with_borrow_mut(|s| match &s.named {
        Some(n) if n.person != person || discriminant(&n.by) != discriminant(&by) => {
            Err(Refusal::AlreadyNamed(n.person.clone()))
        }
        Some(_) => Ok(()),
        None => {
            s.named = Some(Named { person, by, subtransaction: callbacks::subtransaction() });
            s.cached = None;
            Ok(())
        }
    })
}

/// How this transaction's person was named.
pub fn named_by() -> Option<By> {
    STATE.with_borrow(|s| s.named.as_ref().map(|n| n.by.clone()))
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
        s.known = None;
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
