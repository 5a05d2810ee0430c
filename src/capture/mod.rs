//! An UPDATE comes in: what differs in protected fields is kept back and becomes a proposal.

mod amend;
pub mod buffer;
pub mod change_set;
mod columns;
mod common;
pub mod config;
mod create;
mod flush;
pub mod functions;
pub mod key;
mod meet;
pub mod moving;
pub mod new_records;
mod notice;
mod record_proposals;
pub mod records;
mod rules;
pub mod scope;
pub mod touched;
pub mod trigger;

use crate::error::{Report, raise};

pub use buffer::has_captured;

/// A statement at executor depth `depth` has gone through its rows, and its AFTER triggers are about to run: what was captured
/// becomes proposals.
pub fn rows_done(depth: u32) {
    if !flush::is_running() {
        flush::flush(depth);
    }
}

/// The AFTER triggers of the statement at executor depth `depth` that is about to end are run by the one that it is part of.
pub fn triggers_come_later(depth: u32) {
    moving::triggers_come_later(depth);
}

/// A statement at executor depth `depth` has ended: everything captured below it becomes proposals, and its NOTICE is sent.
pub fn statement_end(depth: u32) {
    if flush::is_running() {
        return;
    }
    trigger::statement_end(depth);
    moving::statement_end(depth);
    flush::flush(depth);
    notice::send(depth);
    buffer::deactivate_if_empty();
}

/// Whether [`at_commit`] has anything to do.
pub fn has_work_at_commit() -> bool {
    has_captured() || touched::wants_submit()
}

/// The last moment of a transaction: proposals that submit themselves do so. Rows deleted by the very statement whose end
/// loaded the library are seen to here, since that end was not hooked yet. What is captured and has not become a proposal then
/// can only be a defect, and must not be lost silently.
pub fn at_commit() {
    statement_end(0);
    flush::submit_automatically();
    if has_captured() {
        raise(
            Report::new("XX000", "captured changes did not become proposals".to_owned())
                .hint("This is a defect of customer_workflow. The transaction is rolled back, nothing is lost."),
        );
    }
}

/// The transaction is over.
pub fn forget() {
    buffer::forget();
    notice::forget();
    touched::forget();
    trigger::forget();
    moving::forget();
    new_records::forget();
    scope::forget();
    functions::forget();
    change_set::forget();
}

/// A subtransaction was rolled back.
pub fn subtransaction_aborted(subtransaction: u32) {
    buffer::subtransaction_aborted(subtransaction);
    notice::subtransaction_aborted(subtransaction);
    touched::subtransaction_aborted(subtransaction);
    trigger::subtransaction_aborted(subtransaction);
    moving::subtransaction_aborted(subtransaction);
    new_records::subtransaction_aborted(subtransaction);
    scope::subtransaction_aborted(subtransaction);
    functions::subtransaction_aborted(subtransaction);
    change_set::subtransaction_aborted(subtransaction);
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    buffer::subtransaction_committed(subtransaction, parent);
    notice::subtransaction_committed(subtransaction, parent);
    touched::subtransaction_committed(subtransaction, parent);
    trigger::subtransaction_committed(subtransaction, parent);
    moving::subtransaction_committed(subtransaction, parent);
    new_records::subtransaction_committed(subtransaction, parent);
    scope::subtransaction_committed(subtransaction);
    functions::subtransaction_committed(subtransaction, parent);
    change_set::subtransaction_committed(subtransaction, parent);
}
