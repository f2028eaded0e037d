//! `/api/v1/journal/head`: how far the journal is written, to be kept elsewhere, so that a tail that was cut off shows.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Extract};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::Shared;
use super::answer::Refusal;
use super::query::Query;

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    seq: u64,
    hash: &'a str,
    file: &'static str,
}

pub(super) async fn head(
    Extract(shared): Extract<Arc<Shared>>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    Query::parse(query.as_deref(), &[])?;
    let feed = shared.state.journal.as_ref();
    let head = feed.and_then(|feed| feed.head.borrow().clone());
    let head = head
        .ok_or_else(|| Refusal::new(StatusCode::NOT_FOUND, "no journal is kept, or its end is not known"))?;
    let document =
        Document { schema: "plimsoll.dev/journal-head/v1", seq: head.seq, hash: &head.hash, file: head.file };
    Ok(axum::Json(document).into_response())
}
