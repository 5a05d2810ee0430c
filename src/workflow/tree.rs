//! Finding one's way in a definition: names, conditions and blocks of elements, by JSON pointers.

use super::definition::*;
use super::span::Span;

impl Definition {
    /// Calls `visit` with every element and its pointer, outer ones first.
    pub fn visit<'a>(&'a self, visit: &mut impl FnMut(&str, &'a Element)) {
        block("/elements", &self.elements, visit);
    }
}

fn block<'a>(path: &str, elements: &'a [Element], visit: &mut impl FnMut(&str, &'a Element)) {
    for (i, element) in elements.iter().enumerate() {
        let at = element.path(path, i);
        visit(&at, element);
        for (path, elements) in element.blocks(&at) {
            block(&path, elements, visit);
        }
    }
}

impl Element {
    /// Its key in a definition.
    pub fn kind(&self) -> &'static str {
        match self {
            Element::Approval(_) => "approval",
            Element::Task(_) => "task",
            Element::AutomatedTask(_) => "automated_task",
            Element::Decision(_) => "decision",
            Element::ManualDecision(_) => "manual_decision",
            Element::Parallel(_) => "parallel",
            Element::ForEachChange(_) => "for_each_change",
        }
    }

    /// Its name, where it has one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Element::Approval(e) => Some(&e.name),
            Element::Task(e) => Some(&e.name),
            Element::AutomatedTask(e) => Some(&e.name),
            Element::ManualDecision(e) => Some(&e.name),
            Element::Decision(e) => e.name.as_deref(),
            Element::Parallel(e) => e.name.as_deref(),
            Element::ForEachChange(e) => e.name.as_deref(),
        }
    }

    /// Its condition, where it has one.
    pub fn when(&self) -> Option<&str> {
        match self {
            Element::Approval(e) => e.when.as_deref(),
            Element::Task(e) => e.when.as_deref(),
            Element::AutomatedTask(e) => e.when.as_deref(),
            Element::ManualDecision(e) => e.when.as_deref(),
            Element::Decision(e) => e.when.as_deref(),
            Element::Parallel(e) => e.when.as_deref(),
            Element::ForEachChange(e) => e.when.as_deref(),
        }
    }

    /// Its pointer, as the `i`th of the list at `list`.
    pub fn path(&self, list: &str, i: usize) -> String {
        format!("{list}/{i}/{}", self.kind())
    }

    /// The blocks inside it, by number, with their pointers. `otherwise` is the last.
    pub fn blocks(&self, path: &str) -> Vec<(String, &[Element])> {
        fn numbered<'a, T>(path: &str, list: &str, of: &'a [T], f: impl Fn(&'a T) -> &'a [Element]) -> Blocks<'a> {
            of.iter().enumerate().map(|(i, one)| (format!("{path}/{list}/{i}/elements"), f(one))).collect()
        }
        let (mut blocks, otherwise) = match self {
            Element::Approval(_) | Element::Task(_) | Element::AutomatedTask(_) => return Vec::new(),
            Element::Decision(e) => (numbered(path, "branches", &e.branches, |b| &b.elements), e.otherwise.as_deref()),
            Element::ManualDecision(e) => (numbered(path, "outcomes", &e.outcomes, |b| &b.elements), None),
            Element::Parallel(e) => (numbered(path, "branches", &e.branches, |b| &b.elements), None),
            Element::ForEachChange(e) => (numbered(path, "routes", &e.routes, |r| &r.elements), e.otherwise.as_deref()),
        };
        blocks.extend(otherwise.map(|elements| (format!("{path}/otherwise"), elements)));
        blocks
    }
}

type Blocks<'a> = Vec<(String, &'a [Element])>;

impl ForEachChange {
    /// The numbers of the blocks that run when these fields change.
    ///
    /// # Errors
    /// The first field without a route, where there is no `otherwise`.
    pub fn routes_of(&self, fields: &[String]) -> Result<Vec<usize>, String> {
        let mut chosen: Vec<usize> = Vec::new();
        for field in fields {
            let routes = || self.routes.iter().enumerate().filter(|(_, r)| r.fields.contains(field)).map(|(i, _)| i);
            if routes().next().is_some() {
                chosen.extend(routes());
            } else if self.otherwise.is_some() {
                chosen.push(self.routes.len());
            } else {
                return Err(field.clone());
            }
        }
        chosen.sort_unstable();
        chosen.dedup();
        Ok(chosen)
    }
}

/// What an element asks of one person: the parts that steps, tasks and manual decisions have in common.
#[derive(Clone, Copy)]
pub struct Work<'a> {
    /// Who.
    pub assign_to: &'a Assign,
    /// Until when.
    pub time_limit: Option<&'a Span>,
    /// Who then.
    pub escalation: &'a [Level],
    /// Whether something happens after the last level.
    pub ends: bool,
    /// When to remind.
    pub reminders: &'a [Span],
}

impl<'a> From<&'a Step> for Work<'a> {
    fn from(step: &'a Step) -> Self {
        Work {
            assign_to: &step.assign_to,
            time_limit: step.time_limit.as_ref(),
            escalation: &step.escalation,
            ends: step.end_action.is_some(),
            reminders: &step.reminders,
        }
    }
}

impl<'a> From<&'a Task> for Work<'a> {
    fn from(task: &'a Task) -> Self {
        Work {
            assign_to: &task.assign_to,
            time_limit: task.time_limit.as_ref(),
            escalation: &task.escalation,
            ends: task.end_action.is_some(),
            reminders: &task.reminders,
        }
    }
}

impl<'a> From<&'a ManualDecision> for Work<'a> {
    fn from(decision: &'a ManualDecision) -> Self {
        Work {
            assign_to: &decision.assign_to,
            time_limit: decision.time_limit.as_ref(),
            escalation: &decision.escalation,
            ends: decision.end_action.is_some(),
            reminders: &decision.reminders,
        }
    }
}
