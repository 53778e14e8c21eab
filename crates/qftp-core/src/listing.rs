//! The entries of folder listings: LIST of Unix and DOS servers, NLST, MLSD.
//!
//! Each function reads one line, without its line end; [`Lines`] cuts the pieces of a listing into lines.
//!
//! ```
//! use qftp_core::listing::{self, Kind};
//! let entry = listing::long(b"-rw-r--r--    1 1000  1000   1024 Nov 22 16:45 log one.bin").unwrap();
//! assert_eq!((entry.name, entry.kind, entry.size), (&b"log one.bin"[..], Kind::File, Some(1024)));
//! let entry = listing::facts(b"type=dir;modify=20261122164500; logs").unwrap();
//! assert_eq!((entry.name, entry.kind), (&b"logs"[..], Kind::Dir));
//! ```

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Dir,
    /// A symbolic link.
    Link,
    /// A device, a socket, or something that the server does not name.
    Other,
}

/// One entry of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its name, in the server's encoding.
    pub name: &'a [u8],
    /// What it is.
    pub kind: Kind,
    /// In bytes, where the server says.
    pub size: Option<u64>,
    /// The time of modification as the server writes it: `Nov 22 16:45`, `11-22-26  04:45PM`, or `YYYYMMDDHHMMSS` in UTC for MLSD.
    pub modified: Option<&'a [u8]>,
    /// Where a symbolic link points to.
    pub target: Option<&'a [u8]>,
}

impl<'a> Entry<'a> {
    const fn named(name: &'a [u8]) -> Self {
        Self { name, kind: Kind::Other, size: None, modified: None, target: None }
    }
}

/// A line of LIST, of a Unix or a DOS server; `None` for what is no entry (`total 12`, blank lines).
#[must_use]
pub fn long(line: &[u8]) -> Option<Entry<'_>> {
    unix(line).or_else(|| dos(line))
}

/// A line of NLST: a name, with whatever folders the server puts before it; `None` for blank lines, `.` and `..`.
#[must_use]
pub fn name(line: &[u8]) -> Option<Entry<'_>> {
    let name = line.strip_prefix(b"./").unwrap_or(line);
    let last = name.rsplit(|byte| *byte == b'/').next().unwrap_or(name);
    (!matches!(last, b"" | b"." | b"..")).then_some(Entry::named(name))
}

/// A line of MLSD (RFC 3659): facts, one space, the name; `None` for blank lines and the folder itself and its parent.
#[must_use]
pub fn facts(line: &[u8]) -> Option<Entry<'_>> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (facts, name) = line.split_at_checked(space)?;
    let mut entry = Entry::named(name.get(1..).filter(|name| !matches!(*name, b"" | b"." | b".."))?);
    for fact in facts.split(|byte| *byte == b';') {
        let Some(equals) = fact.iter().position(|byte| *byte == b'=') else { continue };
        let (key, value) = (
            fact.get(..equals).unwrap_or_default(),
            fact.get(equals.saturating_add(1)..).unwrap_or_default(),
        );
        if key.eq_ignore_ascii_case(b"type") {
            entry.kind = match value {
                _ if value.eq_ignore_ascii_case(b"file") => Kind::File,
                _ if value.eq_ignore_ascii_case(b"dir") => Kind::Dir,
                _ if value.eq_ignore_ascii_case(b"cdir") || value.eq_ignore_ascii_case(b"pdir") => {
                    return None;
                }
                _ if value.get(..12).is_some_and(|head| head.eq_ignore_ascii_case(b"OS.unix=slin")) => {
                    Kind::Link
                }
                _ => Kind::Other,
            };
        } else if key.eq_ignore_ascii_case(b"size") || key.eq_ignore_ascii_case(b"sizd") {
            entry.size = number(value);
        } else if key.eq_ignore_ascii_case(b"modify") {
            entry.modified = Some(value);
        }
    }
    Some(entry)
}

/// `-rw-r--r--  1 user group  1024 Nov 22 16:45 name`, with or without the group.
fn unix(line: &[u8]) -> Option<Entry<'_>> {
    let kind = match line.first()? {
        b'-' => Kind::File,
        b'd' => Kind::Dir,
        b'l' => Kind::Link,
        b'b' | b'c' | b'p' | b's' => Kind::Other,
        _ => return None,
    };
    let mut words = Words { line, at: 0 };
    // Ten characters of rights, perhaps one more for an access list.
    let rights = words.next()?;
    if !(10..=11).contains(&rights.len()) {
        return None;
    }
    // Links, owner, group and size end where a month begins: some servers leave the group out.
    let mut size = None;
    let mut from = None;
    for _ in 0..6 {
        let before = words.at;
        let word = words.next()?;
        if is_month(word) && size.is_some() {
            from = Some(
                line.get(before..)?.iter().take_while(|byte| **byte == b' ').count().saturating_add(before),
            );
            break;
        }
        size = number(word);
    }
    let from = from?;
    let day = words.next()?;
    number(day)?;
    words.next()?;
    let modified = line.get(from..words.at)?;
    // Exactly one space stands before the name: the name itself may begin with spaces.
    let rest = line.get(words.at.saturating_add(1)..).filter(|name| !name.is_empty())?;
    let arrow = rest.windows(4).position(|window| window == b" -> ").filter(|_| kind == Kind::Link);
    let (name, target) = match arrow.and_then(|at| rest.split_at_checked(at)) {
        Some((name, arrow)) => (name, arrow.get(4..)),
        None => (rest, None),
    };
    let size = size.filter(|_| kind == Kind::File);
    (!matches!(name, b"" | b"." | b"..")).then_some(Entry {
        name,
        kind,
        size,
        modified: Some(modified),
        target,
    })
}

/// `11-22-26  04:45PM       1024 name`, or `<DIR>` in place of the size.
fn dos(line: &[u8]) -> Option<Entry<'_>> {
    let mut words = Words { line, at: 0 };
    let date = words.next()?;
    if !matches!(date.len(), 8 | 10) || date.iter().filter(|byte| matches!(byte, b'-' | b'/')).count() != 2 {
        return None;
    }
    words.next().filter(|time| time.contains(&b':'))?;
    let modified = line.get(..words.at)?;
    let what = words.next()?;
    let (kind, size) = match what {
        b"<DIR>" => (Kind::Dir, None),
        b"<JUNCTION>" | b"<SYMLINK>" | b"<SYMLINKD>" => (Kind::Link, None),
        size => (Kind::File, Some(number(size)?)),
    };
    let rest = line.get(words.at..)?;
    // A folder's name is set in a column of its own; a file's follows one space.
    let name = if kind == Kind::File { rest.get(1..)? } else { rest.trim_ascii_start() };
    (!matches!(name, b"" | b"." | b"..")).then_some(Entry {
        name,
        kind,
        size,
        modified: Some(modified),
        target: None,
    })
}

fn is_month(word: &[u8]) -> bool {
    const MONTHS: [&[u8]; 12] =
        [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
    MONTHS.iter().any(|month| month.eq_ignore_ascii_case(word))
}

fn number(text: &[u8]) -> Option<u64> {
    if !text.first()?.is_ascii_digit() {
        return None;
    }
    core::str::from_utf8(text).ok()?.parse().ok()
}

struct Words<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = self.line.get(self.at..)?;
        let blank = rest.iter().take_while(|byte| **byte == b' ').count();
        let word = rest.get(blank..)?;
        let len = word.iter().take_while(|byte| **byte != b' ').count();
        self.at = self.at.saturating_add(blank).saturating_add(len);
        word.get(..len).filter(|word| !word.is_empty())
    }
}

/// Cuts a listing that comes in pieces into lines; a line of more than `N` bytes is cut off there.
#[derive(Clone, Debug, Default)]
pub struct Lines<const N: usize> {
    reader: crate::wire::LineReader<N>,
}

impl<const N: usize> Lines<N> {
    /// At the start of a listing.
    #[must_use]
    pub const fn new() -> Self {
        Self { reader: crate::wire::LineReader::new() }
    }

    /// Takes one line off the front of `data`: how many bytes are used up, and the line when one is complete.
    pub fn read<'a>(&'a mut self, data: &'a [u8]) -> (usize, Option<&'a [u8]>) {
        let read = self.reader.read(data);
        (read.consumed, read.line)
    }

    /// What is left at the end of a listing whose last line has no end.
    #[must_use]
    pub fn last(&self) -> Option<&[u8]> {
        Some(self.reader.partial()).filter(|line| !line.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn entry(line: &str, name: &str, kind: Kind, size: Option<u64>, modified: &str) {
        let entry = long(line.as_bytes()).unwrap_or_else(|| panic!("no entry: {line}"));
        assert_eq!(entry.name, name.as_bytes(), "{line}");
        assert_eq!(
            (entry.kind, entry.size, entry.modified),
            (kind, size, Some(modified.as_bytes())),
            "{line}"
        );
    }

    #[test]
    fn unix_servers() {
        entry(
            "-rw-r--r--    1 65001    65001        1024 Nov 22 16:45 a.bin",
            "a.bin",
            Kind::File,
            Some(1024),
            "Nov 22 16:45",
        );
        entry(
            "-rw-r--r--   1 user group      0 Jan  2  2020  lead",
            " lead",
            Kind::File,
            Some(0),
            "Jan  2  2020",
        );
        entry(
            "drwxr-xr-x+   2 user group   4096 Nov 22 16:45 my dir",
            "my dir",
            Kind::Dir,
            None,
            "Nov 22 16:45",
        );
        entry(
            "-rw-r--r--   1 owner        12 May 22 16:45 May 1 x",
            "May 1 x",
            Kind::File,
            Some(12),
            "May 22 16:45",
        );
        let link = long(b"lrwxrwxrwx 1 u g 3 Nov 22 16:45 l -> a b").unwrap();
        assert_eq!((link.name, link.kind, link.target), (&b"l"[..], Kind::Link, Some(&b"a b"[..])));
    }

    #[test]
    fn dos_servers() {
        entry(
            "11-22-26  04:45PM                 1024 a b.bin",
            "a b.bin",
            Kind::File,
            Some(1024),
            "11-22-26  04:45PM",
        );
        entry(
            "11-22-2026  04:45PM       <DIR>          logs",
            "logs",
            Kind::Dir,
            None,
            "11-22-2026  04:45PM",
        );
    }

    #[test]
    fn no_entries() {
        for line in [
            "",
            "total 12",
            "-rw-r--r--",
            "drwxr-xr-x 2 u g 4096 Nov 22 16:45 .",
            "not a listing at all",
            "lrwxrwxrwx 1 u g 3 Nov 22 16:45  -> a",
            "11-22-26 PM 3 x",
        ] {
            assert_eq!(long(line.as_bytes()), None, "{line}");
        }
        assert_eq!((name(b".."), name(b"dir/."), name(b"")), (None, None, None));
        assert_eq!((facts(b"type=dir; .."), facts(b"type=cdir; /x")), (None, None));
        assert_eq!((facts(b"type=cdir; ."), facts(b"nospace"), facts(b"type=file; ")), (None, None, None));
    }

    #[test]
    fn mlsd() {
        let entry = facts(b"Type=file;Size=7;Modify=20261122164500.123;Perm=r; a b;c=d").unwrap();
        assert_eq!(entry.name, b"a b;c=d");
        assert_eq!(
            (entry.kind, entry.size, entry.modified),
            (Kind::File, Some(7), Some(&b"20261122164500.123"[..]))
        );
    }
}
