//! Asking the API server what it would do, without it being done.

use bytes::Bytes;
use http::Request;
use http::request::Builder;
use kube::Client;
use kube::client::Body;
use plimsoll::wire::Encoding;
use serde_json::Value;

use super::control_plane::ControlPlane;
use super::kubeconfig::{self, Served};

/// A client of the administrator's that keeps its connections.
pub(crate) struct DryRun(Client);

impl DryRun {
    pub(crate) async fn new(plane: &ControlPlane) -> Self {
        Self(kubeconfig::client(&plane.admin()).await.expect("the kubeconfig file is ours"))
    }

    /// What creating the object, which is JSON, in the collection, such as `/api/v1/namespaces/x/pods`, would be
    /// answered with.
    pub(crate) async fn create(&self, collection: &str, object: Bytes, answer: Encoding) -> Served {
        let request = Request::post(dry(collection)).header("content-type", content_type(Encoding::Json));
        self.send(request, object, answer).await
    }

    /// The same for a strategic merge patch of the object at this path.
    pub(crate) async fn patch(&self, object: &str, patch: &Value, answer: Encoding) -> Served {
        let request =
            Request::patch(dry(object)).header("content-type", "application/strategic-merge-patch+json");
        self.send(request, patch.to_string().into(), answer).await
    }

    async fn send(&self, request: Builder, body: Bytes, answer: Encoding) -> Served {
        let request = request.header("accept", content_type(answer));
        let request = request.body(Body::from(body)).expect("it is well formed");
        kubeconfig::send(&self.0, request).await.expect("the API server answers")
    }
}

fn dry(path: &str) -> String {
    format!("{path}?dryRun=All")
}

fn content_type(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Json => "application/json",
        Encoding::Protobuf => "application/vnd.kubernetes.protobuf",
    }
}
