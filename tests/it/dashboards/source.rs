//! What the dashboards are made from: `dashboards/source`, one file for each.

use std::fs;

use serde::{Deserialize, Serialize};

use super::root;

/// A dashboard, as it is described.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dashboard {
    pub(super) uid: String,
    pub(super) title: String,
    pub(super) description: String,
    /// Of which checks annotations tell the transitions, as a regular expression.
    pub(super) checks: String,
    #[serde(rename = "panel")]
    pub(super) panels: Vec<Panel>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Panel {
    pub(super) title: String,
    pub(super) description: String,
    pub(super) kind: PanelKind,
    /// Of the 24 columns of a dashboard.
    pub(super) width: u64,
    pub(super) unit: String,
    pub(super) thresholds: Vec<Step>,
    /// What it leads to: `d/UID` of a dashboard, or a page of `docs/`.
    pub(super) link: String,
    pub(super) queries: Vec<Query>,
}

/// A colour, and the value from which on it is that; the first one has none.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Step {
    color: String,
    pub(super) value: Option<f64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    pub(super) expr: String,
    pub(super) legend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum PanelKind {
    Stat,
    TimeSeries,
    BarGauge,
    Table,
}

impl PanelKind {
    /// In Grafana's units of a panel's height.
    pub(super) fn height(self) -> u64 {
        if self == Self::Stat { 5 } else { 8 }
    }
}

/// Each file by its name without the extension.
pub(super) fn read_all() -> Vec<(String, Dashboard)> {
    let files = fs::read_dir(root().join("dashboards/source")).unwrap();
    let mut all: Vec<_> = files
        .map(|entry| {
            let file = entry.unwrap().path();
            let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(&file).unwrap();
            (name, toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
        })
        .collect();
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    all
}
