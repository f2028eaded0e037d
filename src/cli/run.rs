//! `plimsoll run`: the daemon.

use std::ffi::OsString;

use clap::Args;

use super::failure::Failure;
use super::settings::Settings;
use super::{log, runtime};

/// Watch the cluster until told to stop.
///
/// Every setting of the configuration file is also a flag and an environment variable; a flag goes before the
/// environment, the environment before the file, the file before the default.
#[derive(Debug, Args)]
pub(super) struct Run {
    #[command(flatten)]
    settings: Settings,
}

impl Run {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<(), Failure> {
        let config = self.settings.load(environment)?;
        log::start(&config.log)?;
        let runtime = runtime::start()?;
        let done = runtime.block_on(crate::run::run(config));
        runtime::end(runtime);
        done.map_err(Failure::from)
    }
}
