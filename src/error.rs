//! Errors as users see them: SQLSTATE, message, DETAIL, HINT.

use crate::pg::function::Call;
use crate::pg::guard;
use pgrx::pg_sys::Datum;

/// An error to raise. Messages are in PostgreSQL's style: lower case, no full stop; DETAIL and HINT are sentences.
pub struct Report {
    pub(crate) sqlstate: String,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
    /// For the server's log alone, in place of `detail`.
    pub(crate) detail_log: Option<String>,
    /// Names of schema, table, column, data type and constraint, as PostgreSQL's errors carry them.
    pub(crate) about: [Option<String>; 5],
}

impl Report {
    /// With SQLSTATE and message.
    pub fn new(sqlstate: &str, message: String) -> Self {
        Report {
            sqlstate: sqlstate.to_owned(),
            message,
            detail: None,
            hint: None,
            detail_log: None,
            about: Default::default(),
        }
    }

    /// What was found.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// What was found, in the server's log alone: the client is not told.
    pub fn detail_log(mut self, detail: impl Into<String>) -> Self {
        self.detail_log = Some(detail.into());
        self
    }

    /// What to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// SQL `_raise(sqlstate, message, detail, hint, schema, table, column, datatype, constraint)`: raises it; null or empty fields are
/// left out. 22023 for what is no SQLSTATE of an error.
pub fn raise_from_sql(call: &Call) -> Option<Datum> {
    let field = |n| call.text(n).filter(|t| !t.is_empty());
    let sqlstate = field(0).unwrap_or_default();
    let is_code = sqlstate.len() == 5 && sqlstate.bytes().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
    if !is_code || sqlstate == "00000" {
        raise(
            Report::new("22023", "an error needs an SQLSTATE".to_owned())
                .detail(format!("It is {sqlstate:?}."))
                .hint("It has five characters, digits and upper-case letters, and is not 00000."),
        );
    }
    raise(Report {
        sqlstate,
        message: field(1).unwrap_or_default(),
        detail: field(2),
        hint: field(3),
        detail_log: None,
        about: [field(4), field(5), field(6), field(7), field(8)],
    })
}

/// Raises it as an ERROR.
pub fn raise(report: Report) -> ! {
    guard::raise(report)
}

/// Whether a NOTICE would go to the client or to the server's log.
pub fn notice_reaches_anybody() -> bool {
    guard::notice_reaches_anybody()
}

/// Sends a NOTICE.
pub fn notice(message: &str) {
    guard::notice(message);
}

/// Sends a WARNING.
pub fn warning(message: &str) {
    guard::warning(message);
}

/// Sends a line to the server's log.
pub fn log(message: &str) {
    guard::log(message);
}
