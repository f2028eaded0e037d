//! The executor that the commands run on.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// Judging is done on one thread at a time; more workers than this only wait for each other.
const WORKERS_MAX: usize = 4;

/// An executor with a thread for each processor that the process may use, up to four.
pub(super) fn start() -> anyhow::Result<Runtime> {
    let workers = available_parallelism().map_or(1, NonZero::get).min(WORKERS_MAX);
    Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build()
        .context("failed to start the executor")
}

/// How long a look-up of a name or a read of a file may take that was under way at the end.
const LEFTOVERS_MAX: Duration = Duration::from_millis(200);

/// Ends the executor, whatever still blocks one of its threads.
pub(super) fn end(runtime: Runtime) {
    runtime.shutdown_timeout(LEFTOVERS_MAX);
}
