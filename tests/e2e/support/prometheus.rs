//! A real Prometheus that scrapes one target each second.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::ports::free_port;
use super::process::Process;
use super::programs::program;
use super::{poll, web};

/// Labels and values of what a query answered.
#[derive(Debug, PartialEq)]
pub(crate) struct Sample {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) value: f64,
}

/// Labels, and values with their times in seconds, of what a query answered over time.
#[derive(Debug)]
pub(crate) struct Series {
    pub(crate) labels: BTreeMap<String, String>,
    pub(crate) points: Vec<(f64, f64)>,
}

pub(crate) struct Prometheus {
    _process: Process,
    url: String,
    _home: TempDir,
}

impl Prometheus {
    /// Starts one that scrapes `target` (HOST:PORT) and waits until it answers queries. Its log is kept in `logs`.
    pub(crate) fn start(logs: &Path, target: &str) -> Self {
        Self::start_with(logs, target, json!({}))
    }

    /// The same with more settings of the scrape.
    pub(crate) fn start_with(logs: &Path, target: &str, scrape: Value) -> Self {
        Self::start_as(logs, &config_for(target, scrape))
    }

    /// The same, as the cluster's, with these rules, whose alerts it sends to an Alertmanager (HOST:PORT).
    pub(crate) fn start_alerting(logs: &Path, target: &str, rules: &Path, to: (&str, &str)) -> Self {
        let (cluster, alertmanager) = to;
        let mut config = config_for(target, json!({}));
        config["global"]["external_labels"] = json!({"cluster": cluster});
        config["rule_files"] = json!([rules]);
        config["alerting"] = json!({"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]});
        Self::start_as(logs, &config)
    }

    fn start_as(logs: &Path, told: &Value) -> Self {
        let home = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
        let config = home.path().join("prometheus.yml");
        fs::write(&config, told.to_string()).expect("its configuration can be written");
        let address = format!("127.0.0.1:{}", free_port());
        let args = [
            format!("--config.file={}", config.display()),
            format!("--storage.tsdb.path={}", home.path().join("data").display()),
            format!("--web.listen-address={address}"),
        ];
        let url = format!("http://{address}");
        let mut process = Process::start(logs, "prometheus", &program("prometheus"), &args);
        process.until("Prometheus is ready", || {
            let answer = web::get(&format!("{url}/-/ready"))?;
            poll::is(&StatusCode::OK, &answer.status)
        });
        Self { _process: process, url, _home: home }
    }

    /// All samples that the query answers now.
    pub(crate) fn query(&self, promql: &str) -> Result<Vec<Sample>, String> {
        let answer = web::get(&format!("{}/api/v1/query?query={}", self.url, escaped(promql)))?.json()?;
        let result = answer["data"]["result"].as_array().ok_or_else(|| format!("{promql}: {answer}"))?;
        result.iter().map(|sample| read_sample(sample).ok_or_else(|| format!("{promql}: {sample}"))).collect()
    }

    /// What the query answered in the last `secs` seconds, second by second.
    pub(crate) fn range(&self, promql: &str, secs: u32) -> Result<Vec<Series>, String> {
        let now = self.value("vector(time())")?.ok_or("Prometheus has no time")?;
        let window = format!("start={}&end={now}&step=1", now - f64::from(secs));
        let url = format!("{}/api/v1/query_range?query={}&{window}", self.url, escaped(promql));
        let answer = web::get(&url)?.json()?;
        let result = answer["data"]["result"].as_array().ok_or_else(|| format!("{promql}: {answer}"))?;
        result.iter().map(|series| read_series(series).ok_or_else(|| format!("{promql}: {series}"))).collect()
    }

    /// The values of a label, of the series of one metric.
    pub(crate) fn label_values(&self, metric: &str, label: &str) -> Result<Vec<String>, String> {
        let url = format!("{}/api/v1/label/{label}/values?match[]={}", self.url, escaped(metric));
        let answer = web::get(&url)?.json()?;
        serde_json::from_value(answer["data"].clone()).map_err(|error| format!("{error}: {answer}"))
    }

    /// The one value that the query answers; `None` where it answers none.
    pub(crate) fn value(&self, promql: &str) -> Result<Option<f64>, String> {
        let mut samples = self.query(promql)?;
        let sample = samples.pop();
        if samples.is_empty() {
            Ok(sample.map(|sample| sample.value))
        } else {
            Err(format!("{promql} answers more than one sample: {sample:?} and {samples:?}"))
        }
    }

    /// Waits until the query answers that value, `None` for no answer at all.
    #[track_caller]
    pub(crate) fn wait_for(&self, promql: &str, expected: Option<f64>) {
        poll::eventually(&format!("Prometheus answers {promql} with {expected:?}"), || {
            poll::is(&expected, &self.value(promql)?)
        });
    }
}

/// JSON is YAML, so that no library is needed to write it.
fn config_for(target: &str, mut scrape: Value) -> Value {
    scrape["job_name"] = json!("plimsoll");
    // The metric's label `namespace` is that of the object, not of the target.
    scrape["honor_labels"] = json!(true);
    scrape["static_configs"] = json!([{"targets": [target]}]);
    json!({"global": {"scrape_interval": "1s", "scrape_timeout": "1s"}, "scrape_configs": [scrape]})
}

fn read_sample(sample: &Value) -> Option<Sample> {
    let labels = serde_json::from_value(sample["metric"].clone()).ok()?;
    let value = sample["value"][1].as_str()?.parse().ok()?;
    Some(Sample { labels, value })
}

fn read_series(series: &Value) -> Option<Series> {
    let labels = serde_json::from_value(series["metric"].clone()).ok()?;
    let points = series["values"].as_array()?.iter();
    let point = |it: &Value| Some((it[0].as_f64()?, it[1].as_str()?.parse().ok()?));
    Some(Series { labels, points: points.map(point).collect::<Option<_>>()? })
}

/// Every byte percent-encoded, which is always right.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |mut escaped, byte| {
        write!(escaped, "%{byte:02X}").expect("a string takes all that is written");
        escaped
    })
}
