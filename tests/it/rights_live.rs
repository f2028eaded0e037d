//! `plimsoll who-can` and `plimsoll can-i` on the embedded cluster.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use plimsoll::demo::objects::{ObjectMeta, PolicyRule, Role, RoleBinding, RoleRef, Subject};
use plimsoll::demo::server::{Faults, Server};
use plimsoll::demo::store::Store;
use plimsoll::model::Kind;
use plimsoll::run::now;
use serde_json::Value;
use tokio::task::spawn_blocking;

const RIGHTS: [Kind; 4] = [Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding];

/// A cluster in whose namespace `shop` jane may get secrets.
async fn cluster(forbidden: BTreeSet<Kind>) -> Server {
    let store = Arc::new(Store::new(1000));
    let metadata = |name: &str| ObjectMeta {
        namespace: "shop".to_owned(),
        name: name.to_owned(),
        ..ObjectMeta::default()
    };
    let list = |word: &str| vec![word.to_owned()];
    let rule = PolicyRule {
        verbs: list("get"),
        api_groups: list(""),
        resources: list("secrets"),
        ..PolicyRule::default()
    };
    store.put(Role { metadata: metadata("reader"), rules: vec![rule] }, now());
    let jane = Subject { kind: "User".to_owned(), name: "jane".to_owned(), ..Subject::default() };
    let role_ref = RoleRef { kind: "Role".to_owned(), name: "reader".to_owned(), ..RoleRef::default() };
    store.put(RoleBinding { metadata: metadata("readers"), subjects: vec![jane], role_ref }, now());
    let server = Server::start(store).await.unwrap();
    server.set_faults(Faults { forbidden, ..Faults::default() });
    server
}

/// A kubeconfig whose context is in the namespace `shop`.
fn kubeconfig(folder: &Path, url: &str) -> PathBuf {
    let path = folder.join("kubeconfig");
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{server: '{url}'}}}}]\n\
         users: [{{name: u, user: {{}}}}]\ncurrent-context: x\n\
         contexts: [{{name: x, context: {{cluster: c, user: u, namespace: shop}}}}]\n"
    );
    fs::write(&path, text).unwrap();
    path
}

/// Runs the program while the embedded cluster goes on.
pub(crate) async fn plimsoll(server: &Server, arguments: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_plimsoll"));
    let kubeconfig = kubeconfig(folder.path(), &server.url());
    command.args(arguments.split(' ')).env("PLIMSOLL_KUBECONFIG", kubeconfig);
    spawn_blocking(move || command.output()).await.unwrap().expect("the program is built with the tests")
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_rights_is_read_and_the_namespace_is_the_contexts() {
    let others = Kind::ALL.into_iter().filter(|kind| !RIGHTS.contains(kind)).collect();
    let server = cluster(others).await;
    let output = plimsoll(&server, "who-can get secrets --output json").await;
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let subject = &answer["subjects"][0];
    assert_eq!((&subject["name"], &subject["scope"]), (&Value::from("jane"), &Value::from("shop")));
    for (question, status) in [
        ("can-i get secrets --as jane", 0),
        ("can-i get secrets --as jane -n default", 1),
        ("can-i list secrets --as jane", 1),
    ] {
        assert_eq!(plimsoll(&server, question).await.status.code(), Some(status), "{question}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_is_asked_what_it_serves_where_the_words_do_not_tell() {
    let server = cluster(BTreeSet::new()).await;
    let notes = async |question| {
        let output = plimsoll(&server, question).await;
        assert_eq!(output.status.code(), Some(1), "{question}");
        String::from_utf8(output.stderr).unwrap()
    };
    assert_eq!(notes("can-i get pods --as jane").await, "");
    // The embedded cluster describes its groups alone, as servers did of old.
    let expected = "note: widgets of the core group is none of Kubernetes' own resources, and is taken as written\n\
                    note: what else the cluster serves could not be read: the answer is no list of resources: ";
    let told = notes("can-i get widgets --as jane").await;
    assert!(told.starts_with(expected), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_that_cannot_be_listed_is_named_and_is_no_answer() {
    let server = cluster(BTreeSet::from([Kind::ClusterRole, Kind::RoleBinding])).await;
    for question in ["who-can get secrets", "can-i get secrets --as jane"] {
        let output = plimsoll(&server, question).await;
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]));
        let expected = "error: not everything could be listed that grants rights\n  ClusterRole: forbidden\n  \
                        RoleBinding: forbidden\n";
        assert_eq!(String::from_utf8_lossy(&output.stderr), expected);
    }
}
