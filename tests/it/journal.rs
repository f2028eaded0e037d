//! `plimsoll journal verify` as it is started, on a journal that the daemon wrote, on a disk without room too.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use plimsoll::demo::server::Server;
use plimsoll::demo::store::Store;
use plimsoll::demo::{population, scenario};
use plimsoll::run::now;
use serde_json::Value;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::ending::{terminate, until_ready, write_kubeconfig};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How large a file the daemon may write, in bytes: less than what it finds at its first look takes.
const ROOM: u64 = 1024;

fn verify(arguments: &[&str]) -> Output {
    let program =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(["journal", "verify"]).args(arguments).output();
    program.expect("the program is built with the tests")
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The daemon on a cluster that deviates, allowed to write files of no more than [`ROOM`] until that is lifted.
fn start_without_room(folder: &Path, cluster: &str, (address, api): (&str, &str)) -> Child {
    let baseline = folder.join("baseline.yaml");
    std::fs::write(&baseline, scenario::BASELINE).unwrap();
    // The signal that comes with the limit is ignored, so that the write fails as on a full disk.
    let limited = format!("trap '' XFSZ; exec prlimit --fsize={ROOM}:unlimited \"$@\"");
    Command::new("sh")
        .args(["-c", &limited, "sh", env!("CARGO_BIN_EXE_plimsoll"), "run", "--serve-listen", address])
        .args(["--serve-api-listen", api, "--log-level", "off", "--kubeconfig"])
        .arg(write_kubeconfig(folder, cluster))
        .arg("--journal-dir")
        .arg(folder.join("journal"))
        .arg("--baseline-path")
        .arg(baseline)
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// The answer of the daemon at the address, with its head.
fn ask(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn wait_for(address: &str, sample: &str) {
    while !ask(address, "/metrics").lines().any(|line| line == sample) {
        std::thread::yield_now();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_a_state_and_the_journal_is_whole_after_it() {
    let store = Arc::new(Store::new(1000));
    population::populate(&store, now());
    let server = Server::start(store).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let free = || TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let (address, api) = (free(), free());
    let daemon = start_without_room(folder.path(), &server.url(), (&address, &api));
    let pid = daemon.id().to_string();
    let walked = spawn_blocking(move || {
        until_ready(&address);
        wait_for(&address, "plimsoll_journal_last_write_successful 0");
        let told = ask(&api, "/api/v1/deviations");
        let lifted = Command::new("prlimit").args(["--pid", &pid, "--fsize=unlimited:unlimited"]).status();
        assert!(lifted.unwrap().success());
        wait_for(&address, "plimsoll_journal_last_write_successful 1");
        let head = ask(&api, "/api/v1/journal/head");
        assert!(terminate(daemon).success());
        (told, head)
    });
    let (told, head) = timeout(PATIENCE, walked).await.expect("in time").unwrap();
    assert!(told.contains("\"plimsoll.dev/deviation/v1\""), "{told}");

    let (_, head) = head.split_once("\r\n\r\n").expect("a body");
    let head: Value = serde_json::from_str(head).expect("JSON");
    let (hash, seq) = (head["hash"].as_str().expect("a hash"), head["seq"].to_string());
    assert_eq!(seq, scenario::initial().len().to_string());
    let journal = folder.path().join("journal");
    let directory = journal.to_str().expect("UTF-8");
    let whole = verify(&[directory, "--head", hash, "--seq", &seq]);
    assert_eq!(whole.status.code(), Some(0), "{}", stdout(&whole));
    assert!(stdout(&whole).contains("whole: 1 files"), "{}", stdout(&whole));
    cut_off_the_last_line(&journal.join("events.jsonl"));
    let cut = verify(&[directory, "--head", hash, "--seq", &seq, "--output", "json"]);
    assert_eq!(cut.status.code(), Some(1));
    let report: Value = serde_json::from_str(&stdout(&cut)).expect("JSON");
    assert_eq!((&report["whole"], &report["breaks"][0]["kind"]), (&Value::from(false), &Value::from("head")));
}

fn cut_off_the_last_line(file: &Path) {
    let text = std::fs::read_to_string(file).unwrap();
    let end = text.trim_end().rfind('\n').expect("several lines");
    std::fs::write(file, &text[..=end]).unwrap();
}

#[test]
fn a_break_is_told_with_file_line_and_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("events-\u{1b}[31m.jsonl");
    let header = r#"{"schema":"plimsoll.dev/checkpoint/v1","seq":0,"time":"2026-11-24T08:00:00Z","count":0,"previous":null}"#;
    std::fs::write(&file, format!("{header}\n{}\n", header.replace("null", "\"ab\""))).unwrap();
    let broken = verify(&[file.to_str().unwrap()]);
    assert_eq!(broken.status.code(), Some(1));
    let text = stdout(&broken);
    assert!(!text.contains('\u{1b}'), "{text}");
    for words in [r"events-\u{1b}[31m.jsonl:2 (seq 0): ", "expected an event", "broken in 1 place"] {
        assert!(text.split_whitespace().collect::<Vec<_>>().join(" ").contains(words), "{words}: {text}");
    }
}

#[test]
fn what_cannot_be_read_has_the_status_2() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_str().unwrap();
    for arguments in
        [&[empty][..], &["/nowhere/at/all"], &[], &[empty, "--head", "ABC"], &[empty, "--seq", "x"]]
    {
        let output = verify(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}
