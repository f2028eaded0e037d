//! Connections: accepted up to a bound, given up when they are slow, and ended when the daemon ends.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::stall::Impatient;
use super::tls::Tls;

/// How long a client may take to agree on TLS.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the head of a request may take, and how long a connection may be idle.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// How long and how many the head's lines may be.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// How long those who are being answered are waited for at the end.
const DRAIN: Duration = Duration::from_secs(4);
/// How long to wait when no connection can be accepted, as when file descriptors run out.
const ACCEPT_RETRY: Duration = Duration::from_millis(200);

/// Accepts connections, over TLS where there is any, until `shutdown`, and waits for the open ones.
pub(super) async fn accept_all(
    listener: TcpListener,
    tls: Option<Tls>,
    router: Router,
    connections_max: usize,
    mut shutdown: watch::Receiver<bool>,
) {
    let places = Arc::new(Semaphore::new(connections_max));
    let mut connections = JoinSet::new();
    let stop = shutdown.clone();
    let mut stopped = pin!(shutdown.wait_for(|stop| *stop));
    loop {
        tokio::select! {
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => {}
            (stream, place) = accept(&listener, &places) => {
                let stream = Impatient::new(stream);
                let conversation = Conversation { router: router.clone(), shutdown: stop.clone(), _place: place };
                match &tls {
                    None => connections.spawn(conversation.hold(stream)),
                    Some(tls) => {
                        // The certificate may have changed since the connection before.
                        let acceptor = TlsAcceptor::from(tls.borrow().clone());
                        connections.spawn(conversation.hold_over_tls(acceptor, stream))
                    }
                };
            }
        }
    }
    drop(listener);
    let drained = timeout(DRAIN, async { while connections.join_next().await.is_some() {} }).await;
    if drained.is_err() {
        tracing::warn!(open = connections.len(), "connections were cut off at the end");
    }
}

/// The next connection, once there is a place for it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            Err(error) => {
                tracing::warn!(%error, "failed to accept a connection");
                sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// One connection, from when it is accepted.
struct Conversation {
    router: Router,
    shutdown: watch::Receiver<bool>,
    /// Free for another one when this ends.
    _place: OwnedSemaphorePermit,
}

impl Conversation {
    async fn hold_over_tls(mut self, acceptor: TlsAcceptor, stream: Impatient<TcpStream>) {
        let agreed = tokio::select! {
            agreed = timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)) => agreed,
            _ = self.shutdown.wait_for(|stop| *stop) => return,
        };
        match agreed {
            Ok(Ok(stream)) => self.hold(stream).await,
            Ok(Err(error)) => tracing::debug!(%error, "a client does not agree on TLS"),
            Err(_) => tracing::debug!("a client took too long to agree on TLS"),
        }
    }

    /// Answers the requests.
    async fn hold(mut self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(HEAD_BYTES_MAX)
            .max_headers(HEADERS_MAX)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(self.router));
        let mut connection = pin!(connection);
        // An error here is the client's: it went, or sent what is not HTTP.
        let ended = tokio::select! {
            ended = connection.as_mut() => Some(ended),
            _ = self.shutdown.wait_for(|stop| *stop) => None,
        };
        let ended = if let Some(ended) = ended {
            ended
        } else {
            connection.as_mut().graceful_shutdown();
            connection.await
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}
