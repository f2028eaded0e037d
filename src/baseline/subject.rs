//! Who may do something: the subjects of RBAC.

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Fields, Reader, Value};
use crate::model::ObjectKey;
use crate::rbac;

/// A subject of RBAC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    User(String),
    Group(String),
    ServiceAccount { namespace: String, name: String },
}

impl Subject {
    /// What rights are looked up by. A user by the name of a service account is that service account.
    pub fn key(&self) -> ObjectKey {
        match self {
            Self::User(name) => rbac::user(name),
            Self::Group(name) => rbac::group(name),
            Self::ServiceAccount { namespace, name } => {
                rbac::service_account(namespace.as_str().into(), name)
            }
        }
    }

    /// Whether rights of this key are its own.
    pub fn is(&self, key: &ObjectKey) -> bool {
        self.key() == *key
    }
}

pub(super) const SUBJECT: &str = "a subject such as {kind: Group, name: \"system:masters\"}";

const KINDS: [&str; 3] = ["ServiceAccount", "User", "Group"];

pub(super) static TABLE: Table = Table {
    path: "spec.rbac.clusterAdmins[]",
    fields: &[
        required("kind", "ServiceAccount, User or Group", "What it is."),
        optional(
            "namespace",
            NAMESPACE,
            "The namespace of a service account, which must have one; the others have none.",
        ),
        required("name", "a name", "Its name."),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Subject> {
    let fields = value.fields(reader, &TABLE)?;
    read_fields(value, &fields, reader)
}

/// The subject that the fields `kind`, `namespace` and `name` of `value` say.
pub(super) fn read_fields(value: &Value<'_>, fields: &Fields<'_>, reader: &mut Reader) -> Option<Subject> {
    let kind = fields.get("kind").and_then(|kind| kind.word(reader, &KINDS));
    let name = fields.get("name").and_then(|name| name.text(reader));
    let namespace = fields.get("namespace");
    let namespace_text = namespace.as_ref().and_then(|it| it.text_if(reader, is_namespace));
    let (kind, name) = (kind?, name?.to_owned());
    match (kind, namespace, namespace_text) {
        ("ServiceAccount", Some(_), text) => {
            Some(Subject::ServiceAccount { namespace: text?.to_owned(), name })
        }
        ("ServiceAccount", None, _) => {
            let value = Value { expects: "the namespace of the service account", ..value.clone() };
            value.refuse(reader)
        }
        (_, Some(namespace), _) => {
            Value { expects: "no namespace: only a ServiceAccount has one", ..namespace }.refuse(reader)
        }
        ("User", None, _) => Some(Subject::User(name)),
        (_, None, _) => Some(Subject::Group(name)),
    }
}
