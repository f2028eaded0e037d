//! Families of checks that are off.

use super::*;
use crate::checks::{Family, in_force, watched};

/// An engine in which only checks of these families are in force, and only what they read is watched.
fn of(families: &[Family]) -> Cluster {
    let mut cluster = Cluster::new(&in_force(families));
    cluster.engine = cluster.engine.watching(&watched(families));
    cluster
}

#[test]
fn what_is_not_watched_blinds_nothing() {
    let mut cluster = of(&[Family::PodSecurity]);
    cluster.absorb(watched(&[Family::PodSecurity]).into_iter().map(Change::Synced));
    assert_eq!(cluster.settle(), [] as [&str; 0]);
    let view = cluster.engine.view(at(1));
    let blind: Vec<_> = view.checks.iter().filter(|it| !it.blind.is_empty()).collect();
    assert!(blind.is_empty(), "{blind:?}");
    assert!(view.kinds.iter().all(|it| it.kind != Kind::ClusterRole && it.sight == Sight::Synced));
    cluster.lose(Kind::Pod);
    assert_eq!(cluster.settle(), ["opened monitor/blind Cluster sight"], "what is watched is missed");
}

#[test]
fn what_a_family_found_that_is_off_after_a_restart_is_forgotten() {
    let mut before = Cluster::synced(CHECKS);
    before.see("web", "privileged");
    assert_eq!(before.settle(), [OPENED]);
    let view = before.engine.view(at(9));
    let mut cluster = of(&[Family::Network]);
    cluster.engine.restore(view.seq, view.by_seq.values().cloned().collect());
    assert_eq!(cluster.standing(), [] as [&str; 0]);
    cluster.absorb(watched(&[Family::Network]).into_iter().map(Change::Synced));
    assert_eq!(cluster.settle(), [] as [&str; 0], "nothing judged it, so that nothing is resolved");
}
