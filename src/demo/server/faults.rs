//! What the embedded server can be told to do wrong.

use std::collections::BTreeSet;

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
    /// Lists and watches of these kinds get 403.
    pub forbidden: BTreeSet<Kind>,
    /// Lists and watches of these kinds get 404.
    pub not_served: BTreeSet<Kind>,
    /// The next watch of each of these kinds begins with a frame that cannot be decoded.
    pub garbage: BTreeSet<Kind>,
    /// Every request gets this error.
    pub error: Option<ServerError>,
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
