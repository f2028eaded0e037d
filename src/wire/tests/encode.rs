//! What was decoded and is written again is the same when it is decoded once more.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::filled::filled;
use crate::model::Kind;
use crate::wire::{decode_json, encode_json};

#[test]
fn every_field_of_every_kind_is_written() {
    for kind in Kind::ALL {
        let object = filled(kind);
        let json = encode_json(&object);
        assert_eq!(decode_json(kind, json.as_bytes()).unwrap(), object, "{json}");
    }
}

#[test]
fn a_job_that_is_over_is_written_as_one() {
    for ended in ["Complete", "Failed"] {
        let status = json!({"conditions": [{"type": ended, "status": "True"}]});
        let object = decode_json(Kind::Job, json!({"status": status}).to_string().as_bytes()).unwrap();
        assert!(object.pods().unwrap().is_over, "{ended}");
        let json = encode_json(&object);
        assert_eq!(decode_json(Kind::Job, json.as_bytes()).unwrap(), object, "{json}");
    }
}

/// The values that stand in for a part, by number; none where the part is taken away.
fn stand_in(number: u8) -> Option<Value> {
    [json!(null), json!(""), json!(0), json!(7), json!(false), json!(true), json!([]), json!({})]
        .into_iter()
        .nth(usize::from(number))
}

/// Replaces the parts whose numbers are named.
fn replace(value: &mut Value, at: &mut usize, replaced: &[(usize, u8)]) {
    let parts: Vec<&mut Value> = match value {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(fields) => fields.values_mut().collect(),
        _ => return,
    };
    for part in parts {
        *at += 1;
        match replaced.iter().find(|(number, _)| number == at) {
            Some((_, by)) => *part = stand_in(*by).unwrap_or_default(),
            None => replace(part, at, replaced),
        }
    }
}

proptest! {
    #[test]
    fn an_object_with_anything_missing_or_empty_is_written_as_it_is(
        kind in prop::sample::select(Kind::ALL.to_vec()),
        replaced in prop::collection::vec((1..150usize, 0..9u8), 0..6),
    ) {
        let mut value: Value = serde_json::from_str(&encode_json(&filled(kind))).unwrap();
        replace(&mut value, &mut 0, &replaced);
        // What the decoder refuses is of no matter here.
        if let Ok(object) = decode_json(kind, value.to_string().as_bytes()) {
            let json = encode_json(&object);
            prop_assert_eq!(decode_json(kind, json.as_bytes()).unwrap(), object, "{}", json);
        }
    }
}

/// A word that nothing may let through.
const PLANTED: &str = "hunter2";

#[test]
fn nothing_is_written_that_is_not_read() {
    let meta = json!({
        "name": "web", "namespace": "shop",
        "annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": format!("{{\"env\": \"{PLANTED}\"}}"),
            "example.com/token": PLANTED,
            "container.apparmor.security.beta.kubernetes.io/web": "unconfined",
        },
        "managedFields": [{
            "manager": "kubectl", "operation": "Update", "time": "2026-11-24T09:00:00Z",
            "fieldsType": "FieldsV1", "fieldsV1": {format!("v:{PLANTED}"): {}},
        }],
        "finalizers": [PLANTED],
    });
    let container = json!({
        "name": "web", "image": format!("registry/{PLANTED}"), "command": [PLANTED], "args": [PLANTED],
        "env": [{"name": "PASSWORD", "value": PLANTED},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "db", "key": PLANTED}}}],
        "livenessProbe": {"exec": {"command": [PLANTED]},
                          "httpGet": {"host": "a", "httpHeaders": [{"name": "Authorization", "value": PLANTED}]}},
        "lifecycle": {"preStop": {"exec": {"command": [PLANTED]}}},
    });
    let spec = json!({
        "containers": [container], "initContainers": [container], "ephemeralContainers": [container],
        "volumes": [{"name": "a", "configMap": {"name": PLANTED}},
                    {"name": "b", "csi": {"driver": "d", "volumeAttributes": {"password": PLANTED}}},
                    {"name": "c", "flexVolume": {"options": {"password": PLANTED}}}],
        "imagePullSecrets": [{"name": PLANTED}], "hostAliases": [{"hostnames": [PLANTED]}],
    });
    let template = json!({"metadata": meta, "spec": spec});
    for kind in Kind::ALL {
        let spec = match kind {
            Kind::Pod => spec.clone(),
            Kind::CronJob => json!({"jobTemplate": {"metadata": meta, "spec": {"template": template}}}),
            kind if kind.has_pods() => json!({"template": template}),
            Kind::Node => json!({"providerID": PLANTED}),
            _ => json!({"secret": PLANTED, "nodeSelector": {"matchLabels": {}}}),
        };
        let object = json!({
            "metadata": meta, "spec": spec, "data": {"password": PLANTED}, "secrets": [{"name": PLANTED}],
            "status": {"message": PLANTED, "containerStatuses": [{"state": {"terminated": {"message": PLANTED}}}]},
        });
        let json = encode_json(&decode_json(kind, object.to_string().as_bytes()).unwrap());
        assert!(json.contains("\"name\":\"web\"") && !json.contains(PLANTED), "{json}");
        assert_eq!(json.contains("apparmor"), kind.has_pods(), "{json}");
    }
}
