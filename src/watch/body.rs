//! Bodies read within bounds.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::timeout;

use super::answer::Failure;
use crate::model::chain;

/// The next piece of a body; none at its end.
pub(super) async fn next_piece(body: &mut Body) -> Result<Option<Bytes>, Failure> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Err(error)) => return Err(Failure::unreachable(chain(&error))),
            // Trailers say nothing that is read.
            Some(Ok(frame)) => {
                if let Ok(piece) = frame.into_data() {
                    return Ok(Some(piece));
                }
            }
        }
    }
}

/// How long the next piece of a body may take that the server has at hand.
pub(super) const PIECE_TIME_MAX: Duration = Duration::from_secs(30);

/// A whole body; none if it is longer than `max` bytes.
pub(super) async fn whole(mut body: Body, max: usize) -> Result<Option<Bytes>, Failure> {
    let stalled = |_| Failure::unreachable(format!("nothing came for {} s", PIECE_TIME_MAX.as_secs()));
    let mut bytes = BytesMut::new();
    while let Some(piece) = timeout(PIECE_TIME_MAX, next_piece(&mut body)).await.map_err(stalled)?? {
        if bytes.len() + piece.len() > max {
            return Ok(None);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(Some(bytes.freeze()))
}
