//! The pod template of a workload: as fat as templates are, with what the API server fills in.

use std::collections::BTreeMap;

use crate::demo::objects::{
    Capabilities, ConfigMapVolumeSource, Container, ContainerPort, EmptyDirVolumeSource, EnvVar,
    EnvVarSource, HttpGetAction, IntOrString, LocalObjectReference, ObjectFieldSelector, ObjectMeta,
    PodSecurityContext, PodSpec, PodTemplateSpec, Probe, ProbeHandler, Quantity, ResourceRequirements,
    SeccompProfile, SecretKeySelector, SecurityContext, Toleration, Volume, VolumeMount, VolumeSource,
};
use crate::model::Kind;

use super::workload::{ContainerShape, Workload};

/// How many plain variables the main container has: with so many a pod of three containers is about 10 KB in
/// JSON.
const VARIABLES: usize = 2;

/// The label that names the workload.
pub(super) const NAME_LABEL: &str = "app.kubernetes.io/name";

/// Turns pairs into the map that labels and the like are.
pub(super) fn map<const N: usize>(pairs: [(&str, &str); N]) -> BTreeMap<String, String> {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The labels by which a workload finds its pods.
pub(super) fn selector(workload: &Workload) -> BTreeMap<String, String> {
    map([(NAME_LABEL, &workload.name)])
}

/// The labels of a workload and of its pods.
pub(super) fn labels(workload: &Workload) -> BTreeMap<String, String> {
    map([
        (NAME_LABEL, &workload.name),
        ("app.kubernetes.io/part-of", "harbourline"),
        ("app.kubernetes.io/version", "1.27.0"),
        ("team", &workload.namespace),
    ])
}

/// The template of a workload's pods.
pub(super) fn template(workload: &Workload) -> PodTemplateSpec {
    let annotations = map([
        ("checksum/config", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        (
            "kubectl.kubernetes.io/default-container",
            workload.containers.first().map_or("", |first| &first.name),
        ),
        ("prometheus.io/path", "/metrics"),
        ("prometheus.io/port", "8080"),
        ("prometheus.io/scrape", "true"),
    ]);
    let metadata = ObjectMeta { labels: labels(workload), annotations, ..ObjectMeta::default() };
    PodTemplateSpec { metadata, spec: spec(workload) }
}

fn spec(workload: &Workload) -> PodSpec {
    let sidecars = workload.containers.iter().skip(1);
    let ends = matches!(workload.kind, Kind::CronJob);
    PodSpec {
        volumes: volumes(),
        init_containers: workload.init_containers.iter().map(sidecar).collect(),
        containers: workload
            .containers
            .iter()
            .take(1)
            .map(main_container)
            .chain(sidecars.map(sidecar))
            .collect(),
        restart_policy: if ends { "OnFailure" } else { "Always" }.to_owned(),
        termination_grace_period_seconds: Some(30),
        dns_policy: "ClusterFirst".to_owned(),
        node_selector: map([("kubernetes.io/os", "linux")]),
        security_context: Some(PodSecurityContext {
            run_as_user: Some(10001),
            fs_group: Some(10001),
            run_as_non_root: Some(true),
            seccomp_profile: Some(SeccompProfile {
                r#type: "RuntimeDefault".to_owned(),
                localhost_profile: None,
            }),
            ..PodSecurityContext::default()
        }),
        scheduler_name: "default-scheduler".to_owned(),
        tolerations: vec![Toleration {
            key: "dedicated".to_owned(),
            operator: "Equal".to_owned(),
            value: workload.namespace.clone(),
            effect: "NoSchedule".to_owned(),
            toleration_seconds: None,
        }],
        ..PodSpec::default()
    }
}

fn volumes() -> Vec<Volume> {
    let config = ConfigMapVolumeSource {
        local_object_reference: LocalObjectReference { name: "app-config".to_owned() },
        default_mode: Some(0o644),
        ..ConfigMapVolumeSource::default()
    };
    let scratch =
        EmptyDirVolumeSource { size_limit: Some(Quantity::new("64Mi")), ..EmptyDirVolumeSource::default() };
    vec![
        Volume {
            name: "config".to_owned(),
            volume_source: VolumeSource { config_map: Some(config), ..VolumeSource::default() },
        },
        Volume {
            name: "tmp".to_owned(),
            volume_source: VolumeSource { empty_dir: Some(scratch), ..VolumeSource::default() },
        },
    ]
}

/// The container that serves, with all that containers have.
fn main_container(shape: &ContainerShape) -> Container {
    let name = &shape.name;
    Container {
        args: vec![
            "--config=/etc/app/config.yaml".to_owned(),
            "--log-format=json".to_owned(),
            format!("--name={name}"),
        ],
        ports: vec![port(name)],
        env: env(name),
        resources: Some(resources()),
        volume_mounts: vec![mount("config", "/etc/app", true), mount("tmp", "/tmp", false)],
        readiness_probe: Some(probe("/readyz")),
        ..sidecar(shape)
    }
}

/// A container beside the main one, or before it, which is leaner.
fn sidecar(shape: &ContainerShape) -> Container {
    Container {
        name: shape.name.clone(),
        image: shape.image.clone(),
        resources: Some(ResourceRequirements::default()),
        volume_mounts: vec![mount("tmp", "/tmp", false)],
        termination_message_path: "/dev/termination-log".to_owned(),
        termination_message_policy: "File".to_owned(),
        image_pull_policy: "IfNotPresent".to_owned(),
        security_context: Some(if shape.privileged { privileged() } else { restricted() }),
        ..Container::default()
    }
}

fn port(container: &str) -> ContainerPort {
    ContainerPort {
        // A port's name has at most 15 characters.
        name: container.chars().take(10).chain("-http".chars()).collect(),
        container_port: 8080,
        protocol: "TCP".to_owned(),
        ..ContainerPort::default()
    }
}

fn env(container: &str) -> Vec<EnvVar> {
    let prefix = container.to_uppercase().replace('-', "_");
    let plain = (0..VARIABLES).map(|number| EnvVar {
        name: format!("{prefix}_CFG_{number:02}"),
        value: format!("val-{number:02}"),
        value_from: None,
    });
    let from = [
        variable("POD_NAME", field("metadata.name")),
        variable("POD_NAMESPACE", field("metadata.namespace")),
        variable("DB_PASSWORD", secret("db", "password")),
    ];
    plain.chain(from).collect()
}

fn variable(name: &str, source: EnvVarSource) -> EnvVar {
    EnvVar { name: name.to_owned(), value: String::new(), value_from: Some(source) }
}

fn field(path: &str) -> EnvVarSource {
    let field_ref = ObjectFieldSelector { api_version: "v1".to_owned(), field_path: path.to_owned() };
    EnvVarSource { field_ref: Some(field_ref), ..EnvVarSource::default() }
}

fn secret(name: &str, key: &str) -> EnvVarSource {
    let secret_key_ref = SecretKeySelector {
        local_object_reference: LocalObjectReference { name: name.to_owned() },
        key: key.to_owned(),
        optional: None,
    };
    EnvVarSource { secret_key_ref: Some(secret_key_ref), ..EnvVarSource::default() }
}

fn resources() -> ResourceRequirements {
    let amounts = |cpu, memory| {
        [("cpu", cpu), ("memory", memory)]
            .map(|(name, amount)| (name.to_owned(), Quantity::new(amount)))
            .into()
    };
    ResourceRequirements { limits: amounts("500m", "256Mi"), requests: amounts("100m", "128Mi") }
}

pub(super) fn mount(name: &str, path: &str, read_only: bool) -> VolumeMount {
    VolumeMount { name: name.to_owned(), read_only, mount_path: path.to_owned(), ..VolumeMount::default() }
}

fn probe(path: &str) -> Probe {
    let http_get = HttpGetAction {
        path: path.to_owned(),
        port: IntOrString::int(8080),
        scheme: "HTTP".to_owned(),
        host: String::new(),
    };
    Probe {
        handler: ProbeHandler { http_get: Some(http_get) },
        initial_delay_seconds: 5,
        timeout_seconds: 2,
        period_seconds: 10,
        success_threshold: 1,
        failure_threshold: 3,
    }
}

/// What the restricted level of the Pod Security Standards asks for and the pod does not already say.
fn restricted() -> SecurityContext {
    SecurityContext {
        capabilities: Some(Capabilities { add: Vec::new(), drop: vec!["ALL".to_owned()] }),
        read_only_root_filesystem: Some(true),
        allow_privilege_escalation: Some(false),
        ..SecurityContext::default()
    }
}

/// The restricted context with `privileged` alone turned on, so that one fault is one finding. Kubernetes
/// refuses a privileged container that may not escalate, so that goes with it.
fn privileged() -> SecurityContext {
    SecurityContext { privileged: Some(true), allow_privilege_escalation: None, ..restricted() }
}
