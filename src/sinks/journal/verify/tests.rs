use std::fs;

use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

use super::*;
use crate::model::Event;
use crate::sinks::journal::{Journal, Options};
use crate::sinks::sample::{Ledger, PRIVILEGED, at, lookup};

/// A journal that was written by the daemon's own means, to be tampered with.
struct Rig {
    dir: TempDir,
    ledger: Ledger,
    options: Options,
}

impl Rig {
    fn new() -> Self {
        let mut options = Options::new("prod-1");
        options.retention.files_max = 100;
        Self { dir: tempfile::tempdir().expect("a directory"), ledger: Ledger::new(), options }
    }

    /// Three files, of which the later two begin with checkpoints that have entries.
    fn of_three_files() -> Self {
        let mut rig = Self::new();
        for names in [["a", "b", "c"].as_slice(), &["d", "e"], &["f", "g"]] {
            rig.options.file_bytes_max = u64::MAX;
            let mut journal = rig.open();
            for name in names {
                rig.happen(&mut journal, name);
            }
            rig.options.file_bytes_max = 1;
            drop(journal);
            let mut journal = rig.open();
            rig.happen(&mut journal, names[0]);
        }
        rig.options.file_bytes_max = u64::MAX;
        let mut journal = rig.open();
        rig.happen(&mut journal, "h");
        rig
    }

    fn open(&self) -> Journal {
        let opened = Journal::open(self.dir.path(), self.options.clone(), &lookup, at(0));
        opened.expect("the journal opens").0
    }

    /// Changes what stands under this name, or opens it.
    fn happen(&mut self, journal: &mut Journal, name: &str) {
        let deviation = crate::sinks::sample::deviation(&PRIVILEGED, name, self.ledger.view.seq + 1);
        if let Some(known) = self.ledger.view.standing.get(&deviation.id).map(|known| known.seq) {
            self.ledger.view.by_seq.remove(&known);
        }
        let transition = self.ledger.record(Event::Opened, deviation);
        journal.append(&[transition], &self.ledger.view, at(0)).expect("written");
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for entry in self.dir.path().read_dir().expect("the directory") {
            let path = entry.expect("an entry").path();
            files.extend(Some(path).filter(|path| !path.ends_with("lock")));
        }
        files.sort_unstable();
        files
    }

    fn lines(&self, file: usize) -> Vec<String> {
        let text = fs::read_to_string(&self.files()[file]).expect("readable");
        text.lines().map(str::to_owned).collect()
    }

    fn write(&self, file: usize, lines: &[String]) {
        let text: Vec<u8> = lines.iter().flat_map(|line| line.bytes().chain([b'\n'])).collect();
        fs::write(&self.files()[file], text).expect("written");
    }

    fn verify(&self) -> Report {
        self.verify_against(&Claim::default())
    }

    fn verify_against(&self, claim: &Claim) -> Report {
        verify(&[self.dir.path().to_owned()], claim).expect("readable")
    }

    /// What the report says after the lines of a file were tampered with, in short. The file is as before then.
    fn after(&self, file: usize, tamper: impl FnOnce(&mut Vec<String>)) -> Vec<String> {
        let sound = self.lines(file);
        let mut lines = sound.clone();
        tamper(&mut lines);
        self.write(file, &lines);
        let told = short(&self.verify());
        self.write(file, &sound);
        told
    }

    /// Whether the line is the last one of all, which nothing follows that could name it.
    fn is_last(&self, file: usize, line: usize) -> bool {
        file + 1 == self.files().len() && line + 1 == self.lines(file).len()
    }
}

/// File, line and kind of each break, such as `events.jsonl:3 altered`.
fn short(report: &Report) -> Vec<String> {
    let name = |file: &str| file.rsplit('/').next().expect("a name").to_owned();
    report.breaks.iter().map(|it| format!("{}:{} {}", name(&it.file), it.line, it.kind.as_str())).collect()
}

#[test]
fn a_journal_that_was_left_alone_is_whole() {
    let rig = Rig::of_three_files();
    let report = rig.verify();
    assert_eq!((report.breaks, report.gaps, report.begins_after), (vec![], vec![], None));
    assert_eq!(report.files.len(), 3);
    assert_eq!(report.files.iter().map(|file| file.events).sum::<u64>(), rig.ledger.view.seq);
    let tip = report.tip.expect("a last line");
    let head = rig.open().head().expect("a head");
    assert_eq!((tip.seq, tip.hash), (Some(head.seq), head.hash));
}

/// Every field of every line, altered in one byte, is one break: at that line, or, where nothing else tells them
/// apart, at the one after it. The very last line is held against the head that was told.
#[test]
fn one_altered_byte_in_any_field_is_found_at_its_place() {
    let rig = Rig::of_three_files();
    let head = rig.open().head().expect("a head");
    let claim = Claim { hash: Some(head.hash), seq: Some(head.seq) };
    let (mut tried, mut missed) = (0, Vec::new());
    for file in 0..rig.files().len() {
        let sound = rig.lines(file);
        for (index, line) in sound.iter().enumerate() {
            for altered in alterations(line) {
                let mut lines = sound.clone();
                lines[index].clone_from(&altered);
                rig.write(file, &lines);
                let report = rig.verify_against(&claim);
                tried += 1;
                let found = if rig.is_last(file, index) {
                    !report.is_whole()
                } else {
                    is_at(&report, &rig.files()[file], index)
                };
                if !found {
                    missed.push(format!("{altered}: {:?}", short(&report)));
                }
            }
        }
        rig.write(file, &sound);
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert!(tried > 500, "{tried}");
}

/// Whether the one break, beside a head that is not reached, is at the line of this index or the one after it.
fn is_at(report: &Report, file: &Path, index: usize) -> bool {
    let mut told = report.breaks.iter().filter(|it| it.kind != BreakKind::Head);
    let (Some(found), None) = (told.next(), told.next()) else { return false };
    let line = index as u64 + 1;
    found.file == file.display().to_string() && [line, line + 1].contains(&found.line)
}

/// The line with one byte of one value altered, for each of its fields, those of its objects among them.
fn alterations(line: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(line).expect("JSON");
    let mut altered = Vec::new();
    for (name, field) in value.as_object().expect("an object") {
        let start = line.find(&format!("\"{name}\":")).expect("the field") + name.len() + 3;
        let text = field.to_string();
        let skipped = usize::from(text.starts_with(['"', '{']));
        let place = start + skipped;
        let replacement = match line.as_bytes()[place] {
            b'0'..=b'8' => char::from(line.as_bytes()[place] + 1),
            b'9' => '8',
            b'a' => 'b',
            _ => 'a',
        };
        let mut changed = line.to_owned();
        changed.replace_range(place..=place, &replacement.to_string());
        altered.push(changed);
    }
    altered
}

#[test]
fn a_removed_line_is_one_break_at_its_place() {
    let rig = Rig::of_three_files();
    for file in 0..rig.files().len() {
        for line in 0..rig.lines(file).len() {
            let told = rig.after(file, |lines| drop(lines.remove(line)));
            let is_end = line + 1 == rig.lines(file).len();
            if rig.is_last(file, line) {
                assert_eq!(told, [""; 0]);
            } else {
                assert_eq!(told.len(), 1, "{file} {line}: {told:?}");
                let place =
                    told[0].split([':', ' ']).nth(1).expect("a line").parse::<usize>().expect("a number");
                assert!(is_end || place == line || place == line + 1, "{file} {line}: {told:?}");
            }
        }
    }
}

#[test]
fn what_was_done_is_told_by_its_kind() {
    let rig = Rig::of_three_files();
    let live = rig.files().len() - 1;
    let text = rig.lines(live).len();
    assert!(text > 3);
    assert_eq!(rig.after(0, |lines| drop(lines.remove(2))), ["events-00000000000000000001.jsonl:3 removed"]);
    assert_eq!(rig.after(0, |lines| lines.swap(1, 2)), ["events-00000000000000000001.jsonl:2 reordered"]);
    assert_eq!(rig.after(0, |lines| lines.swap(0, 1)), ["events-00000000000000000001.jsonl:1 reordered"]);
    assert_eq!(
        rig.after(0, |lines| lines.insert(2, lines[1].clone())),
        ["events-00000000000000000001.jsonl:3 repeated"]
    );
    assert_eq!(
        rig.after(0, |lines| lines.insert(3, lines[1].clone())),
        ["events-00000000000000000001.jsonl:4 repeated"]
    );
    assert_eq!(
        rig.after(0, |lines| lines.insert(2, lines[1].replace("Deployment", "Deploymend"))),
        ["events-00000000000000000001.jsonl:3 inserted"]
    );
    assert_eq!(
        rig.after(0, |lines| lines[1] = "nonsense".to_owned()),
        ["events-00000000000000000001.jsonl:2 unreadable"]
    );
    assert_eq!(
        rig.after(0, |lines| lines[1] = "x".repeat(2 << 20)),
        ["events-00000000000000000001.jsonl:2 unreadable"]
    );
    assert_eq!(rig.after(1, |lines| drop(lines.remove(0))).len(), 1);
}

#[test]
fn every_duplicate_and_every_swap_of_neighbours_is_found() {
    let rig = Rig::of_three_files();
    for file in 0..rig.files().len() {
        for line in 0..rig.lines(file).len() {
            let told = rig.after(file, |lines| lines.insert(line, lines[line].clone()));
            assert_eq!(told.len(), 1, "{file} {line}: {told:?}");
            assert!(told[0].ends_with("repeated"), "{file} {line}: {told:?}");
            if line > 0 {
                let told = rig.after(file, |lines| lines.swap(line - 1, line));
                assert_eq!(told.len(), 1, "{file} {line}: {told:?}");
                assert!(told[0].ends_with("reordered"), "{file} {line}: {told:?}");
            }
        }
    }
}

#[test]
fn a_file_that_is_missing_in_the_middle_is_found_and_one_that_retention_removed_is_not() {
    let rig = Rig::of_three_files();
    let files = rig.files();
    let all = |left_out: usize| {
        let kept = files.iter().enumerate().filter(|(at, _)| *at != left_out);
        verify(&kept.map(|(_, path)| path.clone()).collect::<Vec<_>>(), &Claim::default())
    };
    let middle = all(1).expect("readable");
    assert_eq!(middle.breaks.len(), 1);
    assert_eq!((middle.breaks[0].kind, middle.breaks[0].line), (BreakKind::MissingFile, 1));
    assert!(middle.breaks[0].expected.starts_with("the events "), "{}", middle.breaks[0].expected);
    let first = all(0).expect("readable");
    assert!(first.is_whole());
    assert!(first.begins_after.is_some());
}

#[test]
fn a_tail_that_was_cut_shows_against_the_head() {
    let rig = Rig::of_three_files();
    let head = rig.open().head().expect("a head");
    let claims = [
        Claim { hash: Some(head.hash.clone()), seq: None },
        Claim { hash: None, seq: Some(head.seq) },
        Claim { hash: Some(head.hash.clone()), seq: Some(head.seq) },
    ];
    for claim in &claims {
        assert!(rig.verify_against(claim).is_whole(), "{claim:?}");
    }
    let wrong = Claim { hash: Some(head.hash), seq: Some(head.seq - 1) };
    assert_eq!(rig.verify_against(&wrong).breaks[0].kind, BreakKind::Head);
    let live = rig.files().len() - 1;
    let mut lines = rig.lines(live);
    lines.pop();
    rig.write(live, &lines);
    assert!(rig.verify().is_whole());
    for claim in &claims {
        assert_eq!(rig.verify_against(claim).breaks[0].kind, BreakKind::Head, "{claim:?}");
    }
}

#[test]
fn a_journal_that_grew_since_its_head_was_told_still_reaches_it() {
    let mut rig = Rig::of_three_files();
    let mut journal = rig.open();
    let head = journal.head().expect("a head");
    rig.happen(&mut journal, "z");
    let claim = Claim { hash: Some(head.hash), seq: Some(head.seq) };
    assert!(rig.verify_against(&claim).is_whole());
}

#[test]
fn a_torn_line_is_told_until_a_start_takes_it_away() {
    let mut rig = Rig::of_three_files();
    let live = rig.files().len() - 1;
    let mut text = fs::read(&rig.files()[live]).expect("readable");
    text.extend_from_slice(b"{\"schema\":\"plims");
    fs::write(&rig.files()[live], text).expect("written");
    let torn = format!("events.jsonl:{} torn", rig.lines(live).len());
    assert_eq!(short(&rig.verify()), [torn]);
    let mut journal = rig.open();
    rig.happen(&mut journal, "z");
    assert_eq!(short(&rig.verify()), [""; 0]);
}

/// A corrupt line stops no start, and is the one place that is told after it, wherever it is.
#[test]
fn after_a_start_over_a_corrupt_line_that_one_place_is_told() {
    for from_end in [1, 2, 3] {
        let mut rig = Rig::of_three_files();
        let live = rig.files().len() - 1;
        let mut lines = rig.lines(live);
        let place = lines.len() - from_end;
        lines[place] = lines[place].replacen("\"seq\":", "\"seq\":?", 1);
        rig.write(live, &lines);
        let name = rig.ledger.view.seq;
        let mut journal = rig.open();
        rig.happen(&mut journal, "y");
        rig.happen(&mut journal, "z");
        let told = short(&rig.verify());
        assert_eq!(told.len(), 1, "{from_end} of {name}: {told:?}");
        assert!(told[0].ends_with(&format!(":{} unreadable", place + 1)), "{told:?}");
    }
}

#[test]
fn an_empty_file_and_an_empty_folder_are_told() {
    let rig = Rig::of_three_files();
    rig.write(0, &[]);
    let told = short(&rig.verify());
    assert_eq!(told[0], "events-00000000000000000001.jsonl:1 checkpoint");
    let empty = tempfile::tempdir().expect("a directory");
    let refused = verify(&[empty.path().to_owned()], &Claim::default());
    assert!(matches!(refused, Err(VerifyError::Empty { .. })), "{refused:?}");
    let missing = verify(&[empty.path().join("none")], &Claim::default());
    assert!(matches!(missing, Err(VerifyError::Read { .. })), "{missing:?}");
}

#[test]
fn breaks_are_told_in_bounded_number() {
    let rig = Rig::new();
    drop(rig.open());
    fs::write(rig.dir.path().join("events.jsonl"), "nonsense\n".repeat(3000)).expect("written");
    let report = rig.verify();
    assert_eq!((report.breaks.len(), report.breaks_untold), (1000, 2000));
}

/// Something that is done to a journal by whoever may write its files.
#[derive(Debug, Clone)]
enum Tampering {
    Alter(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
    Move(prop::sample::Index, prop::sample::Index),
}

fn tampering() -> impl Strategy<Value = Tampering> {
    use prop::sample::Index;
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Tampering::Alter(at, byte)),
        any::<Index>().prop_map(Tampering::Remove),
        any::<(Index, Index)>().prop_map(|(from, to)| Tampering::Repeat(from, to)),
        any::<(Index, Index)>().prop_map(|(from, to)| Tampering::Move(from, to)),
    ]
}

/// All lines of the journal, each with its file, tampered with.
fn tampered(mut lines: Vec<(usize, Vec<u8>)>, tampering: &Tampering) -> Vec<(usize, Vec<u8>)> {
    match tampering {
        Tampering::Alter(at, byte) => {
            let at = at.index(at_most(lines.len()));
            let (_, line) = &mut lines[at];
            let place = usize::from(*byte) * 31 % line.len();
            line[place] = line[place].wrapping_add(1 | byte);
        }
        Tampering::Remove(at) => drop(lines.remove(at.index(at_most(lines.len())))),
        Tampering::Repeat(from, to) => {
            let line = lines[from.index(lines.len())].1.clone();
            let to = to.index(lines.len());
            lines.insert(to, (lines[to].0, line));
        }
        Tampering::Move(from, to) => {
            let (_, line) = lines.remove(from.index(at_most(lines.len())));
            let to = to.index(lines.len());
            lines.insert(to, (lines[to].0, line));
        }
    }
    lines
}

/// Without the last line, which only the head tells of.
fn at_most(lines: usize) -> usize {
    lines - 1
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However a journal came to be, it is whole; and nothing that is done to one line escapes.
    #[test]
    fn whatever_is_done_to_a_line_is_found(
        steps in prop::collection::vec(0..8u8, 2..40),
        bytes in 1..6000u64,
        tamperings in prop::collection::vec(tampering(), 8),
    ) {
        let mut rig = Rig::new();
        rig.options.file_bytes_max = bytes;
        let mut journal = rig.open();
        for step in steps {
            if step == 7 {
                drop(journal);
                journal = rig.open();
            } else {
                rig.happen(&mut journal, &format!("web-{step}"));
            }
        }
        drop(journal);
        let whole = rig.verify();
        prop_assert_eq!(short(&whole), [""; 0]);
        let files = rig.files();
        let sound: Vec<(usize, Vec<u8>)> = (0..files.len())
            .flat_map(|file| rig.lines(file).into_iter().map(move |line| (file, line.into_bytes())))
            .collect();
        prop_assume!(sound.len() > 2);
        for tampering in tamperings {
            let lines = tampered(sound.clone(), &tampering);
            if lines == sound {
                continue;
            }
            for (file, path) in files.iter().enumerate() {
                let text: Vec<u8> = lines.iter().filter(|(at, _)| *at == file).flat_map(|(_, line)| [line.as_slice(), b"\n"].concat()).collect();
                fs::write(path, text).expect("written");
            }
            prop_assert!(!rig.verify().is_whole(), "{:?}", tampering);
        }
    }
}

/// A line of any kind, whose numbers are as small or as large as they may be.
fn any_line() -> impl Strategy<Value = String> {
    let number = prop::sample::select(vec![0, 1, 2, u64::MAX - 1, u64::MAX]);
    let kind = prop::sample::select(vec!["checkpoint", "checkpoint-entry", "event", "journal-gap", "later"]);
    (kind, number.clone(), number).prop_map(|(kind, first, last)| {
        format!(
            r#"{{"schema":"plimsoll.dev/{kind}/v1","seq":{first},"count":{last},"first":{first},"last":{last},
            "reason":"disk","time":"2026-11-24T08:00:00Z","previous":null}}"#
        )
        .replace('\n', " ")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever stands in a file, it is read to its end.
    #[test]
    fn no_file_stops_it(
        lines in prop::collection::vec(prop_oneof![any_line(), ".*"], 0..12),
        tail in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let dir = tempfile::tempdir().expect("a directory");
        let mut text = lines.join("\n").into_bytes();
        text.extend(tail);
        let file = dir.path().join("events.jsonl");
        fs::write(&file, &text).expect("written");
        let report = verify(&[file], &Claim { hash: None, seq: Some(u64::MAX) }).expect("readable");
        prop_assert!(report.files[0].lines <= text.len() as u64 + 1);
    }
}
