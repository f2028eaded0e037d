//! A child process and what it uses.

use std::fs;
use std::process::Child;

use anyhow::Context;

/// A child that is ended with its guard.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}

/// What a process has used so far.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    pub(crate) cpu_secs: f64,
    pub(crate) rss_bytes: u64,
    pub(crate) rss_max_bytes: u64,
}

impl Process {
    /// What the process uses: the time on a processor of all its threads, in nanoseconds as the scheduler
    /// counts it, and its resident memory.
    pub(crate) fn usage(&self) -> anyhow::Result<Usage> {
        let pid = self.0.id();
        let mut nanos = 0u64;
        for task in fs::read_dir(format!("/proc/{pid}/task"))? {
            let schedstat = fs::read_to_string(task?.path().join("schedstat"))?;
            let running = schedstat.split(' ').next().context("schedstat is empty")?;
            nanos += running.parse::<u64>()?;
        }
        let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
        let kib = |field: &str| -> anyhow::Result<u64> {
            let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
            Ok(line.split_whitespace().nth(1).context("no value")?.parse()?)
        };
        Ok(Usage {
            cpu_secs: nanos as f64 / 1e9,
            rss_bytes: kib("VmRSS:")? * 1024,
            rss_max_bytes: kib("VmHWM:")? * 1024,
        })
    }
}
