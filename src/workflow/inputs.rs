//! Which fields an approval was about, for `"resubmission": "changed_only"`.

use super::definition::{Definition, Element};

/// The fields that a condition reads; `None`: perhaps all. It looks at words, not at SQL, and when in doubt says all.
pub fn fields_of_condition(sql: &str) -> Option<Vec<String>> {
    let lower = sql.to_lowercase();
    // a quoted name, a comment or another form of literal could hide something
    if ["\"", "--", "/*", "$", "\\", "u&"].iter().any(|s| lower.contains(s)) {
        return None;
    }
    let mut fields = Vec::new();
    let mut rest = lower.as_str();
    while let Some(start) = rest.find(|c: char| c.is_alphabetic() || c == '_' || c == '\'') {
        rest = &rest[start..];
        if let Some(literal) = rest.strip_prefix('\'') {
            rest = &literal[literal.find('\'')? + 1..];
            continue;
        }
        let word = &rest[..rest.find(|c: char| !is_part(c)).unwrap_or(rest.len())];
        rest = rest[word.len()..].trim_start();
        match word {
            "new" | "old" => {
                let after = rest.strip_prefix('.')?.trim_start();
                let field = &after[..after.find(|c: char| !is_part(c)).unwrap_or(after.len())];
                if field.is_empty() {
                    return None;
                }
                fields.push(field.to_string());
                rest = &after[field.len()..];
            }
            "changed" => {
                let after = rest.strip_prefix('(')?.trim_start().strip_prefix('\'')?;
                let end = after.find('\'')?;
                fields.push(after[..end].to_string());
                rest = &after[end + 1..];
            }
            "proposal" => {
                let after = rest.strip_prefix('.')?.trim_start();
                if !["author", "originator", "source", "reference", "operation"].iter().any(|s| after.starts_with(s)) {
                    return None;
                }
                let end = after.find(|c: char| !is_part(c)).unwrap_or(after.len());
                rest = &after[end..];
            }
            _ => {}
        }
    }
    Some(fields)
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The fields that the approval of a step was about: those of the route that it is on, else those that the conditions of
/// the step and its element name; `None`: all.
pub fn fields_of_step(definition: &Definition, step: &str) -> Option<Vec<String>> {
    let mut route = None;
    let mut named: Option<Vec<String>> = Some(Vec::new());
    definition.visit(&mut |path, element| match element {
        Element::ForEachChange(each) => {
            for (i, (block, _)) in element.blocks(path).iter().enumerate() {
                if is_below(step, block) {
                    route = Some(each.routes.get(i).map(|r| r.fields.clone()));
                }
            }
        }
        Element::Approval(approval) if is_below(step, path) => {
            let of_step = approval.steps.iter().enumerate().find(|(i, _)| step == format!("{path}/steps/{i}"));
            for when in [approval.when.as_deref(), of_step.and_then(|(_, s)| s.when.as_deref())].into_iter().flatten() {
                named = named.take().zip(fields_of_condition(when)).map(|(mut all, more)| {
                    all.extend(more);
                    all
                });
            }
        }
        _ => {}
    });
    match route {
        Some(fields) => fields,
        None => named.filter(|fields| !fields.is_empty()),
    }
}

/// Whether a pointer is inside the place of another.
pub fn is_below(at: &str, place: &str) -> bool {
    at.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_names_its_fields() {
        let some = |fields: &[&str]| Some(fields.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(fields_of_condition("new.a > 5 and OLD . b is null"), some(&["a", "b"]));
        assert_eq!(fields_of_condition("changed('iban') or proposal.author = 'new'"), some(&["iban"]));
        assert_eq!(fields_of_condition("renew(1) > 2"), some(&[]));
    }

    #[test]
    fn in_doubt_it_reads_everything() {
        for sql in [
            "to_jsonb(new) ? 'a'",
            "new.* is null",
            "(new).a > 1",
            "\"new\".a",
            "proposal.fields = '{a}'",
            "changed(x)",
            "new.a = 'it",
            "new /* . */ .a",
            "new.\"A\" > 1",
        ] {
            assert_eq!(fields_of_condition(sql), None, "{sql}");
        }
    }
}
