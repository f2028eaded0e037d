//! A pod's volumes, from `k8s.io/api/core/v1`.

use super::{LocalObjectReference, ObjectFieldSelector, Quantity, message};

message! {
    Volume {
        (string, required, tag = 1) name: String,
        #[serde(flatten)]
        (message, required, tag = 2) volume_source: VolumeSource,
    }

    VolumeSource {
        (message, optional, tag = 1) host_path: Option<HostPathVolumeSource>,
        (message, optional, tag = 2) empty_dir: Option<EmptyDirVolumeSource>,
        (message, optional, tag = 6) secret: Option<SecretVolumeSource>,
        (message, optional, tag = 19) config_map: Option<ConfigMapVolumeSource>,
        (message, optional, tag = 26) projected: Option<ProjectedVolumeSource>,
    }

    HostPathVolumeSource {
        (string, required, tag = 1) path: String,
        (string, optional, tag = 2) r#type: Option<String>,
    }

    EmptyDirVolumeSource {
        (string, required, tag = 1) medium: String,
        (message, optional, tag = 2) size_limit: Option<Quantity>,
    }

    SecretVolumeSource {
        (string, required, tag = 1) secret_name: String,
        (message, repeated, tag = 2) items: Vec<KeyToPath>,
        (int32, optional, tag = 3) default_mode: Option<i32>,
        (bool, optional, tag = 4) optional: Option<bool>,
    }

    ConfigMapVolumeSource {
        #[serde(flatten)]
        (message, required, tag = 1) local_object_reference: LocalObjectReference,
        (message, repeated, tag = 2) items: Vec<KeyToPath>,
        (int32, optional, tag = 3) default_mode: Option<i32>,
        (bool, optional, tag = 4) optional: Option<bool>,
    }

    KeyToPath {
        (string, required, tag = 1) key: String,
        (string, required, tag = 2) path: String,
        (int32, optional, tag = 3) mode: Option<i32>,
    }

    ProjectedVolumeSource {
        (message, repeated, tag = 1) sources: Vec<VolumeProjection>,
        (int32, optional, tag = 2) default_mode: Option<i32>,
    }

    VolumeProjection {
        #[serde(rename = "downwardAPI")]
        (message, optional, tag = 2) downward_api: Option<DownwardApiProjection>,
        (message, optional, tag = 3) config_map: Option<ConfigMapProjection>,
        (message, optional, tag = 4) service_account_token: Option<ServiceAccountTokenProjection>,
    }

    DownwardApiProjection {
        (message, repeated, tag = 1) items: Vec<DownwardApiVolumeFile>,
    }

    DownwardApiVolumeFile {
        (string, required, tag = 1) path: String,
        (message, optional, tag = 2) field_ref: Option<ObjectFieldSelector>,
    }

    ConfigMapProjection {
        #[serde(flatten)]
        (message, required, tag = 1) local_object_reference: LocalObjectReference,
        (message, repeated, tag = 2) items: Vec<KeyToPath>,
        (bool, optional, tag = 4) optional: Option<bool>,
    }

    ServiceAccountTokenProjection {
        (string, required, tag = 1) audience: String,
        (int64, optional, tag = 2) expiration_seconds: Option<i64>,
        (string, required, tag = 3) path: String,
    }
}
