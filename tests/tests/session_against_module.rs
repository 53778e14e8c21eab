//! The host's session against the emulated module, with no sockets, in virtual time: every operation, and the laws of exactness.

use proptest::prelude::*;
use qftp_core::session::{Cause, GetOptions, Misuse, PutOptions, Session, SessionState, Via};
use qftp_core::wire::{OpenMode, Storage};
use qftp_tests::pair::{Pair, config};

/// What could be taken for something else on the line.
pub(crate) fn nasty() -> Vec<u8> {
    let mut data = Vec::new();
    data.extend_from_slice(b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n");
    data.extend_from_slice(b"+++");
    data.extend((0..=255u8).cycle().take(1024));
    data.extend_from_slice(b"\r\nAT+QFDEL=\"*\"\r\r\nERROR\r\n\r\n+CME ERROR: 606\r\nNO CARRIER\r\n+QFTPPUT: 605,426\r\nRDY\r\nA+++");
    data
}

pub(crate) fn put(pair: &mut Pair, name: &str, data: &[u8]) -> String {
    let options = PutOptions::whole(data.len() as u64);
    pair.run(data, |session, now| session.put(now, name, &options)).expect_done()
}

pub(crate) fn get(pair: &mut Pair, name: &str) -> Vec<u8> {
    let told = pair.run(b"", |session, now| session.get(now, name, &GetOptions::default()));
    told.clone().expect_done();
    told.data
}

#[test]
fn a_file_goes_up_and_comes_down() {
    let mut pair = Pair::whole().logged_in();
    for len in [0, 1, 2, 3, 1023, 1024, 1025, 65536] {
        let data: Vec<u8> = nasty().into_iter().cycle().take(len).collect();
        assert_eq!(put(&mut pair, "a.bin", &data), format!("Number({len})"));
        assert_eq!(pair.server.file("/a.bin").as_deref(), Some(&data[..]), "{len}");
        assert_eq!(get(&mut pair, "a.bin"), data, "{len}");
    }
}

#[test]
fn both_staged_roads_prove_their_checksum() {
    for storage in [Storage::Ufs, Storage::Ram, Storage::Sd] {
        let mut pair = Pair::whole().logged_in();
        for len in [0, 1, 1024, 1025, 2048, 5000] {
            let data: Vec<u8> = nasty().into_iter().cycle().take(len).collect();
            let options = PutOptions { via: Via::Storage(storage), ..PutOptions::whole(len as u64) };
            pair.run(&data, |session, now| session.put(now, "b.bin", &options)).expect_done();
            assert_eq!(pair.server.file("/b.bin").as_deref(), Some(&data[..]), "{len}");
            let options = GetOptions { via: Via::Storage(storage), ..GetOptions::default() };
            let told = pair.run(b"", |session, now| session.get(now, "b.bin", &options));
            assert_eq!(told.data, data, "{len}");
            told.expect_done();
        }
        // Nothing is left behind in the module.
        let told = pair.run(b"", |session, now| session.files(now, &format!("{}*", storage.prefix())));
        assert!(told.lines.is_empty(), "{told:?}");
    }
}

#[test]
fn an_upload_in_parts_is_one_file() {
    let mut pair = Pair::whole().logged_in();
    let data = nasty();
    let (mut start, parts) = (0, 5);
    let pieces: Vec<&[u8]> = data.chunks(data.len().div_ceil(parts)).collect();
    for (index, piece) in pieces.iter().enumerate() {
        let options =
            PutOptions { start, len: piece.len() as u64, last: index + 1 == pieces.len(), via: Via::Com };
        pair.run(piece, |session, now| session.put(now, "c.bin", &options)).expect_done();
        start += piece.len() as u64;
    }
    assert_eq!(pair.server.file("/c.bin"), Some(data));
}

#[test]
fn a_download_can_start_anywhere_up_to_the_end() {
    let mut pair = Pair::whole().logged_in();
    let data = nasty();
    pair.server.add_file("/d.bin", data.clone());
    for start in [0, 1, 500, data.len() - 1, data.len()] {
        let options = GetOptions { start: start as u64, ..GetOptions::default() };
        let told = pair.run(b"", |session, now| session.get(now, "d.bin", &options));
        assert_eq!(told.data, &data[start..]);
        told.expect_done();
    }
    let options = GetOptions { start: data.len() as u64 + 1, ..GetOptions::default() };
    let failure = pair.run(b"", |session, now| session.get(now, "d.bin", &options)).expect_failure();
    assert!(matches!(failure.cause, Cause::Misuse(Misuse::StartBeyondEnd { .. })), "{failure}");
    assert_eq!(failure.state, SessionState::Usable);
}

#[test]
fn folders_names_sizes_and_times() {
    let mut pair = Pair::whole().logged_in();
    pair.server.add_file("/dir/x.txt", "hello");
    pair.run(b"", |s, now| s.cwd(now, "/dir")).expect_done();
    assert_eq!(pair.run(b"", Session::pwd).expect_done(), format!("Text({:?})", b"/dir"));
    assert_eq!(pair.run(b"", |s, now| s.size(now, "x.txt")).expect_done(), "Number(5)");
    assert!(pair.run(b"", |s, now| s.modified(now, "x.txt")).expect_done().starts_with("Text("));
    pair.run(b"", |s, now| s.rename(now, "x.txt", "y.txt")).expect_done();
    pair.run(b"", |s, now| s.make_dir(now, "sub")).expect_done();
    assert!(pair.server.has_folder("/dir/sub"));
    let names = pair.run(b"", |s, now| s.names(now, "."));
    assert!(String::from_utf8_lossy(&names.data).contains("y.txt"), "{names:?}");
    names.expect_done();
    let long = pair.run(b"", |s, now| s.list(now, "."));
    let entries: Vec<_> = long
        .data
        .split(|b| *b == b'\n')
        .filter_map(|l| qftp_core::listing::long(l.trim_ascii_end()))
        .collect();
    assert_eq!(entries.len(), 2, "{long:?}");
    let facts = pair.run(b"", |s, now| s.facts(now, "."));
    assert!(
        facts
            .data
            .split(|b| *b == b'\n')
            .filter_map(|l| qftp_core::listing::facts(l.trim_ascii_end()))
            .any(|e| e.size == Some(5))
    );
    pair.run(b"", |s, now| s.remove_dir(now, "sub")).expect_done();
    pair.run(b"", |s, now| s.delete(now, "y.txt")).expect_done();
    assert_eq!(pair.run(b"", Session::status).expect_done(), "State(Idle)");
    assert!(pair.run(b"", Session::length).expect_done().starts_with("Number("));
    pair.run(b"", Session::close).expect_done();
    assert_eq!(pair.run(b"", Session::status).expect_done(), "State(Closed)");
}

#[test]
fn the_modules_own_files() {
    let mut pair = Pair::whole().logged_in();
    let data = nasty();
    pair.run(&data, |s, now| s.upload(now, "UFS:n.bin", data.len() as u64)).expect_done();
    let listed = pair.run(b"", |s, now| s.files(now, "UFS:*"));
    assert_eq!(listed.lines.len(), 1, "{listed:?}");
    let told = pair.run(b"", |s, now| s.download(now, "UFS:n.bin"));
    assert_eq!(told.data, data);
    told.expect_done();
    let handle = pair.run(b"", |s, now| s.file_open(now, "UFS:n.bin", OpenMode::OpenOrCreate)).expect_done();
    let handle: u32 = handle.trim_start_matches("Number(").trim_end_matches(')').parse().unwrap();
    let told = pair.run(b"", |s, now| s.file_read(now, handle, 100));
    assert_eq!(told.data, &data[..100]);
    assert_eq!(told.expect_done(), "Number(100)");
    pair.run(b"OK\r\n", |s, now| s.file_write(now, handle, 4)).expect_done();
    use qftp_core::wire::{Command, FileCommand, Whence};
    let seek = Command::File(FileCommand::Seek { handle, offset: 100, from: Some(Whence::Begin) });
    pair.run(b"", |s, now| s.command(now, &seek)).expect_done();
    let told = pair.run(b"", |s, now| s.file_read(now, handle, 4));
    assert_eq!(told.data, b"OK\r\n");
    let position = Command::File(FileCommand::Position(handle));
    assert_eq!(pair.run(b"", |s, now| s.command(now, &position)).expect_done(), "Number(104)");
    pair.run(b"", |s, now| s.command(now, &Command::File(FileCommand::Truncate(handle)))).expect_done();
    pair.run(b"", |s, now| s.command(now, &Command::File(FileCommand::Close(handle)))).expect_done();
    let told = pair.run(b"", |s, now| s.download(now, "UFS:n.bin"));
    assert_eq!(told.data, [&data[..100], b"OK\r\n"].concat());
    pair.run(b"", |s, now| s.remove(now, "UFS:n.bin")).expect_done();
    let failure = pair.run(b"", |s, now| s.download(now, "UFS:n.bin")).expect_failure();
    assert!(matches!(failure.cause, Cause::Cme(_)), "{failure}");
}

#[test]
fn errors_name_both_codes() {
    let mut pair = Pair::whole().logged_in();
    let failure = pair.run(b"", |s, now| s.size(now, "nowhere")).expect_failure();
    assert_eq!(
        failure.to_string(),
        "AT+QFTPSIZE: module code 627 (Requested action not taken), server reply 550 (File unavailable)"
    );
    assert_eq!(failure.state, SessionState::Usable);
    let failure = pair.run(b"", |s, now| s.get(now, "nowhere", &GetOptions::default())).expect_failure();
    assert_eq!((failure.ftp_code().unwrap().get(), failure.reply().unwrap().get()), (627, 550));
}

#[test]
fn no_name_can_smuggle_a_command() {
    let mut pair = Pair::whole().logged_in();
    let sent = pair.sent.len();
    for name in ["a\rAT+QPOWD", "a\nb", "a\"b", "a\0b", ""] {
        assert!(matches!(pair.begin(|s, now| s.size(now, name)), Err(Misuse::Name(..))), "{name:?}");
        assert!(
            matches!(pair.begin(|s, now| s.put(now, name, &PutOptions::whole(1))), Err(Misuse::Name(..))),
            "{name:?}"
        );
    }
    assert!(matches!(pair.begin(|s, now| s.delete(now, &"x".repeat(256))), Err(Misuse::Name(..))));
    assert!(matches!(pair.begin(|s, now| s.cwd(now, &"x".repeat(129))), Err(Misuse::Name(..))));
    assert!(matches!(pair.begin(|s, now| s.upload(now, &"x".repeat(81), 1)), Err(Misuse::Name(..))));
    pair.settle();
    assert_eq!(pair.sent.len(), sent, "not one byte was sent");
}

#[test]
fn one_operation_at_a_time() {
    let mut pair = Pair::whole().logged_in();
    pair.begin(Session::pwd).unwrap();
    assert_eq!(pair.begin(Session::pwd), Err(Misuse::Busy));
    let mut fresh = Pair::whole();
    assert_eq!(fresh.begin(Session::pwd), Err(Misuse::NotSetUp));
    assert_eq!(fresh.host.abort(fresh.now), Err(Misuse::NothingToAbort));
}

/// A file that is exactly the escape sequence is a file.
#[test]
fn plus_signs_are_data() {
    let mut pair = Pair::whole().logged_in();
    for data in [&b"+++"[..], b"+", b"++", b"++++", b"\n", b"\r\n", b"+++\r"] {
        // Silence on the line before, as between two commands of a slow host.
        pair.now = pair.now.after(5_000);
        put(&mut pair, "plus", data);
        assert_eq!(pair.server.file("/plus").as_deref(), Some(data));
        assert_eq!(get(&mut pair, "plus"), data);
    }
}

/// A slow source whose pauses would make an escape of the plus signs in its data.
#[test]
fn plus_signs_between_pauses_are_data() {
    for data in [&b"abc+++def"[..], b"abc++++def", b"abc++def", b"abc+++++def"] {
        let mut pair = Pair::whole().logged_in();
        let began = pair.now;
        let last = data.len() - 3;
        // Three bytes at once, the plus signs after two seconds, the rest after two more.
        pair.source = Some(Box::new(move |now| match now.since(began) {
            0..2_000 => 3,
            2_000..4_000 => last,
            _ => last + 3,
        }));
        put(&mut pair, "slow", data);
        assert_eq!(pair.server.file("/slow").as_deref(), Some(data));
    }
}

/// A server that knows no sizes: the module's own count is the judge, whatever the file holds.
#[test]
fn a_download_of_unknown_length() {
    let mut endings = vec![nasty(), Vec::new(), b"x".to_vec()];
    for end in
        ["\r\n", "\r\nOK\r\n", "\r\n+QFTPGET: 0,5\r\n", "\r\nOK\r\n\r\n+QFTPGET: 607,0\r\n", "\r\n\r\n\r\n"]
    {
        endings.push([b"file".as_slice(), end.as_bytes()].concat());
    }
    for data in endings {
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/u.bin", data.clone());
        pair.server.fail_next(qftp_emulator::Failure::server(502));
        let told = pair.run(b"", |s, now| s.get(now, "u.bin", &GetOptions::default()));
        assert_eq!(told.data, data, "{}", data.escape_ascii());
        told.expect_done();
    }
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        &b"\r\n"[..],
        b"OK",
        b"\r\nOK\r\n",
        b"\r\n+QFTPGET: 0,",
        b"1000\r\n",
        b"+++",
        b"ERROR",
        b"+CME ERROR: 606\r\n",
        b"A",
        b"\0",
        b"AT\r",
        b"RDY\r\n",
        b"NO CARRIER\r\n",
        b"CONNECT\r\n",
    ]);
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..400),
        prop::collection::vec(words, 0..60).prop_map(|words| words.concat()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Any payload, any split in either direction, echo on or off: the same events and the same file.
    #[test]
    fn any_payload_and_any_split(data in payload(), pieces in prop::collection::vec(1..40usize, 1..20), echo in any::<bool>()) {
        let mut split = pieces.into_iter().cycle();
        let mut config = config();
        config.echo = echo;
        let mut pair = Pair::new(config, move || split.next().unwrap_or(1)).logged_in();
        let mut whole = Pair::whole().logged_in();
        for pair in [&mut pair, &mut whole] {
            put(pair, "law.bin", &data);
            prop_assert_eq!(pair.server.file("/law.bin"), Some(data.clone()));
        }
        let run = |pair: &mut Pair| pair.run(b"", |s, now| s.get(now, "law.bin", &GetOptions::default()));
        let (cut, uncut) = (run(&mut pair), run(&mut whole));
        prop_assert_eq!(&cut.data, &data);
        prop_assert_eq!(cut, uncut);
        let of_unknown_length = |pair: &mut Pair| {
            pair.server.fail_next(qftp_emulator::Failure::server(502));
            run(pair)
        };
        let (cut, uncut) = (of_unknown_length(&mut pair), of_unknown_length(&mut whole));
        prop_assert_eq!(&cut.data, &data);
        prop_assert_eq!(cut, uncut);
        let staged = |pair: &mut Pair| {
            pair.run(b"", |s, now| s.get(now, "law.bin", &GetOptions { via: Via::Storage(Storage::Ufs), ..GetOptions::default() }))
        };
        let (cut, uncut) = (staged(&mut pair), staged(&mut whole));
        prop_assert_eq!(&cut.data, &data);
        prop_assert_eq!(cut, uncut);
    }

    /// A listing has no length known before: its end is proven by the module's own count.
    #[test]
    fn any_listing_and_any_split(names in prop::collection::btree_set("[A-Za-z+: ,0-9]{1,12}", 0..12), pieces in prop::collection::vec(1..30usize, 1..10)) {
        let mut split = pieces.into_iter().cycle();
        let mut pair = Pair::new(config(), move || split.next().unwrap_or(1)).logged_in();
        let mut whole = Pair::whole().logged_in();
        for pair in [&mut pair, &mut whole] {
            pair.server.add_folder("/l");
            for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
                pair.server.add_file(&format!("/l/{name}"), "x");
            }
            pair.server.add_file("/l/OK", "x");
        }
        let run = |pair: &mut Pair| pair.run(b"", |s, now| s.names(now, "l"));
        let (cut, uncut) = (run(&mut pair), run(&mut whole));
        prop_assert_eq!(&cut, &uncut);
        cut.expect_done();
    }
}

/// The version in the README is the one that the manifest states and clippy checks.
#[test]
fn the_readme_names_the_rust_version() {
    let readme = include_str!("../../README.md");
    assert!(readme.contains(concat!("Rust ", env!("CARGO_PKG_RUST_VERSION"), " or later")));
}

/// The figure in the README.
#[test]
fn a_session_is_about_three_and_a_half_kilobytes() {
    let size = size_of::<Session>();
    println!("{size} bytes");
    assert!((3_200..3_800).contains(&size), "{size} bytes: correct the README");
}
