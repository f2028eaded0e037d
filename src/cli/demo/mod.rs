//! `plimsoll demo`: the daemon on an embedded cluster, and a story that it tells of.

mod stage;
mod terminal;

use std::ffi::OsString;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use super::failure::Failure;
use super::settings::Settings;
use super::{log, runtime};
use crate::config::Config;
use crate::demo::scenario;
use crate::run::ended_by_signal;
use stage::Stage;
use terminal::Terminal;

/// Show everything on an embedded cluster; no Kubernetes is needed.
///
/// The daemon watches a small API server on loopback over its real protocol, while a scenario makes
/// workloads deviate and mends them. The journal and the baseline of the settings do not matter: the demo has
/// its own, and removes them at the end.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Play the scenario once, on any free port, and end: with status 0 only if all that was to be seen was
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    settings: Settings,
}

/// How long a reader is left with each step.
const PAUSE: Duration = Duration::from_secs(2);

impl Demo {
    pub(super) fn execute(self, environment: Vec<(OsString, OsString)>) -> Result<(), Failure> {
        let mut config = self.settings.load(environment)?;
        if self.once {
            let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
            (config.serve.listen, config.serve.api_listen) = (any, any);
        }
        if config.log.level == "info" {
            // The story tells what the log would.
            "warn".clone_into(&mut config.log.level);
        }
        log::start(&config.log)?;
        let runtime = runtime::start()?;
        let done = runtime.block_on(play(config, self.once));
        runtime::end(runtime);
        done.map_err(Failure::from)
    }
}

async fn play(mut config: Config, once: bool) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("failed to make a folder for journal and baseline")?;
    // What is made up here must page nobody.
    config.alertmanager.urls.clear();
    "demo".clone_into(&mut config.cluster);
    let mut terminal = Terminal::new();
    let mut stage = Stage::open(config, folder.path()).await?;
    terminal::open(&stage);
    let outcome = tokio::select! {
        outcome = perform(&mut stage, &mut terminal, once) => outcome,
        signal = ended_by_signal() => match signal {
            Ok(signal) if once => Err(anyhow::anyhow!("ended by {signal} before the story was over")),
            signal => signal.map(|_| ()),
        },
    };
    stage.close().await?;
    outcome
}

/// Plays the scenario, and then serves on, unless it is played once.
async fn perform(stage: &mut Stage, terminal: &mut Terminal, once: bool) -> anyhow::Result<()> {
    terminal::title("The cluster is seen for the first time");
    let mut outcomes = vec![stage.await_transitions(&scenario::initial(), terminal).await?];
    for step in scenario::steps() {
        if !once {
            tokio::time::sleep(PAUSE).await;
        }
        terminal::title(step.title);
        stage.apply(&step)?;
        outcomes.push(stage.await_transitions(&step.expected, terminal).await?);
    }
    let amiss: usize = outcomes.iter().map(|outcome| outcome.missing + outcome.unexpected).sum();
    let seen: usize = outcomes.iter().map(|outcome| outcome.seen).sum();
    terminal.close(seen, amiss);
    if once {
        anyhow::ensure!(
            amiss == 0,
            "the demo did not go as it should: {amiss} transitions missing or not expected"
        );
        return Ok(());
    }
    terminal::serve_on(stage);
    stage.listen(terminal).await
}
