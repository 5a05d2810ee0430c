//! Two versions of a workflow are told apart by what people know: names, not places.

mod common;

use engine::workflow::compare::{Change, compare};
use proptest::prelude::*;
use serde_json::{Value, json};

fn step(name: &str, role: &str) -> Value {
    json!({"name": name, "assign_to": {"role": role}})
}

fn with_steps(steps: Value) -> Value {
    json!({"elements": [{"approval": {"name": "Credit", "steps": steps}}]})
}

fn told(old: &Value, new: &Value) -> Vec<String> {
    let shown = |value: Option<Value>| value.map_or_else(|| "-".into(), |v| v.to_string());
    compare(old, new)
        .into_iter()
        .map(|d| format!("{} {}: {} → {}", d.path, d.change.name(), shown(d.old), shown(d.new)))
        .collect()
}

const STEPS: &str = "/elements/0/approval/steps";

#[test]
fn a_value_that_changes() {
    let (old, mut new) = (with_steps(json!([step("A", "a")])), with_steps(json!([step("A", "b")])));
    assert_eq!(told(&old, &new), [format!(r#"{STEPS}/0/assign_to/role changed: "a" → "b""#)]);
    new["elements"][0]["approval"]["steps"][0]["assign_to"] = json!({"group": "a"});
    assert_eq!(told(&old, &new), [format!(r#"{STEPS}/0/assign_to changed: {{"role":"a"}} → {{"group":"a"}}"#)]);
    new["when"] = json!("true");
    assert_eq!(told(&old, &new)[1..], [r#"/when added: - → "true""#]);
    assert_eq!(told(&new, &old)[0], r#"/when removed: "true" → -"#);
}

#[test]
fn a_step_that_was_inserted_changes_no_other() {
    let old = with_steps(json!([step("A", "a"), step("B", "b")]));
    let new = with_steps(json!([step("new", "x"), step("A", "a"), step("B", "c")]));
    assert_eq!(
        told(&old, &new),
        [
            format!(r#"{STEPS}/0 added: - → {{"name":"new","assign_to":{{"role":"x"}}}}"#),
            format!(r#"{STEPS}/2/assign_to/role changed: "b" → "c""#),
        ]
    );
    assert_eq!(told(&new, &old)[0], format!(r#"{STEPS}/0 removed: {{"name":"new","assign_to":{{"role":"x"}}}} → -"#));
}

#[test]
fn a_step_that_moved_or_got_another_name_is_the_same() {
    let old = with_steps(json!([step("A", "a"), step("B", "b"), step("C", "c")]));
    let new = with_steps(json!([step("C", "c"), step("A", "a"), step("B", "b")]));
    assert_eq!(told(&old, &new), [format!(r#"{STEPS}/0 moved: "{STEPS}/2" → "{STEPS}/0""#)]);
    let new = with_steps(json!([step("A", "a"), step("Z", "b"), step("C", "c")]));
    assert_eq!(told(&old, &new), [format!(r#"{STEPS}/1/name changed: "B" → "Z""#)]);
    let new = with_steps(json!([step("A", "a"), step("Z", "z"), step("C", "c")]));
    assert_eq!(compare(&old, &new).iter().map(|d| d.change).collect::<Vec<_>>(), [Change::Removed, Change::Added]);
}

#[test]
fn what_only_spells_out_a_default_is_no_difference() {
    let old = with_steps(json!([step("A", "a")]));
    let mut new =
        with_steps(json!([{"name": "A", "assign_to": {"role": "a"}, "completion_policy": "single_approver"}]));
    new["allow_self_approval"] = json!(false);
    new["elements"][0]["approval"]["allowed_actions"] = json!(["approve", "reject", "request_change", "delegate"]);
    assert_eq!(compare(&old, &new), []);
}

#[test]
fn words_have_no_order() {
    let actions = |list: Value| {
        let mut definition = with_steps(json!([step("A", "a")]));
        definition["elements"][0]["approval"]["allowed_actions"] = list;
        definition
    };
    let (old, new) = (actions(json!(["approve", "reject"])), actions(json!(["reject", "approve", "delegate"])));
    assert_eq!(told(&old, &new), [r#"/elements/0/approval/allowed_actions/2 added: - → "delegate""#]);
}

proptest! {
    #[test]
    fn there_is_a_difference_only_where_there_is_one(a in common::definition(), b in common::definition()) {
        let (old, new) = (serde_json::to_value(&a).unwrap(), serde_json::to_value(&b).unwrap());
        prop_assert_eq!(compare(&old, &old), []);
        let there = compare(&old, &new);
        prop_assert_eq!(there.is_empty(), a == b);
        for d in &there {
            let (before, after) = (old.pointer(&d.path), new.pointer(&d.path));
            match d.change {
                Change::Added => prop_assert_eq!((&None, after), (&d.old, d.new.as_ref())),
                Change::Removed => prop_assert_eq!((before, &None), (d.old.as_ref(), &d.new)),
                Change::Changed => prop_assert_eq!(after, d.new.as_ref()),
                Change::Moved => {
                    let was = d.old.as_ref().and_then(Value::as_str).and_then(|at| old.pointer(at));
                    prop_assert!(was.is_some() && after.is_some() && d.new == Some(d.path.as_str().into()));
                }
            }
        }
    }
}
