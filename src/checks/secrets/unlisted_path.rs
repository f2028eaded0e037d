//! A listed reader may read by the bindings alone that its entry names.
//!
//! Reads the roles and bindings, and `spec.secrets.readers`. Where the entries that give a subject a verb in a scope
//! all name bindings (`via`), a binding that gives it this verb there and is none of them is a finding. A
//! `RoleBinding` is meant in the namespace of the scope. An entry without `via` allows any binding.
//! <https://kubernetes.io/docs/concepts/security/secrets-good-practices/#least-privilege-secrets>

use super::reader::{Reader, findings};
use super::{GOOD_PRACTICES, verbs};
use crate::checks::rights::{Said, evidence, name_of, paths, place, unlisted};
use crate::checks::{Check, Facts, RIGHTS, Rule};
use crate::model::{CheckInfo, Finding, Severity};
use crate::rbac::Powers;
use crate::snapshot::Grantee;

pub(crate) static CHECK: Check = Check {
    info: CheckInfo {
        id: "secrets/unlisted-path",
        severity: Severity::Low,
        title: "listed reader of secrets by another binding than declared",
        why: "The reader may read, but not by this way. It keeps the right when the declared binding is taken \
              away, and whoever made the binding gave a right that nobody reviewed.",
        mend: "Take the reader out of the binding that is named, or add the binding to the `via` of its entry in \
               `spec.secrets.readers`.",
        references: &[GOOD_PRACTICES],
    },
    reads: RIGHTS,
    rule: Rule::Grantee(|facts, grantee| {
        // Nearly nobody is listed.
        if is_listed(facts, grantee) { findings(facts, grantee, judge) } else { Vec::new() }
    }),
};

/// Whether any baseline lists the subject as a reader.
fn is_listed(facts: &Facts<'_>, grantee: &Grantee) -> bool {
    grantee.powers.has_any(Powers::READ_SOME_SECRETS) && {
        let secrets = facts.declared.baselines.iter().filter_map(|it| it.secrets.as_ref());
        secrets.filter_map(|it| it.readers.as_ref()).flatten().any(|it| it.subject.is(grantee.key))
    }
}

fn judge(reader: &Reader<'_>) -> Vec<Finding> {
    let listed = reader.listing.powers().and(Powers::READ_SOME_SECRETS);
    let mut stray = Powers::NONE;
    let mut ways = Vec::new();
    for grant in reader.grants {
        let beyond = grant.powers().and(listed).without(reader.listing.powers_via(&grant.binding));
        stray = stray.or(beyond);
        ways.extend(paths(&[grant], beyond));
    }
    if stray.is_empty() {
        return Vec::new();
    }
    let (scope, can) = (reader.scope, verbs(stray));
    let (subject, place) = (reader.subject(), place(scope));
    let said = Said {
        message: format!("{subject} can {can} secrets {place} by a binding that its entry does not name"),
        expected: format!("by {} alone", reader.listing.bindings()),
        actual: format!("{can} on secrets by {}", evidence(&ways)),
    };
    vec![unlisted(&reader.grantee.object(), scope, name_of(scope).to_owned(), reader.baseline, said, &ways)]
}
