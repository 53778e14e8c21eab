//! Every operation of a host on every family of modules, and the page that says what came of it (docs/families.md).
//!
//! A cell is never skipped: what fails has its real cause in it.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::thread;

use qftp_core::Instant;
use qftp_core::session::{Apn, Failure, GetOptions, Login, Misuse, PutOptions, Session, Setup, Tls, Via};
use qftp_core::wire::{DataAddress, OpenMode, Storage};
use qftp_emulator::{Config, Drives, Emulator, Family, MemoryFtp, MemoryServer};
use qftp_tests::pair::{Outcome, Pair, Told};
use qftp_tests::program::Module;
use qftp_tests::servers::{Kind, Options};
use qftp_transport::{Client, Examination, Settings, Verdict, open};
use tempfile::TempDir;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/families.md");

const HEAD: &str = "# Families of modules

What this host does on the emulated module of each family, and what came of it: `QFTP_UPDATE_DOCS=1 cargo test -p qftp-tests --test cross_tests families` makes it, and the tests fail where it is
stale. What each family is like, and how that is known, is in [the emulated module](emulator.md): no real module was there, so a tick says that the host copes with what is known.

";

const NAME: &str = "p.bin";

/// What a cell says where all went well.
const DONE: &str = "✓";

fn data() -> Vec<u8> {
    b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++".iter().copied().chain(0..=255).cycle().take(3000).collect()
}

fn config(family: &Family) -> Config {
    let mut config = Config::new(Drives::in_memory());
    family.apply(&mut config);
    config
}

/// A pair, and what the operations before it left.
struct Bench {
    family: Family,
    pair: Pair,
}

impl Bench {
    fn run(
        &mut self,
        upload: &[u8],
        start: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse>,
    ) -> Result<Told, String> {
        let told = self.pair.run(upload, start);
        match &told.outcome {
            Outcome::Done(_) => Ok(told),
            Outcome::Failed(failure) => Err(words(failure)),
        }
    }

    fn setup(&mut self, context: u8) -> Result<Told, String> {
        let setup = Setup { apn: Some(Apn::new("internet")), context, ..Setup::default() };
        self.run(b"", |session, now| session.setup(now, &setup))
    }

    fn login(&mut self, login: &Login<'_>) -> Result<Told, String> {
        self.run(b"", |session, now| session.open(now, login))
    }

    fn put(&mut self, bytes: &[u8], options: PutOptions) -> Result<Told, String> {
        self.run(bytes, |session, now| session.put(now, NAME, &options))
    }

    /// A download has to bring these bytes.
    fn get(&mut self, options: GetOptions, expected: &[u8]) -> Result<(), String> {
        let told = self.run(b"", |session, now| session.get(now, NAME, &options))?;
        same(&told.data, expected)
    }

    /// The server has to have these bytes.
    fn server_has(&self, expected: &[u8]) -> Result<(), String> {
        same(&self.pair.server.file(&format!("/{NAME}")).unwrap_or_default(), expected)
    }

    /// A storage that the family has, or else UFS.
    fn staged(&self) -> Via {
        let ram = self.family.files.storages.iter().find(|rule| rule.name == Storage::Ram);
        Via::Storage(ram.map_or(Storage::Ufs, |rule| rule.name))
    }
}

fn same(came: &[u8], expected: &[u8]) -> Result<(), String> {
    if came == expected { Ok(()) } else { Err(format!("{} bytes, and they differ", came.len())) }
}

fn words(failure: &Failure) -> String {
    failure.to_string()
}

type Work = fn(&mut Bench) -> Result<(), String>;

/// A row for an operation that has nothing to be compared.
macro_rules! plain {
    ($bench:ident, $call:ident $(, $argument:expr)*) => {
        $bench.run(b"", |session, now| session.$call(now $(, $argument)*)).map(drop)
    };
}

/// The rows, in the order in which they are done: one stands on those before it.
const OPERATIONS: &[(&str, Work)] = &[
    ("set-up", |b| b.setup(1).map(drop)),
    ("login", |b| {
        let user = "test".into();
        b.login(&Login { user, password: "s3cret".into(), ..Login::new("server") }).map(drop)
    }),
    ("`pwd`", |b| plain!(b, pwd)),
    ("`put`", |b| {
        b.put(&data(), PutOptions::whole(3000))?;
        b.server_has(&data())
    }),
    ("`put` from an offset", |b| {
        b.put(&data()[2000..], PutOptions { start: 2000, ..PutOptions::whole(1000) })?;
        b.server_has(&data())
    }),
    ("`put` in two parts", |b| {
        b.put(&data()[..1000], PutOptions { last: false, ..PutOptions::whole(1000) })?;
        b.put(&data()[1000..], PutOptions { start: 1000, ..PutOptions::whole(2000) })?;
        b.server_has(&data())
    }),
    ("`get`", |b| b.get(GetOptions::default(), &data())),
    ("`get` of a range", |b| {
        b.get(GetOptions { start: 1000, len: Some(500), ..GetOptions::default() }, &data()[1000..1500])
    }),
    ("`put` staged in the module", |b| {
        let via = b.staged();
        b.put(&data(), PutOptions { via, ..PutOptions::whole(3000) })?;
        b.server_has(&data())
    }),
    ("`get` staged in the module", |b| {
        let via = b.staged();
        b.get(GetOptions { via, ..GetOptions::default() }, &data())
    }),
    ("`put`, `get` staged in UFS", |b| {
        let via = Via::Storage(Storage::Ufs);
        b.put(&data(), PutOptions { via, ..PutOptions::whole(3000) })?;
        b.get(GetOptions { via, ..GetOptions::default() }, &data())
    }),
    ("`size`", |b| plain!(b, size, NAME)),
    ("`modified`", |b| plain!(b, modified, NAME)),
    ("`list`", |b| plain!(b, list, ".")),
    ("`names`", |b| plain!(b, names, ".")),
    ("`facts`", |b| plain!(b, facts, ".")),
    ("`make_dir`", |b| plain!(b, make_dir, "folder")),
    ("`cwd`", |b| {
        plain!(b, cwd, "folder")?;
        plain!(b, cwd, "/")
    }),
    ("`remove_dir`", |b| plain!(b, remove_dir, "folder")),
    ("`rename`", |b| {
        plain!(b, rename, NAME, "other")?;
        plain!(b, rename, "other", NAME)
    }),
    ("`length`, `status`", |b| {
        plain!(b, length)?;
        plain!(b, status)
    }),
    ("`abort` of a download", |b| {
        b.pair.server.add_file("/big", vec![b'x'; 300_000]);
        b.pair.intervene = Some(Box::new(|session, _, now, came| {
            if came > 10_000 {
                session.abort(now).expect("an operation is under way");
            }
            came > 10_000
        }));
        match b.run(b"", |session, now| session.get(now, "big", &GetOptions::default())) {
            Ok(_) => return Err("it was not aborted".to_owned()),
            Err(why) if why.contains("aborted") => {}
            Err(why) => return Err(why),
        }
        b.get(GetOptions::default(), &data())
    }),
    ("`delete`", |b| plain!(b, delete, NAME)),
    ("a file that is not there", |b| match plain!(b, size, "nothing") {
        Err(why) if why.contains("550") => Ok(()),
        other => Err(format!("{other:?}")),
    }),
    ("module: `storage`", |b| plain!(b, storage, Storage::Ufs)),
    ("module: `upload`", |b| b.run(&data(), |session, now| session.upload(now, "UFS:m.bin", 3000)).map(drop)),
    ("module: `files`", |b| {
        let told = b.run(b"", |session, now| session.files(now, "UFS:*"))?;
        let shown: Vec<_> = told.lines.iter().filter(|line| line.contains("size: 3000")).collect();
        if shown.len() == 1 { Ok(()) } else { Err(format!("{:?}", told.lines)) }
    }),
    ("module: `download`", |b| {
        let told = b.run(b"", |session, now| session.download(now, "UFS:m.bin"))?;
        same(&told.data, &data())
    }),
    ("module: `file_open`", |b| plain!(b, file_open, "UFS:m.bin", OpenMode::ReadOnly)),
    ("module: `remove`", |b| {
        plain!(b, restart)?;
        b.setup(1)?;
        plain!(b, remove, "UFS:m.bin")
    }),
    ("login with FTPS", |b| {
        b.login(&Login { tls: Some(Tls::unchecked()), ..Login::new("server") })?;
        plain!(b, close)
    }),
    ("`data_address` 1", |b| {
        b.login(&Login { data_address: Some(DataAddress::Control), ..Login::new("server") })?;
        plain!(b, close)
    }),
    ("`data_address` 2", |b| {
        let data_address = Some(DataAddress::ControlThenGiven(None));
        b.login(&Login { data_address, ..Login::new("server") })?;
        plain!(b, close)
    }),
    ("`data_address` 2 with its time", |b| {
        let data_address = Some(DataAddress::ControlThenGiven(Some(25)));
        b.login(&Login { data_address, ..Login::new("server") })?;
        plain!(b, close)
    }),
    ("the greatest context", |b| {
        let range = b.family.pdp.contexts.value.to_string();
        let last = range.trim_matches(['(', ')']).rsplit('-').next().and_then(|last| last.parse().ok());
        b.setup(last.expect("a range of numbers"))?;
        b.login(&Login::new("server"))?;
        plain!(b, close)
    }),
    ("`deactivate`", |b| plain!(b, deactivate)),
];

fn bench(family: &Family) -> Bench {
    Bench { family: family.clone(), pair: Pair::new(config(family), || usize::MAX) }
}

/// The operations on a family, in virtual time. One that fails leaves a session that the next ones find again.
fn operations(family: &Family) -> Vec<String> {
    let mut bench = bench(family);
    let mut cells = Vec::new();
    for (_, work) in OPERATIONS {
        cells.push(match work(&mut bench) {
            Ok(()) => DONE.to_owned(),
            Err(why) => why,
        });
    }
    cells
}

/// What a doctor finds that is not good.
fn doctor(family: &Family) -> String {
    let server = MemoryServer::new();
    let module = Emulator::builder(config(family)).ftp(MemoryFtp::new(&server)).on_pty(None).expect("a PTY");
    let path = module.path().expect("a PTY has a path").display().to_string();
    let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
    let setup = Setup { apn: Some(Apn::new("internet")), ..Setup::default() };
    let what = Examination { login: Some(Login::new("server")), file: true, ..Examination::new(setup) };
    let findings = client.examine(&what, &mut |_| {}).expect("examined");
    assert!(!findings.is_empty());
    let bad: Vec<_> = findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Good)
        .map(|finding| format!("{}: {}", finding.check.name(), finding.said))
        .collect();
    if bad.is_empty() { DONE.to_owned() } else { bad.join("; ") }
}

/// Two passes of `qftp sync`, and one of `--delete`, through a real server.
fn sync(family: &Family) -> [String; 2] {
    let folder = TempDir::with_prefix("qftp-families-").expect("a folder");
    let server = Options::plain(Kind::Vsftpd).start();
    let module = Module::start(&["--profile", family.name()]);
    let own = folder.path().join("own");
    fs::create_dir(&own).expect("made");
    for name in ["a", "b"] {
        fs::write(own.join(name), data()).expect("written");
    }
    let (own_name, url) = (own.display().to_string(), server.url("nightly"));
    let pass = |more: &[&str]| {
        let run = module.qftp(&[&["sync", &own_name, &url], more].concat());
        let first = run.err.lines().find(|line| line.starts_with("qftp: ")).unwrap_or_default().to_owned();
        if run.code == Some(0) { Ok(run.text()) } else { Err(first) }
    };
    let there = |name: &str| fs::read(server.root().join("nightly").join(name)).ok();
    let whole = pass(&[]).and_then(|_| {
        pass(&[])?;
        if there("a") == Some(data()) { Ok(()) } else { Err("the server's file differs".to_owned()) }
    });
    fs::remove_file(own.join("b")).expect("removed");
    let deleted = pass(&["--delete"])
        .and_then(|_| if there("b").is_none() { Ok(()) } else { Err("it was not deleted".to_owned()) });
    [whole, deleted].map(|result| result.err().unwrap_or_else(|| DONE.to_owned()))
}

/// A row of the page: what was done, and what came of it on each family.
type Row = (String, Vec<String>);

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = OPERATIONS.iter().map(|(name, _)| ((*name).to_owned(), Vec::new())).collect();
    let more = ["`qftp doctor`", "`qftp sync`, twice", "`qftp sync --delete`"];
    rows.extend(more.map(|name| (name.to_owned(), Vec::new())));
    // Side by side: a family waits more than it works.
    let columns: Vec<Vec<String>> = thread::scope(|scope| {
        let column = |family| {
            scope.spawn(move || {
                let mut cells = operations(family);
                cells.push(doctor(family));
                cells.extend(sync(family));
                cells
            })
        };
        let threads: Vec<_> = Family::all().iter().map(column).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for cells in columns {
        rows.iter_mut().zip(cells).for_each(|((_, row), cell)| row.push(cell));
    }
    rows
}

fn page(rows: &[Row]) -> String {
    let mut page = HEAD.to_owned();
    let names: Vec<_> = Family::all().iter().map(|family| format!("`{}`", family.name())).collect();
    writeln!(page, "| | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len())).expect("text");
    let mut notes: Vec<&str> = Vec::new();
    for (name, cells) in rows {
        write!(page, "| {name} |").expect("text");
        for cell in cells {
            if cell == DONE {
                write!(page, " {DONE} |").expect("text");
                continue;
            }
            let at = notes.iter().position(|note| note == cell).unwrap_or_else(|| {
                notes.push(cell);
                notes.len() - 1
            });
            write!(page, " ({}) |", at + 1).expect("text");
        }
        page.push('\n');
    }
    page.push('\n');
    for (at, note) in notes.iter().enumerate() {
        writeln!(page, "{}. {note}", at + 1).expect("text");
    }
    page
}

/// What a host cannot have on a family, because the family does not have it.
fn may_fail(family: &Family, operation: &str) -> bool {
    let has =
        |name: &str| family.commands.exist.iter().any(|group| group.names.iter().any(|own| own == name));
    let rule = family.ftp.keys.iter().find(|rule| rule.name.name() == "data_address");
    match operation {
        "`names`" => !has("QFTPNLST") && !has("QFTPNLIST"),
        "`data_address` 2" | "`data_address` 2 with its time" => {
            rule.is_some_and(|rule| !rule.range.takes(0, 2))
        }
        _ => false,
    }
}

#[test]
fn every_operation_on_every_family() {
    let rows = rows();
    let page = page(&rows);
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        fs::write(PAGE, &page).expect("written");
    }
    for (name, cells) in &rows {
        for (cell, family) in cells.iter().zip(Family::all()) {
            assert!(cell == DONE || may_fail(family, name), "{family:?}, {name}: {cell}");
        }
    }
    let there = fs::read_to_string(Path::new(PAGE)).unwrap_or_default();
    let how = "QFTP_UPDATE_DOCS=1 cargo test -p qftp-tests --test cross_tests families";
    assert!(there == page, "docs/families.md is stale: {how}");
}
