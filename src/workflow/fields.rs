//! Which single fields a work item is about, for `"field_decisions": true`.

use super::definition::{Definition, Element};
use super::inputs::is_below;

/// Of the fields of a proposal those that an approver at this place may decide one by one: where routes of `for_each_change`
/// lead there, theirs. `None` where its element does not let him, or is no approval.
pub fn decidable(definition: &Definition, at: &str, fields: &[String]) -> Option<Vec<String>> {
    let mut allowed = false;
    let mut about = fields.to_vec();
    definition.visit(&mut |path, element| match element {
        Element::Approval(approval) if is_below(at, path) => allowed = approval.field_decisions,
        Element::ForEachChange(each) => {
            for (i, (block, _)) in element.blocks(path).iter().enumerate() {
                if is_below(at, block) {
                    about.retain(|field| match each.routes.get(i) {
                        Some(route) => route.fields.contains(field),
                        None => !each.routes.iter().any(|route| route.fields.contains(field)),
                    });
                }
            }
        }
        _ => {}
    });
    allowed.then_some(about)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn approval(name: &str, field_decisions: bool) -> serde_json::Value {
        json!({"approval": {"name": name, "field_decisions": field_decisions,
                            "steps": [{"name": "s", "assign_to": {"role": "r"}}], "final_approver": {"role": "f"}}})
    }

    #[test]
    fn an_item_is_about_the_fields_of_its_route() {
        let definition: Definition = serde_json::from_value(json!({"elements": [
            approval("all", true),
            {"for_each_change": {
                "routes": [{"fields": ["a", "b"], "elements": [approval("ab", true)]},
                           {"fields": ["c"], "elements": [approval("c", false)]}],
                "otherwise": [{"parallel": {"branches": [{"elements": [approval("rest", true)]}, {"elements": []}]}}]}},
            {"task": {"name": "t", "assign_to": {"role": "r"}}}]}))
        .unwrap();
        let fields: Vec<String> = ["a", "c", "d"].map(String::from).to_vec();
        let at = |place: &str| decidable(&definition, place, &fields);
        let some = |fields: &[&str]| Some(fields.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(at("/elements/0/approval/steps/0"), some(&["a", "c", "d"]));
        assert_eq!(at("/elements/0/approval/final_approver"), some(&["a", "c", "d"]));
        let each = "/elements/1/for_each_change";
        assert_eq!(at(&format!("{each}/routes/0/elements/0/approval/steps/0")), some(&["a"]));
        assert_eq!(at(&format!("{each}/routes/1/elements/0/approval/steps/0")), None);
        let inner = "otherwise/0/parallel/branches/0/elements/0/approval/steps/0";
        assert_eq!(at(&format!("{each}/{inner}")), some(&["d"]));
        assert_eq!(at("/elements/2/task"), None);
    }
}
