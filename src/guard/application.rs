//! Application roles: which there are, and how each of them says who acts.

use crate::pg::spi::Statement;
use crate::pg::{encoding, settings};
use crate::token;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::rc::Rc;

/// A pooled login role that may name the person who acts.
pub struct ApplicationRole {
    /// Whether a protected change without a person is refused.
    pub person_required: bool,
    /// Whether only a signed token names a person.
    pub token_required: bool,
    /// The setting that names the person, where there is one; then nothing else but a token does.
    pub source: Option<Source>,
}

/// A setting in which a proxy says who acts.
pub struct Source {
    setting: CString,
    claim: Option<String>,
}

impl Source {
    /// The setting as it is now; empty where there is none.
    pub fn read(&self) -> &CStr {
        settings::custom(&self.setting).unwrap_or_default()
    }

    /// The person whom it names, as `person:maria`.
    pub fn person(&self, text: &CStr) -> Option<String> {
        let name = token::name_in(&encoding::string_of(text), self.claim.as_deref())?;
        Some(format!("person:{name}"))
    }
}

/// What is configured about people, as one transaction found it.
pub struct Known {
    roles: HashMap<String, Rc<ApplicationRole>>,
    /// Whether anybody is known under several names.
    pub other_names: bool,
}

static ROLES: Statement = Statement::new(
    c"SELECT role, person_required, token_required, setting, claim FROM customer_workflow.application_role",
    &[],
);

static OTHER_NAMES: Statement =
    Statement::new(c"SELECT 1 FROM customer_workflow.role_person FETCH FIRST ROW ONLY", &[]);

impl Known {
    /// Reads it.
    pub fn load() -> Known {
        let mut roles = HashMap::new();
        ROLES.read_latest(&[], |row| {
            let source = row
                .text(4)
                .map(|setting| Source { setting: CString::new(setting).unwrap_or_default(), claim: row.text(5) });
            let role = ApplicationRole {
                person_required: row.bool(2).unwrap_or(true),
                token_required: row.bool(3).unwrap_or(true),
                source,
            };
            roles.insert(row.name(1).unwrap_or_default(), Rc::new(role));
        });
        Known { roles, other_names: OTHER_NAMES.read_latest(&[], |_| ()) > 0 }
    }

    /// The application role of this name, or `None` when it is an ordinary role.
    pub fn role(&self, name: &str) -> Option<Rc<ApplicationRole>> {
        self.roles.get(name).cloned()
    }
}
