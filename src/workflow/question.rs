//! What the engine cannot know by itself, and asks: conditions and people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A person as the shell names people.
pub type Person = String;

/// Something to find out before the engine can go on. All are named by JSON pointers into the definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Evaluate the condition at this place.
    Condition(String),
    /// Find the people of the assignment at `at`.
    People {
        /// The assignment.
        at: String,
        /// People to leave out: those involved in the proposal, those who decided.
        without: Vec<Person>,
        /// So many suffice; without a number all are needed.
        at_most: Option<u32>,
    },
}

/// The value of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It holds.
    True,
    /// It does not.
    False,
    /// Nobody knows. Never lets a change through.
    Null,
    /// It could not be evaluated; the message of PostgreSQL.
    Error(String),
}

/// One of the people of an assignment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// Who acts.
    pub person: Person,
    /// In whose place, by a standing delegation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Person>,
}

/// The people of an assignment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eligible {
    /// Those who are left, as many as were asked for; standing delegates of a role's members always.
    pub people: Vec<Candidate>,
    /// Whether an author, originator or editor is among those who were assigned.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub involved: bool,
}

/// The answers so far, by pointer. Together with the event they are all that the engine knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answers {
    /// Values of conditions.
    pub conditions: BTreeMap<String, Truth>,
    /// People of assignments.
    pub people: BTreeMap<String, Eligible>,
}
