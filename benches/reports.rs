//! `plimsoll check` in each form of report, at growing numbers of deviations: how long the whole run takes, how much it
//! writes, and how much memory it had at most.
//!
//! `cargo bench --bench reports` measures 1,000, 10,000 and 100,000 deviations; `cargo bench --bench reports -- 1000` only
//! those. Markdown is bounded, so that it shows what judging alone takes.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// The numbers measured where none is asked for.
const SIZES: [usize; 3] = [1_000, 10_000, 100_000];

const OUTPUTS: [&str; 5] = ["markdown", "table", "json", "junit", "sarif"];

/// By it a privileged pod has one deviation.
const BASELINE: &str = "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {name: bench}\n\
                        spec: {podSecurity: {level: baseline}}\n";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [first, rest @ ..] = &arguments[..]
        && first == "run"
    {
        return run(rest);
    }
    let sizes: Vec<usize> = arguments.iter().map(|it| it.parse()).collect::<Result<_, _>>()?;
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes };
    for size in sizes {
        let folder = tempfile::tempdir()?;
        write_pods(&folder.path().join("pods.json"), size)?;
        fs::write(folder.path().join("baseline.yaml"), BASELINE)?;
        for output in OUTPUTS {
            measure(folder.path(), output, size)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn write_pods(path: &Path, pods: usize) -> anyhow::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    for number in 0..pods {
        writeln!(
            file,
            r#"{{"apiVersion":"v1","kind":"Pod","metadata":{{"name":"web-{number}","namespace":"shop"}},"spec":{{"containers":[{{"name":"app","securityContext":{{"privileged":true}}}}]}}}}"#
        )?;
    }
    Ok(file.flush()?)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
fn measure(folder: &Path, output: &str, size: usize) -> anyhow::Result<()> {
    let arguments = ["run", "check", "pods.json", "--baseline", "baseline.yaml", "--output", output];
    let started = Instant::now();
    let mut child = Command::new(std::env::current_exe()?)
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let written = std::io::copy(child.stdout.as_mut().context("piped")?, &mut std::io::sink())?;
    let mut peak = String::new();
    child.stderr.as_mut().context("piped")?.read_to_string(&mut peak)?;
    ensure!(child.wait()?.code() == Some(1), "{output}: not everything was judged");
    let (seconds, peak) = (started.elapsed().as_secs_f64(), peak.trim().parse::<u64>()?);
    println!(
        "{size:>7} deviations  {output:<8}  {seconds:>7.2} s  {:>8.2} MB written  {:>6.1} MB of memory",
        written as f64 / 1e6,
        peak as f64 / 1e3
    );
    Ok(())
}

/// The command itself, and after it, on the standard error, the most memory that this process had, in kB.
fn run(arguments: &[String]) -> anyhow::Result<ExitCode> {
    let arguments = ["plimsoll".to_owned()].into_iter().chain(arguments.iter().cloned());
    let status = plimsoll::cli::main(arguments.map(Into::into), std::iter::empty());
    let own = fs::read_to_string("/proc/self/status")?;
    let line = own.lines().find_map(|it| it.strip_prefix("VmHWM:")).context("the kernel tells no VmHWM")?;
    eprintln!("{}", line.trim().trim_end_matches(" kB"));
    Ok(status)
}
