//! The ways that rights alone open, whoever else there is: by Kubernetes' "Role Based Access Control Good Practices".

use super::held::Held;
use super::reached::{Reached, step};
use crate::rbac::{Path, Power, Powers};

/// What together leads to every secret of the scope in which it is held.
struct Way {
    needs: &'static [Need],
    /// What it comes to.
    then: &'static str,
}

/// Any of the powers.
struct Need {
    powers: Powers,
    says: &'static str,
}

const fn need(powers: &[Power], says: &'static str) -> Need {
    Need { powers: Powers::of(powers), says }
}

/// The ways in one namespace, which are ways in the whole cluster too where they are held there.
static ANYWHERE: &[Way] = &[
    Way {
        needs: &[need(&[Power::SecretsReturned], "patch secrets or delete them together")],
        then: "read the answer, which has what they hold",
    },
    Way { needs: &[need(&[Power::RunPods], "run pods")], then: "mount any secret" },
    Way { needs: &[need(&[Power::AlterPods], "alter pods")], then: "have its way with what they mount" },
    Way {
        needs: &[
            need(&[Power::BindRoles, Power::BindClusterRoles], "bind roles beyond its rights"),
            need(&[Power::WriteRoleBindings], "write role bindings"),
        ],
        then: "be bound to a role that leads to secrets",
    },
    Way {
        needs: &[
            need(&[Power::EscalateRoles], "write roles beyond its rights"),
            need(&[Power::WriteRoles], "write roles"),
        ],
        then: "let a role that it has read secrets",
    },
    Way {
        needs: &[need(&[Power::ChangeNamespaces], "change the namespace")],
        then: "take the labels off that hold its pods to the Pod Security Standards",
    },
];

/// The ways in the whole cluster alone.
static CLUSTER_WIDE: &[Way] = &[
    Way { needs: &[need(&[Power::ExecInPods], "run commands in pods")], then: "read what they mount" },
    Way {
        needs: &[need(&[Power::RequestTokens], "request tokens of service accounts")],
        then: "be any service account",
    },
    Way {
        needs: &[need(&[Power::ImpersonateServiceAccounts], "impersonate service accounts")],
        then: "be any service account",
    },
    Way { needs: &[need(&[Power::ImpersonateUsers], "impersonate users")], then: "be any user" },
    Way { needs: &[need(&[Power::ImpersonateGroups], "impersonate groups")], then: "be of system:masters" },
    Way {
        needs: &[
            need(&[Power::BindClusterRoles], "bind cluster roles beyond its rights"),
            need(&[Power::WriteClusterRoleBindings], "write cluster role bindings"),
        ],
        then: "be bound to a role that leads to secrets",
    },
    Way {
        needs: &[
            need(&[Power::EscalateClusterRoles], "write cluster roles beyond its rights"),
            need(&[Power::WriteClusterRoles], "write cluster roles"),
        ],
        then: "let a role that it has read secrets",
    },
    Way {
        needs: &[
            need(&[Power::CreateSigningRequests], "create certificate signing requests"),
            need(&[Power::ApproveSigningRequests], "approve certificate signing requests"),
            need(&[Power::ApproveForSigners], "approve for the signer of clients' certificates"),
        ],
        then: "be any user",
    },
    Way {
        needs: &[
            need(&[Power::CreateSigningRequests], "create certificate signing requests"),
            need(&[Power::SignNodeCertificates], "have those of nodes approved"),
        ],
        then: "be any node, which reads what its pods mount",
    },
    Way {
        needs: &[need(&[Power::ReachKubelets], "reach kubelets by nodes/proxy")],
        then: "run commands in any pod",
    },
    Way {
        needs: &[need(&[Power::CreateVolumes], "create persistent volumes")],
        then: "mount any path of a node",
    },
    Way {
        needs: &[need(
            &[Power::ControlWebhooks],
            "write webhook configurations or mutating admission policies",
        )],
        then: "see and change whatever is written, secrets among it",
    },
];

/// Adds the ways that are held in the scope. Where the cluster as a whole is reached by the same rights, that is told
/// of the cluster alone.
pub(super) fn add(held: &Held<'_>, reached: &mut Reached) {
    let more = if held.scope.is_empty() { CLUSTER_WIDE } else { &[] };
    for way in ANYWHERE.iter().chain(more) {
        let steps: Vec<Vec<Path>> = way.needs.iter().map(|it| held.paths(it.powers)).collect();
        let here = |path: &Path| path.binding.scope() == held.scope;
        if steps.iter().any(Vec::is_empty) || !steps.iter().flatten().any(here) {
            continue;
        }
        let told = || {
            let steps = way.needs.iter().zip(&steps).map(|(it, paths)| {
                let wide = paths.iter().all(|path| path.binding.scope().is_empty());
                step(it.says, if wide { "" } else { held.scope }, paths)
            });
            let steps: Vec<String> = steps.collect();
            format!("may {} > {}", steps.join(" > "), way.then)
        };
        reached.add(held.scope, &steps.concat(), told);
    }
}
