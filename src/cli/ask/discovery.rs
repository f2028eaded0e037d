//! The resources that a live cluster serves beyond Kubernetes' own, such as custom ones.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use http::Request;
use http::header::ACCEPT;
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde::Deserialize;

use crate::rbac::Served;

/// Every group with its resources in one answer, in the newest version first.
const DISCOVERY: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
                         application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// How long the server may take.
const ANSWER_MAX: Duration = Duration::from_secs(10);

/// How much of the answer is read, in bytes. A thousand custom resources are about one million.
const ANSWER_BYTES_MAX: usize = 16 << 20;

#[derive(Deserialize)]
struct Groups {
    items: Vec<Group>,
}

#[derive(Deserialize)]
struct Group {
    metadata: Metadata,
    versions: Vec<Version>,
}

#[derive(Deserialize)]
struct Metadata {
    name: String,
}

#[derive(Deserialize)]
struct Version {
    /// Absent where the server of the group does not answer.
    #[serde(default)]
    resources: Vec<Described>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    resource: String,
    #[serde(default)]
    singular_resource: String,
    #[serde(default)]
    short_names: Vec<String>,
    scope: String,
}

/// What the cluster serves, in the order of the server.
pub(super) async fn served(client: &kube::Client) -> anyhow::Result<Vec<Served>> {
    let late = || format!("the server did not answer within {} s", ANSWER_MAX.as_secs());
    let body = tokio::time::timeout(ANSWER_MAX, ask(client)).await.with_context(late)??;
    read(&body)
}

async fn ask(client: &kube::Client) -> anyhow::Result<Bytes> {
    let request = Request::get("/apis").header(ACCEPT, DISCOVERY).body(Body::empty());
    let answer = client.send(request.expect("it is well formed")).await?;
    let status = answer.status();
    if !status.is_success() {
        bail!("the server answered {status}");
    }
    let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
    Ok(body.map_err(|error| anyhow!(error)).context("failed to read the answer")?.to_bytes())
}

/// The resources of an answer. Those of several versions stand there once for each, and mean the same.
fn read(body: &[u8]) -> anyhow::Result<Vec<Served>> {
    let groups: Groups = serde_json::from_slice(body).context("the answer is no list of resources")?;
    let of_group = |group: Group| {
        let name = group.metadata.name;
        let resources = group.versions.into_iter().flat_map(|version| version.resources);
        resources.map(move |it| Served {
            group: name.clone(),
            plural: it.resource,
            singular: it.singular_resource,
            short_names: it.short_names,
            namespaced: it.scope == "Namespaced",
        })
    };
    Ok(groups.items.into_iter().flat_map(of_group).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As kube-apiserver writes it.
    const ANSWER: &str = r#"{
        "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {},
        "items": [
            {"metadata": {"name": "example.com", "creationTimestamp": null}, "versions": [
                {"version": "v1", "freshness": "Current", "resources": [
                    {"resource": "widgets", "responseKind": {"group": "example.com", "version": "v1", "kind": "Widget"},
                     "scope": "Namespaced", "singularResource": "widget", "verbs": ["get"], "shortNames": ["wd"],
                     "subresources": [{"subresource": "status", "verbs": ["get"]}]},
                    {"resource": "plants", "scope": "Cluster", "singularResource": "plant", "verbs": ["get"]}
                ]}
            ]},
            {"metadata": {"name": "metrics.k8s.io"}, "versions": [{"version": "v1beta1", "freshness": "Stale"}]}
        ]
    }"#;

    #[test]
    fn each_resource_is_read_with_its_names_and_its_place() {
        let served = |plural: &str, singular: &str, short: &[&str], namespaced| Served {
            group: "example.com".to_owned(),
            plural: plural.to_owned(),
            singular: singular.to_owned(),
            short_names: short.iter().map(ToString::to_string).collect(),
            namespaced,
        };
        let expected = [served("widgets", "widget", &["wd"], true), served("plants", "plant", &[], false)];
        assert_eq!(read(ANSWER.as_bytes()).unwrap(), expected);
    }

    #[test]
    fn an_answer_of_another_form_is_an_error() {
        for other in [r#"{"kind": "APIGroupList", "groups": []}"#, "<html>", ""] {
            assert!(read(other.as_bytes()).is_err(), "{other}");
        }
    }
}
