//! A pod's spec and the facts of it, one mutation each.

use super::*;
use crate::network::{Direction, NamedPort};
use crate::snapshot::{
    Container, HandlerField, HostPathMount, PodSecurityContext, Role, SecretEnv, Volume, VolumeSource,
};
use crate::wire::decode_json;

/// The template of an object with this in its JSON.
fn template_of(intake: &Intake, kind: Kind, json: &str) -> Arc<PodTemplate> {
    let object = decode_json(kind, json.as_bytes()).unwrap();
    intake.facts(object).template.unwrap()
}

fn of_spec(spec: &str) -> PodTemplate {
    let pod = format!(r#"{{"spec": {spec}}}"#);
    PodTemplate::clone(&template_of(&Intake::default(), Kind::Pod, &pod))
}

fn of_container(container: &str) -> Container {
    let spec = format!(r#"{{"containers": [{container}]}}"#);
    of_spec(&spec).containers[0].clone()
}

fn of_context(context: &str) -> Container {
    of_container(&format!(r#"{{"securityContext": {context}}}"#))
}

fn profile(kind: &str, localhost: &str) -> Arc<Profile> {
    Arc::new(Profile { kind: kind.into(), localhost: localhost.into() })
}

#[test]
fn a_spec_that_says_nothing_gives_the_defaults() {
    assert_eq!(of_spec("{}"), PodTemplate::default());
    assert_eq!(of_spec(r#"{"securityContext": {}, "os": {}}"#), PodTemplate::default());
    let empty = r#"{"securityContext": {"capabilities": {}, "windowsOptions": {}}, "lifecycle": {}}"#;
    assert_eq!(of_container(empty), Container::default());
}

#[test]
fn what_the_spec_says_of_the_pod_is_known() {
    let default = PodTemplate::default;
    for (spec, expected) in [
        (r#"{"hostNetwork": true}"#, PodTemplate { host_network: true, ..default() }),
        (r#"{"hostPID": true}"#, PodTemplate { host_pid: true, ..default() }),
        (r#"{"hostIPC": true}"#, PodTemplate { host_ipc: true, ..default() }),
        (r#"{"hostUsers": false}"#, PodTemplate { user_namespace: true, ..default() }),
        (r#"{"hostUsers": true}"#, default()),
        (r#"{"os": {"name": "windows"}}"#, PodTemplate { windows: true, ..default() }),
        (r#"{"os": {"name": "linux"}}"#, default()),
        (
            r#"{"runtimeClassName": "gvisor"}"#,
            PodTemplate { runtime_class: Some("gvisor".into()), ..default() },
        ),
        (r#"{"runtimeClassName": ""}"#, default()),
        (r#"{"serviceAccountName": "ci"}"#, PodTemplate { service_account: "ci".into(), ..default() }),
        (r#"{"serviceAccount": "ci"}"#, PodTemplate { service_account: "ci".into(), ..default() }),
        // The API server writes it into the pods of a template that names none.
        (r#"{"serviceAccountName": "default", "serviceAccount": "default"}"#, default()),
    ] {
        assert_eq!(of_spec(spec), expected, "{spec}");
    }
}

#[test]
fn what_the_pods_security_context_says_is_known() {
    let default = PodSecurityContext::default;
    let se_linux = SeLinux { user: "u".into(), role: "r".into(), kind: "t".into(), level: "".into() };
    for (context, expected) in [
        (r#"{"runAsNonRoot": false}"#, PodSecurityContext { run_as_non_root: Some(false), ..default() }),
        (r#"{"runAsUser": 0}"#, PodSecurityContext { run_as_user: Some(0), ..default() }),
        (r#"{"runAsGroup": 3}"#, PodSecurityContext { run_as_group: Some(3), ..default() }),
        (r#"{"fsGroup": 4}"#, PodSecurityContext { fs_group: Some(4), ..default() }),
        (
            r#"{"supplementalGroups": [6, 5]}"#,
            PodSecurityContext { supplemental_groups: [6, 5].into(), ..default() },
        ),
        (
            r#"{"sysctls": [{"name": "a", "value": "1"}]}"#,
            PodSecurityContext { sysctls: [("a".into(), "1".into())].into(), ..default() },
        ),
        (
            r#"{"seccompProfile": {"type": "Unconfined"}}"#,
            PodSecurityContext { seccomp: Some(profile("Unconfined", "")), ..default() },
        ),
        (
            r#"{"appArmorProfile": {"type": "Localhost", "localhostProfile": "p"}}"#,
            PodSecurityContext { app_armor: Some(profile("Localhost", "p")), ..default() },
        ),
        (
            r#"{"seLinuxOptions": {"user": "u", "role": "r", "type": "t"}}"#,
            PodSecurityContext { se_linux: Some(Arc::new(se_linux)), ..default() },
        ),
        (
            r#"{"windowsOptions": {"hostProcess": true}}"#,
            PodSecurityContext { host_process: Some(true), ..default() },
        ),
    ] {
        let spec = format!(r#"{{"securityContext": {context}}}"#);
        assert_eq!(of_spec(&spec), PodTemplate { security: expected, ..PodTemplate::default() }, "{context}");
    }
}

#[test]
fn what_a_containers_security_context_says_is_known() {
    let default = Container::default;
    let se_linux = SeLinux { user: "".into(), role: "".into(), kind: "".into(), level: "l".into() };
    for (context, expected) in [
        (r#"{"privileged": true}"#, Container { privileged: true, ..default() }),
        (r#"{"privileged": false}"#, default()),
        (r#"{"readOnlyRootFilesystem": true}"#, Container { read_only_root_filesystem: true, ..default() }),
        (
            r#"{"allowPrivilegeEscalation": false}"#,
            Container { allow_privilege_escalation: Some(false), ..default() },
        ),
        (r#"{"runAsNonRoot": true}"#, Container { run_as_non_root: Some(true), ..default() }),
        (r#"{"runAsUser": 1}"#, Container { run_as_user: Some(1), ..default() }),
        (r#"{"runAsGroup": 2}"#, Container { run_as_group: Some(2), ..default() }),
        (
            r#"{"capabilities": {"add": ["A", "B"]}}"#,
            Container { added_capabilities: ["A".into(), "B".into()].into(), ..default() },
        ),
        (
            r#"{"capabilities": {"drop": ["ALL"]}}"#,
            Container { dropped_capabilities: ["ALL".into()].into(), ..default() },
        ),
        (
            r#"{"seccompProfile": {"type": "RuntimeDefault"}}"#,
            Container { seccomp: Some(profile("RuntimeDefault", "")), ..default() },
        ),
        (
            r#"{"appArmorProfile": {"type": "Unconfined"}}"#,
            Container { app_armor: Some(profile("Unconfined", "")), ..default() },
        ),
        (
            r#"{"seLinuxOptions": {"level": "l"}}"#,
            Container { se_linux: Some(Arc::new(se_linux)), ..default() },
        ),
        (r#"{"procMount": "Unmasked"}"#, Container { proc_mount: Some("Unmasked".into()), ..default() }),
        (
            r#"{"windowsOptions": {"hostProcess": false}}"#,
            Container { host_process: Some(false), ..default() },
        ),
    ] {
        assert_eq!(of_context(context), expected, "{context}");
    }
}

#[test]
fn containers_stand_by_their_roles_in_the_order_of_the_spec() {
    let template = of_spec(
        r#"{"ephemeralContainers": [{"name": "e"}], "containers": [{"name": "b"}, {"name": "a"}],
            "initContainers": [{"name": "i"}]}"#,
    );
    let found: Vec<_> = template.containers.iter().map(|it| (it.role, &*it.name)).collect();
    let expected = [(Role::Init, "i"), (Role::Regular, "b"), (Role::Regular, "a"), (Role::Ephemeral, "e")];
    assert_eq!(found, expected);
}

#[test]
fn every_handler_may_name_a_host() {
    use HandlerField::*;
    let handler = r#"{"httpGet": {"host": "h", "port": 1}, "tcpSocket": {"host": "t", "port": 1}}"#;
    for (field, http, tcp) in [
        ("livenessProbe", LivenessHttp, LivenessTcp),
        ("readinessProbe", ReadinessHttp, ReadinessTcp),
        ("startupProbe", StartupHttp, StartupTcp),
        ("postStart", PostStartHttp, PostStartTcp),
        ("preStop", PreStopHttp, PreStopTcp),
    ] {
        let json = |handler: &str| match field {
            "postStart" | "preStop" => format!(r#"{{"lifecycle": {{"{field}": {handler}}}}}"#),
            probe => format!(r#"{{"{probe}": {handler}}}"#),
        };
        let hosts = [(http, "h".into()), (tcp, "t".into())];
        assert_eq!(of_container(&json(handler)).handler_hosts[..], hosts, "{field}");
        let none = r#"{"httpGet": {"host": ""}, "tcpSocket": {"port": 1}}"#;
        assert_eq!(of_container(&json(none)).handler_hosts[..], [], "{field}");
    }
}

fn host_ports(spec: &str) -> Vec<Vec<i32>> {
    of_spec(spec).containers.iter().map(|container| container.host_ports.to_vec()).collect()
}

const PORTS: &str = r#"[{"containerPort": 80}, {"containerPort": 81, "hostPort": 8081}, {"hostPort": 0}]"#;

#[test]
fn host_ports_are_those_that_are_set() {
    let spec = format!(r#"{{"containers": [{{"ports": {PORTS}}}]}}"#);
    assert_eq!(host_ports(&spec), [[8081]]);
}

#[test]
fn in_the_hosts_network_every_port_is_a_host_port() {
    let ports = format!(r#"[{{"ports": {PORTS}}}]"#);
    let spec = format!(
        r#"{{"hostNetwork": true, "containers": {ports}, "initContainers": {ports}, "ephemeralContainers": {ports}}}"#
    );
    assert_eq!(host_ports(&spec), [vec![80, 8081], vec![80, 8081], vec![8081]]);
}

/// The named ports of a spec, in words.
fn named_ports(spec: &str) -> Vec<String> {
    let words = |it: &NamedPort| format!("{} {} {}", it.name, it.protocol.as_str(), it.port);
    of_spec(spec).named_ports.iter().map(words).collect()
}

#[test]
fn ports_that_have_a_name_are_known() {
    let ports = r#"[{"containerPort": 81}, {"name": "web", "containerPort": 80},
        {"name": "dns", "containerPort": 53, "protocol": "UDP"}]"#;
    let spec = format!(r#"{{"containers": [{{"ports": {ports}}}]}}"#);
    assert_eq!(named_ports(&spec), ["web TCP 80", "dns UDP 53"]);
    for port in [0, -1, 65536] {
        let spec = format!(r#"{{"containers": [{{"ports": [{{"name": "a", "containerPort": {port}}}]}}]}}"#);
        assert_eq!(named_ports(&spec), [] as [&str; 0], "{port}");
    }
}

#[test]
fn an_init_container_has_named_ports_where_it_goes_on_running() {
    let container =
        |name: &str, rest: &str| format!(r#"{{"ports": [{{"name": "{name}", "containerPort": 1}}]{rest}}}"#);
    let spec = format!(
        r#"{{"initContainers": [{}, {}], "containers": [{}], "ephemeralContainers": [{}]}}"#,
        container("once", ""),
        container("beside", r#", "restartPolicy": "Always""#),
        container("regular", ""),
        container("ephemeral", ""),
    );
    assert_eq!(named_ports(&spec), ["regular TCP 1", "beside TCP 1"]);
}

/// What is known of an object with this JSON.
fn facts_of(kind: Kind, json: &str) -> Facts {
    let object = decode_json(kind, json.as_bytes()).unwrap();
    let Change::Seen(facts) = Intake::default().seen(Item::Object(object)) else { panic!("it is readable") };
    facts
}

#[test]
fn pods_are_selected_by_their_own_labels_and_by_those_of_templates() {
    let own = r#"{"metadata": {"labels": {"a": "own"}}}"#;
    let pod = facts_of(Kind::Pod, own);
    assert_eq!(pod.pod_labels.as_deref(), Some(&vec![("a".into(), "own".into())]));
    assert!(Arc::ptr_eq(pod.pod_labels.as_ref().unwrap(), &pod.labels), "they are held once");
    let of_template = r#"{"metadata": {"labels": {"a": "own"}},
        "spec": {"template": {"metadata": {"labels": {"b": "template"}}}}}"#;
    let deployment = facts_of(Kind::Deployment, of_template);
    let given: Vec<_> =
        vec![("b".into(), "template".into()), ("pod-template-hash".into(), "(not known yet)".into())];
    assert_eq!(deployment.pod_labels.as_deref(), Some(&given));
    assert_eq!(*deployment.labels, [("a".into(), "own".into())]);
    assert_eq!(facts_of(Kind::ReplicaSet, own).pod_labels.as_deref(), Some(&Vec::new()));
    assert_eq!(facts_of(Kind::Namespace, own).pod_labels, None);
}

#[test]
fn where_a_pod_is_and_whether_it_has_finished_is_known() {
    let running = facts_of(Kind::Pod, r#"{"status": {"phase": "Running", "podIPs": [{"ip": "10.1.2.3"}]}}"#);
    assert_eq!((running.finished, running.addresses), (false, Addresses::read(["10.1.2.3"])));
    let failed = facts_of(Kind::Pod, r#"{"status": {"phase": "Failed"}}"#);
    assert_eq!((failed.finished, failed.addresses), (true, Addresses::default()));
}

#[test]
fn what_policies_and_ranges_say_is_handed_on() {
    let policy = facts_of(Kind::NetworkPolicy, r#"{"spec": {"policyTypes": ["Egress"]}}"#).policy.unwrap();
    assert!(policy.isolates(Direction::Egress) && !policy.isolates(Direction::Ingress));
    let range = facts_of(Kind::ServiceCidr, r#"{"spec": {"cidrs": ["10.96.0.0/12"]}}"#);
    assert_eq!((range.ranges, range.policy), (vec!["10.96.0.0/12".to_owned()], None));
    let foreign = facts_of(Kind::CiliumNetworkPolicy, r#"{"spec": {"cidrs": ["10.96.0.0/12"]}}"#);
    assert_eq!((foreign.ranges, foreign.policy, foreign.template), (vec![], None, None));
}

#[test]
fn mounts_of_host_paths_are_known_and_no_others() {
    let template = of_spec(
        r#"{"volumes": [{"name": "host", "hostPath": {"path": "/"}}, {"name": "scratch", "emptyDir": {}}],
            "containers": [{"volumeMounts": [{"name": "scratch"}, {"name": "host", "readOnly": true},
                {"name": "host"}, {"name": "missing"}]}]}"#,
    );
    let mount = |read_only| HostPathMount { volume: "host".into(), read_only };
    assert_eq!(template.containers[0].host_path_mounts[..], [mount(true), mount(false)]);
}

#[test]
fn volumes_are_known_by_their_sources() {
    let template = of_spec(
        r#"{"volumes": [{"name": "a", "hostPath": {"path": "/etc"}}, {"name": "b", "csi": {"driver": "d"}},
            {"name": "c", "configMap": {}}, {"name": "d"}, {"name": "e", "later": {}}]}"#,
    );
    let volume = |name: &str, source| Volume { name: name.into(), source };
    let expected = [
        volume("a", VolumeSource::HostPath("/etc".into())),
        volume("b", VolumeSource::Csi("d".into())),
        volume("c", VolumeSource::Other("configMap")),
        volume("d", VolumeSource::Other("emptyDir")),
        volume("e", VolumeSource::Other("unknown")),
    ];
    assert_eq!(template.volumes[..], expected);
}

#[test]
fn the_secrets_that_are_mounted_are_known() {
    let template = of_spec(
        r#"{"volumes": [{"name": "a", "secret": {"secretName": "whole"}}, {"name": "b", "secret": {}},
            {"name": "c", "projected": {"sources": [{"secret": {"name": "x"}}, {"configMap": {"name": "no"}},
                {"secret": {}}, {"secret": {"name": "y"}}]}},
            {"name": "d", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "no"}}}]}"#,
    );
    let secrets = |volume: &Volume| volume.source.secrets().iter().map(ToString::to_string).collect();
    let found: Vec<Vec<String>> = template.volumes.iter().map(secrets).collect();
    assert_eq!(found, [vec!["whole".to_owned()], vec![], vec!["x".to_owned(), "y".to_owned()], vec![]]);
    let fields: Vec<_> = template.volumes.iter().map(|volume| volume.source.field()).collect();
    assert_eq!(fields, ["secret", "secret", "projected", "csi"]);
}

#[test]
fn the_secrets_in_the_environment_are_known() {
    let container = of_container(
        r#"{"envFrom": [{"secretRef": {"name": "all"}}, {"configMapRef": {"name": "no"}}, {"secretRef": {}}],
            "env": [{"name": "PLAIN", "value": "x"}, {"name": "ONE", "valueFrom": {"secretKeyRef": {"name": "s"}}},
                {"name": "NONE", "valueFrom": {"secretKeyRef": {"key": "k"}}}]}"#,
    );
    let secret =
        |variable: &str, secret: &str| SecretEnv { variable: variable.into(), secret: secret.into() };
    assert_eq!(container.secret_env[..], [secret("ONE", "s"), secret("", "all")]);
}

#[test]
fn of_a_generated_name_the_suffix_is_left_out() {
    for (name, source, expected) in [
        ("kube-api-access-x7k2p", "projected", "kube-api-access"),
        ("kube-api-access-x7k2p", "hostPath", "kube-api-access-x7k2p"),
        ("kube-api-access-longer", "projected", "kube-api-access-longer"),
        ("kube-api-accessx7k2p", "projected", "kube-api-accessx7k2p"),
        ("token-x7k2p", "projected", "token-x7k2p"),
    ] {
        let template = of_spec(&format!(r#"{{"volumes": [{{"name": "{name}", "{source}": {{}}}}]}}"#));
        assert_eq!(&*template.volumes[0].name, expected, "{name} of {source}");
    }
}

/// A pod of one template as the API server makes it: everything that is its own made of the suffix.
fn made(suffix: &str, node: u8) -> String {
    let token =
        format!(r#"{{"name": "kube-api-access-{suffix}", "readOnly": true, "mountPath": "/var/run"}}"#);
    format!(
        r#"{{"metadata": {{"name": "web-{suffix}", "uid": "{suffix}", "annotations": {{"cni/ip": "{suffix}"}}}},
        "spec": {{"nodeName": "node-{node}", "hostname": "web-{suffix}", "tolerations": [{{"key": "{suffix}"}}],
            "affinity": {{"nodeAffinity": {{"node": {node}}}}}, "priority": {node},
            "volumes": [{{"name": "data", "persistentVolumeClaim": {{"claimName": "data-web-{suffix}"}}}},
                {{"name": "kube-api-access-{suffix}", "projected": {{"sources": []}}}}],
            "containers": [{{"name": "web", "volumeMounts": [{{"name": "data"}}, {token}],
                "env": [{{"name": "POD", "value": "web-{suffix}"}}]}}]}}}}"#
    )
}

#[test]
fn pods_of_one_template_share_it() {
    let intake = Intake::default();
    let [one, other] = [made("x7k2p", 1), made("b4c5d", 2)].map(|it| template_of(&intake, Kind::Pod, &it));
    assert!(Arc::ptr_eq(&one, &other), "{one:#?}\n{other:#?}");
    assert_eq!(intake.distinct()[0], 1);
    let privileged =
        made("x7k2p", 1).replace(r#""env""#, r#""securityContext": {"privileged": true}, "env""#);
    assert_ne!(template_of(&intake, Kind::Pod, &privileged), one);
}

#[test]
fn equal_profiles_are_one() {
    let context = r#"{"seccompProfile": {"type": "T"}, "seLinuxOptions": {"type": "t"}}"#;
    let template = of_spec(&format!(
        r#"{{"securityContext": {context}, "containers": [{{"securityContext": {context}}}]}}"#
    ));
    let [pod, container] = [&template.security.seccomp, &template.containers[0].seccomp];
    assert!(Arc::ptr_eq(pod.as_ref().unwrap(), container.as_ref().unwrap()));
    let [pod, container] = [&template.security.se_linux, &template.containers[0].se_linux];
    assert!(Arc::ptr_eq(pod.as_ref().unwrap(), container.as_ref().unwrap()));
}

#[test]
fn annotations_that_set_profiles_are_known_of_pods_and_templates() {
    const KEYS: [&str; 2] =
        ["container.apparmor.security.beta.kubernetes.io/web", "seccomp.security.alpha.kubernetes.io/pod"];
    let annotations =
        format!(r#"{{"annotations": {{"{}": "b", "other": "x", "{}": "a"}}}}"#, KEYS[1], KEYS[0]);
    let expected = [(KEYS[0].into(), "a".into()), (KEYS[1].into(), "b".into())];
    let intake = Intake::default();
    let pod = template_of(&intake, Kind::Pod, &format!(r#"{{"metadata": {annotations}}}"#));
    assert_eq!(pod.profile_annotations[..], expected);
    let template = format!(r#"{{"spec": {{"template": {{"metadata": {annotations}}}}}}}"#);
    let of_template = template_of(&intake, Kind::Deployment, &template);
    assert!(Arc::ptr_eq(&of_template, &pod));
    let own = template_of(&intake, Kind::Deployment, &format!(r#"{{"metadata": {annotations}}}"#));
    assert_eq!(own.profile_annotations[..], []);
}

fn actor_of(manager: &str, operation: &str) -> Option<Actor> {
    let entry =
        serde_json::json!({"manager": manager, "operation": operation, "time": "2026-11-24T09:00:00Z"});
    let role = serde_json::json!({"metadata": {"name": "dev", "managedFields": [entry]}});
    let object = decode_json(Kind::Role, role.to_string().as_bytes()).unwrap();
    Intake::default().facts(object).actor
}

#[test]
fn whoever_wrote_an_object_last_is_its_actor() {
    let time = "2026-11-24T09:00:00Z".parse().unwrap();
    for (name, operation) in [("Apply", Operation::Apply), ("Update", Operation::Update)] {
        assert_eq!(actor_of("kubectl", name), Some(Actor { via: "kubectl".into(), operation, time }));
    }
    assert_eq!(actor_of("", "Update"), None);
    assert_eq!(actor_of("kubectl", "Guess"), None);
    let object = decode_json(Kind::Role, br#"{"metadata": {"name": "dev"}}"#).unwrap();
    assert_eq!(Intake::default().facts(object).actor, None);
}

#[test]
fn the_name_of_a_manager_is_tamed() {
    let via = actor_of("\u{1b}[31mhelm", "Apply").unwrap().via;
    assert!(via.starts_with("\\u{1b}[31mhelm~"), "{via}");
}
