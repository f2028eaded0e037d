//! Answers that say what was wrong, in JSON: whatever is quoted in them cannot leave its string.

use std::sync::Arc;

use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::{Port, Shared};

/// How much of what a client sent is told back to it, in bytes.
const QUOTE_MAX: usize = 100;

/// Why a request is not answered as asked.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    body: Body,
}

#[derive(Debug, PartialEq, Eq, Serialize)]
struct Body {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<String>,
    /// What would have been right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    expected: Vec<String>,
    /// The right word that is nearest to what was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    nearest: Option<String>,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    error: &'a Body,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: &str) -> Self {
        let body = Body { message: message.to_owned(), parameter: None, expected: Vec::new(), nearest: None };
        Self { status, body }
    }

    /// A parameter that is wrong: its name, what is wrong, and what it may be.
    pub(super) fn parameter(name: &str, message: &str, expected: Vec<String>) -> Self {
        let body =
            Body { message: message.to_owned(), parameter: Some(quote(name)), expected, nearest: None };
        Self { status: StatusCode::BAD_REQUEST, body }
    }

    /// A word that is not among `valid`, which is told with the nearest one.
    pub(super) fn word(parameter: &str, message: &str, sent: &str, valid: &[&str]) -> Self {
        let mut refusal =
            Self::parameter(parameter, message, valid.iter().map(ToString::to_string).collect());
        refusal.body.nearest = nearest(sent, valid).map(str::to_owned);
        refusal
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let document = Document { schema: "plimsoll.dev/error/v1", error: &self.body };
        (self.status, axum::Json(document)).into_response()
    }
}

pub(super) async fn not_found(Extract(shared): Extract<Arc<Shared>>) -> Refusal {
    let message = match shared.port {
        Port::Metrics => {
            "no such path: there are /metrics, /livez and /readyz; the API has a port of its own"
        }
        Port::Api => {
            "no such path: there are /api/v1/deviations, /api/v1/events and /api/v1/journal/head; metrics have a port of \
             their own"
        }
    };
    Refusal::new(StatusCode::NOT_FOUND, message)
}

/// The word among `valid` that is nearest to `sent`, if one is near at all.
fn nearest<'a>(sent: &str, valid: &[&'a str]) -> Option<&'a str> {
    let sent = quote(sent).to_lowercase();
    let near = |word: &&str| strsim::jaro_winkler(&sent, &word.to_lowercase());
    let best = valid.iter().max_by(|a, b| near(a).total_cmp(&near(b)))?;
    (near(best) >= 0.7).then_some(*best)
}

/// The beginning of what was sent.
fn quote(text: &str) -> String {
    text[..text.floor_char_boundary(QUOTE_MAX)].to_owned()
}
