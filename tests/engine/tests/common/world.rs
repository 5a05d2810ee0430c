//! A shell around the engine that answers its questions from tables in memory.
#![allow(dead_code)] // each test uses its part

use std::collections::BTreeMap;

use engine::workflow::definition::Definition;
use engine::workflow::effect::Effect;
use engine::workflow::engine::{Outcome, advance};
use engine::workflow::event::{Act, Event};
use engine::workflow::question::{Answers, Candidate, Eligible, Question, Truth};
use engine::workflow::refusal::Refusal;
use engine::workflow::state::State;
use engine::workflow::status::Status;
use engine::workflow::validate::parse;
use serde_json::Value;

/// A proposal of "author" and the world around it.
#[derive(Clone)]
pub struct World {
    pub definition: Definition,
    pub state: State,
    /// by pointer; what is not there is true
    pub conditions: BTreeMap<String, Truth>,
    /// by pointer of the assignment; what is not there is answered by `members`
    pub people: BTreeMap<String, Vec<&'static str>>,
    /// of every role
    pub members: Vec<&'static str>,
    /// events with their answers
    pub log: Vec<(Event, Answers)>,
    /// of the last event
    pub effects: Vec<Effect>,
    pub rounds: usize,
    /// where work items were created
    pub places: BTreeMap<u32, String>,
}

impl World {
    pub fn new(definition: Definition) -> Self {
        World {
            definition,
            state: State::default(),
            conditions: BTreeMap::new(),
            people: BTreeMap::new(),
            members: vec!["a", "b", "c", "author"],
            log: vec![],
            effects: vec![],
            rounds: 0,
            places: BTreeMap::new(),
        }
    }

    pub fn of(definition: Value) -> Self {
        World::new(parse(&definition).unwrap_or_else(|p| panic!("{p:?}")))
    }

    pub fn when(mut self, at: &str, value: Truth) -> Self {
        self.conditions.insert(at.into(), value);
        self
    }

    pub fn people(mut self, at: &str, people: &[&'static str]) -> Self {
        self.people.insert(at.into(), people.to_vec());
        self
    }

    fn answer(&self, question: &Question, answers: &mut Answers) {
        match question {
            Question::Condition(at) => {
                let value = self.conditions.get(at).cloned().unwrap_or(Truth::True);
                assert!(answers.conditions.insert(at.clone(), value).is_none(), "asked twice for {at}");
            }
            Question::People { at, without, at_most } => {
                let all = self.people.get(at).unwrap_or(&self.members);
                let left = all.iter().filter(|p| !without.iter().any(|w| w == *p));
                let people = left.take(at_most.map_or(usize::MAX, |n| n as usize));
                let people = people.map(|p| Candidate { person: p.to_string(), on_behalf_of: None }).collect();
                let involved = all.iter().any(|p| self.state.involved.iter().any(|i| i == p) || *p == "author");
                let answer = Eligible { people, involved };
                assert!(answers.people.insert(at.clone(), answer).is_none(), "asked twice for {at}");
            }
        }
    }

    pub fn send(&mut self, event: Event) -> Result<Status, Refusal> {
        let mut answers = Answers::default();
        self.rounds = 0;
        loop {
            match advance(&self.definition, &self.state, &event, &answers)? {
                Outcome::Ask(questions) => {
                    assert!(!questions.is_empty());
                    questions.iter().for_each(|q| self.answer(q, &mut answers));
                    self.rounds += 1;
                }
                Outcome::Done(state, effects) => {
                    for effect in &effects {
                        if let Effect::CreateWorkItem(work) = effect {
                            self.places.insert(work.item, work.at.clone());
                        }
                    }
                    self.state = *state;
                    self.effects = effects;
                    self.log.push((event, answers));
                    return Ok(self.state.status);
                }
            }
        }
    }

    pub fn submit(&mut self) -> Result<Status, Refusal> {
        self.submit_fields(&["credit_limit"], None)
    }

    pub fn submit_fields(&mut self, fields: &[&str], changed: Option<&[&str]>) -> Result<Status, Refusal> {
        let strings = |list: &[&str]| list.iter().map(|s| s.to_string()).collect::<Vec<_>>();
        self.send(Event::Submitted {
            person: "author".into(),
            involved: vec!["author".into()],
            fields: strings(fields),
            changed: changed.map(strings),
            interrupted: None,
        })
    }

    pub fn act(&mut self, item: u32, person: &str, act: Act) -> Result<Status, Refusal> {
        self.send(Event::Acted { item, person: person.into(), act })
    }

    /// The one open item of the place that ends so.
    pub fn item(&self, at: &str) -> u32 {
        let of_place = self.open().into_iter().filter(|(_, place)| place.ends_with(at)).map(|(item, _)| item);
        let items: Vec<_> = of_place.collect();
        assert_eq!(items.len(), 1, "{at} of {:?}", self.open());
        items[0]
    }

    /// Open items with the places at which they were created.
    pub fn open(&self) -> Vec<(u32, String)> {
        let open: Vec<_> = self.state.items().iter().map(|i| i.item).collect();
        open.into_iter().map(|item| (item, self.places.get(&item).cloned().unwrap_or_default())).collect()
    }
}
