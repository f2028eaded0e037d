//! Who may do what, from `k8s.io/api/rbac/v1`, and the service accounts of `k8s.io/api/core/v1`.

use super::{LabelSelector, LocalObjectReference, ObjectMeta, message};

message! {
    ServiceAccount {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, repeated, tag = 3) image_pull_secrets: Vec<LocalObjectReference>,
        (bool, optional, tag = 4) automount_service_account_token: Option<bool>,
    }

    Role {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, repeated, tag = 2) rules: Vec<PolicyRule>,
    }

    ClusterRole {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, repeated, tag = 2) rules: Vec<PolicyRule>,
        (message, optional, tag = 3) aggregation_rule: Option<AggregationRule>,
    }

    RoleBinding {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, repeated, tag = 2) subjects: Vec<Subject>,
        (message, required, tag = 3) role_ref: RoleRef,
    }

    ClusterRoleBinding {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, repeated, tag = 2) subjects: Vec<Subject>,
        (message, required, tag = 3) role_ref: RoleRef,
    }

    PolicyRule {
        (string, repeated, tag = 1) verbs: Vec<String>,
        (string, repeated, tag = 2) api_groups: Vec<String>,
        (string, repeated, tag = 3) resources: Vec<String>,
        (string, repeated, tag = 4) resource_names: Vec<String>,
        #[serde(rename = "nonResourceURLs")]
        (string, repeated, tag = 5) non_resource_urls: Vec<String>,
    }

    AggregationRule {
        (message, repeated, tag = 1) cluster_role_selectors: Vec<LabelSelector>,
    }

    RoleRef {
        (string, required, tag = 1) api_group: String,
        (string, required, tag = 2) kind: String,
        (string, required, tag = 3) name: String,
    }

    Subject {
        (string, required, tag = 1) kind: String,
        (string, required, tag = 2) api_group: String,
        (string, required, tag = 3) name: String,
        (string, required, tag = 4) namespace: String,
    }
}
