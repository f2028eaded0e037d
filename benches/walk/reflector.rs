//! The peer: `kube::runtime` reflectors of typed pods, as most monitors in Rust are built.

use std::io::{BufRead, BufReader, Lines};
use std::process::{ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::Context;
use futures::StreamExt;
use k8s_openapi::api::core::v1::Pod;
use kube::runtime::{WatchStreamExt, reflector, watcher};

use crate::daemon::clock;
use crate::process::Process;
use crate::server::Server;
use crate::{Measured, UPDATES};

/// Reflects all pods of the server at a URL, or of the cluster that a kubeconfig names. Prints `synced`, and `updated` when all updates have come.
pub(crate) fn reflect(cluster: &str, streamed: bool) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(follow(cluster, streamed))
}

async fn follow(cluster: &str, streamed: bool) -> anyhow::Result<()> {
    let config = if cluster.starts_with("http://") {
        kube::Config::new(cluster.parse()?)
    } else {
        let file = kube::config::Kubeconfig::read_from(cluster)?;
        kube::Config::from_custom_kubeconfig(file, &kube::config::KubeConfigOptions::default()).await?
    };
    let client = kube::Client::try_from(config)?;
    let pods: kube::Api<Pod> = kube::Api::all(client);
    let (_reader, writer) = reflector::store();
    let config = watcher::Config::default();
    let config = if streamed { config.streaming_lists() } else { config };
    let applied = AtomicUsize::new(0);
    let events = watcher(pods, config).reflect(writer);
    let mut events = std::pin::pin!(events);
    while let Some(event) = events.next().await {
        match event? {
            watcher::Event::InitDone => println!("synced"),
            watcher::Event::Apply(_) if applied.fetch_add(1, Ordering::Relaxed) + 1 == UPDATES => {
                println!("updated");
            }
            _ => {}
        }
    }
    Ok(())
}

/// A reflector in a process of its own.
struct Reflector {
    process: Process,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Reflector {
    fn start(cluster: &str, streamed: bool) -> anyhow::Result<Self> {
        let mode = if streamed { "streamed" } else { "paged" };
        let mut child = Command::new(std::env::current_exe()?)
            .args(["reflect", cluster, mode])
            .stdout(Stdio::piped())
            .spawn()?;
        let lines = BufReader::new(child.stdout.take().context("no standard output")?).lines();
        Ok(Self { process: Process(child), lines })
    }

    fn wait(&mut self, word: &str) -> anyhow::Result<()> {
        let line = self.lines.next().context("the reflector ended")??;
        anyhow::ensure!(line == word, "the reflector said {line}");
        Ok(())
    }
}

/// A reflector until it is synced, and through the updates of a server of ours.
pub(crate) fn measure(server: &mut Server, streamed: bool) -> anyhow::Result<Measured> {
    let started = clock();
    let mut reflector = Reflector::start(&server.url, streamed)?;
    reflector.wait("synced")?;
    let synced = started.elapsed().as_secs_f64();
    let sync = reflector.process.usage()?;
    server.command(&format!("churn {UPDATES} 0"))?;
    reflector.wait("updated")?;
    Ok(Measured { synced, sync, update: Some(reflector.process.usage()?) })
}

/// A reflector on any cluster, until it is synced.
pub(crate) fn measure_sync(kubeconfig: &str, streamed: bool) -> anyhow::Result<Measured> {
    let started = clock();
    let mut reflector = Reflector::start(kubeconfig, streamed)?;
    reflector.wait("synced")?;
    let synced = started.elapsed().as_secs_f64();
    Ok(Measured { synced, sync: reflector.process.usage()?, update: None })
}
