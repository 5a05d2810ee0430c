//! Why the engine refuses an event. Nothing has changed then.

use std::fmt;

use super::question::Person;
use super::status::Status;

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Fewer people are left for a step than must respond.
    NobodyEligible {
        /// The step, task, decision or final approver.
        at: String,
        /// Its element's name.
        element: String,
        /// Its own.
        step: Option<String>,
        /// How many must respond.
        needed: u32,
        /// How many there are.
        found: u32,
    },
    /// A condition that must be known is NULL.
    NullCondition {
        /// The condition.
        at: String,
    },
    /// A condition failed.
    ConditionFailed {
        /// The condition.
        at: String,
        /// PostgreSQL's message.
        message: String,
    },
    /// No branch of a decision, and no `otherwise`.
    NoBranch {
        /// The decision.
        at: String,
    },
    /// No route for a field, and no `otherwise`.
    NoRoute {
        /// The element.
        at: String,
        /// The field.
        field: String,
    },
    /// The workflow came to its end and nobody had approved anything.
    NothingApproved,
    /// The verb has no place in this status.
    WrongStatus(Status),
    /// The work item is not open.
    NoSuchItem(u32),
    /// He does not hold the work item.
    NotAssignee(Person),
    /// It is his own change, or that of the person for whom he stands in.
    OwnChange(Person),
    /// He decided an earlier step, and approvers must be distinct.
    AlreadyDecided(Person),
    /// He holds another place of the same step, or has decided it.
    AlreadyAssigned(Person),
    /// The work item was his before: delegations must not go in circles.
    Circle(Person),
    /// This is not among the allowed actions or outcomes.
    NotAllowed(String),
    /// The state belongs to another definition.
    DoesNotFit(String),
}

impl Refusal {
    /// Its SQLSTATE.
    pub fn sqlstate(&self) -> &'static str {
        match self {
            Refusal::NobodyEligible { .. }
            | Refusal::NullCondition { .. }
            | Refusal::ConditionFailed { .. }
            | Refusal::NoBranch { .. }
            | Refusal::NoRoute { .. }
            | Refusal::NothingApproved => "CW004",
            Refusal::WrongStatus(_) => "CW003",
            Refusal::NoSuchItem(_) => "P0002",
            Refusal::NotAssignee(_) => "42501",
            Refusal::OwnChange(_) | Refusal::AlreadyDecided(_) => "CW007",
            Refusal::AlreadyAssigned(_) | Refusal::Circle(_) | Refusal::NotAllowed(_) => "22023",
            Refusal::DoesNotFit(_) => "CW008",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Refusal::NobodyEligible { element, step, needed, found, .. } => {
                write!(f, "\"{element}\"")?;
                if let Some(step) = step {
                    write!(f, ", step \"{step}\"")?;
                }
                write!(f, " needs {needed} eligible, found {found}")
            }
            Refusal::NullCondition { at } => write!(f, "condition {at} of the workflow is null"),
            Refusal::ConditionFailed { at, message } => write!(f, "condition {at} of the workflow failed: {message}"),
            Refusal::NoBranch { at } => write!(f, "no branch of {at} is for this change"),
            Refusal::NoRoute { at, field } => write!(f, "{at} has no route for field \"{field}\""),
            Refusal::NothingApproved => write!(f, "no step of the workflow approves this change"),
            Refusal::WrongStatus(status) => write!(f, "proposal is {}", status.name()),
            Refusal::NoSuchItem(item) => write!(f, "work item {item} is not open"),
            Refusal::NotAssignee(person) => write!(f, "{person} is not an assignee"),
            Refusal::OwnChange(person) => write!(f, "{person} has a part in this change"),
            Refusal::AlreadyDecided(person) => write!(f, "{person} decided an earlier step"),
            Refusal::AlreadyAssigned(person) => write!(f, "{person} has a place in this step already"),
            Refusal::Circle(person) => write!(f, "{person} delegated this work item himself"),
            Refusal::NotAllowed(action) => write!(f, "\"{action}\" is not allowed here"),
            Refusal::DoesNotFit(at) => write!(f, "proposal stands at {at}, which its workflow does not have"),
        }
    }
}
