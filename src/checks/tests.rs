//! The checks, one clean cluster with one mutation each.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::baseline::{Level, Network};
use crate::model::{Direction, Loss};
use crate::network::{AddressSet, Pods};
use crate::snapshot::{Change, Intake};
use crate::wire::{Item, Unreadable, decode_json};

/// What a rule looks at, as the tests fill it.
struct Cluster {
    declared: Declared,
    snapshot: Snapshot,
    panics: Panics,
}

impl Cluster {
    fn new() -> Self {
        let mut cluster =
            Self { declared: Declared::hardened(), snapshot: Snapshot::default(), panics: Panics::new() };
        cluster.declare(Level::Baseline);
        cluster
    }

    fn declare(&mut self, level: Level) {
        self.declared.baselines[0].pod_security.as_mut().unwrap().level = level;
    }

    fn apply(&self, change: Change) {
        self.snapshot.apply(change, &mut Vec::new());
    }

    fn see(&self, kind: Kind, json: &str) {
        let object = decode_json(kind, json.as_bytes()).unwrap();
        self.apply(Intake::default().seen(Item::Object(object)));
    }

    fn findings(&self, check: &Check, scope: &Scope) -> Vec<Finding> {
        let now = Timestamp::UNIX_EPOCH;
        let (declared, snapshot, panics) = (&self.declared, &self.snapshot, &self.panics);
        let facts = Facts {
            declared,
            snapshot,
            panics,
            waiver_uses: &HashMap::new(),
            remembered: &Remembered::default(),
            now,
        };
        match (check.rule, scope) {
            (Rule::Cluster(rule), Scope::Cluster) => rule(&facts),
            (Rule::Object(rule), Scope::Object(key)) => rule(&facts, key),
            (Rule::Workload(rule), Scope::Object(key)) => {
                let Some(workload) = snapshot.workload(key) else { return Vec::new() };
                let governing = declared.baselines.iter().collect();
                rule(&facts, &Governed { workload, namespace_labels: Arc::default(), governing })
            }
            _ => Vec::new(),
        }
    }

    fn privileged(&self, key: &ObjectKey) -> Vec<Finding> {
        self.findings(&pod_security::privileged::CONTROL.check, &Scope::Object(key.clone()))
    }
}

fn key(kind: Kind, name: &str) -> ObjectKey {
    ObjectKey { kind: ObjectKind::Watched(kind), namespace: "shop".into(), name: name.into() }
}

/// A pod with one container in each role, of which those named are privileged.
fn pod(name: &str, privileged: &[&str]) -> String {
    let container = |name: &str| {
        let privileged = privileged.contains(&name);
        format!(r#"[{{"name": "{name}", "securityContext": {{"privileged": {privileged}}}}}]"#)
    };
    let [init, web, debug] = ["init", "web", "debug"].map(container);
    format!(
        r#"{{"metadata": {{"name": "{name}", "namespace": "shop", "uid": "u", "resourceVersion": "7"}},
        "spec": {{"initContainers": {init}, "containers": {web}, "ephemeralContainers": {debug}}}}}"#
    )
}

#[test]
fn no_container_is_privileged() {
    let cluster = Cluster::new();
    cluster.see(Kind::Pod, &pod("web", &[]));
    assert_eq!(cluster.privileged(&key(Kind::Pod, "web")), []);
    let bare =
        r#"{"metadata": {"name": "bare", "namespace": "shop"}, "spec": {"containers": [{"name": "web"}]}}"#;
    cluster.see(Kind::Pod, bare);
    assert_eq!(cluster.privileged(&key(Kind::Pod, "bare")), []);
    assert_eq!(cluster.privileged(&key(Kind::Pod, "absent")), []);
}

#[test]
fn a_privileged_container_is_found_in_every_role() {
    for (name, field) in [("init", "initContainers"), ("web", "containers"), ("debug", "ephemeralContainers")]
    {
        let cluster = Cluster::new();
        cluster.see(Kind::Pod, &pod("it", &[name]));
        let [finding] = cluster.privileged(&key(Kind::Pod, "it")).try_into().unwrap();
        assert_eq!(finding.key, format!("{name}/privileged"));
        assert_eq!(finding.path, format!("spec.{field}[{name}].securityContext.privileged"));
        assert_eq!((finding.expected.as_str(), finding.actual.as_str()), ("undefined or false", "true"));
        assert_eq!((finding.count, finding.direction), (1, Direction::Loosened));
        assert_eq!(finding.message, format!("container {name} of Pod/shop/it is privileged; 1 pod runs it"));
        assert_eq!(finding.object.key, key(Kind::Pod, "it"));
        assert_eq!((&*finding.object.uid, &*finding.object.resource_version), ("u", "7"));
    }
}

#[test]
fn each_privileged_container_is_a_finding() {
    let cluster = Cluster::new();
    cluster.see(Kind::Pod, &pod("it", &["init", "web", "debug"]));
    let keys: Vec<String> =
        cluster.privileged(&key(Kind::Pod, "it")).into_iter().map(|finding| finding.key).collect();
    assert_eq!(keys, ["debug/privileged", "init/privileged", "web/privileged"]);
}

#[test]
fn a_template_is_judged_before_a_pod_runs_it() {
    for kind in POD_KINDS.iter().copied().filter(|kind| *kind != Kind::Pod) {
        let template =
            r#"{"spec": {"containers": [{"name": "web", "securityContext": {"privileged": true}}]}}"#;
        let spec = if kind == Kind::CronJob {
            format!(r#"{{"jobTemplate": {{"spec": {{"template": {template}}}}}}}"#)
        } else {
            format!(r#"{{"template": {template}}}"#)
        };
        let json = format!(r#"{{"metadata": {{"name": "web", "namespace": "shop"}}, "spec": {spec}}}"#);
        let cluster = Cluster::new();
        cluster.see(kind, &json);
        let [finding] = cluster.privileged(&key(kind, "web")).try_into().unwrap();
        assert_eq!(finding.count, 0, "{kind}");
        assert_eq!(
            finding.message,
            format!("container web of {kind}/shop/web is privileged; no pod runs it")
        );
        let path = if kind == Kind::CronJob {
            "spec.jobTemplate.spec.template.spec.containers[web].securityContext.privileged"
        } else {
            "spec.template.spec.containers[web].securityContext.privileged"
        };
        assert_eq!(finding.path, path, "{kind}");
    }
}

/// A pod of the `StatefulSet` `db`, whose container is as given.
fn member(name: &str, container: &str, role: &str) -> String {
    format!(
        r#"{{"metadata": {{"name": "{name}", "namespace": "shop", "ownerReferences":
        [{{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "controller": true}}]}},
        "spec": {{"{role}": [{{"name": "{container}", "securityContext": {{"privileged": true}}}}]}}}}"#
    )
}

#[test]
fn pods_of_several_templates_with_one_fault_are_one_finding() {
    let cluster = Cluster::new();
    cluster.see(Kind::Pod, &member("db-0", "db", "containers"));
    cluster.see(Kind::Pod, &member("db-1", "db", "containers"));
    let other = member("db-2", "db", "containers")
        .replace(r#""spec": {"#, r#""spec": {"initContainers": [{"name": "new"}], "#);
    cluster.see(Kind::Pod, &other);
    let [finding] = cluster.privileged(&key(Kind::StatefulSet, "db")).try_into().unwrap();
    assert_eq!(finding.count, 3);
    assert_eq!(finding.message, "container db of StatefulSet/shop/db is privileged; 3 pods run it");
}

#[test]
fn a_container_that_moved_to_another_role_keeps_its_identity() {
    let cluster = Cluster::new();
    cluster.see(Kind::Pod, &member("db-0", "db", "containers"));
    cluster.see(Kind::Pod, &member("db-1", "db", "initContainers"));
    let [finding] = cluster.privileged(&key(Kind::StatefulSet, "db")).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.count), ("db/privileged", 2));
    assert!(finding.path.contains("initContainers"), "the evidence is that of the first: {}", finding.path);
}

#[test]
fn the_level_privileged_allows_everything() {
    let mut cluster = Cluster::new();
    cluster.see(Kind::Pod, &pod("it", &["web"]));
    for (level, found) in [(Level::Privileged, 0), (Level::Baseline, 1), (Level::Restricted, 1)] {
        cluster.declare(level);
        assert_eq!(cluster.privileged(&key(Kind::Pod, "it")).len(), found, "{level:?}");
    }
}

#[test]
fn hostile_names_are_data() {
    for name in ["{}", "%s%n", "a\\nb", "\\u0000", "$(id)", "<b>", "a/b[c].d", "\\\"quoted\\\"", "\\u202e"] {
        let json = format!(
            r#"{{"metadata": {{"name": "{name}", "namespace": "shop"}},
            "spec": {{"containers": [{{"name": "{name}", "securityContext": {{"privileged": true}}}}]}}}}"#
        );
        let name: String = serde_json::from_str(&format!("\"{name}\"")).unwrap();
        let cluster = Cluster::new();
        cluster.see(Kind::Pod, &json);
        let [finding] = cluster.privileged(&key(Kind::Pod, &name)).try_into().unwrap();
        assert_eq!(finding.key, format!("{name}/privileged"));
        assert_eq!(
            finding.message,
            format!("container {name} of Pod/shop/{name} is privileged; 1 pod runs it")
        );
        assert_eq!(finding.path, format!("spec.containers[{name}].securityContext.privileged"));
    }
}

#[test]
fn an_unreadable_object_is_found_until_it_can_be_read() {
    let cluster = Cluster::new();
    let scope = Scope::Object(key(Kind::Pod, "web"));
    let check = &monitor::unreadable::CHECK;
    assert_eq!(cluster.findings(check, &scope), []);
    let mut evidence = BTreeSet::new();
    for error in ["at column 17", "at column 18"] {
        let (namespace, name) = ("shop".to_owned(), "web".to_owned());
        let item = Unreadable { kind: Kind::Pod, namespace, name, error: error.to_owned() };
        cluster.apply(Intake::default().seen(Item::Unreadable(item)));
        let [finding] = cluster.findings(check, &scope).try_into().unwrap();
        assert_eq!(finding.message, format!("Pod/shop/web cannot be read: {error}"));
        assert_eq!(finding.object.key, key(Kind::Pod, "web"));
        evidence.insert((finding.expected, finding.actual, finding.path));
    }
    assert_eq!(evidence.len(), 1, "what moves with each update is no evidence: {evidence:?}");
    cluster.see(Kind::Pod, &pod("web", &[]));
    assert_eq!(cluster.findings(check, &scope), []);
}

#[test]
fn blindness_is_one_finding_with_its_reasons() {
    let cluster = Cluster::new();
    let check = &monitor::blind::CHECK;
    for kind in Kind::ALL {
        cluster.apply(Change::Synced(kind));
    }
    assert_eq!(cluster.findings(check, &Scope::Cluster), []);
    cluster.apply(Change::Lost(Kind::Job, Loss::Forbidden));
    cluster.apply(Change::Lost(Kind::Pod, Loss::Forbidden));
    cluster.apply(Change::Lost(Kind::CronJob, Loss::NotServed));
    let [blind] = cluster.findings(check, &Scope::Cluster).try_into().unwrap();
    assert_eq!((blind.actual.as_str(), blind.count), ("forbidden, not-served", 3));
    assert_eq!(blind.message, "cannot see Pod (forbidden), Job (forbidden), CronJob (not-served)");
    assert_eq!(blind.object.key, ObjectKey::cluster());
}

#[test]
fn policies_that_are_not_modelled_hide_the_network_where_it_is_declared() {
    let mut cluster = Cluster::new();
    let check = &monitor::blind::CHECK;
    cluster.declared.baselines[0].network = None;
    cluster.see(Kind::CiliumNetworkPolicy, r#"{"metadata": {"name": "a", "namespace": "shop"}}"#);
    cluster.see(Kind::AdminNetworkPolicy, r#"{"metadata": {"name": "b"}}"#);
    assert_eq!(cluster.findings(check, &Scope::Cluster), []);
    cluster.declared.baselines[0].network = Some(Network {
        default_deny: Vec::new(),
        within_namespace: false,
        allow: None,
        internet: None,
        inside: AddressSet::default(),
        dns: Pods::default(),
    });
    let [blind] = cluster.findings(check, &Scope::Cluster).try_into().unwrap();
    assert_eq!((blind.key.as_str(), blind.count), ("network", 2));
    assert_eq!(blind.actual, "CiliumNetworkPolicy, AdminNetworkPolicy");
}

#[test]
fn a_check_that_panicked_is_found_once_with_all_its_scopes() {
    let mut cluster = Cluster::new();
    let check = &monitor::panicked::CHECK;
    assert_eq!(cluster.findings(check, &Scope::Cluster), []);
    let scopes = [Scope::Object(key(Kind::Pod, "a")), Scope::Object(key(Kind::Pod, "b"))];
    let scopes = scopes.map(|scope| (scope, "out of bounds".to_owned()));
    cluster.panics.insert("pod-security/privileged", scopes.into());
    let [finding] = cluster.findings(check, &Scope::Cluster).try_into().unwrap();
    assert_eq!((finding.key.as_str(), finding.count), ("pod-security/privileged", 2));
    let message = "pod-security/privileged panicked in 2 scopes, such as Pod/shop/a: out of bounds";
    assert_eq!(finding.message, message);
}

#[test]
fn the_ids_are_unique_and_of_one_form() {
    let ids: BTreeSet<&str> = CHECKS.iter().map(|check| check.info.id).collect();
    assert_eq!(ids.len(), CHECKS.len());
    for id in ids {
        let word = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let parts: Vec<&str> = id.split('/').collect();
        assert!(parts.len() == 2 && parts.iter().all(|part| word(part)), "{id}");
        assert_eq!(find(id).unwrap().info.id, id);
    }
    assert!(find("no-family/no-check").is_none());
}

#[test]
fn the_checks_of_the_monitor_stand_last() {
    let monitor = |check: &&Check| check.info.id.starts_with("monitor/");
    let first = CHECKS.iter().position(monitor).unwrap();
    assert!(CHECKS[first..].iter().all(monitor));
    // It judges the others, those of the monitor included.
    assert_eq!(CHECKS[CHECKS.len() - 1].info.id, PANICKED.info.id);
}

#[test]
fn every_check_says_what_it_is_about() {
    for check in CHECKS {
        let info = &check.info;
        for text in [info.title, info.why, info.mend] {
            assert!(
                !text.trim().is_empty() && text == text.trim() && !text.contains("  "),
                "{}: {text}",
                info.id
            );
        }
        assert!(info.why.ends_with('.') && info.mend.ends_with('.'), "{}", info.id);
        assert!(info.references.iter().all(|link| link.starts_with("https://")), "{}", info.id);
    }
}

#[test]
fn a_scope_is_the_one_in_which_its_object_is_found() {
    for check in CHECKS {
        let object = match check.rule {
            Rule::Namespace(_) => ObjectKey::of_namespace("shop".into()),
            Rule::Grantee(_) => key(Kind::ServiceAccount, "ci"),
            Rule::Role(_) => key(Kind::Role, "ci"),
            Rule::Binding(_) => key(Kind::RoleBinding, "ci"),
            Rule::Policy(_) => key(Kind::NetworkPolicy, "deny-all"),
            Rule::Cluster(_)
            | Rule::Object(_)
            | Rule::Workload(_)
            | Rule::Reader { .. }
            | Rule::Isolation { .. } => key(Kind::Pod, "web"),
        };
        assert!(check.rule.covers(&check.rule.scope_of(&object)), "{}", check.info.id);
        let cluster = matches!(check.rule, Rule::Cluster(_));
        assert_eq!(check.rule.covers(&Scope::Cluster), cluster, "{}", check.info.id);
    }
}
