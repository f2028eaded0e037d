//! A real API server with many pods: how soon and at what cost all is judged, a violation is shown, and updates
//! go by.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams, PostParams};
use kube::config::{KubeConfigOptions, Kubeconfig};

use crate::daemon::{Daemon, clock, synced};
use crate::{Measured, head, reflector, reflector_name, row};

/// How often each watcher is started.
const ROUNDS: usize = 5;

/// How many violations are made, one after the other.
const VIOLATIONS: usize = 20;

/// How many pods are given another label.
const LABELLED: usize = 2_000;

/// How many requests are under way at a time.
const REQUESTS_MAX: usize = 16;

/// The namespace of the violations; one of those that `benches/real` makes.
const NAMESPACE: &str = "load-0";

/// What the metrics say of the violations' namespace.
const SHOWN: &str = "plimsoll_deviations{check=\"pod-security/privileged\",severity=\"critical\",direction=\"loosened\",namespace=\"load-0\"}";

/// Measures the cluster of this kubeconfig, which stands already.
pub(crate) fn measure(kubeconfig: &str) -> anyhow::Result<()> {
    println!("from the start until all is judged");
    head();
    for _ in 0..ROUNDS {
        let (_daemon, seconds, sync) = synced(kubeconfig.as_ref())?;
        row("plimsoll", &Measured { synced: seconds, sync, update: None });
        for streamed in [false, true] {
            row(reflector_name(streamed), &reflector::measure_sync(kubeconfig, streamed)?);
        }
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (daemon, ..) = synced(kubeconfig.as_ref())?;
    runtime.block_on(changes(kubeconfig.as_ref(), &daemon))
}

async fn changes(kubeconfig: &Path, daemon: &Daemon) -> anyhow::Result<()> {
    let file = Kubeconfig::read_from(kubeconfig)?;
    let config = kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?;
    let client = kube::Client::try_from(config)?;
    violations(&Api::namespaced(client.clone(), NAMESPACE), daemon).await?;
    let mut used = Vec::new();
    for round in 0..ROUNDS {
        used.push(labels(&client, &format!("round-{round}"), daemon).await?);
    }
    used.sort_unstable_by(f64::total_cmp);
    let (first, median, last) = (used[0], used[ROUNDS / 2], used[ROUNDS - 1]);
    println!(
        "{LABELLED} label updates of pods, {ROUNDS} times: {first:.3} s of CPU at least, {median:.3} in the median, {last:.3} at most"
    );
    Ok(())
}

/// From the API server's answer to a Deployment until the metrics show it.
async fn violations(deployments: &Api<Deployment>, daemon: &Daemon) -> anyhow::Result<()> {
    let before = daemon.metric(SHOWN).unwrap_or(0.0);
    let mut waits = Vec::new();
    for number in 0..VIOLATIONS {
        let name = format!("violation-{number}");
        deployments.create(&PostParams::default(), &violating(&name)?).await?;
        let answered = clock();
        await_count(daemon, before + 1.0)?;
        waits.push(answered.elapsed());
        deployments.delete(&name, &DeleteParams::default()).await?;
        await_count(daemon, before)?;
    }
    waits.sort_unstable();
    let millis = |wait: Duration| wait.as_secs_f64() * 1e3;
    let (first, median, last) = (waits[0], waits[VIOLATIONS / 2], waits[VIOLATIONS - 1]);
    println!(
        "a new violation in /metrics, of {VIOLATIONS}: {:.1} ms at least, {:.1} in the median, {:.1} at most",
        millis(first),
        millis(median),
        millis(last)
    );
    Ok(())
}

fn await_count(daemon: &Daemon, count: f64) -> anyhow::Result<()> {
    daemon.wait(|daemon| (daemon.metric(SHOWN).unwrap_or(0.0) - count).abs() < 0.5)
}

/// A Deployment without pods that is privileged.
fn violating(name: &str) -> anyhow::Result<Deployment> {
    let labels = serde_json::json!({"app": name});
    let container = serde_json::json!({
        "name": "web", "image": "registry.example/web:1", "securityContext": {"privileged": true}
    });
    let spec = serde_json::json!({
        "replicas": 0,
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    });
    Ok(serde_json::from_value(serde_json::json!({"metadata": {"name": name}, "spec": spec}))?)
}

/// What the daemon uses while pods are given another value of a label, in seconds of CPU.
async fn labels(client: &kube::Client, value: &str, daemon: &Daemon) -> anyhow::Result<f64> {
    let pods = Api::<Pod>::all(client.clone());
    let some = ListParams::default().limit(u32::try_from(LABELLED)?);
    let chosen: Vec<(String, String)> = pods
        .list_metadata(&some)
        .await?
        .into_iter()
        .map(|pod| (pod.metadata.namespace.unwrap_or_default(), pod.metadata.name.unwrap_or_default()))
        .collect();
    anyhow::ensure!(chosen.len() == LABELLED, "there are fewer than {LABELLED} pods");
    let modified = "plimsoll_watch_events_total{kind=\"Pod\",type=\"modified\"}";
    let events = daemon.metric(modified)?;
    let before = daemon.usage()?;
    let patch = Patch::Merge(serde_json::json!({"metadata": {"labels": {"bench": value}}}));
    stream::iter(chosen)
        .map(|(namespace, name)| {
            let (pods, patch) = (Api::<Pod>::namespaced(client.clone(), &namespace), &patch);
            async move { pods.patch_metadata(&name, &PatchParams::default(), patch).await.map(drop) }
        })
        .buffer_unordered(REQUESTS_MAX)
        .try_collect::<()>()
        .await
        .context("a pod could not be labelled")?;
    daemon.wait(|daemon| daemon.metric(modified).is_ok_and(|count| count >= events + LABELLED as f64))?;
    Ok(daemon.usage()?.cpu_secs - before.cpu_secs)
}
