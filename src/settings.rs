//! Settings that a session may change. None of them decides about security: any user can set a placeholder.

use pgrx::{GucContext, GucFlags, GucRegistry, GucSetting, PostgresGucEnum};
use std::ffi::CString;

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
    crate::pg::callbacks::reserve_prefix();
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
    setting.get().map(|s| s.to_string_lossy().into_owned()).filter(|s| !s.is_empty())
}
