//! What lets a pod reach into its node, and so read the secrets of every pod that runs there.

use std::fmt;
use std::sync::Arc;

use super::{Container, PodTemplate, Role, VolumeSource};

/// By what a pod reaches into its node.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeReach {
    /// A container is privileged.
    Privileged {
        role: Role,
        container: Arc<str>,
    },
    /// A container is a process of the host, as Windows has it.
    HostProcess {
        role: Role,
        container: Arc<str>,
    },
    HostPid,
    /// A container mounts a path of the host.
    HostPath {
        container: Arc<str>,
        volume: Arc<str>,
        path: Arc<str>,
        holds: &'static str,
    },
}

impl NodeReach {
    /// The field of the pod that lets it.
    pub fn field(&self) -> String {
        match self {
            Self::Privileged { role, container } => {
                format!("spec.{}[{container}].securityContext.privileged", role.field())
            }
            Self::HostProcess { role, container } => {
                format!("spec.{}[{container}].securityContext.windowsOptions.hostProcess", role.field())
            }
            Self::HostPid => "spec.hostPID".to_owned(),
            Self::HostPath { volume, .. } => format!("spec.volumes[{volume}].hostPath.path"),
        }
    }
}

impl fmt::Display for NodeReach {
    /// The predicate of a sentence about the workload.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Privileged { container, .. } => write!(f, "runs the privileged container {container}"),
            Self::HostProcess { container, .. } => {
                write!(f, "runs container {container} as a process of the host")
            }
            Self::HostPid => f.write_str("shares the process ids of the host"),
            Self::HostPath { container, path, holds, .. } => {
                write!(f, "mounts {path} of the host, which holds {holds}, into container {container}")
            }
        }
    }
}

/// How far around a path a mount tells of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// The path, what it is in, and whatever is below it.
    Tree,
    /// The path and what it is in: what is below it is harmless by itself.
    Top,
}

const CRON: &str = "what the node runs at its times";

/// The paths of a node through which its secrets are reached, and what they hold.
static SENSITIVE: &[(&str, Extent, &str)] = &[
    ("/etc/kubernetes", Extent::Tree, "the credentials of the node or of the control plane"),
    ("/var/lib/kubelet", Extent::Tree, "the secrets that pods mount and the credentials of the node"),
    ("/var/lib/etcd", Extent::Tree, "the database of the cluster"),
    ("/var/lib/rancher", Extent::Tree, "the credentials of the node and the database of the cluster"),
    ("/var/snap/microk8s", Extent::Tree, "the credentials of the node and the database of the cluster"),
    ("/var/lib/docker", Extent::Tree, "the files of every container"),
    ("/root", Extent::Tree, "the files of the user root"),
    ("/etc/cni/net.d", Extent::Tree, "what the node runs for every pod, and its credentials"),
    ("/etc/cron.d", Extent::Tree, CRON),
    ("/etc/cron.hourly", Extent::Tree, CRON),
    ("/etc/cron.daily", Extent::Tree, CRON),
    ("/etc/cron.weekly", Extent::Tree, CRON),
    ("/etc/cron.monthly", Extent::Tree, CRON),
    ("/etc/crontab", Extent::Tree, CRON),
    ("/var/spool/cron", Extent::Tree, CRON),
    ("/run/containerd/containerd.sock", Extent::Tree, "the socket of the container runtime"),
    ("/run/k3s/containerd/containerd.sock", Extent::Tree, "the socket of the container runtime"),
    ("/run/crio/crio.sock", Extent::Tree, "the socket of the container runtime"),
    ("/run/docker.sock", Extent::Tree, "the socket of the container runtime"),
    ("/run/cri-dockerd.sock", Extent::Tree, "the socket of the container runtime"),
    ("/proc", Extent::Tree, "the memory and the files of every process"),
    ("/dev", Extent::Top, "the disks of the node"),
];

impl PodTemplate {
    /// By what its pods reach into their node; none where nothing is known to let them.
    pub fn node_reach(&self) -> Option<NodeReach> {
        if let Some(it) = self.containers.iter().find(|it| it.privileged) {
            return Some(NodeReach::Privileged { role: it.role, container: Arc::clone(&it.name) });
        }
        let host_process = |it: &&Container| it.host_process.or(self.security.host_process) == Some(true);
        if let Some(it) = self.containers.iter().find(host_process) {
            return Some(NodeReach::HostProcess { role: it.role, container: Arc::clone(&it.name) });
        }
        if self.host_pid {
            return Some(NodeReach::HostPid);
        }
        self.volumes.iter().find_map(|volume| {
            let VolumeSource::HostPath(path) = &volume.source else { return None };
            let holds = holds(path)?;
            let mounts =
                |it: &&Container| it.host_path_mounts.iter().any(|mount| mount.volume == volume.name);
            let container = Arc::clone(&self.containers.iter().find(mounts)?.name);
            let (volume, path) = (Arc::clone(&volume.name), Arc::clone(path));
            Some(NodeReach::HostPath { container, volume, path, holds })
        })
    }

    /// Whether its pods take secrets in, as volumes or as environment variables.
    pub fn takes_secrets(&self) -> bool {
        self.volumes.iter().any(|volume| !volume.source.secrets().is_empty())
            || self.containers.iter().any(|container| !container.secret_env.is_empty())
    }
}

/// What of the node's secrets a path leads to; none for one that leads to nothing.
fn holds(path: &str) -> Option<&'static str> {
    let leads = |&&(sensitive, extent, _): &&(&str, Extent, &str)| leads(path, sensitive, extent);
    SENSITIVE.iter().find(leads).map(|(.., holds)| *holds)
}

/// Whether the path is the sensitive one, what that is in, or, as far as its extent goes, in it.
fn leads(path: &str, sensitive: &str, extent: Extent) -> bool {
    let (mut path, mut sensitive) = (parts(path), parts(sensitive));
    loop {
        match (path.next(), sensitive.next()) {
            (None, _) => return true,
            (Some(_), None) => return extent == Extent::Tree,
            (Some(here), Some(there)) if here == there => {}
            (Some(_), Some(_)) => return false,
        }
    }
}

/// The names along a path. What is below `/var/run` is below `/run`, to which that is a link.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    let parts = || path.split('/').filter(|part| !part.is_empty() && *part != ".");
    let linked = parts().take(2).eq(["var", "run"]);
    parts().skip(usize::from(linked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_what_it_is_in_and_to_what_is_in_it() {
        for path in [
            "/",
            "//",
            "/etc",
            "/etc/kubernetes/pki",
            "/var/lib/kubelet/",
            "/run",
            "/var/run",
            "/proc",
            "/dev",
        ] {
            assert!(holds(path).is_some(), "{path}");
        }
        for path in ["/var/run/docker.sock", "/run/containerd", "/./var//lib/etcd/member", "/var", "/var/lib"]
        {
            assert!(holds(path).is_some(), "{path}");
        }
        for path in [
            "/proc/1/root/var/lib",
            "/proc/1/cwd",
            "/root/.kube",
            "/etc/cron.d",
            "/etc/cron.weekly",
            "/etc/crontab",
            "/var/spool/cron/crontabs",
            "/etc/cni",
            "/var/snap/microk8s/current",
            "/var/lib/docker/overlay2",
        ] {
            assert!(holds(path).is_some(), "{path}");
        }
        for path in ["/etc/ssl", "/var/log", "/etc/kubernetes-dashboard", "/run/xtables.lock", "/dev/fuse"] {
            assert_eq!(holds(path), None, "{path}");
        }
        for path in ["/sys", "/lib/modules", "/var/lib/kubelet2", "/var/runner", "/data"] {
            assert_eq!(holds(path), None, "{path}");
        }
    }

    #[test]
    fn the_path_tells_what_it_holds() {
        assert_eq!(holds("/var/run/docker.sock"), Some("the socket of the container runtime"));
        assert_eq!(holds("/var/lib/etcd"), Some("the database of the cluster"));
    }
}
