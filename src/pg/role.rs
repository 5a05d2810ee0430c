//! Database roles of the session.

use super::encoding;
use pgrx::pg_sys::{self, Oid};
use std::ffi::{CStr, CString};

// Declared here because they cannot raise, and are asked for every row.
unsafe extern "C" {
    fn GetSessionUserId() -> Oid;
    fn GetCurrentRoleId() -> Oid;
}

/// The role that logged in (or that a superuser put on by SET SESSION AUTHORIZATION).
pub fn session_user() -> Oid {
    // SAFETY: reads a variable.
    unsafe { GetSessionUserId() }
}

/// The role of SET ROLE, or `None`. SECURITY DEFINER functions do not change it.
pub fn set_role() -> Option<Oid> {
    // SAFETY: reads a variable.
    Some(unsafe { GetCurrentRoleId() }).filter(|&oid| oid != Oid::INVALID)
}

/// The role that the session works as, outside any SECURITY DEFINER function.
pub fn outer_user() -> Oid {
    // SAFETY: reads a variable.
    unsafe { pg_sys::GetOuterUserId() }
}

/// The role whose privileges count now.
pub fn current_user() -> Oid {
    // SAFETY: reads a variable.
    unsafe { pg_sys::GetUserId() }
}

/// Whether PostgreSQL runs somebody's code in a maintenance command (ANALYZE, REINDEX, REFRESH MATERIALIZED VIEW), where that code
/// must not act in the name of who maintains.
pub fn in_restricted_operation() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::InSecurityRestrictedOperation() }
}

/// Whether the innermost statement is the action of a foreign key (or one of our own writes), rather than somebody's.
pub fn in_foreign_key_action() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::InNoForceRLSOperation() }
}

/// The setting `row_security`.
pub fn row_security() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::row_security }
}

/// Its name, or `None` if it is gone.
pub fn name(role: Oid) -> Option<String> {
    // SAFETY: returns null or a palloc'd string.
    unsafe {
        let name = pg_sys::GetUserNameFromId(role, true);
        (!name.is_null()).then(|| encoding::string_of(CStr::from_ptr(name)))
    }
}

/// Whether `role` may SELECT `column` of `relation`.
pub fn may_select(role: Oid, relation: Oid, column: &str) -> bool {
    let select = pg_sys::ACL_SELECT as pg_sys::AclMode;
    let column = encoding::c_string(column);
    // SAFETY: catalog look-ups.
    unsafe {
        let number = pg_sys::get_attnum(relation, column.as_ptr());
        pg_sys::pg_class_aclcheck(relation, role, select) == pg_sys::AclResult::ACLCHECK_OK
            || pg_sys::pg_attribute_aclcheck(relation, number, role, select) == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// Makes `role` the current user until the SECURITY DEFINER function that (indirectly) called returns or raises; PostgreSQL
/// puts the former one back. SET ROLE is not possible meanwhile. `past_row_security`: a table that forces row level
/// security on its owner does not do so here, as for PostgreSQL's own foreign-key actions. `restricted`: as in maintenance commands,
/// so that code of `role` can neither defer anything nor use the person's name for our verbs.
pub fn switch_until_function_ends(role: Oid, past_row_security: bool, restricted: bool) {
    let (mut user, mut context) = (Oid::INVALID, 0);
    let mut add = pg_sys::SECURITY_LOCAL_USERID_CHANGE;
    if past_row_security {
        add |= pg_sys::SECURITY_NOFORCE_RLS;
    }
    if restricted {
        add |= pg_sys::SECURITY_RESTRICTED_OPERATION;
    }
    // SAFETY: both only read and write variables.
    unsafe {
        pg_sys::GetUserIdAndSecContext(&mut user, &mut context);
        pg_sys::SetUserIdAndSecContext(role, context | add as i32);
    }
}

/// Begins a level of settings, which [`settings_back`] ends.
pub fn settings_level() -> i32 {
    // SAFETY: counts a variable up.
    unsafe { pg_sys::NewGUCNestLevel() }
}

/// Every setting is again what it was when the level began, also where SET without LOCAL changed it.
pub fn settings_back(level: i32) {
    // SAFETY: a level that [`settings_level`] gave and that no error has ended.
    unsafe { pg_sys::AtEOXact_GUC(false, level) };
}

/// Makes the transaction read-only. PostgreSQL lifts it when the current subtransaction ends; within it nothing can.
pub fn only_read() {
    // SAFETY: writes a variable that each subtransaction keeps and puts back.
    unsafe { pg_sys::XactReadOnly = true };
}

/// Whether the transaction may write nothing.
pub fn transaction_is_read_only() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::XactReadOnly }
}

/// Whether the transaction keeps its snapshot, so that it fails where it meets what another one has changed.
pub fn transaction_keeps_snapshot() -> bool {
    // SAFETY: reads a variable.
    unsafe { pg_sys::XactIsoLevel >= pg_sys::XACT_REPEATABLE_READ as i32 }
}

/// From now on SET ROLE and SET SESSION AUTHORIZATION are refused, until [`unlock_current_user`] or the abort of the transaction.
pub fn lock_current_user() {
    // SAFETY: writes variables.
    unsafe { pg_sys::SetUserIdAndSecContext(pg_sys::GetUserId(), pg_sys::SECURITY_LOCAL_USERID_CHANGE as i32) };
}

/// For a process that runs no function of anybody at the moment.
pub fn unlock_current_user() {
    // SAFETY: writes variables.
    unsafe { pg_sys::SetUserIdAndSecContext(pg_sys::GetUserId(), 0) };
}

/// Runs `f` as `role`, for statements on our own tables, and puts the former user back also when `f` raises.
pub fn with_user<R>(role: Oid, f: impl FnOnce() -> R) -> R {
    with(role, false, f)
}

/// The same restricted, see [`switch_until_function_ends`], for what may run code of `role`.
pub fn with_user_restricted<R>(role: Oid, f: impl FnOnce() -> R) -> R {
    with(role, true, f)
}

fn with<R>(role: Oid, restricted: bool, f: impl FnOnce() -> R) -> R {
    struct Back(Oid, i32);
    impl Drop for Back {
        fn drop(&mut self) {
            // SAFETY: writes the variables back to what they were.
            unsafe { pg_sys::SetUserIdAndSecContext(self.0, self.1) };
        }
    }
    let (mut user, mut context) = (Oid::INVALID, 0);
    // SAFETY: reads variables.
    unsafe { pg_sys::GetUserIdAndSecContext(&mut user, &mut context) };
    let _back = Back(user, context);
    switch_until_function_ends(role, true, restricted);
    f()
}

/// The oid and the owner of a table of this extension. Raises 42P01 when it does not exist.
pub fn own_table(table: &CStr) -> (Oid, Oid) {
    let schema = CString::from(c"customer_workflow");
    // SAFETY: catalog look-ups; the relation is open while it is read.
    unsafe {
        let namespace = pg_sys::get_namespace_oid(schema.as_ptr(), false);
        let oid = pg_sys::get_relname_relid(table.as_ptr(), namespace);
        let relation = pg_sys::relation_open(oid, pg_sys::AccessShareLock as i32);
        let owner = (*(*relation).rd_rel).relowner;
        pg_sys::relation_close(relation, pg_sys::AccessShareLock as i32);
        (oid, owner)
    }
}
