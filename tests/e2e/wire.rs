//! What the API server serves in JSON and in protobuf decodes to the same objects.

use bytes::Bytes;
use plimsoll::model::Kind;
use plimsoll::wire::{
    Content, EgressRule, Encoding, EnvFromSource, EnvVar, Item, Object, Page, PodSpec, decode_page,
};

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::foreign;
use crate::support::kitchen_sink;

#[test]
fn both_encodings_decode_to_the_same_objects() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "e2e-wire");
    kitchen_sink::apply(&plane, &namespace);
    for kind in Kind::ALL.into_iter().filter(|kind| !kind.is_foreign_policy()) {
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
    let spec = &ours("everything").pods().expect("a pod has pods").spec;
    assert_eq!(spec.service_account(), "default");
    let main = &spec.containers[0];
    assert_eq!(main.env.iter().filter_map(EnvVar::secret).collect::<Vec<_>>(), ["credentials"]);
    assert_eq!(
        main.env_from.iter().filter_map(EnvFromSource::secret).collect::<Vec<_>>(),
        ["all-credentials"]
    );
    let mounted = spec.volumes.iter().filter_map(|volume| volume.source.secret.as_ref());
    assert_eq!(mounted.map(|it| it.secret_name.as_str()).collect::<Vec<_>>(), ["credentials"]);
    let owner = &ours("static-node-a").metadata.owner_references[0];
    assert_eq!((owner.kind.as_str(), owner.name.as_str(), owner.controller), ("Node", "node-a", Some(true)));
}

/// Who may do what is written by an administrator, by a controller, and by nobody.
#[test]
fn what_is_granted_is_read_back() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "e2e-wire-rbac");
    kitchen_sink::apply(&plane, &namespace);
    let read = |kind, name: &str| {
        let page = list(&plane, kind, Encoding::Protobuf, "");
        let ours = |it: &&Object| {
            it.metadata.name == name && ["", &*namespace.name].contains(&&*it.metadata.namespace)
        };
        objects(&page).into_iter().find(ours).unwrap_or_else(|| panic!("there is no {kind} {name}")).clone()
    };
    let role = |kind, name| match read(kind, name).content {
        Content::Role(role) => role,
        other => panic!("{other:?}"),
    };
    let binding = |name| match read(Kind::RoleBinding, name).content {
        Content::Binding(binding) => binding,
        other => panic!("{other:?}"),
    };
    let granted = role(Kind::Role, "sink").rules;
    assert_eq!(granted[0].resources, ["secrets", "pods/exec", "deployments/*"]);
    assert_eq!((granted[0].resource_names.len(), granted[1].verbs.as_slice()), (2, &["*".to_owned()][..]));
    assert_eq!(role(Kind::Role, "sink-nothing").rules, []);
    assert_eq!(role(Kind::ClusterRole, "sink").rules[0].non_resource_urls, ["/metrics", "/healthz/*"]);
    let aggregation = role(Kind::ClusterRole, "sink-aggregated").aggregation.expect("it is aggregated");
    assert_eq!(aggregation.cluster_role_selectors[1].match_expressions[0].values, ["a", "b"]);
    let editors = binding("sink");
    let subjects: Vec<_> = editors.subjects.iter().map(|it| (it.kind.as_str(), it.name.as_str())).collect();
    let expected = [("ServiceAccount", "sink"), ("User", "ada@example.com"), ("Group", "船:devs")];
    assert_eq!((editors.role_ref.name.as_str(), subjects), ("sink", expected.to_vec()));
    assert_eq!(binding("sink-nobody").subjects, []);
    let account = read(Kind::ServiceAccount, "sink");
    let last = account.metadata.last_manager().expect("the API server notes who wrote it");
    assert_eq!((&*last.manager, &*last.operation), ("kubectl-client-side-apply", "Update"));
}

/// Flows are allowed by policies, to pods with addresses, in a cluster with ranges.
#[test]
fn what_the_network_is_made_of_is_read_back() {
    let plane = ControlPlane::shared();
    let namespace = Namespace::create(&plane, "e2e-wire-network");
    kitchen_sink::apply(&plane, &namespace);
    let read = |kind, name: &str| {
        let page = list(&plane, kind, Encoding::Protobuf, "");
        let ours = |it: &&Object| {
            it.metadata.name == name && ["", &*namespace.name].contains(&&*it.metadata.namespace)
        };
        objects(&page).into_iter().find(ours).unwrap_or_else(|| panic!("there is no {kind} {name}")).clone()
    };
    let policy = |name| match read(Kind::NetworkPolicy, name).content {
        Content::Policy(policy) => policy,
        other => panic!("{other:?}"),
    };
    let sink = policy("sink");
    let [peers, ports] = [sink.ingress[0].from.len(), sink.ingress[0].ports.len()];
    assert_eq!(
        (sink.policy_types.as_slice(), peers, ports),
        (&["Ingress", "Egress"].map(str::to_owned)[..], 4, 4)
    );
    let block = sink.ingress[0].from[2].ip_block.as_ref().expect("it is a block");
    assert_eq!((block.cidr.as_str(), block.except.len()), ("10.0.0.0/8", 2));
    let range = &sink.ingress[0].ports[2];
    assert_eq!((range.protocol.as_deref(), range.end_port), (Some("UDP"), Some(32767)));
    assert_eq!(sink.egress, [EgressRule::default()]);
    let nothing = policy("sink-nothing");
    assert_eq!((nothing.policy_types.as_slice(), nothing.ingress.len()), (&["Ingress".to_owned()][..], 0));

    let status = |name| read(Kind::Pod, name).pods().and_then(|pods| pods.status.clone()).expect("a status");
    assert_eq!(status("nothing").addresses().collect::<Vec<_>>(), ["10.1.0.7"]);
    assert!(status("nothing").is_finished() && !status("everything").is_finished());
    assert_eq!(
        read(Kind::Node, "node-a").content,
        Content::Ranges(["10.1.0.0/24", "10.0.0.10"].map(str::to_owned).into())
    );
    let Content::Ranges(services) = read(Kind::ServiceCidr, "kubernetes").content else {
        panic!("no ranges")
    };
    assert_eq!(services.len(), 1, "{services:?}");
}

/// Whoever asks for protobuf and for JSON is answered in JSON about what a `CustomResourceDefinition` has brought.
#[test]
fn policies_of_others_are_read_from_json() {
    let plane = ControlPlane::start("wire-foreign");
    let kind = Kind::CiliumNetworkPolicy;
    foreign::install(&plane, kind);
    foreign::create(&plane, kind, "default", "deny");
    let (content_type, body) =
        plane.get(&kind.path(), "application/vnd.kubernetes.protobuf,application/json");
    assert_eq!(content_type, "application/json");
    let page = decode_page(kind, Encoding::Json, Bytes::from(body)).expect("a list");
    let names: Vec<_> = objects(&page).into_iter().map(|it| it.metadata.name.as_str()).collect();
    assert_eq!(names, ["deny"]);
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
