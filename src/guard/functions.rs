//! SQL functions about who acts.

use super::person::{self, Refusal};
use crate::error::{Report, raise};
use crate::pg::function::{Call, text_array};
use crate::pg::{role, value};
use pgrx::pg_sys::Datum;

/// SQL `_person() returns text`: `role:alice` or `person:maria`; null where a person is required and none was named.
pub fn person(_: &Call) -> Option<Datum> {
    person::current().person.as_deref().map(value::text)
}

/// SQL `_identities() returns text[]`: every identity of that person.
pub fn identities(_: &Call) -> Option<Datum> {
    text_array(&person::current().identities)
}

/// SQL `act_as(person text)`: names the person for the rest of the transaction.
/// 22023 for an empty name or `role:…`; 42501 for a session that is not an application role's, or for a second person.
pub fn act_as(call: &Call) -> Option<Datum> {
    let given = call.text(0).unwrap_or_default();
    let name = given.strip_prefix("person:").unwrap_or(&given).trim();
    if name.is_empty() || given.starts_with("role:") || given.starts_with("group:") {
        raise(
            Report::new("22023", format!("\"{given}\" is not the name of a person"))
                .hint("Give a person's name, for example act_as('maria'). A role acts by logging in or by SET ROLE."),
        );
    }
    match person::name_person(format!("person:{name}")) {
        Ok(()) => None,
        Err(Refusal::NotAnApplicationRole(session)) => raise(
            Report::new("42501", "only an application role may name the person who acts".to_owned())
                .detail(format!("The session user is \"{session}\", which is not an application role."))
                .hint("The database owner can make it one: SELECT customer_workflow.set_application_role(…)."),
        ),
        Err(Refusal::AlreadyNamed(other)) => raise(
            Report::new("42501", format!("this transaction already acts as {other}"))
                .detail(format!("It cannot act as person:{name} too."))
                .hint("End the transaction first."),
        ),
    }
}

/// SQL `_switch_user(role oid, past_row_security boolean)`: the current user until the calling SECURITY DEFINER function
/// ends. EXECUTE for the extension's owner only.
pub fn switch_user(call: &Call) -> Option<Datum> {
    let (role, past) = (call.oid(0)?, call.bool(1)?);
    role::switch_until_function_ends(role, past);
    None
}
