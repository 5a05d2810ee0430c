//! Promise 6: an edit that is undone gives back what was approved, to nobody who could not approve it now.

mod common;
#[path = "common/world.rs"]
mod world;

use std::hash::{DefaultHasher, Hash, Hasher};

use engine::workflow::effect::{Effect, Tracking};
use engine::workflow::event::{Act, Event, Interruption, Timer};
use engine::workflow::question::Truth;
use engine::workflow::refusal::Refusal;
use engine::workflow::status::Status;
use engine::workflow::validate::validate;
use proptest::prelude::*;
use serde_json::json;
use world::World;

fn again(w: &mut World, who: &[&str], changed: &[&str], how: Interruption) -> Result<Status, Refusal> {
    let strings = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
    let fields = w.state.fields.clone();
    // the shell keeps where it stood, and says that it is a draft
    w.state.status = Status::NotSubmitted;
    if how == Interruption::Edited {
        w.state.run = None;
    }
    w.send(Event::Submitted {
        person: "author".into(),
        involved: strings(who),
        fields,
        changed: Some(strings(changed)),
        interrupted: Some(how),
    })
}

fn undone(w: &mut World) -> Result<Status, Refusal> {
    again(w, &["author"], &[], Interruption::Undone)
}

fn goes_on(w: &World) -> bool {
    w.effects.contains(&Effect::TakeUp)
}

/// Two of three at the first step, of whom one has said yes, then one at the second.
fn majority() -> World {
    let mut w = World::of(json!({"elements": [{"approval": {"name": "x", "steps": [
        {"name": "1", "assign_to": {"role": "r"}, "completion_policy": "majority"},
        {"name": "2", "assign_to": {"role": "r"}}]}}]}));
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    w
}

#[test]
fn what_was_undone_goes_on_where_it_stood() {
    for mode in ["restart", "same_element", "changed_only"] {
        let mut w = World { definition: majority().definition, ..majority() };
        w.definition.resubmission = serde_json::from_value(json!(mode)).unwrap();
        let before = w.state.clone();
        assert_eq!(undone(&mut w), Ok(Status::PendingApproval));
        assert_eq!(w.state, before, "{mode}");
        assert!(goes_on(&w));
        assert!(w.effects.iter().any(|e| matches!(e, Effect::Log(entry) if entry.kind == Tracking::TakenUp)));
        assert!(!w.effects.iter().any(|e| matches!(e, Effect::CreateWorkItem(_) | Effect::StartTimer { .. })));
        assert_eq!(w.act(2, "b", Act::Approve), Ok(Status::PendingApproval));
        assert_eq!(w.act(w.item("steps/1"), "a", Act::Approve), Ok(Status::Applied));
    }
}

#[test]
fn timers_of_before_still_hold() {
    let mut w = majority();
    w.definition.expires_after = Some(serde_json::from_value(json!({"days": 3})).unwrap());
    let round = w.state.round;
    undone(&mut w).unwrap();
    assert_eq!(w.send(Event::Due(Timer::Proposal { round })), Ok(Status::Expired));
}

#[test]
fn who_has_edited_it_has_not_approved_it() {
    let mut w = majority();
    assert_eq!(again(&mut w, &["author", "a"], &[], Interruption::Undone), Ok(Status::PendingApproval));
    assert!(!goes_on(&w));
    assert!(w.state.decided.is_empty());
    // nor has who was to approve it
    let mut w = majority();
    assert_eq!(again(&mut w, &["author", "b"], &[], Interruption::Undone), Ok(Status::PendingApproval));
    assert!(!goes_on(&w));
    assert!(w.state.items().iter().all(|i| i.holder.places.iter().all(|p| p.person != "b")));
    // unless the workflow lets people approve their own changes
    let mut w = majority();
    w.definition.allow_self_approval = true;
    again(&mut w, &["author", "a"], &[], Interruption::Undone).unwrap();
    assert!(goes_on(&w));
}

#[test]
fn who_would_not_be_asked_any_more_has_not_approved_it() {
    let mut w = majority();
    w.members = vec!["b", "c", "d"];
    undone(&mut w).unwrap();
    assert!(!goes_on(&w));
    assert!(w.state.decided.is_empty());
    // of the first step, while the second one waits
    let mut w = majority();
    w.act(2, "b", Act::Approve).unwrap();
    w.people.insert("/elements/0/approval/steps/0/assign_to".into(), vec!["a", "c"]);
    undone(&mut w).unwrap();
    assert!(!goes_on(&w));
    assert!(w.open().iter().all(|(_, at)| at.ends_with("steps/0")));
}

#[test]
fn a_role_without_members_is_not_waited_for() {
    let mut w = majority();
    w.act(2, "b", Act::Approve).unwrap();
    w.people.insert("/elements/0/approval/steps/1/assign_to".into(), vec!["author"]);
    assert!(matches!(undone(&mut w), Err(Refusal::NobodyEligible { .. })));
}

#[test]
fn other_content_starts_again_but_for_steps_that_did_not_depend_on_it() {
    let steps = json!([{"name": "1", "when": "changed('credit_limit')", "assign_to": {"role": "r"}},
                       {"name": "2", "when": "changed('iban')", "assign_to": {"role": "r"}},
                       {"name": "3", "assign_to": {"role": "r"}}]);
    for (mode, kept) in [("restart", 0), ("same_element", 0), ("changed_only", 1)] {
        let mut w = World::of(json!({"resubmission": mode, "elements": [{"approval": {"name": "x", "steps": steps}}]}));
        w.submit_fields(&["credit_limit", "iban"], None).unwrap();
        w.act(1, "a", Act::Approve).unwrap();
        w.act(2, "b", Act::Approve).unwrap();
        let asked = w.clone();
        again(&mut w, &["author"], &["iban"], Interruption::Edited).unwrap();
        assert_eq!(w.state.approved.len(), kept, "{mode}");
        assert!(!goes_on(&w));
        // whoever has left meanwhile has not approved
        let mut w = asked;
        w.members = vec!["b", "c"];
        again(&mut w, &["author"], &["iban"], Interruption::Edited).unwrap();
        assert_eq!(w.state.approved.len(), 0, "{mode}");
    }
}

#[test]
fn a_recalled_proposal_starts_again() {
    let mut w = majority();
    assert_eq!(w.send(Event::Recalled { person: "author".into() }), Ok(Status::NotSubmitted));
    w.submit_fields(&["credit_limit", "iban"], Some(&[])).unwrap();
    assert!(!goes_on(&w));
    assert!(w.state.decided.is_empty());
}

fn hash(seed: u64, what: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    (seed, what).hash(&mut hasher);
    hasher.finish() as usize
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn it_goes_on_as_it_was_or_starts_again(definition in common::definition(), seed in any::<u64>(), acts in 0..12usize, editor in 0..8usize, leaver in 0..8usize) {
        const PEOPLE: [&str; 6] = ["p1", "p2", "p3", "p4", "p5", "author"];
        let conditions = validate(&serde_json::to_value(&definition).unwrap()).conditions;
        let mut w = World { members: PEOPLE.to_vec(), ..World::new(definition) };
        for at in conditions.into_iter().map(|c| c.path) {
            let value = if hash(seed, &at).is_multiple_of(3) { Truth::False } else { Truth::True };
            w.conditions.insert(at, value);
        }
        if w.submit_fields(&common::FIELDS, None).is_err() {
            return Ok(());
        }
        for n in 0..acts {
            let items: Vec<_> = w.state.items().iter().map(|i| i.item).collect();
            if items.is_empty() {
                break;
            }
            let item = items[hash(seed, &format!("item {n}")) % items.len()];
            for person in PEOPLE {
                let act = [Act::Approve, Act::Complete, Act::Choose("left".into())];
                if act.into_iter().any(|act| w.act(item, person, act).is_ok()) {
                    break;
                }
            }
        }
        prop_assume!(w.state.status == Status::PendingApproval && !w.state.items().is_empty());
        let before = w.state.clone();
        let mut who = vec!["author"];
        who.extend(PEOPLE.get(editor));
        w.members.retain(|p| PEOPLE.get(leaver) != Some(p));
        if again(&mut w, &who, &[], Interruption::Undone).is_err() {
            return Ok(());
        }
        if goes_on(&w) {
            prop_assert_eq!(&w.state.decided, &before.decided);
            prop_assert_eq!(&w.state.run, &before.run);
            for decided in &before.decided {
                prop_assert!(w.members.contains(&decided.person.as_str()), "{} has left", decided.person);
                prop_assert!(w.definition.allow_self_approval || !who.contains(&decided.person.as_str()));
            }
        } else {
            prop_assert!(w.state.decided.is_empty() && w.state.approved.is_empty());
        }
    }
}
