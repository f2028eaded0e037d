//! An API server that does not stream first lists, and a cluster that changes while its pages are read.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::PRIVILEGED;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::scene::Scene;

const NAMESPACE: &str = "e2e-paging";

/// How many pods there are at first; ten make a page.
const PODS: usize = 120;

/// How many pods come and go at most.
const CHANGES_MAX: usize = 60;

#[test]
fn what_changes_while_pages_are_read_is_told_once() {
    let plane = ControlPlane::start_with("paging-plane", &["--feature-gates=WatchList=false"]);
    let identity = Identity::create(&plane, "paging");
    let namespace = Namespace::create(&plane, NAMESPACE);
    namespace.pods(&(0..PODS).map(|number| format!("pod-{number:03}")).collect::<Vec<_>>(), true);
    let listed = AtomicBool::new(false);
    let (scene, changes) = thread::scope(|scope| {
        let changing = scope.spawn(|| change_until(&namespace, &listed));
        let scene = Scene::start("paging", &identity, &["--watch-page-size", "10"]);
        listed.store(true, Ordering::Relaxed);
        (scene, changing.join().expect("the changes are made"))
    });

    assert!(changes > 0, "nothing changed while the daemon started");

    // What came last is told after all that came before.
    namespace.pod("last", true);
    scene.wait_for_transitions(PRIVILEGED, (NAMESPACE, "last"), &["opened"]);
    let journal = scene.daemon.journal();
    for number in 0..PODS {
        let name = format!("pod-{number:03}");
        let told = journal.transitions(PRIVILEGED, NAMESPACE, &name);
        if number < changes {
            // It was gone before it was seen, or it was seen to go.
            assert!(told.is_empty() || told == ["opened", "resolved"], "{name}: {told:?}");
        } else {
            assert_eq!(told, ["opened"], "{name}");
        }
    }
    for number in 0..changes {
        assert_eq!(journal.transitions(PRIVILEGED, NAMESPACE, &added(number)), ["opened"]);
    }
    journal.check_numbers().expect("each event has a number of its own");
    let standing = u32::try_from(PODS + 1).expect("a small number");
    scene.wait_for_deviations(PRIVILEGED, NAMESPACE, standing.into());
    let refused = "plimsoll_watch_errors_total{kind=\"Pod\",reason=\"watch-list-refused\"}";
    scene.prometheus.wait_for(refused, Some(1.0));
    let pages = "plimsoll_watch_events_total{kind=\"Pod\",type=\"listed\"} >= bool 120";
    scene.prometheus.wait_for(pages, Some(1.0));
}

/// Puts one pod in another one's place, again and again, until all is listed. Gives how many.
fn change_until(namespace: &Namespace<'_>, listed: &AtomicBool) -> usize {
    let mut changes = 0;
    while changes < CHANGES_MAX && !listed.load(Ordering::Relaxed) {
        namespace.pod(&added(changes), true);
        namespace.delete("pod", &format!("pod-{changes:03}"));
        changes += 1;
    }
    changes
}

/// A name that is listed after all that were there before.
fn added(number: usize) -> String {
    format!("zealous-{number:03}")
}
