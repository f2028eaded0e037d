//! What the daemon answers over HTTP: metrics, health, the deviations and the stream of events. It only reads.

mod access;
mod answer;
mod connection;
mod deviations;
mod events;
mod guard;
mod head;
mod health;
mod parts;
mod query;
mod record;
mod stall;
mod tls;

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub use access::{ReviewOptions, Reviewer};
pub use health::Vitals;
pub use tls::{Follower, Tls, TlsError, TlsFiles};

use crate::model::View;
use crate::sinks::journal::Head;
use crate::sinks::metrics::{self, Exposition, Metrics};
use answer::Refusal;
use parts::Parts;

/// All that answers are made of.
#[derive(Debug, Clone)]
pub struct State {
    pub view: watch::Receiver<Arc<View>>,
    pub metrics: Arc<Metrics>,
    pub metrics_options: metrics::Options,
    /// The cluster's name; may be empty.
    pub cluster: Arc<str>,
    /// Where events are read from; none where no journal is kept.
    pub journal: Option<JournalFeed>,
    pub vitals: Arc<Vitals>,
    /// How many connections are open at once on a port. Further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// How many streams of events are served at once. A further one gets 503, so that streams never take all
    /// connections from those who ask for something else.
    pub streams_max: usize,
}

/// A journal that is written to.
#[derive(Debug, Clone)]
pub struct JournalFeed {
    pub dir: PathBuf,
    /// The sequence number up to which it is written. Streams wake on it and not on the view, because a view
    /// may be published before its lines are written.
    pub written: watch::Receiver<u64>,
    /// How far it is written, with the hash of its end.
    pub head: watch::Receiver<Option<Head>>,
}

/// What a port answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// Metrics and probes.
    Metrics,
    Api,
}

impl Port {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Api => "api",
        }
    }

    /// What a right is asked for: of the API not the path itself, because Kubernetes lets everybody whom it knows `get`
    /// `/api/*`, which is its own (the role `system:discovery`).
    fn reviewed_path(self, path: &str) -> Cow<'_, str> {
        match self {
            Self::Metrics => path.into(),
            Self::Api => format!("/plimsoll{path}").into(),
        }
    }

    /// Whether the kubelet asks for the path, which bears no token.
    fn is_probe(self, path: &str) -> bool {
        self == Self::Metrics && ["/livez", "/readyz"].contains(&path)
    }
}

/// What stands between a port and those who ask.
#[derive(Debug, Clone)]
pub enum Access {
    /// Nobody but this machine reaches it.
    Loopback,
    /// Anybody reaches it: over TLS, and with a token that the API server has reviewed.
    Reviewed { tls: Tls, reviewer: Arc<Reviewer> },
}

/// What the connections of a port share.
#[derive(Debug)]
struct Shared {
    state: State,
    port: Port,
    access: Access,
    streams: Arc<Semaphore>,
    exposition: Exposition,
    shutdown: watch::Receiver<bool>,
}

/// Serves `listener` until `shutdown` is true or its sender is gone, and then for up to five seconds those who
/// are being answered.
pub async fn serve(
    listener: TcpListener,
    port: Port,
    access: Access,
    state: State,
    shutdown: watch::Receiver<bool>,
) {
    let tls = match &access {
        Access::Loopback => None,
        Access::Reviewed { tls, .. } => Some(tls.clone()),
    };
    let connections_max = state.connections_max;
    let router = router(port, access, state, shutdown.clone());
    connection::accept_all(listener, tls, router, connections_max, shutdown).await;
}

fn router(port: Port, access: Access, state: State, shutdown: watch::Receiver<bool>) -> Router {
    let streams = Arc::new(Semaphore::new(state.streams_max));
    let exposition = Exposition::new(state.metrics_options);
    let shared = Arc::new(Shared { state, port, access, streams, exposition, shutdown });
    let routes = match port {
        Port::Metrics => Router::new()
            .route("/metrics", get(scrape))
            .route("/livez", get(health::live))
            .route("/readyz", get(health::ready)),
        Port::Api => Router::new()
            .route("/api/v1/deviations", get(deviations::list))
            .route("/api/v1/events", get(events::stream))
            .route("/api/v1/journal/head", get(head::head)),
    };
    // Around the whole, because around each route it would be told which of them there are by headers.
    Router::new()
        .fallback_service(routes.fallback(answer::not_found).with_state(shared.clone()))
        .layer(from_fn_with_state(shared.clone(), guard::guard))
        .layer(from_fn_with_state(shared, record::record))
}

async fn scrape(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let view = shared.state.latest();
    // Another scrape may be at it, and the first one renders all that stands: neither may hold up the walk.
    let render = move || shared.exposition.render(&view, &shared.state.metrics);
    match tokio::task::spawn_blocking(render).await {
        Ok(parts) => {
            let body = Body::new(Parts::new(parts));
            ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], body).into_response()
        }
        Err(_) => Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, "the page was not made").into_response(),
    }
}

impl State {
    fn latest(&self) -> Arc<View> {
        self.view.borrow().clone()
    }
}

#[cfg(test)]
mod tests;
