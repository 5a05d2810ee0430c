//! The JSON Schema of a definition. Limits that JSON Schema cannot say (depth, size, unique names) are not in it.

use serde_json::{Map, Value, json};

use super::grammar::{DEFINITION, Field, MAX_COUNT, MAX_LIST, MAX_NAME, MAX_TEXT, Shape};
use super::span::Unit;

/// The schema, draft 2020-12.
pub fn schema() -> Value {
    let mut named = Map::new();
    let mut schema = Map::from_iter([
        ("$schema".to_string(), json!("https://json-schema.org/draft/2020-12/schema")),
        ("title".to_string(), json!("customer_workflow: a workflow definition")),
    ]);
    if let Value::Object(body) = render(&DEFINITION, &mut named) {
        schema.extend(body);
    }
    schema.insert("$defs".into(), Value::Object(named));
    Value::Object(schema)
}

fn render(shape: &Shape, named: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Text(longest) => json!({"type": "string", "minLength": 1, "maxLength": longest}),
        Shape::Condition(kind) => json!({
            "type": "string", "minLength": 1, "maxLength": MAX_TEXT,
            "description": format!("SQL condition ({})", kind.name()),
        }),
        Shape::Word(words) => json!({"enum": words}),
        Shape::Count(from, to) => json!({"type": "integer", "minimum": from, "maximum": to}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::List(of, least, distinct) => {
            let items = render(of, named);
            json!({"type": "array", "items": items, "minItems": least, "maxItems": MAX_LIST, "uniqueItems": distinct})
        }
        Shape::Object(fields) => object(fields, named),
        Shape::Choice(of) => choice(of, named),
        Shape::WordOrChoice(words, of) => json!({"oneOf": [{"enum": words}, choice(of, named)]}),
        Shape::Span => span(),
        Shape::Named(name, inner) => {
            if !named.contains_key(*name) {
                // before its inside, which may refer to it
                named.insert((*name).into(), Value::Null);
                let body = render(inner, named);
                named.insert((*name).into(), body);
            }
            json!({"$ref": format!("#/$defs/{name}")})
        }
    }
}

fn object(fields: &[Field], named: &mut Map<String, Value>) -> Value {
    let required: Vec<_> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    let properties: Map<_, _> = fields.iter().map(|f| (f.name.to_string(), render(f.shape, named))).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn choice(of: &[(&str, &Shape)], named: &mut Map<String, Value>) -> Value {
    let properties: Map<_, _> = of.iter().map(|(name, shape)| (name.to_string(), render(shape, named))).collect();
    json!({
        "type": "object", "properties": properties, "additionalProperties": false,
        "minProperties": 1, "maxProperties": 1,
    })
}

fn span() -> Value {
    let count = json!({"type": "integer", "minimum": 1, "maximum": MAX_COUNT});
    let units = Unit::ALL.map(|u| u.name());
    let mut properties: Map<_, _> = units.iter().map(|u| (u.to_string(), count.clone())).collect();
    properties.insert("calendar".into(), json!({"type": "string", "minLength": 1, "maxLength": MAX_NAME}));
    let one_unit: Vec<_> = units.iter().map(|u| json!({"required": [u]})).collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false, "oneOf": one_unit})
}
