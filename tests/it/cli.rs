//! The program as it is started: exit status, standard output and standard error.

use std::fs;
use std::process::{Command, Output};

/// Starts the program with `arguments`, split at spaces, and `environment`.
fn plimsoll(arguments: &str, environment: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_plimsoll"))
        .args(arguments.split_whitespace())
        .envs(environment.iter().copied())
        .output()
        .expect("the program is built with the tests")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn version_and_help_are_no_mistakes() {
    for arguments in ["--version", "--help", "run --help", "demo --help", "help run"] {
        let output = plimsoll(arguments, &[]);
        assert_eq!((output.status.code(), stderr(&output).as_str()), (Some(0), ""), "{arguments}");
        assert!(!output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn help_documents_every_setting() {
    let help = String::from_utf8_lossy(&plimsoll("run --help", &[]).stdout).into_owned();
    for setting in plimsoll::config::settings() {
        for words in [&format!("--{}", setting.flag), &setting.variable, &setting.doc] {
            assert!(help.contains(words), "{words}");
        }
    }
}

#[test]
fn every_shell_gets_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = plimsoll(&format!("completions {shell}"), &[]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        let script = String::from_utf8(output.stdout).unwrap();
        for word in ["who-can", "fail-on"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    assert_eq!(plimsoll("completions csh", &[]).status.code(), Some(2));
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let output = plimsoll(&format!("man --out {}", pages.display()), &[]);
    assert_eq!((output.status.code(), output.stdout.len()), (Some(0), 0), "{}", stderr(&output));
    for (page, words) in
        [("plimsoll", "connections"), ("plimsoll-check", "markdown"), ("plimsoll-connections-diff", "before")]
    {
        let text = fs::read_to_string(pages.join(format!("{page}.1"))).unwrap();
        assert!(text.contains(".TH") && text.contains(words), "{page}: {text}");
    }
    let shown = plimsoll("man", &[]).stdout;
    assert_eq!(shown, fs::read(pages.join("plimsoll.1")).unwrap());
}

#[test]
fn mistaken_arguments_are_answered_with_the_nearest_word() {
    let output = plimsoll("run --watch-page-sise 1", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--watch-page-size"), "{}", stderr(&output));
    assert_eq!(plimsoll("", &[]).status.code(), Some(2));
}

#[test]
fn mistakes_of_every_layer_are_told_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.toml");
    fs::write(&path, "[notify]\ninitial = 1\n").unwrap();
    let path = path.to_str().unwrap();
    let environment = [("PLIMSOLL_CONFIG", path), ("PLIMSOLL_LOG_FROMAT", "json")];
    for command in ["run", "demo --once"] {
        let output = plimsoll(&format!("{command} --serve-listen 0.0.0.0:1"), &environment);
        assert_eq!(output.status.code(), Some(2));
        let said = stderr(&output);
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 4, "{said}");
        assert_eq!(lines[0], "error: the settings are refused");
        assert_eq!(lines[1], format!("  {path}:2:11: `notify.initial` expects true or false, found 1"));
        assert!(
            lines[2]
                .starts_with("  PLIMSOLL_LOG_FROMAT: unknown variable; did you mean `PLIMSOLL_LOG_FORMAT`")
        );
        assert!(lines[3].starts_with("  --serve-listen: `serve.listen` is beyond loopback"));
    }
}

#[test]
fn flag_names_the_file_before_the_environment_does() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("p.toml");
    fs::write(&path, "x = 1\n").unwrap();
    let output = plimsoll(&format!("run --config {}", path.display()), &[("PLIMSOLL_CONFIG", "/nowhere")]);
    assert!(stderr(&output).contains("p.toml:1:1: unknown setting `x`"), "{}", stderr(&output));
}

#[test]
fn unreadable_file_is_named() {
    let output = plimsoll("run --config /nowhere/p.toml", &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).starts_with("error: failed to read the configuration /nowhere/p.toml\n  "));
}
