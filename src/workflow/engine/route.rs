//! The whole way of a proposal, before anybody has acted: for `submit`, which refuses where a step has nobody, and for
//! `simulate`.

use super::super::definition::*;
use super::super::question::{Answers, Eligible, Person, Question, Truth};
use super::super::refusal::Refusal;
use super::super::state::{Running, Sequence, State};
use super::context::{Spot, pool};
use super::enter;
use super::people::{filter, nobody};

/// What a walk found.
#[derive(Debug, Default)]
pub struct Route {
    /// What it must know first; then the rows are not complete.
    pub questions: Vec<Question>,
    /// The way, in order, with all outcomes of manual decisions.
    pub rows: Vec<Row>,
}

/// A place on the way.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where in the definition.
    pub at: String,
    /// The kind of the element; for a place that only is a condition, what it decides.
    pub kind: &'static str,
    /// Name of the element.
    pub element: Option<String>,
    /// Name of the step.
    pub step: Option<String>,
    /// Its condition.
    pub condition: Option<String>,
    /// The value of that.
    pub value: Option<Truth>,
    /// Who would get it.
    pub people: Vec<Person>,
    /// Why it would be refused.
    pub refusal: Option<Refusal>,
}

/// Walks the route of a submission by `involved` people that changes `fields`, writing nothing. Call it again with the
/// answers while it has questions.
pub fn simulate(definition: &Definition, involved: &[Person], fields: &[String], answers: &Answers) -> Route {
    let state = State { involved: involved.to_vec(), fields: fields.to_vec(), ..State::default() };
    walk(definition, &state, answers)
}

/// From the first element. Steps that the state has approved keep that.
pub(super) fn walk(definition: &Definition, state: &State, answers: &Answers) -> Route {
    let mut walk = Walk::new(definition, state, answers);
    let mut before = Before::new(state);
    walk.block(&definition.elements, "/elements", &mut before);
    walk.end()
}

/// From where it stood, whose elements begin anew.
pub(super) fn walk_on(definition: &Definition, state: &State, answers: &Answers, run: &Sequence) -> Route {
    let mut walk = Walk::new(definition, state, answers);
    let mut before = Before::new(state);
    walk.rest(&definition.elements, "/elements", run, &mut before);
    walk.end()
}

struct Walk<'a> {
    definition: &'a Definition,
    state: &'a State,
    answers: &'a Answers,
    /// whether anything on the way approves
    consents: bool,
    route: Route,
}

/// What earlier steps need of their people, where approvers must be distinct.
#[derive(Clone)]
struct Before {
    /// Whom they certainly need: nobody of them is left.
    forced: Vec<Person>,
    /// One of each of these lists, of which none may be twice.
    some: Vec<Vec<Person>>,
}

impl Before {
    fn new(state: &State) -> Self {
        Before { forced: state.decided.iter().map(|d| d.person.clone()).collect(), some: Vec::new() }
    }

    /// Adds places of a step, for each of which one of its people is needed. Returns how many of them can have one beside
    /// all that there are before.
    fn add(&mut self, people: &[Person], needed: u32) -> u32 {
        self.some.extend((0..needed).map(|_| people.to_vec()));
        let mut taken: Vec<(&Person, usize)> = Vec::new();
        let unplaced = (0..self.some.len()).filter(|&place| !seat(&self.some, place, &mut taken, &mut Vec::new()));
        needed.saturating_sub(unplaced.count() as u32)
    }

    /// A branch is over. Who decides in one may decide in another, so that only the longest counts.
    fn join(&mut self, branch: Before) {
        self.forced.extend(branch.forced);
        if branch.some.len() > self.some.len() {
            self.some = branch.some;
        }
    }
}

/// Finds somebody for a place, if need be by finding somebody else for another's place.
fn seat<'p>(
    places: &'p [Vec<Person>],
    place: usize,
    taken: &mut Vec<(&'p Person, usize)>,
    seen: &mut Vec<&'p Person>,
) -> bool {
    for person in &places[place] {
        if seen.contains(&person) {
            continue;
        }
        seen.push(person);
        let held = taken.iter().position(|(who, _)| *who == person);
        if held.is_none_or(|i| seat(places, taken[i].1, taken, seen)) {
            taken.retain(|(who, _)| *who != person);
            taken.push((person, place));
            return true;
        }
    }
    false
}

impl<'a> Walk<'a> {
    fn new(definition: &'a Definition, state: &'a State, answers: &'a Answers) -> Self {
        Walk { definition, state, answers, consents: state.consented, route: Route::default() }
    }

    fn end(mut self) -> Route {
        let refused = self.route.rows.iter().any(|row| row.refusal.is_some());
        if !self.consents && !refused && self.route.questions.is_empty() {
            self.row("", "workflow", None).refusal = Some(Refusal::NothingApproved);
        }
        self.route
    }

    fn block(&mut self, elements: &'a [Element], path: &str, forced: &mut Before) {
        self.block_from(elements, path, 0, forced);
    }

    fn block_from(&mut self, elements: &'a [Element], path: &str, from: usize, forced: &mut Before) {
        for (i, element) in elements.iter().enumerate().skip(from) {
            self.element(element, &element.path(path, i), forced);
        }
    }

    fn rest(&mut self, elements: &'a [Element], path: &str, run: &Sequence, forced: &mut Before) {
        let Some(element) = elements.get(run.at) else { return };
        let at = element.path(path, run.at);
        let blocks = element.blocks(&at);
        match &*run.now {
            Running::Inside(number, inner) => {
                if let Some((path, elements)) = blocks.get(*number) {
                    self.rest(elements, path, inner, forced);
                }
            }
            Running::Branches(stood) => {
                let numbers = match element {
                    Element::ForEachChange(e) => e.routes_of(&self.state.fields).unwrap_or_default(),
                    _ => (0..blocks.len()).collect(),
                };
                let before = forced.clone();
                for number in numbers {
                    let (path, elements) = &blocks[number];
                    let mut own = before.clone();
                    match stood.iter().find(|(n, _)| *n == number) {
                        Some((_, Some(inner))) => self.rest(elements, path, inner, &mut own),
                        Some((_, None)) => {}
                        None => self.block(elements, path, &mut own),
                    }
                    forced.join(own);
                }
            }
            Running::Approval(_) | Running::Work(_) | Running::Call => self.element(element, &at, forced),
        }
        self.block_from(elements, path, run.at + 1, forced);
    }

    fn row(&mut self, at: &str, kind: &'static str, element: Option<&str>) -> &mut Row {
        self.route.rows.push(Row {
            at: at.into(),
            kind,
            element: element.map(String::from),
            step: None,
            condition: None,
            value: None,
            people: Vec::new(),
            refusal: None,
        });
        let last = self.route.rows.len() - 1;
        &mut self.route.rows[last]
    }

    fn ask(&mut self, question: Question) {
        if !self.route.questions.contains(&question) {
            self.route.questions.push(question);
        }
    }

    /// The value of a condition, in a row of its own.
    fn condition(&mut self, at: String, kind: &'static str, element: Option<&str>, sql: &str) -> Option<Truth> {
        let Some(value) = self.answers.conditions.get(&at).cloned() else {
            self.ask(Question::Condition(at));
            return None;
        };
        let row = self.row(&at, kind, element);
        row.condition = Some(sql.into());
        row.value = Some(value.clone());
        row.refusal = match &value {
            Truth::Error(message) => Some(Refusal::ConditionFailed { at, message: message.clone() }),
            Truth::Null if kind == "branch" => Some(Refusal::NullCondition { at }),
            _ => None,
        };
        Some(value)
    }

    fn runs(&mut self, path: &str, kind: &'static str, element: Option<&str>, when: Option<&str>) -> bool {
        let Some(when) = when else { return true };
        let value = self.condition(format!("{path}/when"), kind, element, when);
        matches!(value, Some(Truth::True | Truth::Null))
    }

    fn element(&mut self, element: &'a Element, path: &str, forced: &mut Before) {
        let name = element.name();
        if !self.runs(path, element.kind(), name, element.when()) {
            return;
        }
        let blocks = element.blocks(path);
        match element {
            Element::Approval(e) => self.approval(e, path, forced),
            Element::Task(e) => {
                let action = e.automatic_action.as_ref();
                if self.is_left_to_people(action, path, name) {
                    let spot = enter::task_spot(e, path);
                    self.people(&spot, &format!("{path}/assign_to"), CompletionPolicy::SingleApprover, forced);
                } else {
                    // it is sent back there, and not refused for what comes after
                    self.consents |= action.is_some_and(|a| a.action != AutoAction::Complete);
                }
            }
            Element::AutomatedTask(_) => {
                self.row(path, element.kind(), name);
            }
            Element::Decision(e) => {
                for (i, branch) in e.branches.iter().enumerate() {
                    match self.condition(format!("{path}/branches/{i}/when"), "branch", name, &branch.when) {
                        Some(Truth::True) => return self.block(&branch.elements, &blocks[i].0, forced),
                        Some(Truth::False) => {}
                        _ => return,
                    }
                }
                match &e.otherwise {
                    Some(elements) => self.block(elements, &format!("{path}/otherwise"), forced),
                    None => self.row(path, element.kind(), name).refusal = Some(Refusal::NoBranch { at: path.into() }),
                }
            }
            Element::ManualDecision(e) => {
                self.consents = true;
                let spot = enter::decision_spot(e, path);
                self.people(&spot, &format!("{path}/assign_to"), CompletionPolicy::SingleApprover, forced);
                // which of them it will be is not known: none forces anybody
                for (at, elements) in &blocks {
                    self.block(elements, at, &mut forced.clone());
                }
            }
            Element::Parallel(_) => self.branches(&blocks, 0..blocks.len(), forced),
            Element::ForEachChange(e) => match e.routes_of(&self.state.fields) {
                Ok(routes) => self.branches(&blocks, routes, forced),
                Err(field) => {
                    let refusal = Refusal::NoRoute { at: path.into(), field };
                    self.row(path, element.kind(), name).refusal = Some(refusal);
                }
            },
        }
    }

    fn branches(
        &mut self,
        blocks: &[(String, &'a [Element])],
        numbers: impl IntoIterator<Item = usize>,
        forced: &mut Before,
    ) {
        let before = forced.clone();
        for number in numbers {
            let (at, elements) = &blocks[number];
            let mut own = before.clone();
            self.block(elements, at, &mut own);
            forced.join(own);
        }
    }

    /// Whether no automatic action decides.
    fn is_left_to_people(&mut self, action: Option<&AutomaticAction>, path: &str, name: Option<&str>) -> bool {
        let Some(action) = action else { return true };
        let at = format!("{path}/automatic_action/when");
        matches!(self.condition(at, "automatic_action", name, &action.when), Some(Truth::False | Truth::Null))
    }

    fn approval(&mut self, e: &'a Approval, path: &str, forced: &mut Before) {
        if !self.is_left_to_people(e.automatic_action.as_ref(), path, Some(&e.name)) {
            self.consents = true;
            return;
        }
        let mut final_needed = false;
        for (i, step) in e.steps.iter().enumerate() {
            let spot = enter::step_spot(e, step, path, i);
            if !self.runs(&spot.at, "step", Some(&e.name), step.when.as_deref()) {
                continue;
            }
            if self.state.approved.contains(&spot.at) {
                self.consents |= self.state.unchanged;
                continue;
            }
            self.consents = true;
            let involved = self.people(&spot, &format!("{}/assign_to", spot.at), step.completion_policy, forced);
            if involved && e.final_approver.is_some() {
                final_needed = true;
                // the final approver decides in their place
                if let Some(row) = self.route.rows.last_mut().filter(|row| row.people.is_empty()) {
                    row.refusal = None;
                }
            }
        }
        if let (true, Some(assign)) = (final_needed, &e.final_approver) {
            let spot = enter::final_spot(e, assign, path);
            self.people(&spot, &spot.at, CompletionPolicy::SingleApprover, forced);
        }
    }

    /// A row with the people of a place. Returns whether somebody involved is among the assignees.
    fn people(&mut self, spot: &Spot, assignment: &str, policy: CompletionPolicy, forced: &mut Before) -> bool {
        let distinct = self.definition.distinct_approvers;
        let allow = self.definition.allow_self_approval;
        let Some(answer) = self.answers.people.get(assignment) else {
            // where approvers must be distinct, others may need the first that there are
            let one_suffices = !policy.counts_people() && pool(spot.work.assign_to).is_some() && !distinct;
            let mut without = if allow { Vec::new() } else { self.state.involved.clone() };
            if distinct {
                without.extend(self.state.decided.iter().map(|d| d.person.clone()));
            }
            let at_most = one_suffices.then_some(1);
            self.ask(Question::People { at: assignment.into(), without, at_most });
            return false;
        };
        let Eligible { people, involved } = answer;
        let gone: &[Person] = if distinct { &forced.forced } else { &[] };
        let left = filter(self.state, people, allow, gone);
        let names: Vec<_> = left.into_iter().map(|c| c.person).collect();
        let mut found = names.len() as u32;
        let needed = policy.needed(found);
        if found == needed {
            forced.forced.extend(names.iter().cloned());
        }
        if distinct && found >= needed {
            // who decided before is no part of a share: of that there is one at least
            let least = if let CompletionPolicy::Count(n) = policy { n } else { 1 };
            let placed = forced.add(&names, least);
            if placed < least {
                found = placed;
            }
        }
        let refusal = (needed > found).then(|| nobody(spot, needed, found));
        let row = self.row(&spot.at, "step", Some(spot.element));
        row.step = spot.step.map(String::from);
        row.people = names;
        row.refusal = refusal;
        *involved
    }
}
