//! What the journal does when there is no room, or no time, left for it.

use super::*;

/// Lets the disk be full from here on.
fn fill_disk(journal: &mut Journal) {
    journal.live.file = files::open_append(Path::new("/dev/full")).expect("Linux has it");
}

#[test]
fn a_full_disk_loses_the_oldest_and_the_journal_declares_which() {
    let mut rig = Rig::new();
    rig.options.pending_max = 1;
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    fill_disk(&mut journal);
    let opened = ["api", "db", "cache"].map(|name| rig.ledger.open(&PRIVILEGED, name));
    let error = journal.append(&opened, &rig.ledger.view, at(0)).expect_err("the disk is full");
    let JournalError::Write { source, pending, .. } = &error else { panic!("{error}") };
    assert_eq!((source.kind(), *pending), (io::ErrorKind::StorageFull, 1));
    assert_eq!(journal.take_dropped(), dropped(LossReason::DiskFull, 2));
    mend_disk(&rig, &mut journal);
    journal.tick(&rig.ledger.view, at(9)).expect("written");
    let head = journal.head().expect("a head");
    assert_eq!((journal.pending(), head.seq), (0, 4));
    rig.open_one(&mut journal, "queue").expect("written");
    let claim = verify::Claim { hash: Some(head.hash), seq: Some(head.seq) };
    let report = verify::verify(&[rig.dir.path().to_owned()], &claim).expect("readable");
    assert_eq!(report.breaks, []);
    let gaps: Vec<_> = report.gaps.iter().map(|gap| (gap.line, gap.first, gap.last, gap.reason)).collect();
    assert_eq!(gaps, [(3, 2, 3, LossReason::DiskFull)]);
    assert_eq!(rig.read(0), ["1 opened", "gap 2-3", "4 opened", "5 opened"]);
    drop(journal);
    let (_journal, restored) = rig.open();
    assert_eq!((restored.problems.len(), restored.deviations), (0, rig.standing_and_resolved()));
}

#[test]
fn a_gap_that_is_declared_is_no_damage_at_the_next_start() {
    let mut rig = Rig::new();
    let (mut journal, _) = rig.open();
    let mut long = crate::sinks::sample::deviation(&NAKED, "long", 1);
    long.finding.actual = "x".repeat(1 << 20);
    let long = rig.ledger.record(Event::Opened, long);
    let short = rig.ledger.open(&PRIVILEGED, "web");
    journal.append(&[long, short], &rig.ledger.view, at(1)).expect("the rest is written");
    drop(journal);
    let (_journal, restored) = rig.open();
    assert_eq!((restored.problems, restored.seq), (vec![], 2));
    assert!(rig.live().contains(
        "{\"schema\":\"plimsoll.dev/journal-gap/v1\",\"first\":1,\"last\":1,\"reason\":\"too-long\","
    ));
}

#[test]
fn what_was_lost_on_either_side_is_one_gap() {
    let mut pending = pending::Pending::default();
    let mut ledger = Ledger::new();
    for name in ["a", "long-b", "c", "d"] {
        let mut deviation = crate::sinks::sample::deviation(&NAKED, name, ledger.view.seq + 1);
        if name.starts_with("long") {
            deviation.finding.actual = "x".repeat(1 << 20);
        }
        pending.push(&ledger.record(Event::Opened, deviation));
    }
    assert!(!pending.drop_beyond(3, LossReason::Disk));
    assert!(pending.drop_beyond(1, LossReason::Disk));
    let batch = pending.batch(&crate::sinks::event::Context { cluster: "" }, chain::Chain::default());
    let text = String::from_utf8(batch.bytes.clone()).expect("UTF-8");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains("\"first\":1,\"last\":3,\"reason\":\"disk\""), "{text}");
    pending.forget(&batch);
    assert!(pending.is_empty());
}

/// The numbers in the names of the rotated files that are left, after retention with these limits at this time.
fn retained(bytes_max: u64, files_max: usize, days: i64) -> Vec<u64> {
    let dir = tempfile::tempdir().expect("a directory");
    for (first, age) in [(1, 40), (2, 30), (3, 20)] {
        let file = files::open_append(&files::rotated(dir.path(), first)).expect("a file");
        file.set_len(100).expect("sized");
        let modified = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_hours((100 - age) * 24);
        file.set_modified(modified).expect("dated");
    }
    files::open_append(&files::live(dir.path())).expect("a file").set_len(100).expect("sized");
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(100 * 24);
    let retention = Retention { files_max, bytes_max, age_max: SignedDuration::from_hours(days * 24) };
    retention.apply(dir.path(), now).expect("removed");
    files::list_rotated(dir.path()).expect("readable").into_iter().map(|(first, _)| first).collect()
}

#[test]
fn what_is_too_much_or_too_old_goes_oldest_first() {
    assert_eq!(retained(400, 3, 40), [1, 2, 3]);
    assert_eq!(retained(400, 2, 40), [2, 3], "by number");
    assert_eq!(retained(399, 3, 40), [2, 3], "by size");
    assert_eq!(retained(200, 3, 40), [3], "by size");
    assert_eq!(retained(0, 3, 40), [0; 0], "the live file alone may be too large");
    assert_eq!(retained(400, 3, 39), [2, 3], "by age");
    assert_eq!(retained(400, 3, 1), [2, 3], "one at a time by age");
}

#[test]
fn age_counts_without_a_rotation() {
    let mut rig = Rig::rotating();
    let (mut journal, _) = rig.open();
    rig.open_one(&mut journal, "web").expect("written");
    let rotated = rig.path("events-00000000000000000001.jsonl");
    let old = std::time::SystemTime::UNIX_EPOCH;
    fs::File::options().append(true).open(&rotated).expect("a file").set_modified(old).expect("dated");
    journal.tick(&rig.ledger.view, at(60)).expect("nothing is due");
    assert!(rotated.exists());
    journal.tick(&rig.ledger.view, at(3700)).expect("retained");
    assert!(!rotated.exists());
}
