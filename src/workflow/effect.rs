//! What follows from an event, for the shell to write.

use serde::{Deserialize, Serialize};

use super::event::Timer;
use super::question::{Person, Truth};
use super::span::Span;
use super::status::Status;

/// Something for the shell to do, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Create a work item.
    CreateWorkItem(Box<WorkItem>),
    /// It has other holders.
    ChangeHolder {
        /// The work item.
        item: u32,
        /// They.
        holder: Holder,
    },
    /// It is overdue and goes to others, with a limit of its own.
    Escalate {
        /// The work item.
        item: u32,
        /// The level, from 1.
        level: u32,
        /// They.
        holder: Holder,
        /// Their time.
        due: Option<Span>,
    },
    /// Nobody has to do anything with it any more.
    CloseWorkItem {
        /// The work item.
        item: u32,
        /// Whether it was done, or is not needed any more.
        done: bool,
    },
    /// Remember to come back.
    StartTimer {
        /// With this.
        timer: Timer,
        /// After that.
        span: Span,
    },
    /// The work items and timers that an edit had ended are there again.
    TakeUp,
    /// Tell somebody.
    Notify {
        /// Whom.
        whom: Recipient,
        /// What.
        about: Topic,
    },
    /// Call the function of an automated task; then comes `Called` or `CallFailed`.
    CallFunction {
        /// The element.
        at: String,
        /// The function.
        function: String,
    },
    /// Write the proposed values: all approvals are there.
    Apply,
    /// It has this status now and is with its originator (or nobody).
    End(Status),
    /// Add to the history.
    Log(Entry),
}

/// A new work item.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkItem {
    /// Its number in this proposal.
    pub item: u32,
    /// The step, task or manual decision; also where its texts are.
    pub at: String,
    /// Name of the element.
    pub element: String,
    /// Name of the step.
    pub step: Option<String>,
    /// Who may act on it.
    pub holder: Holder,
    /// Its time.
    pub due: Option<Span>,
    /// When to send `Timer::Reminder`.
    pub reminders: Vec<Span>,
    /// What may be done with it, as SQL names it.
    pub actions: Vec<String>,
    /// The outcomes of a manual decision.
    pub outcomes: Vec<String>,
}

/// Who may act on a work item: a role's or group's members, and people with places of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The role or group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Pool>,
    /// People.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub places: Vec<Place>,
}

/// A role or group that holds a work item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// A database role.
    Role(String),
    /// A group.
    Group(String),
}

/// A person who may act on a work item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Who.
    pub person: Person,
    /// For whom: the assignee first, then each who delegated it further.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<Person>,
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The originator of the proposal.
    Originator,
    /// The owner of the workflow.
    Owner,
    /// The holder of a work item.
    Holder(u32),
}

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// There is work.
    Assigned,
    /// There still is.
    Reminder,
    /// It is late.
    Overdue,
    /// It is late, and yours now.
    Escalated,
    /// It is not needed any more: recalled, edited, cancelled or expired.
    Withdrawn,
    /// It was approved.
    Approved,
    /// It was rejected.
    Rejected,
    /// A change was requested.
    ChangeRequested,
    /// It expired.
    Expired,
    /// Something does not work.
    Fault,
}

/// An entry of the history. Where the entry is about a person's act, the shell adds the comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub kind: Tracking,
    /// Where in the definition; empty for the proposal as a whole.
    pub at: String,
    /// Who did it; the system where nobody.
    pub person: Option<Person>,
    /// In whose place.
    pub on_behalf_of: Option<Person>,
    /// The work item.
    pub item: Option<u32>,
    /// The value of a condition.
    pub value: Option<Truth>,
    /// More: the new holder, the outcome, the reason.
    pub detail: Option<String>,
}

/// What happened, in the words of Dynamics 365 where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracking {
    /// Handed to the workflow.
    Submission,
    /// Again.
    Resubmission,
    /// A condition of an element or a step had a value.
    PreConditionEvaluation,
    /// A condition of an automatic action had a value.
    AutoCompletionConditionEvaluation,
    /// A condition of a branch had a value.
    DecisionConditionEvaluation,
    /// A work item was created.
    Creation,
    /// Somebody, or an automatic action, said yes.
    Approval,
    /// No.
    Rejection,
    /// Sent back with a question.
    RequestChange,
    /// A step, task or the whole workflow was finished.
    Completion,
    /// A work item went to another person.
    Delegation,
    /// The same, by a standing delegation.
    AutomaticDelegation,
    /// An administrator gave it to another person.
    Reassignment,
    /// A work item is overdue.
    DueDateExceeded,
    /// An element took too long.
    DurationExceeded,
    /// A work item went to a level of its escalation path.
    EscalationPath,
    /// What happens after the last level, or after the limit of an element.
    FinalEscalationAction,
    /// Somebody involved is an approver: the final approver decides as well.
    FinalApproverRequired,
    /// An earlier approval still holds.
    ApprovalKept,
    /// Submitted again after an edit that was undone: it goes on where it stood.
    TakenUp,
    /// Something does not work.
    Fault,
    /// Taken back.
    Recall,
    /// Changed while it was running.
    Edit,
    /// Given up.
    Cancellation,
    /// Nobody decided in time.
    Expiry,
    /// Started anew by another definition.
    Reroute,
}

impl Tracking {
    /// Its name in the history: `snake_case`.
    pub fn name(self) -> &'static str {
        match self {
            Tracking::Submission => "submission",
            Tracking::Resubmission => "resubmission",
            Tracking::PreConditionEvaluation => "pre_condition_evaluation",
            Tracking::AutoCompletionConditionEvaluation => "auto_completion_condition_evaluation",
            Tracking::DecisionConditionEvaluation => "decision_condition_evaluation",
            Tracking::Creation => "creation",
            Tracking::Approval => "approval",
            Tracking::Rejection => "rejection",
            Tracking::RequestChange => "request_change",
            Tracking::Completion => "completion",
            Tracking::Delegation => "delegation",
            Tracking::AutomaticDelegation => "automatic_delegation",
            Tracking::Reassignment => "reassignment",
            Tracking::DueDateExceeded => "due_date_exceeded",
            Tracking::DurationExceeded => "duration_exceeded",
            Tracking::EscalationPath => "escalation_path",
            Tracking::FinalEscalationAction => "final_escalation_action",
            Tracking::FinalApproverRequired => "final_approver_required",
            Tracking::ApprovalKept => "approval_kept",
            Tracking::TakenUp => "taken_up",
            Tracking::Fault => "fault",
            Tracking::Recall => "recall",
            Tracking::Edit => "edit",
            Tracking::Cancellation => "cancellation",
            Tracking::Expiry => "expiry",
            Tracking::Reroute => "reroute",
        }
    }
}
