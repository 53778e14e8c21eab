//! What is in a folder of a server, by the best listing that the server has.

use std::time::SystemTime;

use qftp_core::listing::{self, Kind};
use qftp_core::session::Failure;
use qftp_core::wire::ListKind;
use qftp_transport::Error;

use crate::port::AnyClient;
use crate::time::{self, Span};

/// A file or folder in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) size: Option<u64>,
    /// When it was last written; of LIST in the server's zone, which nobody tells.
    pub(crate) time: Option<Span>,
    /// Where a link points to.
    pub(crate) target: Option<String>,
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
    /// Names that are not UTF-8, as well as they can be shown: no command of ours can carry them.
    pub(crate) strange: Vec<String>,
    /// Lines that are no entry in any form known.
    pub(crate) unread: usize,
}

impl Lister {
    /// What is in the present folder of the server.
    pub(crate) fn list(&mut self, client: &mut AnyClient) -> Result<Listing, Error> {
        if !self.no_facts {
            match client.facts(".") {
                Ok(bytes) => return Ok(read(&bytes, ListKind::Facts, SystemTime::now())),
                Err(Error::Failed(failure)) if knows_no_facts(&failure) && client.is_open() => {
                    self.no_facts = true;
                }
                Err(error) => return Err(error),
            }
        }
        client.list(".").map(|bytes| read(&bytes, ListKind::Long, SystemTime::now()))
    }
}

/// The server does not know MLSD.
fn knows_no_facts(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 501 | 502 | 504))
}

fn read(bytes: &[u8], kind: ListKind, now: SystemTime) -> Listing {
    let mut found = Listing { exact: kind == ListKind::Facts, ..Listing::default() };
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let entry = if found.exact { listing::facts(line) } else { listing::long(line) };
        let Some(entry) = entry else {
            // MLSD lists the folder itself and its parent; LIST begins with a sum.
            found.unread += usize::from(!found.exact && !line.is_empty() && !line.starts_with(b"total "));
            continue;
        };
        match std::str::from_utf8(entry.name) {
            Ok(name) => found.items.push(Item {
                name: name.to_owned(),
                kind: entry.kind,
                size: entry.size.filter(|_| entry.kind == Kind::File),
                time: entry.modified.and_then(|text| match found.exact {
                    true => time::digits(text),
                    false => time::listed(text, now),
                }),
                target: entry.target.map(|target| String::from_utf8_lossy(target).into_owned()),
            }),
            Err(_) => found.strange.push(String::from_utf8_lossy(entry.name).into_owned()),
        }
    }
    found.items.sort_by(|a, b| a.name.cmp(&b.name));
    found
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

    #[test]
    fn both_listings() {
        let now = Span::second(1_795_590_000).system();
        let facts = b"type=cdir; .\r\ntype=file;size=7;modify=20261122164500; b\r\ntype=dir;modify=20261122164500; a\r\n\
            type=file;size=1; \xff\r\n";
        let found = read(facts, ListKind::Facts, now);
        assert!(found.exact && found.unread == 0);
        assert_eq!(found.strange.len(), 1);
        let names: Vec<_> =
            found.items.iter().map(|item| (item.name.as_str(), item.kind, item.size)).collect();
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
