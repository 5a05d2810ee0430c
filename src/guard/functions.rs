//! SQL functions about who acts.

use super::person::{self, By, Refusal};
use crate::error::{Report, raise};
use crate::pg::function::{Call, text_array};
use crate::pg::spi::Statement;
use crate::pg::{role, value};
use pgrx::pg_sys::{self, Datum};

/// SQL `_person() returns text`: `role:alice` or `person:maria`; null where a person is required and none was named.
pub fn person(_: &Call) -> Option<Datum> {
    person::current().person.as_deref().map(value::text)
}

/// SQL `_identities() returns text[]`: every identity of that person.
pub fn identities(_: &Call) -> Option<Datum> {
    text_array(&person::current().identities)
}

/// SQL `_known_as() returns text[]`: these, and those of the other roles that are the same person.
pub fn known_as(_: &Call) -> Option<Datum> {
    text_array(&person::current().known_as)
}

static ASSIGNEES: Statement = Statement::new(c"SELECT customer_workflow._assignees_of($1)", &[pg_sys::TEXTARRAYOID]);

static ON_DUTY: Statement = Statement::new(
    c"SELECT customer_workflow._is_on_duty($1, $2, $3)",
    &[pg_sys::INT4OID, pg_sys::TEXTARRAYOID, pg_sys::TEXTARRAYOID],
);

fn assignees() -> Vec<String> {
    let mut assignees = Vec::new();
    ASSIGNEES.read_latest(&[text_array(&person::current().identities)], |row| assignees = row.texts(1));
    assignees
}

/// SQL `_my_assignees() returns text[]`: for whom the current person may act on a work item. A right that was taken away is
/// gone at once, also in a transaction that keeps its snapshot, as PostgreSQL's own privileges are.
pub fn my_assignees(_: &Call) -> Option<Datum> {
    text_array(&assignees())
}

/// SQL `_has_duty(table_id integer, duties text[]) returns boolean`: whether the current person has one of them, likewise.
pub fn has_duty(call: &Call) -> Option<Datum> {
    let mut on_duty = false;
    ON_DUTY
        .read_latest(&[call.arg(0), call.arg(1), text_array(&assignees())], |row| on_duty = row.bool(1) == Some(true));
    Some(Datum::from(on_duty))
}

/// SQL `act_as(person text)`: names the person for the rest of the transaction.
/// 22023 for an empty name or `role:…`; 42501 for a session that is not an application role's, or for a second person.
pub fn act_as(call: &Call) -> Option<Datum> {
    if role::in_restricted_operation() {
        raise(Report::new("42501", "cannot name a person within a security-restricted operation".to_owned()));
    }
    let given = call.text(0).unwrap_or_default();
    let name = given.strip_prefix("person:").unwrap_or(&given).trim();
    if name.is_empty() || given.starts_with("role:") || given.starts_with("group:") {
        raise(
            Report::new("22023", format!("\"{given}\" is not the name of a person"))
                .hint("Give a person's name, for example act_as('maria'). A role acts by logging in or by SET ROLE."),
        );
    }
    let person = format!("person:{name}");
    match person::name_person(person.clone(), By::ActAs) {
        Ok(()) => None,
        Err(refusal) => raise(refused(refusal, &person)),
    }
}

/// Why a person was not named, as an error.
pub fn refused(refusal: Refusal, person: &str) -> Report {
    match refusal {
        Refusal::NotAnApplicationRole(session) => {
            Report::new("42501", "only an application role may name the person who acts".to_owned())
                .detail(format!("The session user is \"{session}\", which is not an application role."))
                .hint("The database owner can make it one: SELECT customer_workflow.set_application_role(…).")
        }
        Refusal::TokenRequired(session) => {
            Report::new("42501", "this application role names people by signed tokens only".to_owned())
                .detail(format!("\"{session}\" is set to token_required."))
                .hint("Call customer_workflow.sign_in(token).")
        }
        Refusal::NamedBySetting(session) => {
            Report::new("42501", "a setting names the people of this application role".to_owned())
                .detail(format!("The database owner has named it for \"{session}\"."))
                .hint("See customer_workflow.application_roles, and set that setting.")
        }
        Refusal::AlreadyNamed(other) => person::already(&other, person),
    }
}

/// SQL `_switch_user(role oid, past_row_security boolean, restricted boolean)`: the current user until the calling SECURITY
/// DEFINER function ends. EXECUTE for the extension's owner only.
pub fn switch_user(call: &Call) -> Option<Datum> {
    let (role, past, restricted) = (call.oid(0)?, call.bool(1)?, call.bool(2)?);
    role::switch_until_function_ends(role, past, restricted);
    None
}

/// SQL `_evaluate_as(role oid, past_row_security boolean)`: like `_switch_user`, restricted, for code that only answers a question: read-only,
/// and whoever it asks who acts hears that role. All of it until the subtransaction is rolled back. EXECUTE for the
/// extension's owner only.
pub fn evaluate_as(call: &Call) -> Option<Datum> {
    let (role, past) = (call.oid(0)?, call.bool(1)?);
    role::switch_until_function_ends(role, past, true);
    role::only_read();
    person::evaluate_as(role);
    None
}

/// SQL `_call_as(role oid, past_row_security boolean)`: like `_switch_user`, and whoever it asks who acts hears that role, until
/// `_call_end()` or until the subtransaction is rolled back. EXECUTE for the extension's owner only.
pub fn call_as(call: &Call) -> Option<Datum> {
    let (role, past) = (call.oid(0)?, call.bool(1)?);
    // triggers that it leaves to the end of the transaction fire when the person is another
    crate::apply::permit::others_code_runs();
    role::switch_until_function_ends(role, past, false);
    person::evaluate_as(role);
    None
}

/// SQL `_call_end()`: ends what `_call_as()` began, but for the current user, whom PostgreSQL puts back.
pub fn call_end(_: &Call) -> Option<Datum> {
    person::evaluation_ended();
    None
}

/// SQL `_looking_role() returns text`: the name of the role with whose rights whoever acts looks, see [`person::looking_role`].
/// EXECUTE for the extension's owner only.
pub fn looking_role(_: &Call) -> Option<Datum> {
    role::name(person::looking_role()).as_deref().map(value::text)
}

/// SQL `_remember_settings() returns integer`: what `_restore_settings` takes. EXECUTE for the extension's owner only.
pub fn remember_settings(_: &Call) -> Option<Datum> {
    Some(Datum::from(role::settings_level()))
}

/// SQL `_restore_settings(remembered integer)`: what other people's code has SET since is undone. EXECUTE for the extension's
/// owner only.
pub fn restore_settings(call: &Call) -> Option<Datum> {
    role::settings_back(call.arg(0)?.value() as i32);
    None
}
