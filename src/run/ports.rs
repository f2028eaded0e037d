//! The two ports, opened as the settings say.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::config::{self, Config};
use crate::model::View;
use crate::serve::{
    self, Access, Follower, JournalFeed, Port, ReviewOptions, Reviewer, State, TlsFiles, Vitals,
};
use crate::sinks::journal::Head;
use crate::sinks::metrics::{self, Metrics};

/// What the server shares with the walk and the journal.
pub(super) struct Shown {
    pub(super) metrics: Arc<Metrics>,
    pub(super) vitals: Arc<Vitals>,
    pub(super) view: watch::Receiver<Arc<View>>,
    /// The number up to which the journal is written.
    pub(super) written: watch::Receiver<u64>,
    /// How far it is written, with the hash of its end.
    pub(super) head: watch::Receiver<Option<Head>>,
}

/// Where the daemon serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Addresses {
    /// Metrics and probes.
    pub metrics: SocketAddr,
    pub api: SocketAddr,
}

/// Starts to serve on both ports. Tokens are reviewed through `client`.
pub(super) async fn open(
    tasks: &mut JoinSet<()>,
    config: &Config,
    client: &kube::Client,
    shown: Shown,
    ending: &watch::Receiver<bool>,
) -> anyhow::Result<Addresses> {
    let settings = &config.serve;
    let (metrics, metrics_address) = bind(settings.listen, "serve.listen").await?;
    let (api, api_address) = bind(settings.api_listen, "serve.api_listen").await?;
    let addresses = Addresses { metrics: metrics_address, api: api_address };
    let state = state(config, shown);
    let mut reviewed = None;
    for (port, listener, address) in
        [(Port::Metrics, metrics, addresses.metrics), (Port::Api, api, addresses.api)]
    {
        let access = match &reviewed {
            _ if address.ip().to_canonical().is_loopback() => Access::Loopback,
            Some(reviewed) => Access::clone(reviewed),
            None => reviewed.insert(guard(tasks, settings, client, &state.metrics)?).clone(),
        };
        tasks.spawn(serve::serve(listener, port, access, state.clone(), ending.clone()));
    }
    tracing::info!(metrics = %addresses.metrics, api = %addresses.api, "serving");
    Ok(addresses)
}

async fn bind(listen: SocketAddr, setting: &str) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let bound = TcpListener::bind(listen).await;
    let listener = bound.with_context(|| format!("failed to listen on {listen} ({setting})"))?;
    let address = listener.local_addr().context("failed to learn where the server listens")?;
    Ok((listener, address))
}

/// What guards the ports beyond loopback.
fn guard(
    tasks: &mut JoinSet<()>,
    settings: &config::Serve,
    client: &kube::Client,
    metrics: &Arc<Metrics>,
) -> anyhow::Result<Access> {
    let files = settings.tls.as_ref().context("beyond loopback TLS is owed (serve.tls_cert_file)")?;
    let files = TlsFiles { cert: files.cert.clone(), key: files.key.clone() };
    let (follower, tls) = Follower::start(files).context("failed to set up TLS")?;
    tasks.spawn(follower.run(Arc::clone(metrics)));
    let options =
        ReviewOptions { audiences: settings.token_audiences.clone(), remember: settings.review_cache };
    let reviewer = Reviewer::new(client.clone(), options, Arc::clone(metrics));
    Ok(Access::Reviewed { tls, reviewer: Arc::new(reviewer) })
}

fn state(config: &Config, shown: Shown) -> State {
    let info_max = config.metrics.deviation_info.then_some(config.metrics.deviation_info_max);
    State {
        view: shown.view,
        metrics: shown.metrics,
        metrics_options: metrics::Options { deviation_info_max: info_max },
        cluster: config.cluster.as_str().into(),
        journal: Some(JournalFeed {
            dir: config.journal.dir.clone(),
            written: shown.written,
            head: shown.head,
        }),
        vitals: shown.vitals,
        connections_max: config.serve.connections_max,
        streams_max: config.serve.event_streams_max,
    }
}
