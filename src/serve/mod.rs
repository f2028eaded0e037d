//! What the daemon answers over HTTP: metrics, health, the deviations and the stream of events. It only reads.

mod answer;
mod connection;
mod deviations;
mod events;
mod guard;
mod health;
mod query;
mod stall;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::State as Extract;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};

pub use health::Vitals;

use crate::model::View;
use crate::sinks::metrics::{self, Metrics};

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
    /// How many connections are open at once. Further ones wait in the kernel's queue.
    pub connections_max: usize,
    /// How many streams of events are served at once. A further one gets 503, so that streams never take all
    /// connections from those who scrape.
    pub streams_max: usize,
}

/// A journal that is written to.
#[derive(Debug, Clone)]
pub struct JournalFeed {
    pub dir: PathBuf,
    /// The sequence number up to which it is written. Streams wake on it and not on the view, because a view
    /// may be published before its lines are written.
    pub written: watch::Receiver<u64>,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    state: State,
    streams: Arc<Semaphore>,
    /// Whether only this machine is listened to.
    loopback: bool,
    shutdown: watch::Receiver<bool>,
}

/// Serves `listener` until `shutdown` is true or its sender is gone, and then for up to five seconds those who
/// are being answered.
pub async fn serve(listener: TcpListener, state: State, shutdown: watch::Receiver<bool>) {
    let loopback = listener.local_addr().is_ok_and(|address: SocketAddr| address.ip().is_loopback());
    let connections_max = state.connections_max;
    let router = router(state, loopback, shutdown.clone());
    connection::accept_all(listener, router, connections_max, shutdown).await;
}

fn router(state: State, loopback: bool, shutdown: watch::Receiver<bool>) -> Router {
    let streams = Arc::new(Semaphore::new(state.streams_max));
    let shared = Arc::new(Shared { state, streams, loopback, shutdown });
    Router::new()
        .route("/metrics", get(scrape))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/api/v1/deviations", get(deviations::list))
        .route("/api/v1/events", get(events::stream))
        .fallback(answer::not_found)
        .layer(from_fn_with_state(shared.clone(), guard::guard))
        .with_state(shared)
}

async fn scrape(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let view = shared.state.latest();
    let text = metrics::render(&view, &shared.state.metrics, shared.state.metrics_options);
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

impl State {
    fn latest(&self) -> Arc<View> {
        self.view.borrow().clone()
    }
}

#[cfg(test)]
mod tests;
