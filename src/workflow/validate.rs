//! Reads a definition and finds every mistake in it at once. What only SQL can check (conditions, roles, fields) it
//! collects.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::definition::Definition;
use super::grammar::*;
use super::lint;
use super::span::{Unit, whole_number};

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The definition cannot be stored.
    Error,
    /// It can, but may not do what was meant.
    Warning,
}

impl Severity {
    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A mistake in a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON pointer.
    pub path: String,
    /// How bad.
    pub severity: Severity,
    /// What is wrong, in PostgreSQL's style.
    pub message: String,
}

/// An SQL condition that a definition holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where, as a JSON pointer; also its name in questions and answers of the engine.
    pub path: String,
    /// What it decides.
    pub kind: ConditionKind,
    /// The expression.
    pub sql: String,
}

/// What [`validate`] found.
#[derive(Debug, Default)]
pub struct Report {
    /// All mistakes, in the order of the definition.
    pub problems: Vec<Problem>,
    /// All conditions, also those beside mistakes.
    pub conditions: Vec<Condition>,
}

impl Report {
    /// Whether nothing keeps the definition from being stored.
    pub fn is_valid(&self) -> bool {
        self.problems.iter().all(|p| p.severity != Severity::Error)
    }

    pub(super) fn error(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), severity: Severity::Error, message: message.into() });
    }

    pub(super) fn warning(&mut self, path: &str, message: impl Into<String>) {
        self.problems.push(Problem { path: path.into(), severity: Severity::Warning, message: message.into() });
    }
}

/// Finds every mistake and every condition of a definition.
pub fn validate(value: &Value) -> Report {
    let mut report = Report::default();
    if value.to_string().chars().count() > MAX_SIZE {
        report.error("", format!("definition is longer than {MAX_SIZE} characters"));
        return report;
    }
    Walk { report: &mut report, names: HashMap::new(), elements: 0, depth: 0 }.shape(value, &DEFINITION, "");
    if report.is_valid() {
        match serde_json::from_value::<Definition>(value.clone()) {
            Ok(definition) => lint::check(&definition, &mut report),
            Err(error) => report.error("", error.to_string()),
        }
    }
    report
}

/// Reads a definition.
///
/// # Errors
/// Every problem of it, if one is an error; warnings are among them.
pub fn parse(value: &Value) -> Result<Definition, Vec<Problem>> {
    let report = validate(value);
    if !report.is_valid() {
        return Err(report.problems);
    }
    serde_json::from_value(value.clone())
        .map_err(|e| vec![Problem { path: String::new(), severity: Severity::Error, message: e.to_string() }])
}

/// A key as a part of a JSON pointer.
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

struct Walk<'a> {
    report: &'a mut Report,
    /// element name → where it was first
    names: HashMap<String, String>,
    elements: usize,
    depth: usize,
}

impl Walk<'_> {
    fn shape(&mut self, value: &Value, shape: &Shape, path: &str) {
        match (shape, value) {
            (Shape::Named("element", inner), _) => self.element(value, inner, path),
            (Shape::Named(_, inner), _) => self.shape(value, inner, path),
            (Shape::Text(longest), Value::String(text)) => self.text(text, *longest, path),
            (Shape::Condition(kind), Value::String(sql)) => {
                self.text(sql, MAX_TEXT, path);
                self.report.conditions.push(Condition { path: path.into(), kind: *kind, sql: sql.clone() });
            }
            (Shape::Word(words), Value::String(word)) => {
                if !words.contains(&word.as_str()) {
                    self.report.error(path, format!("\"{word}\" is not one of: {}", words.join(", ")));
                }
            }
            (Shape::Count(from, to), Value::Number(number)) => {
                if !whole_number(number).is_some_and(|n| (*from..=*to).contains(&n)) {
                    self.report.error(path, format!("{number} is not a whole number from {from} to {to}"));
                }
            }
            (Shape::Flag, Value::Bool(_)) => {}
            (Shape::List(of, least, distinct), Value::Array(list)) => self.list(list, of, *least, *distinct, path),
            (Shape::Object(fields), Value::Object(map)) => self.object(map, fields, path),
            (Shape::Choice(of), Value::Object(map)) => self.choice(map, of, path),
            (Shape::WordOrChoice(words, _), Value::String(_)) => self.shape(value, &Shape::Word(words), path),
            (Shape::WordOrChoice(_, of), Value::Object(map)) => self.choice(map, of, path),
            (Shape::Span, Value::Object(map)) => self.span(map, path),
            _ => self.report.error(path, format!("{} expected, {} found", expected(shape), found(value))),
        }
    }

    fn text(&mut self, text: &str, longest: usize, path: &str) {
        if text.is_empty() {
            self.report.error(path, "must not be empty");
        } else if text.chars().count() > longest {
            self.report.error(path, format!("longer than {longest} characters"));
        }
    }

    fn list(&mut self, list: &[Value], of: &Shape, least: usize, distinct: bool, path: &str) {
        if list.len() < least {
            self.report.error(path, format!("needs at least {least}, has {}", list.len()));
        }
        if list.len() > MAX_LIST {
            self.report.error(path, format!("has {} entries, more than {MAX_LIST}", list.len()));
            return;
        }
        let mut names = HashSet::new();
        for (i, entry) in list.iter().enumerate() {
            let at = format!("{path}/{i}");
            if distinct && list[..i].contains(entry) {
                self.report.error(&at, format!("{entry} is there twice"));
            }
            // names of steps and outcomes; those of elements are unique everywhere
            if let Some(name) = entry.get("name").and_then(Value::as_str)
                && !names.insert(name)
            {
                self.report.error(&format!("{at}/name"), format!("name \"{name}\" is there twice"));
            }
            self.shape(entry, of, &at);
        }
    }

    fn object(&mut self, map: &Map<String, Value>, fields: &[Field], path: &str) {
        for (key, value) in map {
            let at = format!("{path}/{}", escape(key));
            match fields.iter().find(|f| f.name == key) {
                Some(field) => self.shape(value, field.shape, &at),
                None => {
                    let valid: Vec<_> = fields.iter().map(|f| f.name).collect();
                    self.report.error(&at, format!("unknown field \"{key}\"; valid are: {}", valid.join(", ")));
                }
            }
        }
        for field in fields.iter().filter(|f| f.required && !map.contains_key(f.name)) {
            self.report.error(path, format!("field \"{}\" is missing", field.name));
        }
    }

    fn choice(&mut self, map: &Map<String, Value>, of: &[(&str, &Shape)], path: &str) {
        let valid = || of.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        if map.len() != 1 {
            self.report.error(path, format!("needs exactly one of: {}", valid()));
        }
        for (key, value) in map {
            let at = format!("{path}/{}", escape(key));
            match of.iter().find(|(name, _)| name == key) {
                Some((_, shape)) => self.shape(value, shape, &at),
                None if key == RESERVED => self.report.error(&at, "subworkflows are not supported yet"),
                None => self.report.error(&at, format!("unknown \"{key}\"; valid are: {}", valid())),
            }
        }
    }

    fn span(&mut self, map: &Map<String, Value>, path: &str) {
        let is_unit = |key: &str| Unit::ALL.iter().any(|u| u.name() == key);
        let names = Unit::ALL.map(Unit::name).join(", ");
        if map.keys().filter(|k| is_unit(k)).count() != 1 {
            self.report.error(path, format!("needs exactly one of: {names}"));
        }
        for (key, value) in map {
            let at = format!("{path}/{}", escape(key));
            match key.as_str() {
                "calendar" => self.shape(value, &Shape::Text(MAX_NAME), &at),
                unit if is_unit(unit) => self.shape(value, &Shape::Count(1, MAX_COUNT), &at),
                _ => self.report.error(&at, format!("unknown field \"{key}\"; valid are: {names}, calendar")),
            }
        }
    }

    fn element(&mut self, value: &Value, inner: &Shape, path: &str) {
        self.elements += 1;
        if self.elements == MAX_ELEMENTS + 1 {
            self.report.error(path, format!("more than {MAX_ELEMENTS} elements"));
        }
        if self.depth == MAX_DEPTH {
            self.report.error(path, format!("more than {MAX_DEPTH} elements inside one another"));
            return;
        }
        if let Value::Object(map) = value {
            for (kind, body) in map {
                let Some(name) = body.get("name").and_then(Value::as_str) else { continue };
                let at = format!("{path}/{}/name", escape(kind));
                match self.names.get(name) {
                    Some(first) => {
                        let message = format!("another element is named \"{name}\" as well, at {first}");
                        self.report.error(&at, message);
                    }
                    None => {
                        self.names.insert(name.into(), at);
                    }
                }
            }
        }
        self.depth += 1;
        self.shape(value, inner, path);
        self.depth -= 1;
    }
}

fn expected(shape: &Shape) -> &'static str {
    match shape {
        Shape::Text(_) => "a text",
        Shape::Condition(_) => "an SQL condition as a text",
        Shape::Word(_) => "a word",
        Shape::Count(..) => "a number",
        Shape::Flag => "true or false",
        Shape::List(..) => "a list",
        Shape::Object(_) | Shape::Choice(_) | Shape::Span => "an object",
        Shape::WordOrChoice(..) => "a word or an object",
        Shape::Named(_, inner) => expected(inner),
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
