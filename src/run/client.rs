//! The client of the API server.

mod token;

use std::sync::Arc;

use anyhow::Context;
use kube::client::ClientBuilder;
use kube::config::{KubeConfigOptions, Kubeconfig};
use tower::util::MapRequestLayer;

use crate::config;
use token::TokenFile;

/// The client that the settings ask for: of a kubeconfig file and context, else as kubectl finds them, else
/// the one of the pod that the daemon runs in, whose token is read again as it rotates.
pub(crate) async fn connect(settings: &config::Kube) -> anyhow::Result<kube::Client> {
    let mut config = find(settings).await?;
    // Whoever watches must know at once that the server refuses. The client's own retries would hide it, and
    // show as a server that does not answer.
    config.default_retry = false;
    tracing::info!(server = %config.cluster_url, "watching");
    let token_file = config.auth_info.token_file.take().map(TokenFile::open).transpose()?;
    let client = ClientBuilder::try_from(config).context("failed to make a client of the API server")?;
    let Some(token_file) = token_file else { return Ok(client.build()) };
    let token_file = Arc::new(token_file);
    Ok(client.with_layer(&MapRequestLayer::new(move |request| token_file.sign(request))).build())
}

async fn find(settings: &config::Kube) -> anyhow::Result<kube::Config> {
    let options = KubeConfigOptions { context: settings.context.clone(), ..KubeConfigOptions::default() };
    if let Some(path) = &settings.kubeconfig {
        let file =
            Kubeconfig::read_from(path).with_context(|| format!("failed to read {}", path.display()))?;
        let config = kube::Config::from_custom_kubeconfig(file, &options).await;
        return config.with_context(|| format!("failed to use {}", path.display()));
    }
    if options.context.is_some() {
        return kube::Config::from_kubeconfig(&options).await.context("failed to find a kubeconfig");
    }
    kube::Config::infer().await.context("found neither a kubeconfig nor the service account of a pod")
}

#[cfg(test)]
mod tests;
