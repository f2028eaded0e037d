//! What the daemon itself may do, asked of the API server from time to time: whoever binds more to it is told of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, header};
use jiff::Timestamp;
use kube::client::Body;
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::body;
use crate::model::{Kind, Sight, chain};
use crate::rbac::user;
use crate::snapshot::{Batch, Change, Own, Review, Snapshot};
use crate::wire::PolicyRule;

/// How long the daemon waits before it asks again.
const PAUSE: Duration = Duration::from_secs(30);

/// How much longer it waits for each namespace that it asks about, so that large clusters are asked ten times a second.
const PAUSE_EACH: Duration = Duration::from_millis(100);

/// How long it waits for the namespaces to be listed before it looks again.
const UNLISTED: Duration = Duration::from_secs(1);

/// About how many namespaces it asks, in the order of their names. Beyond them it is not known what it may do.
const NAMESPACES_MAX: usize = 1_000;

/// After how many times without an answer it is told. An API server that goes away for a while is told by `monitor/blind`.
const SILENCE_MAX: u32 = 3;

/// How long one answer may take.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(10);

/// How long an answer may be, in bytes.
const ANSWER_MAX: usize = 4 << 20;

/// Why there is no answer.
#[derive(Debug, Error)]
enum ReviewError {
    #[error("failed to make a request")]
    Request(#[source] http::Error),
    #[error("failed to ask the API server")]
    Ask(#[source] kube::Error),
    #[error("the API server answered with status {0}")]
    Status(u16),
    #[error("failed to read the answer: {0}")]
    Read(String),
    #[error("failed to decode the answer")]
    Decode(#[source] serde_json::Error),
    #[error("the API server did not answer in time")]
    Late,
}

/// `authenticationv1.SelfSubjectReview`.
#[derive(Debug, Deserialize)]
struct Identity {
    status: IdentityStatus,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct IdentityStatus {
    user_info: UserInfo,
}

#[derive(Debug, Deserialize)]
struct UserInfo {
    username: String,
}

/// `authorizationv1.SelfSubjectRulesReview`.
#[derive(Debug, Deserialize)]
struct Rules {
    status: RulesStatus,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RulesStatus {
    resource_rules: Option<Vec<PolicyRule>>,
    non_resource_rules: Option<Vec<PolicyRule>>,
    #[serde(default)]
    incomplete: bool,
    #[serde(default)]
    evaluation_error: String,
}

/// Asks for ever, or until nobody takes the answers any more.
pub async fn review(
    client: kube::Client,
    snapshot: Arc<Snapshot>,
    answers: mpsc::Sender<Batch>,
    clock: fn() -> Timestamp,
) {
    let mut last = Arc::default();
    let mut silence = 0;
    loop {
        if snapshot.sight(Kind::Namespace) == Sight::Syncing {
            sleep(UNLISTED).await;
            continue;
        }
        let namespaces = namespaces(&snapshot);
        let asked = u32::try_from(namespaces.len()).unwrap_or(u32::MAX);
        let told = match ask_all(&client, namespaces, &mut last).await {
            Ok(told) => {
                silence = 0;
                told
            }
            Err(error) => {
                silence += 1;
                tracing::debug!(error = %chain(&error), "what the daemon may do was not answered");
                if silence == SILENCE_MAX { vec![Own::Unreviewed(chain(&error))] } else { Vec::new() }
            }
        };
        let changes = told.into_iter().map(Change::Own).collect();
        if answers.send(Batch { seen: clock(), changes }).await.is_err() {
            return;
        }
        sleep(PAUSE + PAUSE_EACH * asked).await;
    }
}

/// Those that are asked about; where none can be seen, the one that every cluster has.
fn namespaces(snapshot: &Snapshot) -> Vec<Arc<str>> {
    let mut namespaces = snapshot.namespaces();
    if namespaces.is_empty() {
        namespaces.push(crate::model::DEFAULT_NAMESPACE.into());
    }
    namespaces.sort_unstable();
    namespaces
}

/// Who the daemon is, and what it may do in each of the namespaces. `last` is the answer that came last, which most
/// namespaces share.
async fn ask_all(
    client: &kube::Client,
    mut namespaces: Vec<Arc<str>>,
    last: &mut Arc<Review>,
) -> Result<Vec<Own>, ReviewError> {
    let left = namespaces.split_off(namespaces.len().min(NAMESPACES_MAX));
    let mut told = Vec::new();
    // Servers before Kubernetes 1.28 do not know; it only names the bindings.
    if let Ok(identity) =
        ask::<Identity>(client, "authentication.k8s.io", "SelfSubjectReview", json!({})).await
    {
        told.push(Own::Is(user(&identity.status.user_info.username)));
    }
    let mut reviews = BTreeMap::new();
    for namespace in namespaces {
        let spec = json!({"namespace": &*namespace});
        let answer: Rules = ask(client, "authorization.k8s.io", "SelfSubjectRulesReview", spec).await?;
        let mut review = answer.status.into_review();
        if !left.is_empty() && review.incomplete.is_none() {
            review.incomplete = Some(format!("there are more than {NAMESPACES_MAX} namespaces"));
        }
        if **last != review {
            *last = Arc::new(review);
        }
        reviews.insert(namespace, Arc::clone(last));
    }
    told.push(Own::Reviewed(reviews));
    Ok(told)
}

impl RulesStatus {
    fn into_review(self) -> Review {
        let rules = [self.resource_rules, self.non_resource_rules].into_iter().flatten().flatten();
        let reason = Some(self.evaluation_error).filter(|it| !it.is_empty());
        let reason = reason.unwrap_or_else(|| "the API server does not say why".to_owned());
        Review { rules: rules.collect(), incomplete: self.incomplete.then_some(reason) }
    }
}

/// Creates a review, which the API server answers and does not keep.
async fn ask<T: for<'de> Deserialize<'de>>(
    client: &kube::Client,
    group: &str,
    kind: &str,
    spec: serde_json::Value,
) -> Result<T, ReviewError> {
    let review = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "spec": spec});
    let uri = format!("/apis/{group}/v1/{}s", kind.to_lowercase());
    let request = Request::post(uri)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::ACCEPT, "application/json")
        .body(Body::from(review.to_string().into_bytes()))
        .map_err(ReviewError::Request)?;
    let answer = timeout(ANSWER_TIME_MAX, answer(client, request)).await.map_err(|_| ReviewError::Late)??;
    serde_json::from_slice(&answer).map_err(ReviewError::Decode)
}

async fn answer(client: &kube::Client, request: Request<Body>) -> Result<Bytes, ReviewError> {
    let response = client.send(request).await.map_err(ReviewError::Ask)?;
    if !response.status().is_success() {
        return Err(ReviewError::Status(response.status().as_u16()));
    }
    let body = body::whole(response.into_body(), ANSWER_MAX).await;
    let body = body.map_err(|failure| ReviewError::Read(failure.message))?;
    body.ok_or_else(|| ReviewError::Read(format!("it is longer than {ANSWER_MAX} bytes")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(json: &str) -> Review {
        serde_json::from_str::<Rules>(json).unwrap().status.into_review()
    }

    #[test]
    fn an_answer_is_read_with_both_sorts_of_rules() {
        let review = review(
            r#"{"kind": "SelfSubjectRulesReview", "spec": {}, "status": {
            "resourceRules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}],
            "nonResourceRules": [{"verbs": ["get"], "nonResourceURLs": ["/healthz"]}], "incomplete": false}}"#,
        );
        assert_eq!(review.incomplete, None);
        assert_eq!(review.rules.len(), 2);
        assert_eq!(review.rules[1].non_resource_urls, ["/healthz"]);
    }

    #[test]
    fn an_answer_that_is_not_all_says_why() {
        let incomplete = |error: &str| {
            review(&format!(
                r#"{{"status": {{"resourceRules": null, "nonResourceRules": [], "incomplete": true{error}}}}}"#
            ))
        };
        let said = incomplete(r#", "evaluationError": "webhook authorizer does not support it""#);
        assert_eq!(said.incomplete.as_deref(), Some("webhook authorizer does not support it"));
        assert_eq!(incomplete("").incomplete.as_deref(), Some("the API server does not say why"));
    }
}
