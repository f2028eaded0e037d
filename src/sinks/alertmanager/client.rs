//! One request to one Alertmanager, with a bound on its time and on what is read of the answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client as Legacy, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::{ClientConfig, RootCertStore};
use thiserror::Error;

use super::Target;

/// How much of an answer is read, for the log.
const ANSWER_MAX: usize = 4 << 10;
/// How long a connection is kept without use: longer than the time between two rounds of resending.
const IDLE_SECS: u64 = 90;

/// Why a request was not taken.
#[derive(Debug, Error)]
pub enum SendError {
    #[error("failed to read the system's root certificates")]
    Roots(#[source] std::io::Error),
    #[error("failed to set up TLS")]
    Tls(#[source] rustls::Error),
    #[error("failed to make the request")]
    Request(#[source] http::Error),
    #[error("failed to reach it")]
    Connect(#[source] hyper_util::client::legacy::Error),
    #[error("it did not answer in {0} s")]
    Timeout(u32),
    #[error("it answered {status}: {answer}")]
    Status { status: StatusCode, answer: String },
}

impl SendError {
    /// Whether the alerts themselves were refused, so that sending the same again at once is of no use.
    pub(super) fn is_refusal(&self) -> bool {
        const REFUSALS: [StatusCode; 3] =
            [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNPROCESSABLE_ENTITY];
        matches!(self, Self::Status { status, .. } if REFUSALS.contains(status))
    }
}

pub(super) struct Client {
    http: Legacy<HttpsConnector<HttpConnector>, Full<Bytes>>,
    timeout_secs: u32,
}

impl Client {
    /// A client for `target` alone, so that no other one's connections hold it up.
    pub(super) fn new(target: &Target, timeout_secs: u32) -> Result<Self, SendError> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(target)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let http = Legacy::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(IDLE_SECS))
            .pool_max_idle_per_host(1)
            .build(connector);
        Ok(Self { http, timeout_secs })
    }

    /// Posts `body` to the Alertmanager, and gives an error unless it took it.
    pub(super) async fn post(&self, target: &Target, body: String) -> Result<(), SendError> {
        let mut request = Request::post(target.uri())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("plimsoll/", env!("CARGO_PKG_VERSION")));
        if let Some(authorization) = target.authorization() {
            request = request.header(AUTHORIZATION, authorization);
        }
        let request = request.body(Full::from(body)).map_err(SendError::Request)?;
        let exchange = async {
            let response = self.http.request(request).await.map_err(SendError::Connect)?;
            let status = response.status();
            let answer = read_answer(response.into_body()).await;
            if status.is_success() { Ok(()) } else { Err(SendError::Status { status, answer }) }
        };
        tokio::time::timeout(Duration::from_secs(self.timeout_secs.into()), exchange)
            .await
            .unwrap_or(Err(SendError::Timeout(self.timeout_secs)))
    }
}

/// Trusts the system's root certificates where the target speaks TLS. Where it does not, none are needed, and an
/// image without any must not keep alerts from being sent.
fn tls(target: &Target) -> Result<ClientConfig, SendError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(SendError::Tls)?;
    let config = if target.is_https() {
        config.with_native_roots().map_err(SendError::Roots)?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(config.with_no_client_auth())
}

/// The beginning of the answer as printable text: it goes into a log, and a stranger may have written it.
async fn read_answer(body: Incoming) -> String {
    let bytes = match Limited::new(body, ANSWER_MAX).collect().await {
        Ok(collected) => collected.to_bytes(),
        Err(_) => return "an answer that could not be read".to_owned(),
    };
    String::from_utf8_lossy(&bytes).trim().escape_debug().collect()
}
