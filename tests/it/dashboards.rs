//! Each dashboard is whole, and asks for metrics that there are.

use std::collections::BTreeSet;
use std::path::Path;

use plimsoll::sinks::metrics::METRICS;
use serde_json::Value;

#[test]
fn panels_have_a_place_of_their_own_and_ask_for_metrics_that_exist() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("dashboards");
    let mut panels = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let dashboard: Value =
            serde_json::from_slice(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        let mut ids = BTreeSet::new();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(ids.insert(panel["id"].as_u64().unwrap()), "{panel}");
            assert!(panel["gridPos"]["x"].as_u64().unwrap() + panel["gridPos"]["w"].as_u64().unwrap() <= 24);
            for target in panel["targets"].as_array().unwrap() {
                check_metrics(target["expr"].as_str().unwrap());
            }
            panels += 1;
        }
    }
    assert!(panels > 0, "there is a dashboard");
}

/// Every name in the query that is ours is a metric, or a series of a histogram.
fn check_metrics(query: &str) {
    let words = query.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    let ours: Vec<&str> = words.filter(|word| word.starts_with("plimsoll_")).collect();
    assert!(!ours.is_empty(), "{query}");
    for word in ours {
        let family =
            ["_bucket", "_sum", "_count"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
        assert!(METRICS.iter().any(|metric| metric.name == family), "{word} in {query}");
    }
}
