//! `plimsoll connections` on the embedded cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::sync::Arc;

use plimsoll::demo::objects::{
    CiliumNetworkPolicy, LabelSelector, NetworkPolicy, NetworkPolicySpec, ObjectMeta, Pod,
};
use plimsoll::demo::server::{Faults, Server};
use plimsoll::demo::store::Store;
use plimsoll::model::Kind;
use plimsoll::run::now;
use serde_json::{Value, json};
use tokio::task::spawn_blocking;

use crate::ending::{start, terminate, until_ready};
use crate::rights_live::plimsoll;

fn metadata(name: &str) -> ObjectMeta {
    let labels = BTreeMap::from([("app".to_owned(), name.to_owned())]);
    ObjectMeta { namespace: "shop".to_owned(), name: name.to_owned(), labels, ..ObjectMeta::default() }
}

/// A cluster of two pods, of which a policy isolates the one called `web` for ingress.
async fn cluster(furnish: impl FnOnce(&Store)) -> Server {
    let store = Arc::new(Store::new(1000));
    for name in ["web", "api"] {
        store.put(Pod { metadata: metadata(name), ..Pod::default() }, now());
    }
    let pod_selector = LabelSelector { match_labels: metadata("web").labels, ..LabelSelector::default() };
    let spec = NetworkPolicySpec { pod_selector: Some(pod_selector), ..NetworkPolicySpec::default() };
    store.put(NetworkPolicy { metadata: metadata("web"), spec }, now());
    furnish(&store);
    Server::start(store).await.unwrap()
}

fn peer(name: &str) -> Value {
    json!({"kind": "Pod", "namespace": "shop", "name": name})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_cluster_is_asked_where_no_path_is_given() {
    let server = cluster(|_| {}).await;
    let output = plimsoll(&server, "connections --from shop/* --to shop/* --output json").await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let all = json!({"SCTP": "*", "TCP": "*", "UDP": "*"});
    assert_eq!(found["connections"], json!([{"from": peer("web"), "to": peer("api"), "ports": all}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_live_cluster_is_compared_with_what_is_to_be_applied() {
    let server = cluster(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let pod = |name: &str| {
        format!(
            "---\napiVersion: v1\nkind: Pod\nmetadata: {{namespace: shop, name: {name}}}\nspec: {{containers: []}}\n"
        )
    };
    fs::write(folder.path().join("pods.yaml"), pod("web") + &pod("api")).unwrap();
    let arguments = format!("connections diff live {} --output json", folder.path().display());
    let output = plimsoll(&server, &arguments).await;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let added: Vec<_> =
        found["added"].as_array().unwrap().iter().map(|it| (&it["from"]["name"], &it["to"])).collect();
    assert_eq!(added, [(&json!("api"), &peer("web")), (&Value::Null, &peer("web"))]);
    assert_eq!((&found["removed"], &found["changed"]), (&json!([]), &json!([])));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_cannot_be_listed_is_named_and_is_no_answer() {
    let server = cluster(|_| {}).await;
    server.set_faults(Faults { forbidden: BTreeSet::from([Kind::NetworkPolicy]), ..Faults::default() });
    let output = plimsoll(&server, "connections").await;
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
    let expected =
        "error: not everything could be listed that decides on connections\n  NetworkPolicy: forbidden\n";
    assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_is_not_modelled_leaves_its_namespace_open() {
    let furnish = |store: &Store| {
        store.put(CiliumNetworkPolicy { metadata: metadata("cilium") }, now());
    };
    let server = cluster(furnish).await;
    server.install(BTreeSet::from([Kind::CiliumNetworkPolicy]));
    let output = plimsoll(&server, "connections --output json").await;
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["unknown"], json!([{"namespace": "shop", "kind": "CiliumNetworkPolicy"}]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_the_daemon_knows_is_explained_by_the_policies_of_the_cluster() {
    let server = cluster(|_| {}).await;
    let folder = tempfile::tempdir().unwrap();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (probes, address) = (free(), free());
    let daemon = start(folder.path(), &server.url(), (&probes, &address), &[]);
    spawn_blocking(move || until_ready(&probes)).await.unwrap();
    let report: Value =
        serde_json::from_slice(&plimsoll(&server, "check --output json").await.stdout).unwrap();
    let is_meant = |it: &&Value| {
        it["check"] == "network/not-isolated" && it["key"] == "Egress" && it["object"]["name"] == "web"
    };
    let id = report["deviations"].as_array().unwrap().iter().find(is_meant).unwrap()["id"].as_str().unwrap();
    let question = format!("explain {id} --server http://{address}");

    let page = String::from_utf8(plimsoll(&server, &question).await.stdout).unwrap();
    let isolation =
        "Isolation\n  ingress: isolated by NetworkPolicy shop/web\n  egress: no policy isolates it\n";
    assert!(page.contains(isolation), "{page}");
    let open = "  Pod/shop/web to Pod/shop/api on all ports\n    egress: no policy isolates it\n    \
                ingress: no policy isolates it\n";
    assert!(page.contains(open), "{page}");

    // What the daemon says is told, whether the cluster can be asked or not.
    server.set_faults(Faults { forbidden: BTreeSet::from([Kind::Namespace]), ..Faults::default() });
    let page = String::from_utf8(plimsoll(&server, &question).await.stdout).unwrap();
    assert!(page.contains("Which policies decide on it cannot be told: "), "{page}");
    assert!(page.contains("What to do\n") && !page.contains("Isolation\n"), "{page}");
    spawn_blocking(move || terminate(daemon)).await.unwrap();
}
