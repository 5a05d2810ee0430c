//! Where a running proposal stands. Small, and complete: the engine keeps nothing else.

use serde::{Deserialize, Serialize};

use super::definition::{Definition, Element};
use super::effect::Holder;
use super::question::Person;
use super::status::Status;

/// The state of one proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Its status. Where it waits for its date, the shell keeps `approved` here in place of `applied`.
    pub status: Status,
    /// How often it was submitted or rerouted.
    pub round: u32,
    /// The number of the next work item.
    pub next_item: u32,
    /// Authors, originators and editors, all that there ever were.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub involved: Vec<Person>,
    /// The fields that change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whether somebody, or an automatic action, approved anything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub consented: bool,
    /// Whether what was approved before is exactly what was submitted last.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unchanged: bool,
    /// Who decided what, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Decided>,
    /// The steps that are finished, also in earlier rounds where that still counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved: Vec<String>,
    /// Where it stands; after a rejection or a requested change, where it stood, without work items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Sequence>,
}

/// A decision of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The step or manual decision.
    pub at: String,
    /// Who.
    pub person: Person,
}

/// A list of elements of which one is running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// Its place in the list.
    pub at: usize,
    /// What runs in it.
    pub now: Box<Running>,
}

/// A running element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Running {
    /// A step of an approval.
    Approval(Voting),
    /// A task or a manual decision.
    Work(Item),
    /// An automated task.
    Call,
    /// A chosen branch.
    Inside(usize, Sequence),
    /// Branches at the same time, by number; those that are finished are empty.
    Branches(Vec<(usize, Option<Sequence>)>),
}

/// A running step of an approval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voting {
    /// Its place; one more than the last is the final approver.
    pub step: usize,
    /// How many must say yes.
    pub needed: u32,
    /// How many have.
    pub yes: u32,
    /// Whether the final approver must decide as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub final_needed: bool,
    /// The open work items.
    pub items: Vec<Item>,
}

/// An open work item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its number in this proposal.
    pub item: u32,
    /// Its level of escalation.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub level: u32,
    /// How many decisions there were when it was created: who made them may not decide it, if approvers must be distinct.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub after: u32,
    /// Who may act on it.
    pub holder: Holder,
}

fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Default for State {
    /// A draft.
    fn default() -> Self {
        State {
            status: Status::NotSubmitted,
            round: 0,
            next_item: 1,
            involved: Vec::new(),
            fields: Vec::new(),
            consented: false,
            unchanged: false,
            decided: Vec::new(),
            approved: Vec::new(),
            run: None,
        }
    }
}

impl State {
    /// The open work items.
    pub fn items(&self) -> Vec<&Item> {
        let mut items = Vec::new();
        if let Some(run) = &self.run {
            run.collect(&mut items);
        }
        items
    }
}

/// Where a proposal stands, by the pointers of steps, final approvers, tasks and manual decisions, with their open work
/// items, and of automated tasks, which have none. What does not fit the definition is left out.
pub fn standing<'a>(definition: &Definition, state: &'a State) -> Vec<(String, &'a [Item])> {
    let mut places = Vec::new();
    if let Some(run) = &state.run {
        stands(&definition.elements, "/elements", run, &mut places);
    }
    places
}

fn stands<'a>(elements: &[Element], path: &str, run: &'a Sequence, into: &mut Vec<(String, &'a [Item])>) {
    let Some(element) = elements.get(run.at) else { return };
    let at = element.path(path, run.at);
    let blocks = element.blocks(&at);
    let mut inside = |number: &usize, inner: &'a Sequence| {
        if let Some((path, elements)) = blocks.get(*number) {
            stands(elements, path, inner, into);
        }
    };
    match (&*run.now, element) {
        (Running::Approval(voting), Element::Approval(e)) if voting.step >= e.steps.len() => {
            into.push((format!("{at}/final_approver"), &voting.items));
        }
        (Running::Approval(voting), _) => into.push((format!("{at}/steps/{}", voting.step), &voting.items)),
        (Running::Work(item), _) => into.push((at, std::slice::from_ref(item))),
        (Running::Call, _) => into.push((at, &[])),
        (Running::Inside(number, inner), _) => inside(number, inner),
        (Running::Branches(all), _) => {
            all.iter().filter_map(|(n, inner)| inner.as_ref().map(|inner| (n, inner))).for_each(|(n, i)| inside(n, i));
        }
    }
}

impl Sequence {
    pub(super) fn collect<'a>(&'a self, into: &mut Vec<&'a Item>) {
        match &*self.now {
            Running::Approval(voting) => into.extend(&voting.items),
            Running::Work(item) => into.extend((item.item != 0).then_some(item)),
            Running::Call => {}
            Running::Inside(_, sequence) => sequence.collect(into),
            Running::Branches(branches) => {
                branches.iter().filter_map(|(_, s)| s.as_ref()).for_each(|s| s.collect(into))
            }
        }
    }

    /// The same place, with nobody at work.
    pub(super) fn without_items(mut self) -> Self {
        match &mut *self.now {
            Running::Approval(voting) => voting.items.clear(),
            Running::Work(item) => *item = Item { item: 0, level: 0, after: 0, holder: Holder::default() },
            Running::Call => {}
            Running::Inside(_, sequence) => *sequence = sequence.clone().without_items(),
            Running::Branches(branches) => {
                for sequence in branches.iter_mut().filter_map(|(_, s)| s.as_mut()) {
                    *sequence = sequence.clone().without_items();
                }
            }
        }
        self
    }
}
