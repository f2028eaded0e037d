//! Kinds that a cluster may do without, and gets later.

use std::collections::BTreeSet;

use plimsoll::demo::objects::{CiliumNetworkPolicy, ObjectMeta};
use plimsoll::demo::server::Faults;
use plimsoll::model::{Kind, Sight};

use super::rig::{Rig, now, options};

fn policy() -> CiliumNetworkPolicy {
    let metadata =
        ObjectMeta { namespace: "shop".to_owned(), name: "deny".to_owned(), ..ObjectMeta::default() };
    CiliumNetworkPolicy { metadata }
}

#[tokio::test]
async fn a_kind_that_is_installed_later_is_seen_and_gone_with_what_brought_it() {
    const KIND: Kind = Kind::CiliumNetworkPolicy;
    let mut rig = Rig::synced(Faults::default(), options()).await;
    assert_eq!((rig.sight(KIND), rig.objects(KIND), rig.blind()), (Sight::Synced, 0, vec![]));

    rig.server.install(BTreeSet::from([KIND]));
    rig.store().put(policy(), now());
    rig.until("the policy", |rig| rig.objects(KIND) == 1 && rig.sight(KIND) == Sight::Synced).await;

    rig.server.install(BTreeSet::new());
    rig.server.cut_connections();
    rig.until("the end of it", |rig| rig.objects(KIND) == 0).await;
    rig.until("the other kinds", |rig| rig.view().synced()).await;
    assert_eq!(rig.told(), [] as [&str; 0]);
}

#[tokio::test]
async fn what_speaks_json_alone_is_read_while_the_others_are_in_protobuf() {
    let mut rig = Rig::synced(Faults::default(), options()).await;
    let json = "application/json".to_owned();
    assert!(!rig.answered().contains(&json), "{:?}", rig.answered());
    rig.server.install(BTreeSet::from([Kind::CiliumNetworkPolicy]));
    rig.store().put(policy(), now());
    rig.until("the policy", |rig| rig.objects(Kind::CiliumNetworkPolicy) == 1).await;
    assert!(rig.answered().contains(&json), "{:?}", rig.answered());
}
