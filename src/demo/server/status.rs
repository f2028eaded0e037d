//! The errors that a server answers, in the words of a real one.

use http::StatusCode;

use crate::demo::objects::{ListMeta, Status, StatusCause, StatusDetails};
use crate::model::Kind;

use super::faults::{ErrorCode, ServerError};

/// What is answered in place of what was asked for. Boxed, because it is seldom made and is wide.
#[derive(Debug)]
pub(super) struct Refusal {
    pub code: StatusCode,
    pub status: Box<Status>,
    /// What `Retry-After` says, in seconds.
    pub retry_after_secs: Option<u16>,
}

fn refusal(code: StatusCode, reason: &str, message: impl Into<String>) -> Refusal {
    let status = Status {
        metadata: Some(ListMeta::default()),
        status: "Failure".to_owned(),
        message: message.into(),
        reason: reason.to_owned(),
        code: i32::from(code.as_u16()),
        ..Status::default()
    };
    Refusal { code, status: Box::new(status), retry_after_secs: None }
}

fn with_details(mut refusal: Refusal, details: StatusDetails) -> Refusal {
    refusal.status.details = Some(details);
    refusal
}

pub(super) fn unauthorized() -> Refusal {
    refusal(StatusCode::UNAUTHORIZED, "Unauthorized", "Unauthorized")
}

/// Whoever asks may not use the verb on the kind.
pub(super) fn forbidden(kind: Kind, verb: &str) -> Refusal {
    let (group, plural) = (kind.group(), kind.plural());
    let resource = if group.is_empty() { plural.to_owned() } else { format!("{plural}.{group}") };
    let message = format!(
        "{resource} is forbidden: User \"plimsoll\" cannot {verb} resource \"{plural}\" in API group \
         \"{group}\" at the cluster scope"
    );
    let details =
        StatusDetails { group: group.to_owned(), kind: plural.to_owned(), ..StatusDetails::default() };
    with_details(refusal(StatusCode::FORBIDDEN, "Forbidden", message), details)
}

pub(super) fn not_found() -> Refusal {
    let message = "the server could not find the requested resource";
    with_details(refusal(StatusCode::NOT_FOUND, "NotFound", message), StatusDetails::default())
}

pub(super) fn method_not_allowed() -> Refusal {
    let message = "the server does not allow this method on the requested resource";
    let refusal = refusal(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message);
    with_details(refusal, StatusDetails::default())
}

/// None of the media types that are accepted is served.
pub(super) fn not_acceptable(served: &str) -> Refusal {
    let message = format!("406: Not Acceptable\n\nAvailable representations: {served}");
    let refusal = refusal(StatusCode::NOT_ACCEPTABLE, "NotAcceptable", message);
    with_details(refusal, StatusDetails::default())
}

/// An option of a list or a watch must not be given, or not so.
pub(super) fn forbidden_option(field: &str, detail: &str) -> Refusal {
    let message = format!("ListOptions.meta.k8s.io \"\" is invalid: {field}: Forbidden: {detail}");
    let cause = StatusCause {
        reason: "FieldValueForbidden".to_owned(),
        message: format!("Forbidden: {detail}"),
        field: field.to_owned(),
    };
    let details = StatusDetails {
        group: "meta.k8s.io".to_owned(),
        kind: "ListOptions".to_owned(),
        causes: vec![cause],
        ..StatusDetails::default()
    };
    with_details(refusal(StatusCode::UNPROCESSABLE_ENTITY, "Invalid", message), details)
}

/// A real server answers 500 to a watch whose version is no number, and gives no reason.
pub(super) fn unreadable_watch_version(written: &str) -> Refusal {
    refusal(StatusCode::INTERNAL_SERVER_ERROR, "", unreadable(written))
}

pub(super) fn unreadable_list_version(written: &str) -> Refusal {
    let message = format!("invalid resource version: {}", unreadable(written));
    refusal(StatusCode::BAD_REQUEST, "BadRequest", message)
}

fn unreadable(written: &str) -> String {
    format!(
        "resourceVersion: Invalid value: \"{written}\": strconv.ParseUint: parsing \"{written}\": invalid syntax"
    )
}

/// The version is one that is yet to come.
pub(super) fn version_too_large(asked: u64, current: u64) -> Refusal {
    let message = format!("Timeout: Too large resource version: {asked}, current: {current}");
    let cause = StatusCause {
        reason: "ResourceVersionTooLarge".to_owned(),
        message: "Too large resource version".to_owned(),
        ..StatusCause::default()
    };
    let details = StatusDetails { causes: vec![cause], retry_after_seconds: 1, ..StatusDetails::default() };
    let refusal = with_details(refusal(StatusCode::GATEWAY_TIMEOUT, "Timeout", message), details);
    Refusal { retry_after_secs: Some(1), ..refusal }
}

/// The version from which a watch wants to go on is no longer in the log, which begins at `oldest`.
pub(super) fn watch_expired(asked: u64, oldest: u64) -> Refusal {
    expired(format!("too old resource version: {asked} ({oldest})"))
}

pub(super) fn list_expired() -> Refusal {
    expired("The resourceVersion for the provided list is too old.")
}

/// The list that is read in pages is forgotten. The answer carries a token with which to read on regardless.
pub(super) fn token_expired(inconsistent: String) -> Refusal {
    let mut refusal = expired(
        "The provided continue parameter is too old to display a consistent list result. You can start a new \
         list without the continue parameter, or use the continue token in this response to retrieve the \
         remainder of the results. Continuing with the provided token results in an inconsistent list - \
         objects that were created, modified, or deleted between the time the first chunk was returned and \
         now may show up in the list.",
    );
    refusal.status.metadata = Some(ListMeta { r#continue: inconsistent, ..ListMeta::default() });
    refusal
}

pub(super) fn token_invalid() -> Refusal {
    let message = "invalid continue token: continue key is not valid";
    refusal(StatusCode::BAD_REQUEST, "BadRequest", message)
}

fn expired(message: impl Into<String>) -> Refusal {
    refusal(StatusCode::GONE, "Expired", message)
}

pub(super) fn server_error(error: ServerError) -> Refusal {
    let (code, reason, message) = match error.code {
        ErrorCode::TooManyRequests => {
            let message = "Too many requests, please try again later.";
            (StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", message)
        }
        ErrorCode::InternalError => {
            let message = "Internal error occurred: etcdserver: request timed out";
            (StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
        }
        ErrorCode::ServiceUnavailable => {
            let message = "the server is currently unable to handle the request";
            (StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", message)
        }
    };
    let retry_after_seconds = error.retry_after_secs.map_or(0, i32::from);
    let details = StatusDetails { retry_after_seconds, ..StatusDetails::default() };
    let refusal = with_details(refusal(code, reason, message), details);
    Refusal { retry_after_secs: error.retry_after_secs, ..refusal }
}
