//! `apiVersion` and `kind`: what an object claims to be.

use serde::Deserialize;

use crate::model::Kind;
use crate::wire::meta::nullable;

/// `metav1.TypeMeta`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TypeMeta {
    #[serde(deserialize_with = "nullable")]
    pub(super) api_version: String,
    #[serde(deserialize_with = "nullable")]
    pub(super) kind: String,
}

/// What an object is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A list by its kind: one of any objects, or one of a watched kind.
    List,
    Watched(Kind),
    /// Of a kind that is not watched.
    Other,
}

/// The version that Kubernetes 1.16 ceased to serve.
const GONE: &str = "extensions/v1beta1";

impl TypeMeta {
    /// The type itself where it says anything, else that of the items of the list in which the object stands.
    pub(super) fn or(self, of_items: Option<&Self>) -> Self {
        let is_blank = self.api_version.is_empty() && self.kind.is_empty();
        of_items.filter(|_| is_blank).cloned().unwrap_or(self)
    }

    /// The type of items that name none themselves, where the kind of the list tells it.
    pub(super) fn of_items(&self) -> Option<Self> {
        let kind = self.kind.strip_suffix("List").filter(|kind| !kind.is_empty())?;
        Some(Self { api_version: self.api_version.clone(), kind: kind.to_owned() })
    }

    /// What it is, or what is wrong with it.
    pub(super) fn sort(&self) -> Result<Sort, String> {
        match (self.api_version.as_str(), self.kind.as_str()) {
            ("", "") => return Err("apiVersion and kind are missing".to_owned()),
            ("", kind) => return Err(format!("{kind} has no apiVersion")),
            (version, "") => return Err(format!("an object of apiVersion {version} has no kind")),
            _ => {}
        }
        if self.kind == "List" || self.of_items().is_some_and(|items| items.watched().is_some()) {
            return Ok(Sort::List);
        }
        let (_, version) = self.group_version();
        if self.api_version == GONE && self.watched() == Some(Kind::NetworkPolicy) {
            // Unlike those of workloads its rules decide on others, who would rely on a policy that is nowhere.
            return Err(format!(
                "no API server has {GONE} NetworkPolicy any more; write networking.k8s.io/v1"
            ));
        }
        match self.watched() {
            None => self.misnamed().map_or(Ok(Sort::Other), Err),
            // Of these nothing but the metadata is read, in whatever version.
            Some(kind) if kind.is_foreign_policy() => Ok(Sort::Watched(kind)),
            Some(kind) if kind.version() == version || earlier_versions(kind).contains(&version) => {
                Ok(Sort::Watched(kind))
            }
            Some(kind) => Err(format!(
                "{kind} has the unknown apiVersion {}; expected {}",
                self.api_version,
                kind.api_version()
            )),
        }
    }

    /// What is wrong with a type that the API server can only refuse, where a watched kind is meant: its name in another
    /// group of Kubernetes' own, or in other letters.
    fn misnamed(&self) -> Option<String> {
        let (group, _) = self.group_version();
        // Only groups with a domain can have kinds of others.
        if group.contains('.') && !group.ends_with(".k8s.io") {
            return None;
        }
        let meant = Kind::ALL.into_iter().find(|kind| kind.name().eq_ignore_ascii_case(&self.kind))?;
        Some(format!(
            "{} has no kind {}; did you mean {} of {}?",
            self.api_version,
            self.kind,
            meant.name(),
            meant.api_version()
        ))
    }

    /// The watched kind of this group and name, in whatever version.
    fn watched(&self) -> Option<Kind> {
        Kind::find(self.group_version().0, &self.kind)
    }

    fn group_version(&self) -> (&str, &str) {
        let (group, version) = self.api_version.split_once('/').unwrap_or(("", &self.api_version));
        // Before Kubernetes 1.16 `extensions/v1beta1` served the kinds that are now of these groups.
        let group = match (group, self.kind.as_str()) {
            ("extensions", "NetworkPolicy" | "NetworkPolicyList") => Kind::NetworkPolicy.group(),
            ("extensions", _) => "apps",
            (group, _) => group,
        };
        (group, version)
    }
}

/// The other versions in which the group of the kind was served. In all of them what is read stands where it stands
/// now.
fn earlier_versions(kind: Kind) -> &'static [&'static str] {
    match kind.group() {
        "apps" => &["v1beta2", "v1beta1"],
        "batch" => &["v1beta1", "v2alpha1"],
        "rbac.authorization.k8s.io" => &["v1beta1"],
        // Network policies were of version 1 from the beginning.
        "networking.k8s.io" if kind != Kind::NetworkPolicy => &["v1beta1"],
        _ => &[],
    }
}
