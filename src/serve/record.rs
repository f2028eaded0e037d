//! Requests, counted and logged: who asked for what, without what they proved it by.

use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;

use super::access::User;
use super::{Port, Shared};

/// How much of a path and of a method is logged, in bytes.
const LOGGED_MAX: usize = 256;

pub(super) async fn record(Extract(shared): Extract<Arc<Shared>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let (method, path) = (beginning(request.method().as_str()), beginning(request.uri().path()));
    let response = next.run(request).await;
    let status = response.status();
    shared.state.metrics.http_request(shared.port.as_str(), status.as_u16());
    let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    let user = response.extensions().get::<Option<Arc<User>>>().cloned().flatten();
    let (port, status) = (shared.port.as_str(), status.as_u16());
    match user {
        // Who reads what the weaknesses of a cluster are is worth knowing; a scrape each half minute is not.
        Some(user) if shared.port == Port::Api => {
            tracing::info!(method, path, status, micros, user = beginning(&user.username), "answered");
        }
        user => {
            let user = user.map(|user| beginning(&user.username));
            tracing::debug!(port, method, path, status, micros, user, "answered");
        }
    }
    response
}

fn beginning(text: &str) -> String {
    text[..text.floor_char_boundary(LOGGED_MAX)].to_owned()
}
