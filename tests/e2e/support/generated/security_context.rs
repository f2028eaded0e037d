//! Security contexts, of pods and of containers.

use serde_json::{Value, json};

use super::Draw;
use super::shape::Shape;

/// Kept by every version, or by those since 1.27, 1.29, 1.32 and 1.37.
const SAFE_SYSCTLS: [&str; 14] = [
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
    "net.ipv4.ip_unprivileged_port_start",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time",
    "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_rmem",
    "net.ipv4.tcp_wmem",
    "net.ipv4.tcp_slow_start_after_idle",
    "net.ipv4.tcp_notsent_lowat",
];

/// The first is a safe one, written as only the kubelet takes for the same.
const OTHER_SYSCTLS: [&str; 4] =
    ["net/ipv4/tcp_syncookies", "kernel.msgmax", "net.core.somaxconn", "vm.overcommit_memory"];

pub(super) fn of_pod(draw: &mut Draw, shape: &Shape) -> Value {
    let windows_options = windows_options(shape.host_process[0]);
    if shape.is_windows() {
        return json!({"runAsNonRoot": shape.run_as_non_root, "windowsOptions": windows_options});
    }
    json!({
        "runAsNonRoot": shape.run_as_non_root,
        "runAsUser": run_as_user(draw),
        "seccompProfile": shape.seccomp,
        "appArmorProfile": shape.app_armor,
        "seLinuxOptions": se_linux_options(draw),
        "sysctls": sysctls(draw, shape),
        "windowsOptions": windows_options,
    })
}

pub(super) fn of_container(draw: &mut Draw, shape: &Shape) -> Value {
    let windows_options = windows_options(shape.host_process[1]);
    let run_as_non_root = run_as_non_root(draw, shape.run_as_non_root == Some(true));
    if shape.is_windows() {
        return json!({"runAsNonRoot": run_as_non_root, "windowsOptions": windows_options});
    }
    let mut context = of_linux_container(draw, shape.host_users == Some(false));
    context["runAsNonRoot"] = json!(run_as_non_root);
    if !shape.seccomp.is_null() {
        context["seccompProfile"] = profile(draw, &[None, None, None]);
    }
    context["windowsOptions"] = windows_options;
    context
}

/// Of a container that leaves nothing to its pod. The API server refuses one that is privileged, or has this
/// capability by its long name, and may not escalate.
pub(super) fn of_linux_container(draw: &mut Draw, user_namespace: bool) -> Value {
    let privileged = draw.field(&[None, Some(false)], &[Some(true)]);
    let capabilities = capabilities(draw);
    let omnipotent = privileged == Some(true) || capabilities["add"] == json!(["CAP_SYS_ADMIN"]);
    let escalation = if omnipotent {
        draw.one_of(&[None, Some(true)])
    } else {
        draw.field(&[Some(false)], &[None, Some(true)])
    };
    // Only in a user namespace may it be unmasked.
    let proc_mounts = if user_namespace {
        &[None, Some("Default"), Some("Unmasked")][..]
    } else {
        &[None, Some("Default")]
    };
    json!({
        "privileged": privileged,
        "allowPrivilegeEscalation": escalation,
        "capabilities": capabilities,
        "runAsNonRoot": run_as_non_root(draw, false),
        "runAsUser": run_as_user(draw),
        "procMount": draw.one_of(proc_mounts),
        "seccompProfile": profile(draw, &[]),
        "appArmorProfile": profile(draw, &[None, None, None]),
        "seLinuxOptions": se_linux_options(draw),
    })
}

/// A seccomp or `AppArmor` profile. `unset` has a `None` for each time that none is as likely as one of the good.
pub(super) fn profile(draw: &mut Draw, unset: &[Option<&'static str>]) -> Value {
    let good = [&[Some("RuntimeDefault"), Some("Localhost")], unset].concat();
    match draw.field(&good, &[Some("Unconfined"), None]) {
        Some("Localhost") => json!({"type": "Localhost", "localhostProfile": "profiles/ours"}),
        Some(kind) => json!({"type": kind}),
        None => Value::Null,
    }
}

fn run_as_non_root(draw: &mut Draw, by_pod: bool) -> Option<bool> {
    let keeping = if by_pod { &[None, Some(true)][..] } else { &[Some(true)] };
    draw.field(keeping, &[None, Some(false)])
}

fn run_as_user(draw: &mut Draw) -> Option<u64> {
    draw.field(&[None, Some(1000)], &[Some(0)])
}

fn capabilities(draw: &mut Draw) -> Value {
    let drop = draw.field(
        &[json!(["ALL"]), json!(["ALL", "NET_RAW"]), json!(["KILL", "ALL"])],
        &[json!(null), json!([]), json!(["all"]), json!(["NET_RAW"]), json!(["CAP_ALL"])],
    );
    let add = draw.field(
        &[json!(null), json!([]), json!(["NET_BIND_SERVICE"])],
        &[
            json!(["CHOWN", "SETUID"]),
            json!(["SYS_CHROOT", "NET_BIND_SERVICE"]),
            json!(["NET_BIND_SERVICE", "NET_RAW"]),
            json!(["net_bind_service"]),
            json!(["CAP_CHOWN"]),
            json!(["ALL"]),
            json!(["CAP_SYS_ADMIN"]),
        ],
    );
    json!({"add": add, "drop": drop})
}

fn se_linux_options(draw: &mut Draw) -> Value {
    draw.field(
        &[
            json!(null),
            json!({}),
            json!({"type": "", "user": "", "role": "", "level": "s0:c123,c456"}),
            json!({"type": "container_t"}),
            json!({"type": "container_init_t"}),
            json!({"type": "container_kvm_t"}),
            json!({"type": "container_engine_t"}),
        ],
        &[
            json!({"type": "spc_t"}),
            json!({"type": "Container_t"}),
            json!({"user": "system_u"}),
            json!({"type": "container_t", "role": "system_r"}),
        ],
    )
}

/// The API server refuses those of a namespace of the host's that the pod is in.
fn sysctls(draw: &mut Draw, shape: &Shape) -> Value {
    let wanted = draw.field(&[0, 0, 1, 3], &[1, 4]);
    let mut names = draw.some_of(&SAFE_SYSCTLS, wanted);
    names.extend(draw.field(&[None], &OTHER_SYSCTLS.map(Some)));
    names.retain(|name| {
        let network = shape.host_network == Some(true) && name.starts_with("net");
        let ipc = shape.host_ipc == Some(true) && name.starts_with("kernel.");
        !network && !ipc
    });
    names.iter().map(|name| json!({"name": name, "value": "1"})).collect()
}

fn windows_options(host_process: Option<bool>) -> Value {
    host_process.map_or(Value::Null, |host_process| json!({"hostProcess": host_process}))
}
