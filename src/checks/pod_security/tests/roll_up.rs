//! From violations to findings: baselines, exemptions, templates and counts.

use std::sync::Arc;

use serde_json::json;

use super::case::{clean, template_of};
use crate::baseline::{Baseline, Declared, Level, PodSecurity, Version};
use crate::checks::pod_security::{capabilities_baseline, host_path_volumes, privileged};
use crate::checks::{Governed, pod_security::Control};
use crate::model::{Finding, Kind, ObjectKey, ObjectKind, ObjectRef};
use crate::snapshot::{PodTemplate, Workload};

/// A baseline of this name.
fn baseline(name: &str, level: Level) -> Baseline {
    let mut baseline = Declared::hardened().baselines.remove(0);
    Arc::make_mut(&mut baseline.declaration).name = name.into();
    pod_security(&mut baseline).level = level;
    baseline
}

fn pod_security(baseline: &mut Baseline) -> &mut PodSecurity {
    baseline.pod_security.as_mut().unwrap()
}

/// A template whose container web is privileged, or adds capabilities.
fn with(field: &str, value: serde_json::Value) -> Arc<PodTemplate> {
    let mut pod = clean();
    pod["spec"]["containers"][0]["securityContext"][field] = value;
    template_of(&pod)
}

fn evaluate(
    control: &Control,
    templates: &[(Arc<PodTemplate>, u64)],
    baselines: &[&Baseline],
) -> Vec<Finding> {
    let key = ObjectKey {
        kind: ObjectKind::Watched(Kind::Deployment),
        namespace: "shop".into(),
        name: "web".into(),
    };
    let object = ObjectRef { key, version: "v1".into(), uid: "".into(), resource_version: "".into() };
    let workload = Workload { object, templates: templates.to_vec() };
    control.evaluate(&Governed { workload, namespace_labels: Arc::default(), governing: baselines.to_vec() })
}

#[test]
fn one_cause_in_several_templates_is_one_finding() {
    let templates = [
        (with("privileged", json!(true)), 2),
        (template_of(&clean()), 5),
        (with("privileged", json!(true)), 1),
    ];
    let [finding] =
        evaluate(&privileged::CONTROL, &templates, &[&baseline("a", Level::Baseline)]).try_into().unwrap();
    assert_eq!(finding.count, 3);
    assert_eq!(finding.message, "container web of Deployment/shop/web is privileged; 3 pods run it");
    let path = "spec.template.spec.containers[web].securityContext.privileged";
    assert_eq!((finding.path.as_str(), finding.actual.as_str()), (path, "true"));
    assert_eq!(finding.remedy, format!("set {path} to false"));
    assert_eq!(finding.declaration.unwrap().name, "a".into());
}

#[test]
fn the_evidence_is_that_of_the_first_template() {
    let adds = |capability| with("capabilities", json!({"drop": ["ALL"], "add": [capability]}));
    let templates = [(adds("NET_ADMIN"), 1), (adds("SYS_TIME"), 1)];
    let [finding] = evaluate(&capabilities_baseline::CONTROL, &templates, &[&baseline("a", Level::Baseline)])
        .try_into()
        .unwrap();
    assert_eq!((finding.actual.as_str(), finding.count), ("NET_ADMIN", 2));
}

#[test]
fn a_name_that_repeats_in_a_template_does_not_make_more_pods() {
    let mut pod = clean();
    let container = json!({"name": "web", "securityContext": {"privileged": true}});
    pod["spec"]["containers"] = json!([container, container]);
    let templates = [(template_of(&pod), 4)];
    let [finding] =
        evaluate(&privileged::CONTROL, &templates, &[&baseline("a", Level::Baseline)]).try_into().unwrap();
    assert_eq!(finding.count, 4);
}

#[test]
fn each_baseline_that_asks_it_finds_it() {
    let templates = [(with("privileged", json!(true)), 1)];
    let (loose, a, b) = (
        baseline("loose", Level::Privileged),
        baseline("a", Level::Baseline),
        baseline("b", Level::Restricted),
    );
    let mut silent = baseline("silent", Level::Restricted);
    silent.pod_security = None;
    let findings = evaluate(&privileged::CONTROL, &templates, &[&loose, &a, &silent, &b]);
    let names: Vec<String> =
        findings.iter().map(|it| it.declaration.as_ref().unwrap().name.to_string()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(evaluate(&privileged::CONTROL, &templates, &[]), []);
}

#[test]
fn the_level_and_version_of_the_baseline_judge() {
    let templates = [(with("capabilities", json!({"drop": ["ALL"], "add": ["NET_ADMIN"]})), 1)];
    let mut old = baseline("old", Level::Restricted);
    pod_security(&mut old).version = Version::minor(21);
    let found = |it: &Baseline| evaluate(&capabilities_baseline::CONTROL, &templates, &[it]).len();
    // From v1.22 on, level restricted judges by capabilities-restricted.
    assert_eq!(found(&old), 1);
    assert_eq!(found(&baseline("new", Level::Restricted)), 0);
    assert_eq!(found(&baseline("new", Level::Baseline)), 1);
}

#[test]
fn what_admission_exempts_is_not_judged() {
    let mut pod = clean();
    pod["spec"]["containers"][0]["securityContext"]["privileged"] = json!(true);
    let ordinary = template_of(&pod);
    pod["spec"]["runtimeClassName"] = json!("kata");
    let templates = [(ordinary, 1), (template_of(&pod), 2)];
    let mut exempting = baseline("a", Level::Baseline);
    let pods = |it: &Baseline| -> u64 {
        evaluate(&privileged::CONTROL, &templates, &[it]).iter().map(|finding| finding.count).sum()
    };
    assert_eq!(pods(&exempting), 3);
    pod_security(&mut exempting).exempt.runtime_classes = vec!["gvisor".to_owned(), "kata".to_owned()];
    assert_eq!(pods(&exempting), 1);
    pod_security(&mut exempting).exempt.namespaces = vec!["shopping".to_owned()];
    assert_eq!(pods(&exempting), 1);
    pod_security(&mut exempting).exempt.namespaces.push("shop".to_owned());
    assert_eq!(pods(&exempting), 0);
}

/// A template with the volumes of these numbers, each a path on the host.
fn with_host_paths(numbers: impl Iterator<Item = u32>) -> Arc<PodTemplate> {
    let mut pod = clean();
    let volume = |number| json!({"name": format!("v{number:05}"), "hostPath": {"path": "/"}});
    pod["spec"]["volumes"] = numbers.map(volume).collect();
    template_of(&pod)
}

fn host_paths(templates: &[(Arc<PodTemplate>, u64)]) -> Vec<Finding> {
    evaluate(&host_path_volumes::CONTROL, templates, &[&baseline("a", Level::Baseline)])
}

#[test]
fn beyond_the_bound_violations_are_counted() {
    assert_eq!(host_paths(&[(with_host_paths(0..100), 1)]).len(), 100);
    let findings = host_paths(&[(with_host_paths(0..20_000), 1)]);
    assert_eq!(findings.len(), 101);
    assert_eq!(findings[99].key, "volumes[v00099].hostPath");
    let rest = &findings[100];
    assert_eq!((rest.key.as_str(), rest.count), ("rest", 1));
    let message =
        "Deployment/shop/web deviates in 19900 more fields than the 100 that are told; 1 pod runs it";
    assert_eq!(rest.message, message);
}

#[test]
fn which_violations_are_told_depends_on_no_order() {
    let (up, down) = (with_host_paths(0..150), with_host_paths((0..150).rev()));
    assert_eq!(host_paths(&[(up, 1)]), host_paths(&[(down, 1)]));
}

#[test]
fn the_evidence_of_the_rest_does_not_move_with_its_number() {
    let evidence = |count| {
        let Finding { key, expected, actual, path, .. } =
            host_paths(&[(with_host_paths(0..count), 1)]).pop().unwrap();
        (key, expected, actual, path)
    };
    assert_eq!(evidence(150), evidence(160));
}

#[test]
fn the_rest_counts_each_pod_that_has_some_of_it_once() {
    let findings = host_paths(&[
        (with_host_paths(50..170), 2),
        (with_host_paths(0..50), 4),
        (with_host_paths(60..70), 8),
        (with_host_paths(160..180), 16),
    ]);
    let counts: Vec<u64> = [0, 50, 60, 100].iter().map(|at: &usize| findings[*at].count).collect();
    assert_eq!(counts, [4, 2, 10, 18]);
    assert!(findings[100].message.contains(" 80 more fields "), "{}", findings[100].message);
}
