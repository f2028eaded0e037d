//! The daemon beyond loopback: over TLS, and for whoever has a token that Kubernetes takes.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use rcgen::generate_simple_self_signed;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;

use super::poll;
use super::ports::free_port;
use super::process::Process;
use super::web::{Answer, runtime};

/// A daemon that listens on every address of this machine, with the certificate that vouches for itself.
pub(crate) struct Guarded {
    process: Process,
    metrics: u16,
    api: u16,
    home: TempDir,
}

impl Guarded {
    /// Starts it as the user of the kubeconfig, and waits until it is ready. What is reviewed is remembered for a second.
    pub(crate) fn start(logs: &Path, kubeconfig: &Path) -> Self {
        Self::start_with(logs, kubeconfig, &[])
    }

    /// The same with further flags.
    pub(crate) fn start_with(logs: &Path, kubeconfig: &Path, flags: &[String]) -> Self {
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        let pair = generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate can be made");
        let (cert, key) = (home.path().join("tls.crt"), home.path().join("tls.key"));
        fs::write(&cert, pair.cert.pem()).expect("it can be written");
        fs::write(&key, pair.signing_key.serialize_pem()).expect("it can be written");
        let (metrics, api) = (free_port(), free_port());
        let mut args = vec![
            "run".to_owned(),
            format!("--kubeconfig={}", kubeconfig.display()),
            format!("--journal-dir={}", home.path().join("journal").display()),
            format!("--serve-listen=0.0.0.0:{metrics}"),
            format!("--serve-api-listen=0.0.0.0:{api}"),
            format!("--serve-tls-cert-file={}", cert.display()),
            format!("--serve-tls-key-file={}", key.display()),
            "--serve-review-cache-secs=1".to_owned(),
            "--log-level=debug".to_owned(),
        ];
        args.extend_from_slice(flags);
        let process = Process::start(logs, "plimsoll", Path::new(env!("CARGO_BIN_EXE_plimsoll")), &args);
        let mut guarded = Self { process, metrics, api, home };
        guarded.wait_until_ready();
        guarded
    }

    /// HOST:PORT of metrics and probes.
    pub(crate) fn address(&self) -> String {
        format!("localhost:{}", self.metrics)
    }

    pub(crate) fn api_url(&self) -> String {
        format!("https://localhost:{}", self.api)
    }

    /// The file of the certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.home.path().join("tls.crt")
    }

    /// What whoever has the token, or none, is told.
    pub(crate) fn get(&self, path: &str, token: Option<&str>) -> Result<Answer, String> {
        let port = if path.starts_with("/api/") { self.api } else { self.metrics };
        get(&format!("https://localhost:{port}{path}"), &self.authority(), token)
    }

    /// Waits until whoever has the token, or none, is told so.
    #[track_caller]
    pub(crate) fn wait_for(&self, path: &str, token: Option<&str>, expected: StatusCode) -> Answer {
        poll::eventually(&format!("{path} answers {expected}"), || {
            let answer = self.get(path, token)?;
            poll::is(&expected, &answer.status)?;
            Ok(answer)
        })
    }

    fn wait_until_ready(&mut self) {
        let url = format!("https://localhost:{}/readyz", self.metrics);
        let authority = self.authority();
        self.process.until("the daemon is ready", || {
            let answer = get(&url, &authority, None)?;
            poll::holds(answer.status == StatusCode::OK, answer.text())
        });
    }
}

fn get(url: &str, authority: &Path, token: Option<&str>) -> Result<Answer, String> {
    let mut request = Request::get(url);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let request = request.body(Empty::<Bytes>::new()).expect("the request is well formed");
    runtime().block_on(async {
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(trusting(authority))
            .https_only()
            .enable_http1()
            .build();
        let client = Client::builder(TokioExecutor::new()).build(connector);
        let response = client.request(request).await.map_err(|error| format!("{url}: {error:?}"))?;
        let status = response.status();
        let body = response.into_body().collect().await.map_err(|error| format!("{url}: {error}"))?;
        Ok(Answer { status, body: body.to_bytes() })
    })
}

fn trusting(authority: &Path) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(authority).expect("it is PEM")).expect("it is a certificate");
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots)
        .with_no_client_auth()
}
