//! What `--help` and the man pages say beyond the definition of the command line: a screen for each command, with an example at its end.

use clap::{Args as _, Command, CommandFactory as _};

use crate::args::{Cli, EVERY, Options};

/// An example of each command.
const EXAMPLES: &[(&str, &str)] = &[
    ("", "qftp --port /dev/ttyUSB2 --apn internet put log.bin ftp://me@ftp.example.com/logs/"),
    ("demo", "qftp demo --size 100k --baud 921600"),
    ("emulate", "qftp emulate --pty /tmp/module --profile ec200s --fault control-lost=1000"),
    ("serve", "qftp serve site --listen 127.0.0.1:2121"),
    ("monitor", "qftp monitor --pty /tmp/module"),
    ("put", "qftp put big.bin ftp://me@ftp.example.com/logs/ --resume --retries 10 --report put.html"),
    ("get", "qftp get ftp://me@ftp.example.com/firmware.bin --resume --retries 10 --verify"),
    ("ls", "qftp ls ftp://me@ftp.example.com/logs"),
    ("tree", "qftp tree -L 2 ftp://me@ftp.example.com/"),
    ("cat", "qftp cat ftp://me@ftp.example.com/logs/today.txt | grep error"),
    (
        "sync",
        "qftp sync /var/log/station ftp://me@ftp.example.com/station --exclude '*.tmp' --delete --dry-run",
    ),
    ("shell", "qftp shell ftp://me@ftp.example.com/logs"),
    ("mkdir", "qftp mkdir ftp://me@ftp.example.com/logs/2026"),
    ("rmdir", "qftp rmdir ftp://me@ftp.example.com/logs/2025"),
    ("rm", "qftp rm ftp://me@ftp.example.com/logs/old.bin"),
    ("mv", "qftp mv ftp://me@ftp.example.com/logs/new.bin today.bin"),
    ("size", "qftp size ftp://me@ftp.example.com/logs/log.bin"),
    ("mtime", "qftp mtime ftp://me@ftp.example.com/logs/log.bin"),
    ("module", "qftp --port /dev/ttyUSB2 module info"),
    ("module info", "qftp --port /dev/ttyUSB2 module info"),
    ("module files", "qftp --port /dev/ttyUSB2 module files 'RAM:*'"),
    ("module push", "qftp --port /dev/ttyUSB2 module push ca.pem UFS:ca.pem"),
    ("module pull", "qftp --port /dev/ttyUSB2 module pull UFS:log.bin"),
    ("module rm", "qftp --port /dev/ttyUSB2 module rm UFS:ca.pem"),
    ("doctor", "qftp --port /dev/ttyUSB2 --apn internet doctor ftp://me@ftp.example.com/"),
    ("survey", "qftp --port /dev/ttyUSB2 --apn internet survey ftp://me@ftp.example.com/ --html survey.html"),
    ("explain", "qftp explain minicom.cap"),
    ("replay", "qftp replay broken.rec"),
    ("options", "qftp options"),
    ("completions", "qftp completions bash > ~/.local/share/bash-completion/completions/qftp"),
    ("man", "qftp man /usr/local/share/man/man1"),
];

/// The command line as its user meets it: the options of every command are told by one command alone.
pub(crate) fn command() -> Command {
    let command = finished(hidden(Cli::command()), "", true);
    // One screen: what the two options of its own do is known.
    command.override_usage("qftp [OPTIONS] COMMAND").help_template(
        "{about-with-newline}\n{usage-heading} {usage}\n\nCommands:\n{subcommands}{after-help}",
    )
}

/// The same for man pages, which have room: the first has the options of every command, each has its long text.
pub(crate) fn pages() -> Vec<Command> {
    let mut root = finished(Cli::command(), "", false);
    root.build();
    let mut others = finished(hidden(Cli::command()), "", false).disable_help_subcommand(true);
    others.build();
    let mut pages = vec![root];
    collect(&others, &mut pages);
    pages
}

fn collect(command: &Command, pages: &mut Vec<Command>) {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        pages.push(sub.clone());
        collect(sub, pages);
    }
}

/// The options that every command takes.
pub(crate) fn options() -> String {
    let command = Options::augment_args(Command::new("qftp")).disable_help_flag(true).max_term_width(100);
    command.help_template("{all-args}").render_help().to_string().trim().to_owned()
}

fn hidden(command: Command) -> Command {
    command.mut_args(|arg| if arg.get_help_heading() == Some(EVERY) { arg.hide(true) } else { arg })
}

/// With its example, and that of each command below it. A screen has no room for a line between any two options: what is told at length
/// comes after them.
fn finished(mut command: Command, path: &str, screen: bool) -> Command {
    let mut after = Vec::new();
    if screen && let Some(long) = command.get_long_about().map(ToString::to_string) {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        after.push(long.strip_prefix(&about).unwrap_or(&long).trim().to_owned());
        command = command.long_about(None::<&str>);
    }
    after.extend(command.get_after_help().map(ToString::to_string));
    if !path.is_empty() && path != "options" {
        after.push("`qftp options` tells the options that every command takes.".to_owned());
    }
    if let Some(example) = example(path) {
        after.push(format!("Example:\n  {example}"));
    }
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        let path = format!("{path} {name}").trim().to_owned();
        command = command.mut_subcommand(&name, |sub| finished(sub, &path, screen));
    }
    let limit = command.max_term_width(100);
    limit.after_help(after.join("\n\n"))
}

fn example(path: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(name, _)| *name == path).map(|(_, example)| *example)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(command: &Command, path: &str, see: &mut impl FnMut(&Command, &str)) {
        see(command, path);
        for sub in command.get_subcommands() {
            each(sub, format!("{path} {}", sub.get_name()).trim(), see);
        }
    }

    #[test]
    fn every_command_has_an_example_that_can_be_called() {
        each(&Cli::command(), "", &mut |_, path| {
            let example = example(path).unwrap_or_else(|| panic!("no example of `{path}`"));
            // What a shell would do.
            let call = example
                .split([' '])
                .take_while(|word| !matches!(*word, "|" | ">"))
                .map(|word| word.trim_matches('\''));
            let read = Cli::command().try_get_matches_from(call);
            assert!(
                read.is_ok(),
                "{example}: {}",
                read.err().map_or_else(String::new, |error| error.to_string())
            );
            assert!(
                path.is_empty() || example.contains(&format!(" {path}")),
                "{example} is none of `{path}`"
            );
        });
    }

    #[test]
    fn every_option_of_every_command_is_told() {
        let text = options();
        for arg in Options::augment_args(Command::new("x")).get_arguments() {
            let name = format!("--{}", arg.get_long().unwrap_or_default());
            assert!(text.contains(&name), "no {name} in {text}");
        }
    }
}
