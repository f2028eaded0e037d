//! Which files the paths on a command line mean.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::problem::Problem;

/// Where manifests are read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// What a path on the command line means, where it is no directory.
    pub(super) fn of(path: &Path) -> Self {
        if path == Path::new(STDIN) { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// How reports call it.
    pub(super) fn name(&self) -> Arc<str> {
        match self {
            Self::Stdin => "stdin".into(),
            Self::File(path) => path.display().to_string().into(),
        }
    }

    /// What it holds, or the beginning of it where that is more than `bytes_max`.
    pub(super) fn read_bytes(&self, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self {
            Self::Stdin => io::stdin().lock().take(bytes_max).read_to_end(&mut bytes)?,
            Self::File(path) => {
                let file = File::open(path)?;
                // Long files are not to be moved about while they grow in memory.
                let length = file.metadata()?.len().min(bytes_max);
                bytes.reserve_exact(usize::try_from(length).unwrap_or_default() + 1);
                file.take(bytes_max).read_to_end(&mut bytes)?
            }
        };
        Ok(bytes)
    }
}

/// What the path of the standard input is.
const STDIN: &str = "-";

/// What the names of files end in that are read where a directory was named.
const EXTENSIONS: [&str; 3] = ["yaml", "yml", "json"];

/// How deep directories may lie in directories.
const DEPTH_MAX: usize = 32;

/// How many files are read at most.
const FILES_MAX: usize = 100_000;

/// The files that the paths name, and those of the directories among them, in the order of names. Each is there once,
/// however many paths and symbolic links lead to it, so that a link that leads back ends there.
pub(super) fn walk(paths: &[PathBuf], problems: &mut Vec<Problem>) -> Vec<Source> {
    let mut walk = Walk { sources: Vec::new(), seen: HashSet::new(), problems };
    for path in paths {
        walk.enter(path);
    }
    walk.sources
}

struct Walk<'p> {
    sources: Vec<Source>,
    /// The true paths of the files and directories that were entered.
    seen: HashSet<PathBuf>,
    problems: &'p mut Vec<Problem>,
}

impl Walk<'_> {
    fn enter(&mut self, path: &Path) {
        if Source::of(path) == Source::Stdin {
            if self.seen.insert(path.to_owned()) {
                self.sources.push(Source::Stdin);
            }
            return;
        }
        let before = self.sources.len();
        match fs::metadata(path) {
            Err(error) => self.refuse(path, &error),
            Ok(metadata) if metadata.is_dir() => {
                let known = self.seen.len();
                self.enter_directory(path, DEPTH_MAX);
                if self.sources.len() == before && self.seen.len() > known {
                    let none = "the directory holds no file that ends in .yaml, .yml or .json";
                    self.problems.push(Problem::of_path(path, none));
                }
            }
            Ok(_) => self.enter_file(path),
        }
    }

    fn enter_directory(&mut self, path: &Path, depth_left: usize) {
        if depth_left == 0 {
            let message = format!("directories are read to {DEPTH_MAX} in depth");
            return self.problems.push(Problem::of_path(path, message));
        }
        if !self.is_new(path) {
            return;
        }
        let names = match entries(path) {
            Ok(names) => names,
            Err(error) => return self.refuse(path, &error),
        };
        for entry in names {
            match fs::metadata(&entry) {
                Ok(metadata) if metadata.is_dir() => self.enter_directory(&entry, depth_left - 1),
                Ok(metadata) if is_manifest(&entry) && metadata.is_file() => self.enter_file(&entry),
                Ok(_) if is_manifest(&entry) => {
                    // A pipe or a device may have no end; whoever means it names it.
                    self.problems.push(Problem::of_path(&entry, "it is no regular file, and is not read"));
                }
                Err(error) if is_manifest(&entry) => self.refuse(&entry, &error),
                Ok(_) | Err(_) => {}
            }
        }
    }

    fn enter_file(&mut self, path: &Path) {
        if self.sources.len() == FILES_MAX {
            let message = format!("no more than {FILES_MAX} files are read");
            return self.problems.push(Problem::of_path(path, message));
        }
        if self.is_new(path) {
            self.sources.push(Source::File(path.to_owned()));
        }
    }

    /// Whether nothing led to it before. What has no true path, as a pipe of the shell has none, is new.
    fn is_new(&mut self, path: &Path) -> bool {
        fs::canonicalize(path).map_or(true, |it| self.seen.insert(it))
    }

    fn refuse(&mut self, path: &Path, error: &io::Error) {
        self.problems.push(Problem::of_path(path, format!("failed to read: {error}")));
    }
}

/// What lies in a directory, but for hidden entries: version control and the workings of mounted `ConfigMap`s are
/// hidden that way.
fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !entry.file_name().as_encoded_bytes().starts_with(b".") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

fn is_manifest(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str()).map(str::to_ascii_lowercase);
    extension.is_some_and(|it| EXTENSIONS.contains(&it.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(root: &Path, paths: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut problems = Vec::new();
        let paths: Vec<PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let short = |text: String| text.replace(root.to_str().unwrap(), "");
        let sources = walk(&paths, &mut problems).into_iter().map(|source| match source {
            Source::Stdin => "-".to_owned(),
            Source::File(path) => short(path.display().to_string()),
        });
        (sources.collect(), problems.iter().map(|it| short(it.to_string())).collect())
    }

    #[test]
    fn directories_are_read_in_order_and_once() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        for path in ["b/deep", ".hidden", "empty"] {
            fs::create_dir_all(root.join(path)).unwrap();
        }
        for path in ["b/deep/x.YML", "b/a.json", "z.yaml", "notes.txt", ".hidden/h.yaml", "a.yml"] {
            fs::write(root.join(path), "").unwrap();
        }
        std::os::unix::fs::symlink(root, root.join("b/loop")).unwrap();
        std::os::unix::fs::symlink(root.join("gone"), root.join("b/broken.yaml")).unwrap();
        let (files, problems) = walked(root, &["", "z.yaml"]);
        assert_eq!(files, ["/a.yml", "/b/a.json", "/b/deep/x.YML", "/z.yaml"]);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].starts_with("/b/broken.yaml: failed to read: "));
        assert_eq!(walked(root, &["notes.txt", "notes.txt"]).0, ["/notes.txt"]);
        assert_eq!(walked(root, &["z.yaml", "z.yaml/x", "empty"]).1.len(), 2);
    }

    #[test]
    fn only_regular_files_of_a_directory_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("socket.yaml")).unwrap();
        fs::write(root.join("notes"), "").unwrap();
        for (to, link) in [("/dev/zero", "device.yaml"), ("notes", "link.yaml")] {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        let (files, problems) = walked(root, &[""]);
        assert_eq!(files, ["/link.yaml"]);
        let left_out = |name| format!("/{name}.yaml: it is no regular file, and is not read");
        assert_eq!(problems, ["device", "socket"].map(left_out));
        assert_eq!(walked(root, &["device.yaml"]), (vec!["/device.yaml".to_owned()], vec![]));
    }

    #[test]
    fn directories_have_a_depth() {
        let dir = tempfile::tempdir().unwrap();
        let deep = |depth: usize| dir.path().join("d/".repeat(depth));
        fs::create_dir_all(deep(DEPTH_MAX)).unwrap();
        fs::write(deep(DEPTH_MAX - 1).join("a.yaml"), "").unwrap();
        fs::write(deep(DEPTH_MAX).join("b.yaml"), "").unwrap();
        let (files, problems) = walked(dir.path(), &[""]);
        assert_eq!(files.len(), 1);
        assert!(problems[0].ends_with("directories are read to 32 in depth"), "{problems:?}");
    }
}
