//! The API server is a service that answers what it is told to, and counts what it is asked.

use std::sync::atomic::AtomicUsize;

use axum::http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::BodyExt;
use kube::client::Body;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::{Instant, advance};
use tower::service_fn;

use super::memory::ANSWERS_MAX;
use super::*;

const MINUTE: Duration = Duration::from_mins(1);

/// Knows jane, whose token is `good` and who may read everything, and joe, whose is `poor` and who may read nothing.
pub(in crate::serve) struct Cluster {
    /// The paths of the reviews that came.
    asked: Mutex<Vec<String>>,
    /// What it answers in place of a review.
    pub(in crate::serve) refuses: Mutex<Option<StatusCode>>,
    revoked: AtomicBool,
    /// A review takes a permit to be answered, and gives it back.
    gate: Semaphore,
    under_way: AtomicUsize,
    under_way_max: AtomicUsize,
}

impl Cluster {
    pub(in crate::serve) fn new() -> Arc<Self> {
        Arc::new(Self {
            asked: Mutex::default(),
            refuses: Mutex::default(),
            revoked: AtomicBool::new(false),
            gate: Semaphore::new(1000),
            under_way: AtomicUsize::new(0),
            under_way_max: AtomicUsize::new(0),
        })
    }

    pub(in crate::serve) fn reviewer(self: &Arc<Self>, audiences: &[&str]) -> Reviewer {
        let cluster = Arc::clone(self);
        let service = service_fn(move |request| Arc::clone(&cluster).answer(request));
        let client = kube::Client::new(service, "default");
        let audiences = audiences.iter().map(ToString::to_string).collect();
        let options = ReviewOptions { audiences, remember: MINUTE };
        Reviewer::new(client, options, Arc::new(Metrics::new("0.1.0")))
    }

    async fn answer(self: Arc<Self>, request: Request<Body>) -> Result<Response<Body>, std::io::Error> {
        let (head, body) = request.into_parts();
        let under_way = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.under_way_max.fetch_max(under_way, Ordering::SeqCst);
        self.asked.lock().push(head.uri.path().to_owned());
        let permit = self.gate.acquire().await.expect("it is never closed");
        let body = body.collect().await.expect("a body").to_bytes();
        let review: Value = serde_json::from_slice(&body).expect("JSON");
        drop(permit);
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        let status = self.refuses.lock().unwrap_or(StatusCode::CREATED);
        let answer = if head.uri.path().ends_with("/tokenreviews") {
            self.know(&review["spec"])
        } else {
            assert_eq!(review["spec"]["nonResourceAttributes"]["verb"], "get");
            assert_eq!(review["spec"]["groups"], json!(["system:authenticated"]));
            let path = review["spec"]["nonResourceAttributes"]["path"].as_str().expect("a path");
            // As Kubernetes, it lets everybody discover what is served.
            json!({"allowed": review["spec"]["user"] == "jane" || path.starts_with("/api/")})
        };
        let body = Body::from(json!({"status": answer}).to_string().into_bytes());
        Ok(Response::builder().status(status).body(body).expect("a response"))
    }

    fn know(&self, spec: &Value) -> Value {
        let name = match spec["token"].as_str() {
            _ if self.revoked.load(Ordering::SeqCst) => return json!({"authenticated": false}),
            Some("good") => "jane",
            Some("poor") => "joe",
            _ => return json!({"authenticated": false, "error": "no such token"}),
        };
        let user = json!({"username": name, "groups": ["system:authenticated"]});
        json!({"authenticated": true, "user": user, "audiences": ["plimsoll"]})
    }

    fn count(&self) -> usize {
        self.asked.lock().len()
    }
}

fn bearing(token: &str) -> HeaderMap {
    let header = HeaderValue::try_from(format!("Bearer {token}")).expect("a header");
    HeaderMap::from_iter([(AUTHORIZATION, header)])
}

/// The name of the user who is let in, or why nobody is.
async fn admit(reviewer: &Reviewer, token: &str) -> Result<String, Denial> {
    reviewer.admit(&bearing(token), "/metrics").await.map(|user| user.username.clone())
}

#[tokio::test(start_paused = true)]
async fn a_yes_holds_for_as_long_as_it_is_remembered() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    assert_eq!(admit(&reviewer, "good").await, Ok("jane".to_owned()));
    assert_eq!(cluster.count(), 2, "a token and a right");
    cluster.revoked.store(true, Ordering::SeqCst);
    advance(Duration::from_secs(59)).await;
    assert_eq!(admit(&reviewer, "good").await, Ok("jane".to_owned()));
    assert_eq!(cluster.count(), 2);
    advance(Duration::from_secs(1)).await;
    assert_eq!(admit(&reviewer, "good").await, Err(Denial::Stranger));
}

#[tokio::test(start_paused = true)]
async fn a_no_holds_for_ten_seconds() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    for (token, denial, asked) in [("bad", Denial::Stranger, 1), ("poor", Denial::Forbidden, 2)] {
        cluster.asked.lock().clear();
        for _ in 0..3 {
            assert_eq!(admit(&reviewer, token).await, Err(denial));
        }
        assert_eq!(cluster.count(), asked, "{token}");
        advance(NO_MAX).await;
        assert_eq!(admit(&reviewer, token).await, Err(denial));
        assert_eq!(cluster.count(), asked + 1, "{token}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_asks_at_the_same_time_has_it_asked_once() {
    let cluster = Cluster::new();
    let reviewer = Arc::new(cluster.reviewer(&[]));
    let held = cluster.gate.acquire_many(1000).await.expect("open");
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let reviewer = Arc::clone(&reviewer);
        asking.spawn(async move { admit(&reviewer, "good").await });
    }
    while cluster.count() == 0 {
        tokio::task::yield_now().await;
    }
    drop(held);
    assert!(asking.join_all().await.iter().all(Result::is_ok));
    assert_eq!(cluster.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn whoever_goes_away_leaves_the_answer_to_others() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    let held = cluster.gate.acquire_many(1000).await.expect("open");
    let impatient = timeout(Duration::from_secs(1), admit(&reviewer, "good")).await;
    assert!(impatient.is_err());
    drop(held);
    assert_eq!(admit(&reviewer, "good").await, Ok("jane".to_owned()));
    assert_eq!(cluster.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_the_api_server_does_not_say_is_not_held_against_anybody() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    *cluster.refuses.lock() = Some(StatusCode::FORBIDDEN);
    assert_eq!(admit(&reviewer, "good").await, Err(Denial::Unknown));
    *cluster.refuses.lock() = None;
    assert_eq!(admit(&reviewer, "good").await, Err(Denial::Unknown), "it is not asked at once");
    advance(FAILED_FOR).await;
    assert_eq!(admit(&reviewer, "good").await, Ok("jane".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn an_api_server_that_says_nothing_is_waited_for_within_bounds() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    let _held = cluster.gate.acquire_many(1000).await.expect("open");
    let begun = Instant::now();
    assert_eq!(admit(&reviewer, "good").await, Err(Denial::Unknown));
    assert_eq!(begun.elapsed().as_secs(), REVIEW_TIME_MAX.as_secs());
}

#[tokio::test(start_paused = true)]
async fn reviews_are_bounded_in_number() {
    let cluster = Cluster::new();
    let reviewer = Arc::new(cluster.reviewer(&[]));
    let held = cluster.gate.acquire_many(1000).await.expect("open");
    let mut asking = JoinSet::new();
    for number in 0..REVIEWS_WAITING_MAX + 10 {
        let reviewer = Arc::clone(&reviewer);
        asking.spawn(async move { admit(&reviewer, &format!("t{number}")).await });
    }
    while cluster.count() < REVIEWS_MAX {
        tokio::task::yield_now().await;
    }
    drop(held);
    let denials = asking.join_all().await;
    let failed = denials.iter().filter(|it| **it == Err(Denial::Unknown)).count();
    assert_eq!((failed, cluster.count()), (10, REVIEWS_WAITING_MAX));
    assert_eq!(cluster.under_way_max.load(Ordering::SeqCst), REVIEWS_MAX);
}

#[tokio::test(start_paused = true)]
async fn strangers_do_not_push_out_who_is_known() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    assert!(admit(&reviewer, "good").await.is_ok());
    for number in 0..2 * ANSWERS_MAX {
        assert_eq!(admit(&reviewer, &format!("t{number}")).await, Err(Denial::Stranger));
    }
    assert_eq!(reviewer.users.len(), ANSWERS_MAX);
    let asked = cluster.count();
    assert!(admit(&reviewer, "good").await.is_ok());
    assert_eq!(cluster.count(), asked);
}

#[tokio::test]
async fn what_is_no_bearer_token_is_not_asked_for() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    let long = format!("Bearer {}", "a".repeat(TOKEN_MAX + 1));
    for text in ["", "good", "Bearer", "Bearer ", "Basic good", "Bearer go od", "Bearer gööd", &long] {
        let header = HeaderValue::from_bytes(text.as_bytes()).expect("a header");
        let headers = HeaderMap::from_iter([(AUTHORIZATION, header)]);
        assert_eq!(reviewer.admit(&headers, "/metrics").await.err(), Some(Denial::Stranger), "{text}");
    }
    assert_eq!(reviewer.admit(&HeaderMap::new(), "/metrics").await.err(), Some(Denial::Stranger));
    let mut twice = bearing("good");
    twice.append(AUTHORIZATION, HeaderValue::from_static("Bearer good"));
    assert_eq!(reviewer.admit(&twice, "/metrics").await.err(), Some(Denial::Stranger));
    assert_eq!(cluster.count(), 0);
    let lower = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("bearer  good"))]);
    assert!(reviewer.admit(&lower, "/metrics").await.is_ok());
}

#[tokio::test]
async fn a_path_that_is_never_served_is_forbidden_without_asking() {
    let cluster = Cluster::new();
    let reviewer = cluster.reviewer(&[]);
    for path in [&format!("/{}", "a".repeat(PATH_MAX)), "*", ""] {
        assert_eq!(reviewer.admit(&bearing("good"), path).await.err(), Some(Denial::Forbidden), "{path}");
    }
    assert_eq!(*cluster.asked.lock(), ["/apis/authentication.k8s.io/v1/tokenreviews"]);
}

#[tokio::test]
async fn a_token_for_somebody_else_is_a_strangers() {
    let cluster = Cluster::new();
    assert!(admit(&cluster.reviewer(&["x", "plimsoll"]), "good").await.is_ok());
    assert_eq!(admit(&cluster.reviewer(&["x"]), "good").await, Err(Denial::Stranger));
}
