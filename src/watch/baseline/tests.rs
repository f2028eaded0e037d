//! The files are real, and so is what the system tells of them. No test waits but for what it expects.

use std::fs;
use std::os::unix::fs::symlink;
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::timeout;

use super::*;
use crate::watch::changes::REREAD;

/// Well below [`REREAD`], so that what is seen by then was told.
const WAIT_MAX: Duration = Duration::from_secs(30);

fn text(level: &str) -> String {
    format!(
        "apiVersion: plimsoll.dev/v1alpha1\nkind: Baseline\nmetadata: {{name: b}}\n\
         spec: {{podSecurity: {{level: {level}}}}}\n"
    )
}

/// The levels that are in force, with the problems.
fn said(declared: &Declared) -> String {
    let level = |it: &crate::baseline::Baseline| it.pod_security.as_ref().map(|it| it.level.to_string());
    let levels: Vec<String> = declared.baselines.iter().filter_map(level).collect();
    let problems: Vec<&str> = declared.problems.iter().map(|it| it.message.as_str()).collect();
    [levels, problems.iter().map(|&it| it.to_owned()).collect()].concat().join("; ")
}

struct Rig {
    declared: watch::Receiver<Arc<Declared>>,
    hangup: mpsc::Sender<()>,
}

impl Rig {
    fn start(path: &Path) -> Self {
        let (follower, first) = Follower::start(path.to_owned(), Vec::new());
        Self::run(follower, first)
    }

    /// One that is told of no change.
    fn deaf(path: &Path) -> Self {
        let (follower, first) = Follower::with(path.to_owned(), Vec::new(), Changes::untold());
        Self::run(follower, first)
    }

    fn run(follower: Follower, first: Declared) -> Self {
        let (sender, declared) = watch::channel(Arc::new(first));
        let (hangup, hangups) = mpsc::channel(1);
        tokio::spawn(follower.run(sender, hangups));
        Self { declared, hangup }
    }

    fn first(&self) -> String {
        said(&self.declared.borrow())
    }

    /// Waits until this is what is declared; what is read on the way there is passed over.
    async fn expect(&mut self, expected: &str) {
        let reached = self.declared.wait_for(|declared| said(declared).starts_with(expected));
        let reached = timeout(WAIT_MAX, reached).await.map(drop);
        assert!(reached.is_ok(), "expected {expected:?}, declared is {:?}", said(&self.declared.borrow()));
    }
}

#[tokio::test]
async fn an_edited_file_is_taken_up_and_a_broken_one_is_not() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("b.yaml");
    fs::write(&file, text("baseline")).unwrap();
    let mut rig = Rig::start(&file);
    assert_eq!(rig.first(), "baseline");
    fs::write(&file, text("restricted")).unwrap();
    rig.expect("restricted").await;
    fs::write(&file, text("restrcited")).unwrap();
    rig.expect("restricted; expected privileged").await;
    fs::write(&file, text("privileged")).unwrap();
    rig.expect("privileged").await;
    assert!(rig.declared.borrow().problems.is_empty());
}

#[tokio::test]
async fn a_file_that_is_put_in_place_of_another_is_taken_up() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("b.yaml");
    fs::write(&file, text("baseline")).unwrap();
    let mut rig = Rig::start(&file);
    for level in ["restricted", "privileged"] {
        fs::write(dir.path().join("b.yaml~"), text(level)).unwrap();
        fs::rename(dir.path().join("b.yaml~"), &file).unwrap();
        rig.expect(level).await;
    }
}

#[tokio::test]
async fn files_come_and_go() {
    let dir = TempDir::new().unwrap();
    let mut rig = Rig::start(dir.path());
    assert_eq!(rig.first(), "restricted", "the embedded default");
    fs::write(dir.path().join("b.yaml"), text("baseline")).unwrap();
    rig.expect("baseline").await;
    fs::remove_file(dir.path().join("b.yaml")).unwrap();
    rig.expect("restricted").await;
    assert_eq!(&*rig.declared.borrow().baselines[0].declaration.name, "hardened");
}

/// Writes the next generation of a mounted `ConfigMap` as the kubelet does: a directory of its own, and a link to it
/// that is renamed over the one before.
fn mount(dir: &Path, generation: &str, level: &str) {
    let before = fs::read_link(dir.join("..data"));
    fs::create_dir(dir.join(generation)).unwrap();
    fs::write(dir.join(generation).join("b.yaml"), text(level)).unwrap();
    symlink(generation, dir.join("..data_tmp")).unwrap();
    fs::rename(dir.join("..data_tmp"), dir.join("..data")).unwrap();
    match before {
        Ok(before) => fs::remove_dir_all(dir.join(before)).unwrap(),
        Err(_) => symlink("..data/b.yaml", dir.join("b.yaml")).unwrap(),
    }
}

#[tokio::test]
async fn a_mounted_config_map_is_followed() {
    let dir = TempDir::new().unwrap();
    mount(dir.path(), "..2026_01", "baseline");
    let mut of_directory = Rig::start(dir.path());
    let mut of_file = Rig::start(&dir.path().join("b.yaml"));
    assert_eq!((of_directory.first(), of_file.first()), ("baseline".to_owned(), "baseline".to_owned()));
    assert_eq!(of_directory.declared.borrow().baselines.len(), 1, "each file is read once");
    for (generation, level) in [("..2026_02", "restricted"), ("..2026_03", "privileged")] {
        mount(dir.path(), generation, level);
        of_directory.expect(level).await;
        of_file.expect(level).await;
    }
}

#[tokio::test]
async fn a_directory_that_is_exchanged_is_followed_on() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("d");
    for (name, level) in [("d", "baseline"), ("next", "restricted")] {
        fs::create_dir(dir.path().join(name)).unwrap();
        fs::write(dir.path().join(name).join("b.yaml"), text(level)).unwrap();
    }
    let mut rig = Rig::start(&path);
    fs::rename(&path, dir.path().join("old")).unwrap();
    rig.expect("baseline; failed to read").await;
    fs::rename(dir.path().join("next"), &path).unwrap();
    rig.hangup.send(()).await.unwrap();
    rig.expect("restricted").await;
    fs::write(path.join("b.yaml"), text("privileged")).unwrap();
    rig.expect("privileged").await;
}

#[tokio::test]
async fn a_hangup_has_the_files_read() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("b.yaml");
    fs::write(&file, text("baseline")).unwrap();
    let mut rig = Rig::deaf(&file);
    fs::write(&file, text("restricted")).unwrap();
    rig.hangup.send(()).await.unwrap();
    rig.expect("restricted").await;
}

#[tokio::test(start_paused = true)]
async fn what_the_system_does_not_tell_is_found_all_the_same() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("b.yaml");
    fs::write(&file, text("baseline")).unwrap();
    let mut rig = Rig::deaf(&file);
    fs::write(&file, text("restricted")).unwrap();
    assert!(timeout(REREAD / 2, rig.declared.changed()).await.is_err());
    assert!(timeout(REREAD, rig.declared.changed()).await.is_ok());
    assert_eq!(rig.first(), "restricted");
    // What has not changed is not told again.
    assert!(timeout(5 * REREAD, rig.declared.changed()).await.is_err());
}

#[tokio::test]
async fn nothing_is_followed_when_nobody_listens() {
    let dir = TempDir::new().unwrap();
    let (follower, first) = Follower::start(dir.path().to_owned(), Vec::new());
    let (sender, receiver) = watch::channel(Arc::new(first));
    drop(receiver);
    assert!(timeout(WAIT_MAX, follower.run(sender, mpsc::channel(1).1)).await.is_ok());
}

#[test]
fn only_files_that_are_named_so_are_read_in_order() {
    let dir = TempDir::new().unwrap();
    for name in ["c.json", "a.yml", "b.yaml", ".hidden.yaml", "notes.txt", "d.YAML"] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    fs::create_dir(dir.path().join("e.yaml")).unwrap();
    symlink("missing", dir.path().join("f.yaml")).unwrap();
    let sources = files::read(dir.path()).unwrap();
    let name = |source: &Source| source.file.rsplit('/').next().unwrap().to_owned();
    assert_eq!(sources.iter().map(name).collect::<Vec<_>>(), ["a.yml", "b.yaml", "c.json", "f.yaml"]);
    assert!(sources[3].content.as_ref().is_err_and(|reason| reason.starts_with("failed to read: ")));
}

#[test]
fn what_is_no_file_or_too_much_is_told() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("none");
    let (_, declared) = Follower::start(path.clone(), Vec::new());
    assert!(declared.incomplete && declared.problems[0].message.starts_with("failed to read: "));
    assert_eq!(&*declared.problems[0].file, path.to_string_lossy());

    let device = files::read(Path::new("/dev/null")).unwrap();
    assert_eq!(device[0].content, Err("failed to read: not a regular file".to_owned()));

    let file = fs::File::create(dir.path().join("long.yaml")).unwrap();
    file.set_len(crate::baseline::FILE_BYTES_MAX as u64 * 2).unwrap();
    let (_, declared) = Follower::start(dir.path().to_owned(), Vec::new());
    assert!(declared.problems[0].message.starts_with("the file has more than"), "{:?}", declared.problems);

    for index in 0..8 {
        fs::copy(dir.path().join("long.yaml"), dir.path().join(format!("{index}.yaml"))).unwrap();
    }
    assert!(files::read(dir.path()).unwrap_err().contains("bytes"));

    let many = TempDir::new().unwrap();
    for index in 0..=1000 {
        fs::write(many.path().join(format!("{index}.yaml")), "").unwrap();
    }
    assert_eq!(files::read(many.path()), Err("the directory holds more than 1000 files".to_owned()));
}
