//! The process's own metrics, from `/proc`. The `procfs` crate that `prometheus` would bring is versions behind
//! and doubles `rustix`; these few figures are simple to read.

use std::fs;

use super::table::{
    Metric, PROCESS_CPU, PROCESS_MAX_FDS, PROCESS_OPEN_FDS, PROCESS_RESIDENT, PROCESS_START, PROCESS_THREADS,
    PROCESS_VIRTUAL,
};
use super::text::Page;

/// How many ticks a second has in `/proc`: fixed by the kernel's interface on every architecture served here.
const TICKS_PER_SEC: f64 = 100.0;

/// The texts that the kernel gives of a process. What cannot be read is empty, and its metrics are left out.
#[derive(Debug, Default)]
pub(super) struct Proc {
    pub(super) stat: String,
    pub(super) status: String,
    pub(super) limits: String,
    /// That of the whole system, for when it was booted.
    pub(super) system: String,
    pub(super) open_fds: Option<usize>,
}

impl Proc {
    /// Of the process that asks.
    pub(super) fn read() -> Self {
        let text = |path| fs::read_to_string(path).unwrap_or_default();
        Self {
            stat: text("/proc/self/stat"),
            status: text("/proc/self/status"),
            limits: text("/proc/self/limits"),
            system: text("/proc/stat"),
            open_fds: fs::read_dir("/proc/self/fd").ok().map(Iterator::count),
        }
    }

    pub(super) fn render(&self, page: &mut Page) {
        let mut put = |metric: &'static Metric, value: Option<f64>| {
            if let Some(value) = value {
                page.family(metric).sample(&[], value);
            }
        };
        put(&PROCESS_CPU, self.ticks(UTIME).zip(self.ticks(STIME)).map(|(user, system)| user + system));
        put(&PROCESS_RESIDENT, self.status_bytes("VmRSS:"));
        put(&PROCESS_VIRTUAL, self.status_bytes("VmSize:"));
        put(&PROCESS_OPEN_FDS, self.open_fds.map(|count| count as f64));
        put(&PROCESS_MAX_FDS, field(&self.limits, "Max open files"));
        put(&PROCESS_START, field(&self.system, "btime").zip(self.ticks(START)).map(|(boot, up)| boot + up));
        put(&PROCESS_THREADS, field(&self.status, "Threads:"));
    }

    /// A time in `/proc/self/stat`, in seconds.
    fn ticks(&self, place: usize) -> Option<f64> {
        // The process's name stands in brackets before the fields and may itself hold brackets and blanks.
        let (_, fields) = self.stat.rsplit_once(')')?;
        let ticks: f64 = fields.split_whitespace().nth(place)?.parse().ok()?;
        Some(ticks / TICKS_PER_SEC)
    }

    fn status_bytes(&self, name: &str) -> Option<f64> {
        field(&self.status, name).map(|kib| kib * 1024.0)
    }
}

/// Places in `/proc/self/stat`, counted from the field after the name.
const UTIME: usize = 11;
const STIME: usize = 12;
const START: usize = 19;

/// The number after `name` at the beginning of a line.
fn field(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}
