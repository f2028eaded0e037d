//! The table of settings, read from the embedded `config.toml`: its comments are the documentation.
//!
//! A comment's last line may narrow the values: `Bounds: 1 to 9.` or `One of: this, that.`

use std::borrow::Cow;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Value};

use super::Shape;
use super::file::{lines_before, value_of};

/// The documented default configuration.
pub(super) const EMBEDDED: &str = include_str!("../../config.toml");

/// One setting, as file, environment, flags and documentation name it.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The section of the file; empty at the top.
    pub section: String,
    pub key: String,
    pub shape: Shape,
    pub default: Value,
    /// Whole sentences, without the line that narrows the values.
    pub doc: String,
    /// The documentation of the section, the same for each of its settings.
    pub section_doc: String,
    /// Without the dashes, such as `watch-page-size`.
    pub flag: String,
    /// Such as `PLIMSOLL_WATCH_PAGE_SIZE`.
    pub variable: String,
}

impl Setting {
    /// How messages name it: `watch.page_size`.
    pub fn name(&self) -> String {
        dotted(&self.section, &self.key)
    }
}

/// Every setting, in the order of `config.toml`.
pub fn settings() -> &'static [Setting] {
    static SETTINGS: LazyLock<Vec<Setting>> = LazyLock::new(|| read(EMBEDDED));
    &SETTINGS
}

pub(super) fn find(section: &str, key: &str) -> Option<&'static Setting> {
    settings().iter().find(|setting| setting.section == section && setting.key == key)
}

pub(super) fn dotted(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// A key of a TOML table and where it stands.
pub(super) type Key<'i> = Spanned<Cow<'i, str>>;

fn read(text: &str) -> Vec<Setting> {
    let root = DeTable::parse(text).expect("the embedded configuration is tested to be TOML");
    let mut found: Vec<(usize, Setting)> = Vec::new();
    for (key, value) in root.get_ref() {
        match value.get_ref() {
            DeValue::Table(section) => {
                found.extend(
                    section.iter().map(|(inner, value)| setting(text, Some(key), inner, value.get_ref())),
                );
            }
            value => found.push(setting(text, None, key, value)),
        }
    }
    found.sort_by_key(|(offset, _)| *offset);
    found.into_iter().map(|(_, setting)| setting).collect()
}

/// A setting and where it stands in `text`.
fn setting(text: &str, section: Option<&Key<'_>>, key: &Key<'_>, value: &DeValue<'_>) -> (usize, Setting) {
    let default = value_of(value).expect("the embedded configuration has values of known types only");
    let offset = key.span().start;
    let comment = comment_above(text, offset);
    let (doc, limits) = match comment.rsplit_once('\n') {
        Some((doc, limits)) if limits.starts_with(BOUNDS) || limits.starts_with(WORDS) => (doc, limits),
        _ => (comment.as_str(), ""),
    };
    let section_doc = section.map(|section| comment_above(text, section.span().start)).unwrap_or_default();
    let (section, key) = (section.map_or("", |section| section.get_ref()), key.get_ref());
    // A kubeconfig and its context are known by these very flags to everyone who uses kubectl.
    let word = if section == "kube" { key.to_string() } else { dotted(section, key).replace('.', "_") };
    let setting = Setting {
        section: section.to_owned(),
        key: key.to_string(),
        shape: shape(&default, limits),
        default,
        doc: doc.replace('\n', " "),
        section_doc: section_doc.replace('\n', " "),
        flag: word.replace('_', "-"),
        variable: format!("PLIMSOLL_{}", word.to_uppercase()),
    };
    (offset, setting)
}

const BOUNDS: &str = "Bounds: ";
const WORDS: &str = "One of: ";

fn shape(default: &Value, limits: &str) -> Shape {
    let limits = limits.trim_end_matches('.');
    match default {
        Value::Boolean(_) => Shape::Switch,
        Value::Array(_) => Shape::List,
        Value::Integer(_) => Shape::Number(
            limits
                .strip_prefix(BOUNDS)
                .and_then(bounds)
                .expect("every number of the embedded configuration has bounds"),
        ),
        _ => match limits.strip_prefix(WORDS) {
            Some(words) => Shape::Word(words.split(", ").map(str::to_owned).collect()),
            None => Shape::Text,
        },
    }
}

fn bounds(text: &str) -> Option<RangeInclusive<i64>> {
    let (low, high) = text.split_once(" to ")?;
    Some(low.parse().ok()?..=high.parse().ok()?)
}

/// The lines of comment that stand right above the line of `offset`.
fn comment_above(text: &str, offset: usize) -> String {
    let above: Vec<&str> = text.lines().take(lines_before(text, offset)).collect();
    let comment = above.iter().rev().map_while(|line| line.strip_prefix('#')).map(str::trim);
    let mut lines: Vec<&str> = comment.collect();
    lines.reverse();
    lines.join("\n")
}
