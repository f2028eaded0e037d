//! The alert rules: each alert has its runbook and its cases, and asks for metrics that there are. What they do is tried
//! by Prometheus' own tools, in the suite `rules`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{docs, promql};

/// The files of rules, with the same as an object of the Prometheus Operator.
const FILES: [(&str, &str); 2] = [
    ("rules/plimsoll.yaml", "prometheusrule/plimsoll.yaml"),
    ("rules/optional/deviations.yaml", "prometheusrule/optional/deviations.yaml"),
];

/// What every runbook tells, in this order.
const SECTIONS: [&str; 4] = ["Meaning", "Impact", "Diagnosis", "Mending"];

/// Where the pages of `docs/` are read.
const DOCS: &str = "https://plimsoll.dev/docs/";

const SEVERITIES: [&str; 5] = ["critical", "high", "medium", "low", "info"];

#[test]
fn every_alert_says_how_bad_it_is_what_it_means_and_what_to_do() {
    for alert in alerts() {
        let name = alert["alert"].as_str().unwrap();
        let severity = alert["labels"]["severity"].as_str().unwrap_or_default();
        assert!(SEVERITIES.contains(&severity) || severity == "{{ $labels.severity }}", "{name}: {severity}");
        for annotation in ["summary", "description"] {
            assert!(alert["annotations"][annotation].is_string(), "{name} has no {annotation}");
        }
        let runbook = format!("{DOCS}runbooks/{name}");
        assert_eq!(alert["annotations"]["runbook_url"], runbook, "{name}");
    }
}

#[test]
fn every_alert_asks_for_metrics_and_labels_that_there_are() {
    for alert in alerts() {
        promql::check(alert["expr"].as_str().unwrap());
    }
}

#[test]
fn every_alert_has_its_runbook_and_every_runbook_its_alert() {
    let folder = root().join("docs/runbooks");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let runbooks: BTreeSet<String> =
        files.map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(names(), runbooks);
    for name in runbooks {
        let text = fs::read_to_string(folder.join(&name).with_extension("md")).unwrap();
        let sections: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(sections, SECTIONS, "{name}");
        assert!(text.starts_with(&format!("# {name}\n")), "{name}");
    }
}

#[test]
fn every_alert_has_cases_in_which_it_fires_and_in_which_it_does_not() {
    let (mut fires, mut is_quiet) = (BTreeSet::new(), BTreeSet::new());
    for file in ["plimsoll", "deviations"] {
        let cases = read(&format!("deploy/rules/tests/{file}.yaml"));
        let groups = cases["tests"].as_array().unwrap();
        for case in groups.iter().flat_map(|group| group["alert_rule_test"].as_array().unwrap()) {
            let name = case["alertname"].as_str().unwrap().to_owned();
            let which = if case["exp_alerts"].is_array() { &mut fires } else { &mut is_quiet };
            which.insert(name);
        }
    }
    assert_eq!(names(), fires);
    assert_eq!(names(), is_quiet);
}

#[test]
fn the_objects_of_the_operator_say_the_same() {
    for (rules, object) in FILES {
        let text = fs::read_to_string(root().join("deploy").join(rules)).unwrap();
        docs::in_step(&format!("deploy/{object}"), &prometheus_rule(rules, &text));
        assert_eq!(read(&format!("deploy/{object}"))["spec"], read(&format!("deploy/{rules}")), "{object}");
    }
}

/// The rules as a `PrometheusRule`, whose spec is a file of rules.
fn prometheus_rule(path: &str, rules: &str) -> String {
    let name = read(&format!("deploy/{path}"))["groups"][0]["name"].as_str().unwrap().to_owned();
    let rules = &rules[rules.find("groups:").unwrap()..];
    let spec: String = rules
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") })
        .collect();
    format!(
        "# Made from deploy/{path} by `UPDATE_DOCS=1 cargo test --test it rules`.\n\
         apiVersion: monitoring.coreos.com/v1\n\
         kind: PrometheusRule\n\
         metadata:\n  name: {name}\n  namespace: plimsoll\n  labels:\n    app.kubernetes.io/name: plimsoll\n\
         spec:\n{spec}"
    )
}

fn alerts() -> Vec<Value> {
    let rules = FILES.map(|(rules, _)| read(&format!("deploy/{rules}")));
    let groups = rules.iter().flat_map(|file| file["groups"].as_array().unwrap());
    groups.flat_map(|group| group["rules"].as_array().unwrap().clone()).collect()
}

fn names() -> BTreeSet<String> {
    alerts().iter().map(|alert| alert["alert"].as_str().unwrap().to_owned()).collect()
}

fn read(path: &str) -> Value {
    serde_saphyr::from_str(&fs::read_to_string(root().join(path)).unwrap()).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
