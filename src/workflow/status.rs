//! The states of a proposal and the verbs that lead from one to the next.

use serde::{Deserialize, Serialize};

/// State of a proposal. Names as in SQL, see [`Status::name`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A draft of its author.
    NotSubmitted,
    /// Its workflow is running.
    PendingApproval,
    /// An approver asked its author to change it.
    ChangeRequested,
    /// An approver said no; its author may edit and resubmit it.
    Rejected,
    /// All approvals are there; it waits for its date.
    Approved,
    /// Its values are written.
    Applied,
    /// Given up.
    Cancelled,
    /// Nobody decided in time.
    Expired,
}

/// What a person does to a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Hand it to the workflow; also again.
    Submit,
    /// Take it back from the workflow.
    Recall,
    /// Say yes. The built-in workflow has one step, so that yes applies it.
    Approve,
    /// Say no.
    Reject,
    /// Send it back to its author with a question.
    RequestChange,
    /// Take what is stored now as the new original.
    Rebase,
    /// Remove one proposed value.
    DiscardChange,
    /// Give it up.
    Cancel,
    /// Apply it without the approvals that are missing.
    OverrideApply,
}

impl Status {
    /// All of them.
    pub const ALL: [Status; 8] = [
        Status::NotSubmitted,
        Status::PendingApproval,
        Status::ChangeRequested,
        Status::Rejected,
        Status::Approved,
        Status::Applied,
        Status::Cancelled,
        Status::Expired,
    ];

    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Status::NotSubmitted => "not_submitted",
            Status::PendingApproval => "pending_approval",
            Status::ChangeRequested => "change_requested",
            Status::Rejected => "rejected",
            Status::Approved => "approved",
            Status::Applied => "applied",
            Status::Cancelled => "cancelled",
            Status::Expired => "expired",
        }
    }

    /// The state of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Status::ALL.into_iter().find(|s| s.name() == name)
    }

    /// Whether something can still happen to it.
    pub fn is_open(self) -> bool {
        !matches!(self, Status::Applied | Status::Cancelled | Status::Expired)
    }

    /// Whether its author's further changes edit it in place.
    pub fn is_editable(self) -> bool {
        matches!(self, Status::NotSubmitted | Status::ChangeRequested | Status::Rejected)
    }

    /// The state after `verb`, or `None` when the verb has no place here (SQLSTATE CW003).
    pub fn after(self, verb: Verb) -> Option<Status> {
        use Status::*;
        match verb {
            Verb::Submit if self.is_editable() => Some(PendingApproval),
            Verb::Recall if matches!(self, PendingApproval | Approved) => Some(NotSubmitted),
            Verb::Approve if self == PendingApproval => Some(Applied),
            Verb::Reject if self == PendingApproval => Some(Rejected),
            Verb::RequestChange if self == PendingApproval => Some(ChangeRequested),
            // what was approved is not what would be applied any more
            Verb::Rebase | Verb::DiscardChange if matches!(self, PendingApproval | Approved) => Some(NotSubmitted),
            Verb::Rebase | Verb::DiscardChange if self.is_editable() => Some(self),
            Verb::Cancel if self.is_open() => Some(Cancelled),
            Verb::OverrideApply if self.is_open() => Some(Applied),
            _ => None,
        }
    }
}

impl Verb {
    /// All of them.
    pub const ALL: [Verb; 9] = [
        Verb::Submit,
        Verb::Recall,
        Verb::Approve,
        Verb::Reject,
        Verb::RequestChange,
        Verb::Rebase,
        Verb::DiscardChange,
        Verb::Cancel,
        Verb::OverrideApply,
    ];

    /// Its name, as the SQL function is called.
    pub fn name(self) -> &'static str {
        match self {
            Verb::Submit => "submit",
            Verb::Recall => "recall",
            Verb::Approve => "approve",
            Verb::Reject => "reject",
            Verb::RequestChange => "request_change",
            Verb::Rebase => "rebase",
            Verb::DiscardChange => "discard_change",
            Verb::Cancel => "cancel",
            Verb::OverrideApply => "override_apply",
        }
    }

    /// The verb of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Verb::ALL.into_iter().find(|v| v.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for s in Status::ALL {
            assert_eq!(Status::from_name(s.name()), Some(s));
        }
        for v in Verb::ALL {
            assert_eq!(Verb::from_name(v.name()), Some(v));
        }
        assert_eq!(Status::from_name("Applied"), None);
    }

    #[test]
    fn nothing_happens_to_a_closed_proposal() {
        for s in Status::ALL.into_iter().filter(|s| !s.is_open()) {
            for v in Verb::ALL {
                assert_eq!(s.after(v), None, "{} of {}", v.name(), s.name());
            }
        }
    }

    #[test]
    fn but_for_an_override_only_approve_applies_and_only_what_is_pending() {
        for s in Status::ALL {
            for v in Verb::ALL.into_iter().filter(|v| *v != Verb::OverrideApply) {
                if s.after(v) == Some(Status::Applied) {
                    assert_eq!((s, v), (Status::PendingApproval, Verb::Approve));
                }
            }
        }
    }

    #[test]
    fn an_edit_never_leaves_a_decision_standing() {
        for s in Status::ALL {
            for v in [Verb::Rebase, Verb::DiscardChange] {
                if let Some(after) = s.after(v) {
                    assert!(after.is_editable(), "{} of {}", v.name(), s.name());
                }
            }
        }
    }

    #[test]
    fn every_open_state_can_be_cancelled() {
        for s in Status::ALL {
            assert_eq!(s.after(Verb::Cancel).is_some(), s.is_open());
        }
    }
}
