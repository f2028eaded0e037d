//! Who lives in the embedded cluster: the platform of a company that sells over the net, or a load.

mod controllers;
mod fields;
mod load;
mod names;
mod nodes;
mod pods;
mod policies;
mod rights;
mod template;
mod workload;

use jiff::Timestamp;

use crate::demo::store::Store;
use crate::model::Kind;

pub use load::{Load, populate_load};
pub use workload::{ContainerShape, Workload};

pub(in crate::demo) use controllers::{remove, retire_old, roll_out};
pub(in crate::demo) use policies::{expose, isolate};
pub(in crate::demo) use rights::{bind, unbind};

/// What runs at Harbourline: kind, namespace, name, pods and containers.
const PLATFORM: [(Kind, &str, &str, usize, &[&str]); 34] = [
    (Kind::DaemonSet, "kube-system", "kube-proxy", 12, &["kube-proxy"]),
    (Kind::DaemonSet, "kube-system", "csi-node", 12, &["driver", "registrar"]),
    (Kind::Deployment, "kube-system", "coredns", 3, &["coredns"]),
    (Kind::Deployment, "ingress", "gateway", 6, &["envoy", "reloader"]),
    (Kind::Deployment, "ingress", "cert-issuer", 2, &["issuer"]),
    (Kind::DaemonSet, "monitoring", "node-exporter", 12, &["exporter"]),
    (Kind::StatefulSet, "monitoring", "prometheus", 2, &["prometheus", "reloader"]),
    (Kind::StatefulSet, "monitoring", "alertmanager", 3, &["alertmanager"]),
    (Kind::DaemonSet, "monitoring", "log-shipper", 12, &["shipper"]),
    (Kind::Deployment, "shop", "storefront", 24, &["web", "proxy"]),
    (Kind::Deployment, "shop", "catalogue", 16, &["api", "proxy"]),
    (Kind::Deployment, "shop", "basket", 12, &["api", "proxy"]),
    (Kind::Deployment, "shop", "checkout", 12, &["api", "proxy", "logger"]),
    (Kind::Deployment, "shop", "recommendations", 8, &["api", "model"]),
    (Kind::StatefulSet, "shop", "basket-cache", 3, &["redis", "metrics"]),
    (Kind::Deployment, "payments", "card-gateway", 9, &["api", "proxy", "logger"]),
    (Kind::Deployment, "payments", "ledger", 6, &["api", "proxy"]),
    (Kind::StatefulSet, "payments", "ledger-db", 3, &["postgres", "metrics"]),
    (Kind::Deployment, "payments", "fraud-score", 6, &["scorer", "proxy"]),
    (Kind::CronJob, "payments", "settlement", 1, &["settle"]),
    (Kind::Deployment, "accounts", "login", 9, &["api", "proxy"]),
    (Kind::Deployment, "accounts", "profile", 6, &["api", "proxy"]),
    (Kind::StatefulSet, "accounts", "profile-db", 3, &["postgres", "metrics"]),
    (Kind::ReplicationController, "accounts", "ldap-bridge", 2, &["bridge"]),
    (Kind::Deployment, "search", "query", 12, &["api", "proxy"]),
    (Kind::StatefulSet, "search", "index", 9, &["opensearch", "metrics"]),
    (Kind::Deployment, "logistics", "shipping", 6, &["api", "proxy"]),
    (Kind::Deployment, "logistics", "tracking", 9, &["api", "proxy"]),
    (Kind::Deployment, "logistics", "label-printer", 2, &["printer"]),
    (Kind::Deployment, "analytics", "clickstream", 12, &["collector", "proxy"]),
    (Kind::StatefulSet, "analytics", "warehouse", 6, &["clickhouse", "metrics"]),
    (Kind::CronJob, "analytics", "nightly-report", 2, &["report"]),
    (Kind::Deployment, "platform", "image-builder", 3, &["buildkit", "cleaner"]),
    (Kind::Deployment, "platform", "deployer", 2, &["controller"]),
];

/// Which containers of it have always been privileged: namespace, workload and container.
const PRIVILEGED: [(&str, &str, &str); 3] = [
    ("kube-system", "kube-proxy", "kube-proxy"),
    ("kube-system", "csi-node", "driver"),
    ("platform", "image-builder", "buildkit"),
];

/// The workloads of the platform, before the scenario begins.
pub fn platform() -> Vec<Workload> {
    PLATFORM
        .iter()
        .map(|(kind, namespace, name, replicas, containers)| {
            let workload = Workload::new(*kind, namespace, name, *replicas, containers);
            let privileged = PRIVILEGED.iter().filter(|(of, its, _)| (of, its) == (namespace, name));
            privileged.fold(workload, |workload, (_, _, container)| workload.privileged(container))
        })
        .collect()
}

/// Fills the store with the platform: some 280 pods in ten namespaces, the same in every run.
pub fn populate(store: &Store, now: Timestamp) {
    let workloads = platform();
    let mut namespaces: Vec<&str> = workloads.iter().map(|workload| workload.namespace.as_str()).collect();
    namespaces.push("default");
    namespaces.sort_unstable();
    namespaces.dedup();
    for namespace in namespaces {
        controllers::make_namespace(store, namespace, now);
        isolate(store, namespace, now);
    }
    nodes::make_nodes(store, now);
    rights::make_roles(store, now);
    for workload in &workloads {
        roll_out(store, workload, now);
    }
}
