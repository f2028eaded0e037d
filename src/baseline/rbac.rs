//! What is declared of rights: `spec.rbac`.

use super::field::{Table, optional};
use super::reader::{Reader, Value};
use super::subject::{self, SUBJECT, Subject};

/// `spec.rbac`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rbac {
    /// Who may do everything in the cluster, whatever the roles are called. None asks nothing.
    pub cluster_admins: Option<Vec<Subject>>,
    /// What nobody may be granted.
    pub forbid: Vec<ForbiddenGrant>,
    /// `grants: declared`: the effective rights of each subject must be covered by the declared roles and bindings.
    pub declared_grants: bool,
}

/// A kind of grant that may be forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForbiddenGrant {
    /// `*` as verb, group, resource or path.
    Wildcard,
    /// The verb `escalate` on roles.
    Escalate,
    /// The verb `bind` on roles.
    Bind,
    /// The verb `impersonate`.
    Impersonate,
    /// Anything to whoever is not authenticated.
    Anonymous,
}

impl ForbiddenGrant {
    pub const ALL: [Self; 5] =
        [Self::Wildcard, Self::Escalate, Self::Bind, Self::Impersonate, Self::Anonymous];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wildcard => "wildcard",
            Self::Escalate => "escalate",
            Self::Bind => "bind",
            Self::Impersonate => "impersonate",
            Self::Anonymous => "anonymous",
        }
    }
}

pub(super) static TABLE: Table = Table {
    path: "spec.rbac",
    fields: &[
        optional(
            "clusterAdmins",
            "a list of subjects",
            "Who may have all rights on the cluster. Anyone else who has is a deviation.",
        ),
        optional(
            "forbid",
            "a list of grants",
            "What nobody may be granted: `wildcard`, `escalate`, `bind`, `impersonate`; `anonymous` is anything that \
             is granted to whoever is not authenticated.",
        ),
        optional(
            "grants",
            "declared",
            "What each subject may do must be covered by the roles and bindings that are declared beside this \
             document, and what these grant must be there. Rights are compared, not how they are written.",
        ),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Rbac> {
    let fields = value.fields(reader, &TABLE)?;
    let admins = fields.get("clusterAdmins");
    let forbid = fields.get("forbid");
    let grants = fields.get("grants");
    let expects = "wildcard, escalate, bind, impersonate or anonymous";
    Some(Rbac {
        cluster_admins: admins.and_then(|it| it.entries(reader, SUBJECT, subject::read)),
        forbid: forbid.and_then(|it| it.list(reader, expects, read_forbidden)).unwrap_or_default(),
        declared_grants: grants.and_then(|it| it.word(reader, &["declared"])).is_some(),
    })
}

fn read_forbidden(value: &Value<'_>, reader: &mut Reader) -> Option<ForbiddenGrant> {
    let word = value.word(reader, &ForbiddenGrant::ALL.map(ForbiddenGrant::as_str))?;
    ForbiddenGrant::ALL.into_iter().find(|grant| grant.as_str() == word)
}
