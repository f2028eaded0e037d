//! The cases of cases.txt: mutations of a clean pod, with what they violate.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use serde_json::Value;

use crate::baseline::Level;
use crate::checks::pod_security::CONTROLS;
use crate::model::Kind;
use crate::snapshot::{Change, Intake, PodTemplate};
use crate::wire::{Item, decode_json};

/// A pod, and what it violates.
#[derive(Debug)]
pub(super) struct Case {
    /// Its block in the file.
    pub(super) text: &'static str,
    pub(super) pod: Value,
    verdicts: Vec<Verdict>,
}

/// A control, with the levels and minor versions at which it is violated.
#[derive(Debug)]
struct Verdict {
    id: &'static str,
    level: Option<Level>,
    minors: RangeInclusive<u16>,
}

/// The pod that violates nothing.
pub(super) fn clean() -> Value {
    serde_json::from_str(include_str!("clean.json")).unwrap()
}

/// What the product makes of a pod's manifest.
pub(super) fn template_of(pod: &Value) -> Arc<PodTemplate> {
    let object = decode_json(Kind::Pod, pod.to_string().as_bytes()).unwrap();
    let Change::Seen(facts) = Intake::default().seen(Item::Object(object)) else { panic!("it is readable") };
    facts.template.unwrap()
}

impl Case {
    pub(super) fn all() -> Vec<Self> {
        include_str!("cases.txt").split("\n\n").filter_map(Self::read).collect()
    }

    fn read(text: &'static str) -> Option<Self> {
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let (verdicts, mutations): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with(' '));
        let mut pod = clean();
        for mutation in &mutations {
            let (pointer, value) = mutation.split_once(" = ").unwrap();
            set(&mut pod, pointer, serde_json::from_str(value).unwrap());
        }
        let verdicts = verdicts.into_iter().map(Verdict::read).collect();
        (!mutations.is_empty()).then_some(Self { text, pod, verdicts })
    }

    /// The ids of the controls that it violates at this level and version.
    pub(super) fn expected(&self, level: Level, minor: u16) -> BTreeSet<&'static str> {
        let applies = |it: &&Verdict| match it.level {
            Some(only) => only == level && it.minors.contains(&minor),
            None => level != Level::Privileged && it.minors.contains(&minor),
        };
        self.verdicts.iter().filter(applies).map(|verdict| verdict.id).collect()
    }
}

impl Verdict {
    /// `ID [LEVEL] [FROM..UNTIL]`.
    fn read(line: &str) -> Self {
        let mut words = line.split_whitespace().peekable();
        let name = words.next().unwrap();
        let mut ids = CONTROLS.iter().map(|control| control.check.info.id);
        let id = ids.find(|id| id.strip_prefix("pod-security/") == Some(name)).expect(name);
        let level = words.peek().and_then(|word| Level::parse(word));
        let versions = if level.is_some() { words.nth(1) } else { words.next() }.unwrap_or("..");
        let (from, until) = versions.split_once("..").expect(line);
        let minor = |text: &str, open| if text.is_empty() { open } else { text.parse().expect(line) };
        Self { id, level, minors: minor(from, 0)..=minor(until, u16::MAX) }
    }
}

/// Sets a field by its JSON pointer; null takes it away.
fn set(root: &mut Value, pointer: &str, value: Value) {
    let (parent, field) = pointer.rsplit_once('/').unwrap();
    let object = root.pointer_mut(parent).and_then(Value::as_object_mut).expect(pointer);
    match value {
        Value::Null => object.remove(&field.replace("~1", "/")),
        value => object.insert(field.replace("~1", "/"), value),
    };
}
