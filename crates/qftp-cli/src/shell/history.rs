//! The lines of earlier sessions, in a file that only its owner reads.

use std::env;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rustyline::history::FileHistory;
use rustyline::{Editor, Helper};

/// The file, where there is a place for one.
pub(super) struct History(Option<PathBuf>);

impl History {
    /// Lines that are kept.
    pub(super) const MOST: usize = 1000;

    /// Reads what there is. A history is a comfort: without one the shell works as well.
    pub(super) fn load<H: Helper>(editor: &mut Editor<H, FileHistory>) -> Self {
        let path = path();
        if let Some(path) = &path {
            let _ = editor.load_history(path);
        }
        Self(path)
    }

    /// Keeps a line, unless it may hold a login.
    pub(super) fn add<H: Helper>(&self, editor: &mut Editor<H, FileHistory>, line: &str) {
        if holds_login(line) || !editor.add_history_entry(line).unwrap_or(false) {
            return;
        }
        let Some(path) = &self.0 else { return };
        let folder = path.parent().unwrap_or(Path::new("/"));
        let _ = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        if editor.append_history(path).is_ok() {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(0o600));
        }
    }
}

/// A URL with a login, as in `!curl ftp://me:secret@host/`, or a word about passwords.
fn holds_login(line: &str) -> bool {
    let url = line
        .split_whitespace()
        .any(|word| word.split_once("://").is_some_and(|(_, rest)| rest.contains('@')));
    url || line.to_lowercase().contains("passw")
}

/// `$XDG_STATE_HOME/qftp/history`, or `~/.local/state/qftp/history`.
fn path() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_STATE_HOME").filter(|folder| Path::new(folder).is_absolute()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()?.join(".local/state"),
    };
    Some(folder.join("qftp").join("history"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_not_kept() {
        for line in ["!curl ftp://me:secret@host/x", "!export QFTP_PASSWORD=x", "!curl -u me --passwd x"] {
            assert!(holds_login(line), "{line}");
        }
        for line in ["get a@b", "!wget ftp://host/x", "mget *.bin"] {
            assert!(!holds_login(line), "{line}");
        }
    }
}
