//! The chart is sound, and gives what the manifests for kustomize give.

use super::objects::{MONITORING, chart, chart_objects, kustomize, read, run, template};

#[test]
fn helm_finds_nothing_to_warn_of() {
    let told = run("helm", &["lint", "--strict", &chart()]).expect("it passes");
    assert!(told.contains("1 chart(s) linted, 0 chart(s) failed"), "{told}");
}

#[test]
fn the_chart_and_the_manifests_are_the_same_objects() {
    // Helm makes the namespace itself, where it is told to.
    let namespace = ("Namespace".to_owned(), "plimsoll".to_owned());
    let mut manifests = read(&kustomize("kustomize"));
    assert!(manifests.remove(&namespace).is_some());
    let objects = chart_objects(&MONITORING);
    assert_eq!(objects.keys().collect::<Vec<_>>(), manifests.keys().collect::<Vec<_>>());
    for (key, object) in &objects {
        assert_eq!(object, &manifests[key], "{key:?}");
    }
    // With default values it gives less, and nothing else.
    let by_default = chart_objects(&[]);
    assert!(by_default.len() < objects.len());
    for (key, object) in &by_default {
        assert_eq!(Some(object), objects.get(key), "{key:?}");
    }
}

#[test]
fn what_is_optional_is_the_same_too() {
    let flags = ["--set=prometheusRule.enabled=true", "--set=prometheusRule.deviations=true"];
    for (key, object) in read(&kustomize("prometheusrule/optional")) {
        assert_eq!(chart_objects(&flags).get(&key), Some(&object), "{key:?}");
    }
}

#[test]
fn values_that_cannot_be_are_refused() {
    for (flag, place) in [
        ("--set=cluster=", "/cluster"),
        ("--set=families={secret}", "/families/0"),
        ("--set=families={rbac,rbac}", "/families"),
        ("--set=image.digest=latest", "/image/digest"),
        ("--set=alertmanager.urls={ftp://alertmanager}", "/alertmanager/urls/0"),
        ("--set=alertmanager.urls={http://name:word@alertmanager}", "/alertmanager/urls/0"),
        ("--set=networkPolicy.apiServer.cidrs={all}", "/networkPolicy/apiServer/cidrs/0"),
        ("--set-json=networkPolicy.prometheus.podLabels={\"app.kubernetes.io/name\":1}", "/networkPolicy"),
        ("--set=networkPolicy.enabled=yes", "/networkPolicy/enabled"),
        ("--set=journal.size=much", "/journal/size"),
        ("--set=settings.LOG_LEVEL=debug", "LOG_LEVEL"),
        ("--set=replicas=2", "replicas"),
    ] {
        let told = template(&[flag]).expect_err(flag);
        assert!(told.contains(place), "{flag}: {told}");
    }
}
