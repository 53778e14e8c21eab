//! Local and remote names: nobody's file is touched but the one that is named, whatever stands at
//! its side.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use qftp_tests::program::{Module, Run, command, partial, signal};
use qftp_tests::servers::{Kind, Options, Server};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    server: Server,
    module: Module,
}

impl Bench {
    fn new(settings: &str) -> Self {
        Self::with(settings, &[])
    }

    fn with(settings: &str, module: &[&str]) -> Self {
        let folder = TempDir::with_prefix("qftp-files-").expect("a folder");
        let server = Options::plain(Kind::Pyftpdlib).with(settings).start();
        Self { folder, server, module: Module::start(module) }
    }

    fn here(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn there(&self, name: &str) -> PathBuf {
        self.server.root().join(name)
    }

    /// Runs the program in the folder of this machine.
    fn run(&self, arguments: &[&str]) -> Run {
        let mut qftp = command(&["--port", &self.module.port(), "--apn", "internet"]);
        qftp.args(arguments).current_dir(self.folder.path()).output().expect("qftp runs").into()
    }

    fn shell(&self, lines: &str) -> Run {
        let mut child = command(&["--port", &self.module.port(), "--apn", "internet"])
            .args(["shell", &self.server.url(""), "--keep-going"])
            .current_dir(self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        child.stdin.take().expect("piped").write_all(lines.as_bytes()).expect("read");
        child.wait_with_output().expect("a child").into()
    }
}

fn write(path: &Path, bytes: &str) {
    fs::write(path, bytes).expect("written");
}

fn read(path: &Path) -> String {
    String::from_utf8_lossy(&fs::read(path).expect("there")).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("there").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_download_touches_nobody_elses_part() {
    let bench = Bench::new("");
    write(&bench.there("a"), "new");
    for is_link in [false, true] {
        if is_link {
            fs::remove_file(bench.here("a.part")).expect("removed");
            write(&bench.here("theirs"), "mine");
            symlink(bench.here("theirs"), bench.here("a.part")).expect("linked");
        } else {
            write(&bench.here("a.part"), "mine");
        }
        for more in [&[][..], &["--resume"], &["--retries", "1"]] {
            bench.run(&[&["get", &bench.server.url("a"), "a"], more].concat()).ok();
            assert_eq!((read(&bench.here("a")), read(&bench.here("a.part"))), ("new".into(), "mine".into()));
        }
    }
}

#[test]
fn a_server_that_has_a_and_a_part() {
    let bench = Bench::new("");
    write(&bench.there("a"), "one");
    write(&bench.there("a.part"), "its own");
    let sync = || bench.run(&["sync", "--delete", &bench.server.url(""), "back"]);
    sync().ok();
    write(&bench.there("a"), "changed");
    sync().ok();
    assert_eq!(read(&bench.here("back/a")), "changed");
    assert_eq!(read(&bench.here("back/a.part")), "its own");
    assert_eq!(names(&bench.here("back")), ["a", "a.part"]);
}

#[test]
fn an_atomic_upload_touches_nobody_elses_part() {
    let bench = Bench::new("");
    write(&bench.here("up.txt"), "new");
    write(&bench.there("up.txt"), "old");
    write(&bench.there("up.txt.part"), "mine");
    for more in [&[][..], &["--resume"], &["--verify"]] {
        let put = ["put", "--atomic", "up.txt", &bench.server.url("up.txt")];
        bench.run(&[&put[..], more].concat()).ok();
        assert_eq!(read(&bench.there("up.txt")), "new");
        assert_eq!(read(&bench.there("up.txt.part")), "mine");
        assert_eq!(names(&bench.server.root()), ["up.txt", "up.txt.part"]);
    }
}

/// The old file stays, whole; so does the new one, and it is said where.
#[test]
fn a_rename_that_is_refused_loses_nothing() {
    let bench = Bench::new("--reply\nRNTO=553 there is one");
    write(&bench.here("up.txt"), "new");
    write(&bench.there("up.txt"), "old");
    let run = bench.run(&["put", "--atomic", "up.txt", &bench.server.url("up.txt")]);
    assert_eq!(run.code, Some(5), "{}", run.text());
    assert_eq!(read(&bench.there("up.txt")), "old");
    let temporary =
        names(&bench.server.root()).into_iter().find(|name| name != "up.txt").expect("the new one");
    assert_eq!(read(&bench.there(&temporary)), "new");
    assert!(run.err.contains(&format!("the new file is whole as {temporary}")), "{}", run.err);
}

/// Nobody says whether it was done: both names are looked up, and it is done again where it was
/// not.
#[test]
fn a_rename_whose_outcome_is_lost() {
    for settings in ["--lose\nRNTO", "--drop\nRNTO"] {
        let bench = Bench::new(settings);
        write(&bench.here("up.txt"), "new");
        write(&bench.there("up.txt"), "old");
        bench.run(&["put", "--atomic", "up.txt", &bench.server.url("up.txt")]).ok();
        assert_eq!(read(&bench.there("up.txt")), "new", "{settings}");
        assert_eq!(names(&bench.server.root()), ["up.txt"], "{settings}");
    }
}

/// What an earlier call has left is gone on with, and nothing else is taken for it.
#[test]
fn an_atomic_upload_is_found_again() {
    let bench = Bench::with("", &["--fault", "control-lost=150000"]);
    let bytes: Vec<u8> = (0..=250u8).chain(0..17).cycle().take(300_000).collect();
    fs::write(bench.here("big"), &bytes).expect("written");
    let put =
        |more: &[&str]| bench.run(&[&["put", "--atomic", "-v", "big", &bench.server.url("")], more].concat());
    let broken = put(&[]);
    assert!(broken.code == Some(4) && broken.err.contains("--resume goes on with that"), "{}", broken.err);
    let left = names(&bench.server.root());
    assert!(left.len() == 1 && left[0] != "big", "{left:?}");
    let again = put(&["--resume"]);
    assert!(again.err.contains("going on at byte"), "{}", again.err);
    again.ok();
    assert!(fs::read(bench.there("big")).expect("there") == bytes);
    assert_eq!(names(&bench.server.root()), ["big"]);
}

#[test]
fn a_name_of_255_bytes_comes_and_goes() {
    let bench = Bench::new("");
    let name = "x".repeat(255);
    write(&bench.there(&name), "long");
    bench.run(&["get", &bench.server.url(&name)]).ok();
    assert_eq!(read(&bench.here(&name)), "long");
    write(&bench.here(&name), "longer");
    bench.run(&["put", "--atomic", &name, &bench.server.url("")]).ok();
    assert_eq!(read(&bench.there(&name)), "longer");
}

#[test]
fn a_local_file_whose_name_is_a_dash() {
    let bench = Bench::new("");
    write(&bench.here("-"), "dash");
    bench.run(&["put", "./-", &bench.server.url("")]).ok();
    assert_eq!(read(&bench.there("-")), "dash");
    fs::remove_file(bench.here("-")).expect("removed");
    bench.run(&["get", &bench.server.url("-"), "./-"]).ok();
    assert_eq!(read(&bench.here("-")), "dash");
    assert_eq!(bench.run(&["get", &bench.server.url("-"), "-"]).ok(), "dash");
}

#[test]
fn what_a_wildcard_expands_to_is_no_option() {
    let bench = Bench::new("");
    for name in ["-rf", "--resume", "-", "plain"] {
        write(&bench.there(name), name);
    }
    bench.shell("mget *\n").ok();
    assert_eq!(names(bench.folder.path()), ["-", "--resume", "-rf", "plain"]);
    fs::remove_file(bench.there("-rf")).expect("removed");
    bench.shell("rm *\n").ok();
    assert_eq!(names(&bench.server.root()), [""; 0]);
    bench.shell("mput *\n").ok();
    assert_eq!(names(&bench.server.root()), ["-", "--resume", "-rf", "plain"]);
    assert_eq!(read(&bench.there("-")), "-");
}

/// A module edits its command line by BS and DEL: `report.txt`, ten BS, `victim.txt` would be
/// `victim.txt` to it.
#[test]
fn names_that_edit_the_command_line_are_shown_counted_and_left_alone() {
    let hostile = "report.txt\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}\u{8}victim.txt";
    let bench = Bench::new(&format!("--entry\n{hostile}\n--entry\na\u{7f}b\n--entry\n../x"));
    write(&bench.there("victim.txt"), "mine");
    fs::create_dir(bench.here("empty")).expect("made");
    let url = bench.server.url("");
    let runs = [
        bench.run(&["ls", "--facts", &url]),
        bench.run(&["tree", &url]),
        bench.run(&["sync", "--delete", "empty", &url]),
        bench.run(&["sync", "--delete", &url, "back"]),
        bench.shell("ls\n"),
        bench.shell("mget *\n"),
        bench.shell("rm r*\n"),
    ];
    for run in runs {
        assert_eq!(run.code, Some(5), "{}{}", run.text(), run.err);
        assert!(run.err.contains("3 names cannot be used"), "{}{}", run.text(), run.err);
        assert!(run.err.contains(r"`a\x7fb` has a control character"), "{}", run.err);
        assert!(!run.err.bytes().any(|byte| byte == 8 || byte == 0x7F), "{:?}", run.err);
    }
    assert_eq!(read(&bench.there("victim.txt")), "mine");
    assert_eq!(read(&bench.here("back/victim.txt")), "mine");
    assert!(!bench.here("x").exists() && !bench.server.log().contains("DELE"), "{}", bench.server.log());
}

/// Each of the 256 in a name of the command line: no file but the named one is touched.
#[test]
fn every_byte_in_a_name() {
    let bench = Bench::new("");
    let all = |byte: u8| format!("a%{byte:02X}b");
    for byte in 0..=u8::MAX {
        let victims = ["a", "b", "ab"].map(|name| bench.there(name));
        victims.iter().for_each(|path| write(path, "mine"));
        let is_name = (b' '..0x7F).contains(&byte) && !matches!(byte, b'"' | b'/');
        let path = bench.there(&format!("a{}b", char::from(byte)));
        if is_name {
            write(&path, "named");
        }
        let run = bench.run(&["rm", &bench.server.url(&all(byte))]);
        assert_eq!(run.code == Some(0), is_name, "{byte:#x}: {}", run.err);
        assert!(!is_name || !path.exists(), "{byte:#x}");
        // A folder of the name is none of them either.
        victims.iter().for_each(|path| assert_eq!(read(path), "mine", "{byte:#x}"));
    }
}

#[test]
fn what_is_no_regular_file_is_written_into() {
    let bench = Bench::new("");
    write(&bench.there("a"), "through");
    let pipe = bench.here("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
    let reader = {
        let pipe = pipe.clone();
        thread::spawn(move || {
            let mut text = String::new();
            fs::File::open(pipe).and_then(|mut file| file.read_to_string(&mut text)).map(|_| text)
        })
    };
    bench.run(&["get", &bench.server.url("a"), "pipe"]).ok();
    assert_eq!(reader.join().expect("no panic").expect("read"), "through");
    assert!(fs::metadata(&pipe).expect("there").file_type().is_fifo());
    assert!(bench.run(&["get", &bench.server.url("a"), "/dev/stdout"]).ok().starts_with("through"));
    bench.run(&["get", &bench.server.url("a"), "/dev/null"]).ok();
    assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device());
    let run = bench.run(&["get", "--resume", &bench.server.url("a"), "pipe"]);
    assert!(run.code == Some(6) && run.err.contains("pipe: it is no regular file"), "{}", run.err);
    let run = bench.run(&["get", "--retries", "2", &bench.server.url("a"), "/dev/null"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    let run = bench.run(&["get", &bench.server.url("a"), "/dev/full"]);
    assert!(run.code == Some(6) && run.err.contains("/dev/full: No space left"), "{}", run.err);

    // A link stays one.
    write(&bench.here("real"), "old");
    symlink("real", bench.here("link")).expect("linked");
    bench.run(&["get", &bench.server.url("a"), "link"]).ok();
    assert!(bench.here("link").is_symlink() && read(&bench.here("real")) == "through");

    // Files of /proc say that they are empty.
    bench.run(&["put", "/proc/self/status", &bench.server.url("status")]).ok();
    assert!(read(&bench.there("status")).starts_with("Name:\tqftp"));
}

/// A process that is killed has no time to write anything; the next one goes on, exactly.
#[test]
fn a_process_that_is_killed() {
    let bench = Bench::with("", &["--baud", "460800"]);
    let bytes: Vec<u8> = (0..=250u8).chain(0..17).cycle().take(300_000).collect();
    fs::write(bench.there("big"), &bytes).expect("written");
    let url = bench.server.url("big");
    let mut child = command(&["--port", &bench.module.port(), "--apn", "internet", "get", &url, "big"])
        .current_dir(bench.folder.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("qftp starts");
    let (began, whole) = (Instant::now(), bench.here("big"));
    while partial(&whole).metadata().map_or(0, |about| about.len()) < 150_000 {
        assert!(began.elapsed() < Duration::from_secs(60), "it does not grow");
        thread::sleep(Duration::from_millis(10));
    }
    signal(&child, "KILL");
    child.wait().expect("a child");
    let run = bench.run(&["get", "--resume", "-v", &url, "big"]);
    assert!(run.err.contains("going on at byte"), "{}", run.err);
    run.ok();
    assert!(fs::read(&whole).expect("there") == bytes);
    assert_eq!(names(bench.folder.path()), ["big"]);
}

/// What came before the disk was full stays, and the message names the file.
#[test]
fn a_full_disk_keeps_what_is_proven() {
    let bench = Bench::new("");
    let bytes: Vec<u8> = (0..=250u8).chain(0..17).cycle().take(300_000).collect();
    fs::write(bench.there("big"), &bytes).expect("written");
    let disk = bench.here("disk");
    fs::create_dir(&disk).expect("made");
    let mount = |size: &str, more: &str| {
        let options = format!("{more}size={size}");
        Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(&disk).status().expect("runs")
    };
    assert!(mount("128k", "").success(), "the tests run as root");
    let get = ["get", &bench.server.url("big"), "disk/big", "--resume", "-v"];
    let run = bench.run(&get);
    let kept = partial(&disk.join("big")).metadata().map_or(0, |about| about.len());
    let mounted = mount("1m", "remount,");
    let again = bench.run(&get);
    let whole = fs::read(disk.join("big"));
    assert!(Command::new("umount").arg(&disk).status().expect("runs").success() && mounted.success());
    assert_eq!(run.code, Some(6), "{}", run.err);
    assert!(
        run.err.contains("disk/big: No space left") && run.err.contains("--resume goes on"),
        "{}",
        run.err
    );
    assert!(kept > 50_000, "{kept}: {}", run.err);
    assert!(again.err.contains(&format!("going on at byte {kept}")), "{}", again.err);
    assert!(whole.expect("there") == bytes);
}
