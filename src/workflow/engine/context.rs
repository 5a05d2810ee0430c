//! What one call of the engine has in hand.

use super::super::definition::{Assign, Definition};
use super::super::effect::{Effect, Entry, Holder, Pool, Recipient, Topic, Tracking, WorkItem};
use super::super::question::{Answers, Person, Question, Truth};
use super::super::refusal::Refusal;
use super::super::state::{Decided, Item, State};
use super::super::status::Status;
use super::super::tree::Work;

/// Why the way through the definition stops.
pub(super) enum Stop {
    /// An answer is missing.
    Ask,
    /// It cannot be done.
    Refuse(Refusal),
    /// The proposal leaves the workflow with this status.
    End(Status),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Stop::Refuse(refusal)
    }
}

pub(super) struct Context<'a> {
    pub definition: &'a Definition,
    pub answers: &'a Answers,
    pub state: State,
    pub effects: Vec<Effect>,
    pub questions: Vec<Question>,
    /// whether the event found what it is about
    pub hit: bool,
}

/// A place where people work, as effects name it.
pub(super) struct Spot<'a> {
    pub at: String,
    pub element: &'a str,
    pub step: Option<&'a str>,
    pub work: Work<'a>,
    /// what may be done
    pub actions: Vec<String>,
    /// what may be chosen
    pub outcomes: Vec<String>,
}

impl<'a> Context<'a> {
    pub fn new(definition: &'a Definition, state: &State, answers: &'a Answers) -> Self {
        Context { definition, answers, state: state.clone(), effects: Vec::new(), questions: Vec::new(), hit: false }
    }

    pub fn ask(&mut self, question: Question) -> Stop {
        if !self.questions.contains(&question) {
            self.questions.push(question);
        }
        Stop::Ask
    }

    /// An entry of the history, to be filled in.
    pub fn log(&mut self, kind: Tracking, at: &str) -> &mut Entry {
        let entry =
            Entry { kind, at: at.into(), person: None, on_behalf_of: None, item: None, value: None, detail: None };
        self.effects.push(Effect::Log(entry));
        match self.effects.last_mut() {
            Some(Effect::Log(entry)) => entry,
            _ => unreachable!("it was just pushed"),
        }
    }

    pub fn notify(&mut self, whom: Recipient, about: Topic) {
        self.effects.push(Effect::Notify { whom, about });
    }

    /// The value of a condition, on record.
    pub fn condition(&mut self, at: &str, kind: Tracking) -> Result<Truth, Stop> {
        match self.answers.conditions.get(at) {
            None => Err(self.ask(Question::Condition(at.into()))),
            Some(Truth::Error(message)) => {
                Err(Refusal::ConditionFailed { at: at.into(), message: message.clone() }.into())
            }
            Some(value) => {
                self.log(kind, at).value = Some(value.clone());
                Ok(value.clone())
            }
        }
    }

    /// Whether an element or step runs: unless its condition is false.
    pub fn runs(&mut self, path: &str, when: Option<&str>) -> Result<bool, Stop> {
        if when.is_none() {
            return Ok(true);
        }
        Ok(self.condition(&format!("{path}/when"), Tracking::PreConditionEvaluation)? != Truth::False)
    }

    /// Gives work to people.
    pub fn create(&mut self, spot: &Spot, holder: Holder, limited: bool) -> Item {
        let item = self.state.next_item;
        self.state.next_item += 1;
        self.log(Tracking::Creation, &spot.at).item = Some(item);
        for place in holder.places.iter().filter(|p| !p.chain.is_empty()) {
            let entry = self.log(Tracking::AutomaticDelegation, &spot.at);
            entry.item = Some(item);
            entry.person = Some(place.person.clone());
            entry.on_behalf_of = place.chain.first().cloned();
        }
        self.effects.push(Effect::CreateWorkItem(Box::new(WorkItem {
            item,
            at: spot.at.clone(),
            element: spot.element.into(),
            step: spot.step.map(String::from),
            holder: holder.clone(),
            due: spot.work.time_limit.filter(|_| limited).cloned(),
            reminders: spot.work.reminders.to_vec(),
            actions: spot.actions.clone(),
            outcomes: spot.outcomes.clone(),
        })));
        self.notify(Recipient::Holder(item), Topic::Assigned);
        Item { item, level: 0, after: self.state.decided.len() as u32, holder }
    }

    pub fn close(&mut self, item: u32, done: bool) {
        self.effects.push(Effect::CloseWorkItem { item, done });
    }

    pub fn decide(&mut self, at: &str, person: Option<&Person>) {
        if let Some(person) = person {
            self.state.decided.push(Decided { at: at.into(), person: person.clone() });
        }
    }

    /// Whether a decision that would be kept is by somebody who has a part in the change now.
    pub fn somebody_involved_decided(&self) -> bool {
        !self.definition.allow_self_approval
            && self.state.decided.iter().any(|d| self.state.involved.contains(&d.person))
    }

    /// The proposal leaves the workflow: nobody has work any more.
    pub fn end(&mut self, before: &State, status: Status) {
        // what this very event began never came to be
        self.effects.retain(|e| {
            !matches!(
                e,
                Effect::CreateWorkItem(_)
                    | Effect::StartTimer { .. }
                    | Effect::Escalate { .. }
                    | Effect::ChangeHolder { .. }
                    | Effect::CallFunction { .. }
                    | Effect::Notify { whom: Recipient::Holder(_), .. }
            ) && !matches!(e, Effect::Log(entry) if entry.kind == Tracking::Creation)
        });
        let open: Vec<_> = before.items().iter().map(|i| i.item).collect();
        self.effects.retain(|e| !matches!(e, Effect::CloseWorkItem { item, .. } if !open.contains(item)));
        for item in open {
            if !self.effects.iter().any(|e| matches!(e, Effect::CloseWorkItem { item: closed, .. } if *closed == item))
            {
                self.close(item, false);
                if matches!(status, Status::NotSubmitted | Status::Cancelled | Status::Expired) {
                    self.notify(Recipient::Holder(item), Topic::Withdrawn);
                }
            }
        }
        self.state.status = status;
        self.state.run = None;
        match status {
            Status::Rejected | Status::ChangeRequested => {
                self.state.run = before.run.clone().map(|run| run.without_items());
                // what this event brought does not count, nor what a submission had taken back
                self.state.decided.retain(|d| before.decided.contains(d));
                self.state.approved.retain(|a| before.approved.contains(a));
                self.state.consented &= before.consented;
                let about = if status == Status::Rejected { Topic::Rejected } else { Topic::ChangeRequested };
                self.notify(Recipient::Originator, about);
            }
            Status::Expired => self.notify(Recipient::Originator, Topic::Expired),
            _ => {}
        }
        self.effects.push(Effect::End(status));
    }
}

/// The role or group that holds a work item as such.
pub(super) fn pool(assign: &Assign) -> Option<Pool> {
    match assign {
        Assign::Role(role) => Some(Pool::Role(role.clone())),
        Assign::Group(group) => Some(Pool::Group(group.clone())),
        _ => None,
    }
}
