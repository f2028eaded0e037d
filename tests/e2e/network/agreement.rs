//! A policy is refused exactly for the fields for which the API server refuses it, and means the same however it is
//! encoded.

mod policies;

use std::collections::BTreeSet;
use std::io::{Write, stderr};

use bytes::Bytes;
use http::StatusCode;
use plimsoll::model::Kind;
use plimsoll::network::{Fault, Policy};
use plimsoll::wire::{Content, Encoding, Item, NetworkPolicySpec, decode_item};
use serde_json::{Value, json};

use crate::support::control_plane::ControlPlane;
use crate::support::dry_run::DryRun;
use crate::support::judged::bare;
use crate::support::kubeconfig::Served;
use crate::support::web::runtime;

/// What becomes of a policy that is to be created.
#[derive(Debug, PartialEq)]
enum Verdict {
    Taken,
    /// Something is wrong with these fields.
    Refused(BTreeSet<String>),
    /// It cannot even be read: a value is of another type.
    Unread,
}

#[test]
fn what_the_api_server_refuses_is_refused_and_what_it_takes_is_taken() {
    let plane = ControlPlane::shared();
    runtime().block_on(check_agreement(&plane));
}

async fn check_agreement(plane: &ControlPlane) {
    let server = DryRun::new(plane).await;
    let [mut taken, mut refused, mut unread] = [0; 3];
    let mut disagreements = Vec::new();
    for spec in policies::all() {
        let policy = policy(&spec);
        let answer = create(&server, &policy, Encoding::Json).await;
        let [theirs, ours] = [verdict_of(&answer), judge(Encoding::Json, policy.clone())];
        if theirs != ours {
            disagreements.push(format!("{spec}: {ours:?}, and the API server says {theirs:?}"));
        } else if theirs == Verdict::Taken {
            check_encodings(&server, policy, answer).await;
        }
        match theirs {
            Verdict::Taken => taken += 1,
            Verdict::Refused(_) => refused += 1,
            Verdict::Unread => unread += 1,
        }
    }
    assert!(disagreements.is_empty(), "{disagreements:#?}");
    tell(&format!("policies: {taken} taken, {refused} refused and {unread} unread by both"));
    assert!(taken > 40 && refused > 80 && unread > 8, "there are many of each");
}

/// What older servers took stays in the cluster, and still has its meaning.
#[test]
fn what_only_older_servers_took_is_taken() {
    let plane = ControlPlane::shared();
    runtime().block_on(check_older(&plane));
}

async fn check_older(plane: &ControlPlane) {
    let server = DryRun::new(plane).await;
    for spec in policies::of_older_servers() {
        let policy = policy(&spec);
        let answer = create(&server, &policy, Encoding::Json).await;
        assert!(matches!(verdict_of(&answer), Verdict::Refused(_)), "{spec}: {answer:?}");
        assert_eq!(judge(Encoding::Json, policy), Verdict::Taken, "{spec}");
    }
}

fn policy(spec: &Value) -> Bytes {
    let policy = json!({
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "tried", "namespace": "default"},
        "spec": spec,
    });
    policy.to_string().into()
}

async fn create(server: &DryRun, policy: &Bytes, answer: Encoding) -> Served {
    server
        .create("/apis/networking.k8s.io/v1/namespaces/default/networkpolicies", policy.clone(), answer)
        .await
}

/// What the API server says.
fn verdict_of(answer: &Served) -> Verdict {
    match answer.status {
        StatusCode::CREATED => Verdict::Taken,
        StatusCode::BAD_REQUEST => Verdict::Unread,
        StatusCode::UNPROCESSABLE_ENTITY => {
            let status: Value = serde_json::from_slice(&answer.body).expect("it answers in JSON");
            let causes = status["details"]["causes"].as_array().expect("it gives causes");
            let field = |cause: &Value| cause["field"].as_str().expect("a cause names a field").to_owned();
            Verdict::Refused(causes.iter().map(field).collect())
        }
        _ => panic!("{answer:?}"),
    }
}

/// What we say.
fn judge(encoding: Encoding, policy: Bytes) -> Verdict {
    match read(encoding, policy).map(|spec| Policy::compile(&spec)) {
        None => Verdict::Unread,
        Some(Ok(_)) => Verdict::Taken,
        Some(Err(faults)) => Verdict::Refused(faults.into_iter().map(|Fault { field, .. }| field).collect()),
    }
}

fn read(encoding: Encoding, policy: Bytes) -> Option<NetworkPolicySpec> {
    match decode_item(Kind::NetworkPolicy, encoding, policy).expect("it is an object") {
        Item::Object(object) => match object.content {
            Content::Policy(spec) => Some(*spec),
            other => panic!("{other:?}"),
        },
        Item::Unreadable(_) => None,
    }
}

/// The policy means the same as it was sent and as the server gives it in either encoding, which has filled in what was
/// left out.
async fn check_encodings(server: &DryRun, sent: Bytes, json: Served) {
    let compile = |encoding, policy| Policy::compile(&read(encoding, policy).expect("it is a policy"));
    let protobuf = create(server, &sent, Encoding::Protobuf).await;
    let expected = compile(Encoding::Json, sent);
    assert!(expected.is_ok(), "{expected:?}");
    let [json, protobuf] = [(Encoding::Json, json), (Encoding::Protobuf, protobuf)]
        .map(|(encoding, answer)| compile(encoding, bare(encoding, answer.body)));
    assert_eq!((&json, &protobuf), (&expected, &expected));
}

/// Past what captures the output of a test that passes.
fn tell(what: &str) {
    writeln!(stderr(), "{what}").expect("stderr takes it");
}
