//! `apiVersion` and `kind`: what an object claims to be.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::Fault;
use super::fault::reason;
use crate::model::Kind;
use crate::wire::meta::nullable;

/// `metav1.TypeMeta`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TypeMeta {
    #[serde(deserialize_with = "nullable")]
    pub(super) api_version: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) kind: String,
}

/// What an object is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// A list; of what, where its kind says so.
    List(Option<TypeMeta>),
    Watched(Kind),
    /// Of a kind that is not watched.
    Other,
}

impl TypeMeta {
    /// The type of an object in JSON, which is read no further than needed.
    pub(super) fn peek(json: &str, line: u32) -> Result<Self, Fault> {
        let mut found = Self::default();
        let outcome = Peek(&mut found).deserialize(&mut serde_json::Deserializer::from_str(json));
        match outcome {
            Err(error) if !found.is_whole() => Err(Fault::new(line, reason(&error))),
            Ok(()) | Err(_) => Ok(found),
        }
    }

    fn is_whole(&self) -> bool {
        !self.api_version.is_empty() && !self.kind.is_empty()
    }

    /// What it is, or what is wrong with it.
    pub(super) fn sort(&self) -> Result<Sort, String> {
        match (self.api_version.as_str(), self.kind.as_str()) {
            ("", "") => return Err("apiVersion and kind are missing".to_owned()),
            ("", kind) => return Err(format!("{kind} has no apiVersion")),
            (version, "") => return Err(format!("an object of apiVersion {version} has no kind")),
            _ => {}
        }
        if let Some(kind) = self.kind.strip_suffix("List") {
            let items = Self { api_version: self.api_version.clone(), kind: kind.to_owned() };
            return Ok(Sort::List(Some(items).filter(|it| !it.kind.is_empty())));
        }
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        // Before Kubernetes 1.16 `extensions/v1beta1` served the kinds that are now of `apps`.
        let group = if group == "extensions" { "apps" } else { group };
        match Kind::find(group, &self.kind) {
            None => Ok(Sort::Other),
            Some(kind) if versions(group).contains(&version) => Ok(Sort::Watched(kind)),
            Some(kind) => Err(format!(
                "{kind} has the unknown apiVersion {}; expected {}",
                self.api_version,
                expected(group)
            )),
        }
    }
}

/// The versions in which a group of watched kinds is or was served, the present one first. In all of them the parts
/// of a pod stand where they stand now.
fn versions(group: &str) -> &'static [&'static str] {
    match group {
        "apps" => &["v1", "v1beta2", "v1beta1"],
        "batch" => &["v1", "v1beta1", "v2alpha1"],
        _ => &["v1"],
    }
}

fn expected(group: &str) -> String {
    if group.is_empty() { "v1".to_owned() } else { format!("{group}/{}", versions(group)[0]) }
}

/// Reads the type of an object into what it holds, and ends with an error as soon as it has both parts, so that the
/// rest of the object is not read.
struct Peek<'t>(&'t mut TypeMeta);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Field {
    ApiVersion,
    Kind,
    #[serde(other)]
    Other,
}

impl<'de> DeserializeSeed<'de> for Peek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Peek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_key()? {
            match field {
                Field::ApiVersion => self.0.api_version = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::Kind => self.0.kind = map.next_value::<Option<_>>()?.unwrap_or_default(),
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
            }
            if self.0.is_whole() {
                return Err(A::Error::custom("the rest is not read"));
            }
        }
        Ok(())
    }
}
