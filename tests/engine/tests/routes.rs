//! Promise 8: each element has a defined answer to a rejection, to nobody eligible, to a condition that is NULL, false or
//! fails.

#[path = "common/world.rs"]
mod world;

use engine::workflow::effect::{Effect, Tracking};
use engine::workflow::event::{Act, Event, Timer};
use engine::workflow::question::Truth;
use engine::workflow::refusal::Refusal;
use engine::workflow::status::Status;
use serde_json::{Value, json};
use world::World;

fn approval(name: &str, steps: Value) -> Value {
    json!({"approval": {"name": name, "steps": steps}})
}

fn one(name: &str) -> Value {
    approval(name, json!([{"name": "s", "assign_to": {"role": name}}]))
}

fn elements(elements: Value) -> World {
    World::of(json!({"elements": elements}))
}

const PENDING: Result<Status, Refusal> = Ok(Status::PendingApproval);
const APPLIED: Result<Status, Refusal> = Ok(Status::Applied);

#[test]
fn one_yes_of_a_role_applies() {
    let mut w = elements(json!([one("x")]));
    assert_eq!(w.submit(), PENDING);
    assert_eq!(w.rounds, 1);
    assert_eq!(w.act(1, "author", Act::Approve), Err(Refusal::OwnChange("author".into())));
    assert_eq!(w.act(1, "a", Act::Complete), Err(Refusal::NotAllowed("complete".into())));
    assert_eq!(w.act(7, "a", Act::Approve), Err(Refusal::NoSuchItem(7)));
    assert_eq!(w.act(1, "a", Act::Approve), APPLIED);
    assert!(w.effects.contains(&Effect::Apply) && w.effects.contains(&Effect::CloseWorkItem { item: 1, done: true }));
    assert_eq!(w.act(1, "a", Act::Approve), Err(Refusal::WrongStatus(Status::Applied)));
}

#[test]
fn steps_run_in_order_and_a_false_one_is_left_out() {
    let steps = json!([{"name": "1", "assign_to": {"role": "r"}},
                       {"name": "2", "when": "x", "assign_to": {"role": "r"}},
                       {"name": "3", "when": "y", "assign_to": {"role": "r"}}]);
    let mut w = elements(json!([approval("x", steps)]))
        .when("/elements/0/approval/steps/1/when", Truth::False)
        .when("/elements/0/approval/steps/2/when", Truth::Null);
    assert_eq!(w.submit(), PENDING);
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.act(w.item("steps/2"), "a", Act::Approve), APPLIED);
}

#[test]
fn null_lets_nothing_through() {
    let auto = json!({"approval": {"name": "x", "automatic_action": {"when": "proposal.fields", "action": "approve"},
        "steps": [{"name": "s", "assign_to": {"role": "r"}}]}});
    let at = "/elements/0/approval/automatic_action/when";
    assert_eq!(elements(json!([auto])).when(at, Truth::Null).submit(), PENDING);
    assert_eq!(elements(json!([auto])).when(at, Truth::False).submit(), PENDING);
    assert_eq!(elements(json!([auto])).submit(), APPLIED);
    let failed = Refusal::ConditionFailed { at: at.into(), message: "division by zero".into() };
    assert_eq!(elements(json!([auto])).when(at, Truth::Error("division by zero".into())).submit(), Err(failed));

    let decision = json!({"decision": {"branches": [{"when": "x", "elements": [one("a")]}], "otherwise": [one("b")]}});
    let at = "/elements/0/decision/branches/0/when";
    let null = Refusal::NullCondition { at: at.into() };
    assert_eq!(elements(json!([decision])).when(at, Truth::Null).submit(), Err(null));
    let mut w = elements(json!([decision])).when(at, Truth::False);
    assert_eq!(w.submit(), PENDING);
    assert_eq!(w.open()[0].1, "/elements/0/decision/otherwise/0/approval/steps/0");
}

#[test]
fn nothing_passes_by_default() {
    let mut skipped = one("x");
    skipped["approval"]["when"] = json!("x");
    let mut w = elements(json!([skipped])).when("/elements/0/approval/when", Truth::False);
    assert_eq!(w.submit(), Err(Refusal::NothingApproved));
    let decision = json!({"decision": {"branches": [{"when": "x", "elements": [one("a")]}]}});
    let mut w = elements(json!([decision])).when("/elements/0/decision/branches/0/when", Truth::False);
    assert_eq!(w.submit(), Err(Refusal::NoBranch { at: "/elements/0/decision".into() }));
    let each = json!({"for_each_change": {"routes": [{"fields": ["iban"], "elements": [one("a")]}]}});
    let refusal = Refusal::NoRoute { at: "/elements/0/for_each_change".into(), field: "credit_limit".into() };
    assert_eq!(elements(json!([each])).submit(), Err(refusal));
    let task = json!({"task": {"name": "t", "assign_to": {"role": "r"}}});
    let mut w = elements(json!([task, skipped])).when("/elements/1/approval/when", Truth::False);
    assert_eq!(w.submit(), Err(Refusal::NothingApproved), "a task is not an approval");
    let mut w = elements(json!([task, skipped]));
    assert_eq!(w.submit(), PENDING);
    let mut w = w.when("/elements/1/approval/when", Truth::False);
    assert_eq!(w.act(1, "a", Act::Complete), Err(Refusal::NothingApproved), "nor later");
    let no = json!({"approval": {"name": "x", "automatic_action": {"when": "x", "action": "reject"},
        "steps": [{"name": "1", "when": "x", "assign_to": {"role": "r"}}]}});
    let mut w = elements(json!([no])).when("/elements/0/approval/steps/0/when", Truth::False);
    assert_eq!(w.submit(), Ok(Status::Rejected), "to say no needs nobody");
}

#[test]
fn distinct_approvers_must_be_as_many_as_there_are_steps() {
    let step = |name: &str, role: &str| json!({"name": name, "assign_to": {"group": role}});
    let of = |steps: Value| World::of(json!({"distinct_approvers": true, "elements": [approval("x", steps)]}));
    let at = |n: u32| format!("/elements/0/approval/steps/{n}/assign_to");
    let three = json!([step("1", "g"), step("2", "g"), step("3", "g")]);
    assert_eq!(of(three.clone()).submit(), PENDING);
    let mut w = of(three);
    for n in 0..3 {
        w = w.people(&at(n), &["a", "b"]);
    }
    assert!(matches!(w.submit(), Err(Refusal::NobodyEligible { step: Some(step), .. }) if step == "3"));
    // whoever of two is first, the second step takes one of them and the third the other
    let mut w = of(json!([step("1", "g"), step("2", "g"), step("3", "g")]))
        .people(&at(0), &["a", "b"])
        .people(&at(1), &["a", "c"])
        .people(&at(2), &["b", "c"]);
    assert_eq!(w.submit(), PENDING);
    // a later step makes an earlier one impossible
    let mut w = of(json!([step("1", "g"), step("2", "g"), step("3", "g")]))
        .people(&at(0), &["a", "b"])
        .people(&at(1), &["a"])
        .people(&at(2), &["b"]);
    assert!(matches!(w.submit(), Err(Refusal::NobodyEligible { step: Some(step), .. }) if step == "3"));
}

#[test]
fn a_step_without_people_is_refused_at_submit() {
    let steps = json!([{"name": "1", "assign_to": {"role": "r"}}, {"name": "2", "assign_to": {"group": "g"}}]);
    let mut w =
        elements(json!([approval("x", steps.clone())])).people("/elements/0/approval/steps/1/assign_to", &["author"]);
    let nobody = |step: &str, needed, found| Refusal::NobodyEligible {
        at: format!("/elements/0/approval/steps/{}", step.parse::<u32>().unwrap() - 1),
        element: "x".into(),
        step: Some(step.into()),
        needed,
        found,
    };
    assert_eq!(w.submit(), Err(nobody("2", 1, 0)));
    let count = json!([{"name": "1", "assign_to": {"group": "g"}, "completion_policy": {"count": 4}}]);
    assert_eq!(elements(json!([approval("x", count)])).submit(), Err(nobody("1", 4, 3)));
    // the only person of step 1 cannot decide step 2
    let mut w = World::of(json!({"distinct_approvers": true, "elements": [approval("x", steps)]}))
        .people("/elements/0/approval/steps/0/assign_to", &["a"])
        .people("/elements/0/approval/steps/1/assign_to", &["a", "author"]);
    assert_eq!(w.submit(), Err(nobody("2", 1, 0)));
    assert_eq!(w.state, Default::default());
}

#[test]
fn a_rejection_in_one_branch_closes_the_others() {
    let parallel = json!({"parallel": {"branches": [{"elements": [one("x")]}, {"elements": [one("y")]}]}});
    let mut w = elements(json!([parallel, one("z")]));
    assert_eq!(w.submit(), PENDING);
    assert_eq!(w.open().len(), 2);
    let mut rejected = w.clone();
    assert_eq!(rejected.act(1, "a", Act::Reject), Ok(Status::Rejected));
    assert!(rejected.effects.contains(&Effect::CloseWorkItem { item: 2, done: false }));
    assert!(rejected.state.items().is_empty());
    assert_eq!(w.act(2, "a", Act::Approve), PENDING);
    assert_eq!(w.open().len(), 1, "the join waits");
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.act(3, "a", Act::Approve), APPLIED);
}

#[test]
fn fields_take_their_routes_and_join() {
    let each = json!({"for_each_change": {"routes": [
        {"fields": ["credit_limit", "payment_terms"], "elements": [one("finance")]},
        {"fields": ["iban"], "elements": [one("treasury")]}], "otherwise": [one("anybody")]}});
    let mut w = elements(json!([each]));
    assert_eq!(w.submit_fields(&["credit_limit", "payment_terms", "iban"], None), PENDING);
    assert_eq!(w.open().len(), 2);
    assert_eq!(w.act(w.item("routes/0/elements/0/approval/steps/0"), "a", Act::Approve), PENDING);
    assert_eq!(w.act(w.item("routes/1/elements/0/approval/steps/0"), "a", Act::Approve), APPLIED);
    let mut w = elements(json!([each]));
    assert_eq!(w.submit_fields(&["name"], None), PENDING);
    assert!(w.open()[0].1.contains("/otherwise/"));
}

#[test]
fn a_person_chooses_a_branch_and_a_function_is_called_once() {
    let call = json!({"automated_task": {"name": "call", "function": "f"}});
    let manual = json!({"manual_decision": {"name": "m", "assign_to": {"role": "r"}, "outcomes": [
        {"name": "check", "elements": [call, one("x")]}, {"name": "pass", "elements": []},
        {"name": "other", "elements": []}]}});
    let mut w = elements(json!([manual]));
    assert_eq!(w.submit(), PENDING);
    let mut passed = w.clone();
    assert_eq!(passed.act(1, "a", Act::Choose("pass".into())), APPLIED);
    assert_eq!(w.act(1, "a", Act::Choose("no".into())), Err(Refusal::NotAllowed("no".into())));
    assert_eq!(w.act(1, "a", Act::Choose("delegate".into())), Err(Refusal::NotAllowed("delegate".into())));
    assert_eq!(w.act(1, "a", Act::Choose("check".into())), PENDING);
    let at = "/elements/0/manual_decision/outcomes/0/elements/0/automated_task".to_string();
    assert!(w.effects.contains(&Effect::CallFunction { at: at.clone(), function: "f".into() }));
    let mut failed = w.clone();
    let event = Event::CallFailed { at: at.clone(), message: "no".into() };
    assert_eq!(failed.send(event), Ok(Status::ChangeRequested));
    assert_eq!(w.send(Event::Called { at: at.clone() }), PENDING);
    assert_eq!(w.send(Event::Called { at: at.clone() }), Err(Refusal::DoesNotFit(at)));
    assert_eq!(w.act(2, "b", Act::Approve), APPLIED);
}

#[test]
fn a_delegate_has_the_place_of_the_assignee() {
    let mut w = elements(json!([one("x")]));
    w.submit().unwrap();
    assert_eq!(w.act(1, "a", Act::Delegate("author".into())), Err(Refusal::OwnChange("author".into())));
    assert_eq!(w.act(1, "a", Act::Delegate("z".into())), PENDING);
    let holder = &w.state.items()[0].holder;
    assert!(holder.pool.is_some(), "the role keeps its own");
    assert_eq!((holder.places[0].person.as_str(), &holder.places[0].chain[..]), ("z", &["a".to_string()][..]));
    assert_eq!(w.act(1, "z", Act::Delegate("y".into())), PENDING);
    assert_eq!(w.act(1, "y", Act::Delegate("a".into())), Err(Refusal::Circle("a".into())));
    assert_eq!(w.act(1, "y", Act::Approve), APPLIED);
    let entry = w.effects.iter().find_map(|e| match e {
        Effect::Log(entry) if entry.kind == Tracking::Approval => Some(entry.clone()),
        _ => None,
    });
    let entry = entry.unwrap();
    assert_eq!((entry.person.as_deref(), entry.on_behalf_of.as_deref()), (Some("y"), Some("a")));
}

#[test]
fn a_delegate_has_no_second_vote() {
    let steps = json!([{"name": "1", "assign_to": {"role": "r"}, "completion_policy": "all_approvers"}]);
    let mut w = elements(json!([approval("x", steps)]));
    w.submit().unwrap();
    assert_eq!(w.open().len(), 3);
    assert_eq!(w.act(1, "b", Act::Approve), Err(Refusal::NotAssignee("b".into())));
    assert_eq!(w.act(1, "a", Act::Delegate("b".into())), Err(Refusal::AlreadyAssigned("b".into())));
    assert_eq!(w.act(2, "b", Act::Approve), PENDING);
    assert_eq!(w.act(1, "a", Act::Delegate("b".into())), Err(Refusal::AlreadyAssigned("b".into())));
    let to = |to: &str| Event::Reassigned { item: 1, person: "admin".into(), to: vec![to.into()] };
    assert_eq!(w.send(to("b")), Err(Refusal::AlreadyAssigned("b".into())));
    assert_eq!(w.send(to("z")), PENDING);
    assert_eq!(w.act(1, "a", Act::Approve), Err(Refusal::NotAssignee("a".into())));
    assert_eq!(w.act(1, "z", Act::Approve), PENDING);
    assert_eq!(w.act(3, "c", Act::Approve), APPLIED);
}

#[test]
fn approvers_are_distinct_where_asked() {
    let steps = json!([{"name": "1", "assign_to": {"role": "r"}}, {"name": "2", "assign_to": {"role": "r"}}]);
    let mut w = World::of(json!({"distinct_approvers": true, "elements": [approval("x", steps)]}));
    w.submit().unwrap();
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.act(2, "a", Act::Approve), Err(Refusal::AlreadyDecided("a".into())));
    assert_eq!(w.act(2, "b", Act::Delegate("a".into())), Err(Refusal::AlreadyDecided("a".into())));
    assert_eq!(w.act(2, "b", Act::Approve), APPLIED);
}

#[test]
fn the_final_approver_decides_where_the_author_is_an_approver() {
    let mut element = one("x");
    element["approval"]["final_approver"] = json!({"user": "boss"});
    let people = |list: &[&'static str]| {
        elements(json!([element]))
            .people("/elements/0/approval/steps/0/assign_to", list)
            .people("/elements/0/approval/final_approver", &["boss"])
    };
    let mut w = people(&["a"]);
    w.submit().unwrap();
    assert_eq!(w.act(1, "a", Act::Approve), APPLIED, "nobody involved");
    let mut w = people(&["a", "author"]);
    w.submit().unwrap();
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.act(2, "boss", Act::Approve), APPLIED);
    let mut w = people(&["author"]);
    w.submit().unwrap();
    assert_eq!(w.act(1, "boss", Act::Approve), APPLIED, "in place of the author");
}

#[test]
fn an_overdue_item_goes_up_and_then_ends() {
    let steps = json!([{"name": "1", "assign_to": {"role": "r"}, "time_limit": {"days": 2}, "reminders": [{"days": 1}],
        "escalation": [{"assign_to": {"user": "x"}, "time_limit": {"days": 1}},
                       {"assign_to": {"user": "author"}, "time_limit": {"days": 1}},
                       {"assign_to": {"user": "y"}, "time_limit": {"days": 1}}],
        "end_action": "reject"}]);
    let level = |i: usize| format!("/elements/0/approval/steps/0/escalation/{i}/assign_to");
    let mut w = elements(json!([approval("x", steps)]))
        .people(&level(0), &["x"])
        .people(&level(1), &["author"])
        .people(&level(2), &["y"]);
    w.submit().unwrap();
    let due = |level| Event::Due(Timer::Item { item: 1, level });
    assert_eq!(w.send(Event::Due(Timer::Reminder { item: 1 })), PENDING);
    assert_eq!(w.send(due(0)), PENDING);
    assert_eq!(w.state.items()[0].holder.places[0].person, "x");
    assert_eq!(w.act(1, "a", Act::Approve), Err(Refusal::NotAssignee("a".into())));
    assert_eq!(w.send(due(0)), PENDING);
    assert!(w.effects.is_empty(), "stale");
    assert_eq!(w.send(due(1)), PENDING);
    assert_eq!(w.state.items()[0].level, 3, "the author is passed over");
    let mut late = w.clone();
    assert_eq!(late.send(due(3)), Ok(Status::Rejected));
    assert_eq!(w.act(1, "y", Act::Approve), APPLIED);
}

#[test]
fn the_limit_of_the_element_overrides() {
    let mut element = approval("x", json!([{"name": "1", "assign_to": {"role": "r"}, "time_limit": {"days": 9}}]));
    element["approval"]["time_limit"] = json!({"days": 1});
    element["approval"]["end_action"] = json!("request_change");
    let mut w = World::of(json!({"expires_after": {"weeks": 1}, "elements": [element]}));
    w.submit().unwrap();
    let timers = w.effects.iter().filter(|e| matches!(e, Effect::StartTimer { .. })).count();
    assert_eq!(timers, 2);
    assert!(w.effects.iter().all(|e| !matches!(e, Effect::CreateWorkItem(work) if work.due.is_some())));
    let due = |round| Event::Due(Timer::Element { at: "/elements/0/approval".into(), round });
    assert_eq!(w.send(due(0)), PENDING);
    let mut expired = w.clone();
    assert_eq!(w.send(due(1)), Ok(Status::ChangeRequested));
    assert_eq!(expired.send(Event::Due(Timer::Proposal { round: 1 })), Ok(Status::Expired));
    assert!(expired.state.items().is_empty());
}
