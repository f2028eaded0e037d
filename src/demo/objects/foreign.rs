//! Network policies of kinds that Kubernetes itself does not have. What they say is left out.

use super::{ObjectMeta, message};

message! {
    CiliumNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    CiliumClusterwideNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    CalicoNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    CalicoGlobalNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    AdminNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    BaselineAdminNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }

    ClusterNetworkPolicy {
        (message, required, tag = 1) metadata: ObjectMeta,
    }
}
