//! Where the program keeps what a later run wants to know.

use std::env;
use std::path::{Path, PathBuf};

/// `$XDG_STATE_HOME/qftp`, or `~/.local/state/qftp`; `None` where there is no home.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_STATE_HOME").filter(|folder| Path::new(folder).is_absolute()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()?.join(".local/state"),
    };
    Some(folder.join("qftp"))
}
