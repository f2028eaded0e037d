//! The facts of a pod that pods of one template share: what some check reads of its spec.
//!
//! Pods are made from templates with names of their own mixed in (the volume of their service account's token),
//! so whatever is a pod's alone is left out: it would keep templates from being shared.

use std::sync::Arc;

use crate::network::NamedPort;

/// The service account of pods that name none, which every namespace has.
pub const DEFAULT_ACCOUNT: &str = "default";

/// In which list of the pod's spec a container stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Role {
    Init,
    #[default]
    Regular,
    Ephemeral,
}

impl Role {
    /// The field of the pod's spec that holds containers of this role.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Init => "initContainers",
            Self::Regular => "containers",
            Self::Ephemeral => "ephemeralContainers",
        }
    }
}

/// What is known of a pod's spec, or of the spec in a workload's template.
#[expect(clippy::struct_excessive_bools, reason = "each is a field of the pod's spec by itself")]
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PodTemplate {
    pub host_network: bool,
    pub host_pid: bool,
    pub host_ipc: bool,
    /// `spec.hostUsers` is false: the pod has a user namespace of its own.
    pub user_namespace: bool,
    /// `spec.os.name` is `windows`.
    pub windows: bool,
    pub runtime_class: Option<Arc<str>>,
    /// Empty for the service account `default`, whether it is named or not.
    pub service_account: Arc<str>,
    pub security: PodSecurityContext,
    /// The annotations that set seccomp and `AppArmor` profiles, in the order of their keys; no others.
    pub profile_annotations: Box<[(Arc<str>, Arc<str>)]>,
    /// In the order of the spec.
    pub volumes: Box<[Volume]>,
    /// Init, regular, then ephemeral containers, each in the order of the spec.
    pub containers: Box<[Container]>,
    /// Those of regular containers, then those of init containers that run beside them, each in the order of the spec.
    pub named_ports: Arc<[NamedPort]>,
}

/// `spec.securityContext`. What is not set is none or empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct PodSecurityContext {
    pub run_as_non_root: Option<bool>,
    pub run_as_user: Option<i64>,
    pub run_as_group: Option<i64>,
    pub fs_group: Option<i64>,
    pub supplemental_groups: Box<[i64]>,
    /// Names with values.
    pub sysctls: Box<[(Arc<str>, Arc<str>)]>,
    pub seccomp: Option<Arc<Profile>>,
    pub app_armor: Option<Arc<Profile>>,
    pub se_linux: Option<Arc<SeLinux>>,
    /// `windowsOptions.hostProcess`.
    pub host_process: Option<bool>,
}

/// What is known of one container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Container {
    pub role: Role,
    pub name: Arc<str>,
    /// False where it is not set, as Kubernetes defaults it.
    pub privileged: bool,
    /// False where it is not set, as Kubernetes defaults it.
    pub read_only_root_filesystem: bool,
    pub allow_privilege_escalation: Option<bool>,
    pub run_as_non_root: Option<bool>,
    pub run_as_user: Option<i64>,
    pub run_as_group: Option<i64>,
    /// `capabilities.add`.
    pub added_capabilities: Box<[Arc<str>]>,
    /// `capabilities.drop`.
    pub dropped_capabilities: Box<[Arc<str>]>,
    pub seccomp: Option<Arc<Profile>>,
    pub app_armor: Option<Arc<Profile>>,
    pub se_linux: Option<Arc<SeLinux>>,
    pub proc_mount: Option<Arc<str>>,
    /// `windowsOptions.hostProcess`.
    pub host_process: Option<bool>,
    /// The ports of the host that it takes, with those that `hostNetwork` gives it; never 0.
    pub host_ports: Box<[i32]>,
    /// The hosts that its probes and lifecycle handlers name; never empty.
    pub handler_hosts: Box<[(HandlerField, Arc<str>)]>,
    /// How it mounts the volumes that are `hostPath`; no others.
    pub host_path_mounts: Box<[HostPathMount]>,
    /// The secrets in its environment: those of `env`, then those of `envFrom`, each in the order of the spec.
    pub secret_env: Box<[SecretEnv]>,
}

/// A secret in the environment of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SecretEnv {
    /// The variable that holds a key of it; empty where all of its keys are variables.
    pub variable: Arc<str>,
    /// The secret's name; never empty.
    pub secret: Arc<str>,
}

/// A seccomp or `AppArmor` profile.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Profile {
    /// `RuntimeDefault`, `Localhost` or `Unconfined`, or whatever else was written.
    pub kind: Arc<str>,
    /// `localhostProfile`; empty where it is not set.
    pub localhost: Arc<str>,
}

/// `SELinux` options; a field that is not set is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SeLinux {
    pub user: Arc<str>,
    pub role: Arc<str>,
    /// The field `type`.
    pub kind: Arc<str>,
    pub level: Arc<str>,
}

/// A field of a container in which a handler may name a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HandlerField {
    LivenessHttp,
    LivenessTcp,
    ReadinessHttp,
    ReadinessTcp,
    StartupHttp,
    StartupTcp,
    PostStartHttp,
    PostStartTcp,
    PreStopHttp,
    PreStopTcp,
}

impl HandlerField {
    /// The path within the container, such as `livenessProbe.httpGet.host`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::LivenessHttp => "livenessProbe.httpGet.host",
            Self::LivenessTcp => "livenessProbe.tcpSocket.host",
            Self::ReadinessHttp => "readinessProbe.httpGet.host",
            Self::ReadinessTcp => "readinessProbe.tcpSocket.host",
            Self::StartupHttp => "startupProbe.httpGet.host",
            Self::StartupTcp => "startupProbe.tcpSocket.host",
            Self::PostStartHttp => "lifecycle.postStart.httpGet.host",
            Self::PostStartTcp => "lifecycle.postStart.tcpSocket.host",
            Self::PreStopHttp => "lifecycle.preStop.httpGet.host",
            Self::PreStopTcp => "lifecycle.preStop.tcpSocket.host",
        }
    }
}

/// A mount of a volume that is `hostPath`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPathMount {
    /// The volume's name.
    pub volume: Arc<str>,
    pub read_only: bool,
}

/// What the API server begins the name of a service account's token volume with.
pub const TOKEN_VOLUME: &str = "kube-api-access";

/// A volume of a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Volume {
    /// The suffix that makes the volume of a service account's token a pod's own is left out.
    pub name: Arc<str>,
    pub source: VolumeSource,
}

/// Where a volume comes from.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum VolumeSource {
    /// The path on the host.
    HostPath(Arc<str>),
    /// The driver.
    Csi(Arc<str>),
    /// The secret's name; empty where it was left out.
    Secret(Arc<str>),
    /// The names of the secrets among its sources; none of them is empty.
    Projected(Box<[Arc<str>]>),
    /// Any other, by the field that sets it, such as `configMap`; `emptyDir` where none does, as Kubernetes
    /// defaults it.
    Other(&'static str),
}

impl VolumeSource {
    /// The names of the secrets that are mounted with it; none of them is empty.
    pub fn secrets(&self) -> &[Arc<str>] {
        match self {
            Self::Secret(name) if name.is_empty() => &[],
            Self::Secret(name) => std::slice::from_ref(name),
            Self::Projected(names) => names,
            Self::HostPath(_) | Self::Csi(_) | Self::Other(_) => &[],
        }
    }

    /// The field of the volume that sets it.
    pub const fn field(&self) -> &'static str {
        match self {
            Self::HostPath(_) => "hostPath",
            Self::Csi(_) => "csi",
            Self::Secret(_) => "secret",
            Self::Projected(_) => "projected",
            Self::Other(field) => field,
        }
    }
}
