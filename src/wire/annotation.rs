//! The annotations that set seccomp and `AppArmor` profiles, as Kubernetes had it before there were fields.
//!
//! All others are dropped while decoding: nothing reads them, and what was last applied to an object may hold
//! secrets.

use std::collections::BTreeMap;
use std::fmt;

use bytes::Bytes;
use serde::Deserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};

/// The seccomp profile of a pod.
const POD_SECCOMP: &[u8] = b"seccomp.security.alpha.kubernetes.io/pod";

/// What stands before a container's name.
const CONTAINER_PREFIXES: [&[u8]; 2] =
    [b"container.seccomp.security.alpha.kubernetes.io/", b"container.apparmor.security.beta.kubernetes.io/"];

/// An entry of `metadata.annotations`. Decoded from protobuf it shares the memory of the message, so that
/// nothing is copied of those that are dropped.
#[derive(Clone, PartialEq, Eq, Hash, prost::Message)]
pub struct Annotation {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

impl Annotation {
    /// Whether it sets a profile.
    pub(super) fn sets_profile(&self) -> bool {
        sets_profile(&self.key)
    }
}

fn sets_profile(key: &[u8]) -> bool {
    key == POD_SECCOMP || CONTAINER_PREFIXES.iter().any(|prefix| key.starts_with(prefix))
}

/// Those that set profiles, by their keys.
pub(super) fn profiles(annotations: &[Annotation]) -> BTreeMap<String, String> {
    let text = |bytes: &Bytes| String::from_utf8_lossy(bytes).into_owned();
    let kept = annotations.iter().filter(|annotation| annotation.sets_profile());
    kept.map(|annotation| (text(&annotation.key), text(&annotation.value))).collect()
}

/// Reads those that set profiles from JSON and YAML.
pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Annotation>, D::Error> {
    deserializer.deserialize_option(Entries)
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Vec<Annotation>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map of annotations")
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            if sets_profile(key.as_bytes()) {
                let value = entries.next_value::<Option<String>>()?.unwrap_or_default();
                kept.push(Annotation { key: key.into(), value: value.into() });
            } else {
                entries.next_value::<IgnoredAny>()?;
            }
        }
        Ok(kept)
    }
}
