//! The operations, each tried once and checked on the server's disk.

use std::fs::{self, File};
use std::os::unix::fs::chown;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use qftp_core::listing::{self, Entry};
use qftp_core::session::{Cause, GetOptions, LineFault};
use qftp_core::wire::TransferType;
use qftp_transport::Put;

use super::OK;
use super::bench::{Bench, answer};
use crate::servers::GUEST;

/// An operation of the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// A whole file up.
    Put,
    /// The rest of a file, over what was there.
    PutFrom,
    /// Bytes inside a file that goes on after them.
    PutInside,
    /// Bytes at the end of a file.
    Append,
    /// A whole file down.
    Get,
    /// The rest of a file.
    GetFrom,
    /// A text up; the server's line ends are LF.
    PutAscii,
    /// A text down.
    GetAscii,
    /// LIST.
    List,
    /// NLST.
    Names,
    /// MLSD.
    Facts,
    /// SIZE.
    Size,
    /// MDTM.
    Modified,
    /// MKD.
    MakeDir,
    /// RMD.
    RemoveDir,
    /// RNFR and RNTO.
    Rename,
    /// DELE.
    Delete,
    /// CWD.
    ChangeDir,
    /// PWD.
    WorkingDir,
}

/// What went otherwise: an error of the host, or a result that is not as it should be.
type Attempt = Result<(), String>;

impl Operation {
    /// All of them, in the order in which they are tried: those in ASCII, which log in again, come last.
    pub const ALL: [Self; 19] = [
        Self::Put,
        Self::PutFrom,
        Self::PutInside,
        Self::Append,
        Self::Get,
        Self::GetFrom,
        Self::List,
        Self::Names,
        Self::Facts,
        Self::Size,
        Self::Modified,
        Self::MakeDir,
        Self::RemoveDir,
        Self::Rename,
        Self::Delete,
        Self::ChangeDir,
        Self::WorkingDir,
        Self::PutAscii,
        Self::GetAscii,
    ];

    /// Its name on the page.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Put => "put",
            Self::PutFrom => "put from a start position",
            Self::PutInside => "put inside a file",
            Self::Append => "put at the end",
            Self::Get => "get",
            Self::GetFrom => "get from a start position",
            Self::PutAscii => "ASCII put",
            Self::GetAscii => "ASCII get",
            Self::List => "LIST",
            Self::Names => "NLST",
            Self::Facts => "MLSD",
            Self::Size => "SIZE",
            Self::Modified => "MDTM",
            Self::MakeDir => "MKDIR",
            Self::RemoveDir => "RMDIR",
            Self::Rename => "RENAME",
            Self::Delete => "DEL",
            Self::ChangeDir => "CWD",
            Self::WorkingDir => "PWD",
        }
    }

    /// Tries it and says what came of it: [`OK`], the numbers of a failure, or what is otherwise.
    pub(super) fn attempt(self, bench: &mut Bench) -> String {
        let attempt = match self {
            Self::Put => put(bench),
            Self::PutFrom => put_from(bench),
            Self::PutInside => put_inside(bench),
            Self::Append => append(bench),
            Self::Get => get(bench, 0),
            Self::GetFrom => get(bench, 70_000),
            Self::PutAscii => put_ascii(bench),
            Self::GetAscii => get_ascii(bench),
            Self::List => list(bench),
            Self::Names => names(bench),
            Self::Facts => facts(bench),
            Self::Size => size(bench),
            Self::Modified => modified(bench),
            Self::MakeDir => bench
                .host
                .client
                .make_dir("made")
                .map_err(answer)
                .and_then(|()| want(bench.path("made").is_dir())),
            Self::RemoveDir => {
                bench.folder("removed");
                bench
                    .host
                    .client
                    .remove_dir("removed")
                    .map_err(answer)
                    .and_then(|()| want(!bench.path("removed").exists()))
            }
            Self::Rename => rename(bench),
            Self::Delete => {
                bench.file("deleted", b"x");
                bench
                    .host
                    .client
                    .delete("deleted")
                    .map_err(answer)
                    .and_then(|()| want(!bench.path("deleted").exists()))
            }
            Self::ChangeDir => change_dir(bench),
            Self::WorkingDir => working_dir(bench),
        };
        attempt.err().unwrap_or_else(|| OK.to_owned())
    }
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.server.root().join(name)
    }

    /// A file that lies on the server already.
    fn file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.path(name), bytes).expect("the server's folder can be written to");
        self.own(name);
    }

    fn folder(&self, name: &str) {
        fs::create_dir(self.path(name)).expect("the server's folder can be written to");
        self.own(name);
    }

    fn own(&self, name: &str) {
        chown(self.path(name), Some(GUEST), Some(GUEST)).expect("root can give a file away");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_default()
    }
}

/// Bytes with what a line could trip over, different for each seed.
fn bytes(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let words = b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++\0\xFF\n";
    words.iter().copied().chain(noise).take(len).collect()
}

fn want(holds: bool) -> Attempt {
    if holds { Ok(()) } else { Err("said to be done, and is not".to_owned()) }
}

fn send(bench: &mut Bench, name: &str, bytes: &[u8], start: u64) -> Attempt {
    let len = u64::try_from(bytes.len()).expect("small");
    let sent = bench.host.client.put(name, bytes, &Put { start, ..Put::whole(len) }).map_err(answer)?;
    if sent == len { Ok(()) } else { Err(format!("{sent} of {len} bytes counted")) }
}

fn put(bench: &mut Bench) -> Attempt {
    let file = bytes(1, 100_000);
    send(bench, "put", &file, 0)?;
    want(bench.read("put") == file)
}

fn put_from(bench: &mut Bench) -> Attempt {
    let (before, new) = (bytes(2, 30_000), bytes(3, 30_000));
    bench.file("from", &before);
    send(bench, "from", &new, 10_000)?;
    want(bench.read("from") == [&before[..10_000], new.as_slice()].concat())
}

fn put_inside(bench: &mut Bench) -> Attempt {
    let (before, new) = (bytes(4, 30_000), bytes(5, 10_000));
    bench.file("inside", &before);
    let put = Put { start: 10_000, ..Put::whole(10_000) };
    match bench
        .host
        .client
        .put("inside", new.as_slice(), &put)
        .map_err(|error| error.failure().map(|failure| failure.cause))
    {
        // The host asks for the size after a resumed upload, and finds that the file goes on after it: so it should here.
        Ok(10_000) | Err(Some(Cause::Line(LineFault::Count { module: 30_000, host: 20_000 }))) => {}
        other => return Err(format!("{other:?}")),
    }
    let upto = [&before[..10_000], new.as_slice()].concat();
    let after = bench.read("inside");
    if after == upto {
        return Err("the file ends after the new bytes".to_owned());
    }
    want(after == [upto.as_slice(), &before[20_000..]].concat())
}

fn append(bench: &mut Bench) -> Attempt {
    let (before, new) = (bytes(4, 30_000), bytes(5, 10_000));
    bench.file("longer", &before);
    send(bench, "longer", &new, 30_000)?;
    want(bench.read("longer") == [before, new].concat())
}

fn get(bench: &mut Bench, start: u64) -> Attempt {
    let file = bytes(6, 100_000);
    bench.file("get", &file);
    let mut back = Vec::new();
    let options = GetOptions { start, ..GetOptions::default() };
    bench.host.client.get("get", &mut back, &options).map_err(answer)?;
    want(back == file[usize::try_from(start).expect("small")..])
}

const TEXT_HERE: &[u8] = b"one\r\ntwo\r\n\r\nthree\r\n";
const TEXT_THERE: &[u8] = b"one\ntwo\n\nthree\n";

fn put_ascii(bench: &mut Bench) -> Attempt {
    bench.log_in(TransferType::Ascii)?;
    send(bench, "text", TEXT_HERE, 0)?;
    want(bench.read("text") == TEXT_THERE)
}

fn get_ascii(bench: &mut Bench) -> Attempt {
    bench.log_in(TransferType::Ascii)?;
    bench.file("lines", TEXT_THERE);
    let mut back = Vec::new();
    bench.host.client.get("lines", &mut back, &GetOptions::default()).map_err(answer)?;
    want(back == TEXT_HERE)
}

/// A folder with a file of 5 bytes and a folder in it.
fn listed(bench: &Bench, folder: &str) {
    bench.folder(folder);
    bench.file(&format!("{folder}/a file"), b"12345");
    bench.folder(&format!("{folder}/inner"));
}

/// Whether the lines of a listing name the file with its size, and the folder.
fn complete(listing: &[u8], read: impl Fn(&[u8]) -> Option<Entry<'_>>) -> Attempt {
    let lines = listing.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut entries: Vec<_> = lines
        .filter_map(|line| read(line).map(|entry| (entry.name.to_vec(), entry.kind, entry.size)))
        .collect();
    entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    let found = match entries.as_slice() {
        [file, folder] => {
            file.0 == b"a file"
                && file.1 == listing::Kind::File
                && file.2 == Some(5)
                && folder.0 == b"inner"
                && folder.1 == listing::Kind::Dir
        }
        _ => false,
    };
    if found { Ok(()) } else { Err(format!("{:?}", String::from_utf8_lossy(listing))) }
}

fn list(bench: &mut Bench) -> Attempt {
    listed(bench, "list");
    let listing = bench.host.client.list("list").map_err(answer)?;
    complete(&listing, listing::long)
}

fn facts(bench: &mut Bench) -> Attempt {
    listed(bench, "facts");
    let listing = bench.host.client.facts("facts").map_err(answer)?;
    complete(&listing, listing::facts)
}

fn names(bench: &mut Bench) -> Attempt {
    listed(bench, "names");
    let listing = bench.host.client.names("names").map_err(answer)?;
    let listing = String::from_utf8_lossy(&listing);
    let mut names: Vec<&str> = listing.lines().collect();
    names.sort_unstable();
    if names == ["a file", "inner"] { Ok(()) } else { Err(names.join(", ")) }
}

fn size(bench: &mut Bench) -> Attempt {
    bench.file("size", &bytes(7, 12_345));
    let size = bench.host.client.size("size").map_err(answer)?;
    if size == 12_345 { Ok(()) } else { Err(size.to_string()) }
}

fn modified(bench: &mut Bench) -> Attempt {
    bench.file("modified", b"x");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_234_567_890);
    let file = File::options().write(true).open(bench.path("modified")).expect("it is there");
    file.set_modified(time).expect("root can set a time");
    let time = bench.host.client.modified("modified").map_err(answer)?;
    if time == "20090213233130" { Ok(()) } else { Err(time) }
}

fn rename(bench: &mut Bench) -> Attempt {
    bench.file("old", b"x");
    bench.host.client.rename("old", "new").map_err(answer)?;
    want(bench.read("new") == b"x" && !bench.path("old").exists())
}

/// Shown by a file that lies there.
fn change_dir(bench: &mut Bench) -> Attempt {
    bench.folder("changed");
    bench.file("changed/here", b"123");
    bench.host.client.cwd("changed").map_err(answer)?;
    let size = bench.host.client.size("here").map_err(answer);
    bench.host.client.cwd("..").map_err(answer)?;
    want(size? == 3)
}

fn working_dir(bench: &mut Bench) -> Attempt {
    bench.folder("working");
    bench.host.client.cwd("working").map_err(answer)?;
    let path = bench.host.client.pwd().map_err(answer);
    bench.host.client.cwd("/").map_err(answer)?;
    let path = path?;
    if path == "/working" { Ok(()) } else { Err(path) }
}
