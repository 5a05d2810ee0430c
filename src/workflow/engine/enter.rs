//! Elements begin.

use super::super::definition::*;
use super::super::effect::{Effect, Recipient, Topic, Tracking};
use super::super::event::Timer;
use super::super::question::Truth;
use super::super::refusal::Refusal;
use super::super::state::{Running, Sequence, Voting};
use super::super::status::Status;
use super::super::tree::Work;
use super::Flow;
use super::context::{Context, Spot, Stop};
use super::people::{nobody, place};

/// Begins a list of elements at one of them, and goes on until somebody has to act. `None`: the list is done.
pub(super) fn sequence(cx: &mut Context, elements: &[Element], path: &str, from: usize) -> Flow<Option<Sequence>> {
    for (at, element) in elements.iter().enumerate().skip(from) {
        if let Some(now) = element_begins(cx, element, &element.path(path, at))? {
            return Ok(Some(Sequence { at, now: Box::new(now) }));
        }
    }
    Ok(None)
}

fn element_begins(cx: &mut Context, element: &Element, path: &str) -> Flow<Option<Running>> {
    if !cx.runs(path, element.when())? {
        return Ok(None);
    }
    match element {
        Element::Approval(e) => approval(cx, e, path),
        Element::Task(e) => {
            match automatic(cx, e.automatic_action.as_ref(), path)? {
                None => {}
                Some(AutoAction::Approve | AutoAction::Complete) => {
                    cx.log(Tracking::Completion, path);
                    return Ok(None);
                }
                Some(no) => return Err(sends_back(cx, no, path)),
            }
            Ok(Some(Running::Work(cx.one_item(&task_spot(e, path), true)?)))
        }
        Element::AutomatedTask(e) => {
            cx.effects.push(Effect::CallFunction { at: path.into(), function: e.function.clone() });
            Ok(Some(Running::Call))
        }
        Element::Decision(e) => {
            let chosen = branch(cx, e, path)?;
            block(cx, element, path, chosen)
        }
        Element::ManualDecision(e) => Ok(Some(Running::Work(cx.one_item(&decision_spot(e, path), true)?))),
        Element::Parallel(e) => branches(cx, element, path, (0..e.branches.len()).collect()),
        Element::ForEachChange(e) => {
            let routes = e.routes_of(&cx.state.fields);
            let routes = routes.map_err(|field| Refusal::NoRoute { at: path.into(), field })?;
            branches(cx, element, path, routes)
        }
    }
}

/// Begins one branch of an element.
pub(super) fn block(cx: &mut Context, element: &Element, path: &str, number: usize) -> Flow<Option<Running>> {
    let blocks = element.blocks(path);
    let (at, elements) = blocks.get(number).ok_or(Refusal::DoesNotFit(path.into()))?;
    Ok(sequence(cx, elements, at, 0)?.map(|inner| Running::Inside(number, inner)))
}

/// Begins several branches. All ask what they need before one of them waits for an answer.
fn branches(cx: &mut Context, element: &Element, path: &str, numbers: Vec<usize>) -> Flow<Option<Running>> {
    let blocks = element.blocks(path);
    let mut asked = false;
    let mut begun = Vec::new();
    for number in numbers {
        let (at, elements) = &blocks[number];
        match sequence(cx, elements, at, 0) {
            Ok(inner) => begun.push((number, inner)),
            Err(Stop::Ask) => asked = true,
            Err(stop) => return Err(stop),
        }
    }
    if asked { Err(Stop::Ask) } else { Ok(join(begun)) }
}

/// Branches that still run, or nothing when all are done.
pub(super) fn join(branches: Vec<(usize, Option<Sequence>)>) -> Option<Running> {
    branches.iter().any(|(_, inner)| inner.is_some()).then_some(Running::Branches(branches))
}

fn branch(cx: &mut Context, e: &Decision, path: &str) -> Flow<usize> {
    for i in 0..e.branches.len() {
        let at = format!("{path}/branches/{i}/when");
        match cx.condition(&at, Tracking::DecisionConditionEvaluation)? {
            Truth::True => return Ok(i),
            Truth::False => {}
            Truth::Null | Truth::Error(_) => return Err(Refusal::NullCondition { at }.into()),
        }
    }
    if e.otherwise.is_some() { Ok(e.branches.len()) } else { Err(Refusal::NoBranch { at: path.into() }.into()) }
}

fn automatic(cx: &mut Context, action: Option<&AutomaticAction>, path: &str) -> Flow<Option<AutoAction>> {
    let Some(action) = action else { return Ok(None) };
    let at = format!("{path}/automatic_action/when");
    let value = cx.condition(&at, Tracking::AutoCompletionConditionEvaluation)?;
    Ok((value == Truth::True).then_some(action.action))
}

/// The system rejects, or requests a change.
pub(super) fn sends_back(cx: &mut Context, action: AutoAction, path: &str) -> Stop {
    let (kind, status) = match action {
        AutoAction::RequestChange => (Tracking::RequestChange, Status::ChangeRequested),
        _ => (Tracking::Rejection, Status::Rejected),
    };
    cx.log(kind, path);
    Stop::End(status)
}

fn approval(cx: &mut Context, e: &Approval, path: &str) -> Flow<Option<Running>> {
    match automatic(cx, e.automatic_action.as_ref(), path)? {
        None => {}
        Some(AutoAction::Approve | AutoAction::Complete) => {
            cx.log(Tracking::Approval, path);
            cx.state.consented = true;
            return Ok(None);
        }
        Some(no) => return Err(sends_back(cx, no, path)),
    }
    let begun = step(cx, e, path, 0, false)?;
    if let (Some(_), Some(span)) = (&begun, &e.time_limit) {
        let timer = Timer::Element { at: path.into(), round: cx.state.round };
        cx.effects.push(Effect::StartTimer { timer, span: span.clone() });
    }
    Ok(begun)
}

/// Begins the first step from this one on that runs. `None`: the approval is done.
pub(super) fn step(
    cx: &mut Context,
    e: &Approval,
    path: &str,
    from: usize,
    mut final_needed: bool,
) -> Flow<Option<Running>> {
    for (number, step) in e.steps.iter().enumerate().skip(from) {
        let spot = step_spot(e, step, path, number);
        if !cx.runs(&spot.at, step.when.as_deref())? {
            continue;
        }
        if cx.state.approved.contains(&spot.at) {
            cx.log(Tracking::ApprovalKept, &spot.at);
            // nobody has seen a new value yet
            cx.state.consented |= cx.state.unchanged;
            continue;
        }
        let policy = step.completion_policy;
        let one_suffices = !policy.counts_people() && super::context::pool(&step.assign_to).is_some();
        let found = cx.resolve(&format!("{}/assign_to", spot.at), one_suffices, &spot.at, &[])?;
        if found.involved && e.final_approver.is_some() {
            cx.log(Tracking::FinalApproverRequired, &spot.at);
            final_needed = true;
            if found.people.is_empty() {
                continue;
            }
        }
        let count = found.people.len() as u32;
        let needed = policy.needed(count);
        if needed > count {
            return Err(nobody(&spot, needed, count).into());
        }
        // the limit of the element overrides those inside
        let limited = e.time_limit.is_none();
        let items = if policy.counts_people() {
            let own = |c| super::super::effect::Holder { pool: None, places: vec![place(c)] };
            found.people.into_iter().map(|c| cx.create(&spot, own(c), limited)).collect()
        } else {
            let holder = cx.holder(&spot, spot.work, found.people)?;
            vec![cx.create(&spot, holder, limited)]
        };
        return Ok(Some(Running::Approval(Voting { step: number, needed, yes: 0, final_needed, items })));
    }
    let last = e.steps.len();
    if let (true, true, Some(assign)) = (final_needed, from <= last, &e.final_approver) {
        let spot = final_spot(e, assign, path);
        let found = cx.resolve(&spot.at, super::context::pool(assign).is_some(), &spot.at, &[])?;
        let holder = cx.holder(&spot, spot.work, found.people)?;
        let items = vec![cx.create(&spot, holder, false)];
        return Ok(Some(Running::Approval(Voting { step: last, needed: 1, yes: 0, final_needed: true, items })));
    }
    Ok(None)
}

/// Says that somebody is late, where nothing else happens then.
pub(super) fn tell_overdue(cx: &mut Context, item: u32) {
    cx.notify(Recipient::Holder(item), Topic::Overdue);
    cx.notify(Recipient::Owner, Topic::Overdue);
}

fn actions(allowed: &[Action]) -> Vec<String> {
    let name = |action: &Action| match action {
        Action::Approve => "approve",
        Action::Complete => "complete",
        Action::Reject => "reject",
        Action::RequestChange => "request_change",
        Action::Delegate => "delegate",
    };
    allowed.iter().map(|a| name(a).to_string()).collect()
}

/// The place of a step.
pub(super) fn step_spot<'a>(e: &'a Approval, step: &'a Step, path: &str, number: usize) -> Spot<'a> {
    Spot {
        at: format!("{path}/steps/{number}"),
        element: &e.name,
        step: Some(&step.name),
        work: step.into(),
        actions: actions(&e.allowed_actions),
        outcomes: Vec::new(),
    }
}

/// The place of a final approver.
pub(super) fn final_spot<'a>(e: &'a Approval, assign_to: &'a Assign, path: &str) -> Spot<'a> {
    Spot {
        at: format!("{path}/final_approver"),
        element: &e.name,
        step: None,
        work: Work { assign_to, time_limit: None, escalation: &[], ends: false, reminders: &[] },
        actions: actions(&e.allowed_actions),
        outcomes: Vec::new(),
    }
}

/// The place of a task.
pub(super) fn task_spot<'a>(e: &'a Task, path: &str) -> Spot<'a> {
    let actions = actions(&e.allowed_actions);
    Spot { at: path.into(), element: &e.name, step: None, work: e.into(), actions, outcomes: Vec::new() }
}

/// The place of a manual decision.
pub(super) fn decision_spot<'a>(e: &'a ManualDecision, path: &str) -> Spot<'a> {
    Spot {
        at: path.into(),
        element: &e.name,
        step: None,
        work: e.into(),
        actions: actions(&e.allowed_actions),
        outcomes: e.outcomes.iter().map(|o| o.name.clone()).collect(),
    }
}
