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
        let Some(steps) = steps(way, held) else { continue };
        if !steps.iter().flatten().any(|path| path.binding.scope() == held.scope) {
            continue;
        }
        let told = || {
            let steps: Vec<String> =
                way.needs.iter().zip(&steps).map(|(it, paths)| told(it, paths, held)).collect();
            format!("may {} > {}", steps.join(" > "), way.then)
        };
        let own: Vec<Path> = steps.iter().flatten().filter(|path| held.is_own(path)).cloned().collect();
        reached.add(held.scope, &own, told);
    }
}

/// The rules that give what the way needs, need by need: those of the subject or, where they are not enough, with those
/// of its groups. None where something is missing, or nothing is to the groups alone, of whom it is told then.
fn steps(way: &Way, held: &Held<'_>) -> Option<Vec<Vec<Path>>> {
    let is_whole = |steps: &[Vec<Path>]| !steps.iter().any(Vec::is_empty);
    let own: Vec<Vec<Path>> = way.needs.iter().map(|it| held.paths(it.powers)).collect();
    if is_whole(&own) {
        return Some(own);
    }
    let of_groups: Vec<Vec<Path>> = way.needs.iter().map(|it| held.paths_of_groups(it.powers)).collect();
    let together: Vec<Vec<Path>> = own.into_iter().zip(&of_groups).map(|(a, b)| [&*a, b].concat()).collect();
    (is_whole(&together) && !is_whole(&of_groups)).then_some(together)
}

/// One step as a part of the chain.
fn told(need: &Need, paths: &[Path], held: &Held<'_>) -> String {
    let wide = paths.iter().all(|path| path.binding.scope().is_empty());
    let step = step(need.says, if wide { "" } else { held.scope }, paths);
    let by_groups = !paths.iter().any(|path| held.is_own(path));
    if by_groups { format!("{step} as one of its groups") } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rbac::TOGETHER;

    #[test]
    fn what_is_needed_together_is_known_to_lead_further_together() {
        for way in ANYWHERE.iter().chain(CLUSTER_WIDE).filter(|way| way.needs.len() > 1) {
            let needed = way.needs.iter().fold(Powers::NONE, |powers, need| powers.or(need.powers));
            assert!(TOGETHER.iter().any(|it| it.has_all(needed)), "{}", way.then);
        }
    }
}
