use super::*;
use crate::model::{Event, Transition};
use crate::sinks::sample::{Ledger, NAKED, PRIVILEGED, deviation, lookup};

const CONTEXT: Context<'_> = Context { cluster: "prod-1" };

#[test]
fn an_event_line_has_every_field_in_order() {
    let opened = Ledger::new().open(&PRIVILEGED, "web");
    let line = render_event(&opened, &CONTEXT, Some("00ff"));
    insta::assert_snapshot!(line);
}

#[test]
fn what_is_not_known_is_null() {
    let mut bare = deviation(&NAKED, "", 1);
    bare.finding.object.key = crate::model::ObjectKey::cluster();
    for field in [&mut bare.finding.object.version, &mut bare.finding.object.uid] {
        *field = "".into();
    }
    bare.finding.declaration = None;
    bare.actor = None;
    let transition = Transition { cause: None, ..Ledger::new().record(Event::Opened, bare) };
    let context = Context { cluster: "" };
    insta::assert_snapshot!(render_event(&transition, &context, None));
}

#[test]
fn a_deviation_has_the_fields_of_an_event_without_event_and_time() {
    let keys = |line: &str| -> Vec<String> {
        let value: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("JSON");
        value.keys().cloned().collect()
    };
    let opened = Ledger::new().open(&PRIVILEGED, "web");
    let alone = serde_json::to_string(&Record::of_deviation(&opened.deviation, &CONTEXT)).expect("JSON");
    let mut of_event = keys(&render_event(&opened, &CONTEXT, None));
    of_event.retain(|key| !["event", "time"].contains(&key.as_str()));
    assert_eq!(keys(&alone), of_event);
}

#[test]
fn a_line_reads_back_as_the_deviation_it_was_written_from() {
    let mut ledger = Ledger::new();
    let opened = ledger.open(&PRIVILEGED, "web\n\"quoted\" \u{7f}");
    let resolved = ledger.resolve(&PRIVILEGED, "web\n\"quoted\" \u{7f}");
    for transition in [opened, resolved] {
        let line = render_event(&transition, &CONTEXT, Some("00ff"));
        assert!(!line.contains('\n'));
        let parsed = parse_record(line.as_bytes(), &lookup).expect("a good line");
        assert_eq!(parsed.deviation, *transition.deviation);
        assert_eq!(parsed.previous.as_deref(), Some("00ff"));
    }
}

#[test]
fn a_line_that_does_not_fit_is_refused_with_its_reason() {
    let opened = Ledger::new().open(&PRIVILEGED, "web");
    let line = render_event(&opened, &CONTEXT, None);
    let refused = |from: &str, to: &str| {
        let altered = line.replacen(from, to, 1);
        assert_ne!(altered, line);
        parse_record(altered.as_bytes(), &lookup).expect_err("an altered line").to_string()
    };
    insta::assert_snapshot!(refused("event/v1", "event/v9"), @r#"its schema "plimsoll.dev/event/v9" is not known"#);
    insta::assert_snapshot!(refused("security/privileged", "security/gone"), @r#"this version has no check "pod-security/gone""#);
    insta::assert_snapshot!(refused("critical", "dire"), @r#"its severity "dire" is not known"#);
    insta::assert_snapshot!(refused("\"Update\"", "\"Guess\""), @r#"its operation "Guess" is not known"#);
    insta::assert_snapshot!(refused("\"key\":\"web\"", "\"key\":\"db\""), @"its id does not belong to its check, object and key");
    insta::assert_snapshot!(refused("\"seq\":1", "\"seq\":-1"), @"it is not the JSON of a record");
}
