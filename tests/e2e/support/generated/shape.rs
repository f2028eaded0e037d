//! What is settled for the whole pod before its containers are drawn, since the API server takes only some
//! combinations.

use serde_json::Value;

use super::Draw;
use super::security_context::profile;

pub(super) struct Shape {
    pub(super) os: Option<&'static str>,
    pub(super) host_users: Option<bool>,
    pub(super) host_network: Option<bool>,
    pub(super) host_pid: Option<bool>,
    pub(super) host_ipc: Option<bool>,
    /// `windowsOptions.hostProcess` of the pod, and of each of its containers.
    pub(super) host_process: [Option<bool>; 2],
    /// What containers may leave to the pod: fields of its security context.
    pub(super) run_as_non_root: Option<bool>,
    pub(super) seccomp: Value,
    pub(super) app_armor: Value,
}

impl Shape {
    pub(super) fn draw(draw: &mut Draw) -> Self {
        let os = draw.one_of(&[None, None, Some("linux"), Some("linux"), Some("windows")]);
        let host_process = host_process(draw, os);
        let mut of_host = || draw.field(&[None, Some(false)], &[Some(true)]);
        let [mut host_network, mut host_pid, mut host_ipc] = [of_host(), of_host(), of_host()];
        if host_process.contains(&Some(true)) {
            host_network = Some(true);
        }
        let windows = os == Some("windows");
        if windows {
            [host_pid, host_ipc] = [None, None];
        }
        let shares = [host_network, host_pid, host_ipc].contains(&Some(true));
        let host_users = match (windows, shares) {
            (true, _) => None,
            // Only a pod without the host's namespaces may have users of its own.
            (false, true) => draw.one_of(&[None, Some(true)]),
            (false, false) => draw.one_of(&[None, Some(true), Some(false)]),
        };
        Self {
            os,
            host_users,
            host_network,
            host_pid,
            host_ipc,
            host_process,
            run_as_non_root: draw.field(&[None, Some(true)], &[Some(false)]),
            seccomp: if windows { Value::Null } else { profile(draw, &[None]) },
            app_armor: if windows { Value::Null } else { profile(draw, &[None, None, None]) },
        }
    }

    pub(super) fn is_windows(&self) -> bool {
        self.os == Some("windows")
    }
}

/// Where one container is a process of the host, all of them are, and so says the pod if it says anything.
fn host_process(draw: &mut Draw, os: Option<&str>) -> [Option<bool>; 2] {
    if os == Some("linux") {
        return [None, None];
    }
    let keeping = [[None, None], [Some(false), None], [None, Some(false)], [Some(false), Some(false)]];
    draw.field(&keeping, &[[Some(true), None], [None, Some(true)], [Some(true), Some(true)]])
}
