//! Promise 8: a definition with a mistake is refused, with every mistake at its place; the published schema says the same
//! as the parser.

mod common;

use engine::workflow::definition::Definition;
use engine::workflow::grammar::MAX_DEPTH;
use engine::workflow::json;
use engine::workflow::schema::schema;
use engine::workflow::validate::{Severity, parse, validate};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

fn example() -> Value {
    json!({
      "description": "Credit and bank changes of customers",
      "when": "new.country = 'DE'",
      "allow_self_approval": false,
      "elements": [
        {"approval": {
          "name": "Credit approval",
          "when": "changed('credit_limit')",
          "automatic_action": {
            "when": "proposal.fields = '{credit_limit}' and new.credit_limit - old.credit_limit <= 1000",
            "action": "approve"},
          "steps": [
            {"name": "Manager", "assign_to": {"role": "credit_managers"}, "completion_policy": "single_approver",
             "time_limit": {"working_days": 2},
             "escalation": [{"assign_to": {"user": "cfo"}, "time_limit": {"days": 1}}], "end_action": "reject"},
            {"name": "Board", "when": "new.credit_limit > 100000", "assign_to": {"group": "board"},
             "completion_policy": {"percentage": 50}}
          ],
          "allowed_actions": ["approve", "reject", "request_change", "delegate"]
        }}
      ]
    })
}

/// With `value` at `pointer` of the example; `null` takes it away.
fn with(pointer: &str, value: Value) -> Value {
    let mut definition = example();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = definition.pointer_mut(parent).expect(pointer);
    match (parent, value) {
        (Value::Object(map), Value::Null) => drop(map.shift_remove(key)),
        (Value::Object(map), value) => drop(map.insert(key.into(), value)),
        (Value::Array(list), value) => list[key.parse::<usize>().unwrap()] = value,
        _ => panic!("{pointer}"),
    }
    definition
}

fn problems(definition: &Value) -> Vec<(String, Severity)> {
    validate(definition).problems.into_iter().map(|p| (p.path, p.severity)).collect()
}

const APPROVAL: &str = "/elements/0/approval";

#[test]
fn the_example_is_valid_and_its_conditions_are_collected() {
    let report = validate(&example());
    assert_eq!(report.problems, []);
    let conditions: Vec<_> = report.conditions.iter().map(|c| (c.path.as_str(), c.kind.name())).collect();
    assert_eq!(
        conditions,
        [
            ("/when", "activation"),
            ("/elements/0/approval/when", "precondition"),
            ("/elements/0/approval/automatic_action/when", "automatic_action"),
            ("/elements/0/approval/steps/1/when", "precondition"),
        ]
    );
    assert!(schema_accepts(&example()));
}

#[test]
fn a_mistake_is_found_at_its_place() {
    let long = "x".repeat(201);
    let cases = [
        ("/elements", json!(null), ""),
        ("/elements", json!([]), "/elements"),
        ("/elements", json!({}), "/elements"),
        ("/wehn", json!("true"), "/wehn"),
        ("/a~1b", json!(1), "/a~01b"),
        ("/when", json!(""), "/when"),
        ("/when", json!(true), "/when"),
        ("/resubmission", json!("never"), "/resubmission"),
        ("/expires_after", json!({"days": 1, "hours": 2}), "/expires_after"),
        ("/expires_after", json!({"calendar": "de"}), "/expires_after"),
        ("/expires_after", json!({"days": 0}), "/expires_after/days"),
        ("/expires_after", json!({"days": 1.5}), "/expires_after/days"),
        ("/expires_after", json!({"days": "1"}), "/expires_after/days"),
        ("/expires_after", json!({"years": 1}), "/expires_after"),
        ("/elements/0", json!({"subworkflow": {}}), "/elements/0/subworkflow"),
        ("/elements/0", json!({"approvals": {}}), "/elements/0/approvals"),
        ("/elements/0", json!({}), "/elements/0"),
        ("/elements/0", json!("approval"), "/elements/0"),
        ("/elements/0/approval/name", json!(null), APPROVAL),
        ("/elements/0/approval/name", json!(long), "/elements/0/approval/name"),
        ("/elements/0/approval/steps", json!([]), "/elements/0/approval/steps"),
        ("/elements/0/approval/steps/0/name", json!(null), "/elements/0/approval/steps/0"),
        ("/elements/0/approval/steps/1/name", json!("Manager"), "/elements/0/approval/steps/1/name"),
        ("/elements/0/approval/steps/0/assign_to", json!(null), "/elements/0/approval/steps/0"),
        ("/elements/0/approval/steps/0/assign_to", json!("boss"), "/elements/0/approval/steps/0/assign_to"),
        ("/elements/0/approval/steps/0/assign_to/group", json!("b"), "/elements/0/approval/steps/0/assign_to"),
        ("/elements/0/approval/steps/0/end_action", json!("complete"), "/elements/0/approval/steps/0/end_action"),
        (
            "/elements/0/approval/steps/1/completion_policy/percentage",
            json!(101),
            "/elements/0/approval/steps/1/completion_policy/percentage",
        ),
        (
            "/elements/0/approval/steps/1/completion_policy",
            json!("two"),
            "/elements/0/approval/steps/1/completion_policy",
        ),
        (
            "/elements/0/approval/allowed_actions",
            json!(["approve", "approve"]),
            "/elements/0/approval/allowed_actions/1",
        ),
        ("/elements/0/approval/allowed_actions", json!(["reject"]), "/elements/0/approval/allowed_actions"),
    ];
    for (pointer, value, place) in cases {
        let found = problems(&with(pointer, value.clone()));
        assert!(found.contains(&(place.to_string(), Severity::Error)), "{value} at {pointer}: {found:?}");
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let definition = json!({
        "wehn": "true",
        "elements": [
            {"approval": {"steps": [{"name": "a", "when": "x", "assign_to": {"role": ""}, "end_action": "maybe"}]}},
            {"task": {"name": "t"}},
            {"approval": {"name": "t", "steps": [{"name": "a", "assign_to": {"user": "u"}}]}}
        ]
    });
    let report = validate(&definition);
    let paths: Vec<_> = report.problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/wehn",
            "/elements/0/approval/steps/0/assign_to/role",
            "/elements/0/approval/steps/0/end_action",
            "/elements/0/approval",
            "/elements/1/task",
            "/elements/2/approval/name",
        ]
    );
    assert_eq!(report.conditions.len(), 1);
    assert!(parse(&definition).is_err());
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    let cases = [
        (
            with("/elements/0/approval/automatic_action/when", json!("true")),
            "/elements/0/approval/automatic_action/when",
        ),
        (with("/elements/0/approval/steps/0/end_action", json!("approve")), "/elements/0/approval/steps/0/end_action"),
        (with("/elements/0/approval/steps/0/time_limit", json!(null)), "/elements/0/approval/steps/0/escalation"),
        (with("/elements/0/approval/time_limit", json!({"days": 1})), "/elements/0/approval/steps/0"),
        (with("/elements/0/approval/steps/0/subject", json!("{{customer}}")), "/elements/0/approval/steps/0/subject"),
    ];
    for (definition, place) in cases {
        let found = problems(&definition);
        assert!(found.contains(&(place.to_string(), Severity::Warning)), "{place}: {found:?}");
        assert!(parse(&definition).is_ok());
    }
}

#[test]
fn a_workflow_that_cannot_approve_is_refused() {
    let call = json!({"elements": [{"automated_task": {"name": "a", "function": "f"}}]});
    assert_eq!(problems(&call), [("/elements".to_string(), Severity::Error)]);
    let unknown = json!({"elements": [{"manual_decision": {"name": "m", "assign_to": {"role": "r"}, "end_action": "c",
        "outcomes": [{"name": "a", "elements": []}, {"name": "b", "elements": []}]}}]});
    assert!(problems(&unknown).contains(&("/elements/0/manual_decision/end_action".to_string(), Severity::Error)));
}

#[test]
fn too_deep_too_large_and_too_many_are_refused() {
    let nest = |depth: usize| {
        let mut inner = example()["elements"][0].clone();
        inner["approval"]["steps"][0]["escalation"][0]["assign_to"] =
            json!({"hierarchy": {"name": "h", "start_from": {"field": "f"}}});
        for _ in 1..depth {
            inner = json!({"parallel": {"branches": [{"elements": [inner]}, {"elements": []}]}});
        }
        json!({"elements": [inner]})
    };
    let deepest = parse(&nest(MAX_DEPTH)).unwrap();
    assert_eq!(serde_json::from_str::<Definition>(&nest(MAX_DEPTH).to_string()).unwrap(), deepest);
    assert!(parse(&nest(MAX_DEPTH + 1)).is_err());
    let place = "/elements/0".to_owned() + &"/parallel/branches/0/elements/0".repeat(MAX_DEPTH);
    for depth in [MAX_DEPTH + 1, 60, 1000] {
        let inner = example()["elements"][0].to_string();
        let (open, close) = (r#"{"parallel":{"branches":[{"elements":["#, r#"]},{"elements":[]}]}}"#);
        let text = format!(r#"{{"elements":[{}{inner}{}]}}"#, open.repeat(depth - 1), close.repeat(depth - 1));
        assert_eq!(problems(&json::read(&text).unwrap()), [(place.clone(), Severity::Error)]);
    }
    let block: Vec<_> =
        (0..100).map(|i| json!({"automated_task": {"name": format!("{i}"), "function": "f"}})).collect();
    assert!(parse(&json!({"elements": [block[0]]})).is_err());
    let many = json!({"elements": vec![json!({"parallel": {"branches": [{"elements": block}, {"elements": []}]}}); 6]});
    assert!(problems(&many).iter().any(|(p, _)| p.starts_with("/elements/4/parallel")), "more than 500 elements");
    assert!(parse(&json!({"description": "x".repeat(1_000_001), "elements": []})).is_err());
    for value in [json!(null), json!([]), json!("x"), json!(1)] {
        assert_eq!(problems(&value), [(String::new(), Severity::Error)]);
    }
}

/// Rules that JSON Schema cannot say.
const BEYOND_SCHEMA: [&str; 7] = [
    "name \"",
    "another element is named",
    "inside one another",
    "without \"",
    "nothing could ever",
    "responses of one",
    "not one of its outcomes",
];

fn schema_accepts(definition: &Value) -> bool {
    static SCHEMA: std::sync::LazyLock<jsonschema::Validator> =
        std::sync::LazyLock::new(|| jsonschema::draft202012::new(&schema()).expect("a valid schema"));
    SCHEMA.is_valid(definition)
}

fn assert_agreement(definition: &Value) -> Result<(), TestCaseError> {
    let errors: Vec<_> = validate(definition).problems.into_iter().filter(|p| p.severity == Severity::Error).collect();
    let of_shape = errors.iter().any(|p| !BEYOND_SCHEMA.iter().any(|b| p.message.contains(b)));
    prop_assert_eq!(schema_accepts(definition), !of_shape, "{} {:?}", definition, errors);
    prop_assert_eq!(parse(definition).is_ok(), errors.is_empty());
    Ok(())
}

/// Every pointer into the value.
fn pointers(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(k, v)| pointers(v, format!("{at}/{k}"), into)),
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| pointers(v, format!("{at}/{i}"), into)),
        _ => {}
    }
    into.push(at);
}

fn junk() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(2.0),
        json!(2.5),
        json!(-1),
        json!(10_001),
        json!(1e30),
        json!(""),
        json!("x"),
        json!("approve"),
        json!("all"),
        json!("majority"),
        json!([]),
        json!(["delegate"]),
        json!(["approve", "delegate"]),
        json!({}),
        json!({"role": "r"}),
        json!({"user": "r", "role": "u"}),
        json!({"days": 3}),
        json!({"count": 3.0}),
        json!({"count": 3}),
        json!({"field": "f"}),
        json!({"calendar": "c", "working_hours": 4}),
        json!({"subworkflow": {"name": "s"}}),
        json!({"single_approver": null}),
        json!({"name": "n", "elements": []}),
    ]
}

proptest! {
    #[test]
    fn what_is_read_is_written_again(definition in common::definition()) {
        let value = serde_json::to_value(&definition).unwrap();
        let read = parse(&value).map_err(|p| TestCaseError::fail(format!("{p:?}")))?;
        prop_assert_eq!(&read, &definition);
        prop_assert_eq!(serde_json::from_str::<Definition>(&value.to_string()).unwrap(), definition);
        assert_agreement(&value)?;
    }

    #[test]
    fn schema_and_parser_agree(
        definition in common::definition(),
        changes in prop::collection::vec((any::<Index>(), prop::sample::select(junk()), 0..3u8), 1..3),
    ) {
        let mut value = serde_json::to_value(&definition).unwrap();
        for (place, junk, how) in changes {
            let mut all = vec![];
            pointers(&value, String::new(), &mut all);
            let target = value.pointer_mut(place.get(&all).as_str()).unwrap();
            match (target, how) {
                (Value::Object(map), 0) if !map.is_empty() => {
                    let key = place.get(&map.keys().cloned().collect::<Vec<_>>()).clone();
                    map.shift_remove(&key);
                }
                (Value::Object(map), 1) => drop(map.insert("name".into(), junk)),
                (Value::Array(list), 1) => list.push(junk),
                (target, _) => *target = junk,
            }
        }
        assert_agreement(&value)?;
    }
}

#[test]
fn schema_and_parser_agree_about_changes_of_the_example() {
    let mut all = vec![];
    pointers(&example(), String::new(), &mut all);
    for (pointer, junk) in all.iter().flat_map(|p| junk().into_iter().map(move |j| (p, j))) {
        let mut value = example();
        *value.pointer_mut(pointer).unwrap() = junk;
        assert_agreement(&value).unwrap();
    }
}

/// `UPDATE_SCHEMA=1 cargo test` writes it.
#[test]
fn the_published_schema_is_this_one() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/workflow.schema.json");
    let text = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_SCHEMA").is_some() {
        std::fs::write(file, &text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text);
}
