//! `cargo xtask install-cli`: the program, its man pages, and its completions where shells look for them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::prefix::Prefix;
use crate::root;
use crate::step::{Failure, command, must};

/// Where each shell finds the completions of a program.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/qftp"),
    ("zsh", "share/zsh/site-functions/_qftp"),
    ("fish", "share/fish/vendor_completions.d/qftp.fish"),
];

/// Builds the program and installs all of it under `--prefix`, below `DESTDIR` where that is set.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let prefix = Prefix::read("install-cli", arguments)?;
    // Not by our `cargo`, which takes the system's OpenSSL: whoever installs says which by features.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let build = ["build", "--package", "qftp-cli", "--profile", prefix.profile];
    must(command(cargo, &build).args(["--features", prefix.features]))?;
    let program = root::target().join(prefix.built()).join("qftp");
    let place = prefix.place("bin/qftp")?;
    // A program that runs is not written over but replaced.
    let fresh = place.with_extension("new");
    fs::copy(&program, &fresh).map_err(|error| Failure::file(&program, &error))?;
    fs::rename(&fresh, &place).map_err(|error| Failure::file(&place, &error))?;
    let pages = prefix.place("share/man/man1/qftp.1")?;
    let folder = pages.parent().unwrap_or(&pages);
    must(Command::new(&program).arg("man").arg(folder))?;
    for (shell, path) in COMPLETIONS {
        let script = output(&program, &["completions", shell])?;
        let path = prefix.place(path)?;
        fs::write(&path, script).map_err(|error| Failure::file(&path, &error))?;
    }
    Ok(())
}

/// What the program prints.
fn output(program: &Path, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let output =
        Command::new(program).args(arguments).output().map_err(|error| Failure::file(program, &error))?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => Err(Failure::new(String::from_utf8_lossy(&output.stderr))),
    }
}
