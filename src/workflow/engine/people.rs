//! Who may decide what.

use super::super::effect::{Holder, Place, Tracking};
use super::super::question::{Candidate, Person, Question};
use super::super::refusal::Refusal;
use super::super::state::{Decided, Item, State};
use super::super::tree::Work;
use super::context::{Context, Spot, Stop, pool};

/// The people of an assignment that are left, and whether somebody involved was among them.
pub(super) struct Found {
    pub people: Vec<Candidate>,
    pub involved: bool,
}

/// Who of the answer may decide, each once.
pub(super) fn filter(state: &State, all: &[Candidate], allow_involved: bool, without: &[Person]) -> Vec<Candidate> {
    let out = |p: &Person| without.contains(p) || !allow_involved && state.involved.contains(p);
    let mut people: Vec<Candidate> = Vec::new();
    for one in all {
        let seen = people.iter().any(|c| c.person == one.person);
        if !seen && !out(&one.person) && !one.on_behalf_of.as_ref().is_some_and(out) {
            people.push(one.clone());
        }
    }
    people
}

impl Context<'_> {
    /// Everyone who may not get new work: decided in this step, or in any where approvers must be distinct.
    fn decided_by(&self, step: Option<&str>) -> Vec<Person> {
        let distinct = self.definition.distinct_approvers;
        let relevant = self.state.decided.iter().filter(|d| distinct || Some(d.at.as_str()) == step);
        relevant.map(|d| d.person.clone()).collect()
    }

    /// The people of the assignment at `at`, without those who may not decide and without `others`.
    pub fn resolve(&mut self, at: &str, one_suffices: bool, step: &str, others: &[Person]) -> Result<Found, Stop> {
        let mut without = self.decided_by(Some(step));
        without.extend(others.iter().cloned());
        let allow = self.definition.allow_self_approval;
        match self.answers.people.get(at) {
            Some(answer) => {
                let people = filter(&self.state, &answer.people, allow, &without);
                Ok(Found { people, involved: answer.involved })
            }
            None => {
                if !allow {
                    without.extend(self.state.involved.iter().cloned());
                }
                let at_most = one_suffices.then_some(1);
                Err(self.ask(Question::People { at: at.into(), without, at_most }))
            }
        }
    }

    /// One work item for whoever acts first.
    pub fn one_item(&mut self, spot: &Spot, limited: bool) -> Result<Item, Stop> {
        let found =
            self.resolve(&format!("{}/assign_to", spot.at), pool(spot.work.assign_to).is_some(), &spot.at, &[])?;
        let holder = self.holder(spot, spot.work, found.people)?;
        Ok(self.create(spot, holder, limited))
    }

    /// Who holds an item that any one of these people finishes.
    pub fn holder(&self, spot: &Spot, work: Work, people: Vec<Candidate>) -> Result<Holder, Refusal> {
        if people.is_empty() {
            return Err(nobody(spot, 1, 0));
        }
        let pool = pool(work.assign_to);
        let own_place = |c: &Candidate| pool.is_none() || c.on_behalf_of.is_some();
        let places = people.into_iter().filter(own_place).map(place).collect();
        Ok(Holder { pool, places })
    }

    /// In whose place a person acts on an item.
    ///
    /// # Errors
    /// He does not hold it, or may not decide.
    pub fn may_act(&self, item: &Item, person: &Person) -> Result<Option<Person>, Refusal> {
        let place = item.holder.places.iter().find(|p| p.person == *person);
        if place.is_none() && item.holder.pool.is_none() {
            return Err(Refusal::NotAssignee(person.clone()));
        }
        let on_behalf_of = place.and_then(|p| p.chain.first()).cloned();
        if !self.definition.allow_self_approval
            && let Some(own) =
                [Some(person), on_behalf_of.as_ref()].into_iter().flatten().find(|p| self.state.involved.contains(p))
        {
            return Err(Refusal::OwnChange(own.clone()));
        }
        let earlier = self.state.decided.iter().take(item.after as usize);
        if self.definition.distinct_approvers && earlier.into_iter().any(|d| d.person == *person) {
            return Err(Refusal::AlreadyDecided(person.clone()));
        }
        Ok(on_behalf_of)
    }

    /// Whether a person may be given work at a step in which `others` have places.
    fn may_get(&self, person: &Person, step: &str, others: &[Person]) -> Result<(), Refusal> {
        if !self.definition.allow_self_approval && self.state.involved.contains(person) {
            return Err(Refusal::OwnChange(person.clone()));
        }
        let here = |d: &Decided| d.at == step && d.person == *person;
        if others.contains(person) || self.state.decided.iter().any(here) {
            return Err(Refusal::AlreadyAssigned(person.clone()));
        }
        if self.decided_by(Some(step)).contains(person) {
            return Err(Refusal::AlreadyDecided(person.clone()));
        }
        Ok(())
    }

    /// The holder after `person` gave his place to `to`.
    ///
    /// # Errors
    /// `to` may not have it.
    pub fn delegate(
        &mut self,
        item: &mut Item,
        at: &str,
        person: &Person,
        to: &Person,
        others: &[Person],
    ) -> Result<(), Refusal> {
        let place = item.holder.places.iter().position(|p| p.person == *person);
        let chain = place.map_or(&[][..], |i| &item.holder.places[i].chain);
        if to == person || chain.contains(to) {
            return Err(Refusal::Circle(to.clone()));
        }
        self.may_get(to, at, others)?;
        if item.holder.places.iter().any(|p| p.person == *to) {
            return Err(Refusal::AlreadyAssigned(to.clone()));
        }
        let chain = chain.iter().chain([person]).cloned().collect();
        let new = Place { person: to.clone(), chain };
        match place {
            Some(i) => item.holder.places[i] = new,
            None => item.holder.places.push(new),
        }
        let entry = self.log(Tracking::Delegation, at);
        entry.item = Some(item.item);
        entry.person = Some(person.clone());
        entry.detail = Some(to.clone());
        Ok(())
    }

    /// Gives an item to other people.
    ///
    /// # Errors
    /// One of them may not have it, or there are none.
    pub fn reassign(
        &mut self,
        item: &mut Item,
        spot: &Spot,
        by: &Person,
        to: &[Person],
        others: &[Person],
    ) -> Result<(), Refusal> {
        if to.is_empty() {
            return Err(nobody(spot, 1, 0));
        }
        for person in to {
            self.may_get(person, &spot.at, others)?;
        }
        let mut places: Vec<Place> = Vec::new();
        for person in to {
            if !places.iter().any(|p| p.person == *person) {
                places.push(Place { person: person.clone(), chain: Vec::new() });
            }
        }
        item.holder = Holder { pool: None, places };
        let entry = self.log(Tracking::Reassignment, &spot.at);
        entry.item = Some(item.item);
        entry.person = Some(by.clone());
        entry.detail = Some(to.join(", "));
        Ok(())
    }
}

/// A candidate's place on a work item.
pub(super) fn place(candidate: Candidate) -> Place {
    Place { person: candidate.person, chain: candidate.on_behalf_of.into_iter().collect() }
}

/// The refusal of a spot with too few people.
pub(super) fn nobody(spot: &Spot, needed: u32, found: u32) -> Refusal {
    Refusal::NobodyEligible {
        at: spot.at.clone(),
        element: spot.element.into(),
        step: spot.step.map(String::from),
        needed,
        found,
    }
}
