//! What the API server serves in JSON and in protobuf decodes to the same objects.

use bytes::Bytes;
use plimsoll::model::Kind;
use plimsoll::wire::{Encoding, Item, Object, Page, PodSpec, decode_page};

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::kitchen_sink;

#[test]
fn both_encodings_decode_to_the_same_objects() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "e2e-wire");
    kitchen_sink::apply(&plane, &namespace);
    for kind in Kind::ALL {
        let json = list(&plane, kind, Encoding::Json, "");
        // The same moment, so that what controllers do between the two requests makes no difference.
        let moment = format!("?resourceVersion={}&resourceVersionMatch=Exact", json.resource_version);
        let protobuf = list(&plane, kind, Encoding::Protobuf, &moment);
        let objects = objects(&json);
        assert!(!objects.is_empty(), "{} has nothing to compare", kind.name());
        for (from_json, from_protobuf) in json.items.iter().zip(&protobuf.items) {
            assert_eq!(from_json, from_protobuf);
        }
        assert_eq!(json.items.len(), protobuf.items.len(), "{}", kind.name());
        assert_eq!(json.resource_version, protobuf.resource_version, "{}", kind.name());
    }
}

/// Objects that are equal because nothing of them was read would be equal too.
#[test]
fn what_is_written_in_manifests_is_read_back() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "e2e-wire-read");
    kitchen_sink::apply(&plane, &namespace);
    let pods = list(&plane, Kind::Pod, Encoding::Protobuf, "");
    let all = objects(&pods);
    let ours = |name: &str| {
        let found =
            all.iter().find(|pod| pod.metadata.name == name && pod.metadata.namespace == namespace.name);
        *found.unwrap_or_else(|| panic!("there is no pod {name}"))
    };
    assert_eq!(
        privileged(ours("everything")),
        [
            ("first", Some(true)),
            ("sidecar", None),
            ("main", Some(false)),
            ("plain", None),
            ("bare", None),
            ("debugger", Some(true)),
        ]
    );
    assert_eq!(privileged(ours("nothing")), [("main", None)]);
    let owner = &ours("static-node-a").metadata.owner_references[0];
    assert_eq!((owner.kind.as_str(), owner.name.as_str(), owner.controller), ("Node", "node-a", Some(true)));
}

fn list(plane: &ControlPlane, kind: Kind, encoding: Encoding, query: &str) -> Page {
    let accept = match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/vnd.kubernetes.protobuf",
    };
    let (content_type, body) = plane.get(&format!("{}{query}", kind.path()), accept);
    assert_eq!(content_type, accept, "{}", kind.name());
    decode_page(kind, encoding, Bytes::from(body)).unwrap_or_else(|error| panic!("{}: {error}", kind.name()))
}

fn objects(page: &Page) -> Vec<&Object> {
    let objects = page.items.iter().map(|item| match item {
        Item::Object(object) => object,
        Item::Unreadable(item) => panic!("{item:?}"),
    });
    objects.collect()
}

/// Every container of a pod, and whether it is privileged.
fn privileged(pod: &Object) -> Vec<(&str, Option<bool>)> {
    let PodSpec { containers, init_containers, ephemeral_containers, .. } =
        &*pod.pods().expect("a pod has pods").spec;
    let ephemeral = ephemeral_containers.iter().map(|container| &container.common);
    let all = init_containers.iter().chain(containers).chain(ephemeral);
    all.map(|container| {
        let context = container.security_context.as_ref();
        (container.name.as_str(), context.and_then(|context| context.privileged))
    })
    .collect()
}
