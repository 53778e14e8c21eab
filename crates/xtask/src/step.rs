//! A step: a name, and something that can fail.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::root;

/// One step of a task.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: fn() -> Result<(), Failure>,
}

/// Why a step failed, with the exit code to hand on.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) what: String,
    pub(crate) code: u8,
}

impl Failure {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), code: 1 }
    }

    /// What the system said about a file.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

/// Runs the steps in order (only those named, if any are), each with its name and its time; stops at the first that fails.
pub(crate) fn run(steps: &[Step], only: &[&str]) -> Result<(), Failure> {
    if let Some(unknown) = only.iter().find(|name| !steps.iter().any(|step| step.name == **name)) {
        let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
        return Err(Failure {
            what: format!("no step `{unknown}`; there are: {}", names.join(", ")),
            code: 2,
        });
    }
    let start = Instant::now();
    let chosen = steps.iter().filter(|step| only.is_empty() || only.contains(&step.name));
    let mut count = 0;
    for step in chosen {
        println!("\n=== {}: {}", step.name, step.about);
        let began = Instant::now();
        let outcome = (step.run)();
        let seconds = began.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => println!("=== {}: ok, {seconds:.1} s", step.name),
            Err(failure) => {
                println!("=== {}: FAILED after {seconds:.1} s", step.name);
                return Err(Failure { what: format!("step {}: {}", step.name, failure.what), ..failure });
            }
        }
        count += 1;
    }
    println!("\nxtask: all passed: {count} steps in {:.0} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// The command, in the workspace's folder.
pub(crate) fn command(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root::workspace());
    command
}

/// This cargo. Whatever it builds uses the system's OpenSSL, which the step `install` brings: building our own takes minutes.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
    cargo.env("OPENSSL_NO_VENDOR", "1");
    cargo
}

/// Shows the command, runs it, and wants success.
pub(crate) fn must(command: &mut Command) -> Result<(), Failure> {
    let shown = show(command);
    println!("$ {shown}");
    let status = command.status().map_err(|error| Failure::new(format!("cannot run `{shown}`: {error}")))?;
    if status.success() {
        return Ok(());
    }
    let code = status.code().and_then(|code| u8::try_from(code).ok()).filter(|code| *code != 0).unwrap_or(1);
    Err(Failure { what: format!("`{shown}`: {status}"), code })
}

/// Whether the command can be run and says success; its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn show(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut text = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
