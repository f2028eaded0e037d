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
    pub indirect: Indirect,
    pub in_environment: InEnvironment,
}

/// What is asked of paths that amount to reading secrets, such as to create pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Indirect {
    #[default]
    Ignore,
    /// Nobody but the readers of a scope may have one.
    Report,
    /// The readers may not have one either.
    Forbid,
}

/// What is asked of containers that take secrets as environment variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum InEnvironment {
    Ignore,
    #[default]
    Forbid,
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
            "Who may get, list or watch secrets. Anyone else who can is a deviation. Where it is left out, only what \
             everybody may read is one.",
        ),
        optional(
            "indirect",
            "ignore, report or forbid",
            "What amounts to reading secrets: to create pods, to request tokens, to impersonate, to bind, to reach \
             `nodes/proxy`. With `report` it is a deviation of whoever is no reader there, with `forbid` of readers \
             too. `ignore` where it is left out.",
        ),
        optional(
            "inEnvironment",
            "ignore or forbid",
            "Whether containers may take secrets as environment variables. `forbid` where it is left out.",
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
            "Whose secrets it may read; `*`, which is also what is meant where it is left out, for any. A right on \
             the whole cluster asks for `*`, or for every namespace that `spec.namespaces.names` protects.",
        ),
        optional(
            "via",
            "a list of bindings",
            "The bindings that give it this right, as in `ClusterRoleBinding/cert-manager`; a `RoleBinding` is one \
             in the namespace of the secrets. Any where it is left out.",
        ),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Secrets> {
    let fields = value.fields(reader, &TABLE)?;
    let readers = fields.get("readers");
    let indirect = fields.get("indirect").and_then(|it| read_indirect(&it, reader));
    let in_environment = fields.get("inEnvironment").and_then(|it| read_in_environment(&it, reader));
    Some(Secrets {
        readers: readers.and_then(|it| it.entries(reader, "a reader of secrets", read_reader)),
        indirect: indirect.unwrap_or_default(),
        in_environment: in_environment.unwrap_or_default(),
    })
}

fn read_indirect(value: &Value<'_>, reader: &mut Reader) -> Option<Indirect> {
    match value.word(reader, &["ignore", "report", "forbid"])? {
        "ignore" => Some(Indirect::Ignore),
        "report" => Some(Indirect::Report),
        _ => Some(Indirect::Forbid),
    }
}

fn read_in_environment(value: &Value<'_>, reader: &mut Reader) -> Option<InEnvironment> {
    match value.word(reader, &["ignore", "forbid"])? {
        "ignore" => Some(InEnvironment::Ignore),
        _ => Some(InEnvironment::Forbid),
    }
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
