//! How the running daemon is reached, and who asks.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, ensure};
use bytes::Bytes;
use clap::Args;
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Uri};
use http_body_util::Empty;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

/// Where the daemon is, and what it wants to be shown beyond loopback.
#[derive(Debug, Args)]
pub(super) struct Reach {
    /// Where the daemon serves its API [default: where `serve.api_listen` says, on loopback]
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// The file with the bearer token to ask with, such as one of `kubectl create token`
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// The file with the certificates, in PEM, that vouch for the daemon [default: those of the system]
    #[arg(long, value_name = "PATH")]
    ca_file: Option<PathBuf>,
}

pub(super) type Https = Client<HttpsConnector<HttpConnector>, Empty<Bytes>>;

impl Reach {
    /// The URL, without a slash at its end.
    pub(super) fn server(&self, listen: SocketAddr) -> anyhow::Result<String> {
        if let Some(server) = &self.server {
            return Ok(server.trim_end_matches('/').to_owned());
        }
        let loopback = listen.ip().to_canonical().is_loopback();
        ensure!(
            loopback,
            "`serve.api_listen` is beyond loopback, and a certificate is for a name: give it with --server"
        );
        Ok(format!("http://{listen}"))
    }

    pub(super) fn request(&self, url: &str) -> anyhow::Result<Request<Empty<Bytes>>> {
        let uri: Uri = url.parse().context("that is no URL")?;
        let scheme = uri.scheme_str();
        ensure!(matches!(scheme, Some("http" | "https")), "the URL must begin with http:// or https://");
        let secret = scheme == Some("https");
        let mut request = Request::get(uri);
        if let Some(path) = &self.token_file {
            ensure!(secret, "a token is sent over https:// alone");
            request = request.header(AUTHORIZATION, token(path)?);
        }
        request.body(Empty::new()).context("failed to make the request")
    }

    /// A client that trusts the certificates given, or the system's where the URL asks for TLS.
    pub(super) fn client(&self, server: &str) -> anyhow::Result<Https> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = match &self.ca_file {
            Some(path) => config.with_root_certificates(authorities(path)?),
            None if server.starts_with("https://") => {
                config.with_native_roots().context("failed to read the system's certificates")?
            }
            None => config.with_root_certificates(RootCertStore::empty()),
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(config.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .build();
        Ok(Client::builder(TokioExecutor::new()).build(connector))
    }
}

fn token(path: &Path) -> anyhow::Result<HeaderValue> {
    let what = || format!("failed to use the token in {}", path.display());
    let text = std::fs::read_to_string(path).with_context(what)?;
    let mut header = HeaderValue::try_from(format!("Bearer {}", text.trim())).with_context(what)?;
    header.set_sensitive(true);
    Ok(header)
}

fn authorities(path: &Path) -> anyhow::Result<RootCertStore> {
    let what = || format!("failed to use the certificates in {}", path.display());
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_file_iter(path).with_context(what)? {
        roots.add(cert.with_context(what)?).with_context(what)?;
    }
    ensure!(!roots.is_empty(), "{} holds no certificate", path.display());
    Ok(roots)
}
