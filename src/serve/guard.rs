//! What every request must pass, and what every answer carries.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State as Extract};
use axum::http::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, HOST, HeaderName,
    REFERRER_POLICY, RETRY_AFTER, TRANSFER_ENCODING, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::access::{Denial, User};
use super::answer::Refusal;
use super::{Access, Shared};

/// What every answer says to browsers: it is what it says it is, kept nowhere, and never a page that runs or is framed.
const HEADERS: [(HeaderName, &str); 4] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (CACHE_CONTROL, "no-store"),
    (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (REFERRER_POLICY, "no-referrer"),
];

/// Lets a request through that may be answered. The answer's extensions name the user, where somebody was asked.
pub(super) async fn guard(Extract(shared): Extract<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = match admit(&shared, request.uri(), request.headers()).await {
        Ok(user) => {
            let mut response = match refuse(&request) {
                Some(refused) => refused,
                None => next.run(request).await,
            };
            response.extensions_mut().insert(user);
            response
        }
        Err(refused) => refused,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The user who asks, where anybody is asked who they are.
async fn admit(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Result<Option<Arc<User>>, Response> {
    match &shared.access {
        Access::Loopback if names_this_machine(uri, headers) => Ok(None),
        Access::Loopback => {
            const REBINDING: &str = "the Host header must name this machine, such as localhost";
            Err(Refusal::new(StatusCode::MISDIRECTED_REQUEST, REBINDING).into_response())
        }
        Access::Reviewed { .. } if shared.port.is_probe(uri.path()) => Ok(None),
        Access::Reviewed { reviewer, .. } => {
            reviewer.admit(headers, &shared.port.reviewed_path(uri.path())).await.map(Some).map_err(deny)
        }
    }
}

/// The answer to a denial. It is the same whatever token and path were sent, so that neither can be guessed by it.
fn deny(denial: Denial) -> Response {
    match denial {
        Denial::Stranger => {
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "a bearer token is needed");
            ([(WWW_AUTHENTICATE, "Bearer")], refusal).into_response()
        }
        Denial::Forbidden => Refusal::new(StatusCode::FORBIDDEN, "this must not be read").into_response(),
        Denial::Unknown => {
            let refusal = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "the API server cannot be asked");
            ([(RETRY_AFTER, "2")], refusal).into_response()
        }
    }
}

fn refuse(request: &Request) -> Option<Response> {
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
fn names_this_machine(uri: &Uri, headers: &HeaderMap) -> bool {
    let host = match uri.authority() {
        Some(authority) => Some(authority.clone()),
        None => headers.get(HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok()),
    };
    let Some(host) = host else { return false };
    let name = host.host().trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn has_body(headers: &HeaderMap) -> bool {
    let length = headers.get(CONTENT_LENGTH).is_some_and(|length| length.as_bytes() != b"0");
    length || headers.contains_key(TRANSFER_ENCODING)
}
