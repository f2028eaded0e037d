//! TLS beyond loopback: the certificate and its key, read from files and read again when they change.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::sync::watch;

use crate::model::chain;
use crate::sinks::metrics::Metrics;
use crate::watch::changes::Changes;
use crate::watch::files::read_file;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: usize = 1 << 20;

/// The files of a certificate and its private key, both in PEM.
#[derive(Debug, Clone)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Why the files are of no use.
#[derive(Debug, Error)]
pub enum TlsError {
    #[error("failed to read {path}")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("{0} has more than {FILE_BYTES_MAX} bytes")]
    TooLong(PathBuf),
    #[error("{path} is not PEM")]
    Pem { path: PathBuf, source: pem::Error },
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    #[error("certificate and key are of no use together")]
    Pair(#[source] rustls::Error),
}

/// The settings of TLS as they are now.
pub type Tls = watch::Receiver<Arc<ServerConfig>>;

/// The files, followed.
#[derive(Debug)]
pub struct Follower {
    files: TlsFiles,
    changes: Changes,
    /// Of what was last read; none where nothing could be.
    seen: Option<[u8; 32]>,
    tls: watch::Sender<Arc<ServerConfig>>,
}

impl Follower {
    /// Reads the files for the first time, when they have to be right.
    pub fn start(files: TlsFiles) -> Result<(Self, Tls), TlsError> {
        Self::with(files, Changes::of("TLS files"))
    }

    fn with(files: TlsFiles, mut changes: Changes) -> Result<(Self, Tls), TlsError> {
        watch_both(&mut changes, &files);
        let pair = Pair::read(&files)?;
        let (tls, current) = watch::channel(pair.config(&files)?);
        Ok((Self { files, changes, seen: Some(pair.digest()), tls }, current))
    }

    /// Takes up every change, until nobody serves. What is broken is told, and what was there before is kept.
    pub async fn run(mut self, metrics: Arc<Metrics>) {
        metrics.tls_loaded(true);
        loop {
            tokio::select! {
                () = self.tls.closed() => return,
                () = self.changes.next() => {}
            }
            // Files may be slow.
            let load = tokio::task::spawn_blocking(move || {
                let loaded = self.load();
                (self, loaded)
            });
            let Ok((follower, loaded)) = load.await else { return };
            self = follower;
            match loaded {
                None => {}
                Some(Ok(config)) => {
                    tracing::info!(file = %self.files.cert.display(), "took up a changed certificate");
                    metrics.tls_loaded(true);
                    self.tls.send_replace(config);
                }
                Some(Err(error)) => {
                    tracing::warn!(error = chain(&error), "kept the certificate from before");
                    metrics.tls_loaded(false);
                }
            }
        }
    }

    /// What the files are now, if they are not what was last read.
    fn load(&mut self) -> Option<Result<Arc<ServerConfig>, TlsError>> {
        self.changes.forget();
        watch_both(&mut self.changes, &self.files);
        let pair = match Pair::read(&self.files) {
            Ok(pair) => pair,
            Err(error) => {
                self.seen = None;
                return Some(Err(error));
            }
        };
        let digest = pair.digest();
        if self.seen.replace(digest) == Some(digest) {
            return None;
        }
        Some(pair.config(&self.files))
    }
}

fn watch_both(changes: &mut Changes, files: &TlsFiles) {
    changes.watch(&files.cert);
    changes.watch(&files.key);
}

/// What both files hold.
struct Pair {
    cert: Vec<u8>,
    key: Vec<u8>,
}

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self { cert: read(&files.cert)?, key: read(&files.key)? })
    }

    fn digest(&self) -> [u8; 32] {
        let digest = Sha256::new().chain_update(Sha256::digest(&self.cert)).chain_update(&self.key);
        digest.finalize().into()
    }

    /// A server that shows the certificate, over TLS 1.2 or 1.3: rustls speaks no older one.
    fn config(&self, files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
        let of = |path: &Path| {
            let path = path.to_owned();
            |source| TlsError::Pem { path, source }
        };
        let certs: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.cert).collect();
        let certs = certs.map_err(of(&files.cert))?;
        if certs.is_empty() {
            return Err(TlsError::NoCertificate(files.cert.clone()));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(of(&files.key))?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Pair)?;
        let mut config = config.with_no_client_auth().with_single_cert(certs, key).map_err(TlsError::Pair)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let content =
        read_file(path, FILE_BYTES_MAX).map_err(|source| TlsError::Read { path: path.to_owned(), source })?;
    if content.len() > FILE_BYTES_MAX {
        return Err(TlsError::TooLong(path.to_owned()));
    }
    Ok(content)
}

#[cfg(test)]
pub(super) mod tests;
