//! Settings. None of those that a session may change decides about security: any user can set a placeholder.

use crate::pg::encoding;
use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};
use std::ffi::CString;
use std::time::Duration;

/// What the NOTICE of a diverted statement says.
#[derive(Clone, Copy, PartialEq, Eq, PostgresGucEnum)]
pub enum Notices {
    /// Fields and records.
    #[name = c"names"]
    Names,
    /// Also the values, of fields that the caller may SELECT.
    #[name = c"values"]
    Values,
    /// No NOTICE.
    #[name = c"off"]
    Off,
}

static NOTICES: GucSetting<Notices> = GucSetting::<Notices>::new(Notices::Names);
static COMMENT: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
static REFERENCE: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(None);
static WORKER_DATABASES: GucSetting<Option<CString>> = GucSetting::<Option<CString>>::new(Some(c"*"));
static WORKER_NAPTIME: GucSetting<i32> = GucSetting::<i32>::new(5);
static WORKER_TIMEOUT: GucSetting<i32> = GucSetting::<i32>::new(60);

/// Makes the settings known to the server.
pub fn register() {
    GucRegistry::define_enum_guc(
        c"customer_workflow.notices",
        c"What the NOTICE of a statement says whose changes need approval.",
        c"names: fields and records. values: also the values, of fields that you may SELECT; drivers log notices. off: nothing.",
        &NOTICES,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"customer_workflow.comment",
        c"Why: the comment of proposals that this session makes.",
        c"Kept with each new proposal. Use SET LOCAL to give one transaction's reason.",
        &COMMENT,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"customer_workflow.reference",
        c"The reference of proposals that this session makes, a batch id for example.",
        c"Kept with each new proposal.",
        &REFERENCE,
        GucContext::Userset,
        GucFlags::default(),
    );
    GucRegistry::define_string_guc(
        c"customer_workflow.worker_databases",
        c"The databases in which a background worker processes deadlines.",
        c"Names, separated by commas; *: every database that has the extension; empty: none. Needs customer_workflow in shared_preload_libraries.",
        &WORKER_DATABASES,
        GucContext::Sighup,
        GucFlags::default(),
    );
    GucRegistry::define_int_guc(
        c"customer_workflow.worker_naptime",
        c"How often the background worker looks for deadlines that are due.",
        c"In each database that has the extension; the others are looked at every twelfth time.",
        &WORKER_NAPTIME,
        1,
        86_400,
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    GucRegistry::define_int_guc(
        c"customer_workflow.worker_timeout",
        c"How long the background worker may take for one transaction.",
        c"After it deadlines are processed one by one, and those that take so long are tried again later. 0: no limit.",
        &WORKER_TIMEOUT,
        0,
        86_400,
        GucContext::Sighup,
        GucFlags::UNIT_S,
    );
    crate::pg::callbacks::reserve_prefix();
}

/// Setting `customer_workflow.worker_databases`: whether the worker works there.
pub fn worker_works_in(database: &str) -> bool {
    let list = text(&WORKER_DATABASES).unwrap_or_default();
    list.split(',').map(|name| name.trim().trim_matches('"')).any(|name| name == "*" || name == database)
}

/// Setting `customer_workflow.worker_naptime`.
pub fn worker_naptime() -> Duration {
    Duration::from_secs(WORKER_NAPTIME.get().unsigned_abs().into())
}

/// Setting `customer_workflow.worker_timeout`; `None`: no limit.
pub fn worker_timeout() -> Option<Duration> {
    Some(Duration::from_secs(WORKER_TIMEOUT.get().unsigned_abs().into())).filter(|t| !t.is_zero())
}

/// Setting `customer_workflow.notices`.
pub fn notices() -> Notices {
    NOTICES.get()
}

/// Setting `customer_workflow.comment`; empty counts as not set.
pub fn comment() -> Option<String> {
    text(&COMMENT)
}

/// Setting `customer_workflow.reference`; empty counts as not set.
pub fn reference() -> Option<String> {
    text(&REFERENCE)
}

fn text(setting: &GucSetting<Option<CString>>) -> Option<String> {
    setting.get().map(|s| encoding::string_of(&s)).filter(|s| !s.is_empty())
}
