//! Promise 6: what is resubmitted passes again whoever must see it, as the workflow's `resubmission` says.

#[path = "common/world.rs"]
mod world;

use engine::workflow::event::{Act, Event};
use engine::workflow::question::Truth;
use engine::workflow::refusal::Refusal;
use engine::workflow::status::Status;
use serde_json::{Value, json};
use world::World;

fn two_elements(resubmission: &str) -> World {
    let element = |name: &str, field: &str| {
        json!({"approval": {"name": name, "when": format!("changed('{field}')"),
            "steps": [{"name": "s", "assign_to": {"role": name}}]}})
    };
    let elements: Value = json!([element("credit", "credit_limit"), element("bank", "iban")]);
    let mut w = World::of(json!({"resubmission": resubmission, "elements": elements}));
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    w.act(2, "a", Act::Reject).unwrap();
    assert_eq!(w.state.status, Status::Rejected);
    w
}

fn place(w: &World) -> &str {
    let open = w.state.items();
    assert_eq!(open.len(), 1);
    if w.places[&open[0].item].starts_with("/elements/0") { "credit" } else { "bank" }
}

#[test]
fn by_default_it_starts_again() {
    let mut w = two_elements("restart");
    w.submit_fields(&["credit_limit", "iban"], Some(&[])).unwrap();
    assert_eq!(place(&w), "credit");
}

#[test]
fn same_element_keeps_what_was_before() {
    let mut w = two_elements("same_element");
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    assert_eq!(place(&w), "bank");
    assert_eq!(w.act(w.item("steps/0"), "b", Act::Approve), Ok(Status::Applied));
}

#[test]
fn changed_only_keeps_approvals_of_what_did_not_change() {
    let mut w = two_elements("changed_only");
    w.submit_fields(&["credit_limit", "iban"], Some(&["iban"])).unwrap();
    assert_eq!(place(&w), "bank");
    let mut w = two_elements("changed_only");
    w.submit_fields(&["credit_limit", "iban"], Some(&["credit_limit"])).unwrap();
    assert_eq!(place(&w), "credit");
    let mut w = two_elements("changed_only");
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    assert_eq!(place(&w), "credit", "not known what changed");
}

#[test]
fn an_approver_who_becomes_an_editor_has_not_approved() {
    for mode in ["same_element", "changed_only"] {
        let mut w = two_elements(mode);
        w.send(Event::Submitted {
            person: "author".into(),
            involved: vec!["author".into(), "a".into()],
            fields: vec!["credit_limit".into(), "iban".into()],
            changed: Some(vec!["iban".into()]),
            interrupted: None,
        })
        .unwrap();
        assert_eq!(place(&w), "credit", "{mode}");
        assert_eq!(w.act(w.item("steps/0"), "a", Act::Approve), Err(Refusal::OwnChange("a".into())));
    }
}

#[test]
fn a_recalled_or_edited_proposal_starts_again() {
    for event in [Event::Recalled { person: "author".into() }, Event::Edited { person: "author".into() }] {
        let mut w = two_elements("same_element");
        w.submit_fields(&["credit_limit", "iban"], Some(&[])).unwrap();
        assert_eq!(w.send(event), Ok(Status::NotSubmitted));
        assert!(w.state.items().is_empty());
        w.submit_fields(&["credit_limit", "iban"], Some(&[])).unwrap();
        assert_eq!(place(&w), "credit");
    }
}

#[test]
fn an_edit_of_a_rejected_draft_forgets_nothing() {
    let mut w = two_elements("same_element");
    let before = w.state.clone();
    assert_eq!(w.send(Event::Edited { person: "author".into() }), Ok(Status::Rejected));
    assert_eq!((&w.state, w.effects.len()), (&before, 0));
}

#[test]
fn a_new_field_takes_its_route_after_a_rejection() {
    let one = |name: &str| json!([{"approval": {"name": name, "steps": [{"name": "s", "assign_to": {"role": "r"}}]}}]);
    let mut w = World::of(json!({"resubmission": "same_element", "elements": [{"for_each_change": {"routes": [
        {"fields": ["credit_limit"], "elements": one("finance")}, {"fields": ["iban"], "elements": one("bank")}]}}]}));
    w.submit_fields(&["credit_limit"], None).unwrap();
    w.act(1, "a", Act::Reject).unwrap();
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    assert_eq!(w.open().len(), 2);
}

#[test]
fn a_rerouted_proposal_starts_by_the_new_definition() {
    let mut w = two_elements("restart");
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    w.definition.elements.remove(0);
    assert_eq!(w.send(Event::Rerouted { person: "admin".into() }), Ok(Status::PendingApproval));
    assert_eq!(w.act(w.state.items()[0].item, "b", Act::Approve), Ok(Status::Applied));
}

#[test]
fn a_state_of_another_definition_is_told() {
    let mut w = two_elements("restart");
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    w.act(w.item("steps/0"), "a", Act::Approve).unwrap();
    w.definition.elements.truncate(1);
    let item = w.state.items()[0].item;
    assert_eq!(w.act(item, "a", Act::Approve), Err(Refusal::DoesNotFit("/elements".into())));
}

/// A first step that looks at the credit limit, and a second that only runs sometimes.
fn first_step_and_perhaps_a_second(resubmission: &str) -> World {
    let mut w = World::of(json!({"resubmission": resubmission, "elements": [
        {"approval": {"name": "credit", "steps": [
            {"name": "1", "when": "changed('credit_limit')", "assign_to": {"role": "r"}}]}},
        {"approval": {"name": "bank", "steps": [{"name": "2", "when": "new.iban <> ''", "assign_to": {"role": "r"}}]}}]}));
    w.submit_fields(&["credit_limit", "iban"], None).unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    w.act(2, "b", Act::Reject).unwrap();
    w.when("/elements/1/approval/steps/0/when", Truth::False)
}

#[test]
fn earlier_approvals_alone_do_not_carry_a_new_value() {
    for mode in ["same_element", "changed_only"] {
        let mut w = first_step_and_perhaps_a_second(mode);
        assert_eq!(w.submit_fields(&["credit_limit", "iban"], Some(&["iban"])), Ok(Status::PendingApproval), "{mode}");
        assert_eq!(place(&w), "credit");
        let mut w = first_step_and_perhaps_a_second(mode);
        assert_eq!(w.submit_fields(&["credit_limit", "iban"], Some(&[])), Ok(Status::Applied), "{mode}");
    }
}

#[test]
fn approvals_are_kept_behind_a_step_that_is_asked_again() {
    let step = |field: &str| json!({"name": field, "when": format!("changed('{field}')"), "assign_to": {"role": "r"}});
    let mut w = World::of(json!({"resubmission": "changed_only", "distinct_approvers": true, "elements": [
        {"approval": {"name": "x", "steps": [step("credit_limit"), step("iban"), step("name")]}}]}));
    w.submit_fields(&["credit_limit", "iban", "name"], None).unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    w.act(2, "b", Act::Approve).unwrap();
    w.act(3, "c", Act::Reject).unwrap();
    w.submit_fields(&["credit_limit", "iban", "name"], Some(&["credit_limit"])).unwrap();
    assert_eq!(w.act(4, "a", Act::Approve), Ok(Status::PendingApproval));
    assert!(w.places[&w.state.items()[0].item].ends_with("steps/2"));
    assert_eq!(w.act(5, "c", Act::Approve), Ok(Status::Applied));
}

#[test]
fn a_second_no_does_not_bring_back_what_an_edit_took() {
    for mode in ["same_element", "changed_only"] {
        let mut w = World::of(json!({"resubmission": mode, "elements": [
            {"approval": {"name": "credit", "steps": [{"name": "1", "when": "changed('credit_limit')", "assign_to": {"role": "r"}}]}},
            {"approval": {"name": "bank", "automatic_action": {"when": "new.iban = ''", "action": "reject"},
                "steps": [{"name": "2", "assign_to": {"role": "r"}}]}}]}))
        .when("/elements/1/approval/automatic_action/when", Truth::False);
        w.submit_fields(&["credit_limit"], None).unwrap();
        w.act(1, "a", Act::Approve).unwrap();
        w.act(2, "b", Act::Reject).unwrap();
        // edited, and sent back by the system, which approved nothing of it; then submitted as it is
        let mut w = w.when("/elements/1/approval/automatic_action/when", Truth::True);
        let again = w.submit_fields(&["credit_limit"], Some(&["credit_limit"]));
        if mode == "same_element" {
            assert_eq!(again, Ok(Status::Rejected));
            assert!(!w.state.consented);
        } else {
            assert_eq!(again, Ok(Status::PendingApproval));
            assert_eq!(w.act(w.item("elements/0/approval/steps/0"), "a", Act::Approve), Ok(Status::Rejected));
            assert!(w.state.approved.is_empty());
        }
    }
}

#[test]
fn the_final_approver_is_not_passed_by_a_kept_approval() {
    let mut w = World::of(json!({"resubmission": "changed_only", "elements": [{"approval": {"name": "x",
        "steps": [{"name": "1", "assign_to": {"role": "r"}}], "final_approver": {"user": "boss"}}}]}))
    .people("/elements/0/approval/final_approver", &["boss"]);
    w.submit().unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    w.act(2, "boss", Act::Reject).unwrap();
    assert_eq!(w.submit_fields(&["credit_limit"], Some(&[])), Ok(Status::PendingApproval));
    w.act(3, "a", Act::Approve).unwrap();
    assert_eq!(w.act(4, "boss", Act::Approve), Ok(Status::Applied));
}
