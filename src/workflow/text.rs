//! Texts with placeholders: `{{new.credit_limit}}`, `{{proposal.author}}`, `{{last_comment}}`.

/// What stands for itself, without a dot.
const SINGLE: [&str; 5] = ["last_comment", "workflow", "element", "step", "due_at"];
/// What comes before a dot.
const OBJECTS: [&str; 3] = ["old", "new", "proposal"];

enum Part<'a> {
    Text(&'a str),
    Placeholder(&'a str),
}

/// The parts in order; what is not closed is text.
fn parts(template: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        let Some(length) = rest[start + 2..].find("}}") else { break };
        parts.push(Part::Text(&rest[..start]));
        parts.push(Part::Placeholder(rest[start + 2..start + 2 + length].trim()));
        rest = &rest[start + 2 + length + 2..];
    }
    parts.push(Part::Text(rest));
    parts
}

/// The names of the placeholders of a text, each once, so that the caller fetches only these.
pub fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for part in parts(template) {
        if let Part::Placeholder(name) = part
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

/// Whether a placeholder of that name can have a value.
pub fn is_known(name: &str) -> bool {
    SINGLE.contains(&name)
        || name.split_once('.').is_some_and(|(object, field)| OBJECTS.contains(&object) && !field.is_empty())
}

/// The field of the record that a placeholder names.
pub fn field(name: &str) -> Option<&str> {
    name.split_once('.').filter(|(object, _)| ["old", "new"].contains(object)).map(|(_, field)| field)
}

/// The text with the values that `lookup` has; nothing (NULL) for the others. Values are not read as templates again.
pub fn render(template: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    for part in parts(template) {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Placeholder(name) => out.push_str(&lookup(name).unwrap_or_default()),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_take_the_places_of_their_names() {
        let lookup = |name: &str| match name {
            "new.credit_limit" => Some("5000".to_string()),
            "last_comment" => Some("see {{new.credit_limit}}".to_string()),
            _ => None,
        };
        assert_eq!(render("limit {{new.credit_limit}}, {{ new.credit_limit }}", lookup), "limit 5000, 5000");
        assert_eq!(render("{{last_comment}}", lookup), "see {{new.credit_limit}}");
        assert_eq!(render("[{{old.name}}]", lookup), "[]");
        assert_eq!(render("ä {{ b }", lookup), "ä {{ b }");
        assert_eq!(render("", lookup), "");
    }

    #[test]
    fn each_placeholder_is_named_once() {
        assert_eq!(placeholders("{{a}} {{new.b}} {{a}} {{"), ["a", "new.b"]);
    }

    #[test]
    fn unknown_placeholders_are_told() {
        assert!(is_known("new.credit_limit") && is_known("last_comment") && is_known("proposal.author"));
        assert!(!is_known("new.") && !is_known("new") && !is_known("customer.name"));
    }
}
