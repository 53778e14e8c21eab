//! One table of operations: what each is called, takes and gives on every surface, held against their sources (docs/reference/operations.md).

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// One operation. Its name, its first words and its parameters are the same on every surface, but where `other` says so.
struct Row {
    name: &'static str,
    /// How each of its descriptions begins.
    does: &'static str,
    parameters: &'static [&'static str],
    result: &'static str,
    /// Surfaces that call it otherwise, or do not have it.
    other: &'static [(Surface, Option<&'static str>)],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Surface {
    Session,
    Clients,
    CSession,
    CClient,
    Proto,
    Ftp,
    Aio,
}

use Surface::{Aio, CClient, CSession, Clients, Ftp, Proto, Session};

const SURFACES: [(Surface, &str); 7] = [
    (Session, "Rust `Session`"),
    (Clients, "Rust `Client`, `AsyncClient`"),
    (CSession, "C `qftp_session_`"),
    (CClient, "C `qftp_client_`"),
    (Proto, "Python `proto.Session`"),
    (Ftp, "Python `FTP`, `Module`"),
    (Aio, "Python `aio.FTP`"),
];

const fn row(
    name: &'static str,
    does: &'static str,
    parameters: &'static [&'static str],
    result: &'static str,
    other: &'static [(Surface, Option<&'static str>)],
) -> Row {
    Row { name, does, parameters, result, other }
}

/// No surface of C, and none of Python.
const RUST_ALONE: &[(Surface, Option<&str>)] =
    &[(CSession, None), (CClient, None), (Proto, None), (Ftp, None), (Aio, None)];
/// What `ftplib` has no name for is not in its likeness.
const NO_FTPLIB: &[(Surface, Option<&str>)] = &[(Ftp, None), (Aio, None)];

const TABLE: &[Row] = &[
    row(
        "setup",
        "Brings the line in sync and the module in order",
        &["setup"],
        "",
        &[(Ftp, Some("connect")), (Aio, Some("connect"))],
    ),
    row(
        "open",
        "Logs in to a server",
        &["login"],
        "",
        &[(CClient, Some("login")), (Ftp, Some("login")), (Aio, Some("login"))],
    ),
    row("close", "Logs out", &[], "", &[(CClient, Some("logout")), (Ftp, Some("quit")), (Aio, Some("quit"))]),
    row("deactivate", "Deactivates the PDP context", &[], "", NO_FTPLIB),
    row("restart", "Restarts the module", &[], "", NO_FTPLIB),
    row("cwd", "Changes the working folder on the server", &["path"], "", &[]),
    row("pwd", "Asks for the working folder on the server", &[], "a text", &[]),
    row(
        "get",
        "Downloads a file",
        &["name", "options"],
        "the file; the number of its bytes",
        &[(Ftp, Some("retrbinary")), (Aio, Some("read"))],
    ),
    row(
        "put",
        "Uploads a file",
        &["name", "options"],
        "the number of bytes",
        &[(Ftp, Some("storbinary")), (Aio, Some("write"))],
    ),
    row("list", "Lists a folder", &["folder"], "the listing", &[(Ftp, Some("dir")), (Aio, Some("listdir"))]),
    row(
        "names",
        "Lists the names in a folder",
        &["folder"],
        "the listing",
        &[(CClient, Some("list")), (Proto, Some("list")), (Ftp, Some("nlst")), (Aio, Some("nlst"))],
    ),
    row(
        "facts",
        "Lists a folder with its facts",
        &["folder"],
        "the listing",
        &[(CClient, Some("list")), (Proto, Some("list")), (Ftp, Some("mlsd")), (Aio, Some("listdir"))],
    ),
    row("size", "Asks for the size of a file", &["name"], "bytes", &[]),
    row("modified", "Asks when a file was last written", &["name"], "a time", &[]),
    row("rename", "Renames a file or folder", &["from", "to"], "", &[]),
    row("delete", "Deletes a file", &["name"], "", &[]),
    row("make_dir", "Makes a folder", &["name"], "", &[(Ftp, Some("mkd")), (Aio, Some("mkd"))]),
    row("remove_dir", "Removes an empty folder", &["name"], "", &[(Ftp, Some("rmd")), (Aio, Some("rmd"))]),
    row("length", "Asks how many bytes the last transfer moved", &[], "bytes", NO_FTPLIB),
    row("status", "Asks for the state of the FTP client", &[], "a state", NO_FTPLIB),
    row("probe", "Asks for the state of the FTP client within 2 seconds", &[], "a state", RUST_ALONE),
    row(
        "storage",
        "Asks for the space of a storage of the module",
        &["storage"],
        "free bytes, and all",
        &[(Aio, None)],
    ),
    row("files", "Lists the files of the module", &["pattern"], "their names and sizes", &[(Aio, None)]),
    row(
        "upload",
        "Uploads a file into the module",
        &["name", "len"],
        "",
        &[(Ftp, Some("push")), (Aio, None)],
    ),
    row(
        "download",
        "Downloads a file out of the module",
        &["name"],
        "the file",
        &[(Ftp, Some("pull")), (Aio, None)],
    ),
    row("remove", "Deletes files of the module", &["name"], "", &[(Aio, None)]),
    row("file_open", "Opens a file of the module", &["name", "mode"], "a handle", RUST_ALONE),
    row(
        "file_read",
        "Reads at most `len` bytes from an open file of the module",
        &["handle", "len"],
        "bytes",
        RUST_ALONE,
    ),
    row("file_write", "Writes `len` bytes", &["handle", "len"], "how many", RUST_ALONE),
    row(
        "command",
        "Sends any one command",
        &["command"],
        "the lines of the answer",
        &[(CSession, None), (CClient, None), (Proto, None), (Aio, None)],
    ),
    row(
        "abort",
        "Ends the operation under way",
        &[],
        "",
        &[(Clients, Some("cancel")), (CClient, Some("cancel")), (Aio, None)],
    ),
];

/// Not an operation, though a session of C takes the time with it.
const DRIVES: &[&str] = &["handle_input", "handle_timeout", "poll_transmit", "send"];

/// An operation as a source has it.
#[derive(Debug)]
struct Found {
    name: String,
    parameters: Vec<String>,
    doc: String,
    is_operation: bool,
}

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(paths: &[&str]) -> String {
    let read =
        |path: &&str| fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    paths.iter().map(read).collect()
}

/// What a surface has, by its source.
fn found(surface: Surface) -> Vec<Found> {
    let core = "crates/qftp-core/src/session";
    let client = "crates/qftp-transport/src/client";
    let python = "bindings/python/python/qftp";
    let paths = |folder: &str, files: &[&str]| -> String {
        files.iter().map(|file| read(&[&format!("{folder}/{file}")])).collect()
    };
    match surface {
        Session => rust(&paths(core, &["operations.rs", "listings.rs", "module_files.rs"])),
        Clients => rust(&paths(client, &["operations.rs", "blocking.rs", "methods.rs"])),
        CSession => c(&read(&["include/qftp.h"]), "qftp_session_"),
        CClient => c(&read(&["include/qftp.h"]), "qftp_client_"),
        Proto => python_methods(&paths(python, &["proto.py"])),
        Ftp => python_methods(&paths(python, &["ftp.py", "_whole.py", "module.py"])),
        Aio => python_methods(&paths(python, &["aio.py", "_async_line.py"])),
    }
}

/// The public methods of a Rust source, with the words before them.
fn rust(source: &str) -> Vec<Found> {
    let (mut all, mut doc) = (Vec::new(), Vec::new());
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if let Some(words) = line.strip_prefix("///") {
            doc.push(words.trim());
        } else if line.starts_with("pub ") && line.contains("fn ") {
            let mut text = line.to_owned();
            while !text.contains('{') {
                text.push_str(lines.next().expect("a body").trim());
            }
            let (head, rest) =
                text.split_once("fn ").expect("a function").1.split_once('(').expect("parameters");
            let name = head.split('<').next().unwrap_or(head).to_owned();
            let parameters = rest.rsplit_once("->").map_or(rest, |(before, _)| before);
            let parameters = split(parameters).filter_map(|one| {
                one.split_once(": ").map(|(name, _)| name.trim_start_matches("mut ").to_owned())
            });
            let is_operation = text.contains("now: Instant") && text.contains("-> Result<(), Misuse>");
            all.push(Found { name, parameters: parameters.collect(), doc: doc.join(" "), is_operation });
            doc.clear();
        } else if !line.starts_with("#[") {
            doc.clear();
        }
    }
    all
}

/// The functions of the header with this beginning.
fn c(header: &str, prefix: &str) -> Vec<Found> {
    let mut all = Vec::new();
    for part in header.split("/**").skip(1) {
        let Some((doc, rest)) = part.split_once("*/") else { continue };
        let Some((prototype, _)) = rest.trim_start().split_once(");") else { continue };
        let Some((head, parameters)) = prototype.split_once('(') else { continue };
        let Some(name) = head.rsplit([' ', '*']).next().and_then(|name| name.strip_prefix(prefix)) else {
            continue;
        };
        let doc: Vec<&str> = doc.lines().map(|line| line.trim().trim_start_matches('*').trim()).collect();
        let names =
            parameters.split(',').filter_map(|one| one.rsplit([' ', '*', '\n']).next()).map(str::to_owned);
        all.push(Found {
            name: name.to_owned(),
            parameters: names.collect(),
            doc: doc.join(" ").trim().to_owned(),
            is_operation: head.starts_with("int32_t") && parameters.contains("now_ms"),
        });
    }
    all
}

/// The public methods of a Python source.
fn python_methods(source: &str) -> Vec<Found> {
    let mut all = Vec::new();
    for part in source.split("    def ").skip(1).chain(source.split("    async def ").skip(1)) {
        let Some((name, rest)) = part.split_once('(') else { continue };
        if name.starts_with('_') {
            continue;
        }
        let Some((head, body)) = rest.split_once(":\n") else { continue };
        let parameters = head.rsplit_once(')').map_or(head, |(before, _)| before);
        let names =
            split(parameters).map(|one| one.split([':', '=']).next().unwrap_or_default().trim().to_owned());
        let doc = body
            .trim_start()
            .strip_prefix("\"\"\"")
            .and_then(|body| body.split_once("\"\"\""))
            .map_or("", |(doc, _)| doc);
        all.push(Found {
            name: name.to_owned(),
            parameters: names.filter(|name| name != "self" && name != "*").collect(),
            doc: doc.split_whitespace().collect::<Vec<_>>().join(" "),
            is_operation: parameters.contains("now:") && head.ends_with("None"),
        });
    }
    all
}

/// The parts between commas that stand in no bracket.
fn split(parameters: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0;
    let parts = parameters.split(move |letter| {
        match letter {
            '(' | '<' | '[' => depth += 1,
            ')' | '>' | ']' => depth -= 1,
            _ => {}
        }
        letter == ',' && depth == 0
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

impl Row {
    /// What the surface calls it; `None` where it has none.
    fn on(&self, surface: Surface) -> Option<&'static str> {
        self.other.iter().find(|(other, _)| *other == surface).map_or(Some(self.name), |(_, name)| *name)
    }
}

/// Whether a surface hands all that an operation takes over as the table names it.
const fn has_these_parameters(surface: Surface) -> bool {
    matches!(surface, Session | Clients | CSession)
}

#[test]
fn every_surface_calls_an_operation_the_same() {
    for (surface, title) in SURFACES {
        let found = found(surface);
        for row in TABLE {
            let Some(name) = row.on(surface) else {
                let own = found.iter().any(|one| one.name == row.name);
                assert!(!own, "{title} has {}: say so in the table", row.name);
                continue;
            };
            let one = found.iter().find(|one| one.name == name);
            let one = one.unwrap_or_else(|| panic!("{title} has no {name}"));
            // What Python has of ftplib has ftplib's words, and a cancellation is more than an abort.
            if !matches!(surface, Ftp | Aio) && name == row.name {
                assert!(
                    one.doc.starts_with(row.does),
                    "{title}, {name}: {:?} is not {:?}",
                    one.doc,
                    row.does
                );
            }
            if has_these_parameters(surface) && name == row.name {
                let others = ["now", "session", "now_ms", "sink", "source"];
                let own: Vec<&str> = one.parameters.iter().map(String::as_str).collect();
                let own: Vec<&str> = own.into_iter().filter(|name| !others.contains(name)).collect();
                assert_eq!(own, row.parameters, "{title}, {name}");
            }
        }
    }
}

#[test]
fn the_table_has_every_operation() {
    for (surface, title) in [SURFACES[0], SURFACES[2], SURFACES[4]] {
        for one in
            found(surface).iter().filter(|one| one.is_operation && !DRIVES.contains(&one.name.as_str()))
        {
            let is_there = TABLE.iter().any(|row| row.on(surface) == Some(one.name.as_str()));
            assert!(is_there, "{title} has {}, the table has not", one.name);
        }
    }
}

#[test]
fn the_page_is_the_table() {
    let path = root().join("docs/reference/operations.md");
    let page = page();
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        fs::write(&path, &page).expect("the page is written");
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let how = "QFTP_UPDATE_DOCS=1 cargo test --workspace --all-features --test cross_tests operations";
    assert!(there == page, "docs/reference/operations.md is stale: {how}");
}

fn page() -> String {
    let mut page = "# Operations\n\n\
        One row an operation: what it does, what it takes beside the place of the bytes, what it gives, and its name on each surface.\n\
        The tests hold the table against the sources of all of them, and this page against the table:\n\
        `QFTP_UPDATE_DOCS=1 cargo test --workspace --all-features --test cross_tests operations`.\n\n\
        The Python classes `FTP` and `aio.FTP` have the names of `ftplib`.\n\n"
        .to_owned();
    let titles: Vec<&str> = SURFACES.iter().map(|(_, title)| *title).collect();
    writeln!(page, "| operation | takes | gives | {} |", titles.join(" | ")).expect("written");
    writeln!(page, "|---|---|---|{}", "---|".repeat(SURFACES.len())).expect("written");
    for row in TABLE {
        let takes: Vec<String> = row.parameters.iter().map(|name| format!("`{name}`")).collect();
        write!(page, "| {} | {} | {} |", row.does, takes.join(", "), row.result).expect("written");
        for (surface, _) in SURFACES {
            match row.on(surface) {
                Some(name) => write!(page, " `{name}` |").expect("written"),
                None => write!(page, " – |").expect("written"),
            }
        }
        page.push('\n');
    }
    page
}
