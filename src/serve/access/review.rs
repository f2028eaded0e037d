//! The two reviews that are asked for: whose a token is, and whether its user may read a path.

use std::collections::BTreeMap;

use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

/// How long an answer may be, in bytes.
const ANSWER_MAX: usize = 256 << 10;

/// A user as the API server knows them, told back to it as it was told.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::serve) struct User {
    pub(in crate::serve) username: String,
    uid: String,
    groups: Vec<String>,
    extra: BTreeMap<String, Vec<String>>,
}

/// Why it is not known what the API server says.
#[derive(Debug, Error)]
pub(super) enum ReviewError {
    #[error("failed to reach the API server")]
    Send(#[source] kube::Error),
    #[error("the API server answered {0}: the ClusterRole plimsoll-access is needed")]
    Forbidden(StatusCode),
    #[error("the API server answered {0}")]
    Status(StatusCode),
    #[error("failed to read what the API server answered")]
    Read(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("what the API server answered is no review")]
    Decode(#[source] serde_json::Error),
    #[error("failed to write the review")]
    Write(#[source] http::Error),
    #[error("the API server did not answer in time")]
    Late,
    #[error("too many reviews wait")]
    TooMany,
}

#[derive(Deserialize)]
struct Reviewed<T> {
    status: T,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct TokenStatus {
    authenticated: bool,
    user: User,
    audiences: Vec<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct AccessStatus {
    allowed: bool,
    denied: bool,
}

/// Whose the token is; none where it is no good, or for none of the audiences.
pub(super) async fn token(
    client: &Client,
    token: &str,
    audiences: &[String],
) -> Result<Option<User>, ReviewError> {
    let review = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenReview",
        "spec": {"token": token, "audiences": audiences},
    });
    let status: TokenStatus = post(client, "/apis/authentication.k8s.io/v1/tokenreviews", &review).await?;
    // An authenticator that knows nothing of audiences names none.
    let meant = audiences.is_empty() || audiences.iter().any(|it| status.audiences.contains(it));
    let known = status.authenticated && meant && !status.user.username.is_empty();
    Ok(known.then_some(status.user))
}

/// Whether the user may `get` the path, which is no resource's.
pub(super) async fn right(client: &Client, user: &User, path: &str) -> Result<bool, ReviewError> {
    let review = json!({
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": user.username,
            "uid": user.uid,
            "groups": user.groups,
            "extra": user.extra,
            "nonResourceAttributes": {"path": path, "verb": "get"},
        },
    });
    let url = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let status: AccessStatus = post(client, url, &review).await?;
    Ok(status.allowed && !status.denied)
}

async fn post<T: DeserializeOwned>(client: &Client, url: &str, review: &Value) -> Result<T, ReviewError> {
    let request = Request::post(url)
        .header(ACCEPT, "application/json")
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(review.to_string().into_bytes()))
        .map_err(ReviewError::Write)?;
    let (head, body) = client.send(request).await.map_err(ReviewError::Send)?.into_parts();
    match head.status {
        status if status.is_success() => {}
        StatusCode::FORBIDDEN => return Err(ReviewError::Forbidden(head.status)),
        status => return Err(ReviewError::Status(status)),
    }
    let body = Limited::new(body, ANSWER_MAX).collect().await.map_err(ReviewError::Read)?.to_bytes();
    let reviewed: Reviewed<T> = serde_json::from_slice(&body).map_err(ReviewError::Decode)?;
    Ok(reviewed.status)
}
