//! What rules are made of, with the wildcards and near misses of each kind, and what requests are made of.

/// Of rules.
pub(super) const VERBS: [&str; 14] = [
    "get",
    "get",
    "list",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "impersonate",
    "bind",
    "GET",
    "*",
];
pub(super) const GROUPS: [&str; 12] = [
    "",
    "",
    "",
    "",
    "",
    "apps",
    "apps",
    "apps",
    "rbac.authorization.k8s.io",
    "example.com",
    "example.com",
    "*",
];
pub(super) const RESOURCES: [&str; 18] = [
    "pods",
    "pods",
    "secrets",
    "secrets",
    "configmaps",
    "deployments",
    "deployments/scale",
    "pods/exec",
    "pods/log",
    "pods/*",
    "*/exec",
    "*/scale",
    "serviceaccounts/token",
    "nodes",
    "namespaces",
    "clusterroles",
    "users",
    "*",
];

/// An asterisk is no wildcard here, and the name that is empty is that of no object.
pub(super) const NAMES: [&str; 5] = ["db", "db", "web", "", "*"];
pub(super) const URLS: [&str; 12] = [
    "/healthz",
    "/healthz/*",
    "/metrics",
    "/api",
    "/api*",
    "/apis/*",
    "/x/*",
    "/x*",
    "/x/**",
    "/x/*/y",
    "x*",
    "*",
];

/// Of requests, which may be about more than any rule names.
pub(super) const VERBS_ASKED: [&str; 10] =
    ["get", "list", "watch", "create", "update", "delete", "deletecollection", "bind", "escalate", "*"];
pub(super) const GROUPS_ASKED: [&str; 5] = ["", "apps", "batch", "example.com", "*"];
pub(super) const RESOURCES_ASKED: [&str; 12] = [
    "pods",
    "secrets",
    "configmaps",
    "deployments",
    "nodes",
    "namespaces",
    "pods/exec",
    "pods/log",
    "deployments/scale",
    "secrets/status",
    "pods/*",
    "*",
];
pub(super) const NAMES_ASKED: [&str; 5] = ["", "", "db", "web", "other"];
pub(super) const PATHS_ASKED: [&str; 11] = [
    "/healthz",
    "/healthz/etcd",
    "/metrics",
    "/api",
    "/apis",
    "/apis/apps",
    "/x",
    "/x/",
    "/x/y",
    "/x/*/y",
    "/xy",
];
