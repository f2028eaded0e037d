//! A declared exception.

use std::fmt;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{Declaration, Labels, ObjectKey, ObjectKind, label};

/// A declared exception, which excuses what a check finds until it expires.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Waiver {
    /// The checks whose findings it excuses.
    pub checks: Checks,
    pub matches: Matches,
    pub owner: Arc<str>,
    pub reason: Arc<str>,
    /// Where it is talked about, such as the URL of a ticket.
    pub ticket: Option<Arc<str>>,
    /// The first moment at which it excuses nothing any more.
    pub expires: Timestamp,
    /// The document that declares it, with the waiver's own line.
    pub declaration: Arc<Declaration>,
}

/// The checks that a waiver is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Checks {
    /// The check of this id.
    One(Arc<str>),
    /// Every check of this family, such as `pod-security`.
    Family(Arc<str>),
}

/// How far ahead a waiver may expire: a year, and the rest of a day. One that lasts longer excuses nothing.
const SPAN_MAX: SignedDuration = SignedDuration::from_hours(366 * 24);

/// How long before its end a waiver is about to expire.
const NOTICE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How far a waiver is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverAge {
    /// It expires too far ahead, and excuses nothing.
    TooLong,
    InForce,
    /// It is in force, and will not be for long.
    Expiring,
    Expired,
}

impl Waiver {
    /// How far it is in its life at this moment.
    pub fn age(&self, now: Timestamp) -> WaiverAge {
        let [begins, expiring, expires] = self.turns();
        match now {
            _ if now < begins => WaiverAge::TooLong,
            _ if now < expiring => WaiverAge::InForce,
            _ if now < expires => WaiverAge::Expiring,
            _ => WaiverAge::Expired,
        }
    }

    /// The document that declares it, as an object.
    pub fn document(&self) -> ObjectKey {
        ObjectKey {
            kind: ObjectKind::new("plimsoll.dev", "Baseline"),
            namespace: "".into(),
            name: Arc::clone(&self.declaration.name),
        }
    }

    /// Whether it excuses what it matches at this moment.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        matches!(self.age(now), WaiverAge::InForce | WaiverAge::Expiring)
    }

    /// When it is no longer too long, when it is about to expire, and when it has expired.
    pub fn turns(&self) -> [Timestamp; 3] {
        let before = |span| self.expires.checked_sub(span).unwrap_or(Timestamp::MIN);
        [before(SPAN_MAX), before(NOTICE), self.expires]
    }
}

impl Checks {
    /// What a baseline writes: `pod-security/*` for a family, else the id of a check. None where it is neither an id
    /// that is known nor the family of one.
    pub fn parse(text: &str, known: &[&str]) -> Option<Self> {
        if known.contains(&text) {
            return Some(Self::One(text.into()));
        }
        let family = text.strip_suffix("/*")?;
        known.iter().any(|id| family_of(id) == family).then(|| Self::Family(family.into()))
    }

    /// Whether the check of this id is one of them.
    pub fn cover(&self, id: &str) -> bool {
        match self {
            Self::One(one) => **one == *id,
            Self::Family(family) => **family == *family_of(id),
        }
    }
}

/// The family of the check of this id.
pub fn family_of(id: &str) -> &str {
    id.split_once('/').map_or(id, |(family, _)| family)
}

impl fmt::Display for Checks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(id) => f.write_str(id),
            Self::Family(family) => write!(f, "{family}/*"),
        }
    }
}

/// The objects that a waiver is about. What is none matches every object, but for a kind that is not watched.
///
/// Such a kind is known from owner references alone, and whoever makes a pod writes into them what he likes: by
/// the name of an owner that nobody has seen, any pod could get itself excused. It has to be named.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Matches {
    pub namespace: Option<Arc<str>>,
    pub kind: Option<Arc<str>>,
    pub name: Option<Arc<str>>,
    /// The labels that the pods of the object carry, all of them.
    pub pod_labels: Vec<(Arc<str>, Arc<str>)>,
}

impl Matches {
    /// Whether the object is one of them. `pod_labels` are those of its pods, where it has any.
    pub fn covers(&self, object: &ObjectKey, pod_labels: Option<&Labels>) -> bool {
        let is = |wanted: &Option<Arc<str>>, text: &str| wanted.as_deref().is_none_or(|it| it == text);
        let is_kind = match (&self.kind, &object.kind) {
            (None, ObjectKind::Other(_)) => false,
            (kind, of) => is(kind, of.name()),
        };
        let carries = |(key, value): &(Arc<str>, Arc<str>)| {
            pod_labels.is_some_and(|labels| label(labels, key) == Some(value))
        };
        is_kind
            && is(&self.namespace, &object.namespace)
            && is(&self.name, &object.name)
            && self.pod_labels.iter().all(carries)
    }

    /// Whether they are all the objects of their kind, wherever they are and whatever they are called.
    pub fn are_boundless(&self) -> bool {
        let is_one = self.kind.as_deref() == Some(ObjectKind::Cluster.name());
        self.namespace.is_none() && self.name.is_none() && !is_one
    }
}

impl fmt::Display for Waiver {
    /// What tells it from the others of its document: `check kind/namespace/name`, with `*` for what matches all, and
    /// the labels of pods, if it asks for any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |part: &Option<Arc<str>>| part.clone().unwrap_or_else(|| "*".into());
        let Matches { namespace, kind, name, pod_labels } = &self.matches;
        write!(f, "{} {}/{}/{}", self.checks, text(kind), text(namespace), text(name))?;
        pod_labels.iter().try_for_each(|(key, value)| write!(f, " {key}={value}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers(kind: Option<&str>, group: &str, of: &str) -> bool {
        let matches = Matches { kind: kind.map(Arc::from), name: Some("web".into()), ..Matches::default() };
        matches.covers(&key(ObjectKind::new(group, of)), None)
    }

    fn key(kind: ObjectKind) -> ObjectKey {
        ObjectKey { kind, namespace: "shop".into(), name: "web".into() }
    }

    #[test]
    fn without_a_kind_every_kind_that_is_watched_is_covered() {
        assert!(covers(None, "apps", "Deployment"));
        assert!(covers(None, "plimsoll.dev", "Cluster"));
        assert!(!covers(Some("Pod"), "apps", "Deployment"));
    }

    #[test]
    fn a_kind_that_is_not_watched_has_to_be_named() {
        assert!(!covers(None, "example.com", "Anything"), "whoever makes a pod chooses what it names");
        assert!(covers(Some("Anything"), "example.com", "Anything"));
    }

    #[test]
    fn every_label_that_is_asked_for_must_be_carried() {
        let pair = |key: &str, value: &str| (Arc::from(key), Arc::from(value));
        let object = key(ObjectKind::new("apps", "Deployment"));
        let matches = Matches {
            namespace: Some("shop".into()),
            pod_labels: vec![pair("app", "web"), pair("tier", "edge")],
            ..Matches::default()
        };
        let covers = |labels: &[(Arc<str>, Arc<str>)]| matches.covers(&object, Some(&labels.to_vec()));
        assert!(covers(&[pair("app", "web"), pair("team", "x"), pair("tier", "edge")]));
        assert!(!covers(&[pair("app", "web")]));
        assert!(!covers(&[pair("app", "web"), pair("tier", "core")]));
        assert!(!matches.covers(&object, None), "what has no pods has no labels of pods");
    }

    #[test]
    fn a_family_is_written_with_an_asterisk() {
        let known = ["pod-security/privileged", "waiver/expired"];
        let parse = |text| Checks::parse(text, &known);
        assert_eq!(parse("pod-security/privileged"), Some(Checks::One("pod-security/privileged".into())));
        let family = parse("pod-security/*").unwrap();
        assert_eq!(family, Checks::Family("pod-security".into()));
        assert!(family.cover("pod-security/privileged"));
        assert!(!family.cover("pod-security-more/privileged") && !family.cover("waiver/expired"));
        for text in ["*", "*/*", "pod-security/", "pod-security/p*", "pod-*", "rbac/*", "/*", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
