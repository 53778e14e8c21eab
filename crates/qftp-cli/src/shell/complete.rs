//! What Tab completes: commands, their options, names on the server and names here.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use qftp_core::listing::Kind;
use rustyline::completion::Pair;

use super::command::{Line, Takes, takes};
use super::here::home;
use super::patterns::no_option;
use super::session::Shell;
use super::words::{Word, escape, words};
use crate::output::printable;

/// What a word may become, and whether it is a folder, after which one goes on.
type Candidate = (String, bool);

/// Where the replaced part of the line begins, and what may stand there.
pub(super) fn candidates(shell: &mut Shell<'_, '_, '_, '_>, line: &str) -> (usize, Vec<Pair>) {
    let mut all = words(line);
    if line.ends_with(char::is_whitespace) && !line.ends_with("\\ ") || all.is_empty() {
        all.push(Word::at(line.len()));
    }
    let Some((word, before)) = all.split_last() else { return (line.len(), Vec::new()) };
    let found = match before.first() {
        None => starting(&word.text, command_names()),
        Some(first) => arguments(shell, &first.text, &before[1..], &word.text),
    };
    // A name that a terminal would act on is not put on its line.
    let found = found.into_iter().filter(|(text, _)| printable(text) == *text && !text.contains('\n'));
    let pair = |(text, is_folder): Candidate| Pair {
        display: text.trim_end_matches('/').rsplit('/').next().map_or_else(
            || text.clone(),
            |name| if is_folder { format!("{name}/") } else { name.to_owned() },
        ),
        // A folder is gone on with; anything else is done with.
        replacement: if is_folder { escape(&text) } else { format!("{} ", escape(&text)) },
    };
    (word.start, found.map(pair).collect())
}

fn arguments(
    shell: &mut Shell<'_, '_, '_, '_>,
    command: &str,
    before: &[Word],
    text: &str,
) -> Vec<Candidate> {
    if command == "help" {
        return starting(text, command_names());
    }
    if text.starts_with('-') {
        return starting(text, options(command));
    }
    let place = before.iter().filter(|word| !word.text.starts_with('-')).count();
    let reverse = before.iter().any(|word| matches!(word.text.as_str(), "-R" | "--reverse"));
    match takes(command, place, reverse) {
        Takes::Remote => remote(shell, text, false),
        Takes::RemoteFolder => remote(shell, text, true),
        Takes::Local => local(text),
        Takes::Nothing => Vec::new(),
    }
}

fn remote(shell: &mut Shell<'_, '_, '_, '_>, text: &str, folders: bool) -> Vec<Candidate> {
    let (folder, start) = text.rfind('/').map_or(("", text), |at| text.split_at(at + 1));
    let items = shell.items(folder);
    let matching = items.iter().filter(|item| item.name.starts_with(start));
    let wanted = matching.filter(|item| !folders || matches!(item.kind, Kind::Dir | Kind::Link));
    wanted
        .map(|item| {
            let is_folder = item.kind == Kind::Dir;
            let slash = if is_folder { "/" } else { "" };
            (no_option(format!("{folder}{}{slash}", item.name)), is_folder)
        })
        .collect()
}

fn local(text: &str) -> Vec<Candidate> {
    let (folder, start) = text.rfind('/').map_or(("", text), |at| text.split_at(at + 1));
    let path = if folder.is_empty() { Path::new(".").to_owned() } else { home(Path::new(folder)) };
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut found: Vec<Candidate> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let is_folder = entry.path().is_dir();
            let shows = name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
            let slash = if is_folder { "/" } else { "" };
            shows.then(|| (no_option(format!("{folder}{name}{slash}")), is_folder))
        })
        .collect();
    found.sort();
    found
}

fn command_names() -> Vec<String> {
    let line = Line::command();
    let names = line.get_subcommands().map(|command| command.get_name().to_owned());
    names.chain(["help".to_owned()]).collect()
}

fn options(command: &str) -> Vec<String> {
    let line = Line::command();
    let command = line.find_subcommand(command).into_iter();
    command
        .flat_map(clap::Command::get_opts)
        .filter_map(|option| option.get_long())
        .map(|name| format!("--{name}"))
        .collect()
}

fn starting(text: &str, names: Vec<String>) -> Vec<Candidate> {
    names.into_iter().filter(|name| name.starts_with(text)).map(|name| (name, false)).collect()
}
