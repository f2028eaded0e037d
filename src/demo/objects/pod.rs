//! The pod, from `k8s.io/api/core/v1`.

use std::collections::BTreeMap;

use super::{Container, LocalObjectReference, ObjectMeta, SeccompProfile, Time, Volume, message};

message! {
    Pod {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: PodSpec,
        (message, required, tag = 3) status: PodStatus,
    }

    PodTemplateSpec {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: PodSpec,
    }

    PodSpec {
        (message, repeated, tag = 1) volumes: Vec<Volume>,
        (message, repeated, tag = 20) init_containers: Vec<Container>,
        (message, repeated, tag = 2) containers: Vec<Container>,
        (string, required, tag = 3) restart_policy: String,
        (int64, optional, tag = 4) termination_grace_period_seconds: Option<i64>,
        (int64, optional, tag = 5) active_deadline_seconds: Option<i64>,
        (string, required, tag = 6) dns_policy: String,
        (btree_map = "string, string", tag = 7) node_selector: BTreeMap<String, String>,
        (string, required, tag = 8) service_account_name: String,
        (string, required, tag = 9) service_account: String,
        (bool, optional, tag = 21) automount_service_account_token: Option<bool>,
        (string, required, tag = 10) node_name: String,
        (bool, required, tag = 11) host_network: bool,
        #[serde(rename = "hostPID")]
        (bool, required, tag = 12) host_pid: bool,
        #[serde(rename = "hostIPC")]
        (bool, required, tag = 13) host_ipc: bool,
        (message, optional, tag = 14) security_context: Option<PodSecurityContext>,
        (message, repeated, tag = 15) image_pull_secrets: Vec<LocalObjectReference>,
        (string, required, tag = 16) hostname: String,
        (string, required, tag = 17) subdomain: String,
        (string, required, tag = 19) scheduler_name: String,
        (message, repeated, tag = 22) tolerations: Vec<Toleration>,
        (string, required, tag = 24) priority_class_name: String,
        (int32, optional, tag = 25) priority: Option<i32>,
        (bool, optional, tag = 30) enable_service_links: Option<bool>,
        (string, optional, tag = 31) preemption_policy: Option<String>,
    }

    PodSecurityContext {
        (int64, optional, tag = 2) run_as_user: Option<i64>,
        (int64, optional, tag = 6) run_as_group: Option<i64>,
        (bool, optional, tag = 3) run_as_non_root: Option<bool>,
        (int64, optional, tag = 5) fs_group: Option<i64>,
        (message, optional, tag = 10) seccomp_profile: Option<SeccompProfile>,
    }

    Toleration {
        (string, required, tag = 1) key: String,
        (string, required, tag = 2) operator: String,
        (string, required, tag = 3) value: String,
        (string, required, tag = 4) effect: String,
        (int64, optional, tag = 5) toleration_seconds: Option<i64>,
    }

    PodStatus {
        (int64, required, tag = 17) observed_generation: i64,
        (string, required, tag = 1) phase: String,
        (message, repeated, tag = 2) conditions: Vec<PodCondition>,
        (string, required, tag = 3) message: String,
        (string, required, tag = 4) reason: String,
        (string, required, tag = 11) nominated_node_name: String,
        #[serde(rename = "hostIP")]
        (string, required, tag = 5) host_ip: String,
        #[serde(rename = "hostIPs")]
        (message, repeated, tag = 16) host_ips: Vec<HostIp>,
        #[serde(rename = "podIP")]
        (string, required, tag = 6) pod_ip: String,
        #[serde(rename = "podIPs")]
        (message, repeated, tag = 12) pod_ips: Vec<PodIp>,
        (message, optional, tag = 7) start_time: Option<Time>,
        (message, repeated, tag = 10) init_container_statuses: Vec<ContainerStatus>,
        (message, repeated, tag = 8) container_statuses: Vec<ContainerStatus>,
        (string, required, tag = 9) qos_class: String,
        (string, required, tag = 14) resize: String,
    }

    PodCondition {
        (string, required, tag = 1) r#type: String,
        (int64, required, tag = 7) observed_generation: i64,
        (string, required, tag = 2) status: String,
        (message, optional, tag = 3) last_probe_time: Option<Time>,
        (message, required, tag = 4) last_transition_time: Time,
        (string, required, tag = 5) reason: String,
        (string, required, tag = 6) message: String,
    }

    HostIp {
        (string, required, tag = 1) ip: String,
    }

    PodIp {
        (string, required, tag = 1) ip: String,
    }

    ContainerStatus {
        (string, required, tag = 1) name: String,
        (message, required, tag = 2) state: ContainerState,
        (message, optional, tag = 3) last_state: Option<ContainerState>,
        (bool, optional, tag = 4) ready: Option<bool>,
        (int32, optional, tag = 5) restart_count: Option<i32>,
        (string, required, tag = 6) image: String,
        #[serde(rename = "imageID")]
        (string, required, tag = 7) image_id: String,
        #[serde(rename = "containerID")]
        (string, required, tag = 8) container_id: String,
        (bool, optional, tag = 9) started: Option<bool>,
    }

    ContainerState {
        (message, optional, tag = 1) waiting: Option<ContainerStateWaiting>,
        (message, optional, tag = 2) running: Option<ContainerStateRunning>,
        (message, optional, tag = 3) terminated: Option<ContainerStateTerminated>,
    }

    ContainerStateWaiting {
        (string, required, tag = 1) reason: String,
        (string, required, tag = 2) message: String,
    }

    ContainerStateRunning {
        (message, required, tag = 1) started_at: Time,
    }

    ContainerStateTerminated {
        (int32, optional, tag = 1) exit_code: Option<i32>,
        (int32, required, tag = 2) signal: i32,
        (string, required, tag = 3) reason: String,
        (string, required, tag = 4) message: String,
        (message, required, tag = 5) started_at: Time,
        (message, required, tag = 6) finished_at: Time,
        #[serde(rename = "containerID")]
        (string, required, tag = 7) container_id: String,
    }
}
