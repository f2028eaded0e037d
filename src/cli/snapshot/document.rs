//! The snapshot file: one document of JSON, complete, in an order that does not change.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::ser::{Error, SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::kept::Kept;
use crate::cli::manifests::Observed;
use crate::model::{Kind, ObjectKey, Sight};
use crate::snapshot::Snapshot;
use crate::wire::SNAPSHOT_SCHEMA;

#[derive(Serialize)]
pub(super) struct Document<'a> {
    schema: &'static str,
    /// Null for files.
    cluster: Option<&'a str>,
    time: Timestamp,
    kinds: Sights,
    unreadable: Vec<Unreadable>,
    objects: Objects<'a>,
}

/// How each kind is seen.
struct Sights(Vec<(Kind, Sight)>);

#[derive(Serialize)]
struct Unreadable {
    kind: &'static str,
    namespace: String,
    name: String,
    error: String,
}

/// The objects, each read when it is written.
struct Objects<'a> {
    snapshot: &'a Snapshot,
    kept: &'a Kept,
}

impl<'a> Document<'a> {
    pub(super) fn new(
        cluster: Option<&'a str>,
        time: Timestamp,
        snapshot: &'a Snapshot,
        kept: &'a Kept,
    ) -> Self {
        let kinds = Sights(Kind::ALL.into_iter().map(|kind| (kind, snapshot.sight(kind))).collect());
        let unreadable = Kind::ALL.into_iter().flat_map(|kind| unreadable(kind, snapshot)).collect();
        let objects = Objects { snapshot, kept };
        Self { schema: SNAPSHOT_SCHEMA, cluster, time, kinds, unreadable, objects }
    }

    /// Writes each object on a line of its own.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }

    /// What could not be seen.
    pub(super) fn hidden(&self) -> impl Iterator<Item = String> {
        let kinds = self.kinds.0.iter().filter(|(_, sight)| *sight != Sight::Synced);
        let kinds = kinds.map(|(kind, sight)| format!("{kind} is not seen: {}", Observed::sight(sight)));
        let unreadable = self.unreadable.iter().map(|it| {
            let Unreadable { kind, namespace, name, error } = it;
            format!("{kind} {namespace}/{name}: {error}")
        });
        kinds.chain(unreadable)
    }
}

fn unreadable(kind: Kind, snapshot: &Snapshot) -> impl Iterator<Item = Unreadable> {
    snapshot.unreadable_of(kind).into_iter().map(move |(key, error)| {
        let ObjectKey { namespace, name, .. } = key;
        Unreadable { kind: kind.label(), namespace: namespace.to_string(), name: name.to_string(), error }
    })
}

impl Serialize for Sights {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut kinds = serializer.serialize_map(Some(self.0.len()))?;
        for (kind, sight) in &self.0 {
            kinds.serialize_entry(kind.label(), Observed::sight(sight))?;
        }
        kinds.end()
    }
}

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // What was deleted since it came is not there any more.
        let there = self.kept.places().filter(|(key, _)| self.snapshot.holds_object(key));
        let mut objects = serializer.serialize_seq(None)?;
        for (_, place) in there {
            let json = self.kept.read(place).map_err(S::Error::custom)?;
            objects.serialize_element(&RawValue::from_string(json).map_err(S::Error::custom)?)?;
        }
        objects.end()
    }
}
