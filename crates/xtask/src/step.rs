//! A step: a name, what it needs, and something that can fail; and the commands that steps are made of.

use std::ffi::OsStr;
use std::fmt;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::need::{Need, OPENSSL};
use crate::root;

/// One step of a task.
pub(crate) struct Step {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// The steps whose work this one stands on.
    pub(crate) after: &'static [&'static str],
    pub(crate) needs: &'static [Need],
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

/// The command, in the workspace's folder.
pub(crate) fn command(program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root::workspace());
    command
}

/// This cargo. Whatever it builds uses the system's OpenSSL, which the step `install` brings: building our own takes minutes.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments);
    systems_openssl(&mut cargo);
    cargo
}

/// Has a build take the system's OpenSSL, where there is one.
pub(crate) fn systems_openssl(command: &mut Command) -> &mut Command {
    if OPENSSL.missing().is_empty() { command.env("OPENSSL_NO_VENDOR", "1") } else { command }
}

/// This cargo, for a package that is no part of the workspace and builds below its own name in the target folder.
pub(crate) fn cargo_in(package: &str, arguments: &[&str]) -> Command {
    let mut cargo = cargo(arguments);
    cargo.arg("--manifest-path").arg(root::workspace().join(package).join("Cargo.toml"));
    let name = package.rsplit('/').next().unwrap_or(package);
    cargo.env("CARGO_TARGET_DIR", root::target().join(name));
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
