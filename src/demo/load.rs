//! The embedded cluster as a process of its own, so that a benchmark does not measure the server with it.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::interval;

use crate::model::Kind;

use super::population::{Load, Workload, populate_load, roll_out};
use super::server::{Faults, ListenError, Server};
use super::store::Store;

/// How many lines of commands wait to be carried out; whoever writes more of them waits.
const COMMANDS_MAX: usize = 16;

/// The load server ended before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Listen(#[from] ListenError),
    #[error("failed to write to standard output")]
    Output(#[from] io::Error),
}

/// Serves a load until standard input ends.
///
/// It prints the server's URL on a line of its own, and then carries out a command a line: `churn N R` writes
/// the status of N pods anew, R per second, or as fast as the watches follow if R is 0;
/// `mixed N R E` does the same, while for every E of them a privileged pod is made or deleted; `protobuf refused` has the server speak JSON alone from then on, `protobuf served` both again;
/// `expire` forgets all events. Each prints `done` with the number of events. Anything else prints `error` and what was not understood.
pub async fn serve_load(load: Load, log_depth_max: usize, now: Timestamp) -> Result<(), LoadError> {
    let store = Arc::new(Store::new(log_depth_max));
    populate_load(&store, load, now);
    let server = Server::start(Arc::clone(&store)).await?;
    say(&server.url())?;
    let mut commands = commands();
    while let Some(line) = commands.recv().await {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["churn", events, per_second] => match (events.parse(), per_second.parse()) {
                (Ok(events), Ok(per_second)) => {
                    let done = store.churn(Kind::Pod, events, per_second).await;
                    say(&format!("done {done}"))?;
                }
                _ => say(&format!("error {line}"))?,
            },
            ["mixed", events, per_second, every] => {
                match (events.parse(), per_second.parse(), every.parse()) {
                    (Ok(events), Ok(per_second), Ok(every)) => {
                        let done = mixed(&store, events, per_second, every, now).await;
                        say(&format!("done {done}"))?;
                    }
                    _ => say(&format!("error {line}"))?,
                }
            }
            ["protobuf", word @ ("served" | "refused")] => {
                server.set_faults(Faults { protobuf_refused: word == "refused", ..server.faults() });
                say("done 0")?;
            }
            ["expire"] => {
                store.compact();
                say("done 0")?;
            }
            _ => say(&format!("error {line}"))?,
        }
    }
    Ok(())
}

/// Churns pods at a rate, while privileged pods come and go.
async fn mixed(store: &Store, events: usize, per_second: usize, every: usize, now: Timestamp) -> usize {
    let (changes, every) = (events / every.max(1), every.max(1));
    let per_second = per_second.max(1);
    let change = async {
        let mut due = interval(Duration::from_secs_f64(every as f64 / per_second as f64));
        for number in 0..changes {
            due.tick().await;
            turn(store, number, now);
        }
    };
    let (done, ()) = tokio::join!(store.churn(Kind::Pod, events, per_second), change);
    done + changes
}

/// Makes a privileged pod, or deletes the one made before.
fn turn(store: &Store, number: usize, now: Timestamp) {
    let (namespace, name) = ("load-000", format!("turn-{}", number / 2));
    if number.is_multiple_of(2) {
        roll_out(store, &Workload::new(Kind::Pod, namespace, &name, 1, &["web"]).privileged("web"), now);
    } else {
        store.delete(Kind::Pod, namespace, &name);
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

/// The lines of standard input, which a thread of their own waits for.
fn commands() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(COMMANDS_MAX);
    thread::spawn(move || {
        for line in io::stdin().lock().lines() {
            let Ok(line) = line else { return };
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}
