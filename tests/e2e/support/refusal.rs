//! The words in which the API server's own admission refuses a pod, read as the controls that the pod fails.

use std::collections::BTreeSet;

use http::StatusCode;
use plimsoll::baseline::{Level, Version};
use serde_json::Value;

use super::kubeconfig::Served;
use super::standard::Standard;

/// The words for one control, or for two of which the second replaces the first at restricted.
struct Reason {
    words: &'static str,
    control: &'static str,
    /// Since which minor version it is replaced, and by what.
    replaced: Option<(u16, &'static str)>,
}

const fn reason(words: &'static str, control: &'static str) -> Reason {
    Reason { words, control, replaced: None }
}

const REASONS: [Reason; 18] = [
    reason("allowPrivilegeEscalation != false", "pod-security/allow-privilege-escalation"),
    reason("forbidden AppArmor profile", "pod-security/app-armor-profile"),
    reason("forbidden AppArmor profiles", "pod-security/app-armor-profile"),
    reason("non-default capabilities", "pod-security/capabilities-baseline"),
    reason("unrestricted capabilities", "pod-security/capabilities-restricted"),
    reason("host namespaces", "pod-security/host-namespaces"),
    reason("hostPath volumes", "pod-security/host-path-volumes"),
    reason("hostPort", "pod-security/host-ports"),
    reason("probe or lifecycle host", "pod-security/host-probes-and-host-lifecycle"),
    reason("privileged", "pod-security/privileged"),
    Reason {
        words: "procMount",
        control: "pod-security/proc-mount",
        replaced: Some((35, "pod-security/proc-mount-restricted")),
    },
    reason("restricted volume types", "pod-security/restricted-volumes"),
    reason("runAsNonRoot != true", "pod-security/run-as-non-root"),
    reason("runAsUser=0", "pod-security/run-as-user"),
    reason("seLinuxOptions", "pod-security/se-linux-options"),
    Reason {
        words: "seccompProfile",
        control: "pod-security/seccomp-profile-baseline",
        replaced: Some((19, "pod-security/seccomp-profile-restricted")),
    },
    reason("forbidden sysctls", "pod-security/sysctls"),
    reason("hostProcess", "pod-security/windows-host-process"),
];

/// Every control that the words can name.
pub(crate) fn all_controls() -> BTreeSet<&'static str> {
    let replacing = |reason: &Reason| reason.replaced.map(|(_, control)| control);
    REASONS.iter().flat_map(|reason| [Some(reason.control), replacing(reason)]).flatten().collect()
}

/// What the API server's answer says that a pod fails of a standard; nothing where it takes the pod.
pub(crate) fn failed_controls(served: &Served, standard: Standard) -> BTreeSet<&'static str> {
    let text = String::from_utf8_lossy(&served.body);
    match served.status {
        StatusCode::OK | StatusCode::CREATED => BTreeSet::new(),
        StatusCode::FORBIDDEN => {
            let status: Value = serde_json::from_slice(&served.body).expect("a status is JSON");
            read(status["message"].as_str().expect("a status has a message"), standard)
        }
        other => panic!("{other}, not a verdict at {standard}: {text}"),
    }
}

/// A detail may hold whatever a pod says, so it ends where another reason begins, or the text does.
fn read(message: &str, standard: Standard) -> BTreeSet<&'static str> {
    let says = format!("violates PodSecurity \"{standard}\": ");
    let (_, mut rest) = message.split_once(&says).unwrap_or_else(|| panic!("not {says}: {message}"));
    let mut controls = BTreeSet::new();
    loop {
        let begins =
            |reason: &&Reason| rest.strip_prefix(reason.words).is_some_and(|it| it.starts_with(" ("));
        let reason = REASONS.iter().find(begins).unwrap_or_else(|| panic!("no known reason: {rest}"));
        controls.insert(reason.control(standard));
        let ends = REASONS.iter().filter_map(|next| rest.find(&format!("), {} (", next.words))).min();
        match ends {
            Some(end) => rest = &rest[end + "), ".len()..],
            None => return controls,
        }
    }
}

impl Reason {
    fn control(&self, standard: Standard) -> &'static str {
        match self.replaced {
            Some((since, control))
                if standard.level == Level::Restricted && standard.version >= Version::minor(since) =>
            {
                control
            }
            _ => self.control,
        }
    }
}

#[test]
fn details_may_hold_what_parts_reasons() {
    let standard = Standard::new(Level::Restricted, "v1.35");
    let message = "pods \"x\" is forbidden: violates PodSecurity \"restricted:v1.35\": host namespaces \
                   (hostPID=true, hostIPC=true), non-default capabilities (container \"a\" must not include \
                   \"privileged (), x\" in securityContext.capabilities.add), procMount (container \"a\")";
    let expected = ["capabilities-baseline", "host-namespaces", "proc-mount-restricted"];
    let expected: BTreeSet<_> = expected.iter().map(|name| format!("pod-security/{name}")).collect();
    assert_eq!(read(message, standard).into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), expected);
}
