//! Uploads that lost bytes on the line: what of them is good, remembered beyond the call that lost them.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use qftp_core::session::Login;

use crate::local::number_of;

/// A file on a server.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Doubt {
    server: (String, u16),
    user: String,
    folder: String,
    name: String,
}

impl Doubt {
    pub(super) fn new(login: &Login<'_>, folder: &str, name: &str) -> Self {
        Self {
            server: (login.host.to_owned(), login.port),
            user: login.user.expose().to_owned(),
            folder: folder.to_owned(),
            name: name.to_owned(),
        }
    }

    /// Its note for other processes: a number stands for all of it.
    fn note(&self, notes: &Path) -> PathBuf {
        let port = self.server.1.to_string();
        let parts = [&self.server.0, &port, &self.user, &self.folder, &self.name];
        notes.join(format!("{:016x}", number_of(&parts.map(String::as_bytes))))
    }
}

/// How many bytes at most of such files are good.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    known: BTreeMap<Doubt, u64>,
    /// Where other processes find it: a folder with a note a file.
    pub(super) notes: Option<PathBuf>,
}

impl Doubts {
    pub(super) fn get(&self, file: &Doubt) -> Option<u64> {
        self.known.get(file).copied().or_else(|| {
            let note = fs::read_to_string(file.note(self.notes.as_deref()?)).ok()?;
            // A note that was cut off says at the least that there is a doubt.
            Some(note.trim_end().parse().unwrap_or(0))
        })
    }

    /// `None`: the file is whole, or what the server has of it is as good as any.
    ///
    /// # Errors
    /// Those of the notes; this process knows it all the same.
    pub(super) fn set(&mut self, file: Doubt, good: Option<u64>) -> io::Result<()> {
        let note = self.notes.as_ref().map(|notes| file.note(notes));
        match good {
            Some(good) => {
                self.known.insert(file, good);
                note.map_or(Ok(()), |note| write(&note, good))
            }
            None => {
                self.known.remove(&file);
                note.filter(|note| note.exists()).map_or(Ok(()), fs::remove_file)
            }
        }
    }
}

fn write(note: &Path, good: u64) -> io::Result<()> {
    fs::create_dir_all(note.parent().unwrap_or(note))?;
    fs::write(note, format!("{good}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_doubt_outlives_its_client() {
        let folder = tempfile::tempdir().expect("a folder");
        let notes = Some(folder.path().join("uploads"));
        let client = || Doubts { notes: notes.clone(), ..Doubts::default() };
        let file = |name| Doubt::new(&Login::new("server"), "logs", name);
        let mut first = client();
        assert_eq!(first.get(&file("a")), None);
        first.set(file("b"), None).expect("there is no note to remove");
        first.set(file("a"), Some(744)).expect("noted");
        assert_eq!((first.get(&file("a")), client().get(&file("a"))), (Some(744), Some(744)));
        assert_eq!(client().get(&file("b")), None);
        let note = file("a").note(notes.as_deref().expect("there"));
        fs::write(note, "").expect("cut off");
        assert_eq!(client().get(&file("a")), Some(0));
        client().set(file("a"), None).expect("removed");
        assert_eq!(client().get(&file("a")), None);
    }
}
