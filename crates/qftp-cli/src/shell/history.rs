//! The lines of earlier sessions, in a file that only its owner reads.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::state;

/// The file, where there is a place for one.
pub(super) struct History(Option<PathBuf>);

impl History {
    /// Lines that are kept.
    pub(super) const MOST: usize = 1000;

    /// The file, and the lines that it has.
    pub(super) fn load() -> (Self, Vec<String>) {
        let path = state::folder().map(|folder| folder.join("history"));
        // A history is a comfort: without one the shell works as well.
        let text = path.as_ref().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let kept = lines.get(lines.len().saturating_sub(Self::MOST)..).unwrap_or_default().to_vec();
        let history = Self(path);
        if kept.len() < lines.len() {
            let _ = history.write(&kept, true);
        }
        (history, kept)
    }

    /// Keeps a line; not one that may hold a login.
    pub(super) fn add(&self, line: &str) {
        if !holds_login(line) {
            let _ = self.write(&[line.to_owned()], false);
        }
    }

    fn write(&self, lines: &[String], anew: bool) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap_or(Path::new("/")))?;
        let mut options = fs::OpenOptions::new();
        options.create(true).append(!anew).write(true).truncate(anew).mode(0o600);
        options.open(path)?.write_all(format!("{}\n", lines.join("\n")).as_bytes())
    }
}

/// A URL with a login, as in `!curl ftp://me:secret@host/`, or a word about passwords.
fn holds_login(line: &str) -> bool {
    let url = line
        .split_whitespace()
        .any(|word| word.split_once("://").is_some_and(|(_, rest)| rest.contains('@')));
    url || line.to_lowercase().contains("passw")
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
