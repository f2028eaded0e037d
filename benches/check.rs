//! `plimsoll check` over one file of JSON at growing size, beside what only parses the same file, and a snapshot of it.
//!
//! `cargo bench --bench check` measures 1,000, 10,000 and 100,000 pods; `cargo bench --bench check -- 1000` only
//! those. The file for 100,000 pods has about a gigabyte. docs/performance.md says what the figures mean.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::Context;
use k8s_openapi::api::core::v1::Pod as TypedPod;
use plimsoll::demo::objects::Pod;
use plimsoll::demo::population::{Load, populate_load};
use plimsoll::demo::store::Store;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The sizes measured where none is asked for, in pods.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// How often each is run.
const ROUNDS: usize = 5;

/// Every template of this number is privileged.
const PRIVILEGED_EVERY: usize = 10;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["skip", file] => skip(file),
        ["parse", file] => parse(file),
        _ => {
            let sizes: Vec<usize> = words.iter().map(|it| it.parse()).collect::<Result<_, _>>()?;
            let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
            sizes.into_iter().try_for_each(measure)
        }
    }
}

fn measure(pods: usize) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("pods.json");
    let bytes = write_pods(&path, pods)?;
    println!("{pods} pods, {} MB, median of {ROUNDS}", bytes / 1_000_000);
    let own = std::env::current_exe()?;
    let run = |program: &Path, arguments: &[&str]| seconds(Command::new(program).args(arguments).arg(&path));
    let plimsoll = Path::new(env!("CARGO_BIN_EXE_plimsoll"));
    let check = run(plimsoll, &["check", "--output", "json"])?;
    let snapshot = folder.path().join("snapshot.json");
    let take = seconds(Command::new(plimsoll).args(["snapshot", "--out"]).args([&snapshot, &path]))?;
    let read = seconds(Command::new(plimsoll).args(["check", "--output", "json"]).arg(&snapshot))?;
    let skip = run(&own, &["skip"])?;
    let parse = run(&own, &["parse"])?;
    println!("  plimsoll check                     {check:>7.3} s");
    println!("  plimsoll snapshot                  {take:>7.3} s   {} MB", megabytes(&snapshot)?);
    println!("  plimsoll check of the snapshot     {read:>7.3} s");
    println!(
        "  serde_json, everything skipped     {skip:>7.3} s   {:.2} times as long as that",
        check / skip
    );
    println!(
        "  k8s-openapi, one pod at a time     {parse:>7.3} s   {:.2} times as long as that",
        check / parse
    );
    Ok(())
}

fn megabytes(path: &Path) -> anyhow::Result<u64> {
    Ok(path.metadata()?.len() / 1_000_000)
}

/// Writes a list of pods. Returns how many bytes it has.
fn write_pods(path: &Path, pods: usize) -> anyhow::Result<u64> {
    let store = Store::new(0);
    let load = Load { pods, namespaces: 50, privileged_every: PRIVILEGED_EVERY };
    populate_load(&store, load, plimsoll::run::now());
    let mut file = BufWriter::new(File::create(path)?);
    file.write_all(b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[")?;
    for (number, pod) in store.all::<Pod>().iter().enumerate() {
        let pod = serde_json::to_string(pod)?;
        let fields = pod.strip_prefix('{').context("a pod is an object")?;
        let separator = if number == 0 { "" } else { "," };
        write!(file, "{separator}\n{{\"apiVersion\":\"v1\",\"kind\":\"Pod\",{fields}")?;
    }
    file.write_all(b"]}\n")?;
    Ok(file.into_inner()?.metadata()?.len())
}

/// The median of the seconds that the command takes.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn seconds(command: &mut Command) -> anyhow::Result<f64> {
    let mut rounds = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let status = command.stdout(Stdio::null()).status()?;
        rounds.push(started.elapsed().as_secs_f64());
        // Whether anything deviates does not matter here; whether all was judged does.
        anyhow::ensure!(matches!(status.code(), Some(0 | 1)), "{command:?} ended with {status}");
    }
    rounds.sort_by(f64::total_cmp);
    Ok(rounds[ROUNDS / 2])
}

/// Finds out that the file is JSON, and nothing else of it.
fn skip(file: &str) -> anyhow::Result<()> {
    let IgnoredAny = serde_json::from_slice(&std::fs::read(file)?)?;
    Ok(())
}

#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Decodes each pod to the whole type that Kubernetes' clients have, and lets it go.
fn parse(file: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file)?;
    let list: List<'_> = serde_json::from_str(&text)?;
    let pods = list.items.into_iter().map(|item| serde_json::from_str::<TypedPod>(item.get()));
    let containers = pods.map(|pod| pod.map(|pod| pod.spec.map_or(0, |spec| spec.containers.len())));
    let containers: usize = containers.sum::<Result<_, _>>()?;
    anyhow::ensure!(containers > 0, "the pods have no containers");
    Ok(())
}
