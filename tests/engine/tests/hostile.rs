//! Promise 8, hostile input: whatever is read as a definition, a state, a calendar, a condition or a text is refused or
//! understood, and nothing panics. `CW_HOSTILE_CASES` says how often each is tried.

mod common;

use engine::workflow::calendar::Calendar;
use engine::workflow::compare::compare;
use engine::workflow::definition::Definition;
use engine::workflow::diagram::diagram;
use engine::workflow::engine::{Outcome, advance};
use engine::workflow::event::Event;
use engine::workflow::fields::decidable;
use engine::workflow::inputs::fields_of_condition;
use engine::workflow::json;
use engine::workflow::question::{Answers, Candidate, Eligible, Question, Truth};
use engine::workflow::references::references_in;
use engine::workflow::span::{Span, Unit};
use engine::workflow::state::{State, standing};
use engine::workflow::text;
use engine::workflow::validate::{Severity, parse, validate};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

fn cases() -> ProptestConfig {
    let cases = std::env::var("CW_HOSTILE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Every word of the grammar, so that arbitrary objects come near to definitions.
fn words() -> Vec<String> {
    fn collect(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(map) => map.iter().for_each(|(k, v)| {
                into.push(k.clone());
                collect(v, into);
            }),
            Value::Array(list) => list.iter().for_each(|v| collect(v, into)),
            Value::String(s) => into.push(s.clone()),
            _ => {}
        }
    }
    let mut words = Vec::new();
    collect(&engine::workflow::schema::schema(), &mut words);
    words.extend(
        [
            "",
            "time_zone",
            "week",
            "holidays",
            "monday",
            "08:00",
            "24:00",
            "Europe/Berlin",
            "a/b~c",
            "\u{0}",
            "ä\u{202e}",
        ]
        .map(String::from),
    );
    words.sort();
    words.dedup();
    words
}

fn number() -> impl Strategy<Value = Value> {
    let texts = [
        "0",
        "-0",
        "1",
        "2.0",
        "1e400",
        "-1e400",
        "1e-400",
        "18446744073709551616",
        "-9223372036854775809",
        "4294967296",
        "0.1",
        "99999999999999999999999999e9",
    ];
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(texts.to_vec()).prop_map(|t| serde_json::from_str(t).unwrap()),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(words());
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number(),
        word.clone().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((word.clone(), inner), 0..6).prop_map(|fields| fields.into_iter().collect()),
        ]
    })
}

/// Every pointer into the value.
fn pointers(value: &Value, at: String, into: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(k, v)| pointers(v, format!("{at}/{}", k.replace('~', "~0").replace('/', "~1")), into))
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(i, v)| pointers(v, format!("{at}/{i}"), into)),
        _ => {}
    }
    into.push(at);
}

/// What a mutation does to a place: puts something else there, or something from another place, twice, or nothing.
type Change = (Index, Index, u8, Value);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((any::<Index>(), any::<Index>(), 0..5u8, any_json()), 1..4)
}

fn mutated(mut value: Value, changes: Vec<Change>) -> Value {
    for (place, other, what, new) in changes {
        let mut all = vec![];
        pointers(&value, String::new(), &mut all);
        let from = value.pointer(&all[other.index(all.len())]).cloned().unwrap_or(Value::Null);
        let target = value.pointer_mut(&all[place.index(all.len())]).unwrap();
        match (target, what) {
            (Value::Array(list), 0) => drop(list.pop()),
            (Value::Array(list), 1) => list.push(from),
            (Value::Object(map), 0) => {
                let key = map.keys().next().cloned();
                key.and_then(|key| map.shift_remove(&key));
            }
            (Value::Object(map), 1) => drop(map.insert("name".into(), new)),
            (target, 2) => *target = from,
            (target, _) => *target = new,
        }
    }
    value
}

/// Everything that is done with a definition which somebody has written.
fn read_as_definition(value: &Value) -> Result<Option<Definition>, TestCaseError> {
    let report = validate(value);
    let refused = report.problems.iter().any(|p| p.severity == Severity::Error);
    references_in(value);
    let parsed = parse(value);
    prop_assert_eq!(parsed.is_ok(), !refused);
    // a definition that was stored once is read without being validated again
    if let Ok(stored) = serde_json::from_value::<Definition>(value.clone()) {
        diagram(&stored, None);
        prop_assert_eq!(serde_json::from_str::<Definition>(&serde_json::to_string(&stored).unwrap()).unwrap(), stored);
    }
    for condition in &report.conditions {
        fields_of_condition(&condition.sql);
    }
    Ok(parsed.ok())
}

/// Submits, answering whatever is asked, and returns the state; a refusal is fine.
fn submitted(definition: &Definition, yes: bool) -> Option<State> {
    let event: Event = serde_json::from_value(
        json!({"submitted": {"person": "author", "involved": ["author"], "fields": ["iban"], "changed": null}}),
    )
    .ok()?;
    let mut answers = Answers::default();
    for _ in 0..1000 {
        match advance(definition, &State::default(), &event, &answers) {
            Ok(Outcome::Ask(questions)) => questions.iter().for_each(|q| answer(q, yes, &mut answers)),
            Ok(Outcome::Done(state, _)) => return Some(*state),
            Err(_) => return None,
        }
    }
    panic!("it asks for ever: {definition:?}")
}

fn answer(question: &Question, yes: bool, answers: &mut Answers) {
    match question {
        Question::Condition(at) => {
            answers.conditions.insert(at.clone(), if yes { Truth::True } else { Truth::False });
        }
        Question::People { at, .. } => {
            let people = ["p1", "p2"].map(|p| Candidate { person: p.into(), on_behalf_of: None }).to_vec();
            answers.people.insert(at.clone(), Eligible { people, involved: false });
        }
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_text_is_json_or_not(text in ".{0,200}") {
        let _ = json::read(&text);
        text::placeholders(&text);
        text::is_known(&text);
        text::field(&text);
        fields_of_condition(&text);
        let rendered = text::render(&text, |name| Some(name.to_uppercase()));
        prop_assert!(text.contains("{{") || rendered == text);
    }

    #[test]
    fn texts_of_what_means_something(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", "{{", "}}", "\"", "\\", "\\u0000", "\\ud800", ":", ",", "'", "new.", "old.", "changed(", "changed('", "proposal.", ")", "$$", "--", "/*", "ä",
        "null", "1e999999999", "-", " ", "\n", "\u{0}", "\"elements\":", "\"elements\":[{\"approval\":{\"name\":\"x\",\"steps\":[", "]}}]",
    ]), 0..40)) {
        let text = parts.concat();
        if let Ok(value) = json::read(&text) {
            read_as_definition(&value)?;
        }
        text::placeholders(&text);
        text::render(&text, |_| None);
        fields_of_condition(&text);
    }

    #[test]
    fn any_json_is_a_definition_or_not(value in any_json(), other in any_json()) {
        read_as_definition(&value)?;
        compare(&value, &other);
        prop_assert!(compare(&value, &value).is_empty());
        if let Ok(calendar) = Calendar::parse(&value) {
            let due = calendar.due(0, &Span { unit: Unit::WorkingHours, count: 1, calendar: None });
            prop_assert!(due.is_ok());
        }
    }

    /// Of two fields with one name the last counts, for us as for jsonb.
    #[test]
    fn duplicate_keys_are_one(first in any_json(), second in any_json()) {
        let text = format!(r#"{{"elements": {first}, "elements": {second}}}"#);
        prop_assert_eq!(json::read(&text).unwrap(), json!({"elements": json::read(&second.to_string()).unwrap()}));
    }

    #[test]
    fn a_definition_that_was_damaged_is_refused_or_runs(definition in common::definition(), changes in changes(), yes in any::<bool>()) {
        let original = serde_json::to_value(&definition).unwrap();
        let damaged = mutated(original.clone(), changes);
        compare(&original, &damaged);
        if let Some(read) = read_as_definition(&damaged)? {
            submitted(&read, yes);
        }
    }

    /// The engine's own notes, as somebody with the rights to write tables may have left them.
    #[test]
    fn a_damaged_state_does_no_harm(
        definition in common::definition(), changes in changes(), event in any_json(), damaged_definition in changes(), which in 0..3u8,
    ) {
        let Some(state) = submitted(&definition, true) else { return Ok(()) };
        let damaged = mutated(serde_json::to_value(&state).unwrap(), changes);
        let Ok(state) = serde_json::from_value::<State>(damaged) else { return Ok(()) };
        let definition = match which {
            // a state of another definition
            0 => serde_json::from_value(mutated(serde_json::to_value(&definition).unwrap(), damaged_definition)).unwrap_or(definition),
            _ => definition,
        };
        diagram(&definition, Some(&state));
        standing(&definition, &state);
        let mut events: Vec<Value> = state.items().iter().take(3).flat_map(|i| [
            json!({"acted": {"item": i.item, "person": "p1", "act": "approve"}}),
            json!({"acted": {"item": i.item, "person": "p1", "act": "reject"}}),
            json!({"due": {"item": {"item": i.item, "level": i.level}}}),
        ]).collect();
        events.push(event);
        events.push(json!({"rerouted": {"person": "p1"}}));
        for event in events.into_iter().filter_map(|e| serde_json::from_value::<Event>(e).ok()) {
            let mut answers = Answers::default();
            for _ in 0..1000 {
                let Ok(Outcome::Ask(questions)) = advance(&definition, &state, &event, &answers) else { break };
                questions.iter().for_each(|q| answer(q, true, &mut answers));
            }
        }
    }

    #[test]
    fn fields_of_any_place(definition in common::definition(), at in "(/[a-z_0-9~]{0,12}){0,8}", fields in prop::collection::vec(".{0,8}", 0..4)) {
        decidable(&definition, &at, &fields);
    }

    #[test]
    fn any_moment_of_any_calendar(
        from in any::<i64>(), count in prop_oneof![0..20u32, Just(10_000u32), any::<u32>()], unit in 0..Unit::ALL.len(),
        zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "Pacific/Apia", "America/St_Johns", "Etc/GMT+12"]),
        day in 0..7usize, hours in (0..1440u16, 1..1441u16), holidays in prop::collection::vec("[0-9]{2}-[0-9]{2}|[0-9]{4}-[0-9]{2}-[0-9]{2}|.{0,11}", 0..4),
    ) {
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
        let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        let value = json!({"time_zone": zone, "week": {days[day]: [[time(hours.0), time(hours.1)]]}, "holidays": holidays});
        if let Ok(calendar) = Calendar::parse(&value)
            && let Ok(due) = calendar.due(from, &Span { unit: Unit::ALL[unit], count, calendar: None })
        {
            prop_assert!(due >= from);
        }
    }
}

/// Levels of JSON, elements in elements, entries of a list: too many are told, and in good time.
#[test]
fn what_is_huge_is_refused_in_good_time() {
    let began = std::time::Instant::now();
    for n in [1000, 100_000] {
        for (open, close) in [("[", "]"), ("{\"elements\":[", "]}"), ("{\"a\":", "}")] {
            let text = format!("{}1{}", open.repeat(n), close.repeat(n));
            assert!(!validate(&json::read(&text).unwrap()).is_valid());
        }
        assert!(json::read(&"[".repeat(n)).is_err());
        assert!(json::read(&"]".repeat(n)).is_err());
    }
    let list = |n: usize, key: &str| Value::from((0..n).map(|i| json!({key: i, "other": [i]})).collect::<Vec<_>>());
    for n in [501, 50_000] {
        assert!(!validate(&json!({"elements": list(n, "approval")})).is_valid());
        assert!(!compare(&list(n, "a"), &list(n - 1, "b")).is_empty());
        let numbers = Value::from((0..n).collect::<Vec<_>>());
        assert!(compare(&numbers, &numbers).is_empty());
        assert!(!compare(&numbers, &Value::from((1..n).collect::<Vec<_>>())).is_empty());
    }
    assert!(began.elapsed().as_secs() < 60, "{:?}", began.elapsed());
}
