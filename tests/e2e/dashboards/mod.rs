//! Every query of every dashboard, on a real Prometheus that has scraped the real daemon: each answers data.
//!
//! With `UPDATE_DOCS=1` the answers are drawn into `docs/dashboards`.

mod draw;
mod format;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds};
use crate::support::prometheus::{Prometheus, Series};
use crate::support::scene::Scene;

const NAMESPACE: &str = "shop";

/// How far back in seconds is looked: all of the scenario.
const RANGE: u32 = 120;

/// How often something comes and goes for a picture, so that there is something to see.
const ROUNDS: usize = 12;

/// What Grafana puts in place of its own variables.
const VARIABLES: [(&str, &str); 3] = [("$__rate_interval", "30s"), ("$__range", "5m"), ("$namespace", ".*")];

#[test]
fn every_query_answers_data_about_real_deviations() {
    let plane = ControlPlane::start("dashboards-plane");
    let identity = Identity::create(&plane, "dashboards");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.deployment("web", true);
    namespace.wait_for_pods("web", true);
    bind(&plane, "operators");
    let scene = Scene::start("dashboards", &identity, &["--metrics-deviation-info"]);
    let draws = std::env::var_os("UPDATE_DOCS").is_some();
    for _ in 0..if draws { ROUNDS } else { 1 } {
        come_and_go(&plane, &namespace, &scene);
    }
    for (name, dashboard) in read_all() {
        check_variables(&scene.prometheus, &dashboard);
        for annotation in list(&dashboard["annotations"]["list"]) {
            wait_for_data(&format!("{name}, the annotation {}", annotation["name"]), || {
                scene.prometheus.range(&filled_in(&annotation["expr"]), RANGE)
            });
        }
        let answers: Vec<_> = list(&dashboard["panels"])
            .iter()
            .map(|panel| (panel.clone(), answer(&scene.prometheus, &name, panel)))
            .collect();
        if draws {
            let picture = draw::dashboard(dashboard["title"].as_str().expect("it has a title"), &answers);
            fs::create_dir_all(root().join("docs/dashboards")).expect("the folder can be made");
            fs::write(root().join("docs/dashboards").join(name).with_extension("svg"), picture)
                .expect("the picture can be written");
        }
    }
}

/// Something of each family opens and is resolved while the daemon looks.
fn come_and_go(plane: &ControlPlane, namespace: &Namespace<'_>, scene: &Scene) {
    let families = [
        ("pod-security/privileged", NAMESPACE, 1.0),
        ("network/not-isolated", NAMESPACE, 2.0),
        ("rbac/unlisted-cluster-admin", "", 1.0),
    ];
    let wait_for = |times: f64| {
        for (check, namespace, count) in families {
            scene.wait_for_deviations(check, namespace, count * times);
        }
    };
    wait_for(1.0);
    namespace.deployment("late", true);
    bind(plane, "late");
    wait_for(2.0);
    namespace.delete("deployment", "late");
    plane.kubectl(&["delete", "clusterrolebinding", "late"], "");
    wait_for(1.0);
}

fn bind(plane: &ControlPlane, group: &str) {
    let group_flag = format!("--group={group}");
    plane.kubectl(&["create", "clusterrolebinding", group, "--clusterrole=cluster-admin", &group_flag], "");
}

/// The answers to all queries of a panel, with the names that its legends give them.
fn answer(prometheus: &Prometheus, dashboard: &str, panel: &Value) -> Vec<(String, Series)> {
    let mut answers = Vec::new();
    let mut is_empty = true;
    for target in list(&panel["targets"]) {
        let what = format!("{dashboard}, {}: {}", panel["title"], target["expr"]);
        let ask = || {
            let expr = filled_in(&target["expr"]);
            if target["instant"] == true {
                instant(prometheus, &expr)
            } else {
                prometheus.range(&expr, RANGE)
            }
        };
        // Of several queries one may be about a severity of which nothing stands.
        let found =
            if list(&panel["targets"]).len() > 1 { ask().expect(&what) } else { wait_for_data(&what, ask) };
        is_empty &= found.is_empty();
        let legend = target["legendFormat"].as_str().expect("it has a legend");
        answers.extend(found.into_iter().map(|series| (named(legend, &series.labels), series)));
    }
    assert!(!is_empty, "{dashboard}, {}: no query answers", panel["title"]);
    answers
}

/// Waits until there is a number in the answer. An error says what is wrong when patience ends.
fn wait_for_data(what: &str, ask: impl Fn() -> Result<Vec<Series>, String>) -> Vec<Series> {
    eventually(what, || {
        let series = ask()?;
        let mut values = series.iter().flat_map(|it| &it.points).map(|(_, value)| value);
        holds(values.any(|value| value.is_finite()), &series).map(|()| series)
    })
}

fn instant(prometheus: &Prometheus, expr: &str) -> Result<Vec<Series>, String> {
    let samples = prometheus.query(expr)?;
    let series = samples.into_iter().map(|it| Series { labels: it.labels, points: vec![(0.0, it.value)] });
    Ok(series.collect())
}

/// A variable that asks is one of the values of a label.
fn check_variables(prometheus: &Prometheus, dashboard: &Value) {
    let variables = list(&dashboard["templating"]["list"]);
    for variable in variables.iter().filter(|variable| variable["type"] == "query") {
        let query = variable["definition"].as_str().expect("it asks");
        let inner = query.strip_prefix("label_values(").and_then(|it| it.strip_suffix(")"));
        let (metric, label) = inner.and_then(|it| it.split_once(", ")).expect("it asks for a label");
        let values = prometheus.label_values(metric, label).expect("Prometheus answers");
        assert!(values.iter().any(|value| value == NAMESPACE), "{query}: {values:?}");
    }
}

fn filled_in(expr: &Value) -> String {
    let expr = expr.as_str().expect("it is a query").to_owned();
    VARIABLES.iter().fold(expr, |expr, (variable, value)| expr.replace(variable, value))
}

/// The legend with the labels in it; without one, all of them.
fn named(legend: &str, labels: &BTreeMap<String, String>) -> String {
    labels
        .iter()
        .fold(legend.to_owned(), |name, (label, value)| name.replace(&format!("{{{{{label}}}}}"), value))
        .replace("{{namespace}}", "(cluster)")
}

/// Each dashboard by the name of its file, without the extension.
fn read_all() -> BTreeMap<String, Value> {
    let files = fs::read_dir(root().join("dashboards")).expect("there are dashboards");
    let files = files.map(|entry| entry.expect("they can be listed").path());
    let dashboards = files.filter(|file| file.extension().is_some_and(|it| it == "json"));
    dashboards
        .map(|file| {
            let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
            let text = fs::read(&file).expect("it can be read");
            (name, serde_json::from_slice(&text).expect("it is JSON"))
        })
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().expect("it is a list")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}
