//! Declared exceptions: `spec.waivers`.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Reader, Value};
use crate::model::{Checks, Declaration, Kind, Matches, Waiver};

pub(super) static TABLE: Table = Table {
    path: "spec.waivers[]",
    fields: &[
        required(
            "check",
            "the id of a check, or all of a family such as pod-security/*",
            "The check whose findings are excused, or the family of checks.",
        ),
        required("match", "a mapping such as {namespace: shop, name: web}", "The objects that are excused."),
        required("owner", "who answers for it", "Who answers for the exception."),
        required("reason", "why it is excused", "Why it is excused."),
        optional(
            "ticket",
            "where it is talked about",
            "Where it is talked about, such as the URL of a ticket.",
        ),
        required(
            "expires",
            "a date such as 2027-03-31, or a time such as 2027-03-31T12:00:00Z",
            "When it ends: at the end of this day in UTC, or at this time (RFC 3339). As long as that is more than a year \
             ahead, the waiver excuses nothing.",
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
        optional(
            "podLabels",
            "a mapping of labels",
            "The labels of the pods: of a workload those of its template. Whoever may write workloads can give them \
             these labels, so that they count only together with `namespace`, and for one check.",
        ),
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
    let checks = fields.get("check").and_then(|it| read_checks(&it, reader, known_checks));
    let matches = fields.get("match").and_then(|it| read_match(&it, reader, checks.as_ref()));
    let owner = fields.get("owner").and_then(|it| it.text(reader));
    let reason = fields.get("reason").and_then(|it| it.text(reader));
    let ticket = fields.get("ticket").map(|it| it.text(reader));
    let expires = fields.get("expires").and_then(|it| it.parsed(reader, parse_expiry));
    Some(Waiver {
        checks: checks?,
        matches: matches?,
        owner: owner?.into(),
        reason: reason?.into(),
        ticket: match ticket {
            None => None,
            Some(text) => Some(text?.into()),
        },
        expires: expires?,
        declaration: Arc::new(declaration),
    })
}

fn read_checks(value: &Value<'_>, reader: &mut Reader, known_checks: &[&str]) -> Option<Checks> {
    let checks = value.node.text().and_then(|text| Checks::parse(text, known_checks));
    checks.or_else(|| value.refuse_word(reader, known_checks.iter().copied()))
}

fn read_match(value: &Value<'_>, reader: &mut Reader, checks: Option<&Checks>) -> Option<Matches> {
    let fields = value.fields(reader, &MATCH)?;
    let [namespace, kind, name, labels] = ["namespace", "kind", "name", "podLabels"].map(|it| fields.get(it));
    if namespace.is_none() && kind.is_none() && name.is_none() && labels.is_none() {
        let expects = "at least one of namespace, kind and name: a waiver for everything is refused";
        return Value { expects, ..value.clone() }.refuse(reader);
    }
    if let Some(labels) = &labels
        && (namespace.is_none() || matches!(checks, Some(Checks::Family(_))))
    {
        let expects = "a namespace and one check beside podLabels, by which workloads excuse themselves";
        return Value { expects, ..labels.clone() }.refuse(reader);
    }
    let labels = labels.and_then(|it| it.labels(reader)).unwrap_or_default();
    Some(Matches {
        namespace: namespace.and_then(|it| it.text_if(reader, is_namespace)).map(Arc::from),
        kind: kind.and_then(|it| read_kind(&it, reader)),
        name: name.and_then(|it| it.text_if(reader, is_name)).map(Arc::from),
        pod_labels: labels.into_iter().map(|(key, value)| (key.into(), value.into())).collect(),
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
