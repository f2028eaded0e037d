//! The daemon with a Prometheus that scrapes it and an Alertmanager that it tells.

use std::io::{Write, stderr};
use std::time::{Duration, Instant};

use super::alertmanager::{Alert, Alertmanager};
use super::daemon::{Daemon, DaemonConfig};
use super::identity::Identity;
use super::journal::Event;
use super::poll::{eventually, holds, is};
use super::process::logs_of;
use super::prometheus::Prometheus;

/// How long it may take from a change until everyone has seen what it opened or closed. It takes some tenths of a second,
/// and in Prometheus until the next scrape, of which there is one each second; a machine that runs all tests at once is
/// slow.
const WITHIN: Duration = Duration::from_secs(10);

pub(crate) struct Scene {
    pub(crate) daemon: Daemon,
    pub(crate) prometheus: Prometheus,
    pub(crate) alertmanager: Alertmanager,
}

impl Scene {
    /// Starts all three, and waits until the daemon is ready. Logs are kept under `name`, which is the cluster's too.
    pub(crate) fn start(name: &str, identity: &Identity, flags: &[&str]) -> Self {
        let logs = logs_of(name);
        let alertmanager = Alertmanager::start(&logs);
        let config = DaemonConfig {
            kubeconfig: identity.kubeconfig().to_owned(),
            cluster: name.to_owned(),
            alertmanager: alertmanager.url().to_owned(),
            flags: flags.iter().map(ToString::to_string).collect(),
        };
        let daemon = Daemon::start(&logs, config);
        let prometheus = Prometheus::start(&logs, daemon.address());
        Self { daemon, prometheus, alertmanager }
    }

    /// Waits until Prometheus counts so many deviations of a check in a namespace.
    #[track_caller]
    pub(crate) fn wait_for_deviations(&self, check: &str, namespace: &str, count: f64) {
        eventually(&format!("Prometheus counts {count} of {check} in {namespace}"), || {
            let seen = self.prometheus.value(&deviations(check, namespace))?;
            // Without this, a daemon that answers nothing would pass for a clean cluster.
            is(&Some(1.0), &self.prometheus.value("up")?)?;
            // A namespace without deviations has no series of its own.
            is(&count, &seen.unwrap_or_default())
        });
    }

    /// Waits until exactly these objects have a firing alert of a check in a namespace, and gives the alerts.
    #[track_caller]
    pub(crate) fn wait_for_alerts(&self, check: &str, namespace: &str, names: &[&str]) -> Vec<Alert> {
        eventually(&format!("Alertmanager shows {check} of {names:?} in {namespace}"), || {
            let mut alerts = self.alertmanager.alerts()?;
            alerts.retain(|alert| alert.label("check") == check && alert.label("namespace") == namespace);
            let mut seen: Vec<_> = alerts.iter().map(|alert| alert.label("resource_name")).collect();
            seen.sort_unstable();
            is(names, &seen[..])?;
            Ok(alerts)
        })
    }

    /// Waits until exactly these objects of a namespace deviate from a check, one for each deviation, to everyone who is
    /// told, and soon enough after the change was made. Gives the alerts.
    #[track_caller]
    pub(crate) fn wait_until_seen(
        &self,
        check: &str,
        namespace: &str,
        names: &[&str],
        since: Instant,
    ) -> Vec<Alert> {
        let alerts = self.wait_for_alerts(check, namespace, names);
        let alerted = since.elapsed();
        let count = u32::try_from(names.len()).expect("they are few");
        self.wait_for_deviations(check, namespace, f64::from(count));
        let counted = since.elapsed();
        let told = format!("in Alertmanager after {alerted:?}, in Prometheus after {counted:?}");
        // Past what captures the output of a test that passes.
        writeln!(stderr(), "{check} of {names:?} in {namespace} is seen {told}").expect("stderr takes it");
        assert!(alerted.max(counted) < WITHIN, "{told}");
        alerts
    }

    /// Waits until the journal holds exactly these transitions of a check on an object.
    #[track_caller]
    pub(crate) fn wait_for_transitions(&self, check: &str, object: (&str, &str), expected: &[&str]) {
        eventually(&format!("the journal says {expected:?} of {check} on {object:?}"), || {
            let seen = self.daemon.journal().transitions(check, object.0, object.1);
            holds(seen == expected, seen)
        });
    }

    /// What the journal says of the cluster. That the daemon was blind is said too, and is about itself.
    pub(crate) fn verdicts(&self) -> Vec<Event> {
        let mut events = self.daemon.journal().events();
        events.retain(|event| !event.check.starts_with("monitor/"));
        events
    }

    /// Waits until the API says that so many instances of a Deployment show its one deviation from a check.
    #[track_caller]
    pub(crate) fn wait_for_count(&self, check: &str, (namespace, name): (&str, &str), count: u64) {
        let path =
            format!("/api/v1/deviations?check={check}&kind=Deployment&namespace={namespace}&name={name}");
        eventually(&format!("{count} pods of {name} deviate"), || {
            let page = self.daemon.get_api(&path)?.json()?;
            let counts: Vec<_> =
                page["deviations"].as_array().into_iter().flatten().map(|it| &it["count"]).collect();
            is(&vec![&serde_json::json!(count)], &counts)
        });
    }

    /// Waits until a check is blind, or sees.
    #[track_caller]
    pub(crate) fn wait_for_blind(&self, check: &str, blind: f64) {
        self.prometheus.wait_for(&format!("plimsoll_check_blind{{check=\"{check}\"}}"), Some(blind));
    }

    /// Waits until the zero of a check that sees is given, or is withheld because it does not.
    #[track_caller]
    pub(crate) fn wait_for_zero(&self, check: &str, zero: Option<f64>) {
        self.prometheus.wait_for("up", Some(1.0));
        self.prometheus.wait_for(&deviations(check, ""), zero);
    }
}

/// The sum is over severity and direction; it is nothing where no series is.
fn deviations(check: &str, namespace: &str) -> String {
    format!("sum(plimsoll_deviations{{check=\"{check}\",namespace=\"{namespace}\"}})")
}
