//! What people see of a workflow: its diagram, its route for a change, and what it refers to.

mod common;
#[path = "common/world.rs"]
mod world;

use engine::workflow::diagram::diagram;
use engine::workflow::engine::simulate;
use engine::workflow::event::Act;
use engine::workflow::question::{Answers, Candidate, Eligible, Truth};
use engine::workflow::references::references;
use engine::workflow::validate::parse;
use proptest::prelude::*;
use serde_json::{Value, json};
use world::World;

fn credit() -> Value {
    json!({"elements": [
        {"approval": {"name": "Credit", "when": "changed('credit_limit')", "steps": [
            {"name": "Manager", "assign_to": {"role": "managers"}, "time_limit": {"working_days": 2, "calendar": "de"}},
            {"name": "Board", "when": "new.credit_limit > 100000", "assign_to": {"group": "board"},
             "completion_policy": {"percentage": 50}}]}},
        {"for_each_change": {"routes": [{"fields": ["iban"], "elements": [
            {"approval": {"name": "Bank", "steps": [{"name": "\"T\" & <co>", "assign_to": {"hierarchy":
                {"name": "bosses", "start_from": {"field": "owner"}}}}]}}]}], "otherwise": []}}
    ]})
}

#[test]
fn the_diagram_shows_every_way_and_where_it_stands() {
    let mut w = World::of(credit());
    let expected = r#"flowchart TD
    n0(["Submit"])
    n1{"changed('credit_limit')"}
    n0 --> n1
    n2["Credit: Manager<br>role managers"]
    n1 --> n2
    n3{"new.credit_limit #gt; 100000"}
    n2 --> n3
    n4["Credit: Board<br>group board, 50 %"]
    n3 --> n4
    n5(["for each change"])
    n4 --> n5
    n3 -->|"no"| n5
    n1 -->|"no"| n5
    n6["Bank: #quot;T#quot; #amp; #lt;co#gt;<br>hierarchy bosses"]
    n5 -->|"iban"| n6
    n7(["join"])
    n6 --> n7
    n5 -->|"otherwise"| n7
    n8(["Apply"])
    n7 --> n8
"#;
    assert_eq!(diagram(&w.definition, None), expected);
    w.submit().unwrap();
    w.act(1, "a", Act::Approve).unwrap();
    let chart = diagram(&w.definition, Some(&w.state));
    assert!(
        chart.ends_with(
            "class n2 approved\n    classDef here fill:#ffd,stroke:#a60,stroke-width:3px\n    class n4 here\n"
        )
    );
}

#[test]
fn names_that_must_exist_are_listed() {
    let definition = parse(&credit()).unwrap();
    let names: Vec<_> = references(&definition).into_iter().map(|r| format!("{} {}", r.kind, r.name)).collect();
    assert_eq!(names, ["role managers", "calendar de", "group board", "field iban", "hierarchy bosses", "field owner"]);
    assert_eq!(references(&definition)[0].path, "/elements/0/approval/steps/0/assign_to/role");
}

#[test]
fn a_route_is_told_before_anybody_acts() {
    let definition = parse(&credit()).unwrap();
    let fields = ["credit_limit".to_string()];
    let author = ["author".to_string()];
    let mut answers = Answers::default();
    let asked = simulate(&definition, &author, &fields, &answers);
    assert_eq!(asked.questions.len(), 1);
    answers.conditions.insert("/elements/0/approval/when".into(), Truth::True);
    answers.conditions.insert("/elements/0/approval/steps/1/when".into(), Truth::Null);
    let people = ["a", "author"].map(|p| Candidate { person: p.into(), on_behalf_of: None }).to_vec();
    for i in 0..2 {
        let at = format!("/elements/0/approval/steps/{i}/assign_to");
        answers.people.insert(at, Eligible { people: people.clone(), involved: true });
    }
    let route = simulate(&definition, &author, &fields, &answers);
    assert!(route.questions.is_empty());
    let rows: Vec<_> = route.rows.iter().map(|r| (r.at.as_str(), r.value.clone(), r.people.join(","))).collect();
    assert_eq!(
        rows,
        [
            ("/elements/0/approval/when", Some(Truth::True), String::new()),
            ("/elements/0/approval/steps/0", None, "a".into()),
            ("/elements/0/approval/steps/1/when", Some(Truth::Null), String::new()),
            ("/elements/0/approval/steps/1", None, "a".into()),
        ]
    );
    assert!(route.rows.iter().all(|r| r.refusal.is_none()));
}

proptest! {
    /// Every line names nodes that exist, and from the start everything can be reached.
    #[test]
    fn diagrams_are_connected(definition in common::definition()) {
        let chart = diagram(&definition, None);
        let mut reached = std::collections::BTreeSet::from(["n0"]);
        let mut nodes = std::collections::BTreeSet::new();
        for line in chart.lines().skip(1).map(str::trim) {
            let id = &line[..line.find(|c: char| !c.is_alphanumeric()).unwrap()];
            if line.contains("-->") {
                prop_assert!(nodes.contains(id) && reached.contains(id), "{}", line);
                let to = line.rsplit(' ').next().unwrap();
                prop_assert!(nodes.contains(to));
                reached.insert(to);
            } else {
                nodes.insert(id);
            }
        }
        prop_assert_eq!(nodes, reached);
    }
}
