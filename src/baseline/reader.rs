//! Reads values out of a document, and says of everything that is not as it must be what was expected.
//!
//! A reader goes on after a problem, so that all of them are told at once.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::Problem;
use super::field::{Field, Need, Table};
use super::node::{Content, Entry, Node, Position, Scalar};
use super::problem::cut;
use crate::model::nearest;
use crate::network::{is_label_key, is_label_value};

/// How many problems of one file are told. One more says that there are others.
const PROBLEMS_MAX: usize = 100;

/// How much of what was found is repeated, in characters.
const FOUND_MAX: usize = 60;

/// The longest text that a field may hold, in bytes.
const TEXT_MAX: usize = 1024;

/// How many items a list, and how many entries a set of labels may have.
const ITEMS_MAX: usize = 10_000;

/// The problems of one file.
pub(super) struct Reader {
    file: Arc<str>,
    problems: Vec<Problem>,
    /// Whether there was a problem with what is being read.
    broken: bool,
}

/// A value that is to be read.
#[derive(Clone)]
pub(super) struct Value<'a> {
    pub(super) node: &'a Node,
    /// Where it stands in its document.
    pub(super) path: String,
    /// What it must be, as it goes on after "expected".
    pub(super) expects: &'a str,
}

/// The fields of a mapping that has no others than its table.
pub(super) struct Fields<'a> {
    table: &'static Table,
    path: String,
    entries: &'a [Entry],
}

impl Reader {
    pub(super) fn new(file: Arc<str>) -> Self {
        Self { file, problems: Vec::new(), broken: false }
    }

    pub(super) fn finish(self) -> Vec<Problem> {
        self.problems
    }

    pub(super) fn refuse(&mut self, at: Position, path: &str, message: &str) {
        self.broken = true;
        match self.problems.len() {
            0..PROBLEMS_MAX => self.problems.push(Problem::new(Arc::clone(&self.file), at, path, message)),
            PROBLEMS_MAX => {
                let more = "there are more problems in this file than are told";
                self.problems.push(Problem::new(Arc::clone(&self.file), at, "", more));
            }
            _ => {}
        }
    }

    /// What `read` makes of something that is left out alone when there is a problem with it.
    pub(super) fn apart<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let around = std::mem::replace(&mut self.broken, false);
        let value = read(self);
        let broken = std::mem::replace(&mut self.broken, around);
        value.filter(|_| !broken)
    }

    /// Refuses keys that stand twice in one mapping: which of them counts is anybody's guess.
    pub(super) fn refuse_duplicates(&mut self, entries: &[Entry], path: &str) {
        let mut seen = HashSet::new();
        for entry in entries {
            if !seen.insert(entry.key.as_str()) {
                self.refuse(entry.at, &join(path, &entry.key), "this key stands here for the second time");
            }
        }
    }

    /// As [`Self::refuse_duplicates`], at any depth.
    pub(super) fn refuse_duplicates_within(&mut self, node: &Node, path: &str) {
        match &node.content {
            Content::Scalar(_) => {}
            Content::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.refuse_duplicates_within(item, &format!("{path}[{index}]"));
                }
            }
            Content::Mapping(entries) => {
                self.refuse_duplicates(entries, path);
                for entry in entries {
                    self.refuse_duplicates_within(&entry.value, &join(path, &entry.key));
                }
            }
        }
    }
}

/// Each of these gives none, and has the reader say why, where the value is not as expected.
impl<'a> Value<'a> {
    pub(super) fn refuse<T>(&self, reader: &mut Reader) -> Option<T> {
        self.refuse_as(&found(self.node), reader)
    }

    /// As [`Self::refuse`], where what was found is told in these words.
    pub(super) fn refuse_as<T>(&self, found: &str, reader: &mut Reader) -> Option<T> {
        let message = format!("expected {}, found {found}", self.expects);
        reader.refuse(self.node.at, &self.path, &message);
        None
    }

    /// As [`Self::refuse`], with the nearest of the words that are valid.
    pub(super) fn refuse_word<'w, T>(
        &self,
        reader: &mut Reader,
        words: impl IntoIterator<Item = &'w str>,
    ) -> Option<T> {
        let mut message = format!("expected {}, found {}", self.expects, found(self.node));
        if let Some(word) = self.scalar().and_then(|scalar| nearest(&scalar.text, words)) {
            message.push_str(&did_you_mean(&word));
        }
        reader.refuse(self.node.at, &self.path, &message);
        None
    }

    fn scalar(&self) -> Option<&'a Scalar> {
        match &self.node.content {
            // Nobody means a longer one, and to compare it with words would take long.
            Content::Scalar(scalar) if scalar.text.len() <= TEXT_MAX => Some(scalar),
            Content::Scalar(_) | Content::List(_) | Content::Mapping(_) => None,
        }
    }

    /// The text, where `valid` holds for it.
    pub(super) fn text_if(&self, reader: &mut Reader, valid: impl Fn(&str) -> bool) -> Option<&'a str> {
        self.parsed(reader, |text| valid(text).then_some(())).and(self.scalar()).map(|it| it.text.as_str())
    }

    /// The text, which is not blank.
    pub(super) fn text(&self, reader: &mut Reader) -> Option<&'a str> {
        self.text_if(reader, |text| !text.trim().is_empty())
    }

    /// What `parse` makes of the text.
    pub(super) fn parsed<T>(&self, reader: &mut Reader, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.scalar().filter(|scalar| scalar.is_text());
        text.and_then(|scalar| parse(&scalar.text)).or_else(|| self.refuse(reader))
    }

    /// What `parse` makes of the text, which may look like a number.
    pub(super) fn parsed_number<T>(
        &self,
        reader: &mut Reader,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.scalar().and_then(|scalar| parse(&scalar.text)).or_else(|| self.refuse(reader))
    }

    pub(super) fn flag(&self, reader: &mut Reader) -> Option<bool> {
        self.scalar().and_then(Scalar::as_flag).or_else(|| self.refuse(reader))
    }

    /// A whole number within the bounds.
    pub(super) fn number(&self, reader: &mut Reader, bounds: RangeInclusive<i64>) -> Option<i64> {
        let plain = self.scalar().filter(|scalar| scalar.plain);
        let number = plain.and_then(|scalar| scalar.text.parse().ok());
        number.filter(|number| bounds.contains(number)).or_else(|| self.refuse(reader))
    }

    /// One of the words.
    pub(super) fn word<'w>(&self, reader: &mut Reader, words: &[&'w str]) -> Option<&'w str> {
        let text = self.scalar().map(|scalar| scalar.text.as_str());
        let known = words.iter().copied().find(|word| Some(*word) == text);
        known.or_else(|| self.refuse_word(reader, words.iter().copied()))
    }

    /// The items of a list, each of which must be as `expects` says.
    pub(super) fn items(&self, reader: &mut Reader, expects: &'a str) -> Option<Vec<Self>> {
        let Content::List(nodes) = &self.node.content else { return self.refuse(reader) };
        if nodes.len() > ITEMS_MAX {
            reader.refuse(self.node.at, &self.path, &format!("more than {ITEMS_MAX} items"));
            return None;
        }
        let item = |(index, node)| Self { node, path: format!("{}[{index}]", self.path), expects };
        Some(nodes.iter().enumerate().map(item).collect())
    }

    /// A list whose items `read` reads. An item with a problem is left out of what is given.
    pub(super) fn list<T>(
        &self,
        reader: &mut Reader,
        expects: &'a str,
        mut read: impl FnMut(&Self, &mut Reader) -> Option<T>,
    ) -> Option<Vec<T>> {
        let items = self.items(reader, expects)?;
        Some(items.iter().filter_map(|item| read(item, reader)).collect())
    }

    /// As [`Self::list`], where an empty list is a problem: it says nothing, and was meant to say something.
    pub(super) fn some<T>(
        &self,
        reader: &mut Reader,
        expects: &'a str,
        read: impl FnMut(&Self, &mut Reader) -> Option<T>,
    ) -> Option<Vec<T>> {
        if matches!(&self.node.content, Content::List(nodes) if nodes.is_empty()) {
            return self.refuse(reader);
        }
        self.list(reader, expects, read)
    }

    /// A list of texts, none of which is blank.
    pub(super) fn texts(&self, reader: &mut Reader, expects: &'a str) -> Option<Vec<String>> {
        self.list(reader, expects, |item, reader| item.text(reader).map(str::to_owned))
    }

    /// A list of texts for each of which `valid` holds.
    pub(super) fn texts_if(
        &self,
        reader: &mut Reader,
        expects: &'a str,
        valid: impl Fn(&str) -> bool,
    ) -> Option<Vec<String>> {
        self.list(reader, expects, |item, reader| item.text_if(reader, &valid).map(str::to_owned))
    }

    /// A list of words.
    pub(super) fn words(&self, reader: &mut Reader, expects: &'a str, words: &[&str]) -> Option<Vec<String>> {
        self.list(reader, expects, |item, reader| item.word(reader, words).map(str::to_owned))
    }

    /// As [`Self::list`], where an item with a problem takes nothing else with it.
    pub(super) fn entries<T>(
        &self,
        reader: &mut Reader,
        expects: &'a str,
        read: impl Fn(&Self, &mut Reader) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.list(reader, expects, |item, reader| reader.apart(|reader| read(item, reader)))
    }

    /// A mapping from names of labels to their values, in the order of the file.
    pub(super) fn labels(&self, reader: &mut Reader) -> Option<Vec<(String, String)>> {
        let Some(entries) = self.node.entries() else { return self.refuse(reader) };
        if entries.len() > ITEMS_MAX {
            reader.refuse(self.node.at, &self.path, &format!("more than {ITEMS_MAX} labels"));
            return None;
        }
        reader.refuse_duplicates(entries, &self.path);
        let label = |entry: &'a Entry| {
            let path = join(&self.path, &entry.key);
            if !is_label_key(&entry.key) {
                reader.refuse(entry.at, &path, "this is no key that a label can have");
                return None;
            }
            let value = Self { node: &entry.value, path, expects: "the value of a label" };
            Some((entry.key.clone(), value.text_if(reader, is_label_value)?.to_owned()))
        };
        Some(entries.iter().filter_map(label).collect())
    }

    /// The text at the end of these keys, in a mapping that may have others too.
    pub(super) fn needed(&self, reader: &mut Reader, keys: &[&str], expects: &'a str) -> Option<&'a str> {
        let path = keys.iter().fold(self.path.clone(), |path, key| join(&path, key));
        if let Some(node) = keys.iter().try_fold(self.node, |node, key| node.get(key)) {
            return Self { node, path, expects }.text(reader);
        }
        reader.refuse(self.node.at, &path, &format!("missing: expected {expects}"));
        None
    }

    /// A mapping with the fields of the table: with each that is required, and no others.
    pub(super) fn fields(&self, reader: &mut Reader, table: &'static Table) -> Option<Fields<'a>> {
        let Some(entries) = self.node.entries() else { return self.refuse(reader) };
        let fields = Fields { table, path: self.path.clone(), entries };
        reader.refuse_duplicates(entries, &self.path);
        for entry in entries.iter().filter(|entry| table.names().all(|name| name != entry.key)) {
            reader.refuse(entry.at, &join(&self.path, &entry.key), &unknown_field(&entry.key, table));
        }
        let missing = |field: &&Field| field.need == Need::Required && self.node.get(field.name).is_none();
        for field in table.fields.iter().filter(missing) {
            let message = format!("missing: expected {}", field.expects);
            reader.refuse(self.node.at, &join(&self.path, field.name), &message);
        }
        Some(fields)
    }
}

impl<'a> Fields<'a> {
    /// The value of a field of the table, where it is given.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let field = self.table.fields.iter().find(|field| field.name == name)?;
        let entry = self.entries.iter().find(|entry| entry.key == name)?;
        Some(Value { node: &entry.value, path: join(&self.path, name), expects: field.expects })
    }
}

fn unknown_field(name: &str, table: &Table) -> String {
    let mut message = String::from("unknown field");
    // Nobody means a longer one.
    if let Some(word) = nearest(&cut(name, FOUND_MAX), table.names()) {
        message.push_str(&did_you_mean(&word));
    }
    message.push_str("; the fields here are ");
    message.push_str(&table.names().collect::<Vec<_>>().join(", "));
    message
}

fn did_you_mean(word: &str) -> String {
    format!("; did you mean {word:?}?")
}

/// How what was found is named: a single value as it was written, cut, with everything that is not plain escaped.
fn found(node: &Node) -> String {
    match &node.content {
        Content::Scalar(scalar) if scalar.is_null() => "nothing".to_owned(),
        Content::Scalar(scalar) if scalar.is_text() => format!("{:?}", cut(&scalar.text, FOUND_MAX)),
        Content::Scalar(scalar) => cut(&scalar.text, FOUND_MAX),
        Content::List(nodes) if nodes.is_empty() => "an empty list".to_owned(),
        Content::List(_) => "a list".to_owned(),
        Content::Mapping(entries) if entries.is_empty() => "an empty mapping".to_owned(),
        Content::Mapping(_) => "a mapping".to_owned(),
    }
}

/// The path of a field, with a name that nobody means cut.
fn join(path: &str, name: &str) -> String {
    let name = cut(name, FOUND_MAX);
    if path.is_empty() { name } else { format!("{path}.{name}") }
}
