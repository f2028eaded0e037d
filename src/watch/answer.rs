//! What the API server answers, and what its refusals mean.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::response::Parts;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::model::{Loss, chain};
use crate::wire::{DecodeError, Encoding, Status, decode_status};

/// Why a request or a stream failed, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) remedy: Remedy,
    pub(super) message: String,
}

/// What helps after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Remedy {
    /// Wait, at least this long, and try the same again. Until it works the kind is lost.
    Wait { loss: Loss, at_least: Duration },
    /// The server has no time now, which says nothing of the version that was asked for: wait, at least this long,
    /// and try the very same again. Until it works the kind is lost.
    Yield { at_least: Duration },
    /// The version to go on from is too old: list anew, at once.
    Relist,
    /// The server does not stream first lists: list by pages, at once.
    Page,
    /// The server refuses protobuf: ask for JSON, at once.
    AskJson,
}

impl Remedy {
    /// The reason's name in metrics.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Wait { loss, .. } => loss.as_str(),
            Self::Yield { .. } => Loss::ServerError.as_str(),
            Self::Relist => "expired",
            Self::Page => "watch-list-refused",
            Self::AskJson => "protobuf-refused",
        }
    }
}

impl Failure {
    pub(super) fn unreachable(message: String) -> Self {
        Self { remedy: wait(Loss::Unreachable), message }
    }

    pub(super) fn undecodable(message: String) -> Self {
        Self { remedy: wait(Loss::Undecodable), message }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        match error {
            // The connection broke within a frame, which says nothing of what the server sends.
            DecodeError::Truncated => Self::unreachable(error.to_string()),
            _ => Self::undecodable(error.to_string()),
        }
    }
}

impl From<kube::Error> for Failure {
    fn from(error: kube::Error) -> Self {
        let unauthorized = match &error {
            kube::Error::Auth(_) => true,
            // The client's layers wrap the failure to get a token.
            kube::Error::Service(inner) => inner.is::<kube::client::AuthError>(),
            _ => false,
        };
        let loss = if unauthorized { Loss::Unauthorized } else { Loss::Unreachable };
        Self { remedy: wait(loss), message: chain(&error) }
    }
}

const fn wait(loss: Loss) -> Remedy {
    Remedy::Wait { loss, at_least: Duration::ZERO }
}

/// The encoding in which the answer is written.
pub(super) fn encoding(headers: &HeaderMap) -> Encoding {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/vnd.kubernetes.protobuf") {
        Encoding::Protobuf
    } else {
        Encoding::Json
    }
}

/// What a refusal means that came in at `now`.
pub(super) fn refusal(head: &Parts, body: Bytes, now: Timestamp) -> Failure {
    let status = decode_status(encoding(&head.headers), body).unwrap_or_default();
    explain(head.status, &status, retry_after(&head.headers, now).unwrap_or_default())
}

/// How long the server asks to wait: it says so in seconds or, as proxies do, as the date until when.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(secs) = asked.parse() {
        return Some(Duration::from_secs(secs));
    }
    let until = rfc2822::DateTimeParser::new().parse_timestamp(asked).ok()?;
    // A date that is past asks for no wait.
    until.duration_since(now).try_into().ok()
}

/// What an ERROR event means. The server ends the watch after it.
pub(super) fn error_event(status: &Status) -> Failure {
    let code = u16::try_from(status.code).ok().and_then(|code| StatusCode::from_u16(code).ok());
    explain(code.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), status, Duration::ZERO)
}

/// The longest wait that a server can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_mins(1);

fn explain(code: StatusCode, status: &Status, retry_after: Duration) -> Failure {
    let at_least = retry_after.min(RETRY_AFTER_MAX);
    let lost = |loss| Remedy::Wait { loss, at_least };
    let remedy = match code {
        StatusCode::GONE => Remedy::Relist,
        StatusCode::NOT_ACCEPTABLE | StatusCode::UNSUPPORTED_MEDIA_TYPE => Remedy::AskJson,
        StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY => Remedy::Page,
        StatusCode::UNAUTHORIZED => lost(Loss::Unauthorized),
        StatusCode::FORBIDDEN => lost(Loss::Forbidden),
        StatusCode::NOT_FOUND => lost(Loss::NotServed),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Remedy::Yield { at_least },
        _ => lost(Loss::ServerError),
    };
    Failure { remedy, message: format!("{code}: {}", status.message) }
}

#[cfg(test)]
mod tests;
