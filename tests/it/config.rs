//! Settings: the embedded defaults, the order of the layers, and what is said about mistakes.

use std::ffi::OsString;
use std::time::Duration;

use plimsoll::checks::Family;
use plimsoll::config::{Config, Flush, LogFormat, Setting, Shape, Sources, load, settings};
use proptest::strategy::Strategy;

/// Loads `file` (as `p.toml`), `environment` and `flags`; the error is what the user reads.
fn check(file: &str, environment: &[(&str, &str)], flags: &[(&str, &[&str])]) -> Result<Config, String> {
    let sources = Sources {
        file: Some(("p.toml".to_owned(), file.to_owned())),
        environment: environment.iter().map(|(name, value)| (name.into(), value.into())).collect(),
        flags: flags.iter().map(|(flag, texts)| (setting(flag), owned(texts))).collect(),
    };
    load(&sources).map_err(|problems| problems.to_string())
}

fn setting(flag: &str) -> &'static Setting {
    settings().iter().find(|setting| setting.flag == flag).expect("the test names a flag")
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn refusal(file: &str) -> String {
    check(file, &[], &[]).expect_err("the file has a mistake")
}

#[test]
fn embedded_defaults_are_a_configuration() {
    let config = load(&Sources::default()).unwrap();
    assert_eq!(config.cluster, "kubernetes");
    assert_eq!(config.kube.kubeconfig, None);
    assert_eq!(config.watch.lifetime, Duration::from_secs(290));
    assert_eq!(config.watch.backoff_min, Duration::from_millis(200));
    assert_eq!(config.journal.flush, Flush::Interval(Duration::from_secs(5)));
    assert_eq!(config.serve.listen.to_string(), "127.0.0.1:9478");
    assert_eq!(config.serve.api_listen.to_string(), "127.0.0.1:9479");
    assert_eq!(config.serve.tls, None);
    assert_eq!(config.alertmanager.urls.len(), 0);
    assert_eq!(config.log.format, LogFormat::Auto);
    assert!(config.notify.initial);
}

#[test]
fn embedded_file_is_also_a_file() {
    let defaults = load(&Sources::default()).unwrap();
    assert_eq!(check(include_str!("../../config.toml"), &[], &[]), Ok(defaults));
}

#[test]
fn every_setting_is_documented_and_named_once() {
    let mut flags: Vec<&str> = settings().iter().map(|setting| setting.flag.as_str()).collect();
    flags.sort_unstable();
    flags.dedup();
    assert_eq!(flags.len(), settings().len());
    for setting in settings() {
        assert!(setting.doc.ends_with('.'), "{}", setting.name());
        assert!(setting.section.is_empty() || setting.section_doc.ends_with('.'), "{}", setting.name());
    }
}

#[test]
fn every_word_and_bound_is_accepted() {
    for setting in settings() {
        let texts = match &setting.shape {
            Shape::Word(words) => words.clone(),
            Shape::Number(bounds) => vec![bounds.start().to_string(), bounds.end().to_string()],
            Shape::Switch => vec!["true".to_owned(), "false".to_owned()],
            Shape::Text | Shape::List => Vec::new(),
        };
        for text in texts {
            let refused = check("", &[], &[(&setting.flag, &[&text])]).err().unwrap_or_default();
            // A bound of one setting may contradict the default of another, and nothing else may be wrong with it.
            assert!(refused.lines().all(|line| line.contains("is too large for")), "{text}: {refused}");
        }
    }
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let file = "[watch]\npage_size = 100\nqueue_depth = 100\nlifetime_secs = 100\n";
    let environment = [("PLIMSOLL_WATCH_PAGE_SIZE", "200"), ("PLIMSOLL_WATCH_QUEUE_DEPTH", "200")];
    let watch = check(file, &environment, &[("watch-page-size", &["300"])]).unwrap().watch;
    assert_eq!((watch.page_size, watch.queue_depth, watch.lifetime.as_secs()), (300, 200, 100));
    assert_eq!(watch.backoff_max.as_secs(), 30);
}

#[test]
fn kube_settings_are_named_as_kubectl_does() {
    let config = check("", &[("PLIMSOLL_KUBECONFIG", "/k")], &[("context", &["kind"])]).unwrap();
    assert_eq!(config.kube.kubeconfig.unwrap().to_str(), Some("/k"));
    assert_eq!(config.kube.context.as_deref(), Some("kind"));
}

#[test]
fn an_empty_baseline_is_the_embedded_one() {
    assert_eq!(check("", &[], &[]).unwrap().baseline.path, None);
    let config = check("[baseline]\npath = \"/etc/plimsoll/baseline\"\n", &[], &[]).unwrap();
    assert_eq!(config.baseline.path.unwrap().to_str(), Some("/etc/plimsoll/baseline"));
}

#[test]
fn lists_are_split_at_commas_and_repeated() {
    let flags: [(&str, &[&str]); 1] =
        [("alertmanager-urls", &["http://a:9093, http://b:9093/x", "https://c"])];
    let urls = check("", &[], &flags).unwrap().alertmanager.urls;
    let urls: Vec<String> = urls.iter().map(ToString::to_string).collect();
    assert_eq!(urls, ["http://a:9093/", "http://b:9093/x", "https://c/"]);
}

#[test]
fn unknown_words_are_refused_with_the_nearest() {
    assert_eq!(
        refusal("[watch]\npage_sise = 1\n"),
        "p.toml:2:1: unknown setting `watch.page_sise`; did you mean `watch.page_size`?"
    );
    assert_eq!(
        refusal("page_size = 1\n"),
        "p.toml:1:1: unknown setting `page_size`; did you mean `watch.page_size`?"
    );
    assert_eq!(refusal("[wach]\n"), "p.toml:1:2: unknown section [wach]; did you mean `watch`?");
    assert_eq!(refusal("zzz = 1\n"), "p.toml:1:1: unknown setting `zzz`");
    assert_eq!(
        check("", &[("PLIMSOLL_WATCH_PAGESIZE", "1")], &[]).unwrap_err(),
        "PLIMSOLL_WATCH_PAGESIZE: unknown variable; did you mean `PLIMSOLL_WATCH_PAGE_SIZE`?"
    );
    assert_eq!(
        refusal("log.format = \"jsn\""),
        "p.toml:1:14: `log.format` expects one of `auto`, `pretty`, `json`, found \"jsn\"; did you mean `json`?"
    );
}

#[test]
fn families_of_checks_are_known_by_their_names() {
    let families = |text: &str| check(text, &[], &[]).unwrap().checks.families;
    assert_eq!(
        families("[checks]\nfamilies = [\"rbac\", \"secrets\", \"rbac\"]\n"),
        [Family::Secrets, Family::Rbac]
    );
    assert_eq!(families("[checks]\nfamilies = []\n"), []);
    assert_eq!(
        refusal("[checks]\nfamilies = [\"netwrk\"]\n"),
        "p.toml:2:12: `checks.families` expects any of `pod-security`, `secrets`, `rbac`, `network`, found \"netwrk\"; \
         did you mean `network`?"
    );
}

#[test]
fn wrong_types_are_refused_with_their_line() {
    let expected = "expects a whole number from 10 to 10000, found";
    assert_eq!(
        refusal("\n[watch]\n  page_size = \"many\"\n"),
        format!("p.toml:3:15: `watch.page_size` {expected} \"many\"")
    );
    assert_eq!(
        refusal("watch.page_size = 100_000_000_000_000_000_000"),
        format!("p.toml:1:19: `watch.page_size` {expected} 100_000_000_000_000_000_000")
    );
    assert_eq!(
        refusal("alertmanager.urls = [\n1]"),
        "p.toml:1:21: `alertmanager.urls` expects a list of strings, found array"
    );
    assert_eq!(
        check("", &[("PLIMSOLL_NOTIFY_INITIAL", "yes")], &[]).unwrap_err(),
        "PLIMSOLL_NOTIFY_INITIAL: `notify.initial` expects true or false, found \"yes\""
    );
    assert_eq!(
        check("", &[], &[("watch-page-size", &["5"])]).unwrap_err(),
        format!("--watch-page-size: `watch.page_size` {expected} \"5\"")
    );
    assert_eq!(refusal("watch = 5"), "p.toml:1:9: `watch` expects a section, found 5");
    assert_eq!(refusal("[cluster]\nname = \"x\""), "p.toml:1:1: `cluster` expects a string, found [cluster]");
}

#[test]
fn all_problems_are_told_at_once() {
    let file = "cluster = \"\"\n[watch]\npage_size = true\nlifetime = 3\n[serve]\nlisten = \"0.0.0.0:1\"\n";
    let said = check(file, &[("PLIMSOLL_LOG_LEVEL", "inof")], &[("watch-queue-depth", &["0"])]).unwrap_err();
    insta::assert_snapshot!(said, @r#"
    p.toml:1:11: `cluster` must be 1 to 253 bytes without control characters
    p.toml:3:13: `watch.page_size` expects a whole number from 10 to 10000, found true
    p.toml:4:1: unknown setting `watch.lifetime`; did you mean `watch.lifetime_secs`?
    p.toml:6:10: `serve.listen` is beyond loopback, where TLS is owed: `serve.tls_cert_file` and `serve.tls_key_file` must be given
    PLIMSOLL_LOG_LEVEL: `log.level` has the unknown level "inof"; did you mean `info`?
    --watch-queue-depth: `watch.queue_depth` expects a whole number from 1 to 65536, found "0"
    "#);
}

#[test]
fn syntax_errors_are_told_with_their_place() {
    insta::assert_snapshot!(refusal("cluster = \n[watch\npage_size = 1\n"), @"
    p.toml:1:11: not TOML: string values must be quoted, expected literal string
    p.toml:2:7: not TOML: unclosed table, expected `]`
    ");
}

#[test]
fn contradictions_name_the_setting_that_was_given() {
    assert_eq!(
        refusal("alertmanager.resolved_keep_secs = 30"),
        "p.toml:1:35: `alertmanager.resend_secs` is too large for `alertmanager.resolved_keep_secs`"
    );
    assert_eq!(
        check("", &[], &[("serve-connections-max", &["32"])]).unwrap_err(),
        "--serve-connections-max: `serve.event_streams_max` is too large for `serve.connections_max`"
    );
}

#[test]
fn tls_is_owed_beyond_loopback() {
    let files: [(&str, &[&str]); 2] =
        [("serve-tls-cert-file", &["tls.crt"]), ("serve-tls-key-file", &["tls.key"])];
    for flag in ["serve-listen", "serve-api-listen"] {
        for address in ["127.0.0.2:0", "[::1]:9478", "[::ffff:127.0.0.1]:1"] {
            assert!(check("", &[], &[(flag, &[address])]).is_ok(), "{address}");
        }
        for address in ["0.0.0.0:9478", "[::]:9478", "192.0.2.1:80", "[::ffff:192.0.2.1]:80"] {
            let said = check("", &[], &[(flag, &[address])]).unwrap_err();
            let expected = format!("--{flag}: `{}` is beyond loopback", setting(flag).name());
            assert!(said.starts_with(&expected) && said.contains("serve.tls_key_file"), "{said}");
            let serve = check("", &[], &[(flag, &[address]), files[0], files[1]]).unwrap().serve;
            assert_eq!(serve.tls.unwrap().key.to_str(), Some("tls.key"));
        }
    }
    assert!(refusal("serve.listen = \"localhost:80\"").contains("expects an IP address and a port"));
}

#[test]
fn a_certificate_and_its_key_are_given_together() {
    for (given, missing) in [("tls_cert_file", "tls_key_file"), ("tls_key_file", "tls_cert_file")] {
        assert_eq!(
            refusal(&format!("serve.{given} = \"a\"")),
            format!(
                "p.toml:1:{}: `serve.{given}` must be given together with `serve.{missing}`",
                given.len() + 10
            )
        );
    }
}

#[test]
fn audiences_are_bounded() {
    let of = |count| check("", &[], &[("serve-token-audiences", &[&*["a"].repeat(count).join(",")])]);
    assert_eq!(of(16).unwrap().serve.token_audiences.len(), 16);
    assert!(of(17).unwrap_err().contains("must be at most 16"));
    assert!(check("", &[], &[("serve-token-audiences", &[&"a".repeat(1025)])]).is_err());
}

#[test]
fn urls_are_http_and_hold_no_password() {
    for url in ["ftp://a", "a:9093", "/path", "http://", "http://a/?x=y", "http://a b"] {
        assert!(check("", &[], &[("alertmanager-urls", &[url])]).is_err(), "{url}");
    }
    let said = check("", &[], &[("alertmanager-urls", &["http://me:hunter2@a:9093"])]).unwrap_err();
    assert!(said.contains("user or password") && !said.contains("hunter2"), "{said}");
    assert!(check("", &[], &[("alertmanager-runbook-url", &["https://r/?check="])]).is_ok());
    assert!(check("", &[], &[("alertmanager-runbook-url", &["r/checks"])]).is_err());
}

#[test]
fn levels_are_levels_or_directives() {
    for level in ["debug", "WARN", "info,plimsoll::watch=trace", "kube_client=off"] {
        assert!(check("", &[("PLIMSOLL_LOG_LEVEL", level)], &[]).is_ok(), "{level}");
    }
    for level in ["inof", "", "info,plimsoll=lots", "verbose"] {
        assert!(check("", &[("PLIMSOLL_LOG_LEVEL", level)], &[]).is_err(), "{level}");
    }
}

#[test]
fn variables_of_others_are_passed_over() {
    let names = [
        "PATH",
        "PLIMSOLLX",
        "PLIMSOLL_CONFIG",
        "PLIMSOLL_CACHE",
        "PLIMSOLL_PEER_TESTS",
        "PLIMSOLL_TEST_X",
        "PLIMSOLL_PORT_9478_TCP_ADDR",
    ];
    let environment: Vec<_> = names.iter().map(|&name| (name, "x")).collect();
    assert_eq!(
        check("", &environment, &[]),
        load(&Sources::default()).map_err(|problems| problems.to_string())
    );
}

#[cfg(unix)]
#[test]
fn values_must_be_utf8() {
    use std::os::unix::ffi::OsStringExt;

    let environment = vec![("PLIMSOLL_CLUSTER".into(), OsString::from_vec(vec![0xff]))];
    let said = load(&Sources { environment, ..Sources::default() }).unwrap_err().to_string();
    assert_eq!(said, "PLIMSOLL_CLUSTER: the value is not UTF-8");
}

proptest::proptest! {
    /// Whatever a file, a variable or a flag holds, it is answered, and a refusal says something.
    #[test]
    fn any_text_is_answered(text in any_file(), value in ".{0,12}", at in 0..settings().len()) {
        let setting = &settings()[at];
        let said = check(&text, &[(&setting.variable, &value)], &[(&setting.flag, &[&value])]);
        proptest::prop_assert!(said.err().is_none_or(|problems| !problems.is_empty()));
    }
}

/// Text that is often nearly a configuration.
fn any_file() -> impl Strategy<Value = String> {
    let lines = "(\\[(watch|log|zoo)\\]|(cluster|page_size|watch.page_size|level|ż) = (\"?[a-ż0-9]{0,4}\"?|\\[.{0,3}\\])|.{0,9})";
    proptest::collection::vec(lines, 0..6).prop_map(|lines| lines.join("\n"))
}
