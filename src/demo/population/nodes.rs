//! The nodes on which pods run, and the ranges from which they and services have their addresses.

use jiff::Timestamp;

use crate::demo::objects::{
    Node, NodeAddress, NodeSpec, NodeStatus, ObjectMeta, ServiceCidr, ServiceCidrSpec,
};
use crate::demo::store::Store;

/// How many nodes the pods are spread over.
const NODES: u64 = 12;

/// The second byte of the addresses of pods on the first node. Each node has the next 65,536 addresses for its pods.
const FIRST_RANGE: u64 = 128;

/// The addresses of services.
const SERVICES: &str = "10.96.0.0/12";

/// Makes the nodes, and says where services have their addresses from.
pub(super) fn make_nodes(store: &Store, now: Timestamp) {
    for node in 0..NODES {
        let address = |kind: &str, address: String| NodeAddress { r#type: kind.to_owned(), address };
        let addresses = vec![address("InternalIP", node_address(node)), address("Hostname", node_name(node))];
        let range = format!("10.{}.0.0/16", FIRST_RANGE + node);
        let metadata = ObjectMeta { name: node_name(node), ..ObjectMeta::default() };
        let spec = NodeSpec { pod_cidr: range.clone(), pod_cidrs: vec![range] };
        store.put(Node { metadata, spec, status: NodeStatus { addresses } }, now);
    }
    let metadata = ObjectMeta { name: "kubernetes".to_owned(), ..ObjectMeta::default() };
    store.put(ServiceCidr { metadata, spec: ServiceCidrSpec { cidrs: vec![SERVICES.to_owned()] } }, now);
}

/// The node of a pod whose name hashes so.
pub(super) fn node_of(hash: u64) -> u64 {
    hash % NODES
}

pub(super) fn node_name(node: u64) -> String {
    format!("node-{node:02}.harbourline.example")
}

pub(super) fn node_address(node: u64) -> String {
    format!("10.0.16.{}", node + 1)
}

/// The address of a pod on the node, from the bytes of its hash.
pub(super) fn pod_address(node: u64, hash: u64) -> String {
    let [.., third, fourth, _] = hash.to_be_bytes();
    format!("10.{}.{third}.{fourth}", FIRST_RANGE + node)
}
