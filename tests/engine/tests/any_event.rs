//! Promises 7 and 8: random definitions and random events, held against what must never happen.

mod common;
#[path = "common/world.rs"]
mod world;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use engine::workflow::definition::{Definition, Element};
use engine::workflow::effect::{Effect, Holder, Tracking};
use engine::workflow::engine::{Outcome, advance};
use engine::workflow::event::{Act, Event, Interruption, Timer};
use engine::workflow::question::Truth;
use engine::workflow::state::{Running, Sequence, State};
use engine::workflow::status::Status;
use engine::workflow::validate::validate;
use proptest::prelude::*;
use world::World;

const PEOPLE: [&str; 6] = ["p1", "p2", "p3", "p4", "author", "steward"];

fn hash(seed: u64, what: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (seed, what).hash(&mut hasher);
    hasher.finish()
}

/// Random but fixed answers to everything that the definition can ask.
fn world(definition: Definition, seed: u64) -> World {
    let value = serde_json::to_value(&definition).unwrap();
    let mut w = World::new(definition);
    for condition in validate(&value).conditions {
        let truth = match hash(seed, &condition.path) % 24 {
            0..11 => Truth::True,
            11..21 => Truth::False,
            21..23 => Truth::Null,
            _ => Truth::Error("division by zero".into()),
        };
        w.conditions.insert(condition.path, truth);
    }
    assignments(&value, String::new(), &mut |at| {
        let bits = hash(seed, &at);
        // few are empty, else nothing could be submitted
        let mut people: Vec<_> =
            PEOPLE.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, p)| *p).collect();
        if bits >> 8 & 7 > 0 {
            people.extend(["p2", "p5", "p6"]);
        }
        w.people.insert(at, people);
    });
    w
}

fn assignments(value: &serde_json::Value, at: String, found: &mut impl FnMut(String)) {
    match value {
        serde_json::Value::Object(map) => {
            for (key, value) in map {
                let at = format!("{at}/{key}");
                if key == "assign_to" || key == "final_approver" {
                    found(at.clone());
                }
                assignments(value, at, found);
            }
        }
        serde_json::Value::Array(list) => {
            list.iter().enumerate().for_each(|(i, v)| assignments(v, format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

/// Picks an event by numbers; most of them can happen.
fn event(w: &World, (kind, which, who): (u8, usize, usize)) -> Event {
    let items: Vec<_> = w.state.items().into_iter().cloned().collect();
    let all = ["p1", "p2", "p3", "p4", "p5", "p6", "author", "steward"];
    let anybody = all[who % all.len()].to_string();
    let submitted = || Event::Submitted {
        person: if kind % 2 == 0 { "author" } else { "steward" }.into(),
        involved: vec!["author".into()],
        fields: common::FIELDS.iter().take(1 + who % 3).map(|s| s.to_string()).collect(),
        changed: (which % 2 == 0).then(|| vec![common::FIELDS[who % 3].into()]),
        interrupted: [None, Some(Interruption::Edited), Some(Interruption::Undone)][which % 3],
    };
    if !matches!(w.state.status, Status::PendingApproval) && kind < 90 {
        return submitted();
    }
    if let Some(at) = w.state.run.as_ref().and_then(|run| calling(w, run)) {
        return if kind < 80 { Event::Called { at } } else { Event::CallFailed { at, message: "no".into() } };
    }
    let Some(item) = items.get(which % items.len().max(1)) else { return submitted() };
    let person = match item.holder.places.get(who % item.holder.places.len().max(1)) {
        Some(place) if kind % 8 > 0 => place.person.clone(),
        _ => anybody.clone(),
    };
    let act = |act| Event::Acted { item: item.item, person: person.clone(), act };
    match kind {
        0..35 => act(Act::Approve),
        35..45 => act(Act::Complete),
        45..55 => act(Act::Choose(if which % 2 == 0 { "left" } else { "right" }.into())),
        55..58 => act(Act::Reject),
        58..61 => act(Act::RequestChange),
        61..68 => act(Act::Delegate(anybody)),
        68..76 => Event::Due(Timer::Item { item: item.item, level: item.level }),
        76..78 => Event::Due(Timer::Reminder { item: item.item }),
        78..82 => {
            let at = w.open()[which % items.len()].1.clone();
            let at = at.split("/steps/").next().unwrap().to_string();
            Event::Due(Timer::Element { at, round: w.state.round })
        }
        82..86 => Event::Reassigned { item: item.item, person: "admin".into(), to: vec![anybody] },
        86..88 => Event::Rerouted { person: "admin".into() },
        88 => Event::Recalled { person: "author".into() },
        89 => Event::Edited { person: "author".into() },
        90 => Event::Cancelled { person: "author".into() },
        91 => Event::Due(Timer::Proposal { round: w.state.round }),
        92..95 => submitted(),
        95..98 if w.state.fields.len() > 1 => {
            let gone = who % w.state.fields.len();
            let left = w.state.fields.iter().enumerate().filter(|(i, _)| *i != gone);
            Event::Narrowed { fields: left.map(|(_, f)| f.clone()).collect() }
        }
        _ => Event::Due(Timer::Item { item: 1 + (which % 20) as u32, level: (who % 3) as u32 }),
    }
}

/// An automated task that waits.
fn calling(w: &World, run: &Sequence) -> Option<String> {
    fn find(list: &[Element], path: &str, run: &Sequence) -> Option<String> {
        let element = &list[run.at];
        let at = element.path(path, run.at);
        let blocks = element.blocks(&at);
        match &*run.now {
            Running::Call => Some(at),
            Running::Inside(n, inner) => find(blocks[*n].1, &blocks[*n].0, inner),
            Running::Branches(all) => {
                all.iter().filter_map(|(n, s)| s.as_ref().and_then(|s| find(blocks[*n].1, &blocks[*n].0, s))).next()
            }
            _ => None,
        }
    }
    find(&w.definition.elements, "/elements", run)
}

fn somebody_can(w: &World, at: &str, holder: &Holder) -> bool {
    let may = |p: &str| w.definition.allow_self_approval || !w.state.involved.iter().any(|i| i == p);
    let member = |at: String| w.people.get(&at).unwrap_or(&w.members).iter().any(|p| may(p));
    holder.places.iter().any(|p| may(&p.person))
        || holder.pool.is_some()
            && (member(format!("{at}/assign_to"))
                || member(at.to_string())
                || (0..3).any(|i| member(format!("{at}/escalation/{i}/assign_to"))))
}

fn check(before: &State, w: &World, open: &mut BTreeSet<u32>) -> Result<(), TestCaseError> {
    for effect in &w.effects {
        match effect {
            Effect::CreateWorkItem(work) => {
                prop_assert!(open.insert(work.item));
                prop_assert!(!work.holder.places.is_empty() || work.holder.pool.is_some());
            }
            Effect::CloseWorkItem { item, .. } => prop_assert!(open.remove(item), "closed {}", item),
            Effect::ChangeHolder { item, .. } | Effect::Escalate { item, .. } => prop_assert!(open.contains(item)),
            Effect::Log(entry) if matches!(entry.kind, Tracking::Approval | Tracking::Rejection) => {
                for person in entry.person.iter().chain(&entry.on_behalf_of) {
                    let own = w.state.involved.contains(person);
                    prop_assert!(w.definition.allow_self_approval || !own, "{} decided his own change", person);
                }
            }
            _ => {}
        }
    }
    let items: BTreeSet<_> = w.state.items().iter().map(|i| i.item).collect();
    prop_assert_eq!(&items, open, "the state and what was written are one");
    for item in w.state.items() {
        let at = &w.places[&item.item];
        prop_assert!(somebody_can(w, at, &item.holder), "nobody can do item {} at {}", item.item, at);
    }
    let ends: Vec<_> = w.effects.iter().filter(|e| matches!(e, Effect::Apply | Effect::End(_))).collect();
    let applied = w.effects.contains(&Effect::Apply);
    prop_assert_eq!(applied, w.state.status == Status::Applied && before.status != Status::Applied);
    match w.state.status {
        Status::PendingApproval => {
            prop_assert!(ends.is_empty());
            prop_assert!(w.state.run.is_some());
            let calls = w.state.run.as_ref().and_then(|r| calling(w, r)).is_some();
            prop_assert!(calls || !items.is_empty(), "pending and nobody has work");
        }
        Status::Applied => {
            prop_assert!(items.is_empty());
            prop_assert!(w.state.consented);
            prop_assert_eq!(ends, [&Effect::Apply, &Effect::End(Status::Applied)]);
        }
        _ => prop_assert!(items.is_empty() && !applied),
    }
    let json = serde_json::to_string(&w.state).unwrap();
    prop_assert_eq!(&serde_json::from_str::<State>(&json).unwrap(), &w.state);
    Ok(())
}

/// The steps that must have approved, found without the engine: those whose conditions, and those around them, let them run.
fn required(w: &World, elements: &[Element], path: &str) -> Vec<String> {
    let value = |at: String| w.conditions.get(&at).cloned();
    let mut steps = vec![];
    for (i, element) in elements.iter().enumerate() {
        let at = element.path(path, i);
        if value(format!("{at}/when")) == Some(Truth::False) {
            continue;
        }
        let blocks = element.blocks(&at);
        let mut inside = |n: usize| steps.extend(required(w, blocks[n].1, &blocks[n].0));
        match element {
            Element::Approval(_) if value(format!("{at}/automatic_action/when")) == Some(Truth::True) => {}
            Element::Approval(e) => {
                for i in 0..e.steps.len() {
                    let step = format!("{at}/steps/{i}");
                    let runs = value(format!("{step}/when")) != Some(Truth::False);
                    let people = &w.people[&format!("{step}/assign_to")];
                    // else the final approver decided
                    let somebody_else = people.iter().any(|p| *p != "author") || w.definition.allow_self_approval;
                    if runs && somebody_else && !(w.definition.distinct_approvers && e.final_approver.is_some()) {
                        steps.push(step);
                    }
                }
            }
            Element::Decision(e) => {
                let taken = (0..e.branches.len())
                    .find(|n| value(format!("{at}/branches/{n}/when")) == Some(Truth::True))
                    .unwrap_or(e.branches.len());
                inside(taken);
            }
            // which outcome it was the definition does not say
            Element::ManualDecision(_) => {}
            Element::Parallel(_) => (0..blocks.len()).for_each(inside),
            Element::ForEachChange(e) => e.routes_of(&w.state.fields).unwrap().into_iter().for_each(inside),
            Element::Task(_) | Element::AutomatedTask(_) => {}
        }
    }
    steps
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]
    #[test]
    fn what_must_never_happen_does_not(
        definition in common::definition(),
        seed in any::<u64>(),
        numbers in prop::collection::vec((0..100u8, 0..1000usize, 0..1000usize), 1..40),
    ) {
        let mut w = world(definition, seed);
        let mut open = BTreeSet::new();
        let asked = w.conditions.len() + w.people.len();
        for numbers in numbers {
            let before = w.state.clone();
            let event = event(&w, numbers);
            if w.send(event).is_err() {
                prop_assert_eq!(&w.state, &before);
                continue;
            }
            prop_assert!(w.rounds <= asked, "asks for one answer at least in each round");
            if !before.status.is_open() {
                prop_assert_eq!(&w.state, &before, "something happened to a closed proposal");
            }
            check(&before, &w, &mut open)?;
        }
        // the log alone leads to the same place
        let mut state = State::default();
        for (event, answers) in &w.log {
            let (event, answers) = (
                serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap(),
                serde_json::from_str(&serde_json::to_string(answers).unwrap()).unwrap(),
            );
            match advance(&w.definition, &state, &event, &answers) {
                Ok(Outcome::Done(next, _)) => state = *next,
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
        }
        prop_assert_eq!(state, w.state);
    }

    #[test]
    fn who_always_says_yes_comes_to_an_end(definition in common::definition(), seed in any::<u64>()) {
        let mut w = world(definition, seed);
        let mut open = BTreeSet::new();
        if w.submit().is_err() {
            return Ok(());
        }
        check(&State::default(), &w, &mut open)?;
        for _ in 0..400 {
            if w.state.status == Status::Applied {
                for step in required(&w, &w.definition.elements, "/elements") {
                    prop_assert!(w.state.approved.contains(&step), "{} did not approve", step);
                }
            }
            if w.state.status != Status::PendingApproval {
                return Ok(());
            }
            let before = w.state.clone();
            let calls = w.state.run.as_ref().and_then(|run| calling(&w, run));
            let done = match calls {
                Some(at) => w.send(Event::Called { at }).is_ok(),
                None => ["p1", "p2", "p3", "p4", "p5", "p6", "author"].iter().any(|p| {
                    w.state.items().iter().map(|i| i.item).collect::<Vec<_>>().into_iter().any(|item| {
                        [Act::Approve, Act::Complete, Act::Choose("left".into()), Act::Choose("right".into())]
                            .into_iter()
                            .any(|act| w.act(item, p, act).is_ok())
                    })
                }),
            };
            if !done {
                // only what is refused in words: a condition of a later element, or distinct approvers that ran out
                return Ok(());
            }
            check(&before, &w, &mut open)?;
        }
        prop_assert!(false, "it does not end");
    }
}
