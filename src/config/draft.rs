//! The settings while they are laid over each other, layer by layer, with where each came from.

use std::collections::HashMap;

use toml::{Table, Value};

use super::raw::RawConfig;
use super::setting::{EMBEDDED, Setting};
use super::{Config, Fault, Origin, Problem, Problems, Shape};
use crate::model::nearest;

/// The longest part of a wrong value that a message repeats, in characters.
const FOUND_MAX: usize = 60;

/// Values that all have their setting's shape, and the problems of those that had not.
pub(super) struct Draft {
    values: Table,
    origins: HashMap<String, Origin>,
    problems: Vec<Problem>,
}

impl Draft {
    /// The defaults.
    pub(super) fn new() -> Self {
        let values = EMBEDDED.parse().expect("the embedded configuration is tested to be TOML");
        Self { values, origins: HashMap::new(), problems: Vec::new() }
    }

    pub(super) fn refuse(&mut self, origin: Origin, fault: Fault) {
        self.problems.push(Problem { origin, fault });
    }

    /// Lays what `texts` spell over the layers before.
    pub(super) fn lay_texts(&mut self, setting: &Setting, texts: &[String], origin: &Origin) {
        let found = texts.last().map(|text| format!("{text:?}")).unwrap_or_default();
        self.lay(setting, setting.shape.read(texts), &found, origin);
    }

    /// Lays `value` over the layers before; a value of another shape is a problem and changes nothing. `found` is how
    /// it was written.
    pub(super) fn lay(&mut self, setting: &Setting, value: Option<Value>, found: &str, origin: &Origin) {
        match value {
            Some(value) if setting.shape.admits(&value) => {
                *self.slot(setting) = value;
                self.origins.insert(setting.name(), origin.clone());
            }
            value => {
                let fault = unexpected(setting, value.as_ref(), found);
                self.refuse(origin.clone(), fault);
            }
        }
    }

    fn slot(&mut self, setting: &Setting) -> &mut Value {
        let known = "the defaults have every setting";
        if setting.section.is_empty() {
            return self.values.get_mut(&setting.key).expect(known);
        }
        self.values.get_mut(&setting.section).and_then(|section| section.get_mut(&setting.key)).expect(known)
    }

    /// Where the value of the setting named `name` was given.
    pub(super) fn origin(&self, name: &str) -> Origin {
        self.origins.get(name).cloned().unwrap_or(Origin::Default)
    }

    pub(super) fn raw(&self) -> RawConfig {
        self.values.clone().try_into().expect("every value has the shape of its setting")
    }

    /// `config`, unless there was a problem on the way.
    pub(super) fn finish(mut self, config: Option<Config>) -> Result<Config, Problems> {
        self.problems.sort_by(|a, b| a.origin.cmp(&b.origin));
        match config {
            Some(config) if self.problems.is_empty() => Ok(config),
            _ => Err(Problems(self.problems)),
        }
    }
}

fn unexpected(setting: &Setting, value: Option<&Value>, found: &str) -> Fault {
    let nearest = match (&setting.shape, value) {
        (Shape::Word(words), Some(Value::String(word))) => nearest(word, words.iter().map(String::as_str)),
        _ => None,
    };
    let mut shown: String = found.chars().take(FOUND_MAX).collect();
    if shown.len() < found.len() {
        shown.push('…');
    }
    Fault::Unexpected { name: setting.name(), expected: setting.shape.to_string(), found: shown, nearest }
}
