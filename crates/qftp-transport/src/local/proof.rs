//! What proves that a file that is not whole belongs to a remote file, and how much of it is good.
//!
//! It is a small text beside the file. Its length never changes, so that it is written over in
//! place, in one piece, also on a full disk.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};

use qftp_core::session::Login;

use super::system;

/// A remote file as a server tells it, to see later whether it is the same still.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// Bytes, where the server tells.
    pub size: Option<u64>,
    /// When it was last written, as MDTM tells it; `None` where the server does not.
    pub modified: Option<String>,
}

impl Version {
    /// Whether nothing says that these are two: what both know is the same.
    #[must_use]
    pub fn agrees(&self, other: &Self) -> bool {
        let differ = self.size.zip(other.size).is_some_and(|(own, other)| own != other);
        // A server may tell parts of a second, or not.
        let second =
            |text: &Option<String>| text.as_deref().map(|text| text.get(..14).unwrap_or(text).to_owned());
        let times = second(&self.modified).zip(second(&other.modified));
        !differ && times.is_none_or(|(own, other)| own == other)
    }

    /// Whether the server tells anything.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.size.is_some() || self.modified.is_some()
    }
}

/// Where a download comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Names the remote file: server, user and path, as in `ftp://user@host:21/path`. Never the
    /// password: it is written to the disk.
    pub url: String,
    /// Of the present file, where a listing has told it. Else the job asks for it.
    pub version: Version,
}

impl Origin {
    /// A file of which only its place is known.
    #[must_use]
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), version: Version::default() }
    }

    /// The file of this name in a folder of the server that is logged in to; the folder is as it is
    /// changed to.
    #[must_use]
    pub fn of(login: &Login<'_>, folder: &str, name: &str) -> Self {
        let (user, host, port) = (login.user.expose(), login.host, login.port);
        let slash = if folder.is_empty() || folder.ends_with('/') { "" } else { "/" };
        Self::new(format!("ftp://{user}@{host}:{port}/{folder}{slash}{name}"))
    }
}

/// The first line.
const TITLE: &str = "qftp partial download 1";
/// The longest text that is one.
const LONGEST: u64 = 8 << 10;

/// What is written of a file that is not whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The name that it gets.
    pub(super) name: Vec<u8>,
    pub(super) origin: Origin,
    /// Bytes at its beginning that the user has said to be of this file: what stood at the target.
    pub(super) claimed: u64,
    /// Bytes at its beginning that are good, as long as this machine has not started again.
    pub(super) good: u64,
    /// Of them, those that are surely on the disk.
    pub(super) synced: u64,
}

impl Facts {
    fn text(&self) -> String {
        let escaped = |bytes: &[u8]| bytes.escape_ascii().to_string();
        let Version { size, modified } = &self.origin.version;
        let size = size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        let modified = modified.as_deref().filter(|text| text.len() <= 32).unwrap_or("-");
        // Each number twice: a line that was written in part proves nothing.
        format!(
            "{TITLE}\nname {}\nfrom {}\nsize {size:>20}\nmodified {modified:>32}\nclaimed {2:020} {2:020}\n\
             good {3:020} {3:020}\nsynced {4:020} {4:020}\nboot {5:>36}\n",
            escaped(&self.name),
            escaped(self.origin.url.as_bytes()),
            self.claimed,
            self.good,
            self.synced,
            system::boot().unwrap_or_else(|| "-".to_owned()),
        )
    }

    /// `None` for what is no such text, or of another file.
    fn read(text: &str, name: &[u8], url: &str) -> Option<Self> {
        let mut lines = text.split_inclusive('\n');
        let mut value = |key: &str| lines.next()?.strip_suffix('\n')?.strip_prefix(key);
        value(TITLE).filter(|rest| rest.is_empty())?;
        let same = value("name ")? == name.escape_ascii().to_string()
            && value("from ")? == url.as_bytes().escape_ascii().to_string();
        let known = |text: &str| Some(text.trim()).filter(|text| *text != "-").map(str::to_owned);
        let size = known(value("size ")?).map(|digits| digits.parse()).transpose().ok()?;
        let modified = known(value("modified ")?);
        let mut twice = |key: &str| {
            let (one, two) = value(key)?.split_once(' ')?;
            if one == two { one.parse::<u64>().ok() } else { None }
        };
        let (claimed, good, synced) = (twice("claimed ")?, twice("good ")?, twice("synced ")?);
        let boot = known(value("boot ")?);
        // What was written before this machine went down may never have come to the disk.
        let good = if boot.is_some() && boot == system::boot() { good } else { good.min(synced) };
        let origin = Origin { url: url.to_owned(), version: Version { size, modified } };
        same.then(|| Self { name: name.to_owned(), origin, claimed, good, synced })
    }
}

/// The text and its file. As long as it is open, no other process takes it.
#[derive(Debug)]
pub(super) struct Proof {
    file: File,
    pub(super) facts: Facts,
}

impl Proof {
    /// Writes a new one.
    pub(super) fn new(file: File, facts: Facts) -> io::Result<Self> {
        let mut proof = Self { file, facts };
        proof.write().map(|()| proof)
    }

    /// Reads one; `None` where it is of something else.
    pub(super) fn read(mut file: File, name: &[u8], url: &str) -> io::Result<Option<Self>> {
        let mut text = String::new();
        let read = (&mut file).take(LONGEST).read_to_string(&mut text);
        match read {
            Ok(_) => Ok(Facts::read(&text, name, url).map(|facts| Self { file, facts })),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether a file begins as such a text does.
    pub(super) fn is_one(mut file: File) -> bool {
        let mut head = [0; TITLE.len() + 1];
        file.read_exact(&mut head).is_ok() && head.strip_suffix(b"\n") == Some(TITLE.as_bytes())
    }

    /// Writes what the facts are now.
    pub(super) fn write(&mut self) -> io::Result<()> {
        let text = self.facts.text();
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())
    }

    /// The same, surely on the disk.
    pub(super) fn write_through(&mut self) -> io::Result<()> {
        self.write()?;
        self.file.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            name: b"a\nb\xff".to_vec(),
            origin: Origin {
                url: "ftp://h/a".to_owned(),
                version: Version { size: Some(7), modified: Some("20261122164500".to_owned()) },
            },
            claimed: 0,
            good: 5,
            synced: 3,
        }
    }

    #[test]
    fn it_is_read_back_and_never_grows() {
        let read = |facts: &Facts| Facts::read(&facts.text(), &facts.name, &facts.origin.url);
        assert_eq!(read(&facts()), Some(facts()));
        let more = Facts { good: u64::MAX, ..facts() };
        assert_eq!(read(&more), Some(more.clone()));
        let none = Facts { origin: Origin::new("ftp://h/a"), ..more };
        assert_eq!(read(&none), Some(none.clone()));
        assert_eq!(none.text().len(), facts().text().len());
    }

    #[test]
    fn nothing_else_proves_anything() {
        let text = facts().text();
        let read = |text: &str| Facts::read(text, b"a\nb\xff", "ftp://h/a");
        assert!(read(&text).is_some());
        assert_eq!(Facts::read(&text, b"b", "ftp://h/a"), None);
        assert_eq!(Facts::read(&text, b"a\nb\xff", "ftp://h/b"), None);
        for end in 0..text.len() {
            assert_eq!(read(&text[..end]), None, "{end}");
        }
        assert_eq!(read(&text.replacen("5 0", "9 0", 1)), None, "one of two numbers differs");
        assert_eq!(read(&text.replace("download 1", "download 2")), None);
    }

    #[test]
    fn after_a_start_of_the_machine_only_what_is_on_the_disk_counts() {
        let text = facts().text();
        let (head, _) = text.rsplit_once("boot ").expect("the last line");
        let other = format!("{head}boot {:>36}\n", "another");
        assert_eq!(Facts::read(&other, b"a\nb\xff", "ftp://h/a").map(|facts| facts.good), Some(3));
    }

    #[test]
    fn versions() {
        let version = |size, modified: Option<&str>| Version { size, modified: modified.map(str::to_owned) };
        let own = version(Some(7), Some("20261122164500"));
        assert!(own.agrees(&version(None, None)) && own.agrees(&version(Some(7), Some("20261122164500.5"))));
        assert!(
            !own.agrees(&version(Some(8), None)) && !own.agrees(&version(Some(7), Some("20261122164501")))
        );
        assert!(!Version::default().is_known() && own.is_known());
    }
}
