//! What Kubernetes' own testdata holds: each field filled with its name, or with its number.

use std::collections::BTreeMap;

use prost::Message;

use super::proto::field;
use crate::model::Kind;
use crate::wire::{
    AggregationRule, Binding, Capabilities, Container, ContainerPort, Content, EgressRule, EnvFromSource,
    EnvVar, EnvVarSource, EphemeralContainer, Handler, HttpGet, IngressRule, IntOrString, IpBlock,
    LabelSelector, LabelSelectorRequirement, Lifecycle, LocalObjectReference, ManagedFields,
    NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec, Object, ObjectMeta, OwnerReference, PodIp,
    PodOs, PodSecurityContext, PodSpec, PodStatus, Pods, PolicyRule, Probe, Profile, Role, RoleRef,
    SeLinuxOptions, SecretReference, SecurityContext, Subject, Sysctl, TcpSocket, Volume, VolumeMount,
    VolumeSource, WindowsOptions,
};

/// The object in which Kubernetes has filled every field.
pub(super) fn filled(kind: Kind) -> Object {
    let replicated =
        matches!(kind, Kind::ReplicationController | Kind::ReplicaSet | Kind::Deployment | Kind::StatefulSet);
    let content = match kind {
        Kind::Role => Content::Role(Role { rules: vec![rule()], aggregation: None }),
        Kind::ClusterRole => Content::Role(Role { rules: vec![rule()], aggregation: Some(aggregation()) }),
        Kind::RoleBinding | Kind::ClusterRoleBinding => Content::Binding(Box::new(binding())),
        Kind::NetworkPolicy => Content::Policy(Box::new(policy())),
        Kind::Node => Content::Ranges(vec![text("podCIDRsValue"), text("podCIDRValue")]),
        Kind::ServiceCidr => Content::Ranges(vec![text("cidrsValue")]),
        Kind::Pod => Content::Pods(Pods { status: Some(Box::new(status())), ..pods() }),
        kind if kind.has_pods() => {
            let labels = BTreeMap::from([(text("labelsKey"), text("labelsValue"))]);
            let first_ordinal = u16::from(kind == Kind::StatefulSet);
            let replicas = replicated.then_some(1);
            Content::Pods(Pods { replicas, first_ordinal, labels, ..pods() })
        }
        _ => Content::Nothing,
    };
    Object { content, ..Object::of(kind, metadata()) }
}

fn pods() -> Pods {
    Pods { spec: Box::new(spec()), ..Pods::default() }
}

fn status() -> PodStatus {
    PodStatus {
        phase: text("phaseValue"),
        pod_ip: text("podIPValue"),
        pod_ips: vec![PodIp { ip: text("ipValue") }],
    }
}

fn policy() -> NetworkPolicySpec {
    let peer = || NetworkPolicyPeer {
        pod_selector: Some(selector()),
        namespace_selector: Some(selector()),
        ip_block: Some(IpBlock { cidr: text("cidrValue"), except: vec![text("exceptValue")] }),
    };
    let port = || NetworkPolicyPort {
        protocol: Some(text("protocolValue")),
        port: Some(IntOrString { kind: 1, int: 0, string: text("portValue") }),
        end_port: Some(3),
    };
    NetworkPolicySpec {
        pod_selector: Some(selector()),
        ingress: vec![IngressRule { ports: vec![port()], from: vec![peer()] }],
        egress: vec![EgressRule { ports: vec![port()], to: vec![peer()] }],
        policy_types: vec![text("policyTypesValue")],
    }
}

fn rule() -> PolicyRule {
    PolicyRule {
        verbs: vec![text("verbsValue")],
        api_groups: vec![text("apiGroupsValue")],
        resources: vec![text("resourcesValue")],
        resource_names: vec![text("resourceNamesValue")],
        non_resource_urls: vec![text("nonResourceURLsValue")],
    }
}

fn aggregation() -> AggregationRule {
    AggregationRule { cluster_role_selectors: vec![selector()] }
}

fn selector() -> LabelSelector {
    let requirement = LabelSelectorRequirement {
        key: text("keyValue"),
        operator: text("operatorValue"),
        values: vec![text("valuesValue")],
    };
    LabelSelector {
        match_labels: BTreeMap::from([(text("matchLabelsKey"), text("matchLabelsValue"))]),
        match_expressions: vec![requirement],
    }
}

fn binding() -> Binding {
    let subject = Subject {
        kind: text("kindValue"),
        api_group: text("apiGroupValue"),
        name: text("nameValue"),
        namespace: text("namespaceValue"),
    };
    let role_ref =
        RoleRef { api_group: text("apiGroupValue"), kind: text("kindValue"), name: text("nameValue") };
    Binding { role_ref, subjects: vec![subject] }
}

fn text(text: &str) -> String {
    text.to_owned()
}

fn metadata() -> ObjectMeta {
    let owner = OwnerReference {
        kind: text("kindValue"),
        name: text("nameValue"),
        uid: text("uidValue"),
        api_version: text("apiVersionValue"),
        controller: Some(true),
    };
    ObjectMeta {
        name: text("nameValue"),
        namespace: text("namespaceValue"),
        uid: text("uidValue"),
        resource_version: text("resourceVersionValue"),
        labels: BTreeMap::from([(text("labelsKey"), text("labelsValue"))]),
        annotations: Vec::new(),
        owner_references: vec![owner],
        managed_fields: vec![manager()],
    }
}

fn manager() -> ManagedFields {
    let json =
        r#"{"manager": "managerValue", "operation": "operationValue", "time": "2004-01-01T01:01:01Z"}"#;
    serde_json::from_str(json).unwrap()
}

fn spec() -> PodSpec {
    PodSpec {
        volumes: vec![Volume { name: text("nameValue"), source: every_source() }],
        containers: vec![container()],
        init_containers: vec![container()],
        ephemeral_containers: vec![EphemeralContainer { common: container() }],
        service_account_name: text("serviceAccountNameValue"),
        deprecated_service_account: text("serviceAccountValue"),
        host_network: true,
        host_pid: true,
        host_ipc: true,
        host_users: Some(true),
        security_context: Some(Box::new(pod_security_context())),
        runtime_class_name: Some(text("runtimeClassNameValue")),
        os: Some(Box::new(PodOs { name: text("nameValue") })),
    }
}

fn every_source() -> VolumeSource {
    let content = |number| match number {
        1 => field(1, "pathValue"),
        6 => field(1, "secretNameValue"),
        26 => field(1, field(1, field(1, field(1, "nameValue")))),
        28 => field(1, "driverValue"),
        _ => Vec::new(),
    };
    let message: Vec<u8> = (1..=30).flat_map(|number| field(number, content(number))).collect();
    VolumeSource::decode(message.as_slice()).unwrap()
}

fn pod_security_context() -> PodSecurityContext {
    PodSecurityContext {
        se_linux_options: Some(Box::new(se_linux_options())),
        windows_options: Some(WindowsOptions { host_process: Some(true) }),
        run_as_user: Some(2),
        run_as_group: Some(6),
        run_as_non_root: Some(true),
        supplemental_groups: vec![4],
        fs_group: Some(5),
        sysctls: vec![Sysctl { name: text("nameValue"), value: text("valueValue") }],
        seccomp_profile: Some(Box::new(profile())),
        app_armor_profile: Some(Box::new(profile())),
    }
}

fn container() -> Container {
    let probe = || Some(Box::new(Probe { handler: handler() }));
    let lifecycle = Lifecycle { post_start: Some(handler()), pre_stop: Some(handler()) };
    Container {
        name: text("nameValue"),
        ports: vec![ContainerPort {
            name: text("nameValue"),
            host_port: 2,
            container_port: 3,
            protocol: text("protocolValue"),
        }],
        env: vec![EnvVar {
            name: text("nameValue"),
            value_from: Some(EnvVarSource { secret_key_ref: Some(secret()) }),
        }],
        env_from: vec![EnvFromSource { secret_ref: Some(secret()) }],
        volume_mounts: vec![VolumeMount { name: text("nameValue"), read_only: true }],
        liveness_probe: probe(),
        readiness_probe: probe(),
        startup_probe: probe(),
        lifecycle: Some(Box::new(lifecycle)),
        security_context: Some(Box::new(security_context())),
        restart_policy: text("restartPolicyValue"),
    }
}

fn secret() -> SecretReference {
    SecretReference { to: LocalObjectReference { name: text("nameValue") } }
}

fn security_context() -> SecurityContext {
    let capabilities = Capabilities { add: vec![text("addValue")], drop: vec![text("dropValue")] };
    SecurityContext {
        capabilities: Some(Box::new(capabilities)),
        privileged: Some(true),
        se_linux_options: Some(Box::new(se_linux_options())),
        windows_options: Some(WindowsOptions { host_process: Some(true) }),
        run_as_user: Some(4),
        run_as_group: Some(8),
        run_as_non_root: Some(true),
        read_only_root_filesystem: Some(true),
        allow_privilege_escalation: Some(true),
        proc_mount: Some(text("procMountValue")),
        seccomp_profile: Some(Box::new(profile())),
        app_armor_profile: Some(Box::new(profile())),
    }
}

fn profile() -> Profile {
    Profile { kind: text("typeValue"), localhost_profile: text("localhostProfileValue") }
}

fn se_linux_options() -> SeLinuxOptions {
    SeLinuxOptions {
        user: text("userValue"),
        role: text("roleValue"),
        kind: text("typeValue"),
        level: text("levelValue"),
    }
}

fn handler() -> Handler {
    Handler {
        http_get: Some(HttpGet { host: text("hostValue") }),
        tcp_socket: Some(TcpSocket { host: text("hostValue") }),
    }
}
