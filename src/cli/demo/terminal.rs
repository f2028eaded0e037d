//! What the demo shows.

use anstyle::{AnsiColor, Style};
use jiff::SignedDuration;

use super::stage::Stage;
use crate::cli::escape::Escaped;
use crate::demo::scenario::Expected;
use crate::model::{Event, Kind};
use crate::run::{Addresses, Told};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const RED: Style = AnsiColor::Red.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();

/// Prints the story as it goes, in colour where the terminal has it.
pub(super) struct Terminal {
    latencies: Vec<SignedDuration>,
}

/// Prints a line to standard output. Nobody reading it is no reason to stop.
macro_rules! say {
    ($($argument:tt)*) => {{
        use std::io::Write;
        let _unread = writeln!(anstream::stdout(), $($argument)*);
    }};
}

impl Terminal {
    pub(super) fn new() -> Self {
        Self { latencies: Vec::new() }
    }

    pub(super) fn transition(&mut self, told: &Told, expected: bool) {
        let transition = &told.transition;
        let style = match transition.event {
            Event::Opened => RED,
            Event::Changed => YELLOW,
            Event::Resolved => GREEN,
        };
        let latency = told.latency.map(|latency| {
            self.latencies.push(latency);
            format!("{:.2} ms", latency.as_secs_f64() * 1e3)
        });
        let deviation = &transition.deviation;
        let note = if expected { "" } else { "  (not expected)" };
        say!(
            "  {style}{:<8}{style:#} {:<10} {:<23} {DIM}{:>9}{DIM:#}  {}{note}",
            transition.event.as_str(),
            deviation.severity.as_str(),
            deviation.check.id,
            latency.unwrap_or_default(),
            Escaped(&deviation.finding.message),
        );
    }

    pub(super) fn close(&mut self, seen: usize, amiss: usize) {
        self.latencies.sort_unstable();
        let median = self.latencies.get(self.latencies.len() / 2).copied().unwrap_or_default();
        let median = median.as_secs_f64() * 1e3;
        let style = if amiss == 0 { GREEN } else { RED };
        say!(
            "\n{style}{seen} transitions seen{style:#}, {amiss} amiss; from frame to verdict {median:.2} ms in the median"
        );
    }
}

/// Says what is watched, and where to look.
pub(super) fn open(stage: &Stage) {
    let (pods, namespaces) = (stage.objects(Kind::Pod), stage.objects(Kind::Namespace));
    say!("{BOLD}Plimsoll{BOLD:#} watches an embedded cluster: {pods} pods in {namespaces} namespaces");
    addresses(stage);
}

/// Begins a step.
pub(super) fn title(title: &str) {
    say!("\n{BOLD}{title}{BOLD:#}");
}

/// Says what should have come and did not.
pub(super) fn missing(expected: &Expected) {
    say!("  {RED}missing{RED:#}  {} {} {} {}", expected.event, expected.check, expected.object, expected.key);
}

/// Says that the story is over and the daemon is not.
pub(super) fn serve_on(stage: &Stage) {
    say!("\nThe daemon goes on until Ctrl-C.");
    addresses(stage);
}

fn addresses(stage: &Stage) {
    let (Addresses { metrics, api }, cluster) = (stage.addresses(), stage.cluster_url());
    say!("{DIM}  metrics     http://{metrics}/metrics{DIM:#}");
    say!("{DIM}  deviations  http://{api}/api/v1/deviations{DIM:#}");
    say!("{DIM}  events      http://{api}/api/v1/events?since=0{DIM:#}");
    say!("{DIM}  cluster     {cluster}/api/v1/pods{DIM:#}");
}
