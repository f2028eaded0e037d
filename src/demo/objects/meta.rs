//! What all objects have, from `k8s.io/apimachinery/pkg/apis/meta/v1`.

use std::collections::BTreeMap;

use super::{FieldsV1, Time, message};

message! {
    ObjectMeta {
        (string, required, tag = 1) name: String,
        (string, required, tag = 2) generate_name: String,
        (string, required, tag = 3) namespace: String,
        (string, required, tag = 4) self_link: String,
        (string, required, tag = 5) uid: String,
        (string, required, tag = 6) resource_version: String,
        (int64, required, tag = 7) generation: i64,
        (message, required, tag = 8) creation_timestamp: Time,
        (message, optional, tag = 9) deletion_timestamp: Option<Time>,
        (int64, optional, tag = 10) deletion_grace_period_seconds: Option<i64>,
        (btree_map = "string, string", tag = 11) labels: BTreeMap<String, String>,
        (btree_map = "string, string", tag = 12) annotations: BTreeMap<String, String>,
        (message, repeated, tag = 13) owner_references: Vec<OwnerReference>,
        (string, repeated, tag = 14) finalizers: Vec<String>,
        (message, repeated, tag = 17) managed_fields: Vec<ManagedFieldsEntry>,
    }

    OwnerReference {
        (string, required, tag = 5) api_version: String,
        (string, required, tag = 1) kind: String,
        (string, required, tag = 3) name: String,
        (string, required, tag = 4) uid: String,
        (bool, optional, tag = 6) controller: Option<bool>,
        (bool, optional, tag = 7) block_owner_deletion: Option<bool>,
    }

    ManagedFieldsEntry {
        (string, required, tag = 1) manager: String,
        (string, required, tag = 2) operation: String,
        (string, required, tag = 3) api_version: String,
        (message, optional, tag = 4) time: Option<Time>,
        (string, required, tag = 6) fields_type: String,
        (message, optional, tag = 7) fields_v1: Option<FieldsV1>,
        (string, required, tag = 8) subresource: String,
    }

    LabelSelector {
        (btree_map = "string, string", tag = 1) match_labels: BTreeMap<String, String>,
        (message, repeated, tag = 2) match_expressions: Vec<LabelSelectorRequirement>,
    }

    LabelSelectorRequirement {
        (string, required, tag = 1) key: String,
        (string, required, tag = 2) operator: String,
        (string, repeated, tag = 3) values: Vec<String>,
    }

    LocalObjectReference {
        (string, required, tag = 1) name: String,
    }

    ListMeta {
        (string, required, tag = 1) self_link: String,
        (string, required, tag = 2) resource_version: String,
        (string, required, tag = 3) r#continue: String,
        (int64, optional, tag = 4) remaining_item_count: Option<i64>,
    }

    /// What the server answers in place of what was asked for.
    Status {
        (message, optional, tag = 1) metadata: Option<ListMeta>,
        (string, required, tag = 2) status: String,
        (string, required, tag = 3) message: String,
        (string, required, tag = 4) reason: String,
        (message, optional, tag = 5) details: Option<StatusDetails>,
        (int32, required, tag = 6) code: i32,
    }

    StatusDetails {
        (string, required, tag = 1) name: String,
        (string, required, tag = 2) group: String,
        (string, required, tag = 3) kind: String,
        (string, required, tag = 6) uid: String,
        (message, repeated, tag = 4) causes: Vec<StatusCause>,
        (int32, required, tag = 5) retry_after_seconds: i32,
    }

    StatusCause {
        (string, required, tag = 1) reason: String,
        (string, required, tag = 2) message: String,
        (string, required, tag = 3) field: String,
    }
}
