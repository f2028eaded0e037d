//! Holds JSON to a JSON Schema of draft 7: the keywords that the schema of SARIF uses. A keyword that it does not know is
//! no keyword that it may pass over.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

/// A schema, with the definitions that its references name.
pub(crate) struct Schema {
    root: Value,
}

impl Schema {
    /// That of SARIF 2.1.0.
    pub(crate) fn of_sarif() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sarif/sarif-schema-2.1.0.json");
        Self { root: serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap() }
    }

    /// What is wrong with the value, each with its place.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        self.hold(value, &self.root, "", &mut faults);
        faults
    }

    fn hold(&self, value: &Value, schema: &Value, at: &str, faults: &mut Vec<String>) {
        let schema = schema.as_object().unwrap();
        for (keyword, wanted) in schema {
            if !self.holds(value, keyword, wanted, schema, at, faults) {
                faults.push(format!("{at}: {keyword} {wanted}, found {value}"));
            }
        }
    }

    fn holds(
        &self,
        value: &Value,
        keyword: &str,
        wanted: &Value,
        schema: &Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) -> bool {
        match keyword {
            "$schema" | "$id" | "title" | "description" | "default" | "definitions" => true,
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/definitions/").unwrap();
                self.hold(value, &self.root["definitions"][name], at, faults);
                true
            }
            "type" => is_of_type(value, wanted.as_str().unwrap()),
            "enum" => wanted.as_array().unwrap().contains(value),
            "required" => {
                wanted.as_array().unwrap().iter().all(|it| value.get(it.as_str().unwrap()).is_some())
            }
            "minimum" => value.as_f64().is_none_or(|it| it >= wanted.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|it| it <= wanted.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|it| it.len() as u64 >= wanted.as_u64().unwrap()),
            "uniqueItems" => wanted == false || value.as_array().is_none_or(|it| are_unique(it)),
            "items" => {
                for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                    self.hold(item, wanted, &format!("{at}/{index}"), faults);
                }
                true
            }
            "properties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = wanted.get(name) {
                        self.hold(value, schema, &format!("{at}/{name}"), faults);
                    }
                }
                true
            }
            "additionalProperties" => self.holds_others(value, wanted, schema, at, faults),
            "anyOf" => wanted.as_array().unwrap().iter().any(|it| self.accepts(value, it)),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|it| self.accepts(value, it)).count() == 1,
            "format" => value.as_str().is_none_or(|it| is_formatted(it, wanted.as_str().unwrap())),
            _ => panic!("{at}: the keyword {keyword} is not known"),
        }
    }

    fn accepts(&self, value: &Value, schema: &Value) -> bool {
        let mut faults = Vec::new();
        self.hold(value, schema, "", &mut faults);
        faults.is_empty()
    }

    /// Holds the properties that `properties` does not name.
    fn holds_others(
        &self,
        value: &Value,
        wanted: &Value,
        schema: &Map<String, Value>,
        at: &str,
        faults: &mut Vec<String>,
    ) -> bool {
        let named = |name: &str| schema.get("properties").is_some_and(|it| it.get(name).is_some());
        let mut others = value.as_object().into_iter().flatten().filter(|(name, _)| !named(name));
        match wanted {
            Value::Bool(allowed) => *allowed || others.next().is_none(),
            schema => {
                others.for_each(|(name, value)| self.hold(value, schema, &format!("{at}/{name}"), faults));
                true
            }
        }
    }
}

fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        _ => panic!("the type {name} is not known"),
    }
}

fn are_unique(items: &[Value]) -> bool {
    items.iter().enumerate().all(|(at, item)| !items[..at].contains(item))
}

/// Whether the text is of the characters that RFC 3986 allows, which a URI and a reference have in common, with nothing
/// but hexadecimal digits behind a percent sign; a URI begins with a scheme.
fn is_formatted(text: &str, format: &str) -> bool {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(it);
    let is_escape = |it: &str| it.len() >= 2 && it.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    let is_reference = text.chars().all(allowed) && text.split('%').skip(1).all(is_escape);
    let first = text.split('/').next().unwrap_or_default();
    match format {
        "uri" => is_reference && first.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty()),
        "uri-reference" => is_reference,
        _ => panic!("the format {format} is not known"),
    }
}
