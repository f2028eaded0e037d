//! The files are real, and so is what the system tells of them. No test waits but for what it expects.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::duplex;
use tokio::time::timeout;
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;

/// Well below the time after which files are read anyway, so that what is seen by then was told.
const WAIT_MAX: Duration = Duration::from_secs(30);

pub(in crate::serve) fn certified() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate")
}

pub(in crate::serve) fn write(directory: &Path, pair: &CertifiedKey<KeyPair>) -> TlsFiles {
    let files = TlsFiles { cert: directory.join("tls.crt"), key: directory.join("tls.key") };
    fs::write(&files.cert, pair.cert.pem()).unwrap();
    fs::write(&files.key, pair.signing_key.serialize_pem()).unwrap();
    files
}

/// A client that trusts the certificate.
pub(in crate::serve) fn client(pair: &CertifiedKey<KeyPair>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    roots.add(pair.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Whether who trusts the certificate agrees with the server on TLS.
async fn shows(tls: &Tls, pair: &CertifiedKey<KeyPair>) -> bool {
    let (near, far) = duplex(64 << 10);
    let acceptor = TlsAcceptor::from(tls.borrow().clone());
    let served = tokio::spawn(async move { acceptor.accept(far).await.is_ok() });
    let name = ServerName::try_from("localhost").unwrap();
    let agreed = client(pair).connect(name, near).await;
    agreed.is_ok() && served.await.unwrap()
}

struct Rig {
    tls: Tls,
    metrics: Arc<Metrics>,
}

impl Rig {
    fn start(files: TlsFiles) -> Self {
        let (follower, tls) = Follower::start(files).expect("the files are right");
        let metrics = Arc::new(Metrics::new("0.1.0"));
        tokio::spawn(follower.run(Arc::clone(&metrics)));
        Self { tls, metrics }
    }

    /// Waits until this is what is shown.
    async fn expect(&mut self, pair: &CertifiedKey<KeyPair>) {
        let shown = async {
            while !shows(&self.tls, pair).await {
                self.tls.changed().await.expect("it is followed");
            }
        };
        timeout(WAIT_MAX, shown).await.expect("it is shown in time");
    }

    fn is_well(&self) -> bool {
        self.metrics.tls_is_well()
    }

    /// Waits until the metric says so; it is set once the files were read.
    async fn expect_metric(&self, well: bool) {
        let said = async {
            while self.is_well() != well {
                tokio::task::yield_now().await;
            }
        };
        timeout(WAIT_MAX, said).await.expect("it is told in time");
    }
}

#[tokio::test]
async fn a_new_pair_is_taken_up() {
    let directory = TempDir::new().unwrap();
    let (first, second) = (certified(), certified());
    let mut rig = Rig::start(write(directory.path(), &first));
    rig.expect(&first).await;
    assert!(!shows(&rig.tls, &second).await);
    write(directory.path(), &second);
    rig.expect(&second).await;
    rig.expect_metric(true).await;
}

/// Writes the next generation of a mounted `Secret` as the kubelet does: a directory of its own, and a link to it that
/// is renamed over the one before.
fn mount(directory: &Path, generation: &str, pair: &CertifiedKey<KeyPair>) -> TlsFiles {
    let before = fs::read_link(directory.join("..data"));
    fs::create_dir(directory.join(generation)).unwrap();
    write(&directory.join(generation), pair);
    symlink(generation, directory.join("..data_tmp")).unwrap();
    fs::rename(directory.join("..data_tmp"), directory.join("..data")).unwrap();
    let files = TlsFiles { cert: directory.join("tls.crt"), key: directory.join("tls.key") };
    if let Ok(before) = before {
        fs::remove_dir_all(directory.join(before)).unwrap();
    } else {
        symlink("..data/tls.crt", &files.cert).unwrap();
        symlink("..data/tls.key", &files.key).unwrap();
    }
    files
}

#[tokio::test]
async fn a_mounted_secret_is_followed() {
    let directory = TempDir::new().unwrap();
    let pairs = [certified(), certified(), certified()];
    let mut rig = Rig::start(mount(directory.path(), "..2026_01", &pairs[0]));
    rig.expect(&pairs[0]).await;
    for (generation, pair) in [("..2026_02", &pairs[1]), ("..2026_03", &pairs[2])] {
        mount(directory.path(), generation, pair);
        rig.expect(pair).await;
    }
}

#[tokio::test]
async fn a_broken_pair_is_told_and_the_one_before_is_kept() {
    let directory = TempDir::new().unwrap();
    let (first, second) = (certified(), certified());
    let files = write(directory.path(), &first);
    let mut rig = Rig::start(files.clone());
    rig.expect_metric(true).await;
    fs::write(&files.key, second.signing_key.serialize_pem()).unwrap();
    rig.expect_metric(false).await;
    assert!(shows(&rig.tls, &first).await);
    fs::write(&files.cert, second.cert.pem()).unwrap();
    rig.expect(&second).await;
    rig.expect_metric(true).await;
    fs::remove_file(&files.cert).unwrap();
    rig.expect_metric(false).await;
    fs::write(&files.cert, second.cert.pem()).unwrap();
    rig.expect_metric(true).await;
}

#[test]
fn a_pair_that_is_broken_from_the_start_is_refused() {
    let directory = TempDir::new().unwrap();
    let files = write(directory.path(), &certified());
    let refusal = || chain(&Follower::with(files.clone(), Changes::untold()).unwrap_err());
    let right = fs::read(&files.cert).unwrap();
    fs::write(&files.cert, "").unwrap();
    assert!(refusal().contains("tls.crt holds no certificate"), "{}", refusal());
    fs::write(&files.cert, vec![b'a'; FILE_BYTES_MAX + 1]).unwrap();
    assert!(refusal().contains("tls.crt has more than"), "{}", refusal());
    fs::write(&files.cert, certified().cert.pem()).unwrap();
    assert!(refusal().contains("of no use together"), "{}", refusal());
    fs::write(&files.cert, right).unwrap();
    fs::write(&files.key, "no key").unwrap();
    assert!(refusal().contains("tls.key is not PEM"), "{}", refusal());
    fs::remove_file(&files.key).unwrap();
    assert!(refusal().contains("failed to read"), "{}", refusal());
}
