//! Namespaces and the controllers that keep pods running, from `k8s.io/api/core/v1` and `apps/v1`.

use std::collections::BTreeMap;

use super::{IntOrString, LabelSelector, ObjectMeta, PodTemplateSpec, Time, message};

message! {
    Namespace {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: NamespaceSpec,
        (message, required, tag = 3) status: NamespaceStatus,
    }

    NamespaceSpec {
        (string, repeated, tag = 1) finalizers: Vec<String>,
    }

    NamespaceStatus {
        (string, required, tag = 1) phase: String,
    }

    ReplicationController {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: ReplicationControllerSpec,
        (message, required, tag = 3) status: ReplicationControllerStatus,
    }

    ReplicationControllerSpec {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (int32, required, tag = 4) min_ready_seconds: i32,
        (btree_map = "string, string", tag = 2) selector: BTreeMap<String, String>,
        (message, optional, tag = 3) template: Option<PodTemplateSpec>,
    }

    ReplicationControllerStatus {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (int32, required, tag = 2) fully_labeled_replicas: i32,
        (int32, required, tag = 4) ready_replicas: i32,
        (int32, required, tag = 5) available_replicas: i32,
        (int64, required, tag = 3) observed_generation: i64,
    }

    ReplicaSet {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: ReplicaSetSpec,
        (message, required, tag = 3) status: ReplicaSetStatus,
    }

    ReplicaSetSpec {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (int32, required, tag = 4) min_ready_seconds: i32,
        (message, optional, tag = 2) selector: Option<LabelSelector>,
        (message, required, tag = 3) template: PodTemplateSpec,
    }

    ReplicaSetStatus {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (int32, required, tag = 2) fully_labeled_replicas: i32,
        (int32, required, tag = 4) ready_replicas: i32,
        (int32, required, tag = 5) available_replicas: i32,
        (int64, required, tag = 3) observed_generation: i64,
    }

    Deployment {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: DeploymentSpec,
        (message, required, tag = 3) status: DeploymentStatus,
    }

    DeploymentSpec {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (message, optional, tag = 2) selector: Option<LabelSelector>,
        (message, required, tag = 3) template: PodTemplateSpec,
        (message, required, tag = 4) strategy: DeploymentStrategy,
        (int32, required, tag = 5) min_ready_seconds: i32,
        (int32, optional, tag = 6) revision_history_limit: Option<i32>,
        (bool, required, tag = 7) paused: bool,
        (int32, optional, tag = 9) progress_deadline_seconds: Option<i32>,
    }

    DeploymentStrategy {
        (string, required, tag = 1) r#type: String,
        (message, optional, tag = 2) rolling_update: Option<RollingUpdateDeployment>,
    }

    RollingUpdateDeployment {
        (message, optional, tag = 1) max_unavailable: Option<IntOrString>,
        (message, optional, tag = 2) max_surge: Option<IntOrString>,
    }

    DeploymentStatus {
        (int64, required, tag = 1) observed_generation: i64,
        (int32, required, tag = 2) replicas: i32,
        (int32, required, tag = 3) updated_replicas: i32,
        (int32, required, tag = 7) ready_replicas: i32,
        (int32, required, tag = 4) available_replicas: i32,
        (int32, required, tag = 5) unavailable_replicas: i32,
        (message, repeated, tag = 6) conditions: Vec<DeploymentCondition>,
    }

    DeploymentCondition {
        (string, required, tag = 1) r#type: String,
        (string, required, tag = 2) status: String,
        (message, required, tag = 6) last_update_time: Time,
        (message, required, tag = 7) last_transition_time: Time,
        (string, required, tag = 4) reason: String,
        (string, required, tag = 5) message: String,
    }

    StatefulSet {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: StatefulSetSpec,
        (message, required, tag = 3) status: StatefulSetStatus,
    }

    StatefulSetSpec {
        (int32, optional, tag = 1) replicas: Option<i32>,
        (message, optional, tag = 2) selector: Option<LabelSelector>,
        (message, required, tag = 3) template: PodTemplateSpec,
        (string, required, tag = 5) service_name: String,
        (string, required, tag = 6) pod_management_policy: String,
        (message, required, tag = 7) update_strategy: StatefulSetUpdateStrategy,
        (int32, optional, tag = 8) revision_history_limit: Option<i32>,
        (int32, required, tag = 9) min_ready_seconds: i32,
        (message, optional, tag = 10) persistent_volume_claim_retention_policy: Option<ClaimRetentionPolicy>,
    }

    /// `StatefulSetPersistentVolumeClaimRetentionPolicy`.
    ClaimRetentionPolicy {
        (string, required, tag = 1) when_deleted: String,
        (string, required, tag = 2) when_scaled: String,
    }

    StatefulSetUpdateStrategy {
        (string, required, tag = 1) r#type: String,
        (message, optional, tag = 2) rolling_update: Option<RollingUpdateStatefulSetStrategy>,
    }

    RollingUpdateStatefulSetStrategy {
        (int32, optional, tag = 1) partition: Option<i32>,
    }

    StatefulSetStatus {
        (int64, required, tag = 1) observed_generation: i64,
        (int32, optional, tag = 2) replicas: Option<i32>,
        (int32, required, tag = 3) ready_replicas: i32,
        (int32, required, tag = 4) current_replicas: i32,
        (int32, required, tag = 5) updated_replicas: i32,
        (string, required, tag = 6) current_revision: String,
        (string, required, tag = 7) update_revision: String,
        (int32, optional, tag = 9) collision_count: Option<i32>,
        (int32, optional, tag = 11) available_replicas: Option<i32>,
    }

    DaemonSet {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: DaemonSetSpec,
        (message, required, tag = 3) status: DaemonSetStatus,
    }

    DaemonSetSpec {
        (message, optional, tag = 1) selector: Option<LabelSelector>,
        (message, required, tag = 2) template: PodTemplateSpec,
        (message, required, tag = 3) update_strategy: DaemonSetUpdateStrategy,
        (int32, required, tag = 4) min_ready_seconds: i32,
        (int32, optional, tag = 6) revision_history_limit: Option<i32>,
    }

    DaemonSetUpdateStrategy {
        (string, required, tag = 1) r#type: String,
        (message, optional, tag = 2) rolling_update: Option<RollingUpdateDaemonSet>,
    }

    RollingUpdateDaemonSet {
        (message, optional, tag = 1) max_unavailable: Option<IntOrString>,
        (message, optional, tag = 2) max_surge: Option<IntOrString>,
    }

    DaemonSetStatus {
        (int32, optional, tag = 1) current_number_scheduled: Option<i32>,
        (int32, optional, tag = 2) number_misscheduled: Option<i32>,
        (int32, optional, tag = 3) desired_number_scheduled: Option<i32>,
        (int32, optional, tag = 4) number_ready: Option<i32>,
        (int64, required, tag = 5) observed_generation: i64,
        (int32, required, tag = 6) updated_number_scheduled: i32,
        (int32, required, tag = 7) number_available: i32,
        (int32, required, tag = 8) number_unavailable: i32,
    }
}
