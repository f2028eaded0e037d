//! What the embedded server can be told to do wrong.

use std::collections::BTreeSet;

use bytes::Bytes;
use tokio::sync::mpsc::Sender;
use tokio::sync::watch::Receiver;

use crate::model::Kind;

/// What goes wrong while it is set. Each request looks at it anew; running watches go on as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Faults {
    /// Protobuf is not spoken: an `Accept` without JSON gets 406.
    pub protobuf_refused: bool,
    /// `sendInitialEvents` gets 422, as from a server without the feature.
    pub watch_list_refused: bool,
    /// Every request gets 401.
    pub unauthorized: bool,
    /// The one bearer token that is good: every request with another one, or with none, gets 401.
    pub token: Option<String>,
    /// Lists and watches of these kinds get 403.
    pub forbidden: BTreeSet<Kind>,
    /// Lists and watches of these kinds get 404.
    pub not_served: BTreeSet<Kind>,
    /// The next list or watch of each of these kinds begins with what cannot be decoded.
    pub garbage: BTreeSet<Kind>,
    /// Every request gets this error.
    pub error: Option<ServerError>,
    /// What waits until this is lifted.
    pub stalled: Option<Stalled>,
}

/// What a server can be in the middle of when it stalls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stalled {
    /// Lists, streamed or paged, stop after their first object.
    Lists,
    /// No page of a list but the first is answered.
    FurtherPages,
}

/// The faults as they are set and lifted, for whoever waits for that.
#[derive(Debug, Clone)]
pub(super) struct Stall(pub Receiver<Faults>);

impl Stall {
    /// Whether this is stalled now.
    pub(super) fn is_of(&self, what: Stalled) -> bool {
        self.0.borrow().stalled == Some(what)
    }

    /// Waits until lists may go on, or until nobody takes their chunks any more.
    pub(super) async fn of_lists(&mut self, chunks: &Sender<Bytes>) {
        tokio::select! {
            () = chunks.closed() => {}
            _lifted = self.0.wait_for(|faults| faults.stalled != Some(Stalled::Lists)) => {}
        }
    }

    /// Waits until further pages are answered.
    pub(super) async fn of_pages(&mut self) {
        // An error would say that the server is gone, which is the one that waits here.
        let _lifted = self.0.wait_for(|faults| faults.stalled != Some(Stalled::FurtherPages)).await;
    }
}

/// An error of the server itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServerError {
    pub code: ErrorCode,
    /// What `Retry-After` says, in seconds.
    pub retry_after_secs: Option<u16>,
}

/// The errors with which a server asks for patience, or breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    TooManyRequests,
    InternalError,
    ServiceUnavailable,
}
