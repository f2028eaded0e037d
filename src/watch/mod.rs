//! The API server's streams: one task a kind, one type out.
//!
//! Each task lists its kind and follows it for ever, and says of every change to its sight of the kind. What
//! it decodes is interned at once and handed over in batches through a bounded queue; when the queue is
//! full, the task stops reading, and the server holds back.

mod answer;
mod backoff;
pub mod baseline;
mod body;
pub(crate) mod changes;
pub(crate) mod files;
mod follow;
mod list;
mod mend;
mod request;
mod review;

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;

use crate::model::Kind;
use crate::snapshot::{Batch, Intake};
use follow::Follower;

pub use review::review;

/// How the API server is watched.
#[derive(Debug, Clone)]
pub struct Options {
    /// Objects a page of a list, where the first list cannot be streamed.
    pub page_size: u32,
    /// How long a watch lives before it is asked for anew, so that a right that was lost is noticed.
    pub lifetime: Duration,
    /// The first wait after a failure; each further one is twice as long.
    pub backoff_min: Duration,
    pub backoff_max: Duration,
    /// How long a kind that the server does not have, and may do without, goes unasked for.
    pub absence: Duration,
    /// The longest frame of a watch and the longest page of a list that is accepted, in bytes.
    pub frame_max: usize,
    /// What the time is.
    pub clock: fn() -> Timestamp,
}

/// What a task hands over.
#[derive(Debug)]
pub struct Delivery {
    pub kind: Kind,
    pub batch: Batch,
    /// How many events of each type came: added, modified, deleted, bookmark, error, and
    /// listed page by page.
    pub events: [u64; EVENT_TYPES],
    /// What went wrong since the delivery before, if anything did.
    pub error: Option<Trouble>,
}

/// How many types of events there are.
pub const EVENT_TYPES: usize = 6;

/// The place of what was listed page by page among the types of events.
const LISTED: usize = 5;

/// What went wrong: its name in metrics, and its words in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub reason: &'static str,
    pub message: String,
}

/// Watches one kind for ever, or until nobody takes the deliveries any more.
///
/// The client must not retry by itself: a refusal says that the kind is not seen, and how long to wait.
pub async fn watch(
    kind: Kind,
    client: kube::Client,
    options: Options,
    intake: Arc<Intake>,
    deliveries: mpsc::Sender<Delivery>,
) {
    let mut follower = Follower::new(kind, client, options, intake, deliveries.clone());
    tokio::select! {
        () = deliveries.closed() => {}
        never = follower.run() => match never {},
    }
}

#[cfg(test)]
mod tests;
