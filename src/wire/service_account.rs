//! The service account.

use serde::Deserialize;

use super::{Content, Object, ObjectMeta};
use crate::model::Kind;

/// `v1.ServiceAccount`. The secrets that it names are skipped: nothing reads them.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ServiceAccount {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(bool, optional, tag = "4")]
    automount_service_account_token: Option<bool>,
}

impl ServiceAccount {
    pub(super) fn into_object(self, kind: Kind) -> Object {
        let content = Content::ServiceAccount { automount_token: self.automount_service_account_token };
        Object { content, ..Object::of(kind, self.metadata.unwrap_or_default()) }
    }
}
