//! Kubeconfig files, and asking the API server through one as the daemon does.

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use serde_json::{Value, json};

use super::web::runtime;

/// What the API server answered.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) status: StatusCode,
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

/// Writes a kubeconfig file for a user, such as one with a token. JSON is YAML, so that no library is needed to write
/// it.
pub(crate) fn write(file: PathBuf, server: &str, authority: &Path, user: &Value) -> PathBuf {
    let text = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "e2e", "cluster": {"server": server, "certificate-authority": authority}}],
        "users": [{"name": "e2e", "user": user}],
        "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "e2e"}}],
        "current-context": "e2e",
    });
    fs::write(&file, text.to_string()).expect("a kubeconfig can be written");
    file
}

/// GET with the `Accept` header given, as the user of the kubeconfig file.
pub(crate) fn get(file: &Path, path: &str, accept: &str) -> Result<Served, String> {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).expect("it is well formed");
    runtime().block_on(async { send(&client(file).await?, request).await })
}

/// A client of the user of the kubeconfig file, for the runtime that this runs in.
pub(crate) async fn client(file: &Path) -> Result<Client, String> {
    let kubeconfig = Kubeconfig::read_from(file).map_err(|error| error.to_string())?;
    let options = KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options)
        .await
        .map_err(|error| error.to_string())?;
    Client::try_from(config).map_err(|error| error.to_string())
}

/// Asks, and reads the whole answer.
pub(crate) async fn send(client: &Client, request: Request<Body>) -> Result<Served, String> {
    let path = request.uri().to_string();
    let response = client.send(request).await.map_err(|error| format!("{path}: {error}"))?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.map_err(|error| format!("{path}: {error}"))?.to_bytes();
    let content_type = head.headers.get("content-type").and_then(|value| value.to_str().ok());
    Ok(Served { status: head.status, content_type: content_type.unwrap_or_default().to_owned(), body })
}
