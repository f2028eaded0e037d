//! Declared exceptions: `spec.waivers`.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Reader, Value};
use crate::model::{Declaration, Kind, Matches, Waiver};

pub(super) static TABLE: Table = Table {
    path: "spec.waivers[]",
    fields: &[
        required("check", "the id of a check", "The check whose findings are excused."),
        required("match", "a mapping such as {namespace: shop, name: web}", "The objects that are excused."),
        required("owner", "who answers for it", "Who answers for the exception."),
        required("reason", "why it is excused", "Why it is excused."),
        required(
            "expires",
            "a date such as 2027-03-31, or a time such as 2027-03-31T12:00:00Z",
            "When it ends: at the end of this day in UTC, or at this time (RFC 3339).",
        ),
    ],
};

pub(super) static MATCH: Table = Table {
    path: "spec.waivers[].match",
    fields: &[
        optional("namespace", NAMESPACE, "The namespace of the objects."),
        optional(
            "kind",
            "a kind such as Deployment",
            "The kind of the objects. Without it every kind that is watched is meant, and no other.",
        ),
        optional("name", "the name of an object, which is no pattern", "The name of the objects."),
    ],
};

/// The waivers of a document. One with a problem is left out.
pub(super) fn read(
    value: &Value<'_>,
    reader: &mut Reader,
    declaration: &Declaration,
    known_checks: &[&str],
) -> Option<Vec<Arc<Waiver>>> {
    value.entries(reader, "a waiver", |item, reader| {
        let declaration = Declaration { line: item.node.at.line, ..declaration.clone() };
        read_waiver(item, reader, declaration, known_checks).map(Arc::new)
    })
}

fn read_waiver(
    value: &Value<'_>,
    reader: &mut Reader,
    declaration: Declaration,
    known_checks: &[&str],
) -> Option<Waiver> {
    let fields = value.fields(reader, &TABLE)?;
    let check = fields.get("check").and_then(|it| it.word(reader, known_checks));
    let matches = fields.get("match").and_then(|it| read_match(&it, reader));
    let owner = fields.get("owner").and_then(|it| it.text(reader));
    let reason = fields.get("reason").and_then(|it| it.text(reader));
    let expires = fields.get("expires").and_then(|it| it.parsed(reader, parse_expiry));
    Some(Waiver {
        check: check?.into(),
        matches: matches?,
        owner: owner?.into(),
        reason: reason?.into(),
        expires: expires?,
        declaration: Arc::new(declaration),
    })
}

fn read_match(value: &Value<'_>, reader: &mut Reader) -> Option<Matches> {
    let fields = value.fields(reader, &MATCH)?;
    let [namespace, kind, name] = ["namespace", "kind", "name"].map(|name| fields.get(name));
    if namespace.is_none() && kind.is_none() && name.is_none() {
        let expects = "at least one of namespace, kind and name: a waiver for everything is refused";
        return Value { expects, ..value.clone() }.refuse(reader);
    }
    Some(Matches {
        namespace: namespace.and_then(|it| it.text_if(reader, is_namespace)).map(Arc::from),
        kind: kind.and_then(|it| read_kind(&it, reader)),
        name: name.and_then(|it| it.text_if(reader, is_name)).map(Arc::from),
    })
}

/// Whether an object may be called so. A pattern is refused: it would match nothing.
fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains('*')
}

/// Kinds that are not watched are taken too: pods may be controlled by them.
fn read_kind(value: &Value<'_>, reader: &mut Reader) -> Option<Arc<str>> {
    let is_kind = |text: &&str| {
        text.starts_with(|first: char| first.is_ascii_uppercase())
            && text.chars().all(|it| it.is_ascii_alphanumeric())
    };
    match value.node.text().filter(is_kind) {
        Some(_) => value.text(reader).map(Arc::from),
        None => value.refuse_word(reader, Kind::ALL.map(Kind::name)),
    }
}

/// The first moment that is no longer excused.
fn parse_expiry(text: &str) -> Option<Timestamp> {
    let is_date = text.len() == "2027-03-31".len();
    if !is_date {
        return text.parse().ok();
    }
    let next_day = text.parse::<Date>().ok()?.checked_add(1.day()).ok()?;
    TimeZone::UTC.to_timestamp(next_day.at(0, 0, 0, 0)).ok()
}
