//! A pod's protobuf message with everything that decides its facts left unread.
//!
//! Most updates of a pod change nothing but what is skipped of its status. To see that, the other parts are compared as
//! bytes, which costs a fraction of decoding them.

use std::hash::{BuildHasher, Hash, Hasher};

use bytes::Bytes;
use prost::Message;

use super::Annotation;
use super::pod::is_finished;

/// The parts of a pod's message. They share the memory of the message.
#[derive(Clone, PartialEq, Message)]
pub struct Outline {
    #[prost(message, optional, tag = "1")]
    metadata: Option<MetaOutline>,
    /// As often as it stands in the message: an encoder may write it in pieces.
    #[prost(bytes = "bytes", repeated, tag = "2")]
    spec: Vec<Bytes>,
    #[prost(message, required, tag = "3")]
    status: StatusOutline,
}

#[derive(Clone, PartialEq, Message)]
struct MetaOutline {
    #[prost(bytes = "bytes", tag = "1")]
    name: Bytes,
    #[prost(bytes = "bytes", tag = "3")]
    namespace: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    uid: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    resource_version: Bytes,
    #[prost(bytes = "bytes", repeated, tag = "11")]
    labels: Vec<Bytes>,
    #[prost(message, repeated, tag = "12")]
    annotations: Vec<Annotation>,
    #[prost(bytes = "bytes", repeated, tag = "13")]
    owner_references: Vec<Bytes>,
}

/// What is decoded of a status. All else of it is skipped, so that it makes no difference.
#[derive(Clone, PartialEq, Message)]
struct StatusOutline {
    #[prost(bytes = "bytes", tag = "1")]
    phase: Bytes,
    #[prost(bytes = "bytes", tag = "6")]
    pod_ip: Bytes,
    #[prost(bytes = "bytes", repeated, tag = "12")]
    pod_ips: Vec<Bytes>,
}

impl Outline {
    /// The outline of a bare message; none if it is not well formed or its names are not text.
    pub fn of(message: &Bytes) -> Option<Self> {
        let outline = Self::decode(message.clone()).ok()?;
        let metadata = outline.metadata.as_ref()?;
        let MetaOutline { name, namespace, uid, resource_version, .. } = metadata;
        let text = [name, namespace, uid, resource_version, &outline.status.phase];
        text.iter().all(|it| std::str::from_utf8(it).is_ok()).then_some(outline)
    }

    pub fn name(&self) -> &str {
        self.text(|metadata| &metadata.name)
    }

    pub fn namespace(&self) -> &str {
        self.text(|metadata| &metadata.namespace)
    }

    /// The resource version as a number; 0 where it is none.
    pub fn resource_version(&self) -> u64 {
        self.text(|metadata| &metadata.resource_version).parse().unwrap_or(0)
    }

    /// A hash over everything that decides the pod's facts but its name and version; never 0. Who wrote it last does not
    /// count: of those who change nothing that does, most write its status.
    pub fn fingerprint(&self, keyed: &impl BuildHasher) -> u64 {
        let mut hash = keyed.build_hasher();
        if let Some(metadata) = &self.metadata {
            metadata.uid.hash(&mut hash);
            metadata.labels.hash(&mut hash);
            // Others change all the time, such as those by which leaders are elected.
            let annotations = metadata.annotations.iter().filter(|it| it.sets_profile());
            annotations.collect::<Vec<_>>().hash(&mut hash);
            metadata.owner_references.hash(&mut hash);
        }
        self.spec.hash(&mut hash);
        let StatusOutline { phase, pod_ip, pod_ips } = &self.status;
        // A pod comes to its other phases without any change of its facts.
        std::str::from_utf8(phase).is_ok_and(is_finished).hash(&mut hash);
        pod_ip.hash(&mut hash);
        pod_ips.hash(&mut hash);
        hash.finish().max(1)
    }

    fn text(&self, field: impl Fn(&MetaOutline) -> &Bytes) -> &str {
        let text = self.metadata.as_ref().map(|metadata| std::str::from_utf8(field(metadata)));
        text.and_then(Result::ok).unwrap_or_default()
    }
}
