//! What `sync --delete` deletes: only what a second question proves, however a server lists.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use qftp_tests::program::{Module, Run};
use qftp_tests::servers::{Kind, Options, Server};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    server: Server,
    module: Module,
}

impl Bench {
    fn new(options: &Options<'_>) -> Self {
        let folder = TempDir::with_prefix("qftp-deleting-").expect("a folder");
        let bench = Self { folder, server: options.start(), module: Module::start(&[]) };
        fs::create_dir(bench.there("nightly")).expect("made");
        bench
    }

    fn there(&self, name: &str) -> PathBuf {
        self.server.root().join(name)
    }

    fn here(&self, name: &str) -> PathBuf {
        self.folder.path().join("own").join(name)
    }

    /// The same files on both sides, or on one.
    fn put(&self, there: &[&str], here: &[&str]) {
        let there = there.iter().map(|name| self.there("nightly").join(name));
        for path in there.chain(here.iter().map(|name| self.here(name))) {
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, "x").expect("written");
        }
    }

    fn down(&self, more: &[&str]) -> Run {
        let (url, here) = (self.server.url("nightly"), self.here("").display().to_string());
        self.module.qftp(&[&["sync", "--delete", &url, &here], more].concat())
    }

    fn up(&self, more: &[&str]) -> Run {
        let (url, here) = (self.server.url("nightly"), self.here("").display().to_string());
        self.module.qftp(&[&["sync", "--delete", &here, &url], more].concat())
    }
}

/// Case 10: 150, nothing, 226.
#[test]
fn a_folder_that_the_server_may_not_look_into() {
    let bench = Bench::new(&Options::plain(Kind::Vsftpd));
    let files = ["secret/a", "secret/deep/b", "open/c", "d"];
    bench.put(&files, &[&files[..], &["secret/stray", "secret/old/e", "open/stray"]].concat());
    fs::set_permissions(bench.there("nightly/secret"), fs::Permissions::from_mode(0o711)).expect("set");
    for more in [&["--dry-run"][..], &[]] {
        let run = bench.down(more);
        assert_eq!(run.code, Some(5), "{}{}", run.text(), run.err);
        assert!(run.err.contains("secret/a: not deleted: the server has a file of this name"), "{}", run.err);
        assert!(!run.text().contains("secret"), "{}", run.text());
        let stays = ["secret/a", "secret/deep/b", "secret/stray", "secret/old/e", "open/c", "d"];
        assert!(stays.iter().all(|name| bench.here(name).exists()), "{}{}", run.text(), run.err);
        assert_eq!(bench.here("open/stray").exists(), !more.is_empty(), "what is proven goes");
    }
}

#[test]
fn an_empty_folder_is_believed_name_by_name() {
    let bench = Bench::new(&Options::plain(Kind::Vsftpd));
    bench.put(&[], &["a", "b"]);
    bench.down(&[]).ok();
    assert!(!bench.here("a").exists() && !bench.here("b").exists());
    // Whether a folder is there, SIZE does not say, and an empty listing neither.
    bench.put(&[], &["sub/a"]);
    let run = bench.down(&[]);
    assert_eq!(run.code, Some(5), "{}", run.text());
    assert!(
        bench.here("sub/a").exists() && run.err.contains("nothing else proves that it is gone"),
        "{}",
        run.err
    );
}

#[test]
fn a_listing_that_leaves_out_what_is_there() {
    let settings = "--hide\nhidden\n--hide\nfolder";
    let bench = Bench::new(&Options::plain(Kind::Pyftpdlib).with(settings));
    bench.put(&["hidden", "folder/x", "shown"], &["hidden", "folder/x", "shown", "stray"]);
    let run = bench.down(&[]);
    assert_eq!(run.code, Some(5), "{}", run.text());
    for told in ["hidden: not deleted: the server has a file", "folder/x: not deleted: the server has a file"]
    {
        assert!(run.err.contains(told), "no {told} in {}", run.err);
    }
    for name in ["hidden", "folder/x", "shown", "stray"] {
        assert!(bench.here(name).exists(), "{name} went by a listing that is wrong: {}", run.err);
    }
}

/// On a server that knows no SIZE, another listing has to do.
#[test]
fn without_size_the_names_are_asked_for_once_more() {
    let settings = "--reply\nSIZE=502 no\n--hide\nhidden";
    let bench = Bench::new(&Options::plain(Kind::Pyftpdlib).with(settings));
    bench.put(&["shown"], &["shown", "stray"]);
    bench.down(&[]).ok();
    assert!(!bench.here("stray").exists());
    fs::remove_file(bench.there("nightly/shown")).expect("removed");
    let run = bench.down(&[]);
    assert!(bench.here("shown").exists() && run.code == Some(5), "{}{}", run.text(), run.err);
}

#[test]
fn a_listing_that_breaks_off_or_is_in_doubt_deletes_nothing() {
    for settings in ["--end\nLIST=426 broken", "--entry\na\u{8}b", "--entry\n../x", "--entry\na\u{1b}[2J"] {
        let bench = Bench::new(&Options::plain(Kind::Pyftpdlib).with(settings));
        bench.put(&["a", "sub/b"], &["a", "sub/b", "stray", "sub/stray"]);
        let run = bench.down(&[]);
        assert_ne!(run.code, Some(0), "{settings:?}: {}", run.text());
        for name in ["a", "sub/b", "stray", "sub/stray"] {
            assert!(bench.here(name).exists(), "{settings:?}: {name} is gone: {}", run.err);
        }
    }
}

/// What it had, nobody has told: nothing below it goes on this side.
#[test]
fn a_folder_that_vanishes_meanwhile() {
    let bench = Bench::new(&Options::plain(Kind::Pyftpdlib).with("--vanish\nsub"));
    bench.put(&["a", "sub/b"], &["a", "stray", "sub/b", "sub/stray"]);
    let run = bench.down(&[]);
    assert_ne!(run.code, Some(0), "{}", run.text());
    assert!(!bench.there("nightly/sub").exists() && run.err.contains("sub"), "{}", run.err);
    for name in ["a", "sub/b", "sub/stray"] {
        assert!(bench.here(name).exists(), "{name} is gone: {}", run.err);
    }
}

#[test]
fn on_the_server_goes_only_what_it_has_under_this_very_name() {
    let bench = Bench::new(&Options::plain(Kind::Pyftpdlib).with("--entry\nnot there"));
    bench.put(&["stray", "sub/b"], &["a"]);
    let run = bench.up(&[]);
    assert_eq!(run.code, Some(5), "{}{}", run.text(), run.err);
    assert!(run.err.contains("not there: not deleted: the server has no file of this name"), "{}", run.err);
    assert!(bench.there("nightly/stray").exists(), "{}", run.err);

    let bench = Bench::new(&Options::plain(Kind::Vsftpd));
    bench.put(&["stray", "sub/b", " blank"], &["a"]);
    std::os::unix::fs::chown(bench.there("nightly"), Some(65001), Some(65001)).expect("given");
    std::os::unix::fs::chown(bench.there("nightly/sub"), Some(65001), Some(65001)).expect("given");
    bench.up(&[]).ok();
    for (name, there) in [("a", true), ("stray", false), ("sub", false), (" blank", false)] {
        assert_eq!(bench.there("nightly").join(name).exists(), there, "{name}");
    }
}

#[test]
fn no_more_than_is_allowed() {
    let bench = Bench::new(&Options::plain(Kind::Vsftpd));
    bench.put(&["a"], &["a", "b", "c"]);
    let run = bench.down(&["--max-delete", "1"]);
    assert_eq!(run.code, Some(1), "{}", run.text());
    assert!(
        run.err.contains("2 would be deleted, and --max-delete allows 1: nothing is deleted"),
        "{}",
        run.err
    );
    assert!(bench.here("b").exists() && bench.here("c").exists());
    bench.down(&["--max-delete", "2"]).ok();
    assert!(!bench.here("b").exists() && !bench.here("c").exists());
}
