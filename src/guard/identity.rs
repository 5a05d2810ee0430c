//! How it was established who acts, and from where, as the history keeps it; and under which names one person is known.

use super::person::{self, By, Who};
use crate::pg::function::{Call, text_array};
use crate::pg::json::jsonb;
use crate::pg::spi::Statement;
use crate::pg::{encoding, settings, value};
use pgrx::pg_sys::{self, Datum};
use serde_json::json;
use std::cell::RefCell;
use std::ffi::CString;
use std::rc::Rc;

static ADDRESS: Statement = Statement::new(c"SELECT pg_catalog.host(pg_catalog.inet_client_addr())", &[]);

static KNOWN_AS: Statement = Statement::new(c"SELECT customer_workflow._known_as_of($1)", &[pg_sys::TEXTARRAYOID]);

struct Known {
    who: Rc<Who>,
    application: CString,
    /// What follows the length of the datum.
    jsonb: Vec<u8>,
}

thread_local! {
    /// A connection has one address.
    static CLIENT: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
    static LAST: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// SQL `_identity() returns jsonb`: the default of the column `identity` of what is recorded.
pub fn from_sql(_: &Call) -> Option<Datum> {
    Some(datum())
}

/// The same, as a datum in the current memory context.
pub fn datum() -> Datum {
    let who = person::current();
    let known = LAST.with_borrow(|last| {
        let last = last.as_ref().filter(|last| Rc::ptr_eq(&last.who, &who));
        last.filter(|last| last.application.as_c_str() == settings::client_name()).map(|last| value::bytea(&last.jsonb))
    });
    known.unwrap_or_else(|| {
        let application = settings::client_name().to_owned();
        let text = describe(&who.by, &encoding::string_of(&application), client());
        let jsonb = jsonb(&text);
        LAST.set(Some(Known { who, application, jsonb: value::text_bytes(jsonb) }));
        jsonb
    })
}

fn describe(by: &By, application: &str, address: Option<String>) -> String {
    let mut identity = match by {
        By::Session => json!({"by": "session"}),
        By::SetRole => json!({"by": "set_role"}),
        By::ActAs => json!({"by": "act_as"}),
        By::Token { kid, jti } => json!({"by": "token", "kid": kid, "jti": jti}),
        By::Claims => json!({"by": "claims"}),
        By::Workflow => json!({"by": "workflow"}),
        By::Approval => json!({"by": "approval"}),
    };
    if let Some(address) = address {
        identity["address"] = address.into();
    }
    if !application.is_empty() {
        identity["application"] = application.into();
    }
    identity.to_string()
}

fn client() -> Option<String> {
    CLIENT.with_borrow(Clone::clone).unwrap_or_else(|| {
        let mut address = None;
        ADDRESS.read_latest(&[], |row| address = row.text(1));
        CLIENT.set(Some(address.clone()));
        address
    })
}

/// These identities with those of the other roles that are the same person.
pub fn known_as(identities: &[String]) -> Vec<String> {
    let mut all = Vec::new();
    KNOWN_AS.read_latest(&[text_array(identities)], |row| all = row.texts(1));
    all
}
