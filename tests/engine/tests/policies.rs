//! Every order of responses for every completion policy with up to five approvers, against a table.

#[path = "common/world.rs"]
mod world;

use engine::workflow::event::Act;
use engine::workflow::refusal::Refusal;
use engine::workflow::status::Status;
use serde_json::{Value, json};
use world::World;

const PEOPLE: [&str; 5] = ["a", "b", "c", "d", "e"];

/// Policy → how many yes finish a step of one, two, … five people; 0: the step is refused.
fn table() -> Vec<(Value, [usize; 5])> {
    vec![
        (json!("single_approver"), [1, 1, 1, 1, 1]),
        (json!("majority"), [1, 2, 2, 3, 3]),
        (json!("all_approvers"), [1, 2, 3, 4, 5]),
        (json!({"percentage": 1}), [1, 1, 1, 1, 1]),
        (json!({"percentage": 20}), [1, 1, 1, 1, 1]),
        (json!({"percentage": 21}), [1, 1, 1, 1, 2]),
        (json!({"percentage": 33}), [1, 1, 1, 2, 2]),
        (json!({"percentage": 50}), [1, 1, 2, 2, 3]),
        (json!({"percentage": 51}), [1, 2, 2, 3, 3]),
        (json!({"percentage": 67}), [1, 2, 3, 3, 4]),
        (json!({"percentage": 100}), [1, 2, 3, 4, 5]),
        (json!({"count": 1}), [1, 1, 1, 1, 1]),
        (json!({"count": 2}), [0, 2, 2, 2, 2]),
        (json!({"count": 3}), [0, 0, 3, 3, 3]),
        (json!({"count": 5}), [0, 0, 0, 0, 5]),
    ]
}

/// What the responses so far come to.
fn expected(responses: &[bool], needed: usize) -> Status {
    if responses.contains(&false) {
        Status::Rejected
    } else if responses.len() == needed {
        Status::Applied
    } else {
        Status::PendingApproval
    }
}

fn walk(w: &World, left: &[&str], responses: &[bool], needed: usize, count: &mut usize) {
    for person in left {
        for yes in [true, false] {
            let mut next = w.clone();
            let held = |i: &&engine::workflow::state::Item| i.holder.places.iter().any(|p| p.person == *person);
            let item = next.state.items().into_iter().find(held).expect("his item").item;
            let status = next.act(item, person, if yes { Act::Approve } else { Act::Reject });
            let responses: Vec<_> = responses.iter().copied().chain([yes]).collect();
            assert_eq!(status, Ok(expected(&responses, needed)), "{responses:?}");
            *count += 1;
            if status == Ok(Status::PendingApproval) {
                let rest: Vec<_> = left.iter().copied().filter(|p| p != person).collect();
                assert!(!rest.is_empty(), "somebody is left to finish it");
                walk(&next, &rest, &responses, needed, count);
            } else {
                assert!(next.state.items().is_empty());
                assert_eq!(next.act(item, person, Act::Approve), Err(Refusal::WrongStatus(status.unwrap())));
            }
        }
    }
}

#[test]
fn every_order_of_responses_comes_to_what_the_table_says() {
    let mut count = 0;
    for (policy, needed) in table() {
        for n in 1..=5 {
            let step = json!({"name": "s", "assign_to": {"sql": "f"}, "completion_policy": policy});
            let mut w = World::of(json!({"elements": [{"approval": {"name": "x", "steps": [step]}}]}));
            w.members = PEOPLE[..n].to_vec();
            match needed[n - 1] {
                0 => assert!(matches!(w.submit(), Err(Refusal::NobodyEligible { .. })), "{policy} of {n}"),
                needed => {
                    assert_eq!(w.submit(), Ok(Status::PendingApproval));
                    walk(&w, &PEOPLE[..n], &[], needed, &mut count);
                }
            }
        }
    }
    assert!(count > 3000, "{count}");
}
