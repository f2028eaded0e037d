//! Bytes that no API server sends: nothing panics, and no depth overflows the stack.

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;

use super::filled::filled;
use super::proto::{envelope, event, field, number, varint};
use super::{decode_frame, spec_of};
use crate::model::Kind;
use crate::wire::{Content, Encoding, FrameReader, decode_json, decode_page, decode_protobuf};

/// Decodes the bytes as everything that they might be. What comes of it does not matter; that it comes does.
/// Returns how many of the attempts succeeded.
fn decode_as_anything(bytes: &Bytes) -> usize {
    let mut read = 0;
    for kind in Kind::ALL {
        read += usize::from(decode_protobuf(kind, bytes.clone()).is_ok());
        read += usize::from(decode_json(kind, bytes).is_ok());
        for encoding in [Encoding::Json, Encoding::Protobuf] {
            read += usize::from(decode_frame(kind, encoding, bytes.clone()).is_ok());
            read += usize::from(decode_page(kind, encoding, bytes.clone()).is_ok());
        }
    }
    for encoding in [Encoding::Json, Encoding::Protobuf] {
        let mut reader = FrameReader::new(encoding, 64);
        reader.push(bytes);
        while let Ok(Some(frame)) = reader.next_frame() {
            assert!(frame.len() <= 64, "a frame of {} bytes", frame.len());
            read += 1;
        }
    }
    read
}

/// A pod with something in every field that is read.
fn pod() -> Vec<u8> {
    let owner = [field(1, "ReplicaSet"), field(3, "web-1"), field(5, "apps/v1"), number(6, 1)].concat();
    let labels = [field(1, "app"), field(2, "web")].concat();
    let annotation = [field(1, "seccomp.security.alpha.kubernetes.io/pod"), field(2, "unconfined")].concat();
    let metadata = [field(1, "web-1-x"), field(3, "shop"), field(11, labels), field(12, annotation)];
    let manager = [field(1, "kubectl"), field(2, "Apply"), field(4, number(1, 1_800_000_000))].concat();
    let metadata = [metadata.concat(), field(13, owner), field(17, manager)].concat();
    let spec = spec_of(&filled(Kind::Pod)).encode_to_vec();
    let status = [field(1, "Running"), field(6, "10.1.2.3"), field(12, field(1, "10.1.2.3"))].concat();
    [field(1, metadata), field(2, spec), field(3, status)].concat()
}

/// A network policy with something in every field that is read.
fn policy() -> Vec<u8> {
    let Content::Policy(spec) = filled(Kind::NetworkPolicy).content else { panic!("it is a policy") };
    field(2, spec.encode_to_vec())
}

const JSON_POLICY: &str = concat!(
    r#"{"spec":{"podSelector":{"matchExpressions":[{"key":"a","operator":"In","values":["b"]}]},"ingress":["#,
    r#"{"from":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.1.0.0/16"]}}],"ports":[{"port":80,"endPort":90},"#,
    r#"{"port":"web","protocol":"UDP"}]}],"egress":[{"to":[{"namespaceSelector":{}}]}],"policyTypes":["Egress"]}}"#,
);

const JSON_POD: &str = concat!(
    r#"{"metadata":{"name":"web-1-x","namespace":"shop","labels":{"app":"web"},"annotations":{"other":"x","#,
    r#""seccomp.security.alpha.kubernetes.io/pod":"unconfined"},"ownerReferences":[{"kind":"ReplicaSet","#,
    r#""controller":true}],"managedFields":[{"manager":"kubectl","time":"2026-11-24T09:00:00Z"}]},"spec":{"hostPID":true,"os":{"name":"linux"},"securityContext":{"runAsUser":1,"#,
    r#""sysctls":[{"name":"a","value":"1"}],"supplementalGroups":[1]},"volumes":[{"name":"a","hostPath":"#,
    r#"{"path":"/"}},{"csi":{"driver":"d"}},{"name":"b","later":{}}],"containers":[{"name":"web","ports":"#,
    r#"[{"hostPort":80}],"volumeMounts":[{"name":"a"}],"livenessProbe":{"httpGet":{"host":"h"}},"lifecycle":"#,
    r#"{"preStop":{"tcpSocket":{"host":"h"}}},"securityContext":{"privileged":true,"capabilities":{"add":"#,
    r#"["ALL"]},"seccompProfile":{"type":"Unconfined"},"seLinuxOptions":{"type":"t"}}}]},"#,
    r#""status":{"phase":"Running","podIPs":[{"ip":"10.1.2.3"}]}}"#,
);

/// Valid input of every form.
fn valid() -> Vec<Vec<u8>> {
    vec![
        pod(),
        policy(),
        JSON_POLICY.into(),
        envelope(&[field(1, field(2, "17")), field(2, pod()), field(2, pod())].concat()),
        event("ADDED", &pod()),
        JSON_POD.into(),
        format!(r#"{{"metadata":{{"continue":"x"}},"items":[{JSON_POD},{JSON_POD}]}}"#).into(),
        format!(r#"{{"type":"ADDED","object":{JSON_POD}}}"#).into(),
    ]
}

#[test]
fn the_input_that_is_mutated_is_valid() {
    for input in valid() {
        assert!(decode_as_anything(&input.clone().into()) > 0, "{}", input.escape_ascii());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn mutated_input_does_no_harm(
        form in 0..valid().len(),
        cut in any::<prop::sample::Index>(),
        mutations in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut input = valid().swap_remove(form);
        for (at, byte) in mutations {
            let at = at.index(input.len());
            input[at] = byte;
        }
        input.truncate(cut.index(2 * input.len()));
        decode_as_anything(&input.into());
    }

    #[test]
    fn random_input_does_no_harm(input in prop::collection::vec(any::<u8>(), 0..200)) {
        decode_as_anything(&input.clone().into());
        decode_as_anything(&envelope(&input).into());
        decode_as_anything(&event("MODIFIED", &input).into());
    }

    #[test]
    fn nested_fields_do_no_harm(tags in prop::collection::vec(1_u32..40, 0..60), input in prop::collection::vec(any::<u8>(), 0..20)) {
        let nested = tags.iter().fold(input, |inner, tag| field(*tag, inner));
        decode_as_anything(&envelope(&nested).into());
        decode_as_anything(&nested.into());
    }
}

/// How deep the deepest input nests.
const DEPTH: usize = 100_000;

/// A stack on which recursion to a tenth of [`DEPTH`] would not fit.
const STACK_BYTES: usize = 256 * 1024;

fn on_a_small_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run).unwrap();
    thread.join().unwrap();
}

#[test]
fn deep_json_is_skipped_where_nothing_is_read() {
    on_a_small_stack(|| {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = [open.repeat(DEPTH), "1".to_owned(), close.repeat(DEPTH)].concat();
            let pod = format!(
                r#"{{"status": {{"later": {deep}}}, "metadata": {{"name": "web", "managedFields": [{{"fieldsV1": {deep}}}], "annotations":
                    {{"other": {deep}}}}}, "spec": {{"volumes": [{{"later": {deep}}}]}}}}"#
            );
            assert_eq!(decode_json(Kind::Pod, pod.as_bytes()).unwrap().metadata.name, "web");
            let page = format!(r#"{{"other": {deep}, "items": [{pod}]}}"#);
            assert_eq!(decode_page(Kind::Pod, Encoding::Json, page.into()).unwrap().items.len(), 1);
            let frame = format!(r#"{{"other": {deep}, "type": "ADDED", "object": {pod}}}"#);
            decode_frame(Kind::Pod, Encoding::Json, frame.into()).unwrap();
        }
    });
}

#[test]
fn deep_json_is_an_error_where_something_is_read() {
    on_a_small_stack(|| {
        for deep in ["[".repeat(DEPTH), r#"{"spec":"#.repeat(DEPTH), r#"{"containers":["#.repeat(DEPTH)] {
            for place in [
                deep.clone(),
                format!(r#"{{"metadata": {deep}"#),
                format!(r#"{{"metadata": {{"name": {deep}"#),
                format!(r#"{{"metadata": {{"labels": {{"app": {deep}"#),
                format!(r#"{{"metadata": {{"ownerReferences": [{deep}"#),
                format!(r#"{{"metadata": {{"annotations": {deep}"#),
                format!(r#"{{"metadata": {{"managedFields": [{deep}"#),
                format!(r#"{{"spec": {{"containers": [{{"securityContext": {deep}"#),
                format!(r#"{{"spec": {{"containers": [{{"livenessProbe": {{"httpGet": {deep}"#),
                format!(r#"{{"spec": {{"volumes": [{{"later": {deep}"#),
                format!(r#"{{"spec": {{"volumes": [{{"hostPath": {deep}"#),
                format!(r#"{{"status": {{"podIPs": [{deep}"#),
                format!(r#"{{"items": [{deep}"#),
                format!(r#"{{"type": {deep}"#),
                format!(r#"{{"type": "ERROR", "object": {deep}"#),
            ] {
                let place = Bytes::from(place);
                decode_json(Kind::CronJob, &place).unwrap_err();
                decode_json(Kind::Pod, &place).unwrap_err();
                decode_json(Kind::NetworkPolicy, &place).unwrap_err();
                decode_page(Kind::Pod, Encoding::Json, place.clone()).unwrap_err();
                decode_frame(Kind::Pod, Encoding::Json, place).unwrap_err();
            }
        }
    });
}

#[test]
fn deep_protobuf_is_skipped_or_an_error() {
    on_a_small_stack(|| {
        // A group within a group within a group, as an unknown field.
        let groups = [varint(900 << 3 | 3).repeat(DEPTH), varint(900 << 3 | 4).repeat(DEPTH)].concat();
        for kind in Kind::ALL {
            decode_protobuf(kind, groups.clone().into()).unwrap_err();
        }
        let page = envelope(&groups);
        decode_page(Kind::Pod, Encoding::Protobuf, page.into()).unwrap_err();
        // A message is skipped by its length, however deep it goes.
        let mut messages = Vec::new();
        for _ in 0..200 {
            messages = field(7, messages);
        }
        let pod = [field(1, field(1, "web")), messages].concat();
        assert_eq!(decode_protobuf(Kind::Pod, pod.into()).unwrap().metadata.name, "web");
        // A group that is not too deep is skipped as well.
        let shallow = [varint(900 << 3 | 3).repeat(50), varint(900 << 3 | 4).repeat(50)].concat();
        decode_protobuf(Kind::Pod, shallow.into()).unwrap();
    });
}
