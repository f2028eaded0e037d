//! What every request must pass, and what every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, HOST, TRANSFER_ENCODING, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Shared;
use super::answer::Refusal;

/// Lets a request through that may be answered.
pub(super) async fn guard(Extract(shared): Extract<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = match refuse(&shared, &request) {
        Some(refused) => refused,
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refuse(shared: &Shared, request: &Request) -> Option<Response> {
    if shared.loopback && !names_this_machine(request) {
        const REBINDING: &str = "the Host header must name this machine, such as localhost";
        return Some(Refusal::new(StatusCode::MISDIRECTED_REQUEST, REBINDING).into_response());
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let refusal = Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
        return Some(([(ALLOW, "GET, HEAD")], refusal).into_response());
    }
    if has_body(request.headers()) {
        let refusal = Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "a request must not have a body");
        // What follows on the connection would be the body, which is not read.
        return Some(([(CONNECTION, "close")], refusal).into_response());
    }
    None
}

/// A browser that was led here by a name that somebody else controls sends that name: the page that asks is not
/// of this machine, and must not read what its weaknesses are.
fn names_this_machine(request: &Request) -> bool {
    let host = match request.uri().authority() {
        Some(authority) => Some(authority.clone()),
        None => request.headers().get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok()),
    };
    let Some(host) = host else { return false };
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    length || headers.contains_key(TRANSFER_ENCODING)
}
