mod room;

use std::fs::{self, OpenOptions};
use std::io::Write as _;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::model::{Deviation, Event, Transition};
use crate::sinks::sample::{Ledger, NAKED, PRIVILEGED, at, lookup};

/// A journal in a directory of its own, with the ledger that it is to keep.
struct Rig {
    dir: TempDir,
    options: Options,
    ledger: Ledger,
}

impl Rig {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        Self { dir, options: Options::new("prod-1"), ledger: Ledger::new() }
    }

    /// With a new file for every append, of which two old ones are kept.
    fn rotating() -> Self {
        let mut rig = Self::new();
        rig.options.file_bytes_max = 1;
        rig.options.retention.files_max = 2;
        rig
    }

    fn open(&self) -> (Journal, Restored) {
        Journal::open(self.dir.path(), self.options.clone(), &lookup, at(0)).expect("the journal opens")
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn live(&self) -> String {
        fs::read_to_string(self.path("events.jsonl")).expect("a live file")
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        let mut file = OpenOptions::new().append(true).create(true).open(self.path(name)).expect("a file");
        file.write_all(bytes).expect("written");
    }

    /// The journal's files, oldest first.
    fn files(&self) -> Vec<String> {
        let entries = self.dir.path().read_dir().expect("the directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"));
        let mut names: Vec<_> = names.filter(|name| name != "lock").collect();
        names.sort_unstable();
        names
    }

    fn open_one(&mut self, journal: &mut Journal, name: &str) -> Result<(), JournalError> {
        let opened = self.ledger.open(&PRIVILEGED, name);
        journal.append(&[opened], &self.ledger.view, at(0))
    }

    fn standing_and_resolved(&self) -> Vec<Arc<Deviation>> {
        self.ledger.view.by_seq.values().cloned().collect()
    }

    fn read(&self, after: u64) -> Vec<String> {
        told(&mut Reader::new(self.dir.path(), after))
    }
}

/// All that the reader has to tell now, in short.
fn told(reader: &mut Reader) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        // A small batch, so that its limit is passed too.
        let batch = reader.next_batch(2).expect("readable");
        if batch.is_empty() {
            return told;
        }
        told.extend(batch.iter().map(|entry| match entry {
            Entry::Event(line) => format!("{} {}", line.seq, line.event),
            Entry::Gap { first, last } => format!("gap {first}-{last}"),
        }));
    }
}

#[test]
fn what_was_appended_is_restored() {
    let mut rig = Rig::new();
    let (mut journal, restored) = rig.open();
    assert!(!restored.existed);
    for name in ["web", "api", "db"] {
        rig.open_one(&mut journal, name).expect("written");
    }
    let resolved = rig.ledger.resolve(&PRIVILEGED, "api");
    journal.append(&[resolved], &rig.ledger.view, at(4)).expect("written");
    drop(journal);
    let (_journal, restored) = rig.open();
    assert!(restored.existed);
    assert_eq!(restored.problems, [""; 0]);
    assert_eq!(restored.seq, 4);
    assert_eq!(restored.deviations, rig.standing_and_resolved());
}

#[test]
fn a_file_begins_with_a_checkpoint_and_goes_on_with_events() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    let opened = rig.ledger.open(&NAKED, "api");
    rig.options.file_bytes_max = 1 << 20;
    drop(journal);
    let (mut journal, _) = rig.open();
    journal.append(&[opened], &rig.ledger.view, at(2)).expect("written");
    insta::assert_snapshot!(rig.live());
}

#[test]
fn rotation_and_retention_lose_nothing_of_the_ledger() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    for name in ["web", "api", "db", "cache", "queue"] {
        rig.open_one(&mut journal, name).expect("written");
    }
    let resolved = rig.ledger.resolve(&PRIVILEGED, "web");
    journal.append(&[resolved], &rig.ledger.view, at(6)).expect("written");
    drop(journal);
    assert_eq!(rig.files().len(), 3, "the live file and two old ones");
    let (_journal, restored) = rig.open();
    assert_eq!(restored.problems, [""; 0]);
    assert_eq!((restored.seq, restored.deviations), (6, rig.standing_and_resolved()));
}

#[test]
fn a_file_takes_as_many_events_as_its_checkpoint_before_it_is_rotated() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    let opened: Vec<_> = (0..20).map(|n| rig.ledger.open(&PRIVILEGED, &format!("web-{n}"))).collect();
    journal.append(&opened, &rig.ledger.view, at(20)).expect("written");
    let files = rig.files().len();
    for n in 20..30 {
        rig.open_one(&mut journal, &format!("web-{n}")).expect("written");
    }
    assert_eq!(rig.files().len(), files, "ten events do not make up for a checkpoint of twenty");
}

#[test]
fn every_line_names_the_one_before_over_files_and_restarts() {
    let mut rig = Rig::rotating();
    rig.options.retention.files_max = 100;
    for name in ["web", "api", "db"] {
        let (mut journal, _) = rig.open();
        rig.open_one(&mut journal, name).expect("written");
    }
    let read = |name: &String| fs::read_to_string(rig.path(name)).expect("readable");
    let text: String = rig.files().iter().map(read).collect();
    let mut previous = serde_json::Value::Null;
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("JSON");
        assert_eq!(value["previous"], previous, "{line}");
        let digest: [u8; 32] = Sha256::digest(line).into();
        let (high, low) = digest.split_at(16);
        let half = |bytes: &[u8]| u128::from_be_bytes(bytes.try_into().expect("16 bytes"));
        previous = format!("{:032x}{:032x}", half(high), half(low)).into();
    }
    assert!(text.lines().count() > 9, "three events, and checkpoints that grow");
}

#[test]
fn a_torn_last_line_is_taken_away() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    drop(journal);
    let sound = rig.live();
    let half = &sound.lines().last().expect("a line")[..100];
    for torn in [half.as_bytes(), &[0; 4096]] {
        rig.put("events.jsonl", torn);
        let (_journal, restored) = rig.open();
        assert_eq!(restored.problems, ["events.jsonl, line 3: it was not written to its end"]);
        assert_eq!(restored.deviations, rig.standing_and_resolved());
        assert_eq!(rig.live(), sound);
    }
}

#[test]
fn a_last_line_that_lacks_its_end_alone_is_kept() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    drop(journal);
    let sound = rig.live();
    fs::write(rig.path("events.jsonl"), sound.trim_end()).expect("written");
    let (mut journal, restored) = rig.open();
    assert_eq!((restored.problems.len(), restored.seq), (0, 1));
    assert_eq!(rig.live(), sound);
    rig.open_one(&mut journal, "api").expect("written");
    drop(journal);
    assert_eq!(rig.open().1.deviations, rig.standing_and_resolved());
}

#[test]
fn a_damaged_line_is_told_and_the_rest_is_used() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    for name in ["web", "api", "db"] {
        rig.open_one(&mut journal, name).expect("written");
    }
    drop(journal);
    let damaged = rig.live().replacen("\"seq\":2", "\"seq\":?", 1);
    fs::write(rig.path("events.jsonl"), damaged).expect("written");
    let (mut journal, restored) = rig.open();
    insta::assert_snapshot!(restored.problems.join("\n"), @r"
    events.jsonl, line 3: it is not the JSON of a record
    events.jsonl, line 4: it does not name the line before it, which was altered or removed
    events.jsonl, line 4: the events 2 to 2 before it are missing
    ");
    assert_eq!(restored.deviations.iter().map(|known| known.seq).collect::<Vec<_>>(), [1, 3]);
    // The next append begins a file that is whole again.
    rig.open_one(&mut journal, "cache").expect("written");
    drop(journal);
    let (_journal, restored) = rig.open();
    assert_eq!(restored.problems, [""; 0]);
    assert_eq!(restored.deviations, rig.standing_and_resolved());
}

#[test]
fn problems_are_told_in_bounded_length() {
    let rig = Rig::new();
    drop(rig.open());
    rig.put("events.jsonl", "nonsense\n".repeat(1000).as_bytes());
    let (_journal, restored) = rig.open();
    assert_eq!(restored.problems.len(), 21);
    assert_eq!(restored.problems[20], "980 more problems");
}

#[test]
fn a_checkpoint_that_is_not_whole_falls_back_on_the_file_before() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    for name in ["web", "api", "db"] {
        rig.open_one(&mut journal, name).expect("written");
    }
    drop(journal);
    let damaged: Vec<_> = rig.live().lines().skip(2).map(|line| format!("{line}\n")).collect();
    fs::write(rig.path("events.jsonl"), damaged.concat()).expect("written");
    let (_journal, restored) = rig.open();
    assert_eq!(restored.deviations, rig.standing_and_resolved());
    assert_eq!(restored.problems.last().expect("a problem"), "events.jsonl: its checkpoint is not whole");
}

/// What a crash leaves between the steps of a rotation, and that opening goes on from it.
#[test]
fn a_rotation_that_was_torn_anywhere_is_finished_or_undone() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    drop(journal);
    let before = rig.live();
    rig.options.file_bytes_max = 1;
    let (mut journal, _) = rig.open();
    journal.tick(&rig.ledger.view, at(2)).expect("rotated");
    drop(journal);
    let next = rig.live();
    let torn = &next[..next.len() - 20];
    let rotated = "events-00000000000000000001.jsonl";
    let states: [(&str, Vec<(&str, &str)>); 4] = [
        ("the checkpoint is half written", vec![("events.jsonl", &before), ("events.jsonl.next", torn)]),
        ("it is written", vec![("events.jsonl", &before), ("events.jsonl.next", &next)]),
        ("the old file is renamed", vec![(rotated, &before), ("events.jsonl.next", &next)]),
        ("the disk lied about the checkpoint", vec![(rotated, &before), ("events.jsonl.next", torn)]),
    ];
    for (step, files) in states {
        for name in rig.files() {
            fs::remove_file(rig.path(&name)).expect("removed");
        }
        for (name, text) in files {
            rig.put(name, text.as_bytes());
        }
        let (mut journal, restored) = rig.open();
        assert_eq!((restored.seq, &restored.deviations), (1, &rig.standing_and_resolved()), "{step}");
        assert_eq!(restored.problems, [""; 0], "{step}");
        assert!(!rig.files().contains(&"events.jsonl.next".to_owned()), "{step}");
        journal.tick(&rig.ledger.view, at(3)).expect("it goes on");
        assert_eq!(rig.read(0), ["1 opened"], "{step}");
    }
}

#[test]
fn a_second_daemon_is_refused() {
    let rig = Rig::new();
    let (_journal, _) = rig.open();
    let refused = Journal::open(rig.dir.path(), rig.options.clone(), &lookup, at(0));
    let error = refused.expect_err("it is in use");
    assert!(matches!(error, JournalError::InUse { .. }), "{error}");
}

#[test]
fn only_the_daemons_user_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let rig = Rig::new();
    let inner = rig.path("journal");
    drop(Journal::open(&inner, rig.options.clone(), &lookup, at(0)).expect("it opens"));
    let mode = |path: &Path| path.metadata().expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&inner), mode(&inner.join("events.jsonl"))), (0o700, 0o600));
}

fn dropped(reason: LossReason, count: u64) -> Dropped {
    let mut dropped = Dropped::default();
    dropped.count(reason, count);
    dropped
}

/// Makes every further write to the live file fail.
fn break_disk(rig: &Rig, journal: &mut Journal) {
    journal.live.file = fs::File::open(rig.path("events.jsonl")).expect("readable");
}

fn mend_disk(rig: &Rig, journal: &mut Journal) {
    journal.live.file = files::open_append(&rig.path("events.jsonl")).expect("writable");
}

#[test]
fn what_the_disk_does_not_take_waits() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    break_disk(&rig, &mut journal);
    for name in ["api", "db"] {
        let error = rig.open_one(&mut journal, name).expect_err("the disk is broken");
        assert!(matches!(error, JournalError::Write { .. }), "{error}");
    }
    assert_eq!((journal.pending(), journal.written()), (2, 1));
    mend_disk(&rig, &mut journal);
    // A part of a batch that failed is still there.
    rig.put("events.jsonl", b"{\"schema\":\"plims");
    journal.tick(&rig.ledger.view, at(5)).expect("written");
    assert_eq!((journal.pending(), journal.written()), (0, 3));
    drop(journal);
    assert_eq!(rig.read(0), ["1 opened", "2 opened", "3 opened"]);
    let (_journal, restored) = rig.open();
    assert_eq!((restored.problems.len(), restored.deviations), (0, rig.standing_and_resolved()));
}

#[test]
fn beyond_the_bound_the_oldest_are_dropped_and_a_checkpoint_makes_up_for_them() {
    let mut rig = Rig::new();
    rig.options.pending_max = 2;
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    break_disk(&rig, &mut journal);
    for name in ["api", "db", "cache", "queue"] {
        rig.open_one(&mut journal, name).expect_err("the disk is broken");
    }
    assert_eq!(journal.pending(), 2);
    assert_eq!(journal.take_dropped(), dropped(LossReason::Disk, 2));
    assert_eq!(journal.take_dropped(), Dropped::default());
    mend_disk(&rig, &mut journal);
    journal.tick(&rig.ledger.view, at(9)).expect("written");
    drop(journal);
    assert_eq!(rig.read(0), ["1 opened", "gap 2-3", "4 opened", "5 opened"]);
    let (_journal, restored) = rig.open();
    assert_eq!((restored.problems.len(), restored.deviations), (0, rig.standing_and_resolved()));
}

#[test]
fn an_event_that_is_too_long_is_counted_and_harms_no_other() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    let mut long = crate::sinks::sample::deviation(&NAKED, "long", 1);
    long.finding.actual = "x".repeat(1 << 20);
    let opened = rig.ledger.record(Event::Opened, long);
    journal.append(&[opened], &rig.ledger.view, at(1)).expect("the rest is written");
    rig.open_one(&mut journal, "web").expect("written");
    assert_eq!(journal.take_dropped(), dropped(LossReason::TooLong, 1));
    drop(journal);
    let (_journal, restored) = rig.open();
    assert_eq!(restored.problems, [""; 0]);
    assert_eq!(restored.deviations.iter().map(|known| known.seq).collect::<Vec<_>>(), [2]);
    assert_eq!(rig.read(0), ["gap 1-1", "2 opened"]);
}

#[test]
fn a_live_file_that_was_removed_is_begun_anew() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    fs::remove_file(rig.path("events.jsonl")).expect("removed");
    journal.tick(&rig.ledger.view, at(2)).expect("begun anew");
    rig.open_one(&mut journal, "api").expect("written");
    drop(journal);
    assert_eq!(rig.open().1.deviations, rig.standing_and_resolved());
}

#[test]
fn a_view_ahead_of_the_transitions_makes_no_checkpoint() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    let first = rig.ledger.open(&PRIVILEGED, "web");
    let second = rig.ledger.open(&PRIVILEGED, "api");
    journal.append(&[first], &rig.ledger.view, at(1)).expect("written");
    journal.append(&[second], &rig.ledger.view, at(2)).expect("written");
    drop(journal);
    assert_eq!(rig.files(), ["events-00000000000000000001.jsonl", "events.jsonl"]);
    assert_eq!(rig.open().1.problems, [""; 0]);
}

#[test]
fn the_policy_says_when_lines_are_made_durable() {
    let unsynced = |flush, now| {
        let mut rig = Rig::new();
        rig.options.flush = flush;
        let (mut journal, _) = rig.open();
        let opened = rig.ledger.open(&PRIVILEGED, "web");
        journal.append(&[opened], &rig.ledger.view, at(now)).expect("written");
        let unsynced = journal.live.unsynced;
        journal.sync().expect("synced");
        assert!(!journal.live.unsynced);
        unsynced
    };
    assert!(!unsynced(Flush::Each, 0));
    assert!(unsynced(Flush::Every(5), 4));
    assert!(!unsynced(Flush::Every(5), 5));
    assert!(!unsynced(Flush::Every(5), -1), "a clock that was set back");
    assert!(unsynced(Flush::Never, 1000));
}

#[test]
fn a_reader_begins_anywhere_and_follows_over_rotations() {
    let mut rig = Rig::rotating();
    rig.options.retention.files_max = 100;
    let (mut journal, _) = rig.open();
    let mut from_start = Reader::new(rig.dir.path(), 0);
    assert_eq!(told(&mut from_start), [""; 0]);
    for name in ["web", "api", "db"] {
        rig.open_one(&mut journal, name).expect("written");
    }
    assert_eq!(told(&mut from_start), ["1 opened", "2 opened", "3 opened"]);
    assert_eq!(rig.read(2), ["3 opened"]);
    let resolved = rig.ledger.resolve(&PRIVILEGED, "api");
    journal.append(&[resolved], &rig.ledger.view, at(4)).expect("written");
    rig.open_one(&mut journal, "cache").expect("written");
    assert_eq!(told(&mut from_start), ["4 resolved", "5 opened"]);
    assert_eq!(rig.read(5), [""; 0]);
}

#[test]
fn a_reader_gives_the_lines_as_they_stand() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    let batch = Reader::new(rig.dir.path(), 0).next_batch(10).expect("readable");
    let [Entry::Event(line)] = batch.as_slice() else { panic!("one event, not {batch:?}") };
    assert_eq!(Some(line.text.as_str()), rig.live().lines().last());
}

#[test]
fn a_reader_says_what_is_no_longer_retained() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    for n in 0..40 {
        rig.open_one(&mut journal, &format!("web-{n}")).expect("written");
    }
    let read = rig.read(3);
    assert!(read[0].starts_with("gap 4-"), "{read:?}");
    assert_eq!(read.last().expect("an event"), "40 opened");
}

#[test]
fn a_reader_waits_for_the_end_of_a_line_and_forgets_one_that_is_taken_back() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    let mut reader = Reader::new(rig.dir.path(), 1);
    let sound = rig.live().len() as u64;
    rig.put("events.jsonl", b"{\"schema\":\"plimsoll.dev/ev");
    assert_eq!(told(&mut reader), [""; 0]);
    journal.live.file.set_len(sound).expect("taken back");
    rig.open_one(&mut journal, "api").expect("written");
    assert_eq!(told(&mut reader), ["2 opened"]);
}

#[test]
fn a_reader_passes_over_what_is_no_event() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    rig.put("events.jsonl", &[b"nonsense\n".as_slice(), &vec![b'x'; 3 << 20], b"\n"].concat());
    rig.open_one(&mut journal, "web").expect("written");
    assert_eq!(rig.read(0), ["1 opened"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever opens and resolves, and wherever the daemon is killed and rotates: the journal tells the ledger.
    #[test]
    fn a_restored_ledger_is_the_one_that_was_kept(steps in prop::collection::vec(0..7u8, 1..60)) {
        let mut rig = Rig::rotating();
        rig.options.file_bytes_max = 3000;
        let (mut journal, _) = rig.open();
        for step in steps {
            if step == 6 {
                drop(journal);
                let (reopened, restored) = rig.open();
                prop_assert_eq!(restored.problems, [""; 0]);
                prop_assert_eq!(restored.deviations, rig.standing_and_resolved());
                journal = reopened;
                continue;
            }
            let transition = toggle(&mut rig.ledger, &format!("web-{step}"));
            journal.append(&[transition], &rig.ledger.view, at(0)).expect("written");
        }
    }
}

/// Resolves the deviation of this name where it stands, and opens it where it does not.
fn toggle(ledger: &mut Ledger, name: &str) -> Transition {
    let stands = ledger.view.standing.values().any(|known| &*known.finding.object.key.name == name);
    if stands {
        return ledger.resolve(&PRIVILEGED, name);
    }
    let id = crate::sinks::sample::deviation(&PRIVILEGED, name, 0).id;
    let resolved = ledger.view.by_seq.values().find(|known| known.id == id).map(|known| known.seq);
    if let Some(seq) = resolved {
        ledger.view.by_seq.remove(&seq);
    }
    ledger.open(&PRIVILEGED, name)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However reading and writing, rotations and restarts alternate, a reader gives each event once, in order.
    #[test]
    fn a_reader_misses_nothing_and_repeats_nothing(
        steps in prop::collection::vec(0..6u8, 1..60),
        bytes in 1..4000u64,
    ) {
        let mut rig = Rig::rotating();
        rig.options.retention.files_max = 1000;
        rig.options.file_bytes_max = bytes;
        let (mut journal, _) = rig.open();
        let mut reader = Reader::new(rig.dir.path(), 0);
        let mut read = Vec::new();
        for step in steps {
            match step {
                0 => read.extend(told(&mut reader)),
                1 => {
                    drop(journal);
                    journal = rig.open().0;
                }
                _ => {
                    let transition = toggle(&mut rig.ledger, &format!("web-{step}"));
                    journal.append(&[transition], &rig.ledger.view, at(0)).expect("written");
                }
            }
        }
        read.extend(told(&mut reader));
        let numbers: Vec<u64> = read.iter().map(|told| told.split(' ').next().expect("a word").parse().expect("a number")).collect();
        prop_assert_eq!(numbers, (1..=rig.ledger.view.seq).collect::<Vec<_>>());
    }
}
