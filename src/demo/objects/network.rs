//! Network policies and service CIDRs, from `k8s.io/api/networking/v1`, and the nodes of `k8s.io/api/core/v1`.

use super::{IntOrString, LabelSelector, ObjectMeta, message};

message! {
    NetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: NetworkPolicySpec,
    }

    NetworkPolicySpec {
        (message, optional, tag = 1) pod_selector: Option<LabelSelector>,
        (message, repeated, tag = 2) ingress: Vec<NetworkPolicyIngressRule>,
        (message, repeated, tag = 3) egress: Vec<NetworkPolicyEgressRule>,
        (string, repeated, tag = 4) policy_types: Vec<String>,
    }

    NetworkPolicyIngressRule {
        (message, repeated, tag = 1) ports: Vec<NetworkPolicyPort>,
        (message, repeated, tag = 2) from: Vec<NetworkPolicyPeer>,
    }

    NetworkPolicyEgressRule {
        (message, repeated, tag = 1) ports: Vec<NetworkPolicyPort>,
        (message, repeated, tag = 2) to: Vec<NetworkPolicyPeer>,
    }

    NetworkPolicyPort {
        (string, optional, tag = 1) protocol: Option<String>,
        (message, optional, tag = 2) port: Option<IntOrString>,
        (int32, optional, tag = 3) end_port: Option<i32>,
    }

    NetworkPolicyPeer {
        (message, optional, tag = 1) pod_selector: Option<LabelSelector>,
        (message, optional, tag = 2) namespace_selector: Option<LabelSelector>,
        (message, optional, tag = 3) ip_block: Option<IpBlock>,
    }

    IpBlock {
        (string, required, tag = 1) cidr: String,
        (string, repeated, tag = 2) except: Vec<String>,
    }

    ServiceCidr {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: ServiceCidrSpec,
    }

    ServiceCidrSpec {
        (string, repeated, tag = 1) cidrs: Vec<String>,
    }

    Node {
        (message, required, tag = 1) metadata: ObjectMeta,
        (message, required, tag = 2) spec: NodeSpec,
        (message, required, tag = 3) status: NodeStatus,
    }

    NodeSpec {
        #[serde(rename = "podCIDR")]
        (string, required, tag = 1) pod_cidr: String,
        #[serde(rename = "podCIDRs")]
        (string, repeated, tag = 7) pod_cidrs: Vec<String>,
    }

    NodeStatus {
        (message, repeated, tag = 5) addresses: Vec<NodeAddress>,
    }

    NodeAddress {
        (string, required, tag = 1) r#type: String,
        (string, required, tag = 2) address: String,
    }
}
