//! A definition as a Mermaid flowchart.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::definition::*;
use super::state::{State, standing};

/// The flowchart of a definition; with a state, the same with what is approved and where it stands.
pub fn diagram(definition: &Definition, state: Option<&State>) -> String {
    let mut chart = Chart { lines: String::from("flowchart TD\n"), nodes: BTreeMap::new(), count: 0 };
    let start = chart.node("", "([", "Submit", "])");
    let exits = chart.block(&definition.elements, "/elements", vec![(start, None)]);
    let end = chart.node("/", "([", "Apply", "])");
    chart.connect(exits, &end);
    if let Some(state) = state {
        chart.mark("approved", "fill:#dfd,stroke:#080", state.approved.iter());
        let standing = standing(definition, state);
        chart.mark("here", "fill:#ffd,stroke:#a60,stroke-width:3px", standing.iter().map(|(at, _)| at));
    }
    chart.lines
}

/// Where lines leave, with their labels.
type Exits = Vec<(String, Option<String>)>;

struct Chart {
    lines: String,
    /// pointer → node
    nodes: BTreeMap<String, String>,
    count: usize,
}

impl Chart {
    fn line(&mut self, line: std::fmt::Arguments) {
        // a String takes everything
        let _ = writeln!(self.lines, "    {line}");
    }

    fn node(&mut self, at: &str, open: &str, text: &str, close: &str) -> String {
        let id = format!("n{}", self.count);
        self.count += 1;
        self.line(format_args!("{id}{open}\"{}\"{close}", escape(text)));
        self.nodes.insert(at.into(), id.clone());
        id
    }

    fn connect(&mut self, from: Exits, to: &str) {
        for (node, label) in from {
            match label {
                Some(label) => self.line(format_args!("{node} -->|\"{}\"| {to}", escape(&label))),
                None => self.line(format_args!("{node} --> {to}")),
            }
        }
    }

    /// A node after others, with nothing after it yet.
    fn next(&mut self, from: Exits, at: &str, (open, text, close): (&str, &str, &str)) -> String {
        let node = self.node(at, open, text, close);
        self.connect(from, &node);
        node
    }

    fn block(&mut self, elements: &[Element], path: &str, mut from: Exits) -> Exits {
        for (i, element) in elements.iter().enumerate() {
            from = self.element(element, &element.path(path, i), from);
        }
        from
    }

    /// A question before something that may be left out. Returns the way in and the way past.
    fn question(&mut self, from: Exits, at: &str, when: Option<&str>) -> (Exits, Exits) {
        let Some(when) = when else { return (from, Vec::new()) };
        let node = self.next(from, &format!("{at}/when"), ("{", when, "}"));
        (vec![(node.clone(), None)], vec![(node, Some("no".into()))])
    }

    fn element(&mut self, element: &Element, at: &str, from: Exits) -> Exits {
        let (from, mut past) = self.question(from, at, element.when());
        let blocks = element.blocks(at);
        let exits = match element {
            Element::Approval(e) => self.approval(e, at, from),
            Element::Task(e) => {
                let (from, done) = self.automatic(e.automatic_action.as_ref(), at, from);
                past.extend(done);
                let text = format!("{}\n{}", e.name, who(&e.assign_to));
                vec![(self.next(from, at, ("[", &text, "]")), None)]
            }
            Element::AutomatedTask(e) => {
                let text = format!("{}\n{}()", e.name, e.function);
                vec![(self.next(from, at, ("[[", &text, "]]")), None)]
            }
            Element::Decision(e) => {
                let node = self.next(from, at, ("{", e.name.as_deref().unwrap_or("Decision"), "}"));
                let mut labels: Vec<_> =
                    e.branches.iter().map(|b| b.name.as_ref().unwrap_or(&b.when).clone()).collect();
                labels.extend(e.otherwise.as_ref().map(|_| "otherwise".to_string()));
                self.blocks(&blocks, labels.into_iter().map(|label| (node.clone(), Some(label))))
            }
            Element::ManualDecision(e) => {
                let node = self.next(from, at, ("{{", &format!("{}\n{}", e.name, who(&e.assign_to)), "}}"));
                self.blocks(&blocks, e.outcomes.iter().map(|o| (node.clone(), Some(o.name.clone()))))
            }
            Element::Parallel(e) => {
                let node = self.next(from, at, ("([", e.name.as_deref().unwrap_or("all of"), "])"));
                let exits = self.blocks(&blocks, e.branches.iter().map(|b| (node.clone(), b.name.clone())));
                vec![(self.next(exits, &format!("{at}/"), ("([", "join", "])")), None)]
            }
            Element::ForEachChange(e) => {
                let node = self.next(from, at, ("([", e.name.as_deref().unwrap_or("for each change"), "])"));
                let mut labels: Vec<_> =
                    e.routes.iter().map(|r| r.name.clone().unwrap_or_else(|| r.fields.join(", "))).collect();
                labels.extend(e.otherwise.as_ref().map(|_| "otherwise".to_string()));
                let exits = self.blocks(&blocks, labels.into_iter().map(|label| (node.clone(), Some(label))));
                vec![(self.next(exits, &format!("{at}/"), ("([", "join", "])")), None)]
            }
        };
        exits.into_iter().chain(past).collect()
    }

    fn blocks(
        &mut self,
        blocks: &[(String, &[Element])],
        ways: impl Iterator<Item = (String, Option<String>)>,
    ) -> Exits {
        blocks.iter().zip(ways).flat_map(|((at, elements), way)| self.block(elements, at, vec![way])).collect()
    }

    fn automatic(&mut self, action: Option<&AutomaticAction>, at: &str, from: Exits) -> (Exits, Exits) {
        let Some(action) = action else { return (from, Vec::new()) };
        let node = self.next(from, &format!("{at}/automatic_action"), ("{", &action.when, "}"));
        let by_people = vec![(node.clone(), Some("no".into()))];
        let end = match action.action {
            AutoAction::Approve => return (by_people, vec![(node, Some("approve".into()))]),
            AutoAction::Complete => return (by_people, vec![(node, Some("complete".into()))]),
            AutoAction::Reject => "Reject",
            AutoAction::RequestChange => "Request change",
        };
        self.next(vec![(node, None)], &format!("{at}/automatic_action/"), ("([", end, "])"));
        (by_people, Vec::new())
    }

    fn approval(&mut self, e: &Approval, at: &str, from: Exits) -> Exits {
        let (mut from, mut exits) = self.automatic(e.automatic_action.as_ref(), at, from);
        for (i, step) in e.steps.iter().enumerate() {
            let at = format!("{at}/steps/{i}");
            let (inside, past) = self.question(from, &at, step.when.as_deref());
            let text = format!("{}: {}\n{}", e.name, step.name, who(&step.assign_to));
            let text = match policy(step.completion_policy) {
                Some(policy) => format!("{text}, {policy}"),
                None => text,
            };
            from = vec![(self.next(inside, &at, ("[", &text, "]")), None)];
            from.extend(past);
        }
        if let Some(assign) = &e.final_approver {
            let past = from.clone();
            let text = format!("{}: final approver\n{}", e.name, who(assign));
            let node = self.next(from, &format!("{at}/final_approver"), ("[", &text, "]"));
            from = past.into_iter().chain([(node, None)]).collect();
        }
        exits.extend(from);
        exits
    }

    fn mark<'a>(&mut self, class: &str, style: &str, places: impl Iterator<Item = &'a String>) {
        let nodes: Vec<_> = places.filter_map(|at| self.nodes.get(at).cloned()).collect();
        if !nodes.is_empty() {
            self.line(format_args!("classDef {class} {style}"));
            self.line(format_args!("class {} {class}", nodes.join(",")));
        }
    }
}

/// Who works, in words.
fn who(assign: &Assign) -> String {
    match assign {
        Assign::Role(name) => format!("role {name}"),
        Assign::Group(name) => format!("group {name}"),
        Assign::User(name) => name.clone(),
        Assign::Field(name) => format!("person in {name}"),
        Assign::WorkflowUser(WorkflowUser::Author) => "author".into(),
        Assign::WorkflowUser(WorkflowUser::Originator) => "originator".into(),
        Assign::WorkflowUser(WorkflowUser::Owner) => "workflow owner".into(),
        Assign::Hierarchy(hierarchy) => format!("hierarchy {}", hierarchy.name),
        Assign::Sql(function) => format!("{function}()"),
    }
}

fn policy(policy: CompletionPolicy) -> Option<String> {
    match policy {
        CompletionPolicy::SingleApprover => None,
        CompletionPolicy::Majority => Some("majority".into()),
        CompletionPolicy::AllApprovers => Some("all".into()),
        CompletionPolicy::Percentage(percent) => Some(format!("{percent} %")),
        CompletionPolicy::Count(count) => Some(format!("{count} of them")),
    }
}

/// Text inside Mermaid's quotes.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push_str("#96;"),
            '\n' => out.push_str("<br>"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
