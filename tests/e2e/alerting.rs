//! Who is on duty hears of it: the shipped rules on a real Prometheus, the shipped configuration in a real Alertmanager,
//! and a receiver that remembers what it was told.

use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::support::alertmanager::Alertmanager;
use crate::support::cluster_objects::Namespace;
use crate::support::control_plane::ControlPlane;
use crate::support::daemon::{Daemon, DaemonConfig};
use crate::support::identity::Identity;
use crate::support::poll::{eventually, holds, is, now};
use crate::support::process::logs_of;
use crate::support::prometheus::Prometheus;
use crate::support::receiver::Receiver;

/// The alert of the check that these scenarios break.
const PRIVILEGED: &str = "PodSecurityPrivileged";

/// By when it must be known that the daemon is not there.
const ABSENT_WITHIN: Duration = Duration::from_mins(2);

/// For how long an Alertmanager is away, at least.
const OUTAGE: Duration = Duration::from_mins(1);

const FIRING: &str = "page: firing";
const RESOLVED: &str = "page: resolved";

#[test]
fn a_deviation_pages_and_resolves_also_around_an_outage_of_alertmanager() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "pages");
    let namespace = Namespace::create(&plane, "e2e-pages");
    namespace.deployment("web", false);
    let mut duty = Duty::start("pages", &plane, &identity);
    namespace.deployment("web", true);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);

    duty.alertmanager.stop();
    let stopped = now();
    namespace.deployment("late", true);
    namespace.deployment("web", false);
    eventually("the outage lasts", || holds(stopped.elapsed() >= OUTAGE, stopped.elapsed()));
    duty.alertmanager.start_again();
    duty.wait_until_told(PRIVILEGED, "late", &[FIRING]);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING, RESOLVED]);

    namespace.deployment("late", false);
    duty.wait_until_told(PRIVILEGED, "late", &[FIRING, RESOLVED]);
    duty.wait_until_told("PlimsollAbsent", "", &[]);
    duty.wait_until_told("PlimsollBlind", "", &[]);
}

#[test]
fn a_daemon_that_was_killed_pages_within_two_minutes_and_nothing_resolves_by_it() {
    let plane = ControlPlane::shared();
    let identity = Identity::create(&plane, "absent");
    let namespace = Namespace::create(&plane, "e2e-absent");
    namespace.deployment("web", true);
    let mut duty = Duty::start("absent", &plane, &identity);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);

    duty.daemon.kill();
    let killed = now();
    duty.wait_until_told("PlimsollAbsent", "", &[FIRING]);
    assert!(killed.elapsed() < ABSENT_WITHIN, "told after {:?}", killed.elapsed());
    // Four resends after the last one its alert ends, and to Alertmanager that is the end of the deviation.
    eventually("the alert of the daemon has ended", || {
        let alerts = duty.alertmanager.alerts()?;
        holds(alerts.iter().all(|alert| alert.label("alertname") != PRIVILEGED), alerts)
    });
    let ended = now();
    eventually("it could have been told", || holds(ended.elapsed() >= GROUP_INTERVAL * 2, ended.elapsed()));
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);

    duty.daemon.start_again();
    duty.wait_until_told("PlimsollAbsent", "", &[FIRING, RESOLVED]);
    namespace.deployment("web", false);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING, RESOLVED]);
}

#[test]
fn blindness_pages_and_nothing_resolves_by_it() {
    let plane = ControlPlane::start("blind-plane");
    let identity = Identity::create(&plane, "blind");
    let namespace = Namespace::create(&plane, "e2e-blind");
    namespace.deployment("web", true);
    let duty = Duty::start("blind", &plane, &identity);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);

    plane.stop_api_server();
    duty.wait_until_told("PlimsollBlind", "", &[FIRING]);
    // The daemon says so itself, too.
    duty.wait_until_told("MonitorBlind", "", &[FIRING]);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);
    duty.wait_until_told("PlimsollAbsent", "", &[]);

    plane.start_api_server();
    duty.wait_until_told("PlimsollBlind", "", &[FIRING, RESOLVED]);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING]);
    namespace.deployment("web", false);
    duty.wait_until_told(PRIVILEGED, "web", &[FIRING, RESOLVED]);
}

/// How long Alertmanager gathers news of a group here. What is shipped gathers for a minute.
const GROUP_INTERVAL: Duration = Duration::from_secs(5);

/// The daemon, and all that stands between it and whoever is on duty.
struct Duty {
    daemon: Daemon,
    _prometheus: Prometheus,
    alertmanager: Alertmanager,
    receiver: Receiver,
}

impl Duty {
    /// Starts all of it; the baseline judges the namespace `e2e-NAME` by the level baseline.
    fn start(name: &str, plane: &ControlPlane, identity: &Identity<'_>) -> Self {
        let logs = logs_of(&format!("alerting-{name}"));
        let receiver = Receiver::start();
        let alertmanager = Alertmanager::start_with(&logs, &configuration(receiver.url()));
        let baseline = plane.home().join(name).with_extension("yaml");
        fs::write(&baseline, baseline_of(&format!("e2e-{name}"))).expect("the baseline can be written");
        let config = DaemonConfig {
            kubeconfig: identity.kubeconfig().to_owned(),
            cluster: name.to_owned(),
            alertmanager: alertmanager.url().to_owned(),
            flags: [
                "--baseline-path",
                &baseline.display().to_string(),
                // So that its alerts end sooner, and still later than it must be known that it is away.
                "--alertmanager-resend-secs",
                "30",
            ]
            .map(str::to_owned)
            .into(),
        };
        let daemon = Daemon::start(&logs, config);
        let rules = shipped("rules/plimsoll.yaml");
        let to = (name, alertmanager.url().trim_start_matches("http://"));
        let prometheus = Prometheus::start_alerting(&logs, daemon.address(), Path::new(&rules), to);
        Self { daemon, _prometheus: prometheus, alertmanager, receiver }
    }

    /// Waits until exactly this was told of an alert, in this order.
    #[track_caller]
    fn wait_until_told(&self, alertname: &str, resource_name: &str, expected: &[&str]) {
        eventually(&format!("{alertname} of {resource_name:?} is told as {expected:?}"), || {
            is(
                &expected.iter().map(ToString::to_string).collect(),
                &self.receiver.history(alertname, resource_name),
            )
        });
    }
}

/// The shipped configuration, with this receiver in place of the example, and less waiting for more of a group.
fn configuration(receiver: &str) -> String {
    let shipped = fs::read_to_string(shipped("alertmanager.yaml")).expect("it is shipped");
    let adapted = shipped
        .replace("http://receiver.monitoring", receiver)
        .replace("group_interval: 1m\n", &format!("group_interval: {}s\n", GROUP_INTERVAL.as_secs()));
    assert_eq!(adapted.matches(receiver).count(), 3, "{adapted}");
    adapted
}

fn baseline_of(namespace: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {{name: duty}}\nspec:\n  \
         namespaces: {{names: [{namespace}]}}\n  podSecurity: {{level: baseline}}\n"
    )
}

fn shipped(path: &str) -> String {
    format!("{}/deploy/{path}", env!("CARGO_MANIFEST_DIR"))
}
