# The controls of level restricted at v1.37 and later.
package controls

import rego.v1

windows if input.spec.os.name == "windows"

user_namespace if input.spec.hostUsers == false

profiles := {"RuntimeDefault", "Localhost"}

violated contains "allow-privilege-escalation" if {
	not windows
	some container in input.containers
	not container.securityContext.allowPrivilegeEscalation == false
}

violated contains "app-armor-profile" if {
	some context in contexts
	profile := context.appArmorProfile
	not profile.type in profiles
}

violated contains "app-armor-profile" if {
	some key, value in input.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	not value in {"", "runtime/default"}
	not startswith(value, "localhost/")
}

violated contains "capabilities-restricted" if {
	not windows
	some container in input.containers
	not "ALL" in container.securityContext.capabilities.drop
}

violated contains "capabilities-restricted" if {
	not windows
	some container in input.containers
	some capability in container.securityContext.capabilities.add
	capability != "NET_BIND_SERVICE"
}

violated contains "host-namespaces" if input.spec.hostNetwork == true

violated contains "host-namespaces" if input.spec.hostPID == true

violated contains "host-namespaces" if input.spec.hostIPC == true

violated contains "host-ports" if {
	some container in input.containers
	some port in container.ports
	port.hostPort != 0
}

violated contains "host-probes-and-host-lifecycle" if {
	some container in input.containers
	some probe in ["livenessProbe", "readinessProbe", "startupProbe"]
	some action in ["httpGet", "tcpSocket"]
	container[probe][action].host != ""
}

violated contains "host-probes-and-host-lifecycle" if {
	some container in input.containers
	some hook in ["postStart", "preStop"]
	some action in ["httpGet", "tcpSocket"]
	container.lifecycle[hook][action].host != ""
}

violated contains "privileged" if {
	some container in input.containers
	container.securityContext.privileged == true
}

violated contains "proc-mount-restricted" if {
	some container in input.containers
	container.securityContext.procMount != "Default"
}

violated contains "restricted-volumes" if {
	some volume in input.spec.volumes
	sources := object.keys(volume) - {
		"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image",
		"persistentVolumeClaim", "projected", "secret",
	}
	count(sources) > 0
}

violated contains "run-as-non-root" if {
	not user_namespace
	some context in contexts
	context.runAsNonRoot == false
}

violated contains "run-as-non-root" if {
	not user_namespace
	not input.spec.securityContext.runAsNonRoot == true
	some container in input.containers
	not container.securityContext.runAsNonRoot == true
}

violated contains "run-as-user" if {
	not user_namespace
	some context in contexts
	context.runAsUser == 0
}

violated contains "se-linux-options" if {
	some context in contexts
	kind := context.seLinuxOptions.type
	not kind in {"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"}
}

violated contains "se-linux-options" if {
	some context in contexts
	some field in ["user", "role"]
	context.seLinuxOptions[field] != ""
}

violated contains "seccomp-profile-restricted" if {
	not windows
	some context in contexts
	profile := context.seccompProfile
	not profile.type in profiles
}

violated contains "seccomp-profile-restricted" if {
	not windows
	not input.spec.securityContext.seccompProfile
	some container in input.containers
	not container.securityContext.seccompProfile
}

violated contains "sysctls" if {
	some sysctl in input.spec.securityContext.sysctls
	not sysctl.name in {
		"kernel.shm_rmid_forced",
		"net.ipv4.ip_local_port_range", "net.ipv4.ip_local_reserved_ports",
		"net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range", "net.ipv4.tcp_fin_timeout",
		"net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_keepalive_time",
		"net.ipv4.tcp_notsent_lowat", "net.ipv4.tcp_rmem", "net.ipv4.tcp_slow_start_after_idle",
		"net.ipv4.tcp_syncookies", "net.ipv4.tcp_wmem",
	}
}

violated contains "windows-host-process" if {
	some context in contexts
	context.windowsOptions.hostProcess == true
}

# The security context of the pod, and those of its containers.
contexts contains input.spec.securityContext

contexts contains container.securityContext if some container in input.containers
