//! The flags of the settings, made from the table of settings, and the reading of what they are laid over.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};

use super::failure::Failure;
use crate::config::{CONFIG_VARIABLE, Config, Setting, Shape, Sources, load, settings};

const CONFIG: &str = "config";

/// The settings that flags gave. Flatten it into a command that reads settings.
#[derive(Debug, Default)]
pub(super) struct Settings {
    file: Option<PathBuf>,
    flags: Vec<(&'static Setting, Vec<String>)>,
}

impl Settings {
    /// Those of a file, where one is named, and of what lies above it.
    pub(super) fn of_file(file: Option<PathBuf>) -> Self {
        Self { file, flags: Vec::new() }
    }

    /// The configuration, with `environment` and the file below the flags. A mistake is one of usage.
    pub(super) fn load(self, environment: Vec<(OsString, OsString)>) -> Result<Config, Failure> {
        let file =
            self.file.or_else(|| file_of(&environment)).map(read).transpose().map_err(Failure::usage)?;
        load(&Sources { file, environment, flags: self.flags })
            .context("the settings are refused")
            .map_err(Failure::usage)
    }
}

fn file_of(environment: &[(OsString, OsString)]) -> Option<PathBuf> {
    let (_, path) = environment.iter().find(|(name, _)| name == CONFIG_VARIABLE)?;
    // An empty variable is how shells and manifests take one back.
    Some(path).filter(|path| !path.is_empty()).map(PathBuf::from)
}

fn read(path: PathBuf) -> anyhow::Result<(String, String)> {
    let name = path.display().to_string();
    let text =
        fs::read_to_string(path).with_context(|| format!("failed to read the configuration {name}"))?;
    Ok((name, text))
}

/// The file, and flags for the settings that are wanted.
fn augment(command: Command, wanted: fn(&Setting) -> bool) -> Command {
    let file = Arg::new(CONFIG)
        .long(CONFIG)
        .value_name("PATH")
        .value_parser(value_parser!(PathBuf))
        .help(format!("The configuration file, in TOML [env: {CONFIG_VARIABLE}]"));
    command.arg(file).args(settings().iter().filter(|it| wanted(it)).map(flag))
}

impl Args for Settings {
    fn augment_args(command: Command) -> Command {
        augment(command, |_| true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Settings {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &'static Setting| {
            // A command may have flags for some of the settings alone.
            let texts = matches.try_get_many::<String>(&setting.flag).ok()??;
            Some((setting, texts.cloned().collect()))
        };
        let file = matches.get_one(CONFIG).cloned();
        Ok(Self { file, flags: settings().iter().filter_map(given).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// The settings by which a cluster is found, named and watched. Flatten it into a command that looks at a cluster.
#[derive(Debug, Default)]
pub(super) struct Connection(Settings);

/// The sections of such settings, with that of the cluster's name.
const CONNECTION: [&str; 3] = ["", "kube", "watch"];

impl Connection {
    pub(super) fn load(self, environment: Vec<(OsString, OsString)>) -> Result<Config, Failure> {
        self.0.load(environment)
    }
}

impl Args for Connection {
    fn augment_args(command: Command) -> Command {
        augment(command, |setting| CONNECTION.contains(&setting.section.as_str()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Connection {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Settings::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0.update_from_arg_matches(matches)
    }
}

/// The flag of `setting`. It takes any text: what a value must be is judged together with all the other layers, so that
/// every mistake is told at once.
fn flag(setting: &'static Setting) -> Arg {
    let arg = Arg::new(setting.flag.as_str())
        .long(setting.flag.as_str())
        .help_heading(heading(setting))
        .help(summary(&setting.doc))
        .long_help(format!(
            "{}\n\n[default: {}] [values: {}] [env: {}]",
            setting.doc, setting.default, setting.shape, setting.variable
        ));
    match setting.shape {
        Shape::Text => arg.value_name("TEXT"),
        Shape::Word(_) => arg.value_name("WORD"),
        Shape::List => arg.value_name("LIST").action(ArgAction::Append),
        Shape::Number(_) => arg.value_name("NUMBER").allow_negative_numbers(true),
        Shape::Switch => {
            arg.value_name("BOOL").num_args(0..=1).require_equals(true).default_missing_value("true")
        }
    }
}

fn heading(setting: &'static Setting) -> &'static str {
    if setting.section.is_empty() { "Settings" } else { setting.section.as_str() }
}

/// The first sentence.
fn summary(doc: &str) -> String {
    doc.split_once(". ").map_or(doc, |(first, _)| first).trim_end_matches('.').to_owned()
}
