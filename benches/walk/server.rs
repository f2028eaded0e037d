//! The embedded cluster in a process of its own.

use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;
use plimsoll::demo::load::serve_load;
use plimsoll::demo::population::Load;

use crate::process::Process;

/// How many events the server remembers: a watch that lags behind further has to list anew.
const LOG_DEPTH: usize = 200_000;

/// Every template of this number is privileged.
const PRIVILEGED_EVERY: usize = 10;

/// A server that was started, with its commands.
pub(crate) struct Server {
    pub(crate) url: String,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    _process: Process,
}

impl Server {
    pub(crate) fn start(pods: usize) -> anyhow::Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["serve", &pods.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take().context("no standard input")?;
        let mut output = BufReader::new(child.stdout.take().context("no standard output")?);
        let mut url = String::new();
        output.read_line(&mut url)?;
        Ok(Self { url: url.trim().to_owned(), input, output, _process: Process(child) })
    }

    /// Has the server carry out a command, and waits until it is done.
    pub(crate) fn command(&mut self, command: &str) -> anyhow::Result<()> {
        writeln!(self.input, "{command}")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        anyhow::ensure!(answer.starts_with("done"), "the server answered {command} with {answer}");
        Ok(())
    }
}

/// Serves until standard input ends.
pub(crate) fn serve(pods: usize) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let load = Load { pods, namespaces: 50, privileged_every: PRIVILEGED_EVERY };
    Ok(runtime.block_on(serve_load(load, LOG_DEPTH, plimsoll::run::now()))?)
}
