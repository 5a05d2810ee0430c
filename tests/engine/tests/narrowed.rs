//! Option `field_decisions`: rejected fields leave a running proposal, and what was decided about the rest stands.

#[path = "common/world.rs"]
mod world;

use engine::workflow::effect::{Effect, Tracking};
use engine::workflow::event::{Act, Event};
use engine::workflow::question::Truth;
use engine::workflow::refusal::Refusal;
use engine::workflow::status::Status;
use serde_json::{Value, json};
use world::World;

const PENDING: Result<Status, Refusal> = Ok(Status::PendingApproval);
const APPLIED: Result<Status, Refusal> = Ok(Status::Applied);

fn one(name: &str) -> Value {
    json!({"approval": {"name": name, "field_decisions": true, "steps": [{"name": "s", "assign_to": {"role": name}}]}})
}

fn routes(more: &[Value]) -> World {
    let each = json!({"for_each_change": {
        "routes": [{"fields": ["credit_limit", "payment_terms"], "elements": [one("finance")]},
                   {"fields": ["iban"], "elements": [one("treasury")]}]}});
    let elements = [&[each], more].concat();
    World::of(json!({"elements": elements}))
}

fn narrowed(fields: &[&str]) -> Event {
    Event::Narrowed { fields: fields.iter().map(ToString::to_string).collect() }
}

fn closed(w: &World) -> Vec<u32> {
    let item = |e: &Effect| if let Effect::CloseWorkItem { item, .. } = e { Some(*item) } else { None };
    w.effects.iter().filter_map(item).collect()
}

#[test]
fn work_items_and_votes_stay() {
    let mut w = World::of(json!({"elements": [{"approval": {"name": "x", "field_decisions": true,
        "steps": [{"name": "s", "assign_to": {"role": "r"}, "completion_policy": "all_approvers"}]}}]}));
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    let items: Vec<_> = w.open();
    assert_eq!(w.send(narrowed(&["iban"])), PENDING);
    assert_eq!((w.open(), w.state.fields.as_slice(), w.effects.len()), (items, &["iban".to_string()][..], 0));
    assert_eq!(w.act(2, "b", Act::Approve), PENDING);
    assert_eq!(w.act(3, "c", Act::Approve), APPLIED);
}

#[test]
fn a_route_without_fields_is_over() {
    let mut w = routes(&[]);
    assert_eq!(w.submit_fields(&["credit_limit", "payment_terms", "iban"], None), PENDING);
    // the route of finance has another one left
    assert_eq!(w.send(narrowed(&["payment_terms", "iban"])), PENDING);
    assert_eq!(closed(&w), [0u32; 0]);
    assert_eq!(w.send(narrowed(&["payment_terms"])), PENDING);
    assert_eq!(closed(&w), [2]);
    assert!(w.effects.contains(&Effect::CloseWorkItem { item: 2, done: false }));
    assert_eq!(w.act(2, "a", Act::Approve), Err(Refusal::NoSuchItem(2)));
    assert_eq!(w.act(1, "a", Act::Approve), APPLIED);
}

#[test]
fn the_last_open_route_takes_the_proposal_on() {
    let mut w = routes(&[]);
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.send(narrowed(&["credit_limit"])), APPLIED);
    assert!(w.effects.contains(&Effect::Apply));

    // what comes next is asked about the rest
    let mut w = routes(&[one("board")]);
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.act(1, "a", Act::Approve), PENDING);
    assert_eq!(w.send(narrowed(&["credit_limit"])), PENDING);
    assert_eq!(w.open().len(), 1);
    assert!(w.open()[0].1.starts_with("/elements/1/"));
}

#[test]
fn a_rejection_alone_approves_nothing() {
    let task = json!({"task": {"name": "t", "when": "x", "assign_to": {"role": "r"}}});
    let each = json!({"for_each_change": {
        "routes": [{"fields": ["credit_limit"], "elements": [one("finance")]}, {"fields": ["iban"], "elements": [task]}]}});
    let mut w = World::of(json!({"elements": [each]}));
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.act(w.item("task"), "a", Act::Complete), PENDING);
    let before = w.state.clone();
    assert_eq!(w.send(narrowed(&["iban"])), Err(Refusal::NothingApproved));
    assert_eq!(w.state, before);
}

#[test]
fn later_conditions_are_evaluated_after_it() {
    let mut second = one("board");
    second["approval"]["when"] = json!("changed('iban')");
    let mut w = World::of(json!({"elements": [one("finance"), second]}));
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.send(narrowed(&["credit_limit"])), PENDING);
    w.conditions.insert("/elements/1/approval/when".into(), Truth::False);
    assert_eq!(w.act(1, "a", Act::Approve), APPLIED);
}

#[test]
fn only_a_running_proposal_is_narrowed() {
    let mut w = routes(&[]);
    assert_eq!(w.send(narrowed(&["iban"])), Err(Refusal::WrongStatus(Status::NotSubmitted)));
    assert_eq!(w.submit_fields(&["credit_limit", "iban"], None), PENDING);
    assert_eq!(w.act(1, "a", Act::Reject), Ok(Status::Rejected));
    assert_eq!(w.send(narrowed(&["iban"])), Err(Refusal::WrongStatus(Status::Rejected)));
    assert!(!w.effects.iter().any(|e| matches!(e, Effect::Log(entry) if entry.kind == Tracking::Approval)));
}
