//! `customer_workflow`: changes to protected columns wait for a second person's approval.

use pgrx::prelude::*;

mod apply;
mod capture;
mod decide;
mod error;
mod events;
mod guard;
mod history;
mod pg;
mod settings;
mod token;
mod worker;
pub mod workflow;

pgrx::pg_module_magic!(name, version);

extension_sql_file!("../sql/tables.sql", name = "tables", bootstrap);
extension_sql_file!("../sql/workflow_tables.sql", name = "workflow_tables");
extension_sql_file!("../sql/identity_tables.sql", name = "identity_tables", requires = ["workflow_tables"]);
extension_sql_file!("../sql/native.sql", name = "native", requires = ["identity_tables"]);
extension_sql_file!("../sql/administrators.sql", name = "administrators", requires = ["native"]);
extension_sql_file!("../sql/identity.sql", name = "identity", requires = ["administrators"]);
extension_sql_file!("../sql/records.sql", name = "records", requires = ["identity"]);
extension_sql_file!("../sql/options.sql", name = "options", requires = ["records"]);
extension_sql_file!("../sql/gate.sql", name = "gate", requires = ["options"]);
extension_sql_file!("../sql/configure.sql", name = "configure", requires = ["gate"]);
extension_sql_file!("../sql/same_person.sql", name = "same_person", requires = ["configure"]);
extension_sql_file!("../sql/identity_keys.sql", name = "identity_keys", requires = ["same_person"]);
extension_sql_file!("../sql/claims.sql", name = "claims", requires = ["identity_keys"]);
extension_sql_file!("../sql/delegation.sql", name = "delegation", requires = ["claims"]);
extension_sql_file!("../sql/protect.sql", name = "protect", requires = ["delegation"]);
extension_sql_file!("../sql/scope.sql", name = "scope", requires = ["protect"]);
extension_sql_file!("../sql/guard.sql", name = "guard", requires = ["scope"]);
extension_sql_file!("../sql/change_sets.sql", name = "change_sets", requires = ["guard"]);
extension_sql_file!("../sql/parts.sql", name = "parts", requires = ["change_sets"]);
extension_sql_file!("../sql/entities.sql", name = "entities", requires = ["parts"]);
extension_sql_file!("../sql/capture.sql", name = "capture", requires = ["entities"]);
extension_sql_file!("../sql/creating.sql", name = "creating", requires = ["capture"]);
extension_sql_file!("../sql/apply.sql", name = "apply", requires = ["creating"]);
extension_sql_file!("../sql/apply_records.sql", name = "apply_records", requires = ["apply"]);
extension_sql_file!("../sql/companies.sql", name = "companies", requires = ["apply_records"]);
extension_sql_file!("../sql/conditions.sql", name = "conditions", requires = ["companies"]);
extension_sql_file!("../sql/people.sql", name = "people", requires = ["conditions"]);
extension_sql_file!("../sql/managers.sql", name = "managers", requires = ["people"]);
extension_sql_file!("../sql/decide.sql", name = "decide", requires = ["managers"]);
extension_sql_file!("../sql/advance.sql", name = "advance", requires = ["decide"]);
extension_sql_file!("../sql/run.sql", name = "run", requires = ["advance"]);
extension_sql_file!("../sql/calls.sql", name = "calls", requires = ["run"]);
extension_sql_file!("../sql/texts.sql", name = "texts", requires = ["calls"]);
extension_sql_file!("../sql/decisions.sql", name = "decisions", requires = ["texts"]);
extension_sql_file!("../sql/content.sql", name = "content", requires = ["decisions"]);
extension_sql_file!("../sql/conflicts.sql", name = "conflicts", requires = ["content"]);
extension_sql_file!("../sql/effective.sql", name = "effective", requires = ["conflicts"]);
extension_sql_file!("../sql/verbs.sql", name = "verbs", requires = ["effective"]);
extension_sql_file!("../sql/verbs_more.sql", name = "verbs_more", requires = ["verbs"]);
extension_sql_file!("../sql/override.sql", name = "override", requires = ["verbs_more"]);
extension_sql_file!("../sql/together.sql", name = "together", requires = ["override"]);
extension_sql_file!("../sql/deadlines.sql", name = "deadlines", requires = ["together"]);
extension_sql_file!("../sql/fields.sql", name = "fields", requires = ["deadlines"]);
extension_sql_file!("../sql/look_access.sql", name = "look_access", requires = ["fields"]);
extension_sql_file!("../sql/look_proposals.sql", name = "look_proposals", requires = ["look_access"]);
extension_sql_file!("../sql/look_work_items.sql", name = "look_work_items", requires = ["look_proposals"]);
extension_sql_file!("../sql/look_history.sql", name = "look_history", requires = ["look_work_items"]);
extension_sql_file!("../sql/look_configuration.sql", name = "look_configuration", requires = ["look_history"]);
extension_sql_file!("../sql/look_gate.sql", name = "look_gate", requires = ["look_configuration"]);
extension_sql_file!("../sql/look_workflows.sql", name = "look_workflows", requires = ["look_gate"]);
extension_sql_file!("../sql/look_delegations.sql", name = "look_delegations", requires = ["look_workflows"]);
extension_sql_file!("../sql/look_change_sets.sql", name = "look_change_sets", requires = ["look_delegations"]);
extension_sql_file!("../sql/look_review.sql", name = "look_review", requires = ["look_change_sets"]);
extension_sql_file!("../sql/propose.sql", name = "propose", requires = ["look_review"]);
extension_sql_file!("../sql/revertible.sql", name = "revertible", requires = ["propose"]);
extension_sql_file!("../sql/revert_records.sql", name = "revert_records", requires = ["revertible"]);
extension_sql_file!("../sql/revert.sql", name = "revert", requires = ["revert_records"]);
extension_sql_file!("../sql/definitions.sql", name = "definitions", requires = ["revert"]);
extension_sql_file!("../sql/comments.sql", name = "comments", requires = ["definitions"]);
extension_sql_file!("../sql/pending.sql", name = "pending", requires = ["comments"]);
extension_sql_file!("../sql/pending_records.sql", name = "pending_records", requires = ["pending"]);
extension_sql_file!("../sql/workflows.sql", name = "workflows", requires = ["pending_records"]);
extension_sql_file!("../sql/calendars.sql", name = "calendars", requires = ["workflows"]);
extension_sql_file!("../sql/simulate.sql", name = "simulate", requires = ["calendars"]);
extension_sql_file!("../sql/maintenance.sql", name = "maintenance", requires = ["simulate"]);
extension_sql_file!("../sql/drift.sql", name = "drift", requires = ["maintenance"]);
extension_sql_file!("../sql/history_tables.sql", name = "history_tables", requires = ["drift"]);
extension_sql_file!("../sql/history_proof.sql", name = "history_proof", requires = ["history_tables"]);
extension_sql_file!("../sql/history_verify.sql", name = "history_verify", requires = ["history_proof"]);
extension_sql_file!("../sql/archive.sql", name = "archive", requires = ["history_verify"]);
extension_sql_file!("../sql/dropping.sql", name = "dropping", requires = ["archive"]);
extension_sql_file!("../sql/home.sql", name = "home", requires = ["dropping"]);
extension_sql_file!("../sql/events.sql", name = "events", requires = ["home"]);
extension_sql_file!("../sql/protection.sql", name = "protection", requires = ["events"]);
extension_sql_file!("../sql/ddl.sql", name = "ddl", requires = ["protection"]);
extension_sql_file!("../sql/operate.sql", name = "operate", requires = ["ddl"]);
extension_sql_file!("../sql/dump.sql", name = "dump", requires = ["operate"]);

/// Called by PostgreSQL when the library is loaded, at the latest by the first protected UPDATE of a session.
#[pg_guard]
pub extern "C-unwind" fn _PG_init() {
    settings::register();
    pg::callbacks::install();
    worker::register();
}

/// A transaction has committed, aborted or been prepared: nothing of it may reach the next one.
fn transaction_end() {
    capture::forget();
    decide::known::forget();
    events::forget();
    apply::permit::transaction_end();
    apply::deciding::forget();
    guard::gate::forget();
    guard::ddl::forget();
    guard::maintenance::forget();
    guard::person::forget();
}

/// A subtransaction was rolled back, with everything that it did.
fn subtransaction_aborted(subtransaction: u32) {
    capture::subtransaction_aborted(subtransaction);
    decide::known::forget();
    apply::permit::subtransaction_aborted(subtransaction);
    apply::deciding::subtransaction_aborted(subtransaction);
    guard::gate::subtransaction_aborted(subtransaction);
    guard::ddl::subtransaction_aborted(subtransaction);
    guard::maintenance::subtransaction_aborted(subtransaction);
    guard::person::subtransaction_aborted(subtransaction);
}

/// A subtransaction became a part of its parent.
fn subtransaction_committed(subtransaction: u32, parent: u32) {
    capture::subtransaction_committed(subtransaction, parent);
    apply::permit::subtransaction_committed(subtransaction, parent);
    apply::deciding::subtransaction_committed(subtransaction, parent);
    guard::gate::subtransaction_committed(subtransaction, parent);
    guard::ddl::subtransaction_committed(subtransaction, parent);
    guard::maintenance::subtransaction_committed(subtransaction, parent);
    guard::person::subtransaction_committed(subtransaction, parent);
}
