//! Any text as a workflow definition: it is refused, or it is what it was when it is written and read again, and can be submitted.
#![no_main]

use engine::workflow::compare::compare;
use engine::workflow::definition::Definition;
use engine::workflow::diagram::diagram;
use engine::workflow::engine::{Outcome, advance};
use engine::workflow::inputs::fields_of_condition;
use engine::workflow::question::{Answers, Candidate, Eligible, Question, Truth};
use engine::workflow::references::references_in;
use engine::workflow::state::State;
use engine::workflow::validate::{parse, validate};
use engine::workflow::{event::Event, json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(value) = json::read(text) else { return };
    let report = validate(&value);
    references_in(&value);
    report.conditions.iter().for_each(|c| drop(fields_of_condition(&c.sql)));
    assert!(compare(&value, &value).is_empty());
    let Ok(definition) = parse(&value) else { return };
    assert!(report.is_valid());
    diagram(&definition, None);
    let written = serde_json::to_string(&definition).unwrap();
    assert_eq!(serde_json::from_str::<Definition>(&written).unwrap(), definition);
    let event: Event = serde_json::from_str(
        r#"{"submitted": {"person": "author", "involved": ["author"], "fields": ["iban", "credit_limit"], "changed": null}}"#,
    )
    .unwrap();
    let mut answers = Answers::default();
    for _ in 0..10_000 {
        let Ok(Outcome::Ask(questions)) = advance(&definition, &State::default(), &event, &answers) else { return };
        for question in questions {
            match question {
                Question::Condition(at) => drop(answers.conditions.insert(at, Truth::True)),
                Question::People { at, .. } => {
                    let people = vec![Candidate { person: "p".into(), on_behalf_of: None }];
                    answers.people.insert(at, Eligible { people, involved: false });
                }
            }
        }
    }
    panic!("it asks for ever");
});
