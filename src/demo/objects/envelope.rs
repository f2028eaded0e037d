//! What an object is wrapped in: `runtime.Unknown` on its own, `metav1.WatchEvent` in a watch.

use bytes::Bytes;

/// `runtime.TypeMeta`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct TypeMeta {
    #[prost(string, required, tag = 1)]
    pub api_version: String,
    #[prost(string, required, tag = 2)]
    pub kind: String,
}

/// `runtime.Unknown`, which stands behind the four bytes `k8s\0`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Unknown {
    #[prost(message, required, tag = 1)]
    pub type_meta: TypeMeta,
    #[prost(bytes = "bytes", required, tag = 2)]
    pub raw: Bytes,
    #[prost(string, required, tag = 3)]
    pub content_encoding: String,
    #[prost(string, required, tag = 4)]
    pub content_type: String,
}

/// `runtime.RawExtension`.
#[derive(Clone, PartialEq, prost::Message)]
pub struct RawExtension {
    #[prost(bytes = "bytes", required, tag = 1)]
    pub raw: Bytes,
}

/// `metav1.WatchEvent`, which stands behind its length in four bytes, the most significant first.
#[derive(Clone, PartialEq, prost::Message)]
pub struct WatchEvent {
    #[prost(string, required, tag = 1)]
    pub r#type: String,
    #[prost(message, required, tag = 2)]
    pub object: RawExtension,
}
