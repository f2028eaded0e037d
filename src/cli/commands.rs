//! The page of every command and flag, made from the parser itself.

use std::fmt::Write;

use clap::{Arg, Command, CommandFactory};

use super::Cli;

const INTRODUCTION: &str = "# Commands

This page is made from the program: `plimsoll help COMMAND` says the same. The flags that are settings are described
in [settings.md](settings.md); of these only the names are told here.
";

/// docs/commands.md.
pub fn render_page() -> String {
    let mut program = Cli::command();
    program.build();
    let mut page = INTRODUCTION.to_owned();
    for command in program.get_subcommands() {
        put_command(&mut page, command);
    }
    page
}

fn put_command(page: &mut String, command: &Command) {
    if command.get_name() == "help" {
        return;
    }
    let name = command.get_bin_name().unwrap_or(command.get_name());
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
    put(page, &format!("\n## {name}\n\n{}\n\n```\n{usage}\n```\n", about.trim()));
    let (settings, own): (Vec<&Arg>, Vec<&Arg>) =
        command.get_arguments().filter(|it| it.get_id() != "help").partition(|it| is_setting(it));
    if !own.is_empty() {
        put(page, "\n| argument | meaning |\n|---|---|\n");
        for arg in own {
            put(page, &row(arg));
        }
    }
    if !settings.is_empty() {
        let names = settings.iter().map(|it| format!("`{}`", flag(it))).collect::<Vec<_>>().join(", ");
        put(page, &format!("\nSettings: {names}\n"));
    }
    for part in command.get_subcommands() {
        put_command(page, part);
    }
}

fn put(page: &mut String, text: &str) {
    page.write_str(text).expect("writing to a string cannot fail");
}

/// The flags of settings stand under headings, those of commands under none.
fn is_setting(arg: &Arg) -> bool {
    arg.get_help_heading().is_some()
}

fn row(arg: &Arg) -> String {
    let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let values = arg.get_possible_values();
    let values: Vec<_> = values.iter().map(|it| format!("`{}`", it.get_name())).collect();
    let values = match (arg.get_action().takes_values(), values.as_slice()) {
        (true, [_, ..]) => format!(": {}", values.join(", ")),
        _ => String::new(),
    };
    let default: Vec<_> = arg.get_default_values().iter().filter_map(|it| it.to_str()).collect();
    let default =
        if default.is_empty() { String::new() } else { format!(" (default: `{}`)", default.join(",")) };
    let text = format!("{help}{values}{default}").replace('|', "\\|");
    format!(
        "| `{}` | {} |\n",
        name(arg).replace('|', "\\|"),
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    )
}

/// The argument as it is written: a flag with what it takes, or the name of what stands by itself.
fn name(arg: &Arg) -> String {
    let values = || -> String {
        let names = arg.get_value_names().unwrap_or_default();
        names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    match (arg.is_positional(), arg.get_action().takes_values()) {
        (true, _) => values(),
        (false, true) => format!("{} {}", flag(arg), values()),
        (false, false) => flag(arg),
    }
}

fn flag(arg: &Arg) -> String {
    match (arg.get_long(), arg.get_short()) {
        (Some(long), Some(short)) => format!("-{short}, --{long}"),
        (Some(long), None) => format!("--{long}"),
        (None, Some(short)) => format!("-{short}"),
        (None, None) => arg.get_id().to_string(),
    }
}
