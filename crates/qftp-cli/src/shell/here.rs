//! This machine: its folders and its commands.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::exit::Problem;

/// A command of this machine.
pub(super) fn run(command: &mut Command) -> Result<(), Problem> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| Problem::failed(format!("{name}: {error}")))?;
    if status.success() { Ok(()) } else { Err(Problem::failed(format!("the command ended with {status}"))) }
}

/// Changes the local folder.
pub(super) fn lcd(folder: Option<PathBuf>) -> Result<(), Problem> {
    let folder = home(folder.as_deref().unwrap_or(Path::new("~")));
    env::set_current_dir(&folder).map_err(|error| Problem::local(&folder, &error))
}

/// A local path whose `~` is the user's home.
pub(super) fn home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
