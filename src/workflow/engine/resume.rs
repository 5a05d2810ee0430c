//! A proposal that was sent back is submitted again.

use super::super::definition::Element;
use super::super::inputs::{fields_of_step, is_below};
use super::super::question::{Candidate, Person, Question};
use super::super::refusal::Refusal;
use super::super::state::{self, Item, Running, Sequence};
use super::context::{Context, Stop};
use super::people::filter;
use super::{Flow, enter};

/// Goes on at the elements that stood, each from its start.
pub(super) fn resume(cx: &mut Context, run: Sequence) -> Flow<Option<Sequence>> {
    sequence(cx, &cx.definition.elements, "/elements", run)
}

/// What was decided in the elements that stood is void.
pub(super) fn forget(cx: &mut Context, run: &Sequence) {
    let mut stood = Vec::new();
    standing(&cx.definition.elements, "/elements", run, &mut stood);
    let again = |at: &str| stood.iter().any(|place| at == place || is_below(at, place));
    cx.state.decided.retain(|d| !again(&d.at));
    cx.state.approved.retain(|a| !again(a));
}

fn standing(elements: &[Element], path: &str, run: &Sequence, into: &mut Vec<String>) {
    let Some(element) = elements.get(run.at) else { return };
    let at = element.path(path, run.at);
    let blocks = element.blocks(&at);
    let mut inside = |number: usize, inner: &Sequence| {
        if let Some((path, elements)) = blocks.get(number) {
            standing(elements, path, inner, into);
        }
    };
    match &*run.now {
        Running::Inside(number, inner) => inside(*number, inner),
        Running::Branches(all) => {
            all.iter().filter_map(|(n, i)| i.as_ref().map(|i| (*n, i))).for_each(|(n, i)| inside(n, i))
        }
        Running::Approval(_) | Running::Work(_) | Running::Call => into.push(at),
    }
}

fn sequence(cx: &mut Context, elements: &[Element], path: &str, run: Sequence) -> Flow<Option<Sequence>> {
    let element = elements.get(run.at).ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
    let at = element.path(path, run.at);
    let now = match *run.now {
        Running::Inside(number, inner) => {
            let blocks = element.blocks(&at);
            let (path, elements) = blocks.get(number).ok_or_else(|| Refusal::DoesNotFit(at.clone()))?;
            sequence(cx, elements, path, inner)?.map(|inner| Running::Inside(number, inner))
        }
        Running::Branches(stood) => branches(cx, element, &at, stood)?,
        Running::Approval(_) | Running::Work(_) | Running::Call => return enter::sequence(cx, elements, path, run.at),
    };
    match now {
        Some(now) => Ok(Some(Sequence { at: run.at, now: Box::new(now) })),
        None => enter::sequence(cx, elements, path, run.at + 1),
    }
}

fn branches(
    cx: &mut Context,
    element: &Element,
    path: &str,
    mut stood: Vec<(usize, Option<Sequence>)>,
) -> Flow<Option<Running>> {
    let blocks = element.blocks(path);
    // other fields may change now than before
    let numbers = match element {
        Element::ForEachChange(e) => {
            let routes = e.routes_of(&cx.state.fields);
            routes.map_err(|field| Refusal::NoRoute { at: path.into(), field })?
        }
        _ => (0..blocks.len()).collect(),
    };
    let mut asked = false;
    let mut all = Vec::new();
    for number in numbers {
        let (at, elements) = blocks.get(number).ok_or_else(|| Refusal::DoesNotFit(path.into()))?;
        let before = stood.iter_mut().find(|(n, _)| *n == number).map(|(_, inner)| inner.take());
        let result = match before {
            Some(Some(inner)) => sequence(cx, elements, at, inner),
            Some(None) => Ok(None),
            None => enter::sequence(cx, elements, at, 0),
        };
        match result {
            Ok(inner) => all.push((number, inner)),
            Err(Stop::Ask) => asked = true,
            Err(stop) => return Err(stop),
        }
    }
    if asked { Err(Stop::Ask) } else { Ok(enter::join(all)) }
}

/// The steps that keep their approvals: their fields did not change, nobody who gave one has a part in the change now, and
/// no final approver may have to decide after them.
pub(super) fn unchanged_steps(cx: &Context, changed: Option<&[String]>) -> Vec<String> {
    let Some(changed) = changed else { return Vec::new() };
    let involved = |at: &str| {
        let mut who = cx.state.decided.iter().filter(|d| d.at == at);
        !cx.definition.allow_self_approval && who.any(|d| cx.state.involved.contains(&d.person))
    };
    let unchanged = |at: &str| match fields_of_step(cx.definition, at) {
        None => changed.is_empty(),
        Some(fields) => !fields.iter().any(|f| changed.contains(f)),
    };
    let mut with_final = Vec::new();
    cx.definition.visit(&mut |path, element| {
        if matches!(element, Element::Approval(e) if e.final_approver.is_some()) {
            with_final.push(path.to_string());
        }
    });
    let alone = |at: &str| !with_final.iter().any(|element| is_below(at, element));
    cx.state.approved.iter().filter(|at| unchanged(at) && !involved(at) && alone(at)).cloned().collect()
}

/// Whether what was decided before an edit that was undone counts again: nobody who decided, or has a place, has a part in
/// the change by now, whoever decided would be asked again, and work that a role or group holds still finds somebody.
pub(super) fn still_stands(cx: &mut Context) -> Flow<bool> {
    let items: Vec<Item> = cx.state.items().into_iter().cloned().collect();
    let involved = |p: &Person| !cx.definition.allow_self_approval && cx.state.involved.contains(p);
    let holders = items.iter().flat_map(|item| &item.holder.places);
    if items.is_empty()
        || cx.somebody_involved_decided()
        || holders.into_iter().any(|place| involved(&place.person) || place.chain.iter().any(&involved))
    {
        return Ok(false);
    }
    let mut decided: Vec<String> = cx.state.decided.iter().map(|d| d.at.clone()).collect();
    decided.dedup();
    let kept = still_eligible(cx, decided.clone())?;
    let pools: Vec<String> = state::standing(cx.definition, &cx.state)
        .into_iter()
        .filter(|(_, items)| items.iter().any(|item| item.holder.pool.is_some() && item.level == 0))
        .map(|(at, _)| at)
        .collect();
    let mut found = kept == decided;
    for at in &pools {
        let people = everybody(cx, at);
        let without: Vec<Person> = cx
            .state
            .decided
            .iter()
            .filter(|d| cx.definition.distinct_approvers || d.at == *at)
            .map(|d| d.person.clone())
            .collect();
        let left = |people: Vec<Candidate>| {
            !filter(&cx.state, &people, cx.definition.allow_self_approval, &without).is_empty()
        };
        found &= people.is_none_or(left);
    }
    if cx.questions.is_empty() { Ok(found) } else { Err(Stop::Ask) }
}

/// Those of these places where everybody who decided would be asked again.
pub(super) fn still_eligible(cx: &mut Context, places: Vec<String>) -> Flow<Vec<String>> {
    let mut kept = Vec::new();
    for at in places {
        let Some(people) = everybody(cx, &at) else { continue };
        let asked = |p: &Person| people.iter().any(|c| c.person == *p || c.on_behalf_of.as_ref() == Some(p));
        if cx.state.decided.iter().filter(|d| d.at == at).all(|d| asked(&d.person)) {
            kept.push(at);
        }
    }
    if cx.questions.is_empty() { Ok(kept) } else { Err(Stop::Ask) }
}

/// All people of the assignment at a place; asks for them where they are not known yet.
fn everybody(cx: &mut Context, at: &str) -> Option<Vec<Candidate>> {
    let at = if at.ends_with("/final_approver") { at.to_string() } else { format!("{at}/assign_to") };
    let people = cx.answers.people.get(&at).map(|answer| answer.people.clone());
    if people.is_none() {
        cx.ask(Question::People { at, without: Vec::new(), at_most: None });
    }
    people
}
