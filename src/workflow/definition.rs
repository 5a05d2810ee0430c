//! A workflow definition as its JSON says it. [`super::validate::parse`] reads one; what the fields may hold says
//! [`super::grammar`].

use serde::{Deserialize, Serialize};

use super::span::{Span, whole};

/// A whole workflow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Which proposals it is for; without one it takes those that no other takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The person or role that is told of faults, and whom `{"workflow_user": "owner"}` names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether authors, originators and editors may decide their own proposals.
    #[serde(default, skip_serializing_if = "is_false")]
    pub allow_self_approval: bool,
    /// Whether who decided an earlier step is left out of later ones.
    #[serde(default, skip_serializing_if = "is_false")]
    pub distinct_approvers: bool,
    /// Where a rejected or questioned proposal starts again.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resubmission: Resubmission,
    /// After this time without a decision the proposal expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_after: Option<Span>,
    /// The calendar of spans that name none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<String>,
    /// What happens, one after the other.
    pub elements: Vec<Element>,
}

/// Where a rejected or questioned proposal starts again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resubmission {
    /// At the first element, all approvals void.
    #[default]
    Restart,
    /// At the element that sent it back; elements before it keep what was decided.
    SameElement,
    /// At the first element; steps whose condition inputs and values did not change keep their approvals.
    ChangedOnly,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Element {
    /// People say yes or no.
    Approval(Approval),
    /// One person does something.
    Task(Task),
    /// A function of the DBA does something.
    AutomatedTask(AutomatedTask),
    /// Conditions choose a branch.
    Decision(Decision),
    /// A person chooses a branch.
    ManualDecision(ManualDecision),
    /// All branches at the same time.
    Parallel(Parallel),
    /// The routes of the fields that change, at the same time.
    ForEachChange(ForEachChange),
}

/// An ordered list of steps that all must approve.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Unique in the workflow.
    pub name: String,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Decides without a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_action: Option<AutomaticAction>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// What approvers may do.
    #[serde(default = "every_action", skip_serializing_if = "is_every_action")]
    pub allowed_actions: Vec<Action>,
    /// Whether approvers may decide single fields.
    #[serde(default, skip_serializing_if = "is_false")]
    pub field_decisions: bool,
    /// Decides last where somebody involved is an approver, and in place of a step where nobody else is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub final_approver: Option<Assign>,
    /// A limit on the whole element; it overrides limits and escalation of the steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Span>,
    /// What happens after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_action: Option<AutoAction>,
}

/// A stage of an approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Unique in its element.
    pub name: String,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Who decides.
    pub assign_to: Assign,
    /// How many responses finish it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub completion_policy: CompletionPolicy,
    /// When a work item is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Span>,
    /// Who gets an overdue work item, one level after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<Level>,
    /// What happens to a work item that is overdue at the last level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_action: Option<AutoAction>,
    /// Times after the start of a work item at which its holder is reminded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Span>,
    /// One line for lists, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What to do, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// A level of an escalation path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Who gets the work item.
    pub assign_to: Assign,
    /// How long; without one it stays there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Span>,
}

/// A decision of the system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomaticAction {
    /// Only when true.
    pub when: String,
    /// What it does.
    pub action: AutoAction,
}

/// What people may do with a work item, as definitions name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Yes.
    Approve,
    /// Done.
    Complete,
    /// No.
    Reject,
    /// Back to the originator with a question.
    RequestChange,
    /// To another person.
    Delegate,
}

/// What the system may do in place of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AutoAction {
    /// Yes.
    Approve,
    /// Done.
    Complete,
    /// No.
    Reject,
    /// Back to the originator.
    RequestChange,
}

/// How many of the people of a step must respond. Any rejection among the counted responses rejects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionPolicy {
    /// The first response decides.
    #[default]
    SingleApprover,
    /// More than half.
    Majority,
    /// All.
    AllApprovers,
    /// So many of a hundred, rounded up.
    Percentage(#[serde(deserialize_with = "whole")] u32),
    /// So many.
    Count(#[serde(deserialize_with = "whole")] u32),
}

/// Who gets work items.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assign {
    /// The members of a database role.
    Role(String),
    /// The members of a group.
    Group(String),
    /// One person.
    User(String),
    /// The person whom a column of the record names.
    Field(String),
    /// A person of this proposal.
    WorkflowUser(WorkflowUser),
    /// Managers.
    Hierarchy(Hierarchy),
    /// The people whom a set-returning function of the DBA names.
    Sql(String),
}

/// A person of a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowUser {
    /// Who made the change.
    Author,
    /// Who submitted it.
    Originator,
    /// The owner of the workflow.
    Owner,
}

/// A walk up a manager relation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hierarchy {
    /// The relation's name, as `set_hierarchy` gave it.
    pub name: String,
    /// Whose manager comes first.
    #[serde(default)]
    pub start_from: StartFrom,
    /// How many levels up at most.
    #[serde(default, deserialize_with = "some_whole", skip_serializing_if = "Option::is_none")]
    pub levels: Option<u32>,
    /// Stops at the first manager for whom it is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Which of them.
    #[serde(default)]
    pub assign: Which,
}

/// Where a walk up a hierarchy starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartFrom {
    /// Who made the change.
    #[default]
    Author,
    /// Who submitted it.
    Originator,
    /// The person whom a column of the record names.
    Field(String),
}

/// Which of the people of a hierarchy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Everyone on the way.
    #[default]
    All,
    /// Only where the walk stopped.
    Last,
}

/// Work for one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// Unique in the workflow.
    pub name: String,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Acts without a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub automatic_action: Option<AutomaticAction>,
    /// Who does it: any one of them.
    pub assign_to: Assign,
    /// What he may do.
    #[serde(default = "every_task_action", skip_serializing_if = "is_every_task_action")]
    pub allowed_actions: Vec<Action>,
    /// When it is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Span>,
    /// Who gets it then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<Level>,
    /// What happens when it is overdue at the last level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_action: Option<AutoAction>,
    /// Times after its start at which its holder is reminded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Span>,
    /// One line for lists, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What to do, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// A call of a function of the DBA.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomatedTask {
    /// Unique in the workflow.
    pub name: String,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The function.
    pub function: String,
}

/// A choice by conditions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Unique in the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// The first whose condition is true.
    pub branches: Vec<ConditionalBranch>,
    /// When none is; without it such a change is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Vec<Element>>,
}

/// A branch of a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionalBranch {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Taken when true.
    pub when: String,
    /// What then happens.
    pub elements: Vec<Element>,
}

/// A choice by a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManualDecision {
    /// Unique in the workflow.
    pub name: String,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Who chooses: any one of them.
    pub assign_to: Assign,
    /// What he may choose.
    pub outcomes: Vec<Outcome>,
    /// Whether he may delegate.
    #[serde(default = "only_delegate", skip_serializing_if = "is_only_delegate")]
    pub allowed_actions: Vec<Action>,
    /// When it is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_limit: Option<Span>,
    /// Who gets it then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalation: Vec<Level>,
    /// The outcome when it is overdue at the last level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_action: Option<String>,
    /// Times after its start at which its holder is reminded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<Span>,
    /// One line for lists, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What to do, with placeholders.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instructions: Option<String>,
}

/// An outcome of a manual decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// What the person chooses; unique in its element.
    pub name: String,
    /// What then happens.
    pub elements: Vec<Element>,
}

/// Branches that run at the same time and all join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parallel {
    /// Unique in the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// At least two.
    pub branches: Vec<Branch>,
}

/// A branch of a parallel element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Branch {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens in it.
    pub elements: Vec<Element>,
}

/// A route for each field that changes; all join.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForEachChange {
    /// Unique in the workflow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Left out when false.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<String>,
    /// Those run that have a field that changes, each once.
    pub routes: Vec<FieldRoute>,
    /// For fields that no route has; without it such a change is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Vec<Element>>,
}

/// The route of some fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldRoute {
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The fields that take it.
    pub fields: Vec<String>,
    /// What happens on it.
    pub elements: Vec<Element>,
}

const EVERY_ACTION: [Action; 4] = [Action::Approve, Action::Reject, Action::RequestChange, Action::Delegate];
const EVERY_TASK_ACTION: [Action; 4] = [Action::Complete, Action::Reject, Action::RequestChange, Action::Delegate];

fn every_action() -> Vec<Action> {
    EVERY_ACTION.to_vec()
}

fn is_every_action(actions: &[Action]) -> bool {
    actions == EVERY_ACTION
}

fn every_task_action() -> Vec<Action> {
    EVERY_TASK_ACTION.to_vec()
}

fn is_every_task_action(actions: &[Action]) -> bool {
    actions == EVERY_TASK_ACTION
}

fn only_delegate() -> Vec<Action> {
    vec![Action::Delegate]
}

fn is_only_delegate(actions: &[Action]) -> bool {
    actions == [Action::Delegate]
}

fn is_false(b: &bool) -> bool {
    !b
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

fn some_whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    whole(deserializer).map(Some)
}
