//! The types whose JSON form is not that of a struct.

use jiff::Timestamp;
use serde::ser::{Error, Serialize, Serializer};
use serde_json::value::RawValue;

/// `metav1.Time`. The zero time, which the default is, goes over the wire as an empty message.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Time {
    #[prost(int64, optional, tag = 1)]
    pub seconds: Option<i64>,
    #[prost(int32, optional, tag = 2)]
    pub nanos: Option<i32>,
}

impl Time {
    /// The time in whole seconds, which is what Kubernetes keeps of it.
    pub fn new(time: Timestamp) -> Self {
        Self { seconds: Some(time.as_second()), nanos: Some(0) }
    }

    /// The time so many seconds later; the zero time stays what it is.
    pub fn plus_secs(self, secs: i64) -> Self {
        Self { seconds: self.seconds.map(|seconds| seconds + secs), nanos: self.nanos }
    }
}

impl Serialize for Time {
    /// RFC 3339 in whole seconds.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(seconds) = self.seconds else { return serializer.serialize_none() };
        serializer.collect_str(&Timestamp::from_second(seconds).map_err(S::Error::custom)?)
    }
}

/// `resource.Quantity`, in the notation in which it was written.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Quantity {
    #[prost(string, required, tag = 1)]
    pub string: String,
}

impl Quantity {
    pub fn new(string: &str) -> Self {
        Self { string: string.to_owned() }
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.string)
    }
}

/// `intstr.IntOrString`: a number where `type` is 0, a string where it is 1.
#[derive(Clone, PartialEq, prost::Message)]
pub struct IntOrString {
    #[prost(int64, required, tag = 1)]
    pub r#type: i64,
    #[prost(int32, required, tag = 2)]
    pub int_val: i32,
    #[prost(string, required, tag = 3)]
    pub str_val: String,
}

impl IntOrString {
    pub fn int(value: i32) -> Self {
        Self { int_val: value, ..Self::default() }
    }

    pub fn string(value: &str) -> Self {
        Self { r#type: 1, str_val: value.to_owned(), ..Self::default() }
    }
}

impl Serialize for IntOrString {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.r#type {
            0 => serializer.serialize_i32(self.int_val),
            _ => serializer.serialize_str(&self.str_val),
        }
    }
}

/// `metav1.FieldsV1`: the set of fields that a writer owns, which is JSON in both encodings.
#[derive(Clone, PartialEq, prost::Message)]
pub struct FieldsV1 {
    #[prost(bytes = "bytes", required, tag = 1)]
    pub raw: bytes::Bytes,
}

impl Serialize for FieldsV1 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_slice(&self.raw).map_err(S::Error::custom)?;
        raw.serialize(serializer)
    }
}
