//! What a definition may hold, told once: [`super::validate`] checks by it and [`super::schema`] publishes it.

/// Blocks inside one another. Each takes five levels of JSON, of which serde reads [`super::json::MAX_LEVELS`].
pub const MAX_DEPTH: usize = 24;
/// Elements in all.
pub const MAX_ELEMENTS: usize = 500;
/// Characters of the definition as compact JSON.
pub const MAX_SIZE: usize = 1_000_000;
/// Entries of a list.
pub const MAX_LIST: usize = 100;
/// Characters of a name.
pub const MAX_NAME: usize = 200;
/// Characters of a condition or a text.
pub const MAX_TEXT: usize = 10_000;
/// Units of a span, responses, levels.
pub const MAX_COUNT: u32 = 10_000;

/// Which rule holds for a condition, above all when it is NULL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionKind {
    /// Of a workflow: NULL refuses.
    Activation,
    /// Of an element or a step: NULL runs it.
    Precondition,
    /// Of an automatic action: NULL does nothing.
    Automatic,
    /// Of a branch: NULL refuses.
    Branch,
    /// Where a hierarchy stops: NULL goes on.
    Until,
}

impl ConditionKind {
    /// Its name, as messages and SQL use it.
    pub fn name(self) -> &'static str {
        match self {
            ConditionKind::Activation => "activation",
            ConditionKind::Precondition => "precondition",
            ConditionKind::Automatic => "automatic_action",
            ConditionKind::Branch => "branch",
            ConditionKind::Until => "until",
        }
    }
}

/// What a value may be.
pub enum Shape {
    /// A text that is not empty, of so many characters at most.
    Text(usize),
    /// An SQL expression.
    Condition(ConditionKind),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A whole number from, to.
    Count(u32, u32),
    /// True or false.
    Flag,
    /// A list of at least so many; `distinct` ones where the flag says so.
    List(&'static Shape, usize, bool),
    /// An object with these fields and no others.
    Object(&'static [Field]),
    /// An object with exactly one of these fields.
    Choice(&'static [(&'static str, &'static Shape)]),
    /// One of these words, or an object as in `Choice`.
    WordOrChoice(&'static [&'static str], &'static [(&'static str, &'static Shape)]),
    /// A span of time.
    Span,
    /// A shape of its own name in the schema; it may contain itself.
    Named(&'static str, &'static Shape),
}

/// A field of an object.
pub struct Field {
    /// Its key.
    pub name: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it holds.
    pub shape: &'static Shape,
}

const fn must(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, required: true, shape }
}

const fn may(name: &'static str, shape: &'static Shape) -> Field {
    Field { name, required: false, shape }
}

/// A whole definition.
pub static DEFINITION: Shape = Shape::Object(&[
    may("description", &TEXT),
    may("when", &Shape::Condition(ConditionKind::Activation)),
    may("owner", &NAME),
    may("allow_self_approval", &Shape::Flag),
    may("distinct_approvers", &Shape::Flag),
    may("resubmission", &Shape::Word(&["restart", "same_element", "changed_only"])),
    may("expires_after", &SPAN),
    may("calendar", &NAME),
    must("elements", &Shape::List(&ELEMENT, 1, false)),
]);

/// An element.
pub static ELEMENT: Shape = Shape::Named(
    "element",
    &Shape::Choice(&[
        ("approval", &APPROVAL),
        ("task", &TASK),
        ("automated_task", &AUTOMATED_TASK),
        ("decision", &DECISION),
        ("manual_decision", &MANUAL_DECISION),
        ("parallel", &PARALLEL),
        ("for_each_change", &FOR_EACH_CHANGE),
    ]),
);

/// The name of an element that is not there yet.
pub const RESERVED: &str = "subworkflow";

static NAME: Shape = Shape::Text(MAX_NAME);
static TEXT: Shape = Shape::Text(MAX_TEXT);
static WHEN: Shape = Shape::Condition(ConditionKind::Precondition);
static SPAN: Shape = Shape::Named("span", &Shape::Span);
static ELEMENTS: Shape = Shape::List(&ELEMENT, 0, false);

static ASSIGN_TO: Shape = Shape::Named(
    "assign_to",
    &Shape::Choice(&[
        ("role", &NAME),
        ("group", &NAME),
        ("user", &NAME),
        ("field", &NAME),
        ("workflow_user", &Shape::Word(&["author", "originator", "owner"])),
        ("hierarchy", &HIERARCHY),
        ("sql", &NAME),
    ]),
);

static HIERARCHY: Shape = Shape::Object(&[
    must("name", &NAME),
    may("start_from", &Shape::WordOrChoice(&["author", "originator"], &[("field", &NAME)])),
    may("levels", &Shape::Count(1, MAX_COUNT)),
    may("until", &Shape::Condition(ConditionKind::Until)),
    may("assign", &Shape::Word(&["all", "last"])),
]);

static APPROVAL: Shape = Shape::Object(&[
    must("name", &NAME),
    may("when", &WHEN),
    may("automatic_action", &Shape::Object(&[must("when", &AUTOMATIC), must("action", &APPROVAL_ACTION)])),
    must("steps", &Shape::List(&STEP, 1, false)),
    may("allowed_actions", &Shape::List(&Shape::Word(&["approve", "reject", "request_change", "delegate"]), 1, true)),
    may("field_decisions", &Shape::Flag),
    may("final_approver", &ASSIGN_TO),
    may("time_limit", &SPAN),
    may("end_action", &APPROVAL_ACTION),
]);

static AUTOMATIC: Shape = Shape::Condition(ConditionKind::Automatic);
static APPROVAL_ACTION: Shape = Shape::Word(&["approve", "reject", "request_change"]);
static TASK_ACTION: Shape = Shape::Word(&["complete", "reject", "request_change"]);

static STEP: Shape = Shape::Named(
    "step",
    &Shape::Object(&[
        must("name", &NAME),
        may("when", &WHEN),
        must("assign_to", &ASSIGN_TO),
        may(
            "completion_policy",
            &Shape::WordOrChoice(
                &["single_approver", "majority", "all_approvers"],
                &[("percentage", &Shape::Count(1, 100)), ("count", &Shape::Count(1, MAX_COUNT))],
            ),
        ),
        may("time_limit", &SPAN),
        may("escalation", &ESCALATION),
        may("end_action", &APPROVAL_ACTION),
        may("reminders", &REMINDERS),
        may("subject", &TEXT),
        may("instructions", &TEXT),
    ]),
);

static ESCALATION: Shape =
    Shape::List(&Shape::Object(&[must("assign_to", &ASSIGN_TO), may("time_limit", &SPAN)]), 0, false);
static REMINDERS: Shape = Shape::List(&SPAN, 0, false);

static TASK: Shape = Shape::Object(&[
    must("name", &NAME),
    may("when", &WHEN),
    may("automatic_action", &Shape::Object(&[must("when", &AUTOMATIC), must("action", &TASK_ACTION)])),
    must("assign_to", &ASSIGN_TO),
    may("allowed_actions", &Shape::List(&Shape::Word(&["complete", "reject", "request_change", "delegate"]), 1, true)),
    may("time_limit", &SPAN),
    may("escalation", &ESCALATION),
    may("end_action", &TASK_ACTION),
    may("reminders", &REMINDERS),
    may("subject", &TEXT),
    may("instructions", &TEXT),
]);

static AUTOMATED_TASK: Shape = Shape::Object(&[must("name", &NAME), may("when", &WHEN), must("function", &NAME)]);

static DECISION: Shape = Shape::Object(&[
    may("name", &NAME),
    may("when", &WHEN),
    must(
        "branches",
        &Shape::List(
            &Shape::Object(&[
                may("name", &NAME),
                must("when", &Shape::Condition(ConditionKind::Branch)),
                must("elements", &ELEMENTS),
            ]),
            1,
            false,
        ),
    ),
    may("otherwise", &ELEMENTS),
]);

static MANUAL_DECISION: Shape = Shape::Object(&[
    must("name", &NAME),
    may("when", &WHEN),
    must("assign_to", &ASSIGN_TO),
    must("outcomes", &Shape::List(&Shape::Object(&[must("name", &NAME), must("elements", &ELEMENTS)]), 2, false)),
    may("allowed_actions", &Shape::List(&Shape::Word(&["delegate"]), 0, true)),
    may("time_limit", &SPAN),
    may("escalation", &ESCALATION),
    may("end_action", &NAME),
    may("reminders", &REMINDERS),
    may("subject", &TEXT),
    may("instructions", &TEXT),
]);

static PARALLEL: Shape = Shape::Object(&[
    may("name", &NAME),
    may("when", &WHEN),
    must("branches", &Shape::List(&Shape::Object(&[may("name", &NAME), must("elements", &ELEMENTS)]), 2, false)),
]);

static FOR_EACH_CHANGE: Shape = Shape::Object(&[
    may("name", &NAME),
    may("when", &WHEN),
    must(
        "routes",
        &Shape::List(
            &Shape::Object(&[
                may("name", &NAME),
                must("fields", &Shape::List(&NAME, 1, true)),
                must("elements", &ELEMENTS),
            ]),
            1,
            false,
        ),
    ),
    may("otherwise", &ELEMENTS),
]);
