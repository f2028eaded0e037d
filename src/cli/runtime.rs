//! The executor that the commands run on.

use std::time::Duration;

use anyhow::Context;
use tokio::runtime::{Builder, Runtime};

/// An executor on this very thread.
///
/// Judging is done on one thread at a time, and all that is decoded waits for it. With a second thread each event
/// would wake that one too, to find nothing to do, which costs more than the event itself.
pub(super) fn start() -> anyhow::Result<Runtime> {
    Builder::new_current_thread().enable_all().build().context("failed to start the executor")
}

/// How long a look-up of a name or a read of a file may take that was under way at the end.
const LEFTOVERS_MAX: Duration = Duration::from_millis(200);

/// Ends the executor, whatever still blocks one of its threads.
pub(super) fn end(runtime: Runtime) {
    runtime.shutdown_timeout(LEFTOVERS_MAX);
}
