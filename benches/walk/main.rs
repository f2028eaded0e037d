//! The whole walk at growing size: the daemon as a process, watching an embedded cluster that serves from a
//! process of its own, beside `kube::runtime` reflectors of typed pods on the same server.
//!
//! `cargo bench --bench walk` measures 1,000, 10,000 and 100,000 pods; `cargo bench --bench walk -- 1000` only
//! those. `cargo bench --bench walk -- real KUBECONFIG` measures a cluster that is there already; `benches/real`
//! makes one. docs/performance.md says what the figures mean.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]

mod daemon;
mod process;
mod real;
mod reflector;
mod server;

use daemon::Encoding;
use process::Usage;
use server::Server;

/// The sizes measured where none is asked for, in pods.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

/// How many updates follow the first list.
const UPDATES: usize = 100_000;

/// What was measured of one watcher.
struct Measured {
    /// Seconds from its start until it was synced, and had judged.
    synced: f64,
    sync: Usage,
    /// What it had used after [`UPDATES`], where there were any.
    update: Option<Usage>,
}

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| !it.starts_with("--")).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", pods] => server::serve(pods.parse()?),
        ["real", kubeconfig] => real::measure(kubeconfig),
        ["reflect", url, mode] => reflector::reflect(url, mode == "streamed"),
        _ => {
            let sizes: Vec<usize> = words.iter().map(|it| it.parse()).collect::<Result<_, _>>()?;
            let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
            sizes.into_iter().try_for_each(measure)
        }
    }
}

fn measure(pods: usize) -> anyhow::Result<()> {
    let mut server = Server::start(pods)?;
    println!("{pods} pods, 9 a template; {UPDATES} updates of their status");
    head();
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        let measured = daemon::measure(&mut server, pods, encoding)?;
        row(&format!("plimsoll, {}", encoding.name()), &measured);
        if encoding == Encoding::Protobuf {
            let latency = daemon::latency(&mut server)?;
            println!("  at {} events a second: frame to transition {latency}", daemon::RATE);
        }
    }
    for streamed in [false, true] {
        row(reflector_name(streamed), &reflector::measure(&mut server, streamed)?);
    }
    println!();
    Ok(())
}

fn reflector_name(streamed: bool) -> &'static str {
    if streamed { "kube::runtime reflector, streamed" } else { "kube::runtime reflector, paged" }
}

fn head() {
    println!(
        "{:<34} {:>9} {:>9} {:>9} {:>9} {:>9} {:>12}",
        "", "synced s", "CPU s", "RSS MiB", "then MiB", "max MiB", "CPU µs/event"
    );
}

fn row(name: &str, measured: &Measured) {
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    let Measured { synced, sync, update } = measured;
    print!("{name:<34} {synced:>9.3} {:>9.3} {:>9.1}", sync.cpu_secs, mib(sync.rss_bytes));
    if let Some(update) = update {
        let (then, most) = (mib(update.rss_bytes), mib(update.rss_max_bytes));
        let per_event = (update.cpu_secs - sync.cpu_secs) * 1e6 / UPDATES as f64;
        print!(" {then:>9.1} {most:>9.1} {per_event:>12.2}");
    }
    println!();
}
