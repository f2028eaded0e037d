//! Who wrote an object last, in each encoding.

use super::kinds::decode_yaml;
use super::proto::{field, number, unknown_fields};
use crate::model::Kind;
use crate::wire::{Object, ObjectMeta, decode_json, decode_protobuf};

/// An entry: the manager, its operation, when it wrote, and the subresource, where there is any.
type Entry<'a> = (&'a str, &'a str, Option<&'a str>, &'a str);

fn to_json((manager, operation, time, subresource): &Entry<'_>) -> String {
    let time = time.map(|time| format!(r#""time": "{time}", "#)).unwrap_or_default();
    format!(
        r#"{{"manager": "{manager}", "operation": "{operation}", "apiVersion": "v1", {time}
            "fieldsType": "FieldsV1", "fieldsV1": {{"f:spec": {{}}}}, "subresource": "{subresource}"}}"#
    )
}

fn to_protobuf((manager, operation, time, subresource): &Entry<'_>) -> Vec<u8> {
    let seconds = |time: &str| time.parse::<jiff::Timestamp>().unwrap().as_second().cast_unsigned();
    let time = time.map(|time| field(4, [number(1, seconds(time)), number(2, 500)].concat()));
    let fields = [field(3, "v1"), field(6, "FieldsV1"), field(7, field(1, r#"{"f:spec": {}}"#))].concat();
    let names = [field(8, subresource), field(1, manager), field(2, operation)].concat();
    [unknown_fields(), fields, time.unwrap_or_default(), names].concat()
}

/// The object with these entries.
fn object(entries: &[Entry<'_>]) -> Object {
    let json: Vec<String> = entries.iter().map(to_json).collect();
    let json = format!(r#"{{"metadata": {{"managedFields": [{}]}}}}"#, json.join(","));
    let object = decode_json(Kind::Role, json.as_bytes()).unwrap();
    assert_eq!(decode_yaml(Kind::Role, &json), object);
    let protobuf: Vec<u8> = entries.iter().flat_map(|entry| field(17, to_protobuf(entry))).collect();
    assert_eq!(decode_protobuf(Kind::Role, field(1, protobuf).into()).unwrap(), object);
    object
}

/// Whoever wrote it last, how and when.
fn last(metadata: &ObjectMeta) -> Option<(String, String, String)> {
    let last = metadata.last_manager()?;
    Some((last.manager.into_owned(), last.operation.into_owned(), last.time.to_string()))
}

#[test]
fn the_latest_entry_counts_wherever_it_stands() {
    let kubectl = ("kubectl", "Apply", Some("2026-11-24T09:00:01Z"), "");
    let helm = ("helm", "Update", Some("2026-11-24T09:00:00Z"), "");
    for entries in [[kubectl, helm], [helm, kubectl]] {
        let expected = ("kubectl".to_owned(), "Apply".to_owned(), "2026-11-24T09:00:01Z".to_owned());
        assert_eq!(last(&object(&entries).metadata), Some(expected));
        assert_eq!(object(&entries).metadata.managed_fields.len(), 1, "the others are dropped");
    }
    let same_second = object(&[("a", "Apply", helm.2, ""), ("b", "Update", helm.2, "")]);
    assert_eq!(last(&same_second.metadata).unwrap().0, "b");
}

#[test]
fn who_writes_the_status_does_not_count() {
    let kubelet = ("kubelet", "Update", Some("2026-11-24T09:00:01Z"), "status");
    let helm = ("helm", "Update", Some("2026-11-24T09:00:00Z"), "");
    assert_eq!(last(&object(&[helm, kubelet]).metadata).unwrap().0, "helm");
    assert_eq!(last(&object(&[kubelet]).metadata), None);
    let debug = ("kubectl-debug", "Update", kubelet.2, "ephemeralcontainers");
    assert_eq!(last(&object(&[helm, debug, kubelet]).metadata).unwrap().0, "kubectl-debug");
}

#[test]
fn an_entry_without_a_time_does_not_count() {
    let undated = ("undated", "Update", None, "");
    let helm = ("helm", "Update", Some("1969-12-31T23:59:59Z"), "");
    assert_eq!(last(&object(&[undated, helm, undated]).metadata).unwrap().2, "1969-12-31T23:59:59Z");
    assert_eq!(last(&object(&[undated]).metadata), None);
    assert_eq!(last(&object(&[]).metadata), None);
    for time in ["yesterday", "", "99999-01-01T00:00:00Z"] {
        let json =
            format!(r#"{{"metadata": {{"managedFields": [{}]}}}}"#, to_json(&("m", "Apply", Some(time), "")));
        assert_eq!(last(&decode_json(Kind::Role, json.as_bytes()).unwrap().metadata), None, "{time}");
    }
    let beyond = field(1, field(17, field(4, number(1, i64::MAX.cast_unsigned()))));
    assert_eq!(last(&decode_protobuf(Kind::Role, beyond.into()).unwrap().metadata), None);
}

#[test]
fn a_time_is_read_to_the_second_and_in_any_zone() {
    let json =
        r#"{"metadata": {"managedFields": [{"manager": null, "time": "2026-11-24T10:00:00.9+01:00"}]}}"#;
    let object = decode_json(Kind::Role, json.as_bytes()).unwrap();
    let expected = (String::new(), String::new(), "2026-11-24T09:00:00Z".to_owned());
    assert_eq!(last(&object.metadata), Some(expected));
}

#[test]
fn names_of_managers_are_bounded_and_are_text() {
    // The cut falls within a character of four bytes.
    let long = format!("a{}", "\u{1f600}".repeat(1_000));
    let object = object(&[(&long, &long, Some("2026-11-24T09:00:00Z"), "")]);
    let (manager, operation, _) = last(&object.metadata).unwrap();
    assert_eq!((manager.len(), operation.len()), (125, 125));
    assert!(long.starts_with(&manager));
    let bytes = [field(1, b"a\xff"), field(4, number(1, 1))].concat();
    let object = decode_protobuf(Kind::Role, field(1, field(17, bytes)).into()).unwrap();
    assert_eq!(last(&object.metadata).unwrap().0, "a\u{fffd}");
}

#[test]
fn a_value_of_a_wrong_type_is_an_error() {
    for entries in ["{}", "[1]", r#"[{"manager": 1}]"#, r#"[{"time": 1}]"#, r#"[{"subresource": []}]"#] {
        let json = format!(r#"{{"metadata": {{"managedFields": {entries}}}}}"#);
        decode_json(Kind::Role, json.as_bytes()).unwrap_err();
    }
    for entry in [number(1, 1), field(4, field(1, "x")), number(8, 1)] {
        decode_protobuf(Kind::Role, field(1, field(17, entry)).into()).unwrap_err();
    }
}
