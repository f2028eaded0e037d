//! A real Alertmanager.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;

use super::ports::free_port;
use super::process::Process;
use super::programs::program;
use super::{poll, web};

/// An alert as API v2 lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Alert {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) annotations: BTreeMap<String, String>,
    pub(crate) starts_at: String,
    pub(crate) ends_at: String,
}

impl Alert {
    /// The value of a label, empty where it has none.
    pub(crate) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

pub(crate) struct Alertmanager {
    process: Process,
    url: String,
    logs: PathBuf,
    home: TempDir,
}

impl Alertmanager {
    /// Starts one that tells nobody, and waits until it is ready. Its log is kept in `logs`.
    pub(crate) fn start(logs: &Path) -> Self {
        // JSON is YAML, so that no library is needed to write it.
        let nobody = json!({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]});
        Self::start_with(logs, &nobody.to_string())
    }

    /// The same with this configuration.
    pub(crate) fn start_with(logs: &Path, config: &str) -> Self {
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        fs::write(config_file(home.path()), config).expect("its configuration can be written");
        let url = format!("http://127.0.0.1:{}", free_port());
        let process = start(logs, home.path(), &url);
        Self { process, url, logs: logs.to_owned(), home }
    }

    /// It ends, having written down whom it told what.
    pub(crate) fn stop(&mut self) {
        self.process.terminate();
    }

    /// Starts it again after [`Self::stop`], at the same address and with what it wrote down.
    pub(crate) fn start_again(&mut self) {
        self.process = start(&self.logs, self.home.path(), &self.url);
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The alerts that fire now. Alertmanager no longer lists an alert once its `endsAt` has passed.
    pub(crate) fn alerts(&self) -> Result<Vec<Alert>, String> {
        let answer = web::get(&format!("{}/api/v2/alerts", self.url))?.json()?;
        serde_json::from_value(answer).map_err(|error| error.to_string())
    }
}

fn start(logs: &Path, home: &Path, url: &str) -> Process {
    let args = [
        format!("--config.file={}", config_file(home).display()),
        format!("--storage.path={}", home.join("data").display()),
        format!("--web.listen-address={}", url.trim_start_matches("http://")),
        // Alone: it looks for no peers and takes no second port.
        "--cluster.listen-address=".to_owned(),
    ];
    let mut process = Process::start(logs, "alertmanager", &program("prometheus-alertmanager"), &args);
    process.until("Alertmanager is ready", || {
        let answer = web::get(&format!("{url}/-/ready"))?;
        poll::is(&StatusCode::OK, &answer.status)
    });
    process
}

fn config_file(home: &Path) -> PathBuf {
    home.join("alertmanager.yml")
}
