//! The profile: one pod that keeps to all of it, with one mutation each.

use std::collections::BTreeSet;
use std::sync::Arc;

use tikv_jemalloc_ctl::thread::allocatedp;

use super::*;
use crate::baseline::{HostPath, Ids, Range, SeLinux as DeclaredSeLinux};
use crate::snapshot::{Container, HostPathMount, Role, SeLinux, Volume, VolumeSource};

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn ids(min: i64, max: i64) -> Ids {
    Ids { ranges: vec![Range { min, max }] }
}

/// A profile that asks everything.
fn declared() -> Profile {
    let path = |prefix: &str, read_only| HostPath { prefix: prefix.to_owned(), read_only };
    Profile {
        read_only_root_filesystem: true,
        run_as_user: Some(ids(1000, 65_535)),
        run_as_group: Some(ids(1000, 2000)),
        fs_group: Some(ids(1, 10)),
        supplemental_groups: Some(ids(20, 30)),
        allowed_host_paths: Some(vec![path("/var/log", true), path("/data/", false)]),
        volumes: Some(owned(&["hostPath", "csi", "secret"])),
        host_ports: Some(vec![Range { min: 8000, max: 8080 }]),
        allowed_capabilities: Some(owned(&["NET_BIND_SERVICE"])),
        required_drop_capabilities: owned(&["NET_RAW", "KILL"]),
        seccomp_profiles: Some(owned(&["RuntimeDefault", "Localhost/web.json"])),
        app_armor_profiles: Some(owned(&["Localhost/*"])),
        se_linux: Some(DeclaredSeLinux {
            user: None,
            role: None,
            kind: Some("container_t".to_owned()),
            level: Some("s0:c1,c2".to_owned()),
        }),
        forbidden_sysctls: owned(&["net.core.*"]),
        allowed_sysctls: Some(owned(&["kernel.msg*", "net.*"])),
        allowed_csi_drivers: Some(owned(&["csi.example.com"])),
        runtime_classes: Some(owned(&["kata"])),
    }
}

fn confinement(kind: &str, localhost: &str) -> Arc<crate::snapshot::Profile> {
    Arc::new(crate::snapshot::Profile { kind: kind.into(), localhost: localhost.into() })
}

fn se_linux(kind: &str, level: &str) -> Arc<SeLinux> {
    let (user, role) = ("anyone".into(), "any".into());
    Arc::new(SeLinux { user, role, kind: kind.into(), level: level.into() })
}

fn names(texts: &[&str]) -> Box<[Arc<str>]> {
    texts.iter().map(|text| Arc::from(*text)).collect()
}

fn volume(name: &str, source: VolumeSource) -> Volume {
    Volume { name: name.into(), source }
}

fn mount(volume: &str, read_only: bool) -> HostPathMount {
    HostPathMount { volume: volume.into(), read_only }
}

/// A container that leaves to the pod whatever it can.
fn container(name: &str) -> Container {
    Container {
        name: name.into(),
        read_only_root_filesystem: true,
        dropped_capabilities: names(&["KILL", "NET_RAW"]),
        ..Container::default()
    }
}

/// A pod that keeps to the whole profile.
fn clean() -> PodTemplate {
    let mut template = PodTemplate { runtime_class: Some("kata".into()), ..PodTemplate::default() };
    template.volumes = Box::new([
        volume("log", VolumeSource::HostPath("/var/log/pods".into())),
        volume("data", VolumeSource::HostPath("/data".into())),
        volume("keys", VolumeSource::Csi("csi.example.com".into())),
        volume("kube-api-access", VolumeSource::Projected([].into())),
    ]);
    let security = &mut template.security;
    security.run_as_user = Some(1000);
    security.run_as_group = Some(2000);
    security.fs_group = Some(10);
    security.supplemental_groups = Box::new([20, 30]);
    security.sysctls = Box::new([("kernel.msgmax".into(), "1".into())]);
    security.seccomp = Some(confinement("RuntimeDefault", ""));
    security.app_armor = Some(confinement("Localhost", "web"));
    security.se_linux = Some(se_linux("container_t", "s0:c2,c1"));
    let db = Container {
        role: Role::Init,
        run_as_user: Some(65_535),
        seccomp: Some(confinement("Localhost", "web.json")),
        ..container("db")
    };
    let web = Container {
        added_capabilities: names(&["NET_BIND_SERVICE"]),
        host_ports: Box::new([8000, 8080]),
        host_path_mounts: Box::new([mount("log", true), mount("data", false)]),
        ..container("web")
    };
    template.containers = Box::new([db, web]);
    template
}

fn violations(profile: &Profile, template: &PodTemplate) -> Vec<Violation> {
    let mut violations = Vec::new();
    judge(profile, template, &mut violations);
    violations
}

/// The only violation of the mutated pod: its key, what is expected and what is.
fn mutated(mutate: impl Fn(&mut PodTemplate)) -> (String, String, String) {
    let mut template = clean();
    mutate(&mut template);
    assert_eq!(violations(&Profile::default(), &template), [], "what is not declared is not asked");
    let [violation] = violations(&declared(), &template).try_into().unwrap();
    (violation.key, violation.expected.into_owned(), violation.actual)
}

#[track_caller]
fn assert_found(mutate: impl Fn(&mut PodTemplate), key: &str, expected: &str, actual: &str) {
    assert_eq!(mutated(mutate), (key.to_owned(), expected.to_owned(), actual.to_owned()));
}

#[test]
fn a_pod_that_keeps_to_the_profile_has_no_violation_and_costs_no_allocation() {
    let (profile, template) = (declared(), clean());
    let mut violations = Vec::new();
    judge(&profile, &template, &mut violations);
    assert_eq!(violations, []);
    let mut template = template;
    // Only categories in another order have to be sorted to be compared.
    template.security.se_linux = Some(se_linux("container_t", "s0:c1,c2"));
    let counter = allocatedp::read().unwrap();
    let before = counter.get();
    judge(&profile, &template, &mut violations);
    assert_eq!(counter.get(), before);
    assert_eq!(violations, []);
}

#[test]
fn the_root_filesystem_must_be_read_only() {
    let mutate = |it: &mut PodTemplate| it.containers[1].read_only_root_filesystem = false;
    assert_found(mutate, "web/readOnlyRootFilesystem", "true", "undefined or false");
}

#[test]
fn the_user_that_applies_must_be_set_and_in_a_range() {
    let own = |user| move |it: &mut PodTemplate| it.containers[1].run_as_user = Some(user);
    assert_found(own(999), "web/runAsUser", "1000-65535", "999");
    assert_found(own(65_536), "web/runAsUser", "1000-65535", "65536");
    let of_pod = |user| move |it: &mut PodTemplate| it.security.run_as_user = user;
    assert_found(of_pod(Some(0)), "runAsUser", "1000-65535", "0");
    assert_found(of_pod(None), "runAsUser", "1000-65535", "unset");
}

#[test]
fn what_the_pod_sets_counts_only_where_a_container_leaves_it_to_the_pod() {
    let mut template = clean();
    template.security.run_as_user = Some(0);
    let [violation] = violations(&declared(), &template).try_into().unwrap();
    assert_eq!(violation.what, "gives web the user 0");
    assert_eq!(violation.path, "spec.securityContext.runAsUser");
    template.containers[1].run_as_user = Some(1000);
    assert_eq!(violations(&declared(), &template), []);
}

#[test]
fn the_group_that_applies_must_be_set_and_in_a_range() {
    let own = |it: &mut PodTemplate| it.containers[0].run_as_group = Some(0);
    assert_found(own, "db/runAsGroup", "1000-2000", "0");
    let of_pod = |it: &mut PodTemplate| it.security.run_as_group = None;
    assert_found(of_pod, "runAsGroup", "1000-2000", "unset");
}

#[test]
fn groups_that_are_set_must_be_in_a_range() {
    let fs_group = |it: &mut PodTemplate| it.security.fs_group = Some(11);
    assert_found(fs_group, "fsGroup", "1-10", "11");
    let further = |it: &mut PodTemplate| it.security.supplemental_groups = Box::new([20, 31, 0]);
    assert_found(further, "supplementalGroups", "20-30", "0, 31");
    let mut template = clean();
    template.security.fs_group = None;
    template.security.supplemental_groups = Box::default();
    assert_eq!(violations(&declared(), &template), [], "a pod need not have any");
}

#[test]
fn host_paths_are_allowed_element_by_element() {
    for path in ["/var/log", "/var/log/", "/var/log/pods", "/data/", "/data/a/b"] {
        let mut template = clean();
        template.volumes[0].source = VolumeSource::HostPath(path.into());
        assert_eq!(violations(&declared(), &template), [], "{path}");
    }
    for path in ["/", "", "/var", "/var/logs", "/dat", "/database", "var/log", "/var/log/../lib", "//var/log"]
    {
        let mutate = |it: &mut PodTemplate| it.volumes[0].source = VolumeSource::HostPath(path.into());
        let shown = if path.is_empty() { "\"\"" } else { path };
        assert_found(mutate, "volumes[log].hostPath.path", "/data/, /var/log", shown);
    }
}

#[test]
fn the_root_of_the_host_as_a_prefix_allows_every_path() {
    let everything = HostPath { prefix: "/".to_owned(), read_only: false };
    let profile = Profile { allowed_host_paths: Some(vec![everything]), ..Profile::default() };
    for (path, found) in [("/", 0), ("/etc", 0), ("/etc/..", 1)] {
        let mut template = clean();
        template.volumes[0].source = VolumeSource::HostPath(path.into());
        assert_eq!(violations(&profile, &template).len(), found, "{path}");
    }
}

#[test]
fn a_path_that_is_only_allowed_read_only_is_mounted_so_everywhere() {
    let mounts = [mount("log", true), mount("log", false), mount("data", false)];
    let mutate = |it: &mut PodTemplate| it.containers[1].host_path_mounts = Box::new(mounts.clone());
    assert_found(mutate, "web/volumeMounts[log].readOnly", "true", "undefined or false");
    let mut profile = declared();
    let writable = HostPath { prefix: "/var/log/pods".to_owned(), read_only: false };
    profile.allowed_host_paths.as_mut().unwrap().push(writable);
    let mut template = clean();
    mutate(&mut template);
    assert_eq!(violations(&profile, &template), [], "one prefix that lets it be written is enough");
}

/// So many volumes, every third of which may be written, all of them written by one container.
fn written(count: usize) -> PodTemplate {
    let name = |at| format!("v{at}");
    let path = |at| if at % 3 == 0 { "/data" } else { "/var/log" };
    // The mounts stand in another order than the volumes.
    let mounts = (0..count).rev().map(|at| mount(&name(at), false));
    let web = Container { host_path_mounts: mounts.collect(), ..container("web") };
    let volumes = (0..count).map(|at| volume(&name(at), VolumeSource::HostPath(path(at).into())));
    PodTemplate { volumes: volumes.collect(), containers: Box::new([web]), ..PodTemplate::default() }
}

#[test]
fn mounts_are_judged_alike_in_pods_of_few_volumes_and_of_many() {
    let profile =
        Profile { allowed_host_paths: declared().allowed_host_paths, volumes: None, ..Profile::default() };
    // The last takes long where each mount is held against each volume.
    for count in [1, 32, 33, 100_000] {
        let found: BTreeSet<String> =
            violations(&profile, &written(count)).into_iter().map(|it| it.key).collect();
        let wrong = (0..count).filter(|at| at % 3 != 0);
        assert_eq!(found, wrong.map(|at| format!("web/volumeMounts[v{at}].readOnly")).collect());
    }
}

#[test]
fn mounts_of_a_volume_of_a_forbidden_type_are_not_asked_to_be_read_only() {
    let mut template = clean();
    template.containers[1].host_path_mounts[0].read_only = false;
    let without = Profile { volumes: Some(owned(&["csi", "secret"])), ..declared() };
    let keys: Vec<String> = violations(&without, &template).into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["volumes[log]", "volumes[data]"]);
}

#[test]
fn an_empty_list_of_host_paths_allows_none() {
    let profile = Profile { allowed_host_paths: Some(Vec::new()), ..Profile::default() };
    let found = violations(&profile, &clean());
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|it| it.expected == "none" && it.remedy == Remedy::Remove));
}

#[test]
fn volumes_are_of_an_allowed_type_and_driver() {
    let of = |source: VolumeSource| move |it: &mut PodTemplate| it.volumes[2].source = source.clone();
    assert_found(of(VolumeSource::Other("emptyDir")), "volumes[keys]", "csi, hostPath, secret", "emptyDir");
    let other = VolumeSource::Csi("csi.example.org".into());
    assert_found(of(other), "volumes[keys].csi.driver", "csi.example.com", "csi.example.org");
    let projected = VolumeSource::Projected([].into());
    assert_found(of(projected), "volumes[keys]", "csi, hostPath, secret", "projected");
    let mut template = clean();
    of(VolumeSource::Other("emptyDir"))(&mut template);
    let any = Profile { volumes: Some(owned(&["*"])), ..declared() };
    assert_eq!(violations(&any, &template), []);
}

#[test]
fn a_volume_of_a_forbidden_type_is_one_violation() {
    let profile = Profile { volumes: Some(Vec::new()), allowed_host_paths: Some(Vec::new()), ..declared() };
    let keys: Vec<String> = violations(&profile, &clean()).into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["volumes[log]", "volumes[data]", "volumes[keys]", "volumes[kube-api-access]"]);
}

#[test]
fn ports_of_the_host_are_in_a_range() {
    let mutate = |it: &mut PodTemplate| it.containers[1].host_ports = Box::new([8081, 8000, 22]);
    assert_found(mutate, "web/ports.hostPort", "8000-8080", "22, 8081");
}

#[test]
fn only_allowed_capabilities_are_added() {
    let add = |name: &'static str| {
        move |it: &mut PodTemplate| it.containers[1].added_capabilities = names(&["NET_BIND_SERVICE", name])
    };
    assert_found(add("NET_ADMIN"), "web/capabilities.add", "NET_BIND_SERVICE", "NET_ADMIN");
    let any = Profile { allowed_capabilities: Some(owned(&["*"])), ..declared() };
    let mut template = clean();
    add("NET_ADMIN")(&mut template);
    assert_eq!(violations(&any, &template), []);
}

#[test]
fn required_capabilities_are_dropped() {
    let drop = |dropped: &'static [&str]| {
        move |it: &mut PodTemplate| it.containers[1].dropped_capabilities = names(dropped)
    };
    assert_found(drop(&["KILL"]), "web/capabilities.drop", "KILL, NET_RAW", "KILL");
    assert_found(drop(&[]), "web/capabilities.drop", "KILL, NET_RAW", "unset");
    let mut template = clean();
    drop(&["ALL"])(&mut template);
    assert_eq!(violations(&declared(), &template), [], "ALL covers each");
    let required = owned(&["NET_BIND_SERVICE"]);
    let profile = Profile { required_drop_capabilities: required, ..Profile::default() };
    let again = violations(&profile, &template);
    assert!(again.iter().any(|it| it.key == "web/capabilities.drop"), "what is added again is kept");
}

#[test]
fn the_seccomp_profile_that_applies_is_an_allowed_one() {
    let own = |kind: &'static str, file: &'static str| {
        move |it: &mut PodTemplate| it.containers[1].seccomp = Some(confinement(kind, file))
    };
    let allowed = "Localhost/web.json, RuntimeDefault";
    assert_found(own("Unconfined", ""), "web/seccompProfile", allowed, "Unconfined");
    assert_found(own("Localhost", "x"), "web/seccompProfile", allowed, "Localhost/x");
    let of_pod = |it: &mut PodTemplate| it.security.seccomp = None;
    assert_found(of_pod, "seccompProfile", allowed, "unset");
}

#[test]
fn where_no_profile_is_allowed_none_may_be_set() {
    let profile = Profile { seccomp_profiles: Some(Vec::new()), ..Profile::default() };
    let mut template = clean();
    assert_eq!(violations(&profile, &template).len(), 2);
    template.security.seccomp = None;
    template.containers[0].seccomp = None;
    assert_eq!(violations(&profile, &template), []);
}

#[test]
fn the_app_armor_profile_that_applies_is_an_allowed_one() {
    let own = |it: &mut PodTemplate| it.containers[1].app_armor = Some(confinement("RuntimeDefault", ""));
    assert_found(own, "web/appArmorProfile", "Localhost/*", "RuntimeDefault");
    let of_pod = |it: &mut PodTemplate| it.security.app_armor = None;
    assert_found(of_pod, "appArmorProfile", "Localhost/*", "unset");
}

#[test]
fn an_app_armor_annotation_is_the_containers_own() {
    let annotated = |value: &'static str| {
        move |it: &mut PodTemplate| {
            let key = "container.apparmor.security.beta.kubernetes.io/web".into();
            it.profile_annotations = Box::new([(key, value.into())]);
        }
    };
    let cases = [("unconfined", "Unconfined"), ("runtime/default", "RuntimeDefault"), ("odd", "odd")];
    for (value, actual) in cases {
        assert_found(annotated(value), "web/appArmorProfile", "Localhost/*", actual);
    }
    for value in ["localhost/web", ""] {
        let mut template = clean();
        annotated(value)(&mut template);
        assert_eq!(violations(&declared(), &template), [], "{value}");
    }
    let mut template = clean();
    annotated("unconfined")(&mut template);
    template.containers[1].app_armor = Some(confinement("Localhost", "web"));
    assert_eq!(violations(&declared(), &template), [], "the field is stronger");
}

#[test]
fn the_se_linux_options_that_apply_are_the_declared_ones() {
    let own = |kind: &'static str, level: &'static str| {
        move |it: &mut PodTemplate| it.containers[1].se_linux = Some(se_linux(kind, level))
    };
    assert_found(own("spc_t", "s0:c1,c2"), "web/seLinuxOptions.type", "container_t", "spc_t");
    for level in ["s0", "s1:c1,c2", "s0:c1", "s0:c1,c2,c3"] {
        assert_found(own("container_t", level), "web/seLinuxOptions.level", "s0:c1,c2", level);
    }
    let mut template = clean();
    template.security.se_linux = None;
    let keys: Vec<String> = violations(&declared(), &template).into_iter().map(|it| it.key).collect();
    assert_eq!(keys, ["seLinuxOptions.type", "seLinuxOptions.level"], "both are to be set");
}

#[test]
fn kernel_parameters_are_allowed_and_not_forbidden() {
    let set = |name: &'static str| {
        move |it: &mut PodTemplate| it.security.sysctls = Box::new([(name.into(), "1".into())])
    };
    assert_found(set("vm.swappiness"), "sysctls[vm.swappiness]", "kernel.msg*, net.*", "vm.swappiness");
    for name in ["net.core.somaxconn", "net/core/somaxconn"] {
        assert_found(set(name), &format!("sysctls[{name}]"), "none of net.core.*", name);
    }
    for name in ["net.ipv4.tcp_rmem", "kernel/msgmax", "net/ipv4/conf/eno2.100/rp_filter"] {
        let mut template = clean();
        set(name)(&mut template);
        assert_eq!(violations(&declared(), &template), [], "{name}");
    }
}

#[test]
fn a_runtime_class_that_is_named_is_an_allowed_one() {
    let mutate = |it: &mut PodTemplate| it.runtime_class = Some("runc".into());
    assert_found(mutate, "runtimeClassName", "kata", "runc");
    let mut template = clean();
    template.runtime_class = None;
    assert_eq!(violations(&declared(), &template), [], "a pod need not name one");
}

#[test]
fn pods_of_windows_are_not_asked_for_what_only_linux_knows() {
    let web = Container { host_ports: Box::new([22]), ..Container::default() };
    let mut template = PodTemplate { containers: Box::new([web]), ..PodTemplate::default() };
    assert!(violations(&declared(), &template).len() > 5);
    template.windows = true;
    let [violation] = violations(&declared(), &template).try_into().unwrap();
    assert_eq!(violation.key, "/ports.hostPort");
}
