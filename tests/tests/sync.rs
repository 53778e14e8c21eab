//! `qftp sync` on real servers: only what changed moves, times are kept, what is excluded stays, what fails does not stop the rest.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use qftp_tests::program::{Module, Run, command, partial, signal};
use qftp_tests::servers::{Kind, Options, Server};
use tempfile::TempDir;

/// 2020-02-03 04:05:06, long ago: listings tell it to the day.
const OLD: u64 = 1_580_702_706;

struct Bench {
    folder: TempDir,
    server: Server,
    module: Module,
}

impl Bench {
    fn new(options: &Options<'_>, arguments: &[&str]) -> Self {
        let folder = TempDir::with_prefix("qftp-sync-").expect("a folder");
        Self { folder, server: options.start(), module: Module::start(arguments) }
    }

    fn of(kind: Kind) -> Self {
        Self::new(&Options::plain(kind), &[])
    }

    fn here(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn there(&self, name: &str) -> PathBuf {
        self.server.root().join(name)
    }

    fn up(&self, more: &[&str]) -> Run {
        let (here, url) = (self.here("own").display().to_string(), self.server.url("nightly"));
        self.module.qftp(&[&["sync", &here, &url], more].concat())
    }

    fn down(&self, more: &[&str]) -> Run {
        let (url, here) = (self.server.url("nightly/"), self.here("back").display().to_string());
        self.module.qftp(&[&["sync", &url, &here], more].concat())
    }
}

/// Writes a file that was last changed so many seconds ago.
fn write(path: &Path, bytes: impl AsRef<[u8]>, ago: u64) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("made");
    fs::write(path, bytes).expect("written");
    set_time(path, SystemTime::now() - Duration::from_secs(ago));
}

fn set_time(path: &Path, time: SystemTime) {
    File::options().write(true).open(path).and_then(|file| file.set_modified(time)).expect("its time set");
}

fn modified(path: &Path) -> u64 {
    let time = path.metadata().and_then(|about| about.modified()).expect("there");
    time.duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}

/// The last line: what was done.
fn summary(text: &str) -> &str {
    let line = text.lines().last().unwrap_or_default();
    line.rsplit_once(" in ").map_or(line, |(what, _)| what)
}

#[test]
fn only_what_changed_moves_and_times_are_kept() {
    for kind in Kind::ALL {
        let bench = Bench::of(kind);
        let own = bench.here("own");
        write(&own.join("a.txt"), "one", 7200);
        write(&own.join("with space"), "two", 7200);
        write(&own.join("sub/deep/b.bin"), vec![7; 5000], 7200);
        write(&own.join("empty"), "", 7200);
        fs::create_dir(own.join("hollow")).expect("made");
        let first = bench.up(&[]).ok();
        assert_eq!(summary(&first), "4 sent (4.89 KiB), 4 folders made", "{kind}: {first}");
        assert_eq!(fs::read(bench.there("nightly/sub/deep/b.bin")).expect("there"), vec![7; 5000]);
        assert!(bench.there("nightly/hollow").is_dir() && bench.there("nightly/empty").is_file());
        assert_eq!(summary(&bench.up(&[]).ok()), "0 sent (0 B), 4 unchanged", "{kind}");

        // Of the same size, and newer by less than listings tell: the exact time is asked for.
        write(&own.join("a.txt"), "ONE", 0);
        set_time(&own.join("a.txt"), SystemTime::now() + Duration::from_secs(5));
        write(&own.join("sub/deep/b.bin"), vec![7; 5001], 7200);
        let changed = bench.up(&[]).ok();
        assert!(changed.contains("put    a.txt, 3 bytes: it is newer"), "{kind}: {changed}");
        assert!(changed.contains("put    sub/deep/b.bin, 5001 bytes: its size differs"), "{kind}: {changed}");
        assert_eq!(summary(&changed), "2 sent (4.89 KiB), 2 unchanged", "{kind}");

        // Down again, with the server's times.
        set_time(&bench.there("nightly/with space"), UNIX_EPOCH + Duration::from_secs(OLD));
        let down = bench.down(&[]).ok();
        assert_eq!(summary(&down), "4 got (4.89 KiB), 4 folders made", "{kind}: {down}");
        for name in ["a.txt", "with space", "sub/deep/b.bin", "empty"] {
            let (there, here) = (bench.there("nightly").join(name), bench.here("back").join(name));
            assert_eq!(fs::read(&there).expect("there"), fs::read(&here).expect("here"), "{kind}: {name}");
            // A listing without seconds tells the minute.
            let apart = modified(&there) - modified(&here);
            assert!(apart < 60, "{kind}: {name} is {apart} s older than on the server");
        }
        assert_eq!(modified(&bench.here("back/with space")), OLD, "{kind}");
        assert!(bench.here("back/hollow").is_dir());
        assert_eq!(summary(&bench.down(&[]).ok()), "0 got (0 B), 4 unchanged", "{kind}");

        write(&bench.there("nightly/empty"), "not any more", 0);
        set_time(&bench.there("nightly/a.txt"), SystemTime::now() + Duration::from_secs(300));
        let down = bench.down(&[]).ok();
        assert!(down.contains("get    a.txt, 3 bytes: it is newer"), "{kind}: {down}");
        assert_eq!(summary(&down), "2 got (15 B), 2 unchanged", "{kind}: {down}");
    }
}

#[test]
fn what_is_gone_is_deleted_and_what_is_excluded_stays() {
    let bench = Bench::of(Kind::Vsftpd);
    let own = bench.here("own");
    for name in ["keep.bin", "gone.bin", "old/deep/x", "cache/c", "mine.tmp"] {
        write(&own.join(name), "x", 7200);
    }
    bench.up(&[]).ok();
    assert!(bench.there("nightly/mine.tmp").exists());
    for name in ["gone.bin", "mine.tmp"] {
        fs::remove_file(own.join(name)).expect("removed");
    }
    for name in ["old", "cache"] {
        fs::remove_dir_all(own.join(name)).expect("removed");
    }
    let options = ["--delete", "--exclude", "*.tmp", "--exclude", "cache"];
    assert_eq!(summary(&bench.up(&[]).ok()), "0 sent (0 B), 1 unchanged", "nothing goes unasked");
    let dry = bench.up(&[&options[..], &["--dry-run"]].concat()).ok();
    let would =
        ["would rm     gone.bin", "would rm     old/deep/x", "would rmdir  old/deep", "would rmdir  old"];
    let told: Vec<&str> = dry.lines().filter(|line| line.starts_with("would rm")).collect();
    assert_eq!(told, would, "{dry}");
    assert!(bench.there("nightly/gone.bin").exists(), "a dry run does nothing");
    let done = bench.up(&options).ok();
    assert_eq!(summary(&done), "0 sent (0 B), 1 unchanged, 4 deleted, 2 excluded", "{done}");
    for (name, there) in
        [("gone.bin", false), ("old", false), ("keep.bin", true), ("mine.tmp", true), ("cache/c", true)]
    {
        assert_eq!(bench.there("nightly").join(name).exists(), there, "{name}");
    }

    // The same the other way round; only what is included comes.
    write(&bench.here("back/stray"), "x", 0);
    write(&bench.here("back/sub/stray"), "x", 0);
    let down = bench.down(&["--delete", "--include", "*.bin", "--include", "stray"]).ok();
    assert!(bench.here("back/keep.bin").exists() && !bench.here("back/mine.tmp").exists(), "{down}");
    assert!(!bench.here("back/stray").exists() && !bench.here("back/sub").exists(), "{down}");
}

#[test]
fn a_file_that_fails_does_not_stop_the_others() {
    let bench = Bench::of(Kind::Vsftpd);
    let own = bench.here("own");
    for name in ["a", "quote\"d", "z/last"] {
        write(&own.join(name), "x", 7200);
    }
    write(&bench.there("nightly/z/last/is a folder"), "x", 0);
    fs::set_permissions(bench.there("nightly"), fs::Permissions::from_mode(0o777)).expect("set");
    let run = bench.up(&[]);
    assert_eq!(run.code, Some(1), "{}{}", run.text(), run.err);
    assert!(
        run.err.contains("quote\"d")
            && run.err.contains("z/last: a file in the source, a folder in the target")
    );
    assert_eq!(summary(&run.text()), "1 sent (1 B), 2 failed", "{}", run.err);
    assert!(bench.there("nightly/a").exists());

    // One that the server does not give out.
    for name in ["nightly/a", "nightly/b", "nightly/c"] {
        write(&bench.there(name), "x", 0);
    }
    fs::set_permissions(bench.there("nightly/b"), fs::Permissions::from_mode(0o000)).expect("set");
    let run = bench.down(&["--json", "--exclude", "z"]);
    assert_eq!(run.code, Some(5), "{}{}", run.text(), run.err);
    let lines: Vec<String> = run.text().lines().map(str::to_owned).collect();
    let failed = lines.iter().find(|line| line.contains("\"action\":\"failed\"")).expect("it is told");
    assert!(failed.contains("\"path\":\"b\"") && failed.contains("\"server_code\":550"), "{failed}");
    let whole = lines.iter().find(|line| line.contains("\"command\":\"sync\"")).expect("the summary");
    assert!(whole.contains("\"files\":2") && whole.contains("\"failed\":1"), "{whole}");
    assert!(bench.here("back/c").exists() && !bench.here("back/b").exists());
    assert!(!partial(&bench.here("back/b")).exists(), "nothing of it came");
}

#[test]
fn names_that_leave_the_folder_are_refused() {
    let settings = "--entry\n../escaped\n--entry\n/tmp/escaped\n--entry\na\u{8}";
    let bench = Bench::new(&Options { settings, ..Options::plain(Kind::Pyftpdlib) }, &[]);
    write(&bench.there("nightly/a"), "x", 0);
    write(&bench.there("escaped"), "x", 0);
    write(&bench.here("back/stray"), "x", 0);
    let run = bench.down(&["--delete"]);
    assert_eq!(run.code, Some(5), "{}", run.text());
    assert!(
        run.err.contains("3 names cannot be used: `../escaped` would be outside of the folder"),
        "{}",
        run.err
    );
    assert!(bench.here("back/a").exists() && !bench.here("escaped").exists());
    // What the server has cannot be told, so nothing is deleted for not being there.
    assert!(bench.here("back/stray").exists() && run.err.contains("nothing is deleted"), "{}", run.err);
}

#[test]
fn a_local_link_is_no_way_out() {
    let bench = Bench::of(Kind::Pyftpdlib);
    write(&bench.there("nightly/sub/x"), "x", 0);
    fs::create_dir_all(bench.here("outside")).expect("made");
    fs::create_dir_all(bench.here("back")).expect("made");
    std::os::unix::fs::symlink(bench.here("outside"), bench.here("back/sub")).expect("linked");
    let run = bench.down(&[]);
    assert!(run.code == Some(1) && run.err.contains("a link to a folder in the target"), "{}", run.err);
    assert!(!bench.here("outside/x").exists());
}

#[test]
fn content_is_compared_by_reading_it() {
    let bench = Bench::of(Kind::Pureftpd);
    write(&bench.here("own/f"), "honest", 7200);
    write(&bench.here("own/g"), "the same", 7200);
    bench.up(&[]).ok();
    fs::write(bench.there("nightly/f"), "broken").expect("written");
    assert_eq!(summary(&bench.up(&[]).ok()), "0 sent (0 B), 2 unchanged", "its time hides it");
    let found = bench.up(&["--checksum"]).ok();
    assert!(found.contains("put    f, 6 bytes: its content differs"), "{found}");
    assert_eq!(summary(&found), "1 sent (6 B), 1 unchanged");
    assert_eq!(fs::read(bench.there("nightly/f")).expect("there"), b"honest");
}

#[test]
fn a_thousand_files_cost_a_command_each() {
    let bench = Bench::of(Kind::Vsftpd);
    for number in 0..1000 {
        write(&bench.here("own").join(format!("folder{}/f{number}", number % 10)), format!("{number}"), 7200);
    }
    let record = bench.here("record");
    let commands = |run: Run| {
        run.ok();
        fs::read_to_string(&record).expect("recorded").matches(" > AT").count()
    };
    let recorded = ["--record", &record.display().to_string()].map(str::to_owned);
    let recorded: Vec<&str> = recorded.iter().map(String::as_str).collect();
    // Set-up and login, and of each folder: making it, going there, and later its listing, with the question whether that was all.
    assert!(commands(bench.up(&recorded)) <= 1000 + 50);
    assert!(commands(bench.up(&recorded)) <= 60, "what is unchanged costs nothing");
    assert!(commands(bench.down(&recorded)) <= 1000 + 75);
    assert!(commands(bench.down(&recorded)) <= 75);
}

#[test]
fn a_session_that_is_lost_is_brought_back() {
    // After 2000 bytes of files the server's connection is gone: in the fifth file.
    let bench = Bench::new(&Options::plain(Kind::Vsftpd), &["--fault", "control-lost=2000"]);
    for number in 0..10 {
        write(&bench.here("own").join(format!("sub/f{number}")), vec![7; 450], 7200);
    }
    let lost = bench.up(&[]);
    assert_eq!(lost.code, Some(4), "{}{}", lost.text(), lost.err);
    assert!(lost.err.contains("606"), "{}", lost.err);
    assert_eq!(summary(&lost.text()), "9 sent (3.96 KiB), 2 folders made, 1 failed", "{}", lost.err);
    assert!(summary(&bench.up(&[]).ok()).starts_with("1 sent"), "the next one sends what is left");

    let bench = Bench::new(&Options::plain(Kind::Vsftpd), &["--fault", "control-lost=2000"]);
    for number in 0..10 {
        write(&bench.there(&format!("nightly/sub/f{number}")), vec![7; 450], 7200);
    }
    let through = bench.down(&["--retries", "3"]);
    for told in ["retry 1", "qftp: recovery: close the FTP session and open it again"] {
        assert!(through.err.contains(told), "no {told} in {}", through.err);
    }
    assert_eq!(summary(&through.ok()), "10 got (4.39 KiB), 2 folders made");
}

/// Some seconds of a line of 100,000 bytes a second.
const LONG: usize = 600_000;

#[test]
fn what_was_interrupted_goes_on() {
    let bench = Bench::new(&Options::plain(Kind::Pyftpdlib), &["--baud", "1000000"]);
    let bytes: Vec<u8> = (0..=250u8).chain(0..17).cycle().take(LONG).collect();
    write(&bench.here("own/big"), &bytes, 7200);
    write(&bench.here("own/small"), "x", 7200);
    let (own, back) = (bench.here("own").display().to_string(), bench.here("back").display().to_string());
    let url = bench.server.url("nightly");
    for (arguments, whole) in
        [(["sync", &own, &url], bench.there("nightly/big")), (["sync", &url, &back], bench.here("back/big"))]
    {
        let mut child = command(&["--port", &bench.module.port(), "--apn", "internet"])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        let began = Instant::now();
        let growing = |path: &Path| path.metadata().or_else(|_| partial(path).metadata());
        while growing(&whole).map_or(0, |about| about.len()) < 100_000 {
            assert!(began.elapsed() < Duration::from_secs(60), "{} does not grow", whole.display());
            thread::sleep(Duration::from_millis(10));
        }
        signal(&child, "INT");
        assert_eq!(child.wait().expect("a child").code(), Some(130));
        let there = growing(&whole).expect("kept").len();
        assert!(there < LONG as u64, "it was over too soon");
        let again = bench.module.qftp(&[&arguments[..], &["--resume", "-v"]].concat());
        assert!(again.err.contains("going on at byte"), "{}", again.err);
        again.ok();
        assert!(fs::read(&whole).expect("there") == bytes, "{} is not the same", whole.display());
    }

    // What was begun of another version is of no use.
    fs::remove_file(bench.here("back/big")).expect("removed");
    fs::write(bench.here("back/big.part"), vec![0; 200_000]).expect("written");
    fs::write(bench.here("back/.big.part"), vec![0; 200_000]).expect("written");
    let again = bench.down(&["--resume", "-v"]);
    assert!(!again.err.contains("going on at byte"), "{}", again.err);
    again.ok();
    assert!(fs::read(bench.here("back/big")).expect("there") == bytes);
}
