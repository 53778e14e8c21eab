//! What is in a folder of a server, by the best listing that the server has.

use std::io::{self, Write};
use std::time::SystemTime;

use qftp_core::Printable;
use qftp_core::listing::{self, Kind};
use qftp_core::session::Failure;
use qftp_core::wire::{FileName, ListKind};
use qftp_transport::Error;

use crate::exit::{Code, Problem, TooMuch};
use crate::port::AnyClient;
use crate::time::{self, Span};

/// A file or folder in a listing. There may be a million of them at a time: it is small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: Box<str>,
    pub(crate) kind: Kind,
    pub(crate) size: Option<u64>,
    /// When it was last written; of LIST in the server's zone, which nobody tells.
    pub(crate) time: Option<Span>,
    /// Where a link points to.
    pub(crate) target: Option<Box<str>>,
}

/// Lists folders: by MLSD, or by LIST once the server has refused MLSD.
#[derive(Debug, Default)]
pub(crate) struct Lister {
    no_facts: bool,
}

/// A folder's entries.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) items: Vec<Item>,
    /// Whether times are exact and in UTC.
    pub(crate) exact: bool,
    /// Names that cannot be used, as they can be shown, and why.
    pub(crate) unusable: Vec<(String, &'static str)>,
    /// Lines that are no entry in any form known.
    pub(crate) unread: usize,
}

impl Lister {
    /// What is in the present folder of the server.
    pub(crate) fn list(&mut self, client: &mut AnyClient) -> Result<Listing, Error> {
        if !self.no_facts {
            match Reader::list(client, ListKind::Facts) {
                Ok(listing) => return Ok(listing),
                Err(Error::Failed(failure)) if knows_no_facts(&failure) && client.is_open() => {
                    self.no_facts = true;
                }
                Err(error) => return Err(error),
            }
        }
        Reader::list(client, ListKind::Long)
    }
}

/// The names in the present folder, by another form of listing (NLST): what a second question agrees with, or does not.
pub(crate) fn names(client: &mut AnyClient) -> Result<Vec<Vec<u8>>, Error> {
    let mut names = Vec::new();
    let mut lines = Lines::new(|line: &[u8]| {
        if let Some(entry) = listing::name(line) {
            let last = entry.name.rsplit(|byte| *byte == b'/').next().unwrap_or(entry.name);
            names.push(last.to_owned());
        }
        Ok(())
    });
    client.list_to(ListKind::Names, ".", &mut lines)?;
    lines.finish()?;
    names.sort();
    Ok(names)
}

impl Listing {
    /// That some of its names cannot be used; `place` is the folder.
    pub(crate) fn problem(&self, place: &str) -> Option<Problem> {
        problem_of(place, &self.unusable, self.unusable.len())
    }
}

/// Most names that are told one by one.
pub(crate) const TOLD: usize = 20;

/// That `count` names of a folder cannot be used; the first of them with the reason.
pub(crate) fn problem_of(place: &str, names: &[(String, &'static str)], count: usize) -> Option<Problem> {
    let mut told: Vec<String> =
        names.iter().take(TOLD).map(|(name, why)| format!("`{name}` {why}")).collect();
    if count > told.len() {
        told.push(format!("and {} more", count - told.len()));
    }
    let number = if count == 1 { "1 name".to_owned() } else { format!("{count} names") };
    let text = format!("{place}: {number} cannot be used: {}", told.join("; "));
    (count > 0).then(|| Problem::new(Code::Server, text).remedy("rename it on the server, by other means"))
}

/// Why no command may be given this name of a server's, if so.
pub(crate) fn why_unusable(name: &[u8]) -> Option<&'static str> {
    let Ok(text) = std::str::from_utf8(name) else { return Some("is not UTF-8") };
    if text.bytes().any(|byte| byte < b' ' || byte == 0x7F) {
        return Some("has a control character, by which a module edits its command line");
    }
    if !stays(text) {
        return Some("would be outside of the folder");
    }
    FileName::new(text).is_err().then_some("has a quote or more than 255 bytes, which no command can carry")
}

/// The longest line of a listing; a name alone may have 255 bytes.
pub(crate) const LINE: usize = 64 << 10;
/// Most entries of one folder that are taken into memory.
const ENTRIES: usize = 2_000_000;

/// Cuts a listing into lines as it comes, and hands them on without their ends.
pub(crate) struct Lines<F> {
    take: F,
    /// The beginning of the next line.
    line: Vec<u8>,
}

impl<F: FnMut(&[u8]) -> io::Result<()>> Lines<F> {
    pub(crate) const fn new(take: F) -> Self {
        Self { take, line: Vec::new() }
    }

    /// The last line, where it has no end.
    pub(crate) fn finish(&mut self) -> Result<(), Error> {
        let state = qftp_core::session::SessionState::Usable;
        self.hand_on().map_err(|error| Error::Local { error, state })
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let taken = (self.take)(line.strip_suffix(b"\r").unwrap_or(line));
        self.line.clear();
        taken
    }
}

impl<F: FnMut(&[u8]) -> io::Result<()>> Write for Lines<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + part.len() > LINE {
                return Err(io::Error::other(TooMuch("a line of more than 65536 bytes")));
            }
            self.line.extend(part);
            if part.ends_with(b"\n") {
                self.hand_on()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The server does not know MLSD.
fn knows_no_facts(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 501 | 502 | 504))
}

/// Reads a listing, line by line.
struct Reader {
    found: Listing,
    now: SystemTime,
}

impl Reader {
    fn new(kind: ListKind, now: SystemTime) -> Self {
        Self { found: Listing { exact: kind == ListKind::Facts, ..Listing::default() }, now }
    }

    fn list(client: &mut AnyClient, kind: ListKind) -> Result<Listing, Error> {
        let mut reader = Self::new(kind, SystemTime::now());
        let mut lines = Lines::new(|line: &[u8]| reader.line(line));
        client.list_to(kind, ".", &mut lines)?;
        lines.finish()?;
        Ok(reader.finish())
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let (found, now) = (&mut self.found, self.now);
        let entry = if found.exact { listing::facts(line) } else { listing::long(line) };
        let Some(entry) = entry else {
            // MLSD lists the folder itself and its parent; LIST begins with a sum.
            found.unread += usize::from(!found.exact && !is_no_entry(line));
            return Ok(());
        };
        if found.items.len() >= ENTRIES {
            return Err(io::Error::other(TooMuch("more than 2000000 entries in one folder")));
        }
        if let Some(why) = why_unusable(entry.name) {
            found.unusable.push((Printable(entry.name).to_string(), why));
            return Ok(());
        }
        found.items.push(Item {
            // UTF-8 it is: that was asked.
            name: String::from_utf8_lossy(entry.name).into(),
            kind: entry.kind,
            size: entry.size.filter(|_| entry.kind == Kind::File),
            time: entry.modified.and_then(|text| match found.exact {
                true => time::digits(text),
                false => time::listed(text, now),
            }),
            target: entry.target.map(|target| String::from_utf8_lossy(target).into()),
        });
        Ok(())
    }

    fn finish(mut self) -> Listing {
        self.found.items.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self.found
    }
}

/// A line of LIST that stands for no entry: a blank one, the sum, the folder itself and its parent.
pub(crate) fn is_no_entry(line: &[u8]) -> bool {
    let is_dot = |dot: &[u8]| line.starts_with(b"d") && line.ends_with(dot);
    line.is_empty() || line.starts_with(b"total ") || is_dot(b" .") || is_dot(b" ..")
}

/// Whether a name from a server stays in the folder that it is said to be in.
pub(crate) fn stays(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\0'])
}

/// A folder's path with one more name.
pub(crate) fn join(folder: &str, name: &str) -> String {
    match folder {
        "" => name.to_owned(),
        _ if folder.ends_with('/') => format!("{folder}{name}"),
        _ => format!("{folder}/{name}"),
    }
}

/// A server's text, safe for a terminal: control characters do nothing there.
pub(crate) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], kind: ListKind, now: SystemTime) -> Listing {
        let mut reader = Reader::new(kind, now);
        let mut lines = Lines::new(|line: &[u8]| reader.line(line));
        lines.write_all(bytes).expect("short lines");
        lines.finish().expect("short lines");
        reader.finish()
    }

    #[test]
    fn each_byte_in_a_name() {
        for byte in (0..=u8::MAX).filter(|byte| !matches!(byte, b'\n' | b'\r')) {
            let name = [b'a', byte, b'b'];
            let line = [b"-rw-r--r-- 1 u g 7 Nov 22 16:45 ", &name[..], b"\r\n"].concat();
            let found = read(&line, ListKind::Long, SystemTime::now());
            let is_usable = (b' '..0x7F).contains(&byte) && !matches!(byte, b'"' | b'/');
            assert_eq!(
                (found.items.len(), found.unusable.len()),
                if is_usable { (1, 0) } else { (0, 1) },
                "{byte:#x}"
            );
            for (shown, _) in &found.unusable {
                assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{shown:?}");
            }
        }
    }

    #[test]
    fn a_folder_that_lists_itself_and_limits_that_are_named() {
        let long = b"drwxr-xr-x 2 u g 4096 Nov 22 16:45 .\r\ndrwxr-xr-x 2 u g 4096 Nov 22 16:45 ..\r\n\
            -rw-r--r-- 1 u g 7 Nov 22 16:45 b\r\n";
        let found = read(long, ListKind::Long, SystemTime::now());
        assert_eq!((found.items.len(), found.unread, found.unusable.len()), (1, 0, 0));
        let mut lines = Lines::new(|_: &[u8]| Ok(()));
        let error = lines.write_all(&[b'x'; LINE + 1]).expect_err("too long");
        assert!(error.to_string().contains("a line of more than 65536 bytes"), "{error}");
    }

    #[test]
    fn both_listings() {
        let now = Span::second(1_795_590_000).system();
        let facts = b"type=cdir; .\r\ntype=file;size=7;modify=20261122164500; b\r\ntype=dir;modify=20261122164500; a\r\n\
            type=file;size=1; \xff\r\n";
        let found = read(facts, ListKind::Facts, now);
        assert!(found.exact && found.unread == 0);
        assert_eq!(found.unusable, [(r"\xff".to_owned(), "is not UTF-8")]);
        let names: Vec<_> = found.items.iter().map(|item| (&*item.name, item.kind, item.size)).collect();
        assert_eq!(names, [("a", Kind::Dir, None), ("b", Kind::File, Some(7))]);
        assert_eq!(found.items[1].time, time::digits(b"20261122164500"));

        let long = b"total 4\r\n-rw-r--r-- 1 u g 7 Nov 22 16:45 b\r\nwhat is this\r\nlrwxrwxrwx 1 u g 3 Nov 22 16:45 l -> b\r\n";
        let found = read(long, ListKind::Long, now);
        assert_eq!((found.exact, found.unread, found.items.len()), (false, 1, 2));
        assert_eq!(found.items[0].time.map(|time| time.width), Some(60));
        assert_eq!(found.items[1].target.as_deref(), Some("b"));
    }

    #[test]
    fn names_that_leave_their_folder() {
        for bad in ["", ".", "..", "/etc/passwd", "../x", "a/b", "a\0"] {
            assert!(!stays(bad), "{bad:?}");
        }
        assert!(stays("..a") && stays("a..") && stays("a b"));
        assert_eq!((join("", "a"), join("/", "a"), join("a", "b")), ("a".into(), "/a".into(), "a/b".into()));
    }
}
