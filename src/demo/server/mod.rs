//! A Kubernetes API server on loopback: lists and watches of the store's objects, and what can go wrong there.

mod answer;
mod body;
mod discovery;
mod faults;
mod frames;
mod list;
mod negotiate;
mod options;
mod status;
mod token;
mod watch;

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch as signal;
use tokio::task::JoinHandle;

use crate::demo::store::Store;

use answer::{Source, answer};

pub use faults::{ErrorCode, Faults, ServerError};

/// How long the server waits after it could not accept a connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(10);

/// The server could not begin to listen.
#[derive(Debug, thiserror::Error)]
#[error("failed to listen on loopback port {port}")]
pub struct ListenError {
    port: u16,
    #[source]
    source: io::Error,
}

/// A running server. Dropping it ends it and its connections.
#[derive(Debug)]
pub struct Server {
    source: Arc<Source>,
    address: SocketAddr,
    /// Each new value ends the connections that there are.
    cut: signal::Sender<u64>,
    /// None while the server is stopped.
    accepting: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves the store on a free port of 127.0.0.1.
    pub async fn start(store: Arc<Store>) -> Result<Self, ListenError> {
        let source = Arc::new(Source { store, faults: Mutex::default() });
        let listener = listen(0).await?;
        let address = listener.local_addr().map_err(|source| ListenError { port: 0, source })?;
        let cut = signal::Sender::new(0);
        let accepting = Some(tokio::spawn(accept(listener, Arc::clone(&source), cut.clone())));
        Ok(Self { source, address, cut, accepting })
    }

    /// Where it is reached, such as `http://127.0.0.1:40123`. It stays the same when the server comes back.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn store(&self) -> &Arc<Store> {
        &self.source.store
    }

    /// The faults that are set.
    pub fn faults(&self) -> Faults {
        self.source.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what goes wrong from the next request on.
    pub fn set_faults(&self, faults: Faults) {
        *self.source.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }

    /// Ends all connections in the middle of whatever they do.
    pub fn cut_connections(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Ends all connections and refuses new ones, as a server that is down.
    pub async fn stop(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            accepting.abort();
            // Only when the task is gone is the port closed. It ends by being aborted, which is no failure.
            let _ = accepting.await;
        }
        self.cut_connections();
    }

    /// Comes back on the same port after a stop.
    pub async fn resume(&mut self) -> Result<(), ListenError> {
        if self.accepting.is_none() {
            let listener = listen(self.address.port()).await?;
            self.accepting = Some(tokio::spawn(accept(listener, Arc::clone(&self.source), self.cut.clone())));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(accepting) = &self.accepting {
            accepting.abort();
        }
        self.cut_connections();
    }
}

async fn listen(port: u16) -> Result<TcpListener, ListenError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(|source| ListenError { port, source })
}

async fn accept(listener: TcpListener, source: Arc<Source>, cut: signal::Sender<u64>) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&source), cut.subscribe()));
        } else {
            // The connection ended before it was accepted, or there are too many, of which some will end.
            tokio::time::sleep(ACCEPT_RETRY).await;
        }
    }
}

async fn connection(stream: TcpStream, source: Arc<Source>, mut cut: signal::Receiver<u64>) {
    // Without it small frames wait for the acknowledgement of those before; with it failing they are but late.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let response = answer(&source, &request);
        async move { Ok::<_, Infallible>(response) }
    });
    let served = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        // How a connection ended is the client's concern.
        _ = served => {}
        _ = cut.changed() => {}
    }
}
