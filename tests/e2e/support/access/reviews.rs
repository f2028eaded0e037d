//! Roles and bindings on the API server, and its word on what they allow.

use std::sync::Arc;

use bytes::Bytes;
use http::request::Builder;
use http::{HeaderValue, Request, StatusCode};
use kube::Client;
use kube::client::Body;
use plimsoll::model::Kind;
use plimsoll::snapshot::{Intake, Snapshot};
use plimsoll::wire::{Encoding, decode_page};
use serde_json::Value;

use super::Question;
use crate::support::control_plane::ControlPlane;
use crate::support::kubeconfig;

const JSON: &str = "application/json";
const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// The kinds that say who may do what.
const KINDS: [Kind; 4] = [Kind::Role, Kind::ClusterRole, Kind::RoleBinding, Kind::ClusterRoleBinding];

/// How much is asked at once: enough to keep two cores of a server busy.
pub(crate) const AT_ONCE: usize = 16;

/// A client of the administrator's that keeps its connections.
pub(crate) struct Reviews(Client);

impl Reviews {
    pub(crate) async fn new(plane: &ControlPlane) -> Self {
        Self(kubeconfig::client(&plane.admin()).await.expect("the kubeconfig file is ours"))
    }

    /// Whether the API server allows it.
    pub(crate) async fn allows(&self, question: &Question) -> bool {
        let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
        let (status, answer) = self.post(path, &question.review()).await;
        assert_eq!(status, StatusCode::CREATED, "{question}: {answer}");
        answer["status"]["allowed"] == true
    }

    /// Whether the API server allows it to whoever impersonates the user and the groups, and asks for itself.
    pub(crate) async fn allows_impersonated(&self, question: &Question) -> bool {
        let header = |text: &str| HeaderValue::from_bytes(text.as_bytes()).expect("no name breaks a line");
        let mut request = Request::post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
            .header("impersonate-user", header(&question.user));
        for group in &question.groups {
            request = request.header("impersonate-group", header(group));
        }
        let (status, answer) = self.send(request, &question.self_review()).await;
        assert_eq!(status, StatusCode::CREATED, "{question}: {answer}");
        answer["status"]["allowed"] == true
    }

    /// Creates the object, or gives the reason for which the API server takes no such thing.
    pub(crate) async fn create(&self, kind: Kind, object: &Value) -> Result<(), String> {
        let (status, answer) = self.post(&collection(kind, object), object).await;
        match status {
            StatusCode::CREATED => Ok(()),
            StatusCode::UNPROCESSABLE_ENTITY => Err(answer["message"].to_string()),
            _ => panic!("{status}: {answer} to {object}"),
        }
    }

    async fn post(&self, path: &str, object: &Value) -> (StatusCode, Value) {
        self.send(Request::post(path), object).await
    }

    async fn send(&self, request: Builder, object: &Value) -> (StatusCode, Value) {
        let request = request.header("content-type", JSON).header("accept", JSON);
        let request = request.body(Body::from(object.to_string().into_bytes())).expect("it is well formed");
        let served = kubeconfig::send(&self.0, request).await.expect("the API server answers");
        (served.status, serde_json::from_slice(&served.body).expect("it answers in JSON"))
    }
}

/// Where an object of this kind is created.
fn collection(kind: Kind, object: &Value) -> String {
    match object["metadata"]["namespace"].as_str() {
        Some(namespace) => {
            let (group, version, plural) = (kind.group(), kind.version(), kind.plural());
            format!("/apis/{group}/{version}/namespaces/{namespace}/{plural}")
        }
        None => kind.path(),
    }
}

/// The objects of a kind as the API server gives them, with their kind, which a list says but once.
pub(super) fn listed(plane: &ControlPlane, kind: Kind) -> Vec<Value> {
    let (_, body) = plane.get(&kind.path(), JSON);
    let mut list: Value = serde_json::from_slice(&body).expect("it is JSON");
    let Value::Array(mut items) = list["items"].take() else { panic!("a list has items: {list}") };
    for item in &mut items {
        item["kind"] = kind.name().into();
    }
    items
}

/// What the daemon knows of the rights in the cluster.
pub(crate) fn snapshot(plane: &ControlPlane) -> Arc<Snapshot> {
    let snapshot = Arc::new(Snapshot::default());
    let intake = Intake::of(Arc::clone(&snapshot));
    for kind in KINDS {
        let (_, body) = plane.get(&kind.path(), PROTOBUF);
        let page = decode_page(kind, Encoding::Protobuf, Bytes::from(body)).expect("it is a list");
        for item in page.items {
            snapshot.apply(intake.seen(item), &mut Vec::new());
        }
    }
    snapshot
}
