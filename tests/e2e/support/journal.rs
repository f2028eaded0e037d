//! The journal as its readers see it: `events.jsonl`, one event a line.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

/// Lines of any other schema, such as checkpoints, are not events.
const SCHEMA: &str = "plimsoll.dev/event/v1";

/// What tests ask of an event. What is not known, or does not apply, is null.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    pub(crate) seq: u64,
    /// `opened`, `changed` or `resolved`.
    #[serde(rename = "event")]
    pub(crate) transition: String,
    pub(crate) id: String,
    pub(crate) check: String,
    pub(crate) cluster: Option<String>,
    pub(crate) object: Object,
    pub(crate) key: String,
    pub(crate) cause: Option<Cause>,
    pub(crate) actor: Option<Actor>,
    /// It came to be, or to an end, while the daemon was not running.
    #[serde(default)]
    pub(crate) while_down: bool,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Object {
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
}

impl Object {
    /// Whether it is the one of this namespace, which is empty for one without, and name.
    pub(crate) fn is(&self, (namespace, name): (&str, &str)) -> bool {
        (self.namespace.as_deref().unwrap_or_default(), self.name.as_deref()) == (namespace, Some(name))
    }
}

/// The change that led to it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Cause {
    pub(crate) kind: String,
    pub(crate) namespace: Option<String>,
    pub(crate) name: Option<String>,
    /// `updated` or `deleted`, of one object.
    pub(crate) change: String,
    /// The field that changed, where it is one.
    pub(crate) field: Option<String>,
}

impl Cause {
    /// That the object was created or updated. The namespace of an object without is empty.
    pub(crate) fn of(kind: &str, namespace: &str, name: &str) -> Self {
        Self {
            kind: kind.to_owned(),
            namespace: (!namespace.is_empty()).then(|| namespace.to_owned()),
            name: Some(name.to_owned()),
            change: "updated".to_owned(),
            field: None,
        }
    }

    /// That it is gone.
    pub(crate) fn deleted(self) -> Self {
        Self { change: "deleted".to_owned(), ..self }
    }

    /// That this field of it changed.
    pub(crate) fn at(self, field: &str) -> Self {
        Self { field: Some(field.to_owned()), ..self }
    }
}

/// Who did it, as far as that is known.
#[derive(Debug, Deserialize)]
pub(crate) struct Actor {
    pub(crate) via: String,
    pub(crate) source: String,
    pub(crate) confidence: String,
    pub(crate) operation: String,
}

impl Event {
    /// Whether it is about the object of this name.
    pub(crate) fn is_about(&self, name: &str) -> bool {
        self.object.name.as_deref() == Some(name)
    }
}

/// A journal that the daemon may be writing to.
pub(crate) struct Journal {
    file: PathBuf,
}

impl Journal {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// All events, in the order written.
    pub(crate) fn events(&self) -> Vec<Event> {
        let text =
            fs::read_to_string(&self.file).unwrap_or_else(|error| panic!("{}: {error}", self.file.display()));
        // What comes after the last line end is being written.
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole.lines().filter_map(read_event).collect()
    }

    /// The transitions of one check on one object, in the order written, as `opened` or `opened, while down`. That of
    /// an object without namespace is empty.
    pub(crate) fn transitions(&self, check: &str, namespace: &str, name: &str) -> Vec<String> {
        let events = self.events().into_iter();
        let ours = events.filter(|event| event.check == check && event.object.is((namespace, name)));
        ours.map(|event| {
            if event.while_down { format!("{}, while down", event.transition) } else { event.transition }
        })
        .collect()
    }

    /// Says where a number is not greater than the one before it, as where an event were written twice.
    pub(crate) fn check_numbers(&self) -> Result<(), String> {
        let events = self.events();
        match events.windows(2).find(|pair| pair[1].seq <= pair[0].seq) {
            Some(pair) => Err(format!("{:?} is followed by {:?}", pair[0], pair[1])),
            None => Ok(()),
        }
    }
}

fn read_event(line: &str) -> Option<Event> {
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("not JSON, {error}: {line}"));
    if value["schema"] != SCHEMA {
        return None;
    }
    Some(serde_json::from_value(value).unwrap_or_else(|error| panic!("not an event, {error}: {line}")))
}
