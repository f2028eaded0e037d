//! Volumes, of which little more is read than which source is set.

use std::fmt;

use bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, message, skip_field};
use prost::{DecodeError, Message};
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::meta::{is_default, nullable};
use super::{Projected, SecretVolume};

/// `v1.Volume`: in protobuf its source is a message of its own, in JSON and YAML its fields stand beside the
/// name.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Volume {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, required, tag = "2")]
    pub source: VolumeSource,
}

/// `v1.VolumeSource`. Kubernetes lets one of its fields be set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VolumeSource {
    pub host_path: Option<HostPath>,
    pub csi: Option<Csi>,
    pub secret: Option<SecretVolume>,
    pub projected: Option<Projected>,
    /// The others that are set: the bits of their places in [`FIELDS`], and the bit behind all places for
    /// any that stands in none.
    others: u32,
}

/// `v1.HostPathVolumeSource`.
#[derive(Clone, PartialEq, Eq, Message, Deserialize, Serialize)]
#[serde(default)]
pub struct HostPath {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub path: String,
}

/// `v1.CSIVolumeSource`.
#[derive(Clone, PartialEq, Eq, Message, Deserialize, Serialize)]
#[serde(default)]
pub struct Csi {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable", skip_serializing_if = "is_default")]
    pub driver: String,
}

/// The fields of a source. Kubernetes numbers them from 1 on.
const FIELDS: [&str; 30] = [
    "hostPath",
    "emptyDir",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "gitRepo",
    "secret",
    "nfs",
    "iscsi",
    "glusterfs",
    "persistentVolumeClaim",
    "rbd",
    "flexVolume",
    "cinder",
    "cephfs",
    "flocker",
    "downwardAPI",
    "fc",
    "azureFile",
    "configMap",
    "vsphereVolume",
    "quobyte",
    "azureDisk",
    "photonPersistentDisk",
    "portworxVolume",
    "scaleIO",
    "projected",
    "storageos",
    "csi",
    "ephemeral",
    "image",
];

/// What stands for a source that is none of them.
const UNKNOWN: &str = "unknown";

const HOST_PATH: u32 = 1;
const SECRET: u32 = 6;
const PROJECTED: u32 = 26;
const CSI: u32 = 28;

impl VolumeSource {
    /// The field that is set, such as `configMap`; `emptyDir` where none is, as Kubernetes defaults it, and
    /// `unknown` where it is none of those that Kubernetes had when this was written.
    pub fn field(&self) -> &'static str {
        match self {
            Self { host_path: Some(_), .. } => "hostPath",
            Self { csi: Some(_), .. } => "csi",
            Self { secret: Some(_), .. } => "secret",
            Self { projected: Some(_), .. } => "projected",
            Self { others: 0, .. } => "emptyDir",
            Self { others, .. } => FIELDS.get(others.trailing_zeros() as usize).unwrap_or(&UNKNOWN),
        }
    }

    fn set(&mut self, place: usize) {
        self.others |= 1 << place.min(FIELDS.len());
    }

    /// The numbers of the other fields that are set.
    fn others(&self) -> impl Iterator<Item = u32> {
        (0..u32::BITS).filter(|place| self.others & 1 << place != 0).map(|place| place + 1)
    }
}

/// Written by hand, so that a field of a later Kubernetes is told apart from none.
impl Message for VolumeSource {
    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buf: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        match tag {
            HOST_PATH => message::merge(wire_type, self.host_path.get_or_insert_default(), buf, context),
            SECRET => message::merge(wire_type, self.secret.get_or_insert_default(), buf, context),
            PROJECTED => message::merge(wire_type, self.projected.get_or_insert_default(), buf, context),
            CSI => message::merge(wire_type, self.csi.get_or_insert_default(), buf, context),
            _ => {
                self.set(tag as usize - 1);
                skip_field(wire_type, tag, buf, context)
            }
        }
    }

    fn encode_raw(&self, buf: &mut impl BufMut) {
        self.host_path.iter().for_each(|it| message::encode(HOST_PATH, it, buf));
        self.secret.iter().for_each(|it| message::encode(SECRET, it, buf));
        self.projected.iter().for_each(|it| message::encode(PROJECTED, it, buf));
        self.csi.iter().for_each(|it| message::encode(CSI, it, buf));
        self.others().for_each(|tag| message::encode(tag, &(), buf));
    }

    fn encoded_len(&self) -> usize {
        let host_path = self.host_path.as_ref().map_or(0, |it| message::encoded_len(HOST_PATH, it));
        let secret = self.secret.as_ref().map_or(0, |it| message::encoded_len(SECRET, it));
        let projected = self.projected.as_ref().map_or(0, |it| message::encoded_len(PROJECTED, it));
        let csi = self.csi.as_ref().map_or(0, |it| message::encoded_len(CSI, it));
        host_path
            + secret
            + projected
            + csi
            + self.others().map(|tag| message::encoded_len(tag, &())).sum::<usize>()
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

impl<'de> Deserialize<'de> for Volume {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for Volume {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, source } = self;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("name", name)?;
        entry(&mut fields, "hostPath", source.host_path.as_ref())?;
        entry(&mut fields, "secret", source.secret.as_ref())?;
        entry(&mut fields, "projected", source.projected.as_ref())?;
        entry(&mut fields, "csi", source.csi.as_ref())?;
        for number in source.others() {
            let field = FIELDS.get(number as usize - 1).unwrap_or(&UNKNOWN);
            fields.serialize_entry(field, &serde_json::Map::new())?;
        }
        fields.end()
    }
}

fn entry<M: SerializeMap>(
    fields: &mut M,
    name: &str,
    value: Option<&impl Serialize>,
) -> Result<(), M::Error> {
    value.map_or(Ok(()), |value| fields.serialize_entry(name, value))
}

struct Fields;

impl<'de> Visitor<'de> for Fields {
    type Value = Volume;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a volume")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Volume, A::Error> {
        let mut volume = Volume::default();
        let source = &mut volume.source;
        while let Some(field) = fields.next_key::<String>()? {
            match field.as_str() {
                "name" => volume.name = fields.next_value::<Option<_>>()?.unwrap_or_default(),
                "hostPath" => source.host_path = fields.next_value()?,
                "secret" => source.secret = fields.next_value()?,
                "projected" => source.projected = fields.next_value()?,
                "csi" => source.csi = fields.next_value()?,
                _ => {
                    if fields.next_value::<Option<IgnoredAny>>()?.is_some() {
                        let place = FIELDS.iter().position(|known| *known == field);
                        source.set(place.unwrap_or(FIELDS.len()));
                    }
                }
            }
        }
        Ok(volume)
    }
}
