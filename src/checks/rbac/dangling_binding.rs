//! A binding must give a role that is there, to subjects that are.
//!
//! Where a baseline has `rbac`. Fields: `roleRef` and `subjects` of a `RoleBinding` or `ClusterRoleBinding`. What
//! is named and not there grants nothing, and waits for whoever makes an object of that name. Allowed: a role that is
//! there, though it cannot be read; service accounts that are there, the `default` one of any namespace, and those to
//! which Kubernetes itself binds its roles: controllers make them. Users and groups are no objects, so that nobody
//! can say whether one exists.
//! <https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review>

use std::sync::Arc;

use super::judging;
use crate::baseline::Baseline;
use crate::checks::{Check, Facts, Reads, Rule};
use crate::model::{CheckInfo, Direction, Finding, Kind, ObjectKey, ObjectKind, ObjectRef, Severity};
use crate::rbac::{Binding, Bound};
use crate::snapshot::DEFAULT_ACCOUNT;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "rbac/dangling-binding",
        severity: Severity::Low,
        title: "binding of what is not there",
        why: "Such a binding grants nothing now, and everything to whoever may make an object of that name: a role \
              with any rules, or a service account in that namespace. Nobody has to touch the binding for it.",
        mend: "Delete the binding, or take the subject out of it; make what it names if it is needed.",
        references: &["https://kubernetes.io/docs/concepts/security/rbac-good-practices/#periodic-review"],
    },
    reads: Reads::Kinds(&[
        Kind::Namespace,
        Kind::ServiceAccount,
        Kind::Role,
        Kind::ClusterRole,
        Kind::RoleBinding,
        Kind::ClusterRoleBinding,
    ]),
    rule: Rule::Binding(evaluate),
};

/// How many service accounts of one binding are findings of their own. All others are one finding together.
const ACCOUNTS_MAX: usize = 50;

/// What a binding names and is not there.
struct Absent {
    key: String,
    /// The rest of a sentence that begins with the binding.
    message: String,
    actual: String,
    path: &'static str,
    remedy: String,
}

fn evaluate(facts: &Facts<'_>, object: &ObjectRef, binding: &Binding) -> Vec<Finding> {
    let judging = judging(facts, binding.scope());
    if judging.is_empty() {
        return Vec::new();
    }
    let role = absent_role(facts, binding).into_iter();
    let absent: Vec<Absent> = role.chain(absent_accounts(facts, binding)).chain(nobody(binding)).collect();
    let of = |baseline| absent.iter().map(move |absent| finding(object, baseline, absent));
    judging.into_iter().flat_map(|(baseline, _)| of(baseline)).collect()
}

fn absent_role(facts: &Facts<'_>, binding: &Binding) -> Option<Absent> {
    let there =
        |role: &ObjectKey| facts.snapshot.role(role).is_some() || facts.snapshot.unreadable(role).is_some();
    let (message, actual) = match &binding.role {
        Some(role) if there(role) => return None,
        Some(role) => (format!("gives {role}, which is not there"), format!("{role} is not there")),
        None => ("gives a role of an unknown kind".to_owned(), "of an unknown kind".to_owned()),
    };
    let remedy = format!("delete {}", binding.key);
    Some(Absent { key: "roleRef".to_owned(), message, actual, path: "roleRef", remedy })
}

fn absent_accounts(facts: &Facts<'_>, binding: &Binding) -> Vec<Absent> {
    let absent = binding.subjects.iter().filter(|bound| !bound.is_bootstrap && is_absent(facts, bound));
    let keys: Vec<&ObjectKey> = absent.map(|bound| &bound.key).collect();
    let (named, others) = keys.split_at(keys.len().min(ACCOUNTS_MAX));
    let named = named.iter().map(|account| Absent {
        key: account.to_string(),
        message: format!("names {account}, which is not there"),
        actual: format!("{account} is not there"),
        path: "subjects",
        remedy: format!("take {account} out of {}", binding.key),
    });
    let others = (!others.is_empty()).then(|| Absent {
        key: "ServiceAccount".to_owned(),
        message: format!("names {} more service accounts that are not there", others.len()),
        actual: format!("{} more service accounts are not there", others.len()),
        path: "subjects",
        remedy: format!("take them out of {}", binding.key),
    });
    named.chain(others).collect()
}

fn is_absent(facts: &Facts<'_>, bound: &Bound) -> bool {
    let account = &bound.key;
    account.kind == ObjectKind::Watched(Kind::ServiceAccount)
        && &*account.name != DEFAULT_ACCOUNT
        && facts.snapshot.labels(account).is_none()
        && facts.snapshot.unreadable(account).is_none()
}

fn nobody(binding: &Binding) -> Option<Absent> {
    let subjects = match binding.nobody {
        0 => return None,
        1 => "1 subject that can be nobody".to_owned(),
        many => format!("{many} subjects that can be nobody"),
    };
    Some(Absent {
        key: "subjects".to_owned(),
        message: format!("names {subjects}: of an unknown kind, or a service account without namespace"),
        actual: subjects,
        path: "subjects",
        remedy: format!("take what is no User, Group or ServiceAccount out of {}", binding.key),
    })
}

fn finding(object: &ObjectRef, baseline: &Baseline, absent: &Absent) -> Finding {
    Finding {
        object: object.clone(),
        exposed: None,
        key: absent.key.clone(),
        direction: Direction::Loosened,
        count: 1,
        message: format!("{} {}", object.key, absent.message),
        expected: "what is there".to_owned(),
        actual: absent.actual.clone(),
        path: absent.path.to_owned(),
        remedy: absent.remedy.clone(),
        declaration: Some(Arc::clone(&baseline.declaration)),
    }
}
