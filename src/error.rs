//! Errors as users see them: SQLSTATE, message, DETAIL, HINT.

use crate::pg::guard;

/// An error to raise. Messages are in PostgreSQL's style: lower case, no full stop; DETAIL and HINT are sentences.
pub struct Report {
    pub(crate) sqlstate: &'static str,
    pub(crate) message: String,
    pub(crate) detail: Option<String>,
    pub(crate) hint: Option<String>,
}

impl Report {
    /// With SQLSTATE and message.
    pub fn new(sqlstate: &'static str, message: String) -> Self {
        Report { sqlstate, message, detail: None, hint: None }
    }

    /// What was found.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// What to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// Raises it as an ERROR.
pub fn raise(report: Report) -> ! {
    guard::raise(report)
}

/// Sends a NOTICE.
pub fn notice(message: &str) {
    guard::notice(message);
}

/// Sends a WARNING.
pub fn warning(message: &str) {
    guard::warning(message);
}
