//! Which fields a writer owns, as the API server writes it down in `managedFields`.

use bytes::Bytes;
use serde_json::{Map, Value, json};

/// By what the elements of a list are told apart. A list that is not named is owned as a whole.
const LIST_KEYS: [(&str, &[&str]); 11] = [
    ("containers", &["name"]),
    ("initContainers", &["name"]),
    ("env", &["name"]),
    ("volumes", &["name"]),
    ("ports", &["containerPort", "protocol"]),
    ("volumeMounts", &["mountPath"]),
    ("ownerReferences", &["uid"]),
    ("conditions", &["type"]),
    ("containerStatuses", &[]),
    ("initContainerStatuses", &[]),
    ("podIPs", &[]),
];

/// The `fieldsV1` of a writer that has written all of `value`.
pub(super) fn fields_of(value: &Value) -> Bytes {
    fields(value).to_string().into()
}

fn fields(value: &Value) -> Value {
    let Value::Object(map) = value else { return json!({}) };
    let owned = map.iter().map(|(name, value)| (format!("f:{name}"), field(name, value)));
    Value::Object(owned.collect())
}

fn field(name: &str, value: &Value) -> Value {
    let Value::Array(elements) = value else { return fields(value) };
    let keys = LIST_KEYS.iter().find(|(list, _)| *list == name).map_or(&[][..], |(_, keys)| *keys);
    if keys.is_empty() {
        return json!({});
    }
    let mut owned = Map::from_iter([(".".to_owned(), json!({}))]);
    for element in elements {
        let key: Map<String, Value> =
            keys.iter().map(|key| ((*key).to_owned(), element[*key].clone())).collect();
        let mut inner = fields(element);
        inner["."] = json!({});
        owned.insert(format!("k:{}", Value::Object(key)), inner);
    }
    Value::Object(owned)
}
