//! What stands in the place of something else is refused, in the words of manifests.

use serde_json::{Value, json};

use super::filled::filled;
use crate::model::Kind;
use crate::wire::{decode_written_json, encode_json};

/// The JSON of the filled object once for each mapping in it that is read by its fields, with a list there instead.
fn with_a_list(kind: Kind) -> Vec<(String, Value)> {
    let whole: Value = serde_json::from_str(&encode_json(&filled(kind))).unwrap();
    let mut paths = Vec::new();
    gather(&whole, "", &mut paths);
    let replaced = paths.into_iter().map(|path| {
        let mut value = whole.clone();
        *value.pointer_mut(&path).unwrap() = json!([]);
        (path, value)
    });
    replaced.collect()
}

fn gather(value: &Value, path: &str, paths: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| gather(item, &format!("{path}/{at}"), paths));
        }
        Value::Object(fields) => {
            // Of the sources of a volume that are not read it counts alone whether they are set.
            let is_ignored = path.contains("/volumes/0/") && fields.is_empty();
            if !path.is_empty() && !is_ignored {
                paths.push(path.to_owned());
            }
            fields.iter().for_each(|(name, field)| gather(field, &format!("{path}/{name}"), paths));
        }
        _ => {}
    }
}

#[test]
fn a_list_in_place_of_a_mapping_is_refused_in_every_kind() {
    let mut count = 0;
    for kind in Kind::ALL {
        for (path, value) in with_a_list(kind) {
            let error = decode_written_json(kind, value.to_string().as_bytes()).unwrap_err().to_string();
            assert!(error.contains("expected a mapping, found a list"), "{kind} {path}: {error}");
            count += 1;
        }
    }
    assert!(count > 200, "{count}");
}

#[test]
fn the_field_and_what_it_is_to_be_are_named() {
    let fault = |kind, json: &str| decode_written_json(kind, json.as_bytes()).unwrap_err().to_string();
    for (kind, json, expected) in [
        (Kind::Pod, r#"{"spec": []}"#, "spec: expected a mapping, found a list at line 1 column 9"),
        (Kind::Pod, r#"{"metadata": "web"}"#, "metadata: expected a mapping, found the text \"web\""),
        (
            Kind::Deployment,
            r#"{"spec": {"template": {"spec": {"containers": {}}}}}"#,
            "spec.template.spec.containers: expected a list, found a mapping",
        ),
        (
            Kind::Pod,
            r#"{"spec": {"hostNetwork": "yes"}}"#,
            "spec.hostNetwork: expected true or false, found the text",
        ),
        (Kind::Role, r#"{"rules": [[["get"]]]}"#, "rules[0]: expected a mapping, found a list"),
        (Kind::Pod, "[]", "expected a mapping, found a list"),
    ] {
        let told = fault(kind, json);
        assert!(told.contains(expected) && !told.contains("struct"), "{json}: {told}");
    }
}

#[test]
fn mappings_and_lists_in_their_places_are_read() {
    for kind in Kind::ALL {
        let object = filled(kind);
        assert_eq!(decode_written_json(kind, encode_json(&object).as_bytes()).unwrap(), object);
    }
}
