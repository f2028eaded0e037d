//! The daemon as it is installed: by its own account, the rights, the settings and the baseline that are shipped. It sees
//! all that it is to see, is refused nothing, and nothing of its own deviates from its own baseline.

use std::fs;
use std::path::PathBuf;

use http::StatusCode;
use serde_json::{Value, json};

use super::objects::{Objects, chart_objects, kustomize, read, text_at};
use super::{install_kinds, repository};
use crate::support::control_plane::ControlPlane;
use crate::support::guarded::Guarded;
use crate::support::kubeconfig;
use crate::support::poll::{eventually, holds, is};
use crate::support::process::logs_of;

/// Who reads metrics and API, by the binding that is shipped.
const READER: (&str, &str) = ("prometheus-k8s", "monitoring");

/// Whom the daemon has to do with in any cluster: a policy that lets nobody through is told of.
const PEERS: [(&str, &str, &str); 3] = [
    ("kube-system", "coredns", "k8s-app=kube-dns"),
    ("monitoring", "prometheus", "app.kubernetes.io/name=prometheus"),
    ("monitoring", "alertmanager", "app.kubernetes.io/name=alertmanager"),
];

#[test]
fn it_sees_everything_and_nothing_of_its_own_deviates() {
    let plane = ControlPlane::start("deploy-installed");
    install_kinds(&plane);
    install(&plane, "kustomize");
    plane.kubectl(&["create", "namespace", READER.1], "");
    for (namespace, name, label) in PEERS {
        plane.wait_for_service_account(namespace);
        let (label, image) = (format!("--labels={label}"), format!("--image={name}"));
        plane.kubectl(&["run", name, &image, &label, "--namespace", namespace], "");
    }
    let installed = Installed::start(&plane, "deploy-installed", &read(&kustomize("kustomize")));
    installed.check_sight();
    installed.wait_for_own(&[]);

    // A monitor that could not tell would be as silent.
    plane.kubectl(&["label", "namespace", "plimsoll", "pod-security.kubernetes.io/enforce-"], "");
    installed.wait_for_own(&["pod-security/admission-label"]);
    plane.kubectl(&["label", "namespace", "plimsoll", "pod-security.kubernetes.io/enforce=restricted"], "");
    installed.wait_for_own(&[]);
}

#[test]
fn with_one_family_one_role_is_enough() {
    let plane = ControlPlane::start("deploy-network");
    install(&plane, "kustomize/rbac");
    install(&plane, "kustomize/monitoring/clusterrolebinding-reader.yaml");
    plane.kubectl(&["create", "namespace", READER.1], "");
    for family in ["pod-security", "secrets", "rbac"] {
        plane.kubectl(&["delete", "clusterrolebinding", &format!("plimsoll-{family}")], "");
    }
    let objects = chart_objects(&["--set=families={network}"]);
    let installed = Installed::start(&plane, "deploy-network", &objects);
    let checks = installed.check_sight();
    assert!(checks.iter().any(|it| it == "network/lost-flow"), "{checks:?}");
    assert!(!checks.iter().any(|it| it.starts_with("pod-security/")), "{checks:?}");
}

/// Applies a file, or a folder of kustomize, and makes the account that reads.
fn install(plane: &ControlPlane, path: &str) {
    let path = repository("deploy").join(path);
    let how = if path.is_dir() { "--kustomize" } else { "--filename" };
    plane.kubectl(&["apply", how, &path.display().to_string()], "");
}

/// A daemon with what is installed.
struct Installed {
    daemon: Guarded,
    log: PathBuf,
    /// The token of who reads.
    reader: String,
}

impl Installed {
    fn start(plane: &ControlPlane, name: &str, objects: &Objects) -> Self {
        let logs = logs_of(&format!("{name}-daemon"));
        let config = logs.join("config.toml");
        fs::write(&config, data(objects, "plimsoll", "config.toml")).expect("it can be written");
        let baseline = logs.join("baseline");
        fs::create_dir(&baseline).expect("the folder can be made");
        for file in ["hardened.yaml", "plimsoll.yaml"] {
            let text = data(objects, "plimsoll-baseline", file);
            fs::write(baseline.join(file), text).expect("it can be written");
        }
        let user = json!({"token": token(plane, ("plimsoll", "plimsoll"))});
        let file = logs.join("kubeconfig");
        let kubeconfig = kubeconfig::write(file, &plane.server(), &plane.authority(), &user);
        // Where files lie is all that differs from a pod.
        let flags =
            [format!("--config={}", config.display()), format!("--baseline-path={}", baseline.display())];
        plane.kubectl(&["create", "serviceaccount", READER.0, "--namespace", READER.1], "");
        let daemon = Guarded::start_with(&logs, &kubeconfig, &flags);
        Self { daemon, log: logs.join("plimsoll.log"), reader: token(plane, READER) }
    }

    /// Waits until every check sees, and nothing was ever refused. Gives the checks.
    fn check_sight(&self) -> Vec<String> {
        let checks = eventually("every check sees", || {
            let page = self.daemon.get("/metrics", Some(&self.reader))?;
            is(&StatusCode::OK, &page.status)?;
            let page = page.text();
            let blind: Vec<_> = series(&page, "plimsoll_check_blind{").collect();
            holds(blind.len() > 5 && blind.iter().all(|(_, value)| *value == "0"), &blind)?;
            let synced: Vec<_> = series(&page, "plimsoll_watch_synced{").collect();
            holds(!synced.is_empty() && synced.iter().all(|(_, value)| *value == "1"), &synced)?;
            let refused: Vec<_> = series(&page, "plimsoll_watch_errors_total{")
                .filter(|(labels, value)| labels.contains("forbidden") && *value != "0")
                .collect();
            assert!(refused.is_empty(), "{refused:?}");
            Ok(blind.into_iter().map(|(labels, _)| check_of(labels)).collect())
        });
        let log = fs::read_to_string(&self.log).expect("there is a log").to_lowercase();
        let refused: Vec<&str> = log.lines().filter(|line| line.contains("forbidden")).collect();
        assert!(refused.is_empty(), "{refused:#?}");
        checks
    }

    /// Waits until this is all that deviates of what is installed.
    fn wait_for_own(&self, checks: &[&str]) {
        eventually(&format!("{checks:?} deviate"), || {
            let page = self.daemon.get("/api/v1/deviations?limit=1000", Some(&self.reader))?.json()?;
            let all = page["deviations"].as_array().expect("they are listed");
            let own: Vec<&Value> = all.iter().filter(|it| is_own(it)).collect();
            let seen: Vec<_> = own.iter().map(|it| it["check"].as_str().unwrap_or_default()).collect();
            // The default namespace of any cluster does, which shows that the cluster is judged.
            holds(!all.is_empty() && seen == checks, &own)
        });
    }
}

/// Whether it is of the namespace, or of something or somebody of the name.
fn is_own(deviation: &Value) -> bool {
    let object = &deviation["object"];
    [&object["namespace"], &object["name"], &deviation["exposed"]]
        .iter()
        .any(|it| it.as_str().is_some_and(|text| text.contains("plimsoll")))
}

fn token(plane: &ControlPlane, (name, namespace): (&str, &str)) -> String {
    plane.kubectl(&["create", "token", name, "--namespace", namespace], "").trim().to_owned()
}

/// A file in a `ConfigMap`.
fn data(objects: &Objects, name: &str, file: &str) -> String {
    let object = &objects[&("ConfigMap".to_owned(), name.to_owned())];
    text_at(object, &format!("/data/{file}"))
}

/// The series of a metric: their labels and values.
fn series<'a>(page: &'a str, metric: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    page.lines().filter_map(move |line| line.strip_prefix(metric)?.rsplit_once("} "))
}

/// The value of the label `check`.
fn check_of(labels: &str) -> String {
    let value = labels.split("check=\"").nth(1).and_then(|rest| rest.split('"').next());
    value.expect("it has one").to_owned()
}
