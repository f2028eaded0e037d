//! A cluster of any size, for benchmarks.

use jiff::Timestamp;

use crate::demo::store::Store;
use crate::model::Kind;

use super::controllers::{make_namespace, roll_out};
use super::nodes::make_nodes;
use super::policies::isolate;
use super::workload::Workload;

/// How many pods share a template: what the load tests of Kubernetes' own scalability group come to.
const PODS_PER_TEMPLATE: usize = 9;

/// How large a load is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    pub pods: usize,
    pub namespaces: usize,
    /// Every template of this number is privileged; none if it is 0.
    pub privileged_every: usize,
}

/// Fills the store with the load: Deployments of nine pods of three containers, about 10 KB each in JSON,
/// spread over the namespaces in turn, in each of which a policy isolates every pod.
pub fn populate_load(store: &Store, load: Load, now: Timestamp) {
    make_nodes(store, now);
    // Where it is there without a DNS, nothing is said of whom its policies keep from resolving names.
    make_namespace(store, "kube-system", now);
    let namespaces = load.namespaces.max(1);
    for number in 0..namespaces {
        make_namespace(store, &namespace(number), now);
        isolate(store, &namespace(number), now);
    }
    for number in 0..load.pods.div_ceil(PODS_PER_TEMPLATE) {
        let replicas = PODS_PER_TEMPLATE.min(load.pods - number * PODS_PER_TEMPLATE);
        let namespace = namespace(number % namespaces);
        let name = format!("app-{number:05}");
        let workload =
            Workload::new(Kind::Deployment, &namespace, &name, replicas, &["web", "proxy", "logger"]);
        let privileged = load.privileged_every > 0 && number % load.privileged_every == 0;
        roll_out(store, &if privileged { workload.privileged("web") } else { workload }, now);
    }
}

fn namespace(number: usize) -> String {
    format!("load-{number:03}")
}
