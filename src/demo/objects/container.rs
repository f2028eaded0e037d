//! A container and what hangs on it, from `k8s.io/api/core/v1`.

use std::collections::BTreeMap;

use super::{IntOrString, LocalObjectReference, Quantity, message};

message! {
    Container {
        (string, required, tag = 1) name: String,
        (string, required, tag = 2) image: String,
        (string, repeated, tag = 3) command: Vec<String>,
        (string, repeated, tag = 4) args: Vec<String>,
        (string, required, tag = 5) working_dir: String,
        (message, repeated, tag = 6) ports: Vec<ContainerPort>,
        (message, repeated, tag = 7) env: Vec<EnvVar>,
        (message, optional, tag = 8) resources: Option<ResourceRequirements>,
        (string, optional, tag = 24) restart_policy: Option<String>,
        (message, repeated, tag = 9) volume_mounts: Vec<VolumeMount>,
        (message, optional, tag = 10) liveness_probe: Option<Probe>,
        (message, optional, tag = 11) readiness_probe: Option<Probe>,
        (message, optional, tag = 22) startup_probe: Option<Probe>,
        (string, required, tag = 13) termination_message_path: String,
        (string, required, tag = 20) termination_message_policy: String,
        (string, required, tag = 14) image_pull_policy: String,
        (message, optional, tag = 15) security_context: Option<SecurityContext>,
        (bool, required, tag = 16) stdin: bool,
        (bool, required, tag = 17) stdin_once: bool,
        (bool, required, tag = 18) tty: bool,
    }

    ContainerPort {
        (string, required, tag = 1) name: String,
        (int32, required, tag = 2) host_port: i32,
        (int32, required, tag = 3) container_port: i32,
        (string, required, tag = 4) protocol: String,
        #[serde(rename = "hostIP")]
        (string, required, tag = 5) host_ip: String,
    }

    EnvVar {
        (string, required, tag = 1) name: String,
        (string, required, tag = 2) value: String,
        (message, optional, tag = 3) value_from: Option<EnvVarSource>,
    }

    EnvVarSource {
        (message, optional, tag = 1) field_ref: Option<ObjectFieldSelector>,
        (message, optional, tag = 4) secret_key_ref: Option<SecretKeySelector>,
    }

    ObjectFieldSelector {
        (string, required, tag = 1) api_version: String,
        (string, required, tag = 2) field_path: String,
    }

    SecretKeySelector {
        #[serde(flatten)]
        (message, required, tag = 1) local_object_reference: LocalObjectReference,
        (string, required, tag = 2) key: String,
        (bool, optional, tag = 3) optional: Option<bool>,
    }

    ResourceRequirements {
        (btree_map = "string, message", tag = 1) limits: BTreeMap<String, Quantity>,
        (btree_map = "string, message", tag = 2) requests: BTreeMap<String, Quantity>,
    }

    VolumeMount {
        (string, required, tag = 1) name: String,
        (bool, required, tag = 2) read_only: bool,
        (string, required, tag = 3) mount_path: String,
        (string, required, tag = 4) sub_path: String,
        (string, optional, tag = 5) mount_propagation: Option<String>,
        (string, required, tag = 6) sub_path_expr: String,
    }

    Probe {
        #[serde(flatten)]
        (message, required, tag = 1) handler: ProbeHandler,
        (int32, required, tag = 2) initial_delay_seconds: i32,
        (int32, required, tag = 3) timeout_seconds: i32,
        (int32, required, tag = 4) period_seconds: i32,
        (int32, required, tag = 5) success_threshold: i32,
        (int32, required, tag = 6) failure_threshold: i32,
    }

    ProbeHandler {
        (message, optional, tag = 2) http_get: Option<HttpGetAction>,
    }

    HttpGetAction {
        (string, required, tag = 1) path: String,
        (message, required, tag = 2) port: IntOrString,
        (string, required, tag = 3) host: String,
        (string, required, tag = 4) scheme: String,
    }

    SecurityContext {
        (message, optional, tag = 1) capabilities: Option<Capabilities>,
        (bool, optional, tag = 2) privileged: Option<bool>,
        (int64, optional, tag = 4) run_as_user: Option<i64>,
        (int64, optional, tag = 8) run_as_group: Option<i64>,
        (bool, optional, tag = 5) run_as_non_root: Option<bool>,
        (bool, optional, tag = 6) read_only_root_filesystem: Option<bool>,
        (bool, optional, tag = 7) allow_privilege_escalation: Option<bool>,
        (string, optional, tag = 9) proc_mount: Option<String>,
        (message, optional, tag = 11) seccomp_profile: Option<SeccompProfile>,
    }

    Capabilities {
        (string, repeated, tag = 1) add: Vec<String>,
        (string, repeated, tag = 2) drop: Vec<String>,
    }

    SeccompProfile {
        (string, required, tag = 1) r#type: String,
        (string, optional, tag = 2) localhost_profile: Option<String>,
    }
}
