//! SQL's call of the engine: definition, state, event and answers in, what comes of it out, all as JSON.

use crate::pg::function::Call;
use crate::pg::json::jsonb;
use crate::pg::value;
use crate::workflow::definition::Definition;
use crate::workflow::effect::{Effect, Entry, Holder, Pool, Topic, Tracking, WorkItem};
use crate::workflow::engine::{Outcome, advance};
use crate::workflow::event::Timer;
use crate::workflow::question::{Question, Truth};
use crate::workflow::refusal::Refusal;
use crate::workflow::state::State;
use pgrx::pg_sys::Datum;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// A definition as it was last read, with its text: the proposals of a call mostly share one.
struct Known {
    text: String,
    json: Value,
    definition: Definition,
}

thread_local! {
    static KNOWN: RefCell<Option<Rc<Known>>> = const { RefCell::new(None) };
}

fn known(text: String) -> Result<Rc<Known>, Value> {
    if let Some(known) = KNOWN.with_borrow(|k| k.as_ref().filter(|k| k.text == text).cloned()) {
        return Ok(known);
    }
    let json: Value = serde_json::from_str(&text).map_err(|e| does_not_fit(&e))?;
    let definition = serde_json::from_value(json.clone()).map_err(|e| does_not_fit(&e))?;
    let known = Rc::new(Known { text, json, definition });
    KNOWN.set(Some(known.clone()));
    Ok(known)
}

fn does_not_fit(why: &serde_json::Error) -> Value {
    json!({"refused": {"reason": "does_not_fit", "sqlstate": "CW008", "text": why.to_string()}})
}

/// SQL `_engine(definition jsonb, state jsonb, event jsonb, answers jsonb) returns jsonb`: `{"ask": [question, …]}`, or
/// `{"refused": {"reason", "sqlstate", "text"}}`, or `{"state", "effects": [{"do": …}, …]}`. A null state is that of a draft.
pub fn engine(call: &Call) -> Option<Datum> {
    let arg = |n| call.arg(n).map(value::jsonb_string);
    let result = match known(arg(0)?) {
        Ok(known) => run(&known, arg(1), &arg(2)?, &arg(3)?).unwrap_or_else(|e| does_not_fit(&e)),
        Err(refused) => refused,
    };
    Some(jsonb(&result.to_string()))
}

fn run(known: &Known, state: Option<String>, event: &str, answers: &str) -> serde_json::Result<Value> {
    let state: State = state.map_or(Ok(State::default()), |s| serde_json::from_str(&s))?;
    let outcome = advance(&known.definition, &state, &serde_json::from_str(event)?, &serde_json::from_str(answers)?);
    Ok(match outcome {
        Err(refusal) => refused(&refusal),
        Ok(Outcome::Ask(questions)) => json!({"ask": questions.iter().map(question).collect::<Vec<_>>()}),
        Ok(Outcome::Done(state, effects)) => {
            let mut out = Vec::with_capacity(effects.len());
            for e in &effects {
                effect(e, &effects, &known.json, &mut out);
            }
            json!({"state": serde_json::to_value(&*state)?, "effects": out})
        }
    })
}

fn question(question: &Question) -> Value {
    match question {
        Question::Condition(at) => json!({"condition": at}),
        Question::People { at, without, at_most } => json!({"people": at, "without": without, "at_most": at_most}),
    }
}

fn refused(refusal: &Refusal) -> Value {
    let (reason, name) = match refusal {
        Refusal::NobodyEligible { .. } => ("nobody_eligible", None),
        Refusal::NullCondition { .. } => ("null_condition", None),
        Refusal::ConditionFailed { .. } => ("condition_failed", None),
        Refusal::NoBranch { .. } => ("no_branch", None),
        Refusal::NoRoute { .. } => ("no_route", None),
        Refusal::NothingApproved => ("nothing_approved", None),
        Refusal::WrongStatus(status) => ("wrong_status", Some(status.name())),
        Refusal::NoSuchItem(_) => ("no_such_item", None),
        Refusal::NotAssignee(person) => ("not_assignee", Some(person.as_str())),
        Refusal::OwnChange(person) => ("own_change", Some(person.as_str())),
        Refusal::AlreadyDecided(person) => ("already_decided", Some(person.as_str())),
        Refusal::AlreadyAssigned(person) => ("already_assigned", Some(person.as_str())),
        Refusal::Circle(person) => ("circle", Some(person.as_str())),
        Refusal::NotAllowed(action) => ("not_allowed", Some(action.as_str())),
        Refusal::DoesNotFit(_) => ("does_not_fit", None),
    };
    json!({"refused": {"reason": reason, "sqlstate": refusal.sqlstate(), "text": refusal.to_string(), "name": name}})
}

/// One effect as SQL writes it: mostly one object, but times are objects of their own, and of what is told only reminders
/// remain, which are an entry of the history.
fn effect(effect: &Effect, all: &[Effect], definition: &Value, out: &mut Vec<Value>) {
    match effect {
        Effect::CreateWorkItem(item) => {
            out.push(created(item, definition));
            out.extend(item.due.as_ref().map(|span| timer(&Timer::Item { item: item.item, level: 0 }, &json!(span))));
            out.extend(item.reminders.iter().map(|s| timer(&Timer::Reminder { item: item.item }, &json!(s))));
        }
        Effect::ChangeHolder { item, holder } => out.push(held(json!({"do": "change_holder", "item": item}), holder)),
        Effect::Escalate { item, level, holder, due } => {
            out.push(held(json!({"do": "escalate", "item": item}), holder));
            out.extend(due.as_ref().map(|span| timer(&Timer::Item { item: *item, level: *level }, &json!(span))));
        }
        Effect::CloseWorkItem { item, done } => out.push(json!({"do": "close_work_item", "item": item, "done": done})),
        Effect::StartTimer { timer: which, span } => out.push(timer(which, &json!(span))),
        Effect::TakeUp => out.push(json!({"do": "take_up"})),
        Effect::Notify { about: Topic::Reminder, whom } => {
            let item = if let crate::workflow::effect::Recipient::Holder(item) = whom { Some(item) } else { None };
            out.push(json!({"do": "log", "kind": "reminder", "item": item}));
        }
        Effect::Notify { .. } => {}
        Effect::CallFunction { at, function } => {
            out.push(json!({"do": "call_function", "at": at, "function": function}));
        }
        Effect::Apply => out.push(json!({"do": "apply"})),
        Effect::End(status) => out.push(json!({"do": "end", "status": status.name()})),
        Effect::Log(entry) => out.push(logged(entry, all, definition)),
    }
}

fn timer(timer: &Timer, span: &Value) -> Value {
    let item = match timer {
        Timer::Item { item, .. } => Some(item),
        _ => None,
    };
    json!({"do": "start_timer", "timer": timer, "span": span, "item": item})
}

fn created(item: &WorkItem, definition: &Value) -> Value {
    let text = |key| definition.pointer(&item.at).and_then(|spot| spot.get(key)).cloned();
    let mut created = held(json!({"do": "create_work_item", "item": item.item, "at": item.at}), &item.holder);
    let more = json!({"element": item.element, "step": item.step, "actions": item.actions, "outcomes": item.outcomes,
                      "subject": text("subject"), "instructions": text("instructions")});
    extend(&mut created, more);
    created
}

/// The role or group holds the item, else the first of the people; the others have places beside it.
fn held(mut effect: Value, holder: &Holder) -> Value {
    let place = |p: &crate::workflow::effect::Place| json!({"person": p.person, "on_behalf_of": p.chain});
    let (assignee, chain, others) = match &holder.pool {
        Some(Pool::Role(name)) => (format!("role:{name}"), None, &holder.places[..]),
        Some(Pool::Group(name)) => (format!("group:{name}"), None, &holder.places[..]),
        None => match holder.places.split_first() {
            Some((first, others)) => {
                (first.person.clone(), Some(&first.chain).filter(|chain| !chain.is_empty()), others)
            }
            None => (String::new(), None, &[][..]),
        },
    };
    let places: Vec<_> = others.iter().map(place).collect();
    extend(&mut effect, json!({"assignee": assignee, "on_behalf_of": chain, "places": places}));
    effect
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more.into_iter().filter(|(_, v)| !v.is_null()));
    }
}

fn logged(entry: &Entry, all: &[Effect], definition: &Value) -> Value {
    let (element, step) = names(definition, &entry.at);
    let mut details = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        details.extend(value.map(|value| (key.to_owned(), value)));
    };
    if let Some(value) = &entry.value {
        add("condition", definition.pointer(&entry.at).cloned());
        add(
            "value",
            Some(match value {
                Truth::True => json!(true),
                Truth::False => json!(false),
                Truth::Null => Value::Null,
                Truth::Error(message) => json!(message),
            }),
        );
    }
    let detail = entry.detail.as_ref().map(|d| json!(d));
    match entry.kind {
        Tracking::Creation => {
            let holder = all.iter().find_map(|e| match e {
                Effect::CreateWorkItem(item) if Some(item.item) == entry.item => Some(&item.holder),
                _ => None,
            });
            add("holder", holder.map(|h| json!(h)));
            add("reason", definition.pointer(&format!("{}/assign_to", entry.at)).cloned());
        }
        Tracking::EscalationPath => {
            let holder = all.iter().find_map(|e| match e {
                Effect::Escalate { item, holder, .. } if Some(*item) == entry.item => Some(holder),
                _ => None,
            });
            add("holder", holder.map(|h| json!(h)));
            add("reason", definition.pointer(&entry.at).cloned());
        }
        Tracking::Delegation | Tracking::Reassignment => add("to", detail),
        Tracking::Completion => add("outcome", detail),
        _ => add("message", detail),
    }
    let mut log = json!({"do": "log", "kind": kind(entry.kind)});
    let details = (!details.is_empty()).then_some(details);
    let more = json!({"element": element, "step": step, "person": entry.person, "on_behalf_of": entry.on_behalf_of.as_ref().map(|p| [p]),
                      "item": entry.item, "details": details});
    extend(&mut log, more);
    log
}

/// What the history calls it: verbs by their own words, the rest as Dynamics 365 does.
fn kind(kind: Tracking) -> &'static str {
    match kind {
        Tracking::Submission | Tracking::Resubmission => "submitted",
        Tracking::Approval => "approved",
        Tracking::Rejection => "rejected",
        Tracking::RequestChange => "change_requested",
        Tracking::Delegation => "delegated",
        Tracking::Reassignment => "reassigned",
        Tracking::Recall => "recalled",
        Tracking::Cancellation => "cancelled",
        Tracking::Expiry => "expired",
        Tracking::Reroute => "rerouted",
        other => other.name(),
    }
}

/// The names of element and step at or above a pointer.
pub(super) fn names(definition: &Value, at: &str) -> (Option<String>, Option<String>) {
    let (mut element, mut step) = (None, None);
    let mut value = definition;
    let mut before = "";
    for token in at.split('/').skip(1) {
        let Some(inner) = value.get(token).or_else(|| value.get(token.parse::<usize>().ok()?)) else { break };
        value = inner;
        let name = value.get("name").and_then(Value::as_str).map(String::from);
        match (before, name) {
            ("steps", name) => step = name,
            ("final_approver", _) => {}
            (_, Some(name)) if !matches!(before, "branches" | "outcomes" | "routes") && token != "hierarchy" => {
                (element, step) = (Some(name), None);
            }
            _ => {}
        }
        before = token;
    }
    (element, step)
}
