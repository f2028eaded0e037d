//! A real control plane on loopback: etcd, kube-apiserver and kube-controller-manager. There are no nodes, so pods
//! stay Pending; Deployments make pods all the same.

use std::fs;
use std::io::Write;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use aws_lc_rs::encoding::{AsDer, EcPrivateKeyRfc5915Der};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::kubeconfig::{self, Served};
use super::ports::free_port;
use super::process::{Process, logs_of};
use super::programs::program;
use super::{poll, web};

/// What the tests themselves authenticate with: a member of `system:masters`.
const ADMIN_TOKEN: &str = "e2e-admin";

/// A control plane, and the folder with all it keeps.
pub(crate) struct ControlPlane {
    // In the order in which they are to end: the API server before the store it writes to.
    controllers: Process,
    api_server: Mutex<Option<Process>>,
    etcd: Process,
    logs: PathBuf,
    ports: Ports,
    /// Further flags of the API server.
    flags: &'static [&'static str],
    home: TempDir,
}

#[derive(Clone, Copy)]
struct Ports {
    api: u16,
    etcd: u16,
}

impl ControlPlane {
    /// Starts one, and waits until it serves and its controllers work. Its logs are kept under `name`.
    pub(crate) fn start(name: &str) -> Self {
        Self::start_with(name, &[])
    }

    /// The same with further flags of the API server.
    pub(crate) fn start_with(name: &str, flags: &'static [&'static str]) -> Self {
        let logs = logs_of(name);
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        write_credentials(home.path());
        let ports = Ports { api: free_port(), etcd: free_port() };
        let etcd = start_etcd(&logs, home.path(), ports);
        let api_server = start_api_server(&logs, home.path(), ports, flags);
        let admin =
            kubeconfig::write(admin_file(home.path()), &server(ports), &authority(home.path()), &admin());
        let controllers = start_controllers(&logs, home.path(), &admin);
        let api_server = Mutex::new(Some(api_server));
        let plane = Self { controllers, api_server, etcd, logs, ports, flags, home };
        plane.wait_for_service_account("default");
        plane
    }

    /// The one that tests share while any of them runs, for whatever does not disturb others.
    pub(crate) fn shared() -> Shared {
        static SHARED: Mutex<Weak<ControlPlane>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let plane = shared.upgrade().unwrap_or_else(|| Arc::new(Self::start("shared")));
        *shared = Arc::downgrade(&plane);
        Shared(plane)
    }

    /// SIGKILL: its graceful stop waits for watches to end, which is not what an outage is like.
    pub(crate) fn stop_api_server(&self) {
        drop(self.api_server().take());
    }

    /// Starts it again on the same port, with the same data, keys and certificate.
    pub(crate) fn start_api_server(&self) {
        let mut api_server = self.api_server();
        assert!(api_server.is_none(), "the API server runs already");
        *api_server = Some(start_api_server(&self.logs, self.home.path(), self.ports, self.flags));
    }

    /// It is there, and says nothing, until it is thawed.
    pub(crate) fn freeze_api_server(&self) {
        self.api_server().as_ref().expect("the API server runs").freeze();
    }

    /// It goes on where it was when it was frozen.
    pub(crate) fn thaw_api_server(&self) {
        self.api_server().as_ref().expect("the API server runs").thaw();
    }

    /// Runs kubectl as the administrator and gives what it prints.
    pub(crate) fn kubectl(&self, args: &[&str], stdin: &str) -> String {
        let mut command = Command::new(program("kubectl"));
        command.arg("--kubeconfig").arg(self.admin()).args(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("kubectl can be started");
        // A kubectl that reads no stdin closes it, and says on stderr why it did.
        let _ = child.stdin.take().expect("it is piped").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("kubectl ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "kubectl {args:?}: {errors}\n{stdin}");
        String::from_utf8(output.stdout).expect("kubectl prints UTF-8")
    }

    /// GET as the administrator, in the encoding asked for: what the server says is its content type, and the bytes.
    pub(crate) fn get(&self, path: &str, accept: &str) -> (String, Vec<u8>) {
        let served: Served = kubeconfig::get(&self.admin(), path, accept).expect("the API server answers");
        let text = String::from_utf8_lossy(&served.body);
        assert_eq!(served.status, StatusCode::OK, "{path}: {text}");
        (served.content_type, served.body.into())
    }

    /// The address of the API server.
    pub(crate) fn server(&self) -> String {
        server(self.ports)
    }

    /// The file with the certificates that vouch for the API server.
    pub(crate) fn authority(&self) -> PathBuf {
        authority(self.home.path())
    }

    /// A folder that goes with the control plane.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Waits for the account without which no pod is admitted to a namespace.
    pub(crate) fn wait_for_service_account(&self, namespace: &str) {
        let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/default");
        poll::eventually(&format!("namespace {namespace} has a service account"), || {
            let served = kubeconfig::get(&self.admin(), &path, "application/json")?;
            poll::is(&StatusCode::OK, &served.status)
        });
    }

    /// The kubeconfig file of the administrator.
    pub(crate) fn admin(&self) -> PathBuf {
        admin_file(self.home.path())
    }

    fn api_server(&self) -> std::sync::MutexGuard<'_, Option<Process>> {
        self.api_server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn print_tails(&self) {
        self.controllers.print_tail();
        self.api_server().iter().for_each(Process::print_tail);
        self.etcd.print_tail();
    }
}

/// A test's part in the shared control plane.
pub(crate) struct Shared(Arc<ControlPlane>);

impl Deref for Shared {
    type Target = ControlPlane;

    fn deref(&self) -> &ControlPlane {
        &self.0
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The last one ends the processes, and each of them then prints its own.
        if thread::panicking() && Arc::strong_count(&self.0) > 1 {
            self.0.print_tails();
        }
    }
}

fn start_etcd(logs: &Path, home: &Path, ports: Ports) -> Process {
    let url = etcd_url(ports);
    let peer = format!("http://127.0.0.1:{}", free_port());
    let args = [
        format!("--data-dir={}", home.join("etcd").display()),
        format!("--listen-client-urls={url}"),
        format!("--advertise-client-urls={url}"),
        format!("--listen-peer-urls={peer}"),
        // Its data need not outlive the machine.
        "--unsafe-no-fsync".to_owned(),
        "--log-level=warn".to_owned(),
    ];
    let mut etcd = Process::start(logs, "etcd", &program("etcd"), &args);
    etcd.until("etcd serves", || {
        let answer = web::get(&format!("{url}/readyz"))?;
        poll::is(&StatusCode::OK, &answer.status)
    });
    etcd
}

fn start_api_server(logs: &Path, home: &Path, ports: Ports, flags: &[&str]) -> Process {
    let key = service_account_key(home);
    let mut args = vec![
        format!("--etcd-servers={}", etcd_url(ports)),
        format!("--cert-dir={}", home.join("certificates").display()),
        format!("--secure-port={}", ports.api),
        "--bind-address=127.0.0.1".to_owned(),
        // An address for documentation: a machine without a network has none of its own to advertise.
        "--advertise-address=192.0.2.1".to_owned(),
        "--endpoint-reconciler-type=none".to_owned(),
        "--authorization-mode=Node,RBAC".to_owned(),
        format!("--token-auth-file={}", tokens(home).display()),
        "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
        format!("--service-account-key-file={}", key.display()),
        format!("--service-account-signing-key-file={}", key.display()),
        "--service-cluster-ip-range=10.0.0.0/24".to_owned(),
        // Without it the server refuses the very pods that tests are about.
        "--allow-privileged=true".to_owned(),
        "--enable-priority-and-fairness=false".to_owned(),
    ];
    args.extend(flags.iter().map(ToString::to_string));
    let mut api_server = Process::start(logs, "kube-apiserver", &program("kube-apiserver"), &args);
    // The certificate appears while the server starts, and the client needs it to ask.
    api_server.until("kube-apiserver has a certificate", || {
        let file = authority(home);
        poll::holds(file.is_file(), file)
    });
    let admin = kubeconfig::write(admin_file(home), &server(ports), &authority(home), &admin());
    api_server.until("kube-apiserver is ready", || {
        let served = kubeconfig::get(&admin, "/readyz", "*/*")?;
        poll::holds(served.status == StatusCode::OK, String::from_utf8_lossy(&served.body))
    });
    api_server
}

fn start_controllers(logs: &Path, home: &Path, admin: &Path) -> Process {
    let args = [
        format!("--kubeconfig={}", admin.display()),
        format!("--service-account-private-key-file={}", service_account_key(home).display()),
        "--leader-elect=false".to_owned(),
        "--secure-port=0".to_owned(),
        "--kube-api-qps=5000".to_owned(),
        "--kube-api-burst=10000".to_owned(),
    ];
    Process::start(logs, "kube-controller-manager", &program("kube-controller-manager"), &args)
}

/// The key that signs service-account tokens, and the token of the administrator.
fn write_credentials(home: &Path) {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key can be made");
    // RFC 5915, and not PKCS #8: out of the former alone does kube-apiserver also take the public key.
    let key: EcPrivateKeyRfc5915Der = pair.private_key().as_der().expect("it can be written as DER");
    let pem = pem::encode(&pem::Pem::new("EC PRIVATE KEY", key.as_ref()));
    fs::write(service_account_key(home), pem).expect("the key can be written");
    fs::write(tokens(home), format!("{ADMIN_TOKEN},admin,admin,\"system:masters\"\n"))
        .expect("so can the tokens");
}

/// The user of the kubeconfig of the tests themselves.
fn admin() -> Value {
    json!({"token": ADMIN_TOKEN})
}

fn server(ports: Ports) -> String {
    format!("https://127.0.0.1:{}", ports.api)
}

fn etcd_url(ports: Ports) -> String {
    format!("http://127.0.0.1:{}", ports.etcd)
}

fn admin_file(home: &Path) -> PathBuf {
    home.join("admin.kubeconfig")
}

fn authority(home: &Path) -> PathBuf {
    home.join("certificates/apiserver.crt")
}

fn service_account_key(home: &Path) -> PathBuf {
    home.join("service-account.key")
}

fn tokens(home: &Path) -> PathBuf {
    home.join("tokens.csv")
}
