//! Random definitions.
#![allow(dead_code)] // each test uses its part

use engine::workflow::definition::*;
use engine::workflow::span::{Span, Unit};
use proptest::prelude::*;

pub const FIELDS: [&str; 3] = ["credit_limit", "payment_terms", "iban"];
pub const ROLES: [&str; 4] = ["managers", "finance", "board", "treasury"];

fn condition() -> impl Strategy<Value = Option<String>> {
    let sql = prop_oneof![
        Just("changed('credit_limit')"),
        Just("new.iban is not null"),
        Just("proposal.source = 'import'"),
        Just("new.payment_terms > old.payment_terms"),
    ];
    prop::option::weighted(0.3, sql.prop_map(String::from))
}

fn span() -> impl Strategy<Value = Span> {
    (0..7usize, 1..5u32, any::<bool>()).prop_map(|(unit, count, named)| Span {
        unit: Unit::ALL[unit],
        count,
        calendar: named.then(|| "de".into()),
    })
}

fn assign() -> impl Strategy<Value = Assign> {
    prop_oneof![
        4 => (0..ROLES.len()).prop_map(|i| Assign::Role(ROLES[i].into())),
        2 => (0..ROLES.len()).prop_map(|i| Assign::Group(ROLES[i].into())),
        1 => Just(Assign::User("p1".into())),
        1 => Just(Assign::Field("owner".into())),
        1 => prop_oneof![Just(WorkflowUser::Author), Just(WorkflowUser::Owner)].prop_map(Assign::WorkflowUser),
        1 => (prop::option::of(1..4u32), condition(), any::<bool>()).prop_map(|(levels, until, last)| {
            Assign::Hierarchy(Hierarchy {
                name: "managers".into(),
                start_from: if last { StartFrom::Field("owner".into()) } else { StartFrom::Originator },
                levels,
                until,
                assign: if last { Which::Last } else { Which::All },
            })
        }),
        1 => Just(Assign::Sql("who_decides".into())),
    ]
}

fn policy() -> impl Strategy<Value = CompletionPolicy> {
    prop_oneof![
        3 => Just(CompletionPolicy::SingleApprover),
        1 => Just(CompletionPolicy::Majority),
        1 => Just(CompletionPolicy::AllApprovers),
        1 => (1..=100u32).prop_map(CompletionPolicy::Percentage),
        1 => (1..3u32).prop_map(CompletionPolicy::Count),
    ]
}

fn escalation() -> impl Strategy<Value = Vec<Level>> {
    prop::collection::vec((assign(), prop::option::of(span())), 0..3)
        .prop_map(|levels| levels.into_iter().map(|(assign_to, time_limit)| Level { assign_to, time_limit }).collect())
}

fn auto_action(yes: AutoAction) -> impl Strategy<Value = AutoAction> {
    prop_oneof![Just(yes), Just(AutoAction::Reject), Just(AutoAction::RequestChange)]
}

fn automatic(yes: AutoAction) -> impl Strategy<Value = Option<AutomaticAction>> {
    let action = auto_action(yes)
        .prop_map(|action| AutomaticAction { when: "proposal.fields = '{credit_limit}'".into(), action });
    prop::option::weighted(0.15, action)
}

fn step() -> BoxedStrategy<Step> {
    (
        condition(),
        assign(),
        policy(),
        prop::option::of(span()),
        escalation(),
        prop::option::of(auto_action(AutoAction::Approve)),
        prop::collection::vec(span(), 0..2),
        any::<bool>(),
    )
        .prop_map(|(when, assign_to, mut completion_policy, time_limit, escalation, end_action, reminders, text)| {
            if matches!(assign_to, Assign::User(_) | Assign::WorkflowUser(_)) {
                completion_policy = CompletionPolicy::SingleApprover;
            }
            Step {
                name: String::new(),
                when,
                assign_to,
                completion_policy,
                time_limit,
                escalation,
                end_action,
                reminders,
                subject: text.then(|| "{{new.credit_limit}}".into()),
                instructions: None,
            }
        })
        .boxed()
}

fn approval() -> BoxedStrategy<Element> {
    let actions = prop_oneof![
        Just(vec![Action::Approve, Action::Reject, Action::RequestChange, Action::Delegate]),
        Just(vec![Action::Approve, Action::Delegate]),
        Just(vec![Action::Approve, Action::Reject]),
    ];
    (
        condition(),
        automatic(AutoAction::Approve),
        prop::collection::vec(step(), 1..4),
        actions,
        prop::option::weighted(0.3, assign()),
        prop::option::weighted(0.2, span()),
        prop::option::of(auto_action(AutoAction::Approve)),
        any::<bool>(),
    )
        .prop_map(|(when, automatic_action, steps, allowed_actions, final_approver, time_limit, end_action, fields)| {
            Element::Approval(Approval {
                name: String::new(),
                when,
                automatic_action,
                steps,
                allowed_actions,
                field_decisions: fields,
                final_approver,
                time_limit,
                end_action,
            })
        })
        .boxed()
}

fn task() -> BoxedStrategy<Element> {
    (condition(), automatic(AutoAction::Complete), assign(), prop::option::of(span()), escalation())
        .prop_map(|(when, automatic_action, assign_to, time_limit, escalation)| {
            Element::Task(Task {
                name: String::new(),
                when,
                automatic_action,
                assign_to,
                allowed_actions: vec![Action::Complete, Action::Reject, Action::RequestChange, Action::Delegate],
                time_limit,
                escalation,
                end_action: Some(AutoAction::Complete),
                reminders: vec![],
                subject: None,
                instructions: None,
            })
        })
        .boxed()
}

fn leaf() -> BoxedStrategy<Element> {
    let call = condition().prop_map(|when| {
        Element::AutomatedTask(AutomatedTask { name: String::new(), when, function: "tell_the_bank".into() })
    });
    prop_oneof![6 => approval(), 2 => task(), 1 => call].boxed()
}

fn nested(inner: BoxedStrategy<Element>) -> BoxedStrategy<Element> {
    let block = || prop::collection::vec(inner.clone(), 0..3);
    let decision = (condition(), prop::collection::vec(block(), 1..3), prop::option::weighted(0.8, block())).prop_map(
        |(when, blocks, otherwise)| {
            let branches = blocks.into_iter().enumerate().map(|(i, elements)| ConditionalBranch {
                name: None,
                when: format!("new.credit_limit > {i}"),
                elements,
            });
            Element::Decision(Decision { name: None, when, branches: branches.collect(), otherwise })
        },
    );
    let manual = (condition(), assign(), block(), block(), prop::option::of(span()), any::<bool>()).prop_map(
        |(when, assign_to, a, b, time_limit, ends)| {
            Element::ManualDecision(ManualDecision {
                name: String::new(),
                when,
                assign_to,
                outcomes: vec![
                    Outcome { name: "left".into(), elements: a },
                    Outcome { name: "right".into(), elements: b },
                ],
                allowed_actions: vec![Action::Delegate],
                time_limit,
                escalation: vec![],
                end_action: ends.then(|| "left".into()),
                reminders: vec![],
                subject: None,
                instructions: None,
            })
        },
    );
    let parallel = (condition(), prop::collection::vec(block(), 2..4)).prop_map(|(when, blocks)| {
        let branches = blocks.into_iter().map(|elements| Branch { name: None, elements }).collect();
        Element::Parallel(Parallel { name: None, when, branches })
    });
    let fields = prop::sample::subsequence(FIELDS.map(String::from).to_vec(), 1..=3);
    let each = (prop::collection::vec((fields, block()), 1..3), prop::option::weighted(0.8, block())).prop_map(
        |(routes, otherwise)| {
            let routes = routes.into_iter().map(|(fields, elements)| FieldRoute { name: None, fields, elements });
            Element::ForEachChange(ForEachChange { name: None, when: None, routes: routes.collect(), otherwise })
        },
    );
    prop_oneof![decision.boxed(), manual.boxed(), parallel.boxed(), each.boxed()].boxed()
}

/// A definition with unique names and an approval at its end, so that it is valid.
pub fn definition() -> impl Strategy<Value = Definition> {
    let element = leaf().prop_recursive(3, 24, 4, nested);
    let resubmission =
        prop_oneof![Just(Resubmission::Restart), Just(Resubmission::SameElement), Just(Resubmission::ChangedOnly)];
    (
        prop::collection::vec(element, 0..4),
        approval(),
        any::<bool>(),
        any::<bool>(),
        resubmission,
        prop::option::of(span()),
        condition(),
    )
        .prop_map(
            |(mut elements, last, allow_self_approval, distinct_approvers, resubmission, expires_after, when)| {
                elements.push(last);
                let mut number = 0;
                elements.iter_mut().for_each(|e| name(e, &mut number));
                Definition {
                    description: None,
                    when,
                    owner: Some("owner".into()),
                    allow_self_approval,
                    distinct_approvers,
                    resubmission,
                    expires_after,
                    calendar: None,
                    elements,
                }
            },
        )
}

fn name(element: &mut Element, number: &mut u32) {
    *number += 1;
    let this = format!("element {number}");
    let mut all = |elements: &mut Vec<Element>| elements.iter_mut().for_each(|e| name(e, number));
    match element {
        Element::Approval(e) => {
            e.name = this;
            e.steps.iter_mut().enumerate().for_each(|(i, s)| s.name = format!("step {i}"));
        }
        Element::Task(e) => e.name = this,
        Element::AutomatedTask(e) => e.name = this,
        Element::Decision(e) => {
            e.branches.iter_mut().for_each(|b| all(&mut b.elements));
            e.otherwise.iter_mut().for_each(all);
        }
        Element::ManualDecision(e) => {
            e.name = this;
            e.outcomes.iter_mut().for_each(|o| all(&mut o.elements));
        }
        Element::Parallel(e) => e.branches.iter_mut().for_each(|b| all(&mut b.elements)),
        Element::ForEachChange(e) => {
            e.routes.iter_mut().for_each(|r| all(&mut r.elements));
            e.otherwise.iter_mut().for_each(all);
        }
    }
}
