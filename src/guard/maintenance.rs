//! Maintenance: for the rest of a transaction its person may write protected fields of some tables, and alter them. Kept in memory,
//! never in a setting, which users can set; what SQL needs of it is in the table `maintenance`, whose rows nobody else ever sees.

use super::person;
use crate::capture::functions;
use crate::error::{Report, raise};
use crate::pg::function::Call;
use crate::pg::spi::Statement;
use crate::pg::{callbacks, role};
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::RefCell;

struct Maintained {
    root: Oid,
    person: String,
    subtransaction: u32,
}

thread_local! {
    static TABLES: RefCell<Vec<Maintained>> = const { RefCell::new(Vec::new()) };
}

static BEGIN: Statement = Statement::new(
    c"SELECT b.relation FROM customer_workflow._begin_maintenance($1, $2) AS b",
    &[pg_sys::REGCLASSARRAYOID, pg_sys::TEXTOID],
);

static END: Statement = Statement::new(c"SELECT customer_workflow._end_maintenance()", &[]);

/// SQL `begin_maintenance(relations regclass[], comment text)`. Only the person himself begins it: not a SECURITY DEFINER function
/// that he called (42501), nor code of a workflow (55000).
pub fn begin(call: &Call) -> Option<Datum> {
    if role::current_user() != role::outer_user() {
        raise(
            Report::new("42501", "maintenance cannot begin within a security-definer function".to_owned())
                .detail("It would last to the end of the transaction of whoever called that function.")
                .hint("Call customer_workflow.begin_maintenance() directly."),
        );
    }
    if person::code_of_workflow_runs() {
        raise(
            Report::new("55000", "maintenance cannot begin within a function of a workflow".to_owned())
                .hint("Call customer_workflow.begin_maintenance() in a transaction of its own."),
        );
    }
    let mut roots = Vec::new();
    BEGIN.run(&[call.arg(0), call.arg(1)], |row| roots.extend(row.int(1).map(|oid| Oid::from(oid as u32))));
    let person = person::current().person.clone().unwrap_or_default();
    let subtransaction = callbacks::subtransaction();
    TABLES.with_borrow_mut(|t| {
        t.extend(roots.into_iter().map(|root| Maintained { root, person: person.clone(), subtransaction }));
    });
    None
}

/// Whether writes of the current statement to the protected table with this root pass. Those of `propose()` never do.
pub fn passes(root: Oid) -> bool {
    if TABLES.with_borrow(Vec::is_empty) || functions::proposes(root) {
        return false;
    }
    let who = person::current();
    TABLES.with_borrow(|t| t.iter().any(|m| m.root == root && who.person.as_ref() == Some(&m.person)))
}

/// Whether this transaction has begun maintenance.
pub fn is_under_way() -> bool {
    TABLES.with_borrow(|t| !t.is_empty())
}

/// The transaction is about to commit: protection is whole again, or it does not commit.
pub fn at_commit() {
    if is_under_way() {
        TABLES.take();
        END.run(&[], |_| ());
    }
}

/// The transaction is about to be prepared, to be committed by who knows whom.
pub fn at_prepare() {
    if is_under_way() {
        raise(
            Report::new("0A000", "cannot PREPARE a transaction that has begun maintenance".to_owned())
                .hint("COMMIT it instead."),
        );
    }
}

/// The transaction is over.
pub fn forget() {
    TABLES.take();
}

/// A subtransaction was rolled back, and the maintenance that began in it.
pub fn subtransaction_aborted(subtransaction: u32) {
    TABLES.with_borrow_mut(|t| t.retain(|m| m.subtransaction != subtransaction));
}

/// A subtransaction became a part of its parent.
pub fn subtransaction_committed(subtransaction: u32, parent: u32) {
    TABLES.with_borrow_mut(|t| {
        for m in t.iter_mut().filter(|m| m.subtransaction == subtransaction) {
            m.subtransaction = parent;
        }
    });
}
