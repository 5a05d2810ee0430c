//! New rows of the history, written past the executor.

use crate::pg::spi::Sequence;
use crate::pg::table::Target;

/// Their numbers. The transaction has its own before it takes any of them: see sql/history_proof.sql.
pub static IDS: Sequence = Sequence::new(c"history_id_seq");

const COLUMNS: [&str; 16] = [
    "id",
    "at",
    "transaction",
    "identity",
    "table_id",
    "proposal",
    "kind",
    "person",
    "on_behalf_of",
    "database_role",
    "source",
    "element",
    "step",
    "comment",
    "digest",
    "details",
];

/// Entries that are events.
pub static EVENTS: Target<16> = Target::new(
    c"history",
    COLUMNS,
    &[("history_of_proposal", &["proposal"]), ("history_event", &["transaction", "id"])],
);

/// Entries of new drafts, which are none.
pub static DRAFTS: Target<16> =
    Target::new(c"history", COLUMNS, &[("history_of_proposal", &["proposal"]), ("history_event", &[])]);
