use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::*;

const URL: &str = "ftp://me@host/f";

fn origin() -> Origin {
    let version = Version { size: Some(9), modified: Some("20261122164500".to_owned()) };
    Origin { url: URL.to_owned(), version }
}

struct Bench(tempfile::TempDir);

impl Bench {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn create(&self, name: &str, begin: Begin) -> LocalTarget {
        LocalTarget::create(&self.path(name), "unused", &origin(), begin).expect("made")
    }

    /// A download of which `bytes` came and `good` are good.
    fn broken(&self, name: &str, bytes: &[u8], good: u64) -> Option<Kept> {
        let mut target = self.create(name, Begin::Anew);
        target.write_all(bytes).expect("written");
        target.record(good).expect("noted");
        target.keep().expect("kept")
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("there").flatten();
        let mut names: Vec<_> =
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

#[test]
fn a_file_has_its_name_only_when_whole() {
    let bench = Bench::new();
    drop(bench.create("f", Begin::Anew));
    assert_eq!(bench.create("f", Begin::Anew).keep().expect("nothing"), None);
    assert_eq!(bench.names(), [""; 0]);

    fs::write(bench.path("f"), "old").expect("written");
    let kept = bench.broken("f", b"who??", 3).expect("something");
    assert_eq!((kept.bytes, fs::read(&kept.part).expect("there")), (3, b"who".to_vec()));
    assert!(is_partial(&kept.part) && is_partial(&kept.part.with_extension("proof")));
    assert_eq!(fs::read(bench.path("f")).expect("there"), b"old");

    let mut target = bench.create("f", Begin::Partial);
    assert_eq!(target.trusted(), 3);
    target.seek(SeekFrom::Start(3)).expect("sought");
    target.write_all(b"le").expect("written");
    assert_eq!(target.finish().expect("renamed"), bench.path("f"));
    assert_eq!(fs::read(bench.path("f")).expect("there"), b"whole");
    assert_eq!(bench.names(), ["f"]);
}

#[test]
fn in_a_folder_it_has_the_last_part_of_the_name() {
    let bench = Bench::new();
    let create = |name| LocalTarget::create(bench.0.path(), name, &origin(), Begin::Anew);
    let mut target = create("there/f").expect("made");
    target.write_all(b"x").expect("written");
    assert_eq!(target.finish().expect("named"), bench.path("f"));
    assert!(create("there/..").is_err());
}

#[test]
fn nobodys_file_is_taken() {
    let bench = Bench::new();
    let names = [".f.part", "f.part"];
    for name in names {
        fs::write(bench.path(name), "mine").expect("written");
    }
    let kept = bench.broken("f", b"who", 3).expect("something");
    // Somebody's files under the very names that were made a moment ago, and a link.
    let proof = kept.part.with_extension("proof");
    for take in [true, false] {
        if take {
            fs::write(&proof, "mine").expect("written");
        } else {
            fs::remove_file(&proof).expect("removed");
            symlink(bench.path("f.part"), &proof).expect("linked");
        }
        fs::write(&kept.part, "mine too").expect("written");
        let mut target = bench.create("f", Begin::Partial);
        assert_eq!(target.trusted(), 0);
        target.write_all(b"whole").expect("written");
        target.finish().expect("named");
        assert_eq!(fs::read(bench.path("f")).expect("there"), b"whole");
        assert_eq!(fs::read(&kept.part).expect("there"), b"mine too");
        for name in names {
            assert_eq!(fs::read(bench.path(name)).expect("there"), b"mine");
        }
    }
    // The file itself may be a link that somebody put there for us to follow.
    let other = Bench::new();
    let kept = other.broken("f", b"who", 3).expect("something");
    fs::remove_file(&kept.part).expect("removed");
    fs::write(other.path("theirs"), "theirs").expect("written");
    symlink(other.path("theirs"), &kept.part).expect("linked");
    let mut target = other.create("f", Begin::Partial);
    target.write_all(b"whole").expect("written");
    target.finish().expect("named");
    assert_eq!(fs::read(other.path("theirs")).expect("there"), b"theirs");
}

#[test]
fn two_at_a_time_do_not_meet() {
    let bench = Bench::new();
    let (mut one, mut two) = (bench.create("f", Begin::Anew), bench.create("f", Begin::Partial));
    one.write_all(b"one").expect("written");
    two.write_all(b"two!").expect("written");
    one.finish().expect("named");
    assert_eq!(fs::read(bench.path("f")).expect("there"), b"one");
    two.finish().expect("named");
    assert_eq!(fs::read(bench.path("f")).expect("there"), b"two!");
    assert_eq!(bench.names(), ["f"]);
}

#[test]
fn only_the_same_version_is_gone_on_with() {
    let bench = Bench::new();
    bench.broken("f", b"who", 3);
    let other = Origin { version: Version { size: Some(10), modified: None }, ..origin() };
    let target = LocalTarget::create(&bench.path("f"), "", &other, Begin::Partial).expect("made");
    assert_eq!(target.trusted(), 0, "of another size");
    drop(target);

    bench.broken("f", b"who", 3);
    let unknown = Origin::new(URL);
    let mut target = LocalTarget::create(&bench.path("f"), "", &unknown, Begin::Partial).expect("made");
    assert!(target.trusted() == 3 && target.wants_version());
    let newer = Version { size: Some(9), modified: Some("20261122164501".to_owned()) };
    assert!(!target.is_of(&newer).expect("compared") && !target.wants_version());
    assert_eq!(target.trusted(), 0, "it was written to since");
    drop(target);

    bench.broken("f", b"who", 3);
    let url = Origin { url: "ftp://me@host/g".to_owned(), ..origin() };
    let target = LocalTarget::create(&bench.path("f"), "", &url, Begin::Partial).expect("made");
    assert_eq!(target.trusted(), 0, "another file");
}

#[test]
fn a_process_that_is_killed_leaves_what_is_noted_and_no_more() {
    let bench = Bench::new();
    let mut target = bench.create("f", Begin::Anew);
    target.write_all(b"0123456789").expect("written");
    target.record(4).expect("noted");
    let Kind::Partial(partial) = target.0 else { panic!("a file") };
    // No code of ours runs when a process is killed; the system lets go of its files.
    let names: Vec<_> = bench.names().iter().map(|name| (name.clone(), fs::read(bench.path(name)))).collect();
    drop(partial);
    for (name, bytes) in names {
        fs::write(bench.path(&name), bytes.expect("read")).expect("as it was");
    }
    let mut target = bench.create("f", Begin::Partial);
    assert_eq!(target.trusted(), 4);
    let mut begun = Vec::new();
    target.read_to_end(&mut begun).expect("read");
    assert_eq!(begun, b"0123", "what is beyond was cut");
    drop(target);
    // Less is there than is said to be good: nothing of it can be.
    let part = bench.names().into_iter().find(|name| name.ends_with(".part")).expect("there");
    fs::write(bench.path(&part), "012").expect("written");
    assert_eq!(bench.create("f", Begin::Partial).trusted(), 0);
}

#[test]
fn less_is_noted_before_it_is_cut() {
    let bench = Bench::new();
    let mut target = bench.create("f", Begin::Anew);
    target.write_all(b"0123456789").expect("written");
    target.record(10).expect("noted");
    target.set_len(2).expect("cut");
    assert_eq!(target.trusted(), 2);
}

#[test]
fn the_target_itself_is_a_beginning_only_where_the_user_says_so() {
    let bench = Bench::new();
    fs::write(bench.path("f"), "who").expect("written");
    assert_eq!(bench.create("f", Begin::Partial).trusted(), 0);
    let mut target = bench.create("f", Begin::PartialOrTarget);
    assert_eq!(target.trusted(), 3);
    let mut begun = Vec::new();
    target.rewind().and_then(|()| target.read_to_end(&mut begun)).expect("read");
    assert_eq!(begun, b"who");
    assert_eq!(fs::read(bench.path("f")).expect("there"), b"who", "it stays until the new one is whole");
    target.keep().expect("kept");
    assert_eq!(bench.create("f", Begin::Partial).trusted(), 0, "nothing has proven what he said");
}

#[test]
fn links_are_followed_and_stay() {
    let bench = Bench::new();
    fs::create_dir(bench.path("d")).expect("made");
    fs::write(bench.path("d/real"), "old").expect("written");
    symlink("d/real", bench.path("one")).expect("linked");
    symlink("one", bench.path("two")).expect("linked");
    symlink("d/none", bench.path("dangling")).expect("linked");
    for (link, real) in [("two", "d/real"), ("dangling", "d/none")] {
        let mut target = bench.create(link, Begin::Anew);
        target.write_all(b"new").expect("written");
        target.finish().expect("named");
        assert!(bench.path(link).is_symlink(), "{link}");
        assert_eq!(fs::read(bench.path(real)).expect("there"), b"new");
    }
    symlink("round", bench.path("round")).expect("linked");
    assert!(LocalTarget::create(&bench.path("round"), "", &origin(), Begin::Anew).is_err());
}

#[test]
fn modes_are_kept_and_what_is_read_only_is_refused() {
    let bench = Bench::new();
    let mode = |name| fs::metadata(bench.path(name)).expect("there").permissions().mode() & 0o7777;
    fs::write(bench.path("new"), "").expect("written");
    let umask = mode("new");
    fs::remove_file(bench.path("new")).expect("removed");
    let fetch = |name: &str| bench.create(name, Begin::Anew).finish().expect("named");
    fetch("new");
    assert_eq!(mode("new"), umask);
    for wanted in [0o600, 0o755] {
        fs::set_permissions(bench.path("new"), fs::Permissions::from_mode(wanted)).expect("set");
        fetch("new");
        assert_eq!(mode("new"), wanted);
    }
    fs::set_permissions(bench.path("new"), fs::Permissions::from_mode(0o444)).expect("set");
    let refused = LocalTarget::create(&bench.path("new"), "", &origin(), Begin::Anew).expect_err("refused");
    assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
    assert!(refused.to_string().contains("new: it is read-only"), "{refused}");
}

#[test]
fn pipes_and_devices_are_written_into() {
    let mut null = LocalTarget::create(Path::new("/dev/null"), "", &origin(), Begin::Anew).expect("opened");
    assert!(null.is_stream());
    null.write_all(b"x").expect("written");
    assert!(null.set_len(0).is_err() && null.set_len(1).is_ok());
    null.finish().expect("done");
    let refused = LocalTarget::create(Path::new("/dev/null"), "", &origin(), Begin::Partial).expect_err("no");
    assert!(refused.to_string().starts_with("/dev/null: it is no regular file"), "{refused}");
    let mut full = LocalTarget::create(Path::new("/dev/full"), "", &origin(), Begin::Anew).expect("opened");
    let error = full.write_all(b"x").expect_err("full");
    assert!(error.to_string().starts_with("/dev/full: No space left"), "{error}");
    assert_eq!(full.keep().expect("nothing"), None);
}

#[test]
fn the_longest_name_there_is() {
    let bench = Bench::new();
    for name in ["x".repeat(255), format!("{}a", "ü".repeat(127))] {
        let kept = bench.broken(&name, b"who", 3).expect("something");
        assert!(kept.part.exists());
        bench.create(&name, Begin::Partial).finish().expect("named");
        assert_eq!(fs::read(bench.path(&name)).expect("there"), b"who");
    }
}

#[test]
fn errors_name_the_file() {
    let bench = Bench::new();
    let create = |name: &str| LocalTarget::create(&bench.path(name), "", &origin(), Begin::Anew);
    let error = create("none/f").expect_err("no such folder");
    assert!(error.to_string().contains("none/f: "), "{error}");
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
    // It cannot get its name: nothing of it is lost.
    let mut target = create("f").expect("made");
    target.write_all(b"whole").expect("written");
    fs::create_dir(bench.path("f")).expect("made");
    let error = target.finish().expect_err("a folder has the name");
    assert!(
        error.to_string().contains("f: ") && error.to_string().contains("the whole file is in"),
        "{error}"
    );
    let part = bench.names().into_iter().find(|name| name.ends_with(".part")).expect("kept");
    assert_eq!(fs::read(bench.path(&part)).expect("there"), b"whole");
}

#[test]
fn a_source_that_changes_is_named() {
    let bench = Bench::new();
    fs::write(bench.path("s"), "0123456789").expect("written");
    let open = || LocalSource::open(&bench.path("s")).expect("opened");
    let mut source = open();
    let was = source.identity();
    fs::File::options().write(true).open(bench.path("s")).and_then(|file| file.set_len(4)).expect("cut");
    let error = source.read_to_end(&mut Vec::new()).expect_err("too short");
    assert!(error.to_string().contains("s: it has only 4 bytes now and had 10 before"), "{error}");
    assert!(source.unchanged().expect_err("changed").to_string().contains("s: it was written to"));
    assert!(open().unchanged().is_ok() && open().identity() != was);

    let mut status = LocalSource::open(Path::new("/proc/self/status")).expect("opened");
    assert_eq!((status.len(), status.identity()), (None, None));
    let mut text = String::new();
    status.read_to_string(&mut text).expect("read");
    assert!(text.starts_with("Name:"), "{text}");
    assert_eq!(LocalSource::open(bench.0.path()).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
}
