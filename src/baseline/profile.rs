//! Reads what is asked of pods beyond the standards: `spec.podSecurity.profile`.

use super::field::{Table, optional, required};
use super::pod_security::{HostPath, Ids, Profile, Range, SeLinux};
use super::reader::{Fields, Reader, Value};

/// The largest id of a user or group (`IsValidUserID` of Kubernetes' validation).
const ID_MAX: i64 = 2_147_483_647;

const PORT_MAX: i64 = 65_535;

const RANGES: &str = "a mapping such as {ranges: [1000-65535]}";

pub(super) static TABLE: Table = Table {
    path: "spec.podSecurity.profile",
    fields: &[
        optional(
            "readOnlyRootFilesystem",
            "true or false",
            "Every container's root filesystem must be read-only.",
        ),
        optional("runAsUser", RANGES, "The users that containers may run as."),
        optional("runAsGroup", RANGES, "The groups that containers may run as."),
        optional("fsGroup", RANGES, "The groups that volumes may be owned by."),
        optional("supplementalGroups", RANGES, "The further groups that containers may be in."),
        optional(
            "allowedHostPaths",
            "a list of host paths",
            "The paths of the host that volumes may mount. Empty: none.",
        ),
        optional(
            "volumes",
            "a list of volume types",
            "The types of volumes, by the field that sets them, as in `configMap`; `*` for any.",
        ),
        optional("hostPorts", RANGES, "The ports of the host that may be taken."),
        optional("allowedCapabilities", "a list of capabilities", "What may be added; `*` for any."),
        optional(
            "requiredDropCapabilities",
            "a list of capabilities",
            "What every container must drop; `ALL` for all of them.",
        ),
        optional(
            "seccompProfiles",
            "a list of seccomp profiles",
            "`RuntimeDefault`, `Unconfined`, `Localhost/FILE`, or `Localhost/*` for any file.",
        ),
        optional(
            "appArmorProfiles",
            "a list of AppArmor profiles",
            "`RuntimeDefault`, `Unconfined`, `Localhost/NAME`, or `Localhost/*` for any.",
        ),
        optional("seLinux", "a mapping such as {type: container_t}", "The SELinux options that must be set."),
        optional(
            "forbiddenSysctls",
            "a list of sysctls",
            "Names, or beginnings of names with `*` after them, that no pod may set.",
        ),
        optional(
            "allowedSysctls",
            "a list of sysctls",
            "Names, or beginnings of names with `*` after them, that pods may set, and no others.",
        ),
        optional("allowedCSIDrivers", "a list of CSI drivers", "The drivers of inline CSI volumes."),
        optional("runtimeClasses", "a list of runtime classes", "The runtime classes that pods may name."),
    ],
};

pub(super) static IDS: Table = Table {
    path: "spec.podSecurity.profile.runAsUser, runAsGroup, fsGroup, supplementalGroups, hostPorts",
    fields: &[required("ranges", "a list of ranges", "Numbers or ranges of them, as in `1000-65535`.")],
};

pub(super) static HOST_PATH: Table = Table {
    path: "spec.podSecurity.profile.allowedHostPaths[]",
    fields: &[
        required(
            "pathPrefix",
            "an absolute path",
            "This path and those below it: `/var/log` allows `/var/log/pods` and not `/var/logs`.",
        ),
        optional("readOnly", "true or false", "It may be mounted read-only alone."),
    ],
};

pub(super) static SE_LINUX: Table = Table {
    path: "spec.podSecurity.profile.seLinux",
    fields: &[
        optional("user", "an SELinux user", "The user."),
        optional("role", "an SELinux role", "The role."),
        optional("type", "an SELinux type", "The type."),
        optional("level", "an SELinux level", "The level."),
    ],
};

/// The fields of a volume that say where it comes from (`core/v1` `VolumeSource`), those of past versions included.
const VOLUME_TYPES: [&str; 31] = [
    "*",
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "image",
    "iscsi",
    "nfs",
    "persistentVolumeClaim",
    "photonPersistentDisk",
    "portworxVolume",
    "projected",
    "quobyte",
    "rbd",
    "scaleIO",
    "secret",
    "storageos",
    "vsphereVolume",
];

/// Linux' capabilities (capabilities(7)) as Kubernetes writes them: without `CAP_`.
const CAPABILITIES: [&str; 41] = [
    "AUDIT_CONTROL",
    "AUDIT_READ",
    "AUDIT_WRITE",
    "BLOCK_SUSPEND",
    "BPF",
    "CHECKPOINT_RESTORE",
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "IPC_LOCK",
    "IPC_OWNER",
    "KILL",
    "LEASE",
    "LINUX_IMMUTABLE",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "MKNOD",
    "NET_ADMIN",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_RAW",
    "PERFMON",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYSLOG",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_CHROOT",
    "SYS_MODULE",
    "SYS_NICE",
    "SYS_PACCT",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "WAKE_ALARM",
];

pub(super) fn read(value: &Value<'_>, reader: &mut Reader) -> Option<Profile> {
    let fields = value.fields(reader, &TABLE)?;
    let mut from = Asked { fields, reader };
    Some(Profile {
        read_only_root_filesystem: from.field("readOnlyRootFilesystem", Value::flag).unwrap_or_default(),
        run_as_user: from.field("runAsUser", read_ids),
        run_as_group: from.field("runAsGroup", read_ids),
        fs_group: from.field("fsGroup", read_ids),
        supplemental_groups: from.field("supplementalGroups", read_ids),
        allowed_host_paths: from.field("allowedHostPaths", read_host_paths),
        volumes: from.field("volumes", read_volumes),
        host_ports: from.field("hostPorts", |it, reader| read_ranges(it, reader, PORT_MAX)),
        allowed_capabilities: from.field("allowedCapabilities", |it, reader| capabilities(it, reader, "*")),
        required_drop_capabilities: from
            .field("requiredDropCapabilities", |it, reader| capabilities(it, reader, "ALL"))
            .unwrap_or_default(),
        seccomp_profiles: from.field("seccompProfiles", read_profiles),
        app_armor_profiles: from.field("appArmorProfiles", read_profiles),
        se_linux: from.field("seLinux", read_se_linux),
        forbidden_sysctls: from.field("forbiddenSysctls", read_sysctls).unwrap_or_default(),
        allowed_sysctls: from.field("allowedSysctls", read_sysctls),
        allowed_csi_drivers: from
            .field("allowedCSIDrivers", |it, reader| it.texts(reader, "the name of a CSI driver")),
        runtime_classes: from
            .field("runtimeClasses", |it, reader| it.texts(reader, "the name of a runtime class")),
    })
}

/// The fields of the profile, one after the other.
struct Asked<'a, 'r> {
    fields: Fields<'a>,
    reader: &'r mut Reader,
}

impl<'a> Asked<'a, '_> {
    fn field<T>(&mut self, name: &str, read: impl FnOnce(&Value<'a>, &mut Reader) -> Option<T>) -> Option<T> {
        self.fields.get(name).and_then(|value| read(&value, self.reader))
    }
}

fn read_ids(value: &Value<'_>, reader: &mut Reader) -> Option<Ids> {
    read_ranges(value, reader, ID_MAX).map(|ranges| Ids { ranges })
}

/// Ranges of numbers from 0 to `max`.
fn read_ranges(value: &Value<'_>, reader: &mut Reader, max: i64) -> Option<Vec<Range>> {
    let ranges = value.fields(reader, &IDS)?.get("ranges")?;
    let expects = format!("a number from 0 to {max}, or a range of them such as 1000-2000");
    let items = ranges.items(reader, &expects)?;
    let read = |item: &Value<'_>| item.parsed_number(reader, |text| parse_range(text, max));
    Some(items.iter().filter_map(read).collect())
}

fn parse_range(text: &str, max: i64) -> Option<Range> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse().ok().filter(|number| digits && *number <= max)
    };
    let (low, high) = text.split_once('-').unwrap_or((text, text));
    let range = Range { min: number(low)?, max: number(high)? };
    (range.min <= range.max).then_some(range)
}

fn read_host_paths(value: &Value<'_>, reader: &mut Reader) -> Option<Vec<HostPath>> {
    value.list(reader, "a host path such as {pathPrefix: /var/log, readOnly: true}", |item, reader| {
        let fields = item.fields(reader, &HOST_PATH)?;
        let prefix = fields.get("pathPrefix").and_then(|it| it.text_if(reader, |text| text.starts_with('/')));
        let read_only = fields.get("readOnly").and_then(|it| it.flag(reader));
        Some(HostPath { prefix: prefix?.to_owned(), read_only: read_only.unwrap_or_default() })
    })
}

fn read_volumes(value: &Value<'_>, reader: &mut Reader) -> Option<Vec<String>> {
    value.words(reader, "a volume type such as configMap, or *", &VOLUME_TYPES)
}

/// A list of capabilities, or of the word that stands for all of them.
fn capabilities(value: &Value<'_>, reader: &mut Reader, all: &str) -> Option<Vec<String>> {
    let expects = format!("a capability such as NET_ADMIN, or {all}");
    let words: Vec<&str> = CAPABILITIES.into_iter().chain([all]).collect();
    let items = value.items(reader, &expects)?;
    Some(items.iter().filter_map(|item| item.word(reader, &words)).map(str::to_owned).collect())
}

fn read_profiles(value: &Value<'_>, reader: &mut Reader) -> Option<Vec<String>> {
    let expects = "RuntimeDefault, Unconfined, Localhost/FILE or Localhost/*";
    value.list(reader, expects, |item, reader| match item.node.text() {
        Some(text) if is_localhost(text) => item.text(reader).map(str::to_owned),
        _ => {
            let words = ["RuntimeDefault", "Unconfined", "Localhost/*"];
            item.word(reader, &words).map(str::to_owned)
        }
    })
}

fn is_localhost(text: &str) -> bool {
    text.strip_prefix("Localhost/").is_some_and(|file| !file.is_empty())
}

fn read_se_linux(value: &Value<'_>, reader: &mut Reader) -> Option<SeLinux> {
    let fields = value.fields(reader, &SE_LINUX)?;
    if value.node.entries().is_some_and(<[_]>::is_empty) {
        return Value { expects: "at least one of user, role, type and level", ..value.clone() }
            .refuse(reader);
    }
    let mut option = |name| fields.get(name).and_then(|it| it.text(reader)).map(str::to_owned);
    Some(SeLinux { user: option("user"), role: option("role"), kind: option("type"), level: option("level") })
}

fn read_sysctls(value: &Value<'_>, reader: &mut Reader) -> Option<Vec<String>> {
    let expects = "the name of a sysctl, or the beginning of names with * after it";
    // Elsewhere the star would stand for itself, and match nothing.
    value.texts_if(reader, expects, |text| {
        !text.is_empty() && !text.strip_suffix('*').unwrap_or(text).contains('*')
    })
}
