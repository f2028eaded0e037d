//! A real Alertmanager that tells nobody.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

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
    _process: Process,
    url: String,
    _home: TempDir,
}

impl Alertmanager {
    /// Starts one and waits until it is ready. Its log is kept in `logs`.
    pub(crate) fn start(logs: &Path) -> Self {
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        let config = home.path().join("alertmanager.yml");
        // JSON is YAML, so that no library is needed to write it.
        let nobody = json!({"route": {"receiver": "nobody"}, "receivers": [{"name": "nobody"}]});
        fs::write(&config, nobody.to_string()).expect("its configuration can be written");
        let address = format!("127.0.0.1:{}", free_port());
        let args = [
            format!("--config.file={}", config.display()),
            format!("--storage.path={}", home.path().join("data").display()),
            format!("--web.listen-address={address}"),
            // Alone: it looks for no peers and takes no second port.
            "--cluster.listen-address=".to_owned(),
        ];
        let url = format!("http://{address}");
        let mut process = Process::start(logs, "alertmanager", &program("prometheus-alertmanager"), &args);
        process.until("Alertmanager is ready", || {
            let answer = web::get(&format!("{url}/-/ready"))?;
            poll::is(&StatusCode::OK, &answer.status)
        });
        Self { _process: process, url, _home: home }
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
