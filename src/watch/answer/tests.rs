//! What each refusal means.

use super::*;

fn head(code: u16, headers: &[(&str, &str)]) -> Parts {
    let mut response = http::Response::builder().status(code);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(()).unwrap().into_parts().0
}

/// When the refusals come in.
const NOW: Timestamp = Timestamp::constant(1_792_000_000, 0);

const YIELD: Remedy = Remedy::Yield { at_least: Duration::ZERO };

fn remedy_of(code: u16) -> Remedy {
    refusal(&head(code, &[]), Bytes::new(), NOW).remedy
}

#[test]
fn each_code_has_its_remedy() {
    let expected = [
        (400, Remedy::Page),
        (401, wait(Loss::Unauthorized)),
        (403, wait(Loss::Forbidden)),
        (404, wait(Loss::NotServed)),
        (406, Remedy::AskJson),
        (410, Remedy::Relist),
        (415, Remedy::AskJson),
        (422, Remedy::Page),
        (429, YIELD),
        (500, wait(Loss::ServerError)),
        (503, YIELD),
        (504, wait(Loss::ServerError)),
        // What no API server answers, such as a proxy that redirects.
        (204, wait(Loss::ServerError)),
        (302, wait(Loss::ServerError)),
    ];
    for (code, remedy) in expected {
        assert_eq!(remedy_of(code), remedy, "{code}");
    }
}

#[test]
fn an_error_event_means_what_its_code_means() {
    let event = |code| error_event(&Status { code, message: "why".to_owned(), ..Status::default() });
    assert_eq!(event(410), Failure { remedy: Remedy::Relist, message: "410 Gone: why".to_owned() });
    // A first list that is to be of a version which is yet to come.
    assert_eq!(event(504).remedy, wait(Loss::ServerError));
    for odd in [0, -1, 7, 70_000] {
        assert_eq!(event(odd).remedy, wait(Loss::ServerError), "{odd}");
    }
}

#[test]
fn what_the_server_asks_to_wait_is_bounded() {
    let at_least = |text| {
        let refusal = refusal(&head(429, &[("retry-after", text)]), Bytes::new(), NOW);
        let Remedy::Yield { at_least } = refusal.remedy else { panic!("{refusal:?}") };
        at_least.as_secs()
    };
    assert_eq!([at_least("0"), at_least("7"), at_least("60")], [0, 7, 60]);
    assert_eq!([at_least("61"), at_least("18446744073709551615")], [60, 60]);
    assert_eq!([at_least("-1"), at_least("soon"), at_least("")], [0, 0, 0], "nonsense does not count");
    // As a date: of now, of seven seconds later, of a year later, and of the past.
    assert_eq!(NOW.to_string(), "2026-10-14T17:46:40Z");
    let dates = [
        "Wed, 14 Oct 2026 17:46:40 GMT",
        "Wed, 14 Oct 2026 17:46:47 GMT",
        "Thu, 14 Oct 2027 17:46:40 GMT",
        "Wed, 14 Oct 2026 17:46:39 GMT",
    ];
    assert_eq!(dates.map(at_least), [0, 7, 60, 0]);
}

#[test]
fn the_words_are_read_in_the_encoding_of_the_answer() {
    let json = [("content-type", "application/json")];
    let body = br#"{"kind":"Status","message":"not here","code":404}"#;
    let refused = refusal(&head(404, &json), Bytes::from_static(body), NOW);
    assert_eq!(refused.message, "404 Not Found: not here");
    // A status in protobuf: `k8s\0`, and in field 2 of the envelope a message whose field 3 is the words.
    let protobuf = [("content-type", "application/vnd.kubernetes.protobuf")];
    let refused = refusal(&head(403, &protobuf), Bytes::from_static(b"k8s\0\x12\x04\x1a\x02no"), NOW);
    assert_eq!(refused, Failure { remedy: wait(Loss::Forbidden), message: "403 Forbidden: no".to_owned() });
    // Words that cannot be read do not change what is meant.
    let refused = refusal(&head(403, &protobuf), Bytes::from_static(b"<html>"), NOW);
    assert_eq!(refused.remedy, wait(Loss::Forbidden));
}

#[test]
fn a_stream_that_ends_within_a_frame_says_nothing_of_what_is_sent() {
    assert_eq!(Failure::from(DecodeError::Truncated).remedy, wait(Loss::Unreachable));
    assert_eq!(Failure::from(DecodeError::NoPrefix).remedy, wait(Loss::Undecodable));
}

#[test]
fn a_token_that_cannot_be_had_is_no_matter_of_the_network() {
    let no_token = || kube::client::AuthError::AuthExec("exited with 1".to_owned());
    let unauthorized = wait(Loss::Unauthorized);
    assert_eq!(Failure::from(kube::Error::Auth(no_token())).remedy, unauthorized);
    assert_eq!(Failure::from(kube::Error::Service(no_token().into())).remedy, unauthorized);
    let refused = kube::Error::Service("connection refused".into());
    assert_eq!(Failure::from(refused).remedy, wait(Loss::Unreachable));
}
