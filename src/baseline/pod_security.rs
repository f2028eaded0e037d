//! What is declared of pods: `spec.podSecurity` of a `Baseline`.

use super::field::{Table, optional, required};
use super::reader::{Reader, Value};
use super::{Level, Version, namespaces, profile};

/// `spec.podSecurity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PodSecurity {
    pub level: Level,
    pub version: Version,
    /// `namespaceLabel: enforce`: namespaces must carry `pod-security.kubernetes.io/enforce` at this level or a
    /// stricter one.
    pub namespace_label: bool,
    /// What the `PodSecurity` admission of the cluster is configured to exempt, which no object shows.
    pub exempt: Exempt,
    pub profile: Option<Profile>,
}

/// The exemptions of the admission configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Exempt {
    pub namespaces: Vec<String>,
    pub runtime_classes: Vec<String>,
}

/// What `PodSecurityPolicy` could ask beyond the standards. What is none asks nothing.
///
/// The fields follow those of `policy/v1beta1` `PodSecurityPolicySpec`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// `readOnlyRootFilesystem: true`.
    pub read_only_root_filesystem: bool,
    pub run_as_user: Option<Ids>,
    pub run_as_group: Option<Ids>,
    pub fs_group: Option<Ids>,
    pub supplemental_groups: Option<Ids>,
    pub allowed_host_paths: Option<Vec<HostPath>>,
    /// The fields of a volume that may set it, such as `configMap`; `*` for any.
    pub volumes: Option<Vec<String>>,
    pub host_ports: Option<Vec<Range>>,
    /// What may be added; `*` for any.
    pub allowed_capabilities: Option<Vec<String>>,
    pub required_drop_capabilities: Vec<String>,
    /// `RuntimeDefault`, `Unconfined`, `Localhost/FILE`, or `Localhost/*` for any file.
    pub seccomp_profiles: Option<Vec<String>>,
    pub app_armor_profiles: Option<Vec<String>>,
    pub se_linux: Option<SeLinux>,
    /// Names, or prefixes that end with `*`.
    pub forbidden_sysctls: Vec<String>,
    /// Names, or prefixes that end with `*`.
    pub allowed_sysctls: Option<Vec<String>>,
    pub allowed_csi_drivers: Option<Vec<String>>,
    pub runtime_classes: Option<Vec<String>>,
}

/// The users or groups that are allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    pub ranges: Vec<Range>,
}

/// A range of numbers with both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    pub min: i64,
    pub max: i64,
}

/// A path on the host below which volumes may be mounted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostPath {
    pub prefix: String,
    /// It may be mounted read-only alone.
    pub read_only: bool,
}

/// The `SELinux` options that must be set; what is none may be anything.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SeLinux {
    pub user: Option<String>,
    pub role: Option<String>,
    pub kind: Option<String>,
    pub level: Option<String>,
}

pub(super) static TABLE: Table = Table {
    path: "spec.podSecurity",
    fields: &[
        required(
            "level",
            "privileged, baseline or restricted",
            "The level of the Pod Security Standards that every pod and every template of one must meet.",
        ),
        optional(
            "version",
            "latest or a version such as v1.37",
            "The version of the standards. `latest`, which is also meant where it is left out, is the newest that is \
             known.",
        ),
        optional(
            "namespaceLabel",
            "enforce",
            "Namespaces must carry the label `pod-security.kubernetes.io/enforce` at this level or a stricter one.",
        ),
        optional(
            "exempt",
            "a mapping such as {runtimeClasses: [gvisor]}",
            "What the PodSecurity admission of the cluster is configured to exempt. No object shows it.",
        ),
        optional(
            "profile",
            "a mapping such as {readOnlyRootFilesystem: true}",
            "What is asked beyond the standards. Its fields are those of PodSecurityPolicy; what is left out asks \
             nothing.",
        ),
    ],
};

pub(super) static EXEMPT: Table = Table {
    path: "spec.podSecurity.exempt",
    fields: &[
        optional("namespaces", "a list of namespaces", "The namespaces that are exempt."),
        optional("runtimeClasses", "a list of runtime classes", "The runtime classes that are exempt."),
    ],
};

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<PodSecurity> {
    let fields = value.fields(reader, &TABLE)?;
    let level = fields.get("level").and_then(|it| it.word(reader, &Level::ALL.map(Level::as_str)));
    let version = fields.get("version").and_then(|it| it.parsed(reader, Version::parse));
    let label = fields.get("namespaceLabel").and_then(|it| it.word(reader, &["enforce"]));
    let exempt = fields.get("exempt").and_then(|it| read_exempt(&it, reader));
    let profile = fields.get("profile").and_then(|it| profile::read(&it, reader));
    Some(PodSecurity {
        level: Level::parse(level?)?,
        version: version.unwrap_or(Version::LATEST),
        namespace_label: label.is_some(),
        exempt: exempt.unwrap_or_default(),
        profile,
    })
}

fn read_exempt(value: &Value<'_>, reader: &mut Reader) -> Option<Exempt> {
    let fields = value.fields(reader, &EXEMPT)?;
    let namespaces = fields.get("namespaces").and_then(|it| namespaces::read_names(&it, reader));
    let classes = fields.get("runtimeClasses");
    let classes = classes.and_then(|it| it.texts(reader, "the name of a runtime class"));
    Some(Exempt { namespaces: namespaces.unwrap_or_default(), runtime_classes: classes.unwrap_or_default() })
}
