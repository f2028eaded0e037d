//! What a deviation is about: read from its record, which files and the daemon give alike.

use serde::Deserialize;

use super::network::FAMILY;
use super::{put_references, put_section};
use crate::checks;
use crate::cli::page::{DIM, Page};

/// A deviation as its record tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) id: String,
    pub(super) check: String,
    pub(super) key: String,
    severity: String,
    direction: String,
    object: ToldObject,
    count: u64,
    message: String,
    expected: String,
    actual: String,
    path: String,
    since: String,
    opened_at: String,
    resolved_at: Option<String>,
    actor: Option<ToldActor>,
    baseline: Option<ToldBaseline>,
    remediation: String,
    /// By whom and why it is excused, if it is.
    #[serde(skip)]
    pub(super) waiver: Option<String>,
}

impl Told {
    /// The object's kind, namespace and name.
    pub(super) fn object_parts(&self) -> [&str; 3] {
        let ToldObject { kind, namespace, name, .. } = &self.object;
        [kind, namespace.as_deref().unwrap_or_default(), name.as_deref().unwrap_or_default()]
    }
}

#[derive(Debug, Deserialize)]
struct ToldObject {
    kind: String,
    namespace: Option<String>,
    name: Option<String>,
    file: Option<String>,
    line: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct ToldActor {
    via: String,
    source: String,
    operation: String,
    time: String,
}

#[derive(Debug, Deserialize)]
struct ToldBaseline {
    name: String,
    file: Option<String>,
    line: Option<u32>,
}

/// Everything that is known of it.
pub(super) fn put_facts(page: &mut Page, told: &Told) {
    page.title(&told.message);
    page.blank();
    for (name, text) in facts(told) {
        if text.is_empty() {
            continue;
        }
        let chains = if name == ACTUAL { chains(told) } else { vec![text.as_str()] };
        for (number, line) in chains.into_iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            page.beside(&format!("  {DIM}{name:<9}{DIM:#}  "), line);
        }
    }
    page.blank();
}

/// What to do about it, and what its check says in general.
pub(super) fn put_advice(page: &mut Page, told: &Told) {
    put_section(page, "What to do", &told.remediation);
    let Some(check) = checks::find(&told.check) else { return };
    put_section(page, "Why it matters", check.info.why);
    put_references(page, check.info.references);
}

const ACTUAL: &str = "actual";

/// What was seen, and of rights and flows every way by which they came: each is a line of its own.
fn chains(told: &Told) -> Vec<&str> {
    let ways = ["rbac/", "secrets/", FAMILY].iter().any(|family| told.check.starts_with(family));
    if ways { told.actual.split("; ").collect() } else { vec![told.actual.as_str()] }
}

fn facts(told: &Told) -> [(&'static str, String); 13] {
    let at = |file: &Option<String>, line: Option<u32>| match (file, line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        _ => String::new(),
    };
    let object = &told.object;
    let parts = [Some(&object.kind), object.namespace.as_ref(), object.name.as_ref()];
    let declared = |it: &ToldBaseline| match at(&it.file, it.line) {
        place if place.is_empty() => format!("{}, the embedded default", it.name),
        place => format!("{}, {place}", it.name),
    };
    let actor = |it: &ToldActor| {
        let ToldActor { via, source, operation, time } = it;
        format!("last written by {via} ({operation}) at {time}, as {source} say")
    };
    // The first of the ways that are told anyhow.
    let field = if chains(told).contains(&told.path.as_str()) { String::new() } else { told.path.clone() };
    let opened = if told.opened_at == told.since { String::new() } else { told.opened_at.clone() };
    [
        ("check", format!("{} ({}, {})", told.check, told.severity, told.direction)),
        ("object", parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("/")),
        ("in", at(&object.file, object.line)),
        ("field", field),
        ("expected", told.expected.clone()),
        (ACTUAL, told.actual.clone()),
        ("count", if told.count == 0 { String::new() } else { told.count.to_string() }),
        ("declared", told.baseline.as_ref().map(declared).unwrap_or_default()),
        ("since", told.since.clone()),
        ("opened", opened),
        ("resolved", told.resolved_at.clone().unwrap_or_default()),
        ("actor", told.actor.as_ref().map(actor).unwrap_or_default()),
        ("waived", told.waiver.clone().unwrap_or_default()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(check: &str, actual: &str, path: &str) -> String {
        explained_by(&serde_json::Value::Null, check, actual, path)
    }

    fn explained_by(actor: &serde_json::Value, check: &str, actual: &str, path: &str) -> String {
        let record = serde_json::json!({
            "id": "0", "check": check, "key": "", "severity": "high", "direction": "loosened", "count": 1,
            "object": {"kind": "Group", "namespace": null, "name": "dev", "file": null, "line": null},
            "message": "group dev may list secrets", "expected": "nobody", "actual": actual, "path": path,
            "since": "now", "openedAt": "now", "resolvedAt": null, "actor": actor, "baseline": null,
            "remediation": "delete RoleBinding/shop/dev",
        });
        let mut page = Page::new(usize::MAX);
        let told = serde_json::from_value(record).unwrap();
        put_facts(&mut page, &told);
        put_advice(&mut page, &told);
        anstream::adapter::strip_str(&page.into_text()).to_string()
    }

    #[test]
    fn every_way_by_which_a_right_came_is_a_line() {
        let ways =
            "RoleBinding/shop/dev > ClusterRole/edit rule 3; RoleBinding/shop/dev > ClusterRole/edit rule 4";
        let (first, second) = ways.split_once("; ").unwrap();
        let page = explained("secrets/unlisted-reader", ways, first);
        assert!(page.contains(&format!("  actual     {first}\n             {second}\n")), "{page}");
        assert!(!page.contains("field"), "{page}");
        assert!(page.contains("What to do\n  delete RoleBinding/shop/dev\n"), "{page}");
    }

    #[test]
    fn who_wrote_it_is_told_where_it_is_known() {
        let actor = serde_json::json!({
            "user": null, "via": "kubectl-edit", "source": "managedFields", "confidence": "low",
            "operation": "Update", "time": "2026-11-24T09:00:00Z",
        });
        let page = explained_by(&actor, "secrets/unlisted-reader", "", "");
        let line = "  actor      last written by kubectl-edit (Update) at 2026-11-24T09:00:00Z, as managedFields say\n";
        assert!(page.contains(line), "{page}");
        assert!(!explained("secrets/unlisted-reader", "", "").contains("actor"));
    }

    #[test]
    fn every_way_of_a_flow_is_a_line() {
        let page = explained("network/cross-namespace", "rule 1: everyone; rule 2: every pod", "rule 1");
        assert!(page.contains("  actual     rule 1: everyone\n             rule 2: every pod\n"), "{page}");
    }

    #[test]
    fn what_is_no_matter_of_ways_stays_in_one_line() {
        let page = explained("pod-security/capabilities-baseline", "NET_RAW; SYS_TIME", "spec.x");
        assert!(page.contains("  actual     NET_RAW; SYS_TIME\n"), "{page}");
        assert!(page.contains("  field      spec.x\n"), "{page}");
    }
}
