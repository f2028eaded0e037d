//! The security contexts of pods and containers.

use serde::Deserialize;

use super::meta::nullable;

/// `v1.PodSecurityContext`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodSecurityContext {
    #[prost(message, optional, boxed, tag = "1")]
    pub se_linux_options: Option<Box<SeLinuxOptions>>,
    #[prost(message, optional, tag = "8")]
    pub windows_options: Option<WindowsOptions>,
    #[prost(int64, optional, tag = "2")]
    pub run_as_user: Option<i64>,
    #[prost(int64, optional, tag = "6")]
    pub run_as_group: Option<i64>,
    #[prost(bool, optional, tag = "3")]
    pub run_as_non_root: Option<bool>,
    #[prost(int64, repeated, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub supplemental_groups: Vec<i64>,
    #[prost(int64, optional, tag = "5")]
    pub fs_group: Option<i64>,
    #[prost(message, repeated, tag = "7")]
    #[serde(deserialize_with = "nullable")]
    pub sysctls: Vec<Sysctl>,
    #[prost(message, optional, boxed, tag = "10")]
    pub seccomp_profile: Option<Box<Profile>>,
    #[prost(message, optional, boxed, tag = "11")]
    pub app_armor_profile: Option<Box<Profile>>,
}

/// `v1.SecurityContext`.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SecurityContext {
    #[prost(message, optional, boxed, tag = "1")]
    pub capabilities: Option<Box<Capabilities>>,
    #[prost(bool, optional, tag = "2")]
    pub privileged: Option<bool>,
    #[prost(message, optional, boxed, tag = "3")]
    pub se_linux_options: Option<Box<SeLinuxOptions>>,
    #[prost(message, optional, tag = "10")]
    pub windows_options: Option<WindowsOptions>,
    #[prost(int64, optional, tag = "4")]
    pub run_as_user: Option<i64>,
    #[prost(int64, optional, tag = "8")]
    pub run_as_group: Option<i64>,
    #[prost(bool, optional, tag = "5")]
    pub run_as_non_root: Option<bool>,
    #[prost(bool, optional, tag = "6")]
    pub read_only_root_filesystem: Option<bool>,
    #[prost(bool, optional, tag = "7")]
    pub allow_privilege_escalation: Option<bool>,
    #[prost(string, optional, tag = "9")]
    pub proc_mount: Option<String>,
    #[prost(message, optional, boxed, tag = "11")]
    pub seccomp_profile: Option<Box<Profile>>,
    #[prost(message, optional, boxed, tag = "12")]
    pub app_armor_profile: Option<Box<Profile>>,
}

/// `v1.Capabilities`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Capabilities {
    #[prost(string, repeated, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub add: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub drop: Vec<String>,
}

/// `v1.SeccompProfile` and `v1.AppArmorProfile`, which agree in their fields.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Profile {
    #[prost(string, tag = "1")]
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub kind: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub localhost_profile: String,
}

/// `v1.SELinuxOptions`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct SeLinuxOptions {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub user: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub role: String,
    #[prost(string, tag = "3")]
    #[serde(rename = "type", deserialize_with = "nullable")]
    pub kind: String,
    #[prost(string, tag = "4")]
    #[serde(deserialize_with = "nullable")]
    pub level: String,
}

/// `v1.WindowsSecurityContextOptions`.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WindowsOptions {
    #[prost(bool, optional, tag = "4")]
    pub host_process: Option<bool>,
}

/// `v1.Sysctl`.
#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Sysctl {
    #[prost(string, tag = "1")]
    #[serde(deserialize_with = "nullable")]
    pub name: String,
    #[prost(string, tag = "2")]
    #[serde(deserialize_with = "nullable")]
    pub value: String,
}
