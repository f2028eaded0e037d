//! The network of a real cluster: a way that opens is seen by everyone who should see it within a second, with what
//! opened it, and so is its end.

mod agreement;
mod commands;
mod flows;
mod hidden;
mod isolation;

use std::fs;
use std::time::Instant;

use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::identity::Identity;
use crate::support::journal::Cause;
use crate::support::poll::now;
use crate::support::scene::Scene;

const NOT_ISOLATED: &str = "network/not-isolated";

/// The pods that scenarios connect, the names of which are their label `app`.
const IMAGE: &str = "registry.example.com/shop/pause:1.0";

/// The daemon with this baseline, and those whom it tells.
fn watch(plane: &ControlPlane, identity: &Identity<'_>, name: &str, baseline: &str) -> Scene {
    let file = plane.home().join(name).with_extension("yaml");
    fs::write(&file, baseline).expect("the baseline can be written");
    Scene::start(name, identity, &["--baseline-path", &file.display().to_string()])
}

/// A pod that no controller made, and that has no address yet.
fn run_pod(namespace: &Namespace<'_>, name: &str) {
    namespace.kubectl(&["run", name, "--image", IMAGE, "--labels", &format!("app={name}")]);
}

/// What a kubelet would write, of which there is none.
fn patch_status(namespace: &Namespace<'_>, pod: &str, status: &str) {
    let patch = format!("--patch={{\"status\": {status}}}");
    namespace.kubectl(&["patch", "pod", pod, "--subresource=status", "--type=merge", &patch]);
}

/// When a change was begun, and the change made: it takes effect later than that.
fn since(change: impl FnOnce()) -> Instant {
    let begun = now();
    change();
    begun
}

/// The causes of the last transitions of a check on an object, one for each key.
#[track_caller]
fn check_cause(scene: &Scene, check: &str, object: (&str, &str), keys: &[&str], expected: &Cause) {
    let mut events = scene.daemon.journal().events();
    events.retain(|event| event.check == check && event.object.is(object));
    for key in keys {
        let last = events.iter().rfind(|event| event.key == *key);
        let last = last.unwrap_or_else(|| panic!("nothing is told of {check} on {object:?} for {key}"));
        assert_eq!(last.cause.as_ref(), Some(expected), "{last:?}");
    }
}
