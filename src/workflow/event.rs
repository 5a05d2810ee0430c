//! What happens to a proposal.

use serde::{Deserialize, Serialize};

use super::question::Person;

/// One thing that happened. With the answers to the engine's questions it is all that a log needs for replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// Handed to the workflow, also again.
    Submitted {
        /// The originator.
        person: Person,
        /// Authors, originator and editors: who may not decide.
        involved: Vec<Person>,
        /// The fields that change.
        fields: Vec<String>,
        /// Those of them with another value than when it was last submitted, and those taken out; `None`: all.
        changed: Option<Vec<String>>,
        /// Where an edit has taken it back while it ran in this same definition.
        #[serde(default)]
        interrupted: Option<Interruption>,
    },
    /// A person did something with a work item. The shell has seen that he is a member, where a role or group holds it.
    Acted {
        /// The work item.
        item: u32,
        /// Who.
        person: Person,
        /// What.
        act: Act,
    },
    /// Some of its fields were rejected and are a proposal of their own now: these are left.
    Narrowed {
        /// The fields that still change; at least one, and all of them were in it.
        fields: Vec<String>,
    },
    /// Taken back by its originator or a steward.
    Recalled {
        /// Who.
        person: Person,
    },
    /// Its values or originals changed: approvals are void.
    Edited {
        /// Who.
        person: Person,
    },
    /// Given up.
    Cancelled {
        /// Who.
        person: Person,
    },
    /// The due time of a timer is past.
    Due(Timer),
    /// An administrator gave a work item to others.
    Reassigned {
        /// The work item.
        item: u32,
        /// Who did it.
        person: Person,
        /// The new holders.
        to: Vec<Person>,
    },
    /// The function of an automated task returned.
    Called {
        /// The element.
        at: String,
    },
    /// The function of an automated task failed.
    CallFailed {
        /// The element.
        at: String,
        /// Why.
        message: String,
    },
    /// An administrator starts the workflow anew by the definition that comes with this event.
    Rerouted {
        /// Who.
        person: Person,
    },
}

/// What has become of an edit that took a running proposal back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// It has other content now.
    Edited,
    /// It is what it was, and every condition has the value that it had.
    Undone,
}

/// What a person does with a work item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Yes.
    Approve,
    /// No.
    Reject,
    /// Back to the originator with a question.
    RequestChange,
    /// The task is done.
    Complete,
    /// The outcome of a manual decision.
    Choose(String),
    /// His place to another person.
    Delegate(Person),
}

/// Something with a due time. One that is no longer awaited is ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timer {
    /// The limit of a work item at a level of its escalation path.
    Item {
        /// The work item.
        item: u32,
        /// The level; 0 before escalation.
        level: u32,
    },
    /// A reminder for the holder of a work item.
    Reminder {
        /// The work item.
        item: u32,
    },
    /// The limit of an element.
    Element {
        /// The element.
        at: String,
        /// In which submission.
        round: u32,
    },
    /// The limit of the proposal.
    Proposal {
        /// In which submission.
        round: u32,
    },
}
