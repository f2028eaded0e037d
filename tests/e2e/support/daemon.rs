//! The daemon, as its users run it: the binary, its flags and what it serves.

use std::path::{Path, PathBuf};

use http::StatusCode;
use tempfile::TempDir;

use super::journal::Journal;
use super::poll;
use super::ports::free_port;
use super::process::Process;
use super::web::{self, Answer};

/// What `plimsoll run` is told.
#[derive(Clone, Default)]
pub(crate) struct DaemonConfig {
    pub(crate) kubeconfig: PathBuf,
    /// The name of the cluster, as alerts and events carry it.
    pub(crate) cluster: String,
    pub(crate) alertmanager: String,
    /// Further flags.
    pub(crate) flags: Vec<String>,
}

/// The daemon, and what stays its own when it is killed and started again: its ports, its journal and its log.
pub(crate) struct Daemon {
    process: Process,
    config: DaemonConfig,
    /// HOST:PORT of metrics and probes, and of the API.
    address: String,
    api_address: String,
    logs: PathBuf,
    home: TempDir,
}

impl Daemon {
    /// Starts it and waits until it is ready: all that it watches is listed and judged.
    pub(crate) fn start(logs: &Path, config: DaemonConfig) -> Self {
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        let address = format!("127.0.0.1:{}", free_port());
        let api_address = format!("127.0.0.1:{}", free_port());
        let process = start(logs, &config, (&address, &api_address), home.path());
        let mut daemon = Self { process, config, address, api_address, logs: logs.to_owned(), home };
        daemon.wait_until_ready();
        daemon
    }

    /// `kill -9`: it has no chance to say goodbye or to write anything down.
    pub(crate) fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again after [`Self::kill`], with the same journal, and waits until it is ready.
    pub(crate) fn start_again(&mut self) {
        let addresses = (&*self.address, &*self.api_address);
        self.process = start(&self.logs, &self.config, addresses, self.home.path());
        self.wait_until_ready();
    }

    /// HOST:PORT of metrics and probes.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Metrics or a probe.
    pub(crate) fn get(&self, path: &str) -> Result<Answer, String> {
        web::get(&format!("http://{}{path}", self.address))
    }

    pub(crate) fn get_api(&self, path: &str) -> Result<Answer, String> {
        web::get(&format!("http://{}{path}", self.api_address))
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::new(self.home.path().join("events.jsonl"))
    }

    fn wait_until_ready(&mut self) {
        let url = format!("http://{}/readyz", self.address);
        self.process.until("the daemon is ready", || {
            let answer = web::get(&url)?;
            poll::holds(answer.status == StatusCode::OK, answer.text())
        });
    }
}

fn start(
    logs: &Path,
    config: &DaemonConfig,
    (address, api_address): (&str, &str),
    journal: &Path,
) -> Process {
    let mut args = vec!["run".to_owned()];
    let told = [
        ("--kubeconfig", config.kubeconfig.display().to_string()),
        ("--cluster", config.cluster.clone()),
        ("--serve-listen", address.to_owned()),
        ("--serve-api-listen", api_address.to_owned()),
        ("--journal-dir", journal.display().to_string()),
        ("--alertmanager-urls", config.alertmanager.clone()),
        ("--log-level", "info".to_owned()),
        ("--log-format", "json".to_owned()),
    ];
    for (flag, value) in told {
        args.extend([flag.to_owned(), value]);
    }
    args.extend_from_slice(&config.flags);
    Process::start(logs, "plimsoll", Path::new(env!("CARGO_BIN_EXE_plimsoll")), &args)
}
