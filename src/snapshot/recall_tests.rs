//! What is recalled is what would have been decoded.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;
use prost::Message;

use super::*;
use crate::model::Kind;
use crate::wire::{
    Container, Encoding, EnvFromSource, LocalObjectReference, ManagedFields, ObjectMeta, Outline,
    OwnerReference, PodSpec, SecretReference, SecurityContext,
};

#[derive(Clone, PartialEq, Message)]
struct PodMessage {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    spec: Option<PodSpec>,
    #[prost(message, optional, tag = "3")]
    status: Option<StatusMessage>,
}

#[derive(Clone, PartialEq, Message)]
struct StatusMessage {
    #[prost(string, tag = "1")]
    phase: String,
    #[prost(string, tag = "3")]
    message: String,
    #[prost(string, tag = "6")]
    pod_ip: String,
}

/// A pod whose every part is chosen by a small number, with a message in its status that decides nothing.
fn pod(
    [name, uid, label, owner, privileged, secret, finished, address]: [u8; 8],
    version: u64,
    message: &str,
) -> Bytes {
    let owner = OwnerReference {
        kind: "ReplicaSet".to_owned(),
        name: format!("web-{owner}"),
        api_version: "apps/v1".to_owned(),
        controller: Some(true),
        ..OwnerReference::default()
    };
    let metadata = ObjectMeta {
        name: format!("pod-{name}"),
        namespace: "shop".to_owned(),
        uid: format!("uid-{uid}"),
        resource_version: version.to_string(),
        labels: BTreeMap::from([("pod-template-hash".to_owned(), label.to_string())]),
        managed_fields: vec![written()],
        owner_references: vec![owner],
        ..ObjectMeta::default()
    };
    let context = SecurityContext { privileged: Some(privileged == 1), ..SecurityContext::default() };
    let security_context = Some(Box::new(context));
    let secret_ref = Some(SecretReference { to: LocalObjectReference { name: format!("secret-{secret}") } });
    let env_from = vec![EnvFromSource { secret_ref }];
    let containers =
        vec![Container { name: "web".to_owned(), env_from, security_context, ..Container::default() }];
    let spec = PodSpec { containers, ..PodSpec::default() };
    let status = StatusMessage {
        phase: if finished == 1 { "Failed" } else { "Running" }.to_owned(),
        message: message.to_owned(),
        pod_ip: format!("10.1.2.{address}"),
    };
    PodMessage { metadata: Some(metadata), spec: Some(spec), status: Some(status) }.encode_to_vec().into()
}

/// Who wrote the pod.
fn written() -> ManagedFields {
    let json = r#"{"manager": "helm", "operation": "Update", "time": "2026-11-24T09:00:00Z"}"#;
    serde_json::from_str(json).unwrap()
}

/// The facts that the door makes of the message.
fn admitted(intake: &Intake, message: &Bytes) -> Facts {
    match intake.admit(Kind::Pod, Encoding::Protobuf, message.clone()).unwrap() {
        Change::Seen(facts) => facts,
        other => panic!("{other:?}"),
    }
}

fn recalls(intake: &Intake, message: &Bytes) -> bool {
    let outline = Outline::of(message).unwrap();
    intake.recall(&outline, outline.fingerprint(&intake.hashes)).is_some()
}

/// A door whose snapshot holds the message.
fn door(message: &Bytes) -> (Intake, Arc<Snapshot>) {
    let snapshot = Arc::new(Snapshot::default());
    let intake = Intake::of(Arc::clone(&snapshot));
    snapshot.apply(Change::Seen(admitted(&intake, message)), &mut Vec::new());
    (intake, snapshot)
}

const PLAIN: [u8; 8] = [0; 8];

#[test]
fn a_pod_of_which_nothing_else_changed_is_recalled_in_its_new_version() {
    let (intake, _) = door(&pod(PLAIN, 7, "pulling"));
    let later = pod(PLAIN, 8, "started");
    assert!(recalls(&intake, &later));
    assert_eq!(admitted(&intake, &later).resource_version, 8);
}

#[test]
fn who_wrote_a_pod_is_told_once() {
    let message = pod(PLAIN, 7, "pulling");
    let via = |intake: &Intake| admitted(intake, &message).actor.map(|it| it.via.to_string());
    assert_eq!(via(&Intake::default()).as_deref(), Some("helm"));
    assert_eq!(via(&door(&message).0), None, "nothing of it changed but its status");
}

#[test]
fn a_pod_that_differs_in_anything_else_is_decoded() {
    let (intake, _) = door(&pod(PLAIN, 7, "pulling"));
    for part in 0..PLAIN.len() {
        let mut parts = PLAIN;
        parts[part] = 1;
        assert!(!recalls(&intake, &pod(parts, 8, "pulling")), "part {part}");
    }
}

#[test]
fn a_pod_that_was_deleted_meanwhile_comes_back_whole() {
    let message = pod(PLAIN, 7, "pulling");
    let (intake, snapshot) = door(&message);
    // The deletion is on its way while the new pod of the name is recalled from the old.
    let again = intake.admit(Kind::Pod, Encoding::Protobuf, message.clone()).unwrap();
    let before = admitted(&intake, &message);
    let gone = Change::Deleted { kind: Kind::Pod, namespace: before.namespace, name: before.name };
    for change in [gone, again] {
        snapshot.apply(change, &mut Vec::new());
    }
    assert_eq!(snapshot.objects(Kind::Pod), 1);
    assert!(recalls(&intake, &message));
}

#[test]
fn what_came_without_a_fingerprint_is_not_recalled() {
    let message = pod(PLAIN, 7, "pulling");
    let (intake, snapshot) = door(&message);
    snapshot.apply(Change::Seen(Facts { fingerprint: 0, ..admitted(&intake, &message) }), &mut Vec::new());
    assert!(!recalls(&intake, &message));
}

proptest! {
    #[test]
    fn recalling_gives_what_decoding_gives(
        before in prop::array::uniform8(0..2u8),
        after in prop::array::uniform8(0..2u8),
        message in "[a-z]{0,8}",
    ) {
        let after = pod(after, 8, &message);
        let (knowing, _) = door(&pod(before, 7, "pulling"));
        let fresh = Intake::default();
        // Who wrote it is not kept.
        let without = |facts: Facts| Facts { fingerprint: 0, actor: None, ..facts };
        prop_assert_eq!(without(admitted(&knowing, &after)), without(admitted(&fresh, &after)));
    }
}
