//! What the image holds. No container engine is at hand, so that the image itself is not built: what it copies is looked
//! for, and what it runs is run, as a user without rights, with nothing else there.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::objects::run;
use super::repository;

/// The user that the image names.
const USER: &str = "65532:65532";

const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {hostNetwork: true, containers: [{name: web, image: web}]}}";

#[test]
fn the_program_runs_with_what_the_image_holds_and_nothing_else() {
    let folder = TempDir::with_prefix("plimsoll-e2e-").expect("a temporary folder can be made");
    let image = folder.path().join("image").display().to_string();
    let laid_out = Command::new(repository("deploy/image-root"))
        .args([env!("CARGO_BIN_EXE_plimsoll"), &image])
        .status()
        .expect("it can be started");
    assert!(laid_out.success(), "{laid_out}");
    fs::write(folder.path().join("image/pod.yaml"), POD).expect("it can be written");

    let (status, told) = inside(&image, &["--version"]);
    assert_eq!((status, told.trim()), (Some(0), concat!("plimsoll ", env!("CARGO_PKG_VERSION"))));
    let (status, told) = inside(&image, &["check", "/pod.yaml"]);
    assert!(status == Some(1) && told.contains("pod-security/host-namespaces"), "{status:?}: {told}");
    assert!(!folder.path().join("image/bin/sh").exists(), "there is a shell");
}

/// Runs the program where the folder is all that there is, and gives its exit status and what it prints.
fn inside(image: &str, args: &[&str]) -> (Option<i32>, String) {
    let is_root = run("id", &["-u"]).expect("everybody has a number").trim() == "0";
    let mut command = if is_root {
        let mut command = Command::new("chroot");
        command.arg(format!("--userspec={USER}"));
        command
    } else {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "chroot"]);
        command
    };
    let output = command.arg(image).arg("/usr/bin/plimsoll").args(args).output();
    let output = output.expect("it can be started");
    let printed = String::from_utf8([output.stdout, output.stderr].concat()).expect("it prints UTF-8");
    (output.status.code(), printed)
}

#[test]
fn all_that_the_image_is_built_from_is_there_and_let_through() {
    let dockerfile = read("deploy/Dockerfile");
    let let_through = read(".dockerignore");
    let let_through: Vec<&str> = let_through.lines().filter_map(|line| line.strip_prefix('!')).collect();
    let mut sources = Vec::new();
    for line in dockerfile.lines().filter(|line| line.starts_with("COPY ") && !line.contains("--from=")) {
        let words: Vec<&str> = line.split_whitespace().skip(1).collect();
        sources.extend(words[..words.len() - 1].iter().map(|it| (*it).to_owned()));
    }
    assert!(sources.len() > 5, "{sources:?}");
    for source in &sources {
        assert!(repository(source).exists(), "{source} is not there");
        assert!(let_through.contains(&source.as_str()), "{source} is not let through");
    }
    // Whatever the program takes in when it is built is among it.
    for include in ["config.toml", "src/baseline/hardened.yaml", "src/rbac/bootstrap.yaml"] {
        assert!(sources.iter().any(|it| include.starts_with(it.as_str())), "{include} is not copied");
    }
    assert!(dockerfile.contains(&format!("\nUSER {USER}\n")), "it names no user");
}

fn read(path: &str) -> String {
    fs::read_to_string(repository(path)).expect("it can be read")
}
