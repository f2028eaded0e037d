//! A pod's spec becomes the facts of it that the pods of one template share.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Intake;
use crate::network::{NamedPort, Protocol};
use crate::snapshot::{
    Container, DEFAULT_ACCOUNT, HandlerField, HostPathMount, PodSecurityContext, PodTemplate, Profile, Role,
    SeLinux, SecretEnv, TOKEN_VOLUME, Volume, VolumeSource,
};
use crate::wire;

/// How many letters the API server ends a name with that it generates.
const GENERATED_SUFFIX: usize = 5;

impl Intake {
    /// The facts of a spec and of the annotations that set profiles.
    pub(super) fn template(
        &self,
        spec: &wire::PodSpec,
        annotations: &BTreeMap<String, String>,
    ) -> Arc<PodTemplate> {
        self.templates.intern(PodTemplate {
            host_network: spec.host_network,
            host_pid: spec.host_pid,
            host_ipc: spec.host_ipc,
            user_namespace: spec.host_users == Some(false),
            windows: spec.os.as_ref().is_some_and(|os| os.name == "windows"),
            runtime_class: self.text(spec.runtime_class_name.as_ref()),
            service_account: self.names.intern(not_default(spec.service_account())),
            security: spec.security_context.as_ref().map(|it| self.pod_security(it)).unwrap_or_default(),
            profile_annotations: self.pairs(annotations.iter()),
            volumes: spec.volumes.iter().map(|volume| self.volume(volume)).collect(),
            containers: self.containers(spec),
            named_ports: self.named_ports(spec),
        })
    }

    /// The ports that have a name. Those of ephemeral containers have none, and those of an init container count where it
    /// goes on running.
    fn named_ports(&self, spec: &wire::PodSpec) -> Arc<[NamedPort]> {
        let beside = spec.init_containers.iter().filter(|it| it.restart_policy == "Always");
        let ports = spec.containers.iter().chain(beside).flat_map(|container| &container.ports);
        ports.filter_map(|port| self.named_port(port)).collect()
    }

    /// None where it has no name, or no port can have its number.
    fn named_port(&self, port: &wire::ContainerPort) -> Option<NamedPort> {
        let name = self.text(Some(&port.name))?;
        let number = u16::try_from(port.container_port).ok().filter(|number| *number != 0)?;
        let protocol =
            if port.protocol.is_empty() { Some(Protocol::Tcp) } else { Protocol::parse(&port.protocol) };
        Some(NamedPort { name, protocol: protocol?, port: number })
    }

    fn pod_security(&self, context: &wire::PodSecurityContext) -> PodSecurityContext {
        PodSecurityContext {
            run_as_non_root: context.run_as_non_root,
            run_as_user: context.run_as_user,
            run_as_group: context.run_as_group,
            fs_group: context.fs_group,
            supplemental_groups: context.supplemental_groups.as_slice().into(),
            sysctls: self.pairs(context.sysctls.iter().map(|sysctl| (&sysctl.name, &sysctl.value))),
            seccomp: self.profile(context.seccomp_profile.as_deref()),
            app_armor: self.profile(context.app_armor_profile.as_deref()),
            se_linux: self.se_linux(context.se_linux_options.as_deref()),
            host_process: context.windows_options.and_then(|options| options.host_process),
        }
    }

    fn volume(&self, volume: &wire::Volume) -> Volume {
        let wire::Volume { name, source } = volume;
        let text = |text: &String| self.names.intern(text.as_str());
        let field = source.field();
        let name = if field == "projected" { stable(name) } else { name };
        let source = match source {
            wire::VolumeSource { host_path: Some(it), .. } => VolumeSource::HostPath(text(&it.path)),
            wire::VolumeSource { csi: Some(it), .. } => VolumeSource::Csi(text(&it.driver)),
            wire::VolumeSource { secret: Some(it), .. } => VolumeSource::Secret(text(&it.secret_name)),
            wire::VolumeSource { projected: Some(it), .. } => {
                let secrets = it.sources.iter().filter_map(|it| it.secret.as_ref());
                VolumeSource::Projected(secrets.filter_map(|it| self.text(Some(&it.to.name))).collect())
            }
            _ => VolumeSource::Other(field),
        };
        Volume { name: self.names.intern(name), source }
    }

    fn containers(&self, spec: &wire::PodSpec) -> Box<[Container]> {
        let paths = spec.volumes.iter().filter(|volume| volume.source.host_path.is_some());
        let host =
            Host { network: spec.host_network, volumes: paths.map(|volume| volume.name.as_str()).collect() };
        let init = spec.init_containers.iter().map(|container| (Role::Init, container));
        let regular = spec.containers.iter().map(|container| (Role::Regular, container));
        let ephemeral =
            spec.ephemeral_containers.iter().map(|container| (Role::Ephemeral, &container.common));
        let containers = init.chain(regular).chain(ephemeral);
        containers.map(|(role, container)| self.container(role, container, &host)).collect()
    }

    fn container(&self, role: Role, container: &wire::Container, host: &Host<'_>) -> Container {
        let facts = Container {
            role,
            name: self.names.intern(container.name.as_str()),
            host_ports: host_ports(role, container, host),
            handler_hosts: self.handler_hosts(container),
            host_path_mounts: self.host_path_mounts(container, host),
            secret_env: self.secret_env(container),
            ..Container::default()
        };
        match &container.security_context {
            Some(context) => self.secured(facts, context),
            None => facts,
        }
    }

    /// The container with what its security context says.
    fn secured(&self, container: Container, context: &wire::SecurityContext) -> Container {
        let capabilities = context.capabilities.as_deref();
        let [added, dropped] = [capabilities.map(|it| &it.add), capabilities.map(|it| &it.drop)];
        let names = |names: Option<&Vec<String>>| {
            names.into_iter().flatten().map(|name| self.names.intern(name.as_str())).collect()
        };
        Container {
            privileged: context.privileged.unwrap_or(false),
            read_only_root_filesystem: context.read_only_root_filesystem.unwrap_or(false),
            allow_privilege_escalation: context.allow_privilege_escalation,
            run_as_non_root: context.run_as_non_root,
            run_as_user: context.run_as_user,
            run_as_group: context.run_as_group,
            added_capabilities: names(added),
            dropped_capabilities: names(dropped),
            seccomp: self.profile(context.seccomp_profile.as_deref()),
            app_armor: self.profile(context.app_armor_profile.as_deref()),
            se_linux: self.se_linux(context.se_linux_options.as_deref()),
            proc_mount: context.proc_mount.as_ref().map(|it| self.names.intern(it.as_str())),
            host_process: context.windows_options.and_then(|options| options.host_process),
            ..container
        }
    }

    fn handler_hosts(&self, container: &wire::Container) -> Box<[(HandlerField, Arc<str>)]> {
        let hosts = handlers(container).into_iter().flat_map(|(http_field, tcp_field, handler)| {
            let http = handler.and_then(|it| it.http_get.as_ref()).map(|it| (http_field, &it.host));
            let tcp = handler.and_then(|it| it.tcp_socket.as_ref()).map(|it| (tcp_field, &it.host));
            [http, tcp].into_iter().flatten()
        });
        hosts.filter_map(|(field, host)| Some((field, self.text(Some(host))?))).collect()
    }

    fn host_path_mounts(&self, container: &wire::Container, host: &Host<'_>) -> Box<[HostPathMount]> {
        let mounts = container.volume_mounts.iter();
        let mounts = mounts.filter(|mount| host.volumes.contains(mount.name.as_str()));
        mounts
            .map(|mount| HostPathMount {
                volume: self.names.intern(mount.name.as_str()),
                read_only: mount.read_only,
            })
            .collect()
    }

    fn secret_env(&self, container: &wire::Container) -> Box<[SecretEnv]> {
        let of_keys = container.env.iter().filter_map(|it| Some((it.name.as_str(), it.secret()?)));
        let of_wholes = container.env_from.iter().filter_map(|it| Some(("", it.secret()?)));
        let all = of_keys.chain(of_wholes).filter(|(_, secret)| !secret.is_empty());
        all.map(|(variable, secret)| SecretEnv {
            variable: self.names.intern(variable),
            secret: self.names.intern(secret),
        })
        .collect()
    }

    fn profile(&self, profile: Option<&wire::Profile>) -> Option<Arc<Profile>> {
        let [kind, localhost] = [&profile?.kind, &profile?.localhost_profile];
        let [kind, localhost] = [kind, localhost].map(|text| self.names.intern(text.as_str()));
        Some(self.profiles.intern(Profile { kind, localhost }))
    }

    fn se_linux(&self, options: Option<&wire::SeLinuxOptions>) -> Option<Arc<SeLinux>> {
        let wire::SeLinuxOptions { user, role, kind, level } = options?;
        let [user, role, kind, level] =
            [user, role, kind, level].map(|text| self.names.intern(text.as_str()));
        Some(self.se_linux.intern(SeLinux { user, role, kind, level }))
    }

    fn pairs<'a>(
        &self,
        pairs: impl Iterator<Item = (&'a String, &'a String)>,
    ) -> Box<[(Arc<str>, Arc<str>)]> {
        pairs
            .map(|(name, value)| (self.names.intern(name.as_str()), self.names.intern(value.as_str())))
            .collect()
    }

    /// The text, where it is set to any.
    fn text(&self, text: Option<&String>) -> Option<Arc<str>> {
        text.filter(|text| !text.is_empty()).map(|text| self.names.intern(text.as_str()))
    }
}

/// What the pod takes of its host.
struct Host<'a> {
    network: bool,
    /// The names of the volumes that are `hostPath`.
    volumes: BTreeSet<&'a str>,
}

/// The ports of the host that a container takes. In the host's network that is each of its ports, as Kubernetes
/// defaults them.
fn host_ports(role: Role, container: &wire::Container, host: &Host<'_>) -> Box<[i32]> {
    let defaulted = host.network && role != Role::Ephemeral;
    let ports = container.ports.iter().map(|port| match port.host_port {
        0 if defaulted => port.container_port,
        set => set,
    });
    ports.filter(|port| *port != 0).collect()
}

/// The handlers of a container, each with the fields in which it may name a host.
fn handlers(container: &wire::Container) -> [(HandlerField, HandlerField, Option<&wire::Handler>); 5] {
    use HandlerField::{
        LivenessHttp, LivenessTcp, PostStartHttp, PostStartTcp, PreStopHttp, PreStopTcp, ReadinessHttp,
        ReadinessTcp, StartupHttp, StartupTcp,
    };
    let probes = [&container.liveness_probe, &container.readiness_probe, &container.startup_probe];
    let [liveness, readiness, startup] = probes.map(|probe| probe.as_ref().map(|probe| &probe.handler));
    let lifecycle = container.lifecycle.as_ref();
    [
        (LivenessHttp, LivenessTcp, liveness),
        (ReadinessHttp, ReadinessTcp, readiness),
        (StartupHttp, StartupTcp, startup),
        (PostStartHttp, PostStartTcp, lifecycle.and_then(|it| it.post_start.as_ref())),
        (PreStopHttp, PreStopTcp, lifecycle.and_then(|it| it.pre_stop.as_ref())),
    ]
}

/// The name of a service account, empty for the one that pods have where they name none: the API server writes it into
/// the pods of a template that does not.
fn not_default(service_account: &str) -> &str {
    if service_account == DEFAULT_ACCOUNT { "" } else { service_account }
}

/// The name of a projected volume without the suffix that the API server generates for each pod.
fn stable(name: &str) -> &str {
    let suffix = name.strip_prefix(TOKEN_VOLUME).and_then(|rest| rest.strip_prefix('-'));
    match suffix {
        Some(suffix) if suffix.len() == GENERATED_SUFFIX => TOKEN_VOLUME,
        _ => name,
    }
}
