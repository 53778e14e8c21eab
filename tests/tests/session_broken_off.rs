//! A session against the emulated module when an operation is broken off: by the host, by the server, by the module.

use qftp_core::session::{Cause, GetOptions, LineFault, Misuse, PutOptions, Session, SessionState, Via};
use qftp_core::wire::Storage;
use qftp_tests::pair::{Pair, config};

use crate::session_against_module::{get, nasty, put};

/// Ctrl-C in mid-download: out of data mode, the session opened again if the module needs it, all within a second.
#[test]
fn an_aborted_download_leaves_the_session_usable() {
    for piece in [usize::MAX, 100] {
        let mut pair = Pair::new(config(), move || piece).logged_in();
        pair.server.add_file("/dir/big.bin", vec![b'x'; 300_000]);
        pair.run(b"", |s, now| s.cwd(now, "dir")).expect_done();
        let began = pair.now;
        pair.intervene = Some(Box::new(|host, _, now, data| {
            if data > 10_000 {
                host.abort(now).unwrap();
            }
            data > 10_000
        }));
        let failure = pair.run(b"", |s, now| s.get(now, "big.bin", &GetOptions::default())).expect_failure();
        assert_eq!((failure.cause, failure.state), (Cause::Aborted, SessionState::Usable));
        assert!(failure.transferred >= 10_000);
        assert!(pair.now.since(began) <= 1_000, "{} ms", pair.now.since(began));
        assert_eq!(get(&mut pair, "big.bin").len(), 300_000, "the working directory is the same again");
    }
}

/// For a program that ends with its transfer: it need not wait for the server.
#[test]
fn an_abort_that_leaves_the_session_to_the_next_login() {
    let mut pair = Pair::whole().logged_in();
    pair.server.add_file("/big.bin", vec![b'x'; 1_000_000]);
    pair.host.reset(qftp_core::session::Config { reopen_after_abort: false, ..Default::default() });
    let mut pair = pair.logged_in();
    let logins = pair.server.logins();
    pair.intervene = Some(Box::new(|host, _, now, data| {
        if data > 10_000 {
            host.abort(now).unwrap();
        }
        data > 10_000
    }));
    let failure = pair.run(b"", |s, now| s.get(now, "big.bin", &GetOptions::default())).expect_failure();
    assert_eq!((failure.cause, failure.state), (Cause::Aborted, SessionState::Reopen));
    assert_eq!(pair.server.logins(), logins);
    assert_eq!(pair.begin(Session::pwd), Err(Misuse::ReopenFirst));
    let mut pair = pair.logged_in();
    assert_eq!(get(&mut pair, "big.bin").len(), 1_000_000);
}

#[test]
fn an_aborted_upload_leaves_the_session_usable() {
    for via in [Via::Com, Via::Storage(Storage::Ufs)] {
        let mut pair = Pair::whole().logged_in();
        let began = pair.now;
        // Half of it is offered, then the caller thinks better of it.
        pair.intervene = Some(Box::new(move |host, _, now, _| {
            if now.since(began) > 30 {
                host.abort(now).unwrap();
            }
            now.since(began) > 30
        }));
        let options = PutOptions { via, ..PutOptions::whole(20_000) };
        let failure = pair.run(&[b'y'; 10_000], |s, now| s.put(now, "up.bin", &options)).expect_failure();
        assert_eq!(
            (failure.cause, failure.state, failure.transferred),
            (Cause::Aborted, SessionState::Usable, 0)
        );
        put(&mut pair, "next.bin", b"next");
        assert_eq!(pair.server.file("/next.bin").unwrap(), b"next");
    }
}

#[test]
fn a_server_that_breaks_off_is_told_as_what_it_is() {
    let mut pair = Pair::whole().logged_in();
    let data: Vec<u8> = nasty().into_iter().cycle().take(50_000).collect();
    pair.server.add_file("/e.bin", data.clone());
    pair.server.break_after(20_000, qftp_emulator::Failure::server(426));
    let told = pair.run(b"", |s, now| s.get(now, "e.bin", &GetOptions::default()));
    assert_eq!(
        told.data,
        &data[..told.data.len()],
        "not one byte of the module's words is handed on as data"
    );
    let failure = told.clone().expect_failure();
    assert_eq!((failure.ftp_code().unwrap().get(), failure.reply().unwrap().get()), (616, 426));
    assert_eq!(failure.transferred, told.data.len() as u64);
    assert!(failure.transferred > 19_000 && failure.transferred <= 20_000, "{failure:?}");

    pair.server.break_after(20_000, qftp_emulator::Failure::server(452));
    let failure = pair.run(&data, |s, now| s.put(now, "f.bin", &PutOptions::whole(50_000))).expect_failure();
    assert_eq!((failure.ftp_code().unwrap().get(), failure.reply().unwrap().get()), (619, 452));
    // What was in flight ran as commands at worst; the next operation works.
    assert_eq!(get(&mut pair, "e.bin"), data);
}

#[test]
fn a_restart_in_mid_transfer_is_no_data() {
    let mut pair = Pair::whole().logged_in();
    pair.server.add_file("/g.bin", vec![b'z'; 500_000]);
    pair.intervene = Some(Box::new(|_, module, now, data| {
        if data > 10_000 {
            module.power_cycle(now);
        }
        data > 10_000
    }));
    let told = pair.run(b"", |s, now| s.get(now, "g.bin", &GetOptions::default()));
    assert!(told.data.iter().all(|byte| *byte == b'z'), "no word of the module is handed on as data");
    let failure = told.expect_failure();
    assert_eq!(failure.cause, Cause::Line(LineFault::Restarted));
    assert_eq!(pair.begin(Session::pwd), Err(Misuse::NotSetUp));
}

/// A late answer to a command that was given up is not taken for the answer to the next.
#[test]
fn a_late_answer_is_nobodys() {
    let mut pair = Pair::whole().logged_in();
    pair.server.add_file("/a", "aaaaa");
    pair.server.add_file("/b", "bb");
    pair.server.set_silent(true);
    let failure = pair.run(b"", |s, now| s.size(now, "a")).expect_failure();
    // The module itself gives up first, and says so.
    assert_eq!(failure.ftp_code().unwrap().get(), 609);
    assert_eq!(failure.state, SessionState::Reopen);
    assert_eq!(pair.begin(|s, now| s.size(now, "b")), Err(Misuse::ReopenFirst));
    pair.server.set_silent(false);
    let login = qftp_core::session::Login {
        user: "test".into(),
        password: "s3cret".into(),
        ..qftp_core::session::Login::new("server")
    };
    pair.run(b"", |s, now| s.open(now, &login)).expect_done();
    assert_eq!(pair.run(b"", |s, now| s.size(now, "b")).expect_done(), "Number(2)");
}
