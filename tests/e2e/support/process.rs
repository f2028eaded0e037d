//! Processes that a test owns: they end with their guard, and with the test program however that ends.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread;

use super::poll::eventually;

/// How many lines of a log are shown when a test fails. The whole log is kept, and its path shown.
const TAIL_LINES: usize = 30;

/// A running process, which is killed and waited for when this is dropped.
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts `program`; what it prints is appended to `NAME.log` in the folder `logs`.
    pub(crate) fn start(logs: &Path, name: &'static str, program: &Path, args: &[String]) -> Self {
        let log = logs.join(name).with_extension("log");
        let output = OpenOptions::new().create(true).append(true).open(&log).expect("the log can be opened");
        let mut command = Command::new("setpriv");
        // The kernel kills it when this program ends, be it by Ctrl-C or by SIGKILL, where no guard is dropped.
        command.args(["--pdeathsig", "KILL", "--"]).arg(program).args(args);
        command.stdin(Stdio::null()).stdout(twin(&output)).stderr(output);
        let child = spawn(command).unwrap_or_else(|error| panic!("failed to start {name}: {error}"));
        Self { name, child, log }
    }

    /// Waits until `look` gives `Ok`, and panics at once where the process has ended instead.
    #[track_caller]
    pub(crate) fn until<T>(&mut self, what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
        eventually(what, || {
            let ended = self.ended();
            assert!(ended.is_none(), "{what}: {} has ended, {ended:?}", self.name);
            look()
        })
    }

    /// SIGKILL, and waits for it to be gone.
    pub(crate) fn kill(&mut self) {
        // Either can fail only where the process has already ended and was waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and waits for it to be gone, having put its things in order.
    pub(crate) fn terminate(&mut self) {
        self.signal("TERM");
        self.child.wait().expect("a child can be waited for");
    }

    /// SIGSTOP: it is there, keeps its connections, and does nothing.
    pub(crate) fn freeze(&self) {
        self.signal("STOP");
    }

    /// SIGCONT: it goes on where it was.
    pub(crate) fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        // Every shell has `kill` built in; a program of that name is not on every machine.
        let kill = format!("kill -{signal} {}", self.child.id());
        let told = Command::new("sh").args(["-c", &kill]).status().expect("a shell can be started");
        assert!(told.success(), "{kill}: {told}");
    }

    /// Prints the end of its log, for whoever reads why a test failed.
    pub(crate) fn print_tail(&self) {
        let log = fs::read_to_string(&self.log).unwrap_or_else(|error| error.to_string());
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("---- the end of {}", self.log.display());
        for line in &lines[lines.len().saturating_sub(TAIL_LINES)..] {
            eprintln!("{line}");
        }
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be asked for its status")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            self.print_tail();
        }
    }
}

/// An empty folder for the logs of one test or of one control plane, kept until the next run.
pub(crate) fn logs_of(name: &str) -> PathBuf {
    let logs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("e2e").join(name);
    if let Err(error) = fs::remove_dir_all(&logs) {
        assert_eq!(error.kind(), io::ErrorKind::NotFound, "{}: {error}", logs.display());
    }
    fs::create_dir_all(&logs).expect("the folder for logs can be made");
    logs
}

fn twin(file: &File) -> File {
    file.try_clone().expect("a file can be opened twice")
}

/// Starts a process from a thread that lives as long as this program.
///
/// The kernel takes the thread that started a process for its parent, and a test's thread ends with the test, while
/// the control plane that it was the first to ask for goes on to serve others.
fn spawn(command: Command) -> io::Result<Child> {
    type Order = (Command, SyncSender<io::Result<Child>>);
    static SPAWNER: OnceLock<SyncSender<Order>> = OnceLock::new();
    let spawner = SPAWNER.get_or_init(|| {
        let (sender, orders) = sync_channel::<Order>(0);
        thread::spawn(move || {
            for (mut command, answer) in orders {
                // Whoever asked waits for the answer, unless it has panicked; then the child is of no use.
                if let Err(refused) = answer.send(command.spawn())
                    && let Ok(mut child) = refused.0
                {
                    let _ = child.kill();
                }
            }
        });
        sender
    });
    let (answer, started) = sync_channel(1);
    spawner.send((command, answer)).expect("the spawner never ends");
    started.recv().expect("the spawner always answers")
}
