//! An event reaches the place that it is about, and what runs goes on from there.

use super::super::definition::*;
use super::super::effect::{Effect, Recipient, Topic, Tracking};
use super::super::event::{Act, Event, Timer};
use super::super::question::Person;
use super::super::refusal::Refusal;
use super::super::state::{Item, Running, Sequence, Voting};
use super::super::status::Status;
use super::context::{Context, Spot, Stop};
use super::deadline::{self, Late};
use super::{Flow, enter};

/// What an event comes to at a work item.
enum Reply {
    /// It is not about it.
    Elsewhere(Item),
    /// It stays open.
    Open(Item),
    /// It is done, by a person or (after the last level) by the system.
    Done(Act, Option<Person>),
}

/// Takes the event to the element that runs, and goes on with the list when that is done.
pub(super) fn sequence(
    cx: &mut Context,
    elements: &[Element],
    path: &str,
    run: Sequence,
    event: &Event,
) -> Flow<Option<Sequence>> {
    let element = elements.get(run.at).ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
    let at = element.path(path, run.at);
    match element_goes_on(cx, element, &at, *run.now, event)? {
        Some(now) => Ok(Some(Sequence { at: run.at, now: Box::new(now) })),
        None => enter::sequence(cx, elements, path, run.at + 1),
    }
}

fn element_goes_on(
    cx: &mut Context,
    element: &Element,
    path: &str,
    now: Running,
    event: &Event,
) -> Flow<Option<Running>> {
    match (element, now) {
        (Element::Approval(e), Running::Approval(voting)) => approval(cx, e, path, voting, event),
        (Element::Task(e), Running::Work(item)) => task(cx, e, path, item, event),
        (Element::ManualDecision(e), Running::Work(item)) => manual_decision(cx, element, e, path, item, event),
        (Element::AutomatedTask(_), Running::Call) => call(cx, path, event),
        (_, Running::Inside(number, inner)) => {
            let blocks = element.blocks(path);
            let (at, elements) = blocks.get(number).ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
            Ok(sequence(cx, elements, at, inner, event)?.map(|inner| Running::Inside(number, inner)))
        }
        (_, Running::Branches(running)) => {
            let blocks = element.blocks(path);
            let left = match (event, element) {
                (Event::Narrowed { fields }, Element::ForEachChange(e)) => {
                    Some(e.routes_of(fields).map_err(|field| Refusal::NoRoute { at: path.into(), field })?)
                }
                _ => None,
            };
            let mut all = Vec::with_capacity(running.len());
            for (number, inner) in running {
                let (at, elements) = blocks.get(number).ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
                let inner = match inner {
                    Some(inner) if left.as_ref().is_some_and(|left| !left.contains(&number)) => {
                        nobody_works(cx, &inner);
                        None
                    }
                    Some(inner) => sequence(cx, elements, at, inner, event)?,
                    None => None,
                };
                all.push((number, inner));
            }
            Ok(enter::join(all))
        }
        _ => Err(Refusal::DoesNotFit(path.into()).into()),
    }
}

/// A route all of whose fields were rejected is over.
fn nobody_works(cx: &mut Context, run: &Sequence) {
    let mut items = Vec::new();
    run.collect(&mut items);
    for item in items {
        cx.close(item.item, false);
    }
}

/// What the event does to one item. `others` have places in the same step.
fn reply(
    cx: &mut Context,
    mut item: Item,
    spot: &Spot,
    event: &Event,
    others: &[Person],
    limited: bool,
) -> Flow<Reply> {
    match event {
        Event::Acted { item: number, person, act } if *number == item.item => {
            cx.hit = true;
            let on_behalf_of = cx.may_act(&item, person)?;
            let (name, among) = match act {
                Act::Approve => ("approve", &spot.actions),
                Act::Reject => ("reject", &spot.actions),
                Act::RequestChange => ("request_change", &spot.actions),
                Act::Complete => ("complete", &spot.actions),
                Act::Delegate(_) => ("delegate", &spot.actions),
                Act::Choose(outcome) => (outcome.as_str(), &spot.outcomes),
            };
            if !among.iter().any(|a| a == name) {
                return Err(Refusal::NotAllowed(name.into()).into());
            }
            if let Act::Delegate(to) = act {
                cx.delegate(&mut item, &spot.at, person, to, others)?;
                cx.effects.push(Effect::ChangeHolder { item: item.item, holder: item.holder.clone() });
                cx.notify(Recipient::Holder(item.item), Topic::Assigned);
                return Ok(Reply::Open(item));
            }
            let kind = match act {
                Act::Approve => Tracking::Approval,
                Act::Reject => Tracking::Rejection,
                Act::RequestChange => Tracking::RequestChange,
                _ => Tracking::Completion,
            };
            let entry = cx.log(kind, &spot.at);
            entry.item = Some(item.item);
            entry.person = Some(person.clone());
            entry.on_behalf_of = on_behalf_of;
            if let Act::Choose(outcome) = act {
                entry.detail = Some(outcome.clone());
            }
            cx.close(item.item, true);
            Ok(Reply::Done(act.clone(), Some(person.clone())))
        }
        Event::Reassigned { item: number, person, to } if *number == item.item => {
            cx.hit = true;
            cx.reassign(&mut item, spot, person, to, others)?;
            cx.effects.push(Effect::ChangeHolder { item: item.item, holder: item.holder.clone() });
            cx.notify(Recipient::Holder(item.item), Topic::Assigned);
            Ok(Reply::Open(item))
        }
        Event::Due(Timer::Reminder { item: number }) if *number == item.item => {
            cx.notify(Recipient::Holder(item.item), Topic::Reminder);
            Ok(Reply::Open(item))
        }
        Event::Due(Timer::Item { item: number, level }) if limited && (*number, *level) == (item.item, item.level) => {
            Ok(match deadline::late(cx, item, spot, others)? {
                Late::Waits(item) => Reply::Open(item),
                Late::Ends(item) => {
                    cx.close(item.item, true);
                    // the caller knows what the definition says
                    Reply::Done(Act::Complete, None)
                }
            })
        }
        _ => Ok(Reply::Elsewhere(item)),
    }
}

fn approval(cx: &mut Context, e: &Approval, path: &str, mut voting: Voting, event: &Event) -> Flow<Option<Running>> {
    if let Event::Due(Timer::Element { at, round }) = event
        && at == path
        && *round == cx.state.round
    {
        return limit_passed(cx, e, path, voting);
    }
    let (spot, end) = match (e.steps.get(voting.step), &e.final_approver) {
        (Some(step), _) => (enter::step_spot(e, step, path, voting.step), step.end_action),
        (None, Some(assign)) if voting.step == e.steps.len() => (enter::final_spot(e, assign, path), None),
        _ => return Err(Refusal::DoesNotFit(path.into()).into()),
    };
    for i in 0..voting.items.len() {
        let elsewhere = voting.items.iter().enumerate().filter(|(n, _)| *n != i).map(|(_, item)| item);
        let mut others: Vec<_> =
            elsewhere.flat_map(|item| item.holder.places.iter().map(|p| p.person.clone())).collect();
        others.extend(cx.state.decided.iter().filter(|d| d.at == spot.at).map(|d| d.person.clone()));
        match reply(cx, voting.items[i].clone(), &spot, event, &others, e.time_limit.is_none())? {
            Reply::Elsewhere(_) => {}
            Reply::Open(item) => {
                voting.items[i] = item;
                break;
            }
            Reply::Done(act, person) => {
                voting.items.remove(i);
                let act = if person.is_some() { act } else { ending(cx, end, &spot.at) };
                return voted(cx, e, path, &spot.at, voting, (act, person.as_ref()));
            }
        }
    }
    Ok(Some(Running::Approval(voting)))
}

fn voted(
    cx: &mut Context,
    e: &Approval,
    path: &str,
    at: &str,
    mut voting: Voting,
    (act, person): (Act, Option<&Person>),
) -> Flow<Option<Running>> {
    match act {
        Act::Reject => return Err(Stop::End(Status::Rejected)),
        Act::RequestChange => return Err(Stop::End(Status::ChangeRequested)),
        _ => {}
    }
    cx.decide(at, person);
    voting.yes += 1;
    if voting.yes < voting.needed {
        return Ok(Some(Running::Approval(voting)));
    }
    for item in &voting.items {
        cx.close(item.item, false);
    }
    cx.log(Tracking::Completion, at);
    cx.state.consented = true;
    cx.state.approved.push(at.into());
    if voting.step >= e.steps.len() {
        return Ok(None);
    }
    enter::step(cx, e, path, voting.step + 1, voting.final_needed)
}

/// What the system does after the last level.
fn ending(cx: &mut Context, end: Option<AutoAction>, at: &str) -> Act {
    let (act, kind) = match end {
        Some(AutoAction::Approve | AutoAction::Complete) => (Act::Approve, Tracking::Approval),
        Some(AutoAction::RequestChange) => (Act::RequestChange, Tracking::RequestChange),
        // nothing passes by default
        Some(AutoAction::Reject) | None => (Act::Reject, Tracking::Rejection),
    };
    cx.log(kind, at);
    act
}

/// The limit of a whole approval is past.
fn limit_passed(cx: &mut Context, e: &Approval, path: &str, voting: Voting) -> Flow<Option<Running>> {
    cx.log(Tracking::DurationExceeded, path);
    match e.end_action {
        None => {
            for item in &voting.items {
                enter::tell_overdue(cx, item.item);
            }
            Ok(Some(Running::Approval(voting)))
        }
        Some(AutoAction::Approve | AutoAction::Complete) => {
            cx.log(Tracking::FinalEscalationAction, path);
            cx.log(Tracking::Approval, path);
            for item in &voting.items {
                cx.close(item.item, false);
            }
            cx.state.consented = true;
            Ok(None)
        }
        Some(no) => {
            cx.log(Tracking::FinalEscalationAction, path);
            Err(enter::sends_back(cx, no, path))
        }
    }
}

fn task(cx: &mut Context, e: &Task, path: &str, item: Item, event: &Event) -> Flow<Option<Running>> {
    let act = match reply(cx, item, &enter::task_spot(e, path), event, &[], true)? {
        Reply::Elsewhere(item) | Reply::Open(item) => return Ok(Some(Running::Work(item))),
        Reply::Done(act, Some(_)) => act,
        Reply::Done(_, None) => match e.end_action {
            Some(AutoAction::Complete | AutoAction::Approve) => {
                cx.log(Tracking::Completion, path);
                Act::Complete
            }
            end => ending(cx, end, path),
        },
    };
    match act {
        Act::Reject => Err(Stop::End(Status::Rejected)),
        Act::RequestChange => Err(Stop::End(Status::ChangeRequested)),
        _ => Ok(None),
    }
}

fn manual_decision(
    cx: &mut Context,
    element: &Element,
    e: &ManualDecision,
    path: &str,
    item: Item,
    event: &Event,
) -> Flow<Option<Running>> {
    let (outcome, person) = match reply(cx, item, &enter::decision_spot(e, path), event, &[], true)? {
        Reply::Elsewhere(item) | Reply::Open(item) => return Ok(Some(Running::Work(item))),
        Reply::Done(Act::Choose(outcome), person) => (Some(outcome), person),
        Reply::Done(..) => {
            cx.log(Tracking::Completion, path).detail = e.end_action.clone();
            (e.end_action.clone(), None)
        }
    };
    let number = e.outcomes.iter().position(|o| Some(&o.name) == outcome.as_ref());
    let number = number.ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
    cx.decide(path, person.as_ref());
    cx.state.consented = true;
    enter::block(cx, element, path, number)
}

fn call(cx: &mut Context, path: &str, event: &Event) -> Flow<Option<Running>> {
    match event {
        Event::Called { at } if at == path => {
            cx.hit = true;
            cx.log(Tracking::Completion, path);
            Ok(None)
        }
        Event::CallFailed { at, message } if at == path => {
            cx.hit = true;
            cx.log(Tracking::Fault, path).detail = Some(message.clone());
            cx.notify(Recipient::Owner, Topic::Fault);
            Err(Stop::End(Status::ChangeRequested))
        }
        _ => Ok(Some(Running::Call)),
    }
}
