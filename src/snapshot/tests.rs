//! The store, its membership and its door.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::model::{Kind, Loss, ObjectKey, ObjectKind, Scope, Sight};
use crate::wire::{
    self, Content, Item, Object, ObjectMeta, OwnerReference, PodSpec, PodStatus, Pods, Unreadable,
};

/// An object of the kind without owner, with one container named `web`.
fn object(kind: Kind, name: &str) -> Object {
    let container = wire::Container { name: "web".to_owned(), ..wire::Container::default() };
    let spec = Box::new(PodSpec { containers: vec![container], ..PodSpec::default() });
    let namespace = if kind.is_namespaced() { "shop" } else { "" };
    let metadata = ObjectMeta {
        name: name.to_owned(),
        namespace: namespace.to_owned(),
        uid: format!("uid of {name}"),
        resource_version: "1".to_owned(),
        ..ObjectMeta::default()
    };
    let content =
        if kind.has_pods() { Content::Pods(Pods { spec, ..Pods::default() }) } else { Content::Nothing };
    Object { content, ..Object::of(kind, metadata) }
}

/// The same object under a controller, `apiVersion/Kind/name`.
fn owned(mut object: Object, owner: &str) -> Object {
    let [name, kind, api_version]: [&str; 3] =
        owner.rsplitn(3, '/').collect::<Vec<_>>().try_into().expect("apiVersion/Kind/name");
    object.metadata.owner_references.push(OwnerReference {
        kind: kind.to_owned(),
        name: name.to_owned(),
        uid: format!("uid of {name}"),
        api_version: api_version.to_owned(),
        controller: Some(true),
    });
    object
}

fn labelled(mut object: Object, key: &str, value: &str) -> Object {
    object.metadata.labels.insert(key.to_owned(), value.to_owned());
    object
}

fn with_container(mut object: Object, name: &str) -> Object {
    pods_of(&mut object).spec.containers[0].name = name.to_owned();
    object
}

fn pods_of(object: &mut Object) -> &mut Pods {
    match &mut object.content {
        Content::Pods(pods) => pods,
        other => panic!("{other:?} has no pods"),
    }
}

fn status_of(pod: &mut Object) -> &mut PodStatus {
    pods_of(pod).status.get_or_insert_default()
}

/// The namespace of every object here, whose verdict hangs on whether there are pods that policies see.
fn shop() -> ObjectKey {
    ObjectKey::of_namespace("shop".into())
}

fn key(kind: &str, name: &str) -> ObjectKey {
    let (group, kind) = kind.rsplit_once('/').unwrap_or(("", kind));
    ObjectKey { kind: ObjectKind::new(group, kind), namespace: "shop".into(), name: name.into() }
}

/// A cluster as the tests drive it.
#[derive(Default)]
struct Cluster {
    intake: Intake,
    snapshot: Snapshot,
}

impl Cluster {
    fn apply(&self, change: Change) -> BTreeSet<Scope> {
        let mut touched = Vec::new();
        self.snapshot.apply(change, &mut touched);
        touched.into_iter().collect()
    }

    fn see(&self, object: Object) -> BTreeSet<Scope> {
        self.apply(self.intake.seen(Item::Object(object)))
    }

    fn delete(&self, object: Object) -> BTreeSet<Scope> {
        self.apply(self.intake.deleted(Item::Object(object)))
    }

    fn see_unreadable(&self, kind: Kind, name: &str) -> BTreeSet<Scope> {
        self.apply(self.intake.seen(Item::Unreadable(unreadable(kind, name))))
    }

    /// How many pods the workload has; none if there is neither it nor a pod of it.
    fn pods(&self, key: &ObjectKey) -> Option<u64> {
        let workload = self.snapshot.workload(key)?;
        Some(workload.templates.iter().map(|(_, pods)| pods).sum())
    }
}

fn unreadable(kind: Kind, name: &str) -> Unreadable {
    let (namespace, error) = ("shop".to_owned(), "not UTF-8".to_owned());
    Unreadable { kind, namespace, name: name.to_owned(), error }
}

fn scopes<const N: usize>(keys: [ObjectKey; N]) -> BTreeSet<Scope> {
    keys.map(Scope::Object).into()
}

fn replica_set() -> Object {
    owned(object(Kind::ReplicaSet, "web-5d9c"), "apps/v1/Deployment/web")
}

fn replica(name: &str) -> Object {
    let pod = owned(object(Kind::Pod, name), "apps/v1/ReplicaSet/web-5d9c");
    labelled(pod, "pod-template-hash", "5d9c")
}

#[test]
fn pods_of_one_template_share_it() {
    let cluster = Cluster::default();
    let template = |item: Object| {
        let Change::Seen(facts) = cluster.intake.seen(Item::Object(item)) else { panic!("it is readable") };
        (facts.template.unwrap(), facts.labels, facts.controller.unwrap())
    };
    let (a, b) = (template(replica("web-5d9c-a")), template(replica("web-5d9c-b")));
    assert!(Arc::ptr_eq(&a.0, &b.0) && Arc::ptr_eq(&a.1, &b.1) && Arc::ptr_eq(&a.2, &b.2));
    let other = template(with_container(replica("web-5d9c-c"), "other"));
    assert!(!Arc::ptr_eq(&a.0, &other.0) && Arc::ptr_eq(&a.1, &other.1));
}

#[test]
fn what_nobody_shares_any_more_is_freed() {
    let cluster = Cluster::default();
    cluster.see(replica_set());
    cluster.intake.sweep();
    let before = cluster.intake.distinct();
    let pods = ["a", "b"].map(|name| labelled(with_container(replica(name), name), "own", name));
    for pod in &pods {
        cluster.see(pod.clone());
    }
    cluster.intake.sweep();
    let held = cluster.intake.distinct();
    assert_eq!(held[0] - before[0], 2, "templates");
    assert_eq!(held[1] - before[1], 2, "label sets");
    assert_eq!(held[2] - before[2], 1, "controllers");
    for pod in pods {
        cluster.delete(pod);
    }
    cluster.intake.sweep();
    assert_eq!(cluster.intake.distinct(), before);
    cluster.delete(replica_set());
    cluster.intake.sweep();
    assert_eq!(cluster.intake.distinct(), [0; 4]);
}

#[test]
fn a_pod_belongs_to_its_deployment_in_whatever_order_they_come() {
    let all = [replica("web-5d9c-x"), replica_set(), object(Kind::Deployment, "web")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let cluster = Cluster::default();
        for at in order {
            cluster.see(all[at].clone());
        }
        let deployment = key("apps/Deployment", "web");
        assert_eq!(cluster.pods(&deployment), Some(1), "{order:?}");
        assert_eq!(cluster.pods(&key("apps/ReplicaSet", "web-5d9c")), None, "{order:?}");
        assert_eq!(cluster.pods(&key("Pod", "web-5d9c-x")), None, "{order:?}");
        let object = cluster.snapshot.workload(&deployment).unwrap().object;
        assert_eq!((&*object.version, &*object.uid, &*object.resource_version), ("v1", "uid of web", "1"));
    }
}

#[test]
fn a_replica_set_that_goes_before_its_pods_keeps_them_with_the_deployment() {
    let cluster = Cluster::default();
    cluster.see(replica_set());
    cluster.see(replica("web-5d9c-x"));
    let touched = cluster.delete(replica_set());
    assert!(!touched.contains(&Scope::Object(key("Pod", "web-5d9c-x"))));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), Some(1));
    assert_eq!(cluster.pods(&key("apps/ReplicaSet", "web-5d9c")), None);
    cluster.delete(replica("web-5d9c-x"));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), None);
}

#[test]
fn a_hash_that_is_not_in_the_name_implies_nothing() {
    for (name, hash) in [("web-5d9c", "other"), ("5d9c", "5d9c"), ("-5d9c", "5d9c"), ("web5d9c", "5d9c")] {
        let cluster = Cluster::default();
        let pod = owned(object(Kind::Pod, "x"), &format!("apps/v1/ReplicaSet/{name}"));
        cluster.see(labelled(pod, "pod-template-hash", hash));
        assert_eq!(cluster.pods(&key("apps/ReplicaSet", name)), Some(1), "{name}");
    }
}

#[test]
fn what_a_replica_set_says_of_its_owner_overrides_what_its_name_implies() {
    let cluster = Cluster::default();
    cluster.see(replica("web-5d9c-x"));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), Some(1));
    let touched = cluster.see(object(Kind::ReplicaSet, "web-5d9c"));
    assert_eq!(touched, scopes([key("apps/Deployment", "web"), key("apps/ReplicaSet", "web-5d9c")]));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), None);
    assert_eq!(cluster.pods(&key("apps/ReplicaSet", "web-5d9c")), Some(1));
}

#[test]
fn the_pods_of_a_job_belong_to_its_cron_job() {
    let job = owned(object(Kind::Job, "backup-29000000"), "batch/v1/CronJob/backup");
    let pod = owned(object(Kind::Pod, "backup-29000000-x"), "batch/v1/Job/backup-29000000");
    let cron_job = key("batch/CronJob", "backup");
    let cluster = Cluster::default();
    cluster.see(pod.clone());
    assert_eq!(cluster.pods(&cron_job), Some(1), "before the job is known");
    cluster.see(job.clone());
    assert_eq!(cluster.pods(&cron_job), Some(1), "with the job");
    let uid = cluster.snapshot.workload(&cron_job).unwrap().object.uid;
    assert_eq!(&*uid, "uid of backup", "as the job says of its owner");
    cluster.delete(job);
    assert_eq!(cluster.pods(&cron_job), Some(1), "after the job is gone");
    cluster.delete(pod);
    assert_eq!(cluster.pods(&cron_job), None);
}

#[test]
fn a_job_whose_name_ends_in_no_scheduled_time_is_itself() {
    for name in ["backup", "backup-20260131", "backup-x9000000", "-29000000", "29000000", "backup-"] {
        let cluster = Cluster::default();
        cluster.see(owned(object(Kind::Pod, "x"), &format!("batch/v1/Job/{name}")));
        assert_eq!(cluster.pods(&key("batch/Job", name)), Some(1), "{name}");
    }
}

#[test]
fn a_controller_of_an_unknown_kind_is_the_workload_above_its_replica_set() {
    let cluster = Cluster::default();
    cluster.see(owned(object(Kind::ReplicaSet, "web-5d9c"), "argoproj.io/v1alpha1/Rollout/web"));
    cluster.see(replica("web-5d9c-x"));
    let rollout = cluster.snapshot.workload(&key("argoproj.io/Rollout", "web")).unwrap();
    assert_eq!(rollout.templates.iter().map(|(_, pods)| pods).sum::<u64>(), 1);
    assert_eq!((&*rollout.object.version, &*rollout.object.uid), ("v1alpha1", "uid of web"));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), None);
}

#[test]
fn a_deployment_that_a_custom_resource_owns_is_itself() {
    let cluster = Cluster::default();
    cluster.see(owned(object(Kind::Deployment, "web"), "example.com/v1/App/shop"));
    cluster.see(replica_set());
    cluster.see(replica("web-5d9c-x"));
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), Some(1));
    assert_eq!(cluster.pods(&key("example.com/App", "shop")), None);
}

#[test]
fn a_mirror_pod_is_itself() {
    let cluster = Cluster::default();
    let pod = owned(object(Kind::Pod, "etcd"), "v1/Node/one");
    assert_eq!(cluster.see(pod), scopes([key("Pod", "etcd"), shop()]));
    assert_eq!(cluster.pods(&key("Pod", "etcd")), Some(1));
    assert_eq!(cluster.pods(&key("Node", "one")), None);
}

#[test]
fn a_pod_of_an_unknown_kind_keeps_the_name_that_its_owner_reference_has() {
    let cluster = Cluster::default();
    cluster.see(owned(object(Kind::Pod, "x"), "tekton.dev/v1/TaskRun/build"));
    let run = cluster.snapshot.workload(&key("tekton.dev/TaskRun", "build")).unwrap();
    assert_eq!((&*run.object.version, &*run.object.uid), ("v1", "uid of build"));
    assert_eq!(&*run.object.resource_version, "");
    assert_eq!(cluster.pods(&key("Pod", "x")), None);
}

#[test]
fn a_pod_that_others_name_as_their_controller_is_touched_itself() {
    let cluster = Cluster::default();
    let top = key("Pod", "top");
    cluster.see(owned(object(Kind::Pod, "x"), "v1/Pod/top"));
    assert_eq!(cluster.pods(&top), Some(1));
    let replica = owned(object(Kind::Pod, "top"), "apps/v1/ReplicaSet/web-5d9c");
    let set = key("apps/ReplicaSet", "web-5d9c");
    assert_eq!(cluster.see(replica.clone()), scopes([top.clone(), set.clone()]));
    assert_eq!((cluster.pods(&top), cluster.pods(&set)), (Some(1), Some(1)));
    assert_eq!(cluster.delete(replica), scopes([top, set]));
}

#[test]
fn a_pod_for_which_a_replica_set_stands_in_is_touched_itself() {
    let cluster = Cluster::default();
    let named = key("Pod", "one");
    cluster.see(owned(object(Kind::ReplicaSet, "web-1"), "v1/Pod/one"));
    assert_eq!(cluster.pods(&named), Some(0));
    let pod = owned(object(Kind::Pod, "one"), "apps/v1/Deployment/web");
    assert!(cluster.see(pod).contains(&Scope::Object(named.clone())));
    assert_eq!(cluster.pods(&named), None);
}

#[test]
fn an_owner_that_is_not_the_controller_has_no_say() {
    let cluster = Cluster::default();
    let mut pod = owned(object(Kind::Pod, "x"), "apps/v1/ReplicaSet/web-5d9c");
    pod.metadata.owner_references[0].controller = None;
    cluster.see(pod);
    assert_eq!(cluster.pods(&key("Pod", "x")), Some(1));
}

#[test]
fn the_template_of_a_scaled_down_replica_set_is_not_judged() {
    let cluster = Cluster::default();
    cluster.see(object(Kind::Deployment, "web"));
    cluster.see(with_container(replica_set(), "old"));
    assert_eq!(cluster.snapshot.workload(&key("apps/ReplicaSet", "web-5d9c")), None);
    let deployment = cluster.snapshot.workload(&key("apps/Deployment", "web")).unwrap();
    assert_eq!(deployment.templates.len(), 1);
}

#[test]
fn a_replica_set_stands_in_for_a_deployment_that_is_not_there() {
    let cluster = Cluster::default();
    let deployment = key("apps/Deployment", "web");
    assert_eq!(
        cluster.see(replica_set()),
        scopes([deployment.clone(), key("apps/ReplicaSet", "web-5d9c"), shop()])
    );
    let workload = cluster.snapshot.workload(&deployment).unwrap();
    assert_eq!((workload.templates.len(), workload.templates[0].1), (1, 0));
    assert_eq!(&*workload.object.uid, "uid of web");
    let mut scaled_down = replica_set();
    pods_of(&mut scaled_down).replicas = Some(0);
    assert!(cluster.see(scaled_down).contains(&Scope::Object(deployment.clone())));
    assert_eq!(cluster.snapshot.workload(&deployment), None, "what is scaled down is history");
    cluster.see(replica_set());
    cluster.see(with_container(object(Kind::Deployment, "web"), "new"));
    let workload = cluster.snapshot.workload(&deployment).unwrap();
    let names: Vec<_> = workload.templates.iter().map(|(it, _)| &*it.containers[0].name).collect();
    assert_eq!(names, ["new"], "the Deployment says itself what its pods will be");
    cluster.delete(object(Kind::Deployment, "web"));
    cluster.delete(replica_set());
    assert_eq!(cluster.snapshot.workload(&deployment), None);
}

#[test]
fn the_pods_of_each_template_are_counted() {
    let cluster = Cluster::default();
    let deployment = key("apps/Deployment", "web");
    cluster.see(with_container(object(Kind::Deployment, "web"), "new"));
    for (name, container) in [("a", "old"), ("b", "new"), ("c", "old")] {
        cluster.see(with_container(replica(name), container));
    }
    let counts = |cluster: &Cluster| -> Vec<(String, u64)> {
        let workload = cluster.snapshot.workload(&deployment).unwrap();
        workload.templates.iter().map(|(it, pods)| (it.containers[0].name.to_string(), *pods)).collect()
    };
    assert_eq!(counts(&cluster), [("new".to_owned(), 1), ("old".to_owned(), 2)]);
    cluster.delete(replica("b"));
    cluster.see(with_container(replica("a"), "new"));
    assert_eq!(counts(&cluster), [("new".to_owned(), 1), ("old".to_owned(), 1)]);
    cluster.delete(replica("c"));
    assert_eq!(counts(&cluster), [("new".to_owned(), 1)]);
}

#[test]
fn a_workload_does_not_depend_on_the_order_of_arrival() {
    let mut anew = owned(object(Kind::Pod, "c"), "apps/v1/StatefulSet/db");
    anew.metadata.owner_references[0].uid = "another".to_owned();
    let pods =
        ["a", "b"].map(|name| with_container(owned(object(Kind::Pod, name), "apps/v1/StatefulSet/db"), name));
    let [a, b] = pods;
    let see = |order: [&Object; 3]| {
        let cluster = Cluster::default();
        for object in order {
            cluster.see(object.clone());
        }
        cluster.snapshot.workload(&key("apps/StatefulSet", "db")).unwrap()
    };
    let workload = see([&a, &b, &anew]);
    assert_eq!((workload.templates.len(), &*workload.object.uid), (3, "another"));
    for order in [[&a, &anew, &b], [&b, &a, &anew], [&b, &anew, &a], [&anew, &a, &b], [&anew, &b, &a]] {
        assert_eq!(see(order), workload);
    }
}

#[test]
fn an_update_of_the_status_alone_touches_nothing() {
    let cluster = Cluster::default();
    for object in [replica("web-5d9c-x"), replica_set(), object(Kind::Deployment, "web")] {
        assert!(!cluster.see(object.clone()).is_empty());
        let mut update = object.clone();
        update.metadata.resource_version = "2".to_owned();
        assert_eq!(cluster.see(update), BTreeSet::new(), "{}", object.kind);
        let changed = with_container(object.clone(), "changed");
        assert!(!cluster.see(changed).is_empty(), "{}", object.kind);
    }
    let object = cluster.snapshot.workload(&key("apps/Deployment", "web")).unwrap().object;
    assert_eq!(&*object.resource_version, "1");
}

#[test]
fn what_policies_see_of_a_pod_touches_it() {
    let cluster = Cluster::default();
    cluster.see(replica("web-5d9c-x"));
    let changed = |change: fn(&mut Object)| {
        let mut pod = replica("web-5d9c-x");
        change(&mut pod);
        let touched = cluster.see(pod.clone());
        assert_eq!(cluster.see(pod), BTreeSet::new(), "it changed once");
        touched
    };
    let web = || key("apps/Deployment", "web");
    let whole = scopes([web(), shop()]);
    assert_eq!(changed(|pod| status_of(pod).pod_ip = "10.1.2.3".to_owned()), scopes([web()]));
    assert_eq!(changed(|pod| status_of(pod).phase = "Failed".to_owned()), whole);
    assert_eq!(changed(|pod| _ = pod.metadata.labels.insert("app".to_owned(), "web".to_owned())), whole);

    let mut deployment = object(Kind::Deployment, "web");
    cluster.see(deployment.clone());
    pods_of(&mut deployment).labels.insert("app".to_owned(), "web".to_owned());
    assert_eq!(cluster.see(deployment), scopes([web()]));
}

#[test]
fn a_record_of_a_pod_is_small() {
    assert!(size_of::<store::Record>() <= 96, "{} bytes", size_of::<store::Record>());
}

#[test]
fn an_object_made_anew_under_its_name_is_touched() {
    let cluster = Cluster::default();
    cluster.see(object(Kind::Deployment, "web"));
    let mut anew = object(Kind::Deployment, "web");
    anew.metadata.uid = "another".to_owned();
    assert_eq!(cluster.see(anew), scopes([key("apps/Deployment", "web")]));
    assert_eq!(&*cluster.snapshot.workload(&key("apps/Deployment", "web")).unwrap().object.uid, "another");
}

#[test]
fn a_list_anew_sweeps_what_it_does_not_show() {
    let cluster = Cluster::default();
    cluster.apply(Change::Listing(Kind::Pod));
    for name in ["kept", "gone"] {
        cluster.see(object(Kind::Pod, name));
    }
    cluster.see(object(Kind::Deployment, "web"));
    cluster.see_unreadable(Kind::Pod, "bad and gone");
    cluster.apply(Change::Synced(Kind::Pod));
    assert_eq!(cluster.snapshot.objects(Kind::Pod), 2);

    cluster.apply(Change::Listing(Kind::Pod));
    cluster.see(object(Kind::Pod, "kept"));
    assert_eq!(cluster.snapshot.objects(Kind::Pod), 2, "nothing goes before the list is complete");
    let touched = cluster.apply(Change::Synced(Kind::Pod));
    let mut expected = scopes([key("Pod", "gone"), key("Pod", "bad and gone")]);
    expected.insert(Scope::Cluster);
    assert_eq!(touched, expected);
    assert_eq!(cluster.pods(&key("Pod", "kept")), Some(1));
    assert_eq!(cluster.pods(&key("Pod", "gone")), None);
    assert_eq!(cluster.snapshot.unreadable(&key("Pod", "bad and gone")), None);
    assert_eq!(cluster.pods(&key("apps/Deployment", "web")), Some(0), "another kind is left alone");
}

#[test]
fn a_list_that_begins_again_forgets_what_the_broken_one_showed() {
    let cluster = Cluster::default();
    cluster.apply(Change::Listing(Kind::Pod));
    cluster.see(object(Kind::Pod, "shown by the first"));
    cluster.apply(Change::Listing(Kind::Pod));
    cluster.see(object(Kind::Pod, "shown by the second"));
    cluster.apply(Change::Synced(Kind::Pod));
    assert_eq!(cluster.pods(&key("Pod", "shown by the first")), None);
    assert_eq!(cluster.pods(&key("Pod", "shown by the second")), Some(1));
}

#[test]
fn a_watch_resumes_only_after_a_complete_list() {
    let cluster = Cluster::default();
    let sight = |change: Change| {
        cluster.apply(change);
        cluster.snapshot.sight(Kind::Pod)
    };
    let lost = Sight::Lost(Loss::Unreachable);
    assert_eq!(sight(Change::Listing(Kind::Pod)), Sight::Syncing);
    assert_eq!(sight(Change::Lost(Kind::Pod, Loss::Unreachable)), lost);
    assert_eq!(sight(Change::Resumed(Kind::Pod)), Sight::Syncing);
    assert_eq!(sight(Change::Synced(Kind::Pod)), Sight::Synced);
    assert_eq!(sight(Change::Lost(Kind::Pod, Loss::Unreachable)), lost);
    assert_eq!(cluster.snapshot.lost(), [(Kind::Pod, Loss::Unreachable)]);
    assert_eq!(sight(Change::Resumed(Kind::Pod)), Sight::Synced);
    assert_eq!(sight(Change::Listing(Kind::Pod)), Sight::Syncing);
    assert_eq!(sight(Change::Resumed(Kind::Pod)), Sight::Syncing);
    assert_eq!(cluster.snapshot.lost(), []);
}

#[test]
fn what_was_known_of_an_unreadable_object_stands() {
    let cluster = Cluster::default();
    let web = key("Pod", "web");
    cluster.apply(Change::Listing(Kind::Pod));
    cluster.see(object(Kind::Pod, "web"));
    assert_eq!(cluster.see_unreadable(Kind::Pod, "web"), scopes([web.clone()]));
    assert_eq!(cluster.snapshot.unreadable(&web).as_deref(), Some("not UTF-8"));
    assert_eq!(cluster.pods(&web), Some(1));
    assert!(!cluster.snapshot.unseen(&web));
    // A list shows it unreadable as it is: it is there.
    cluster.apply(Change::Listing(Kind::Pod));
    cluster.see_unreadable(Kind::Pod, "web");
    cluster.apply(Change::Synced(Kind::Pod));
    assert_eq!(cluster.pods(&web), Some(1));
    // It can be read again, though nothing of it changed.
    assert_eq!(cluster.see(object(Kind::Pod, "web")), scopes([web.clone()]));
    assert_eq!(cluster.snapshot.unreadable(&web), None);
}

#[test]
fn an_unreadable_object_that_goes_is_forgotten() {
    let cluster = Cluster::default();
    let web = key("Pod", "web");
    cluster.see_unreadable(Kind::Pod, "web");
    assert!(cluster.snapshot.unseen(&web));
    assert_eq!(cluster.snapshot.workload(&web), None);
    let gone = cluster.intake.deleted(Item::Unreadable(unreadable(Kind::Pod, "web")));
    assert_eq!(cluster.apply(gone), scopes([web.clone()]));
    assert_eq!(cluster.snapshot.unreadable(&web), None);
    assert!(!cluster.snapshot.unseen(&web));
}

#[test]
fn deleting_what_is_not_there_touches_nothing() {
    let cluster = Cluster::default();
    assert_eq!(cluster.delete(replica_set()), BTreeSet::new());
    assert_eq!(cluster.delete(replica("x")), BTreeSet::new());
}

#[test]
fn what_has_no_pods_is_a_workload_only_of_pods_that_name_it() {
    for kind in [Kind::ServiceAccount, Kind::Role, Kind::RoleBinding, Kind::NetworkPolicy] {
        let cluster = Cluster::default();
        let owner = key(&format!("{}/{kind}", kind.group()), "it");
        assert_eq!(cluster.see(object(kind, "it")), scopes([owner.clone()]));
        // A policy is judged by itself.
        let judged = (kind == Kind::NetworkPolicy).then(|| Scope::Object(owner.clone()));
        let judged = Vec::from_iter(judged);
        assert_eq!((cluster.snapshot.workload(&owner), cluster.snapshot.scopes()), (None, judged), "{kind}");
        let named = format!("{}/v1/{kind}/it", kind.group());
        let pod = owned(object(Kind::Pod, "web"), named.trim_start_matches('/'));
        assert_eq!(cluster.see(pod), scopes([owner.clone(), shop()]));
        assert_eq!(cluster.pods(&owner), Some(1), "{kind}");
        // The evidence of such a workload is the object, so that its going is told.
        assert_eq!(cluster.delete(object(kind, "it")), scopes([owner.clone()]));
        assert_eq!(cluster.pods(&owner), Some(1), "{kind}");
    }
}

#[test]
fn a_namespace_has_labels_and_no_template() {
    let cluster = Cluster::default();
    cluster.see(labelled(object(Kind::Namespace, "shop"), "team", "web"));
    let key =
        ObjectKey { kind: ObjectKind::Watched(Kind::Namespace), namespace: "".into(), name: "shop".into() };
    assert_eq!(*cluster.snapshot.labels(&key).unwrap(), [("team".into(), "web".into())]);
    assert_eq!(cluster.snapshot.workload(&key), None);
}

#[test]
fn other_labels_of_a_namespace_touch_what_is_in_it() {
    let cluster = Cluster::default();
    let shop = object(Kind::Namespace, "shop");
    let shop_key = ObjectKey::of_namespace("shop".into());
    cluster.see(shop.clone());
    cluster.see(object(Kind::Namespace, "elsewhere"));
    for pod in ["a", "b"] {
        cluster.see(replica(pod));
    }
    let all = scopes([shop_key.clone(), key("apps/Deployment", "web")]);
    assert_eq!(cluster.see(labelled(shop.clone(), "team", "web")), all);
    assert_eq!(cluster.see(labelled(shop.clone(), "team", "web")), BTreeSet::new());
    assert_eq!(cluster.see(labelled(object(Kind::Namespace, "elsewhere"), "team", "web")).len(), 1);
    for pod in ["a", "b"] {
        cluster.delete(object(Kind::Pod, pod));
    }
    assert_eq!(cluster.delete(shop), scopes([shop_key]), "a workload that is gone is in no namespace");
}

/// One step over a small universe of pods, sets and jobs whose owners change.
fn step() -> impl Strategy<Value = (bool, Object)> {
    let kinds = prop::sample::select(vec![Kind::Pod, Kind::Pod, Kind::ReplicaSet, Kind::Job]);
    let names = prop::sample::select(vec!["a", "b-1", "b-29000000"]);
    let owners = prop::sample::select(vec![
        None,
        Some("apps/v1/ReplicaSet/b-1"),
        Some("apps/v1/ReplicaSet/a"),
        Some("batch/v1/Job/b-29000000"),
        Some("batch/v1/Job/a"),
        Some("apps/v1/Deployment/b"),
        Some("v1/Pod/a"),
        Some("example.com/v1/App/a"),
    ]);
    let (hash, container) = (any::<bool>(), prop::sample::select(vec!["x", "y"]));
    (any::<bool>(), kinds, names, owners, hash, container).prop_map(|(seen, kind, name, owner, hash, it)| {
        let object = with_container(object(kind, name), it);
        let object = if hash { labelled(object, "pod-template-hash", "1") } else { object };
        (seen, owner.map_or_else(|| object.clone(), |owner| owned(object.clone(), owner)))
    })
}

proptest! {
    #[test]
    fn nothing_is_left_of_what_was_deleted(steps in prop::collection::vec(step(), 0..40)) {
        let cluster = Cluster::default();
        for (seen, object) in &steps {
            if *seen { cluster.see(object.clone()) } else { cluster.delete(object.clone()) };
        }
        for (_, object) in steps {
            cluster.delete(object);
        }
        prop_assert!(cluster.snapshot.membership.is_empty());
        prop_assert_eq!(cluster.snapshot.scopes(), []);
        prop_assert!(Kind::ALL.iter().all(|kind| cluster.snapshot.objects(*kind) == 0));
        cluster.intake.sweep();
        prop_assert_eq!(cluster.intake.distinct(), [0; 4]);
    }

    #[test]
    fn every_pod_is_counted_once(steps in prop::collection::vec(step(), 0..40)) {
        let cluster = Cluster::default();
        let mut touched = BTreeSet::new();
        for (seen, object) in steps {
            touched.extend(if seen { cluster.see(object) } else { cluster.delete(object) });
        }
        let there: BTreeSet<Scope> = cluster.snapshot.scopes().into_iter().collect();
        prop_assert!(there.is_subset(&touched));
        let pods = there.iter().map(|scope| match scope {
            Scope::Object(key) => cluster.pods(key).unwrap_or(0),
            Scope::Cluster => 0,
        });
        prop_assert_eq!(pods.sum::<u64>(), cluster.snapshot.objects(Kind::Pod) as u64);
    }

    #[test]
    fn a_uid_is_given_back_as_it_was(uid in "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}") {
        prop_assert!(matches!(Uid::new(&uid), Uid::Uuid(_)));
        prop_assert_eq!(Uid::new(&uid).to_string(), uid);
    }

    #[test]
    fn a_uid_of_another_form_is_given_back_as_it_was(uid in "[0-9a-fA-F-]{0,40}|.{0,40}") {
        prop_assert_eq!(Uid::new(&uid).to_string(), uid);
    }
}

#[test]
fn two_forms_of_one_uuid_are_two_uids() {
    let lower = "c2b7a1f0-0000-4000-8000-0123456789ab";
    for other in [lower.to_uppercase(), lower.replace('-', ""), format!("{lower}0"), lower[1..].to_owned()] {
        assert!(matches!(Uid::new(&other), Uid::Other(_)), "{other}");
    }
}

#[test]
fn an_owner_that_no_object_can_have_is_told_apart_and_tamed() {
    let cluster = Cluster::default();
    let long = "x".repeat(90_000);
    let names = [long.as_str(), &long[1..], "\u{1b}[31mred", "\u{202e}txet"];
    let keys = names.map(|name| {
        let touched = cluster.see(owned(object(Kind::Pod, name), &format!("v1/Thing/{name}")));
        let Some(Scope::Object(key)) = touched.first().cloned() else { panic!("{touched:?}") };
        assert!(key.name.len() <= 253 && key.name.bytes().all(|byte| byte.is_ascii_graphic()), "{key}");
        key
    });
    assert_eq!(BTreeSet::from(keys).len(), names.len());
}
