//! What rights amount to, as far as any check asks: computed once for each rule, so that a verdict on a subject is a
//! union of sets of bits.

use super::request::{ALL, Request, Target, allows};
use crate::model::Kind;
use crate::wire::PolicyRule;

/// One thing that a right lets its holder do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Power {
    /// Any secret of the scope.
    GetSecrets,
    ListSecrets,
    WatchSecrets,
    /// Secrets whose names the rule lists.
    GetNamedSecrets,
    ListNamedSecrets,
    WatchNamedSecrets,
    /// Patch secrets or delete them together, which is answered with what they hold.
    SecretsReturned,
    /// Create pods, or make a workload controller create them.
    RunPods,
    /// Change the image of pods that run, or add ephemeral containers to them.
    AlterPods,
    /// Run commands in pods, or attach to them.
    ExecInPods,
    RequestTokens,
    ImpersonateUsers,
    ImpersonateGroups,
    ImpersonateServiceAccounts,
    /// The uid or an extra field of whoever is impersonated.
    ImpersonateAttributes,
    /// Users, groups, nodes; for the requests that other rules allow on their behalf. So are service accounts.
    ImpersonateConstrained,
    ImpersonateServiceAccountsConstrained,
    BindRoles,
    BindClusterRoles,
    EscalateRoles,
    EscalateClusterRoles,
    WriteRoles,
    WriteClusterRoles,
    WriteRoleBindings,
    WriteClusterRoleBindings,
    CreateSigningRequests,
    ApproveSigningRequests,
    ApproveForSigners,
    /// Have certificates of nodes signed without anybody's approval.
    SignNodeCertificates,
    ReachKubelets,
    CreateVolumes,
    ChangeNamespaces,
    ControlWebhooks,
    /// `*` as verb, group, resource or path.
    Wildcard,
    /// The verb on every resource of every group; all of them together make a cluster admin.
    GetAll,
    ListAll,
    WatchAll,
    CreateAll,
    UpdateAll,
    PatchAll,
    DeleteAll,
    DeleteCollectionAll,
    /// Anything at all.
    Anything,
}

/// A set of powers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Powers(u64);

impl Powers {
    pub const NONE: Self = Self(0);

    /// To read any secret of the scope.
    pub const READ_SECRETS: Self = Self::of(&[Power::GetSecrets, Power::ListSecrets, Power::WatchSecrets]);

    /// To read the secrets that a rule names.
    pub const READ_NAMED_SECRETS: Self =
        Self::of(&[Power::GetNamedSecrets, Power::ListNamedSecrets, Power::WatchNamedSecrets]);

    /// To read some secrets of the scope, whichever they are.
    pub const READ_SOME_SECRETS: Self = Self::READ_SECRETS.or(Self::READ_NAMED_SECRETS);

    /// Whatever may begin a way round to secrets.
    pub const WAYS_TO_SECRETS: Self = Self::of(&[
        Power::SecretsReturned,
        Power::RunPods,
        Power::AlterPods,
        Power::ExecInPods,
        Power::RequestTokens,
        Power::ImpersonateUsers,
        Power::ImpersonateGroups,
        Power::ImpersonateServiceAccounts,
        Power::BindRoles,
        Power::BindClusterRoles,
        Power::EscalateRoles,
        Power::EscalateClusterRoles,
        Power::CreateSigningRequests,
        Power::ReachKubelets,
        Power::CreateVolumes,
        Power::ChangeNamespaces,
        Power::ControlWebhooks,
    ]);

    /// To do anything at all.
    pub const ANYTHING: Self = Self::of(&[Power::Anything]);

    /// What makes a cluster admin, whatever the roles are called, where it is held for the whole cluster.
    pub const EVERYTHING: Self = Self::of(&[
        Power::GetAll,
        Power::ListAll,
        Power::WatchAll,
        Power::CreateAll,
        Power::UpdateAll,
        Power::PatchAll,
        Power::DeleteAll,
        Power::DeleteCollectionAll,
    ]);

    pub const fn of(powers: &[Power]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < powers.len() {
            bits |= 1 << powers[at] as u64;
            at += 1;
        }
        Self(bits)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub const fn has(self, power: Power) -> bool {
        self.0 & (1 << power as u64) != 0
    }

    /// Whether it has all of `other`.
    pub const fn has_all(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it has any of `other`.
    pub const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

/// Any of the verbs on any of the resources of the group gives the power.
struct Gives {
    power: Power,
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
}

const RBAC: &str = Kind::Role.group();
const AUTHENTICATION: &str = "authentication.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];

const fn gives(
    power: Power,
    verbs: &'static [&'static str],
    group: &'static str,
    resources: &'static [&'static str],
) -> Gives {
    Gives { power, verbs, group, resources }
}

/// The powers that certain requests give, by Kubernetes' "Role Based Access Control Good Practices". Those that read
/// secrets are apart, because for them it matters whether a rule lists names.
static TABLE: &[Gives] = &[
    gives(Power::SecretsReturned, &["patch", "deletecollection"], "", &["secrets"]),
    gives(Power::RunPods, &["create"], "", &["pods"]),
    gives(Power::RunPods, WRITE, "", &["replicationcontrollers"]),
    gives(Power::RunPods, WRITE, "apps", &["daemonsets", "deployments", "replicasets", "statefulsets"]),
    gives(Power::RunPods, WRITE, "batch", &["cronjobs", "jobs"]),
    gives(Power::AlterPods, CHANGE, "", &["pods", "pods/ephemeralcontainers"]),
    // With a web socket the request is a GET.
    gives(Power::ExecInPods, &["create", "get"], "", &["pods/exec", "pods/attach"]),
    gives(Power::RequestTokens, &["create"], "", &["serviceaccounts/token"]),
    gives(Power::ImpersonateUsers, &["impersonate"], "", &["users"]),
    gives(Power::ImpersonateGroups, &["impersonate"], "", &["groups"]),
    gives(Power::ImpersonateServiceAccounts, &["impersonate"], "", &["serviceaccounts"]),
    gives(Power::ImpersonateAttributes, &["impersonate", "impersonate:user-info"], AUTHENTICATION, &["uids"]),
    gives(Power::ImpersonateConstrained, &["impersonate:user-info"], AUTHENTICATION, &["users", "groups"]),
    gives(
        Power::ImpersonateConstrained,
        &["impersonate:arbitrary-node", "impersonate:associated-node"],
        AUTHENTICATION,
        &["nodes"],
    ),
    gives(
        Power::ImpersonateServiceAccountsConstrained,
        &["impersonate:serviceaccount"],
        AUTHENTICATION,
        &["serviceaccounts"],
    ),
    gives(Power::BindRoles, &["bind"], RBAC, &["roles"]),
    gives(Power::BindClusterRoles, &["bind"], RBAC, &["clusterroles"]),
    gives(Power::EscalateRoles, &["escalate"], RBAC, &["roles"]),
    gives(Power::EscalateClusterRoles, &["escalate"], RBAC, &["clusterroles"]),
    gives(Power::WriteRoles, WRITE, RBAC, &["roles"]),
    gives(Power::WriteClusterRoles, WRITE, RBAC, &["clusterroles"]),
    gives(Power::WriteRoleBindings, WRITE, RBAC, &["rolebindings"]),
    gives(Power::WriteClusterRoleBindings, WRITE, RBAC, &["clusterrolebindings"]),
    gives(Power::CreateSigningRequests, &["create"], CERTIFICATES, &["certificatesigningrequests"]),
    gives(Power::SignNodeCertificates, &["create"], CERTIFICATES, &["certificatesigningrequests/nodeclient"]),
    gives(Power::ApproveSigningRequests, CHANGE, CERTIFICATES, &["certificatesigningrequests/approval"]),
    gives(Power::ApproveForSigners, &["approve"], CERTIFICATES, &["signers"]),
    gives(Power::ReachKubelets, &["create", "get"], "", &["nodes/proxy"]),
    gives(Power::CreateVolumes, &["create"], "", &["persistentvolumes"]),
    gives(Power::ChangeNamespaces, CHANGE, "", &["namespaces"]),
    gives(
        Power::ControlWebhooks,
        WRITE,
        "admissionregistration.k8s.io",
        &[
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
            "mutatingadmissionpolicies",
            "mutatingadmissionpolicybindings",
        ],
    ),
];

/// The powers to read secrets: the verb, any secret, those with the names that a rule lists.
pub const SECRET_READS: [(&str, Power, Power); 3] = [
    ("get", Power::GetSecrets, Power::GetNamedSecrets),
    ("list", Power::ListSecrets, Power::ListNamedSecrets),
    ("watch", Power::WatchSecrets, Power::WatchNamedSecrets),
];

const EVERY: [(&str, Power); 8] = [
    ("get", Power::GetAll),
    ("list", Power::ListAll),
    ("watch", Power::WatchAll),
    ("create", Power::CreateAll),
    ("update", Power::UpdateAll),
    ("patch", Power::PatchAll),
    ("delete", Power::DeleteAll),
    ("deletecollection", Power::DeleteCollectionAll),
];

/// What the rule amounts to.
pub fn powers_of(rule: &PolicyRule) -> Powers {
    let mut powers = Powers::NONE;
    let mut add = |power, holds: bool| {
        if holds {
            powers = powers.or(Powers::of(&[power]));
        }
    };
    let names = !rule.resource_names.is_empty();
    let wide = |list: &[String]| list.iter().any(|it| it == ALL);
    for (verb, any, named) in SECRET_READS {
        add(if names { named } else { any }, matches(rule, verb, "", "secrets"));
    }
    for it in TABLE {
        let matched =
            |verb: &str| it.resources.iter().any(|resource| matches(rule, verb, it.group, resource));
        add(it.power, it.verbs.iter().any(|verb| matched(verb)));
    }
    add(Power::ImpersonateAttributes, impersonates_extra(rule));
    let resources = wide(&rule.api_groups) && wide(&rule.resources);
    for (verb, power) in EVERY {
        let every = rule.verbs.iter().any(|it| it == ALL || it == verb);
        add(power, every && resources && !names);
    }
    let on_resources = !rule.api_groups.is_empty() && !rule.resources.is_empty();
    let something = !rule.verbs.is_empty() && (on_resources || !rule.non_resource_urls.is_empty());
    let starred = [&rule.verbs, &rule.api_groups, &rule.resources, &rule.non_resource_urls];
    add(Power::Wildcard, something && starred.iter().any(|list| wide(list)));
    add(Power::Anything, something);
    powers
}

/// Whether the rule allows to set an extra field of whoever is impersonated: each is a subresource of `userextras`.
fn impersonates_extra(rule: &PolicyRule) -> bool {
    let is_field = |it: &&String| *it == ALL || it.starts_with("userextras/") || it.starts_with("*/");
    let Some(resource) = rule.resources.iter().find(is_field) else { return false };
    let field = resource.split_once('/').map_or("scopes", |(_, field)| field);
    let extra = format!("userextras/{field}");
    let verbs = ["impersonate", "impersonate:user-info"];
    verbs.into_iter().any(|verb| matches(rule, verb, AUTHENTICATION, &extra))
}

/// Whether the rule allows the verb on the resource, for any name that it lists. What is created has no name yet, so
/// that names never allow it; a subresource is created of an object with a name.
fn matches(rule: &PolicyRule, verb: &str, group: &str, resource: &str) -> bool {
    let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
    let name = match rule.resource_names.first() {
        Some(_) if verb == "create" && subresource.is_empty() => "",
        Some(name) => name,
        None => "",
    };
    allows(
        rule,
        &Request { verb, namespace: "", target: Target::Resource { group, resource, subresource, name } },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(verbs: &str, group: &str, resources: &str, names: &str) -> PolicyRule {
        let list = |words: &str| words.split_whitespace().map(str::to_owned).collect();
        PolicyRule {
            verbs: list(verbs),
            api_groups: vec![group.to_owned()],
            resources: list(resources),
            resource_names: list(names),
            non_resource_urls: Vec::new(),
        }
    }

    fn gives(rule: &PolicyRule, power: Power) -> bool {
        powers_of(rule).has(power)
    }

    #[test]
    fn reading_is_told_by_verb_and_by_whether_names_are_listed() {
        let read = powers_of(&rule("get list", "", "secrets", ""));
        let expected = Powers::of(&[Power::GetSecrets, Power::ListSecrets, Power::Anything]);
        assert_eq!(read, expected);
        let named = powers_of(&rule("watch", "", "secrets", "db"));
        assert_eq!(named, Powers::of(&[Power::WatchNamedSecrets, Power::Anything]));
        assert_eq!(powers_of(&rule("get", "", "secrets/status pods", "")), Powers::of(&[Power::Anything]));
    }

    #[test]
    fn names_never_allow_to_create_an_object_but_its_subresource() {
        assert!(gives(&rule("create", "", "pods", ""), Power::RunPods));
        assert!(!gives(&rule("create", "", "pods", "web"), Power::RunPods));
        assert!(gives(&rule("patch", "apps", "deployments", "web"), Power::RunPods));
        assert!(gives(&rule("create", "", "pods/exec", "web"), Power::ExecInPods));
    }

    #[test]
    fn whoever_is_impersonated_has_a_uid_and_extra_fields_too() {
        let extra = Power::ImpersonateAttributes;
        for resource in ["uids", "userextras/scopes", "*/scopes", "*"] {
            assert!(gives(&rule("impersonate", AUTHENTICATION, resource, ""), extra), "{resource}");
            assert!(!gives(&rule("get", AUTHENTICATION, resource, ""), extra), "{resource}");
            assert!(!gives(&rule("impersonate", "", resource, ""), extra), "{resource}");
        }
        assert!(!gives(&rule("impersonate", AUTHENTICATION, "userextras", ""), extra));
    }

    #[test]
    fn impersonation_for_some_requests_has_verbs_of_its_own() {
        let users = |verb, group| gives(&rule(verb, group, "users", ""), Power::ImpersonateConstrained);
        assert!(users("impersonate:user-info", AUTHENTICATION));
        assert!(!users("impersonate:user-info", "") && !users("impersonate", AUTHENTICATION));
        let accounts = rule("impersonate:serviceaccount", AUTHENTICATION, "serviceaccounts", "");
        assert!(gives(&accounts, Power::ImpersonateServiceAccountsConstrained));
    }

    #[test]
    fn everything_may_be_written_out() {
        let verbs = "get list watch create update patch delete deletecollection";
        assert!(powers_of(&rule(verbs, "*", "*", "")).has_all(Powers::EVERYTHING));
        assert!(!powers_of(&rule("get list watch", "*", "*", "")).has_all(Powers::EVERYTHING));
        assert!(!powers_of(&rule("*", "*", "*", "one")).has_any(Powers::EVERYTHING));
        assert!(!powers_of(&rule("*", "", "*", "")).has_any(Powers::EVERYTHING));
        assert!(powers_of(&rule("*", "*", "*", "")).has_all(Powers::EVERYTHING.or(Powers::READ_SECRETS)));
    }

    #[test]
    fn a_rule_that_allows_nothing_has_no_power() {
        assert_eq!(powers_of(&rule("", "", "*", "")), Powers::NONE);
        assert_eq!(powers_of(&PolicyRule { api_groups: Vec::new(), ..rule("*", "", "*", "") }), Powers::NONE);
    }
}
