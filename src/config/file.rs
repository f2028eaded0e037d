//! The layer of the configuration file.

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::draft::Draft;
use super::setting::{Key, dotted, find, settings};
use super::{Fault, Origin, Setting};
use crate::model::nearest;

/// Lays the content of the file at `path` over `draft`.
pub(super) fn lay(draft: &mut Draft, path: &str, text: &str) {
    let (root, errors) = DeTable::parse_recoverable(text);
    let file = File { path, text };
    for error in &errors {
        let offset = error.span().map_or(0, |span| span.start);
        draft.refuse(file.origin(offset), Fault::Syntax(error.message().to_owned()));
    }
    // What the parser guessed after an error is not what the user wrote, so nothing is said about it.
    if errors.is_empty() {
        file.lay_root(draft, root.get_ref());
    }
}

struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn lay_root(&self, draft: &mut Draft, root: &DeTable<'_>) {
        for (key, value) in root {
            let is_section = settings().iter().any(|setting| setting.section == *key.get_ref());
            match value.get_ref() {
                DeValue::Table(table) if is_section => {
                    for (inner, value) in table {
                        self.lay_entry(draft, key.get_ref(), inner, value);
                    }
                }
                DeValue::Table(_) if find("", key.get_ref()).is_none() => {
                    draft.refuse(self.origin(key.span().start), unknown_section(key.get_ref()));
                }
                _ if is_section => {
                    draft.refuse(
                        self.origin(value.span().start),
                        no_section(key.get_ref(), self.found(value)),
                    );
                }
                _ => self.lay_entry(draft, "", key, value),
            }
        }
    }

    fn lay_entry(&self, draft: &mut Draft, section: &str, key: &Key<'_>, value: &Spanned<DeValue<'_>>) {
        match find(section, key.get_ref()) {
            Some(setting) => {
                let origin = self.origin(value.span().start);
                draft.lay(setting, value_of(value.get_ref()), self.found(value), &origin);
            }
            None => draft.refuse(self.origin(key.span().start), unknown_setting(section, key.get_ref())),
        }
    }

    /// How `value` was written, or its type where that takes several lines, which would tear the message apart.
    fn found<'a>(&'a self, value: &Spanned<DeValue<'_>>) -> &'a str {
        let written = self.text.get(value.span()).unwrap_or_default();
        if written.contains('\n') { value.get_ref().type_str() } else { written }
    }

    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Origin::File {
            path: self.path.to_owned(),
            line: lines_before(self.text, offset) + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

fn unknown_section(name: &str) -> Fault {
    let nearest = nearest(name, settings().iter().map(|setting| setting.section.as_str()));
    Fault::UnknownSection { name: name.to_owned(), nearest }
}

fn no_section(name: &str, found: &str) -> Fault {
    let (name, found) = (name.to_owned(), found.to_owned());
    Fault::Unexpected { name, expected: "a section".to_owned(), found, nearest: None }
}

fn unknown_setting(section: &str, key: &str) -> Fault {
    Fault::UnknownSetting { name: dotted(section, key), nearest: neighbour(section, key) }
}

/// The setting that was meant by `key` in `section`: one like it in the same section, or the same in another.
fn neighbour(section: &str, key: &str) -> Option<String> {
    let here = settings().iter().filter(|setting| setting.section == section);
    let like = nearest(key, here.map(|setting| setting.key.as_str())).map(|key| dotted(section, &key));
    like.or_else(|| settings().iter().find(|setting| setting.key == key).map(Setting::name))
}

/// How many lines end before `offset`.
pub(super) fn lines_before(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// `value` where it is of a type that a setting may have.
pub(super) fn value_of(value: &DeValue<'_>) -> Option<Value> {
    match value {
        DeValue::String(text) => Some(Value::from(text.as_ref())),
        DeValue::Boolean(on) => Some(Value::from(*on)),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from)
        }
        DeValue::Array(items) => {
            items.iter().map(|item| value_of(item.get_ref())).collect::<Option<Vec<_>>>().map(Value::Array)
        }
        DeValue::Float(_) | DeValue::Datetime(_) | DeValue::Table(_) => None,
    }
}
