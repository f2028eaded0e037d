//! A Kubernetes API server on loopback: lists and watches of the store's objects, and what can go wrong there.

mod answer;
mod body;
mod discovery;
mod faults;
mod frames;
mod list;
mod negotiate;
mod options;
mod review;
mod status;
mod token;
mod watch;

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch as signal;
use tokio::task::JoinHandle;

use crate::demo::store::Store;
use crate::model::Kind;

use answer::{Source, answer};

pub use faults::{ErrorCode, Faults, ServerError, Stalled};

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
    signals: Signals,
    /// None while the server is stopped.
    accepting: Option<JoinHandle<()>>,
}

/// What is told to all connections.
#[derive(Debug, Clone)]
struct Signals {
    /// Each new value ends the connections that there are.
    cut: signal::Sender<u64>,
    /// While it is true, nothing is read or written.
    frozen: signal::Sender<bool>,
}

impl Server {
    /// Serves the store on a free port of 127.0.0.1.
    pub async fn start(store: Arc<Store>) -> Result<Self, ListenError> {
        let source = Arc::new(Source {
            store,
            faults: signal::Sender::default(),
            installed: signal::Sender::default(),
        });
        let listener = listen(0).await?;
        let address = listener.local_addr().map_err(|source| ListenError { port: 0, source })?;
        let signals = Signals { cut: signal::Sender::new(0), frozen: signal::Sender::new(false) };
        let accepting = Some(tokio::spawn(accept(listener, Arc::clone(&source), signals.clone())));
        Ok(Self { source, address, signals, accepting })
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
        self.source.faults.borrow().clone()
    }

    /// Changes what goes wrong from the next request on.
    pub fn set_faults(&self, faults: Faults) {
        self.source.faults.send_replace(faults);
    }

    /// Serves these kinds of network policies that are not Kubernetes' own from the next request on, and no others.
    /// Without them a server has none.
    pub fn install(&self, kinds: BTreeSet<Kind>) {
        self.source.installed.send_replace(kinds);
    }

    /// Ends all connections in the middle of whatever they do.
    pub fn cut_connections(&self) {
        self.signals.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Says and hears nothing from now on, as a process that was stopped: connections stay, and new ones are
    /// made by the kernel alone.
    pub fn freeze(&self) {
        self.signals.frozen.send_replace(true);
    }

    /// Goes on after [`Self::freeze`] where it was.
    pub fn thaw(&self) {
        self.signals.frozen.send_replace(false);
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
            self.accepting =
                Some(tokio::spawn(accept(listener, Arc::clone(&self.source), self.signals.clone())));
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

async fn accept(listener: TcpListener, source: Arc<Source>, signals: Signals) {
    loop {
        if let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(connection(stream, Arc::clone(&source), signals.clone()));
        } else {
            // The connection ended before it was accepted, or there are too many, of which some will end.
            tokio::time::sleep(ACCEPT_RETRY).await;
        }
    }
}

async fn connection(stream: TcpStream, source: Arc<Source>, signals: Signals) {
    // Without it small frames wait for the acknowledgement of those before; with it failing they are but late.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let source = Arc::clone(&source);
        async move { Ok::<_, Infallible>(answer(&source, &request).await) }
    });
    let mut served = pin!(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    let (mut cut, mut frozen) = (signals.cut.subscribe(), signals.frozen.subscribe());
    loop {
        let still = *frozen.borrow_and_update();
        tokio::select! {
            // How a connection ended is the client's concern.
            _ = &mut served, if !still => return,
            _ = cut.changed() => return,
            _ = frozen.changed() => {}
        }
    }
}
