//! What is different between two definitions, for people.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::definition::Definition;
use super::grammar::MAX_ELEMENTS;
use super::validate::escape;

/// What became of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It has another value.
    Changed,
    /// It has another place in its list.
    Moved,
}

impl Change {
    /// Its name in SQL.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
            Change::Moved => "moved",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where, as a JSON pointer into the new definition; into the old one of what was removed.
    pub path: String,
    /// What happened.
    pub change: Change,
    /// The old value; of what moved, its old pointer.
    pub old: Option<Value>,
    /// The new value; of what moved, its new pointer.
    pub new: Option<Value>,
}

/// The differences, in the order of the definitions. Elements, steps, branches and outcomes are known by their names, so that
/// one that was inserted does not change all that come after it. A default that is spelled out makes no difference. Lists that are
/// longer than any in a definition are compared as a whole.
pub fn compare(old: &Value, new: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    values(&plain(old), &plain(new), "", "", &mut found);
    found
}

/// Without what only spells out defaults.
fn plain(value: &Value) -> Value {
    let read = serde_json::from_value::<Definition>(value.clone());
    read.and_then(serde_json::to_value).unwrap_or_else(|_| value.clone())
}

fn values(old: &Value, new: &Value, old_at: &str, at: &str, found: &mut Vec<Difference>) {
    match (old, new) {
        _ if old == new => {}
        (Value::Object(a), Value::Object(b)) if !other_choice(a, b) => objects(a, b, old_at, at, found),
        (Value::Array(a), Value::Array(b)) if a.len().max(b.len()) <= MAX_ELEMENTS => lists(a, b, old_at, at, found),
        _ => push(found, at, Change::Changed, Some(old), Some(new)),
    }
}

fn push(found: &mut Vec<Difference>, at: &str, change: Change, old: Option<&Value>, new: Option<&Value>) {
    found.push(Difference { path: at.into(), change, old: old.cloned(), new: new.cloned() });
}

/// The key of an object that is a choice: the kind of an element, how people are named.
fn only_key(map: &Map<String, Value>) -> Option<&String> {
    map.keys().next().filter(|_| map.len() == 1)
}

/// Whether they are choices, and not the same.
fn other_choice(a: &Map<String, Value>, b: &Map<String, Value>) -> bool {
    only_key(a).zip(only_key(b)).is_some_and(|(a, b)| a != b)
}

fn objects(old: &Map<String, Value>, new: &Map<String, Value>, old_at: &str, at: &str, found: &mut Vec<Difference>) {
    for (key, a) in old {
        let (old_at, at) = (format!("{old_at}/{}", escape(key)), format!("{at}/{}", escape(key)));
        match new.get(key) {
            Some(b) => values(a, b, &old_at, &at, found),
            None => push(found, &old_at, Change::Removed, Some(a), None),
        }
    }
    for (key, b) in new.iter().filter(|(key, _)| !old.contains_key(*key)) {
        push(found, &format!("{at}/{}", escape(key)), Change::Added, None, Some(b));
    }
}

fn lists(old: &[Value], new: &[Value], old_at: &str, at: &str, found: &mut Vec<Difference>) {
    let partner = partners(old, new);
    for (i, a) in old.iter().enumerate().filter(|(i, _)| !partner.contains(&Some(*i))) {
        push(found, &format!("{old_at}/{i}"), Change::Removed, Some(a), None);
    }
    let stays = in_order(&partner);
    for (j, b) in new.iter().enumerate() {
        let here = format!("{at}/{j}");
        let Some(i) = partner[j] else {
            push(found, &here, Change::Added, None, Some(b));
            continue;
        };
        let before = format!("{old_at}/{i}");
        // the order of words says nothing
        if !stays.contains(&j) && b.is_object() {
            push(found, &here, Change::Moved, Some(&before.clone().into()), Some(&here.clone().into()));
        }
        values(&old[i], b, &before, &here, found);
    }
}

/// For each entry of the new list the one of the old list that it was.
fn partners(old: &[Value], new: &[Value]) -> Vec<Option<usize>> {
    let mut partner = vec![None; new.len()];
    let mut free: Vec<bool> = vec![true; old.len()];
    let mut names: HashMap<String, usize> = HashMap::new();
    for (i, a) in old.iter().enumerate() {
        if let Some(name) = identity(a) {
            names.entry(name).or_insert(i);
        }
    }
    let rules: [&dyn Fn(usize, usize) -> bool; 3] = [
        &|i, j| identity(&new[j]).is_some_and(|name| names.get(&name) == Some(&i)),
        &|i, j| old[i] == new[j],
        &|i, j| alike(&old[i], &new[j]),
    ];
    for rule in rules {
        for (j, found) in partner.iter_mut().enumerate().filter(|(_, found)| found.is_none()) {
            if let Some(i) = (0..old.len()).find(|i| free[*i] && rule(*i, j)) {
                *found = Some(i);
                free[i] = false;
            }
        }
    }
    partner
}

/// The kind and the name of an element, the name of a step, a branch or an outcome.
fn identity(entry: &Value) -> Option<String> {
    let map = entry.as_object()?;
    let (kind, body) = match only_key(map) {
        Some(kind) if map[kind].is_object() => (kind.as_str(), map[kind].as_object()?),
        _ => ("", map),
    };
    Some(format!("{kind} {}", body.get("name")?.as_str()?))
}

/// Whether one may be the other under a new name, or with something new: at least half of their fields are equal.
fn alike(a: &Value, b: &Value) -> bool {
    let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { return false };
    match (only_key(a), only_key(b)) {
        (Some(kind), Some(other)) if a[kind].is_object() => kind == other && alike(&a[kind], &b[other]),
        _ => {
            let fields = |map: &Map<String, Value>| map.keys().filter(|k| *k != "name").count();
            let equal = a.iter().filter(|(key, value)| *key != "name" && b.get(*key) == Some(value)).count();
            2 * equal >= fields(a).max(fields(b))
        }
    }
}

/// The entries that kept their order among themselves: a longest rising sequence of their old places.
fn in_order(partner: &[Option<usize>]) -> Vec<usize> {
    // for each entry, the longest such sequence that ends with it
    let mut best: Vec<Vec<usize>> = Vec::with_capacity(partner.len());
    for (j, here) in partner.iter().enumerate() {
        let Some(here) = here else {
            best.push(Vec::new());
            continue;
        };
        let before = (0..j).filter(|k| partner[*k].is_some_and(|i| i < *here)).max_by_key(|k| best[*k].len());
        let mut sequence = before.map_or_else(Vec::new, |k| best[k].clone());
        sequence.push(j);
        best.push(sequence);
    }
    best.into_iter().max_by_key(Vec::len).unwrap_or_default()
}
