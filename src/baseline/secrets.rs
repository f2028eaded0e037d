//! What is declared of secrets: `spec.secrets`.

use super::field::{Table, optional, required};
use super::namespaces::{NAMESPACE, is_namespace};
use super::reader::{Reader, Value};
use super::subject::{self, Subject};

/// `spec.secrets`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Secrets {
    /// Who may get, list or watch secrets. Anyone else who can is a deviation. None asks nothing.
    pub readers: Option<Vec<SecretReader>>,
    /// `indirect: report`: paths that amount to reading are deviations too.
    pub indirect: bool,
}

/// Who may read which secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretReader {
    pub subject: Subject,
    /// `get`, `list`, `watch`; all of them where none is declared.
    pub verbs: Vec<String>,
    /// The namespaces whose secrets it may read; `*` for any.
    pub namespaces: Vec<String>,
    /// The bindings by which it may; none for any.
    pub via: Option<Vec<Binding>>,
}

/// A binding of RBAC.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    pub kind: BindingKind,
    pub name: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BindingKind {
    ClusterRoleBinding,
    RoleBinding,
}

const VERBS: [&str; 3] = ["get", "list", "watch"];

pub(super) static TABLE: Table = Table {
    path: "spec.secrets",
    fields: &[
        optional(
            "readers",
            "a list of readers",
            "Who may get, list or watch secrets. Anyone else who can is a deviation.",
        ),
        optional(
            "indirect",
            "report",
            "What amounts to reading secrets is a deviation too: to create pods, to request tokens, to impersonate, \
             to bind, to reach `nodes/proxy`.",
        ),
    ],
};

pub(super) static READER: Table = Table {
    path: "spec.secrets.readers[]",
    fields: &[
        required("kind", "ServiceAccount, User or Group", "What the reader is."),
        optional(
            "namespace",
            NAMESPACE,
            "The namespace of a service account, which must have one; the others have none.",
        ),
        required("name", "a name", "The reader's name."),
        optional("verbs", "a list of verbs", "`get`, `list`, `watch`. All three where it is left out."),
        optional(
            "namespaces",
            "a list of namespaces, or [\"*\"]",
            "Whose secrets it may read; `*`, which is also what is meant where it is left out, for any.",
        ),
        optional(
            "via",
            "a list of bindings",
            "The bindings that give it this right, as in `ClusterRoleBinding/cert-manager`. Any where it is left out.",
        ),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Secrets> {
    let fields = value.fields(reader, &TABLE)?;
    let readers = fields.get("readers");
    let indirect = fields.get("indirect");
    Some(Secrets {
        readers: readers.and_then(|it| it.entries(reader, "a reader of secrets", read_reader)),
        indirect: indirect.and_then(|it| it.word(reader, &["report"])).is_some(),
    })
}

fn read_reader(value: &Value<'_>, reader: &mut Reader) -> Option<SecretReader> {
    let fields = value.fields(reader, &READER)?;
    let subject = subject::read_fields(value, &fields, reader);
    let verbs = fields.get("verbs").and_then(|it| it.words(reader, "get, list or watch", &VERBS));
    let namespaces = fields.get("namespaces");
    let namespaces = namespaces.and_then(|it| it.texts_if(reader, "the name of a namespace, or *", is_scope));
    let via = fields.get("via");
    let binding = "a binding such as ClusterRoleBinding/cert-manager";
    let via = via.and_then(|it| it.list(reader, binding, |it, reader| it.parsed(reader, parse_binding)));
    Some(SecretReader {
        subject: subject?,
        verbs: verbs.unwrap_or_else(|| VERBS.map(str::to_owned).to_vec()),
        namespaces: namespaces.unwrap_or_else(|| vec!["*".to_owned()]),
        via,
    })
}

fn is_scope(text: &str) -> bool {
    text == "*" || is_namespace(text)
}

fn parse_binding(text: &str) -> Option<Binding> {
    let (kind, name) = text.split_once('/')?;
    let kind = match kind {
        "ClusterRoleBinding" => BindingKind::ClusterRoleBinding,
        "RoleBinding" => BindingKind::RoleBinding,
        _ => return None,
    };
    let valid = !name.is_empty() && !name.contains('/');
    valid.then(|| Binding { kind, name: name.to_owned() })
}
