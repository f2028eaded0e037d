//! Several baselines, their waivers, and baselines that change.

use super::*;
use crate::model::{Checks, Declaration, Matches, Waiver, WaiverCounts};

const BAD: &str = "test/names Pod/shop/web bad";

/// A baseline of this name, without a word of its own.
fn baseline(name: &str) -> Baseline {
    let mut baseline = declared(Level::Privileged).baselines.remove(0);
    let declaration = Declaration { name: name.into(), ..(*baseline.declaration).clone() };
    baseline.declaration = Arc::new(declaration);
    baseline
}

/// A waiver of the baseline for the pods of this name, which expires at this second.
fn waive(baseline: &mut Baseline, pod: &str, expires: i64) {
    let waiver = Waiver {
        checks: Checks::One("test/names".into()),
        matches: Matches { name: Some(pod.into()), ..Matches::default() },
        owner: "team".into(),
        reason: "a reason".into(),
        ticket: None,
        expires: at(expires),
        declaration: Arc::clone(&baseline.declaration),
    };
    baseline.waivers.push(Arc::new(waiver));
}

fn of(baselines: impl Into<Vec<Baseline>>) -> Declared {
    Declared { baselines: baselines.into(), ..Declared::default() }
}

/// A synced cluster under these baselines, with two bad pods, `web` and `other`, before they are settled.
fn cluster(declared: Declared) -> Cluster {
    let mut cluster = Cluster::synced(WITH_NAMES.as_slice());
    cluster.declare(declared);
    cluster.settle();
    cluster.see("web", "bad");
    cluster.see("other", "bad");
    cluster
}

impl Cluster {
    fn declare(&mut self, declared: Declared) {
        self.engine.declare(Arc::new(declared), at(self.second));
    }

    /// What stands of the test's own check.
    fn bad(&mut self) -> Vec<String> {
        self.standing().into_iter().filter(|it| it.starts_with("test/names")).collect()
    }

    fn waivers(&mut self) -> WaiverCounts {
        self.engine.view(at(self.second)).waivers
    }

    fn waived(&mut self) -> Vec<String> {
        let view = self.engine.view(at(self.second));
        view.waived.values().map(|it| it.finding.object.key.name.to_string()).collect()
    }
}

#[test]
fn what_is_waived_is_listed_and_does_not_stand() {
    let mut strict = baseline("strict");
    waive(&mut strict, "web", 1_000);
    let mut cluster = cluster(of([strict]));
    cluster.settle();
    assert_eq!(cluster.bad(), ["test/names Pod/shop/other bad"]);
    assert_eq!(cluster.waived(), ["web"]);
    assert_eq!((cluster.waivers().used, cluster.waivers().unused, cluster.waivers().expired), (1, 0, 0));
    cluster.see("web", "clean");
    cluster.settle();
    assert_eq!((cluster.waived(), cluster.waivers().unused), (vec![], 1));
}

#[test]
fn a_waiver_that_expires_opens_what_it_excused_and_nothing_else() {
    let mut strict = baseline("strict");
    waive(&mut strict, "web", 100);
    let mut cluster = cluster(of([strict]));
    cluster.settle();
    cluster.second = 98;
    assert_eq!(cluster.settle(), [] as [&str; 0], "a second before");
    let told = cluster.settle();
    assert!(told.contains(&format!("opened {BAD}")), "{told:?}");
    assert_eq!((cluster.waived(), cluster.waivers().expired), (vec![], 1));
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    // A clock that is set back makes it excuse again, as far as it tells the time.
    cluster.second = 50;
    let told = cluster.settle();
    assert!(told.contains(&format!("resolved {BAD}")), "{told:?}");
}

#[test]
fn a_waiver_that_lasts_more_than_a_year_excuses_nothing_before_its_last_one() {
    let mut strict = baseline("strict");
    let day = 24 * 60 * 60;
    waive(&mut strict, "web", 1_000 + 366 * day);
    let mut cluster = cluster(of([strict]));
    cluster.settle();
    assert_eq!((cluster.bad().len(), cluster.waivers().invalid), (2, 1));
    cluster.second = 999;
    assert!(cluster.settle().contains(&format!("resolved {BAD}")));
    assert_eq!((cluster.waivers().used, cluster.waivers().invalid), (1, 0));
}

#[test]
fn what_becomes_waived_or_ceases_to_be_is_told_with_the_waiver() {
    let mut waiving = baseline("strict");
    waive(&mut waiving, "web", 100);
    let mut cluster = cluster(of([baseline("strict")]));
    cluster.settle();
    let of_pods = |cluster: &mut Cluster| {
        let mut transitions = cluster.transitions();
        transitions.retain(|it| it.deviation.check.id == "test/names");
        let [transition] = transitions.try_into().unwrap();
        transition
    };
    let told = |cluster: &mut Cluster| {
        let transition = of_pods(cluster);
        let cause = transition.cause.unwrap();
        assert_eq!(cause.object.unwrap().to_string(), "Baseline/strict");
        assert_eq!(cause.field.as_deref(), Some("spec.waivers[test/names */*/web]"));
        (transition.event, cause.change)
    };
    cluster.declare(of([waiving.clone()]));
    assert_eq!(told(&mut cluster), (Event::Resolved, ChangeType::Waived));
    cluster.second = 200;
    assert_eq!(told(&mut cluster), (Event::Opened, ChangeType::Unwaived), "it has expired");
    cluster.second = 50;
    assert_eq!(told(&mut cluster), (Event::Resolved, ChangeType::Waived));
    cluster.declare(of([baseline("strict")]));
    assert_eq!(told(&mut cluster), (Event::Opened, ChangeType::Unwaived), "it was taken away");
    cluster.see("web", "clean");
    let mended = of_pods(&mut cluster);
    assert_eq!(mended.cause.unwrap().change, ChangeType::Updated);
}

#[test]
fn a_family_of_checks_is_waived_where_it_is_named() {
    for (family, bad) in [("test", 1), ("tes", 2), ("tests", 2)] {
        let mut strict = baseline("strict");
        waive(&mut strict, "web", 1_000);
        Arc::make_mut(&mut strict.waivers[0]).checks = Checks::Family(family.into());
        let mut cluster = cluster(of([strict]));
        cluster.settle();
        assert_eq!(cluster.bad().len(), bad, "{family}");
    }
}

/// Sees the pod `web`, which is bad, with these labels and annotations.
fn see_marked(cluster: &mut Cluster, labels: &str, annotations: &str) {
    let json = format!(
        r#"{{"metadata": {{"name": "web", "namespace": "shop", "labels": {labels}, "annotations": {annotations}}},
        "spec": {{"containers": [{{"name": "bad"}}]}}}}"#
    );
    let pod = cluster.intake.seen(Item::Object(decode_json(Kind::Pod, json.as_bytes()).unwrap()));
    cluster.absorb([pod]);
    cluster.settle();
}

#[test]
fn labels_excuse_by_a_waiver_that_names_them_alone() {
    let mut strict = baseline("strict");
    waive(&mut strict, "web", 1_000);
    let waiver = Arc::make_mut(&mut strict.waivers[0]);
    let labels = vec![("app".into(), "edge".into())];
    waiver.matches = Matches { namespace: Some("shop".into()), pod_labels: labels, ..Matches::default() };
    let mut cluster = cluster(of([strict]));
    see_marked(&mut cluster, r#"{"app": "web"}"#, "{}");
    assert_eq!(cluster.bad().len(), 2);
    see_marked(&mut cluster, r#"{"app": "edge"}"#, "{}");
    assert_eq!((cluster.bad().len(), cluster.waived()), (1, vec!["web".to_owned()]));
    see_marked(&mut cluster, "{}", r#"{"app": "edge"}"#);
    assert_eq!((cluster.bad().len(), cluster.waived()), (2, vec![]));
}

#[test]
fn nothing_on_an_object_excuses_it() {
    let mut cluster = cluster(of([baseline("strict")]));
    let marks = r#"{"plimsoll.dev/waiver": "true", "plimsoll.dev/ignore": "*", "waiver": "test/names",
        "kustomize.toolkit.fluxcd.io/ssa": "Ignore"}"#;
    see_marked(&mut cluster, marks, marks);
    assert_eq!((cluster.bad().len(), cluster.waived()), (2, vec![]));
}

#[test]
fn of_several_baselines_each_judges_alone() {
    let (mut lenient, strict) = (baseline("lenient"), baseline("strict"));
    waive(&mut lenient, "web", 1_000);
    for baselines in [[lenient.clone(), strict.clone()], [strict, lenient.clone()]] {
        let mut cluster = cluster(of(baselines));
        cluster.settle();
        assert_eq!(cluster.bad().len(), 2, "what one of them does not excuse is not excused");
        let view = cluster.engine.view(at(0));
        let web = view.standing.values().find(|it| &*it.finding.object.key.name == "web").unwrap();
        assert_eq!(&*web.finding.declaration.as_ref().unwrap().name, "strict");
        assert_eq!(web.finding.count, 1, "the pods are not counted once a baseline");
    }
    let mut cluster = cluster(of([lenient]));
    cluster.settle();
    assert_eq!(cluster.bad().len(), 1);
}

#[test]
fn findings_of_one_baseline_and_identity_add_up() {
    let strict = baseline("strict");
    let excuses = Excuses::default();
    let finding = |count, baseline: &Baseline| Finding {
        exposed: None,
        object: crate::model::ObjectRef {
            key: ObjectKey::cluster(),
            version: "".into(),
            uid: "".into(),
            resource_version: "".into(),
        },
        key: "a".to_owned(),
        direction: Direction::Loosened,
        count,
        message: String::new(),
        expected: String::new(),
        actual: String::new(),
        path: format!("{count}"),
        remedy: String::new(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    };
    let findings = vec![finding(1, &strict), finding(3, &strict), finding(5, &baseline("other"))];
    let (open, waived) = excuses.sort_out(&NAMES.info, findings, at(0), &Snapshot::default());
    let found: Vec<_> = open.values().map(|it| (it.count, &*it.path)).collect();
    assert_eq!((found, waived.len()), (vec![(4, "1")], 0));
}

#[test]
fn another_baseline_opens_and_resolves_what_it_says_otherwise() {
    let mut cluster = cluster(of([baseline("strict")]));
    assert_eq!(cluster.settle().len(), 2);
    let mut elsewhere = baseline("elsewhere");
    elsewhere.namespaces.exclude.push("shop".to_owned());
    cluster.declare(of([elsewhere]));
    let transitions = cluster.transitions();
    assert_eq!(transitions.len(), 2);
    for transition in &transitions {
        let cause = transition.cause.as_ref().unwrap();
        assert_eq!((cause.change, cause.kind), (ChangeType::Declared, None));
        assert_eq!(transition.event, Event::Resolved);
    }
    cluster.declare(of([baseline("strict")]));
    assert_eq!(cluster.settle().len(), 2);
    cluster.declare(of([baseline("strict")]));
    assert_eq!(cluster.settle(), [] as [&str; 0], "the same again is no news");
}

#[test]
fn a_namespace_that_is_labelled_otherwise_is_governed_otherwise() {
    let mut production = baseline("production");
    production.namespaces.match_labels.push(("tier".to_owned(), "production".to_owned()));
    let mut cluster = cluster(of([production]));
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    for (tier, told) in [("production", 2), ("test", 2), ("other", 0)] {
        let json = format!(r#"{{"metadata": {{"name": "shop", "labels": {{"tier": "{tier}"}}}}}}"#);
        let namespace =
            cluster.intake.seen(Item::Object(decode_json(Kind::Namespace, json.as_bytes()).unwrap()));
        cluster.absorb([namespace]);
        assert_eq!(cluster.settle().len(), told, "{tier}");
    }
    assert_eq!(cluster.bad(), [] as [&str; 0]);
}

#[test]
fn a_waiver_of_another_check_or_object_excuses_nothing() {
    for (check, pod) in [("test/other", "web"), ("test/names", "elsewhere")] {
        let mut strict = baseline("strict");
        waive(&mut strict, pod, 1_000);
        Arc::make_mut(&mut strict.waivers[0]).checks = Checks::One(check.into());
        let mut cluster = cluster(of([strict]));
        cluster.settle();
        assert_eq!(cluster.bad().len(), 2);
    }
}

#[test]
fn every_waiver_that_covers_a_finding_is_in_use() {
    let (mut first, mut second) = (baseline("first"), baseline("second"));
    waive(&mut first, "web", 1_000);
    waive(&mut first, "web", 2_000);
    waive(&mut second, "web", 1_000);
    let mut cluster = cluster(of([first, second]));
    cluster.settle();
    assert_eq!((cluster.waived(), cluster.waivers().used), (vec!["web".to_owned()], 3));
    let view = cluster.engine.view(at(0));
    assert!(view.waived.values().all(|it| it.waiver().expires == at(2_000)), "the one that lasts is shown");
    cluster.see("web", "clean");
    cluster.settle();
    assert_eq!((cluster.waivers().used, cluster.waivers().unused), (0, 3));
}

#[test]
fn what_is_excused_is_owed_though_it_went_unseen() {
    let mut strict = baseline("strict");
    waive(&mut strict, "web", 1_000);
    let mut cluster = cluster(of([strict]));
    cluster.settle();
    cluster.lose(Kind::CronJob);
    cluster.delete("web");
    cluster.settle();
    cluster.engine.forgive();
    cluster.absorb([Change::Resumed(Kind::CronJob)]);
    cluster.sync();
    cluster.settle();
    assert_eq!((cluster.waived(), cluster.waivers().used), (vec![], 0));
}

#[test]
fn a_waiver_that_expired_while_down_is_marked_so() {
    let mut strict = baseline("strict");
    waive(&mut strict, "web", 100);
    let declared = of([strict]);
    let mut before = cluster(declared.clone());
    before.settle();
    before.second = 200;
    let mut cluster = before.restart();
    cluster.declare(declared);
    cluster.see("web", "bad");
    cluster.see("other", "bad");
    cluster.sync();
    let told = cluster.settle();
    assert!(told.contains(&format!("opened {BAD}, while down")), "{told:?}");
    assert!(told.iter().all(|it| it.ends_with(", while down")), "{told:?}");
}

#[test]
fn what_an_unreadable_document_asked_for_is_not_gone_after_a_restart() {
    let mut before = cluster(of([baseline("strict")]));
    assert_eq!(before.settle().len(), 2);
    let mut cluster = before.restart();
    cluster.declare(Declared { incomplete: true, ..of([]) });
    cluster.engine.await_declared();
    cluster.see("web", "bad");
    cluster.sync();
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    assert_eq!(cluster.bad().len(), 2);
    let blind = cluster.engine.view(at(0)).checks.into_iter().find(|it| it.check.id == "test/names").unwrap();
    assert!(!blind.blind.is_empty(), "a zero would be a lie");
    cluster.declare(of([baseline("strict")]));
    assert_eq!(cluster.settle(), ["resolved test/names Pod/shop/other bad, while down"]);
    // What is added later and cannot be read holds up nothing.
    cluster.declare(Declared { incomplete: true, ..of([baseline("strict")]) });
    cluster.see("new", "bad");
    assert_eq!(cluster.settle(), ["opened test/names Pod/shop/new bad"]);
}

#[test]
fn a_namespace_that_cannot_be_read_after_a_restart_takes_nothing_with_it() {
    let mut production = baseline("production");
    production.namespaces.match_labels.push(("tier".to_owned(), "production".to_owned()));
    let declared = of([production]);
    let mut before = cluster(declared.clone());
    let json = r#"{"metadata": {"name": "shop", "labels": {"tier": "production"}}}"#;
    let shop = before.intake.seen(Item::Object(decode_json(Kind::Namespace, json.as_bytes()).unwrap()));
    before.absorb([shop]);
    assert_eq!(before.settle().len(), 2);
    let mut cluster = before.restart();
    cluster.declare(declared);
    cluster.see("web", "bad");
    cluster.see("other", "bad");
    let (namespace, name) = (String::new(), "shop".to_owned());
    let error = "not UTF-8".to_owned();
    let unreadable = Item::Unreadable(Unreadable { kind: Kind::Namespace, namespace, name, error });
    let unreadable = cluster.intake.seen(unreadable);
    cluster.absorb([unreadable]);
    cluster.sync();
    cluster.settle();
    assert_eq!(cluster.bad().len(), 2);
}

#[test]
fn whoever_a_pod_names_as_its_controller_it_is_judged() {
    let owners =
        ["v1/Namespace", "v1/Pod", "v1/Node", "apps/v1/ReplicaSet", "batch/v1/CronJob", "a.b/v1/Namespace"];
    for owner in owners {
        let (api_version, kind) = owner.rsplit_once('/').unwrap();
        let mut cluster = cluster(of([baseline("strict")]));
        cluster.settle();
        let json = format!(
            r#"{{"metadata": {{"name": "hidden", "namespace": "shop", "ownerReferences": [{{"apiVersion":
            "{api_version}", "kind": "{kind}", "name": "shop", "uid": "u", "controller": true}}]}},
            "spec": {{"containers": [{{"name": "bad"}}]}}}}"#
        );
        let pod = cluster.intake.seen(Item::Object(decode_json(Kind::Pod, json.as_bytes()).unwrap()));
        cluster.absorb([pod]);
        let told = cluster.settle();
        assert!(told.len() == 1 && told[0].starts_with("opened test/names"), "{owner}: {told:?}");
    }
}
