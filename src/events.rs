//! Events for other systems: whoever waits for them is woken by one NOTIFY a transaction that has added to the history. Drafts are no
//! events, so that capture pays nothing.

use crate::pg::function::Call;
use crate::pg::spi::Statement;
use crate::pg::{notify, value, worker};
use pgrx::pg_sys::Datum;
use std::cell::Cell;

thread_local! {
    static RECORDED: Cell<bool> = const { Cell::new(false) };
}

static TELL: Statement =
    Statement::new(c"SELECT true FROM customer_workflow.event_consumer AS c WHERE c.notify LIMIT 1", &[]);

/// The transaction has added to the history.
pub fn recorded() {
    RECORDED.set(true);
}

/// SQL `_event_transaction() returns xid8`: pg_current_xact_id() for a new entry of the history.
pub fn transaction(_: &Call) -> Option<Datum> {
    recorded();
    Some(value::transaction_id())
}

/// SQL `_lock_consumer(id integer) returns void`: waits until no other transaction reads events for this consumer.
pub fn lock_consumer(call: &Call) -> Option<Datum> {
    notify::lock_object(c"event_consumer", call.arg(0)?.value() as u32);
    None
}

/// Whether [`at_commit`] has anything to do.
pub fn has_work_at_commit() -> bool {
    RECORDED.get()
}

/// The last moment of a transaction that is not prepared: PostgreSQL refuses to prepare one that has notified.
pub fn at_commit() {
    // it may have dropped the extension
    if worker::has_extension() && TELL.read_latest(&[], |_| ()) > 0 {
        notify::notify(c"customer_workflow");
    }
}

/// The transaction is over.
pub fn forget() {
    RECORDED.set(false);
}
