//! The embedded server: lists, watches and faults, as a plain client sees them.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::StatusCode;
use jiff::Timestamp;
use plimsoll::demo::objects::{
    CronJob, Deployment, Job, NetworkPolicy, ObjectMeta, OwnerReference, Pod, PodSpec, PodTemplateSpec,
    ReplicaSet, RoleBinding, StatefulSet,
};
use plimsoll::demo::population::populate;
use plimsoll::demo::scenario::{Action, PRIVILEGED, apply, initial, steps};
use plimsoll::demo::server::{ErrorCode, Faults, Server, ServerError};
use plimsoll::demo::store::Store;
use plimsoll::model::{Event, Kind};
use prost::Message;

use crate::demo_wire::{AnyList, JSON, PROTOBUF, Seen, Watching, Wire, unwrap_unknown, whole};

const WATCH_LIST: &str =
    "watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";

fn now() -> Timestamp {
    "2026-11-24T09:00:00Z".parse().unwrap()
}

async fn cluster() -> (Server, Wire) {
    let store = Arc::new(Store::new(1000));
    populate(&store, now());
    let server = Server::start(store).await.unwrap();
    let wire = Wire::new(server.url());
    (server, wire)
}

/// Reads the first list of a watch and checks that its bookmark closes it.
async fn read_initial(watching: &mut Watching) -> (Vec<Seen>, Seen) {
    let mut added = Vec::new();
    loop {
        let seen = watching.next().await.unwrap();
        if seen.closes_list {
            assert_eq!(seen.event, "BOOKMARK");
            return (added, seen);
        }
        assert_eq!(seen.event, "ADDED");
        added.push(seen);
    }
}

#[tokio::test]
async fn a_client_of_kube_reads_it() {
    let (server, _) = cluster().await;
    let config = kube::Config::new(server.url().parse().unwrap());
    let client = kube::Client::try_from(config).unwrap();
    assert_eq!(client.apiserver_version().await.unwrap().minor, "37");
    let pods: kube::Api<k8s_openapi::api::core::v1::Pod> = kube::Api::all(client);
    let list = pods.list(&kube::api::ListParams::default()).await.unwrap();
    assert_eq!(list.items.len(), server.store().len(Kind::Pod));
    let first = list.items.first().unwrap();
    assert_eq!(first.status.as_ref().unwrap().phase.as_deref(), Some("Running"));
}

#[tokio::test]
async fn it_says_which_kinds_it_serves() {
    let (server, wire) = cluster().await;
    for kind in Kind::ALL.into_iter().filter(|kind| kind.is_foreign_policy()) {
        wire.refused(&kind.path(), StatusCode::NOT_FOUND).await;
        wire.refused(&format!("/apis/{}", kind.api_version()), StatusCode::NOT_FOUND).await;
    }
    server.install(BTreeSet::from(Kind::ALL));
    let groups = wire.json("/apis").await;
    for kind in Kind::ALL {
        let (group, path) = match kind.group() {
            "" => (None, "/api/v1".to_owned()),
            group => (Some(group), format!("/apis/{}", kind.api_version())),
        };
        let all = groups["groups"].as_array().unwrap();
        assert!(group.is_none_or(|group| all.iter().any(|it| it["name"] == group)), "{kind}");
        let resources = wire.json(&path).await;
        let resource = resources["resources"].as_array().unwrap().iter().find(|it| it["kind"] == kind.name());
        let resource = resource.unwrap_or_else(|| panic!("{path} has no {kind}"));
        assert_eq!(
            (&resource["name"], &resource["namespaced"]),
            (&kind.plural().into(), &kind.is_namespaced().into())
        );
    }
    wire.refused("/apis/example.com/v1", StatusCode::NOT_FOUND).await;
}

#[tokio::test]
async fn pages_add_up_and_are_of_one_version() {
    let (server, wire) = cluster().await;
    for accept in [JSON, PROTOBUF] {
        let total = server.store().len(Kind::Pod);
        let version = server.store().version().to_string();
        let (mut names, mut token) = (BTreeSet::new(), String::new());
        loop {
            let response = wire.send(&format!("/api/v1/pods?limit=100&continue={token}"), accept).await;
            assert_eq!(response.headers()["content-type"], accept);
            let body = whole(response).await;
            let (page, remaining, next) = page(accept, &body, &version);
            names.extend(page);
            assert_eq!(remaining, total - names.len());
            // What changes while the list is read shows in none of its pages.
            server.store().delete(Kind::Pod, "shop", names.last().unwrap().split_once('/').unwrap().1);
            server.store().churn(Kind::Pod, 5, 0).await;
            token = next;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(names.len(), total);
    }
}

/// The keys of a page, how many are left and the token for them.
fn page(accept: &str, body: &bytes::Bytes, version: &str) -> (Vec<String>, usize, String) {
    if accept == PROTOBUF {
        let unknown = unwrap_unknown(body);
        assert_eq!(
            (unknown.type_meta.api_version.as_str(), unknown.type_meta.kind.as_str()),
            ("v1", "PodList")
        );
        let list = AnyList::decode(unknown.raw).unwrap();
        assert_eq!(list.metadata.resource_version, version);
        let remaining = list.metadata.remaining_item_count.unwrap_or_default();
        let keys = list.items.iter().map(|pod| format!("{}/{}", pod.metadata.namespace, pod.metadata.name));
        return (keys.collect(), usize::try_from(remaining).unwrap(), list.metadata.r#continue);
    }
    let list: serde_json::Value = serde_json::from_slice(body).unwrap();
    assert_eq!((&list["apiVersion"], &list["kind"]), (&"v1".into(), &"PodList".into()));
    assert_eq!(list["metadata"]["resourceVersion"], version);
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let keys = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pod| format!("{}/{}", text(&pod["metadata"]["namespace"]), text(&pod["metadata"]["name"])));
    let remaining = list["metadata"]["remainingItemCount"].as_u64().unwrap_or_default();
    (keys.collect(), usize::try_from(remaining).unwrap(), text(&list["metadata"]["continue"]))
}

#[tokio::test]
async fn a_forgotten_list_is_gone_but_can_be_read_on() {
    let (server, wire) = cluster().await;
    let first = wire.json("/api/v1/pods?limit=100").await;
    server.store().compact();
    let token = first["metadata"]["continue"].as_str().unwrap();
    let gone = wire.refused(&format!("/api/v1/pods?limit=100&continue={token}"), StatusCode::GONE).await;
    assert_eq!(gone["reason"], "Expired");
    let token = gone["metadata"]["continue"].as_str().unwrap();
    let rest = wire.json(&format!("/api/v1/pods?continue={token}")).await;
    assert_eq!(rest["items"].as_array().unwrap().len(), server.store().len(Kind::Pod) - 100);
    wire.refused("/api/v1/pods?limit=100&continue=abc", StatusCode::BAD_REQUEST).await;
}

#[tokio::test]
async fn a_watch_streams_the_list_and_then_what_happens() {
    for accept in [JSON, PROTOBUF] {
        let (server, wire) = cluster().await;
        let store = server.store();
        let mut watching = wire.watch(&format!("/api/v1/pods?{WATCH_LIST}"), accept).await;
        let (added, bookmark) = read_initial(&mut watching).await;
        assert_eq!(added.len(), store.len(Kind::Pod));
        assert_eq!((bookmark.kind.as_str(), bookmark.version), ("Pod", store.version().to_string()));

        let mut pod: Pod = store.all().swap_remove(0);
        pod.metadata.name = "another".to_owned();
        let versions = [store.put(pod.clone(), now()), store.put(pod.clone(), now())];
        assert!(store.delete(Kind::Pod, &pod.metadata.namespace, "another"));
        assert!(!store.delete(Kind::Pod, &pod.metadata.namespace, "another"));
        let expected = [("ADDED", versions[0]), ("MODIFIED", versions[1]), ("DELETED", store.version())];
        for (event, version) in expected {
            let seen = watching.next().await.unwrap();
            let seen = (seen.event.as_str(), seen.name.as_str(), seen.version);
            assert_eq!(seen, (event, "another", version.to_string()));
        }
        // Whoever comes back with a version is told what happened since.
        let path = format!("/api/v1/pods?watch=true&resourceVersion={}", versions[0]);
        let mut again = wire.watch(&path, accept).await;
        assert_eq!(again.next().await.unwrap().event, "MODIFIED");
        assert_eq!(again.next().await.unwrap().event, "DELETED");
    }
}

#[tokio::test]
async fn churn_is_seen_whole_and_paced_by_the_watch() {
    let (server, wire) = cluster().await;
    let mut watching = wire.watch(&format!("/api/v1/pods?{WATCH_LIST}"), PROTOBUF).await;
    read_initial(&mut watching).await;
    assert_eq!(server.store().watchers(Kind::Pod), 1);
    let store = Arc::clone(server.store());
    let churn = tokio::spawn(async move { store.churn(Kind::Pod, 5_000, 0).await });
    let mut last = 0;
    for _ in 0..5_000 {
        let seen = watching.next().await.unwrap();
        assert_eq!(seen.event, "MODIFIED");
        let version = seen.version.parse::<u64>().unwrap();
        assert!(version > last);
        last = version;
    }
    assert_eq!(churn.await.unwrap(), 5_000);
}

#[tokio::test]
async fn what_is_no_longer_known_has_expired() {
    for accept in [JSON, PROTOBUF] {
        let (server, wire) = cluster().await;
        let path = format!("/api/v1/pods?watch=1&resourceVersion={}", server.store().version());
        let mut running = wire.watch(&path, accept).await;
        server.store().churn(Kind::Pod, 1, 0).await;
        assert_eq!(running.next().await.unwrap().event, "MODIFIED");
        server.store().compact();
        let mut late = wire.watch(&path, accept).await;
        let error = late.next().await.unwrap();
        assert_eq!((error.event.as_str(), error.kind.as_str()), ("ERROR", "Status"));
        assert!(error.message.starts_with("too old resource version: "), "{}", error.message);
        assert_eq!(late.next().await, None);
        let mut ancient = wire.watch("/api/v1/pods?watch=1&resourceVersion=5", accept).await;
        assert_eq!(ancient.next().await.unwrap().event, "ERROR");
        // A watch that runs has missed nothing.
        server.store().churn(Kind::Pod, 1, 0).await;
        assert_eq!(running.next().await.unwrap().event, "MODIFIED");
    }
}

#[tokio::test]
async fn a_watch_ends_in_order_and_with_a_bookmark() {
    let (server, wire) = cluster().await;
    let version = server.store().version();
    let query = format!("watch=1&allowWatchBookmarks=true&timeoutSeconds=1&resourceVersion={version}");
    let mut watching = wire.watch(&format!("/apis/apps/v1/deployments?{query}"), PROTOBUF).await;
    let bookmark = watching.next().await.unwrap();
    assert_eq!((bookmark.event.as_str(), bookmark.kind.as_str()), ("BOOKMARK", "Deployment"));
    assert_eq!((bookmark.version, bookmark.closes_list), (version.to_string(), false));
    assert_eq!(watching.next().await, None);
}

#[tokio::test]
async fn faults_answer_as_a_real_server_does() {
    let (server, wire) = cluster().await;
    let all_kinds = BTreeSet::from(Kind::ALL);
    server.set_faults(Faults { forbidden: all_kinds.clone(), ..Faults::default() });
    let status = wire.refused("/apis/apps/v1/deployments?watch=1", StatusCode::FORBIDDEN).await;
    assert_eq!(
        status["message"],
        "deployments.apps is forbidden: User \"plimsoll\" cannot watch resource \"deployments\" in API group \
         \"apps\" at the cluster scope"
    );
    server.set_faults(Faults { not_served: all_kinds, ..Faults::default() });
    wire.refused("/api/v1/pods", StatusCode::NOT_FOUND).await;
    server.set_faults(Faults { unauthorized: true, ..Faults::default() });
    wire.refused("/api/v1/pods", StatusCode::UNAUTHORIZED).await;
    server.set_faults(Faults { watch_list_refused: true, ..Faults::default() });
    let status = wire.refused(&format!("/api/v1/pods?{WATCH_LIST}"), StatusCode::UNPROCESSABLE_ENTITY).await;
    assert_eq!(status["details"]["causes"][0]["field"], "sendInitialEvents");
    assert_eq!(wire.send("/api/v1/pods?watch=1", JSON).await.status(), StatusCode::OK);
    server.set_faults(Faults { protobuf_refused: true, ..Faults::default() });
    assert_eq!(wire.send("/api/v1/pods", PROTOBUF).await.status(), StatusCode::NOT_ACCEPTABLE);
    let both = wire.send("/api/v1/pods", &format!("{PROTOBUF}, {JSON}")).await;
    assert_eq!((both.status(), &both.headers()["content-type"]), (StatusCode::OK, &JSON.parse().unwrap()));
    server.set_faults(Faults::default());
    assert_eq!(wire.send("/api/v1/pods", PROTOBUF).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_broken_server_says_when_to_come_back() {
    let (server, wire) = cluster().await;
    let errors = [
        (ErrorCode::TooManyRequests, StatusCode::TOO_MANY_REQUESTS),
        (ErrorCode::InternalError, StatusCode::INTERNAL_SERVER_ERROR),
        (ErrorCode::ServiceUnavailable, StatusCode::SERVICE_UNAVAILABLE),
    ];
    for (code, expected) in errors {
        let error = Some(ServerError { code, retry_after_secs: Some(7) });
        server.set_faults(Faults { error, ..Faults::default() });
        let response = wire.send("/api/v1/pods", PROTOBUF).await;
        assert_eq!((response.status(), &response.headers()["retry-after"]), (expected, &7.into()));
        let unknown = unwrap_unknown(&whole(response).await);
        assert_eq!(unknown.type_meta.kind, "Status");
    }
}

#[tokio::test]
async fn connections_break_and_the_server_comes_back() {
    let (mut server, wire) = cluster().await;
    let mut watching = wire.watch("/api/v1/namespaces?watch=1", JSON).await;
    watching.raw().await;
    server.cut_connections();
    assert!(watching.breaks().await);
    assert_eq!(wire.send("/version", JSON).await.status(), StatusCode::OK);
    server.stop().await;
    assert!(wire.try_send("/version", JSON).await.is_err());
    server.resume().await.unwrap();
    assert_eq!(wire.send("/version", JSON).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn garbage_comes_once() {
    let (server, wire) = cluster().await;
    for (accept, expected) in
        [(PROTOBUF, &b"\0\0\0\x05\xff"[..]), (JSON, &b"{\"type\":\"ADDED\",\"object\":{\"kind\":\n"[..])]
    {
        server.set_faults(Faults { garbage: BTreeSet::from([Kind::Pod]), ..Faults::default() });
        let mut watching = wire.watch("/api/v1/pods?watch=1", accept).await;
        assert!(watching.raw().await.starts_with(expected));
        assert_eq!(server.faults(), Faults::default());
        let mut watching = wire.watch("/api/v1/pods?watch=1", accept).await;
        assert_eq!(watching.next().await.unwrap().event, "ADDED");
    }
}

#[tokio::test]
async fn odd_requests_are_refused_in_a_real_servers_words() {
    let (server, wire) = cluster().await;
    wire.refused("/api/v1/secrets", StatusCode::NOT_FOUND).await;
    wire.refused("/api/v1/pods?sendInitialEvents=true", StatusCode::UNPROCESSABLE_ENTITY).await;
    wire.refused("/api/v1/pods?watch=1&sendInitialEvents=true", StatusCode::UNPROCESSABLE_ENTITY).await;
    wire.refused("/api/v1/pods?resourceVersion=abc", StatusCode::BAD_REQUEST).await;
    wire.refused("/api/v1/pods?watch=1&resourceVersion=abc", StatusCode::INTERNAL_SERVER_ERROR).await;
    let later = server.store().version() + 1;
    let status =
        wire.refused(&format!("/api/v1/pods?resourceVersion={later}"), StatusCode::GATEWAY_TIMEOUT).await;
    assert_eq!(status["details"]["causes"][0]["reason"], "ResourceVersionTooLarge");
    assert_eq!(wire.send("/api/v1/pods", "text/html").await.status(), StatusCode::NOT_ACCEPTABLE);
}

/// Which containers of the cluster are privileged, as the daemon is to see them: in a template or in a live
/// pod, under the topmost controller.
fn privileged(store: &Store) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for pod in store.all::<Pod>() {
        let owner = pod.metadata.owner_references.first();
        let owner =
            owner.map_or_else(|| format!("Pod/{}", pod.metadata.name), |owner| top(store, &pod, owner));
        let (kind, name) = owner.split_once('/').unwrap();
        found.extend(privileged_in(&pod.spec, &format!("{kind}/{}/{name}", pod.metadata.namespace)));
    }
    let template = |kind: &str, metadata: &ObjectMeta, template: &PodTemplateSpec| {
        privileged_in(&template.spec, &format!("{kind}/{}/{}", metadata.namespace, metadata.name))
    };
    for of in store.all::<Deployment>() {
        found.extend(template("Deployment", &of.metadata, &of.spec.template));
    }
    for of in store.all::<StatefulSet>() {
        found.extend(template("StatefulSet", &of.metadata, &of.spec.template));
    }
    for of in store.all::<CronJob>() {
        found.extend(template("CronJob", &of.metadata, &of.spec.job_template.spec.template));
    }
    found
}

fn privileged_in(spec: &PodSpec, owner: &str) -> Vec<String> {
    let containers = spec.init_containers.iter().chain(&spec.containers);
    let privileged = containers.filter(|container| {
        container.security_context.as_ref().and_then(|context| context.privileged) == Some(true)
    });
    privileged.map(|container| format!("{owner} {}/privileged", container.name)).collect()
}

fn top(store: &Store, pod: &Pod, owner: &OwnerReference) -> String {
    let namespace = &pod.metadata.namespace;
    let above = match owner.kind.as_str() {
        "ReplicaSet" => store.get::<ReplicaSet>(namespace, &owner.name).map(|set| set.metadata),
        "Job" => store.get::<Job>(namespace, &owner.name).map(|job| job.metadata),
        _ => None,
    };
    let above = above.and_then(|metadata| metadata.owner_references.into_iter().next());
    let top = above.as_ref().unwrap_or(owner);
    format!("{}/{}", top.kind, top.name)
}

#[tokio::test]
async fn the_scenario_leads_where_it_says() {
    let store = Store::new(1000);
    populate(&store, now());
    let line =
        |expected: &plimsoll::demo::scenario::Expected| format!("{} {}", expected.object, expected.key);
    let mut standing: BTreeSet<String> = initial().iter().map(line).collect();
    assert_eq!(privileged(&store), standing);
    for step in steps() {
        apply(&step, &store, now());
        if step.action == Action::Waive {
            // What is declared changes, and nothing in the cluster.
            assert_eq!(privileged(&store), standing, "{}", step.title);
            continue;
        }
        if let Action::Bind { namespace, group } | Action::Unbind { namespace, group } = &step.action {
            let bound = store.get::<RoleBinding>(namespace, group).is_some();
            assert_eq!(bound, matches!(step.action, Action::Bind { .. }), "{}", step.title);
            continue;
        }
        if let Action::Expose { namespace } | Action::Isolate { namespace } = &step.action {
            let isolated = store.get::<NetworkPolicy>(namespace, "deny-all").is_some();
            assert_eq!(isolated, matches!(step.action, Action::Isolate { .. }), "{}", step.title);
            continue;
        }
        for expected in &step.expected {
            assert_eq!(expected.check, PRIVILEGED);
            let changed = match expected.event {
                Event::Opened => standing.insert(line(expected)),
                Event::Resolved => standing.remove(&line(expected)),
                Event::Changed => false,
            };
            assert!(changed, "{}", step.title);
        }
        assert_eq!(privileged(&store), standing, "{}", step.title);
    }
    assert_eq!(standing, initial().iter().map(line).collect());
    assert_eq!(store.get::<Deployment>("payments", "node-debugger"), None);
    assert_eq!(store.get::<Deployment>("shop", "checkout").unwrap().spec.replicas, Some(12));
}
