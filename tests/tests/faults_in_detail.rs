//! Faults one by one: when they happen, what a host meets in the middle of them, and what puts an end to them.

use qftp_core::codes::{CmeCode, FtpCode, TcpIpCode};
use qftp_core::session::{
    Apn, Cause, GetOptions, LineFault, Login, Misuse, PutOptions, Session, SessionState, Setup, Tls, Via,
};
use qftp_core::wire::{Command, GeneralCommand, Storage, Verb};
use qftp_emulator::Fault;
use qftp_tests::pair::{Pair, Told, config};

pub(crate) fn faults(texts: &[&str]) -> Vec<Fault> {
    texts.iter().map(|text| Fault::parse(text).expect("a fault")).collect()
}

pub(crate) fn with(texts: &[&str]) -> Pair {
    let mut config = config();
    config.faults = faults(texts);
    Pair::new(config, || usize::MAX)
}

pub(crate) fn set_up(pair: &mut Pair) -> Told {
    pair.run(b"", |s, now| s.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() }))
}

pub(crate) fn log_in(pair: &mut Pair) -> Told {
    pair.run(b"", |s, now| s.open(now, &Login::new("server")))
}

fn log_in_with_tls(pair: &mut Pair, implicit: bool) -> Told {
    let tls = Tls { implicit, ..Tls::unchecked() };
    pair.run(b"", |s, now| s.open(now, &Login { tls: Some(tls), ..Login::new("server") }))
}

pub(crate) fn get(pair: &mut Pair, start: usize) -> Told {
    let options = GetOptions { start: start as u64, ..GetOptions::default() };
    pair.run(b"", |s, now| s.get(now, "f.bin", &options))
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

pub(crate) fn noise(len: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

/// All that can be odd about lines at once, differently with every seed and the same with the same.
#[test]
fn chance_comes_from_the_seed() {
    let run = |seed| {
        let mut config = config();
        config.seed = seed;
        config.faults = faults(&["dribble=5", "chatter=2", "no-blank-line", "joined=20", "cme=text"]);
        let mut pair = Pair::new(config, || usize::MAX).logged_in();
        let data = noise(2000);
        pair.run(&data, |s, now| s.put(now, "f.bin", &PutOptions::whole(2000))).expect_done();
        let told = get(&mut pair, 0);
        assert!(told.data == data, "seed {seed}");
        told.expect_done();
        let told = pair.run(b"", |s, now| s.names(now, "."));
        assert_eq!(text(&told.data), "f.bin\r\n", "seed {seed}");
        told.expect_done();
        (pair.came, pair.now)
    };
    let all: Vec<_> = (0..24).map(run).collect();
    assert_eq!(run(3), all[3]);
    assert!((1..24).all(|seed| all[seed] != all[0]));
}

#[test]
fn the_window_after_a_close() {
    let mut pair = with(&["slow-close=5000"]).logged_in();
    pair.type_in(b"ATE0\r", 10);
    assert_eq!(text(&pair.type_in(b"AT+QFTPCLOSE\r", 10)), "\r\nOK\r\n");
    assert_eq!(text(&pair.type_in(b"AT+QFTPSTAT\r", 10)), "\r\nOK\r\n\r\n+QFTPSTAT: 0,3\r\n");
    for command in ["AT+QFTPPWD", "AT+QFTPSIZE=\"x\"", "AT+QFTPOPEN=\"server\"", "AT+QFTPCLOSE"] {
        assert_eq!(text(&pair.type_in(format!("{command}\r").as_bytes(), 10)), "\r\n+CME ERROR: 603\r\n");
    }
    assert_eq!(text(&pair.type_in(b"", 5000)), "\r\n+QFTPCLOSE: 0,0\r\n");
    assert_eq!(text(&pair.type_in(b"AT+QFTPSTAT\r", 10)), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
}

/// 615 instead of CONNECT, then 603 until a close; the host closes before it opens again.
#[test]
fn no_data_connection() {
    for form in ["cme=number", "cme=text"] {
        let mut pair = with(&["data-refused=2", form]).logged_in();
        pair.server.add_file("/f.bin", "12345");
        get(&mut pair, 0).expect_done();
        let failure = get(&mut pair, 0).expect_failure();
        assert_eq!((failure.ftp_code().map(FtpCode::get), failure.state), (Some(615), SessionState::Reopen));
        let said = text(&pair.type_in(b"AT+QFTPPWD\r", 10));
        assert!(said.contains("603") || said.contains("FTP(S) server busy"), "{said}");
        assert_eq!(pair.begin(Session::pwd), Err(Misuse::ReopenFirst));
        log_in(&mut pair).expect_done();
        assert_eq!(get(&mut pair, 0).data, b"12345");
    }
}

/// By itself and between two operations, the loss is told as what it is, and the next operation does not pretend.
#[test]
fn at_idle() {
    let lost = |event: &str| {
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/f.bin", "12345");
        pair.module.set_faults(&faults(&[event]));
        let mut lines = pair.run(b"", Session::pwd).lines;
        // A host that looks at its port from time to time.
        pair.now = pair.now.after(2000);
        lines.extend(pair.run(b"", Session::status).lines);
        (pair, lines.join(" "))
    };
    for event in ["control-lost=1s", "control-lost=1cmd"] {
        let (mut pair, lines) = lost(event);
        assert!(event.ends_with("cmd") || lines.contains("606"), "{lines}");
        let failure = get(&mut pair, 0).expect_failure();
        assert_eq!((failure.ftp_code().map(FtpCode::get), failure.state), (Some(606), SessionState::Reopen));
        log_in(&mut pair).expect_done();
        assert_eq!(get(&mut pair, 0).data, b"12345");
    }
    let (mut pair, lines) = lost("pdp-drop=1s");
    assert!(lines.contains("PdpDeactivated(1)"), "{lines}");
    assert_eq!(get(&mut pair, 0).expect_failure().ftp_code().map(FtpCode::get), Some(606));
    // Not before it has been put down does it come up again.
    pair.type_in(b"ATE0\r", 10);
    assert_eq!(text(&pair.type_in(b"AT+QIACT=1\r", 10)), "\r\nERROR\r\n");
    assert!(text(&pair.type_in(b"AT+QIGETERROR\r", 10)).contains("561"));
    assert_eq!(text(&pair.type_in(b"AT+QIDEACT=1\r", 10)), "\r\nOK\r\n");
    assert_eq!(text(&pair.type_in(b"AT+QIACT=1\r", 10)), "\r\nOK\r\n");
    log_in(&mut pair).expect_done();

    let mut pair = Pair::whole().logged_in();
    pair.module.set_faults(&faults(&["reboot=1s"]));
    pair.run(b"", Session::pwd).expect_done();
    pair.now = pair.now.after(1200);
    let failure = pair.run(b"", Session::pwd).expect_failure();
    assert_eq!(failure.cause, Cause::Line(LineFault::Restarted), "{failure}");
    set_up(&mut pair).expect_done();
    log_in(&mut pair).expect_done();
}

/// Each rung clears what it is said to clear, and the one below does not.
#[test]
fn the_rungs_that_clear_a_wedge() {
    let rungs = ["AT+QFTPCLOSE", "AT+QIDEACT=1", "AT+CFUN=1,1"];
    for (height, cure) in ["close", "pdp", "cfun", "power"].into_iter().enumerate() {
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/f.bin", noise(5000));
        pair.module.set_faults(&faults(&["wedge=1000", &format!("wedge-cure={cure}")]));
        let failure = get(&mut pair, 0).expect_failure();
        assert_eq!(failure.cause, Cause::Line(LineFault::Stalled), "{cure}");
        pair.type_in(b"ATE0\r", 10);
        for rung in &rungs[..height] {
            pair.type_in(format!("{rung}\r").as_bytes(), 2000);
            pair.type_in(b"ATE0\r", 10);
            let said = text(&pair.type_in(b"AT+QFTPSTAT\r", 10));
            assert_eq!(said, "\r\n+CME ERROR: 603\r\n", "{cure} after {rung}");
        }
        match rungs.get(height) {
            Some(rung) => drop(pair.type_in(format!("{rung}\r").as_bytes(), 2000)),
            None => pair.module.power_cycle(pair.now),
        }
        pair.now = pair.now.after(2000);
        set_up(&mut pair).expect_done();
        log_in(&mut pair).expect_done();
        assert!(get(&mut pair, 0).data == noise(5000), "{cure}");
    }
    // A host that tries again meets 603, whose remedy is to close and to open.
    let mut pair = Pair::whole().logged_in();
    pair.module.set_faults(&faults(&["wedge=1ms"]));
    pair.now = pair.now.after(10);
    pair.module.handle_timeout(pair.now);
    pair.now = pair.now.after(10);
    pair.module.handle_timeout(pair.now);
    let failure = pair.run(b"", Session::pwd).expect_failure();
    assert_eq!((failure.cause, failure.state), (Cause::Cme(CmeCode::new(603)), SessionState::Reopen));
}

#[test]
fn storages_that_are_small_or_missing() {
    let data = noise(5000);
    let put = |faults: &[&str], storage, len: usize| {
        let mut pair = with(faults).logged_in();
        let options = PutOptions { via: Via::Storage(storage), ..PutOptions::whole(len as u64) };
        let told = pair.run(&data[..len], |s, now| s.put(now, "s.bin", &options));
        (pair, told)
    };
    for (fault, storage, code) in [
        ("no-ram", Storage::Ram, 406),
        ("no-sd", Storage::Sd, 406),
        ("ufs-full", Storage::Ufs, 420),
        ("small-ufs=4096", Storage::Ufs, 420),
    ] {
        let (_, told) = put(&[fault], storage, 5000);
        assert_eq!(told.expect_failure().cause, Cause::Cme(CmeCode::new(code)), "{fault}");
        // The other roads are open.
        let (pair, told) =
            put(&[fault], if storage == Storage::Ram { Storage::Ufs } else { Storage::Ram }, 5000);
        told.expect_done();
        assert_eq!(pair.server.file("/s.bin").as_deref(), Some(&data[..]), "{fault}");
    }
    let (mut pair, told) = put(&["small-ufs=8192"], Storage::Ufs, 5000);
    told.expect_done();
    assert_eq!(
        pair.run(b"", |s, now| s.storage(now, Storage::Ufs)).expect_done(),
        "Space { free: 8192, total: 8192 }"
    );
    pair.run(b"x", |s, now| s.upload(now, "UFS:one", 1)).expect_done();
    // A byte takes a block.
    assert_eq!(
        pair.run(b"", |s, now| s.storage(now, Storage::Ufs)).expect_done(),
        "Space { free: 4096, total: 8192 }"
    );
    // A download that does not fit: the module's own 619, and nothing is left behind.
    pair.server.add_file("/f.bin", data.clone());
    let options = GetOptions { via: Via::Storage(Storage::Ufs), ..GetOptions::default() };
    let failure = pair.run(b"", |s, now| s.get(now, "f.bin", &options)).expect_failure();
    assert_eq!(failure.ftp_code().map(FtpCode::get), Some(619));
    let mut missing = with(&["no-ram"]);
    set_up(&mut missing).expect_done();
    let failure = missing.run(b"", |s, now| s.storage(now, Storage::Ram)).expect_failure();
    assert_eq!(failure.cause, Cause::Cme(CmeCode::new(419)));
}

/// Bytes are lost when they come faster than the module looks, and neither with flow control nor from a slower host.
#[test]
fn an_overrun() {
    let data = noise(3000);
    let put = |pair: &mut Pair| pair.run(&data, |s, now| s.put(now, "o.bin", &PutOptions::whole(3000)));
    let mut pair = with(&["overrun=64"]).logged_in();
    let failure = put(&mut pair).expect_failure();
    assert_eq!((failure.ftp_code().map(FtpCode::get), failure.transferred), (Some(609), 0));
    assert!(failure.remedy().contains("RTS/CTS"), "{}", failure.remedy());
    assert!(pair.server.file("/o.bin").is_some_and(|file| file.len() < 3000), "bytes are missing");
    // Staged, the module counts and says so within its time-out.
    log_in(&mut pair).expect_done();
    let via = PutOptions { via: Via::Storage(Storage::Ufs), ..PutOptions::whole(3000) };
    let failure = pair.run(&data, |s, now| s.put(now, "o.bin", &via)).expect_failure();
    assert_ne!(failure.cause, Cause::Aborted, "{failure}");

    let mut pair = with(&["overrun=64"]).logged_in();
    let flow = Command::General(GeneralCommand::FlowControl(2, 2));
    pair.run(b"", |s, now| s.command(now, &flow)).expect_done();
    put(&mut pair).expect_done();
    assert_eq!(pair.server.file("/o.bin").as_deref(), Some(&data[..]));

    let mut pair = with(&["overrun=64"]).logged_in();
    let began = pair.now;
    // 4800 baud.
    pair.source = Some(Box::new(move |now| usize::try_from(now.since(began) / 2).unwrap_or(0)));
    put(&mut pair).expect_done();
    assert_eq!(pair.server.file("/o.bin").as_deref(), Some(&data[..]));
}

#[test]
fn tls_is_refused_whatever_the_server() {
    for implicit in [true, false] {
        let mut pair = with(&["tls-refused"]);
        set_up(&mut pair).expect_done();
        let failure = log_in_with_tls(&mut pair, implicit).expect_failure();
        assert_eq!(failure.ftp_code().map(FtpCode::get), Some(631));
        assert_eq!(failure.state, SessionState::Reopen);
        assert_eq!(pair.server.logins(), 0);
        log_in(&mut pair).expect_done();
    }
}

/// The host finds the spelling of the key that this firmware knows; without either there is no FTPS, and it says so.
#[test]
fn both_spellings_of_the_ssl_context() {
    for fault in ["ssl-key=sslctxid", "ssl-key=SSL_ctxID", "echo-off"] {
        let mut pair = with(&[fault]);
        set_up(&mut pair).expect_done();
        log_in_with_tls(&mut pair, true).expect_done();
        assert_eq!(pair.server.logins(), 1, "{fault}");
    }
    for lacks in [&["lacks-key=SSL_ctxID", "lacks-key=sslctxid"][..], &["lacks-key=ssltype"]] {
        let mut pair = with(lacks);
        set_up(&mut pair).expect_done();
        let failure = log_in_with_tls(&mut pair, true).expect_failure();
        assert_eq!((failure.verb, failure.cause), (Some(Verb::QftpCfg), Cause::Refused), "{failure}");
        assert_eq!(pair.server.logins(), 0, "not in the clear instead");
    }
}

#[test]
fn urcs_on_another_port() {
    let mut pair = with(&["urc-port=usbat"]);
    pair.type_in(b"ATE0\r", 10);
    assert_eq!(text(&pair.type_in(b"AT+QFTPSTAT\r", 1000)), "\r\nOK\r\n");
    assert_eq!(
        text(&pair.type_in(b"AT+QURCCFG=\"urcport\"\r", 10)),
        "\r\n+QURCCFG: \"urcport\",\"usbat\"\r\n\r\nOK\r\n"
    );
    assert_eq!(text(&pair.type_in(b"AT+QURCCFG=\"urcport\",\"uart1\"\r", 10)), "\r\nOK\r\n");
    assert_eq!(text(&pair.type_in(b"AT+QFTPSTAT\r", 10)), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");

    // Nothing to set it with: the host says where to look.
    let mut pair = with(&["urc-port=usbat", "no-qurccfg"]);
    let failure = set_up(&mut pair).expect_failure();
    assert_eq!(failure.cause, Cause::Line(LineFault::UrcSilent));
    assert!(failure.remedy().contains("QURCCFG"), "{}", failure.remedy());
}

/// A host that knows no size and asks from the end on: 0 bytes, or the server's answer as it is.
#[test]
fn a_download_from_the_end() {
    for (fault, ends_well) in [("end-read=0", true), ("end-read=627", false)] {
        let mut pair = with(&[fault]).logged_in();
        pair.server.add_file("/f.bin", "12345");
        pair.server.fail_next(qftp_emulator::Failure::server(502));
        let told = get(&mut pair, 5);
        assert_eq!(told.data, b"");
        if ends_well {
            assert_eq!(told.expect_done(), "Number(0)");
        } else {
            let failure = told.expect_failure();
            let codes =
                (failure.ftp_code().map(FtpCode::get), failure.reply().map(qftp_core::codes::ReplyCode::get));
            assert_eq!((codes, failure.state), ((Some(627), Some(550)), SessionState::Usable));
        }
        // With the size known there is nothing to ask for.
        assert_eq!(get(&mut pair, 5).expect_done(), "Number(0)");
    }
}

#[test]
fn what_ato_answers_when_there_is_nothing_to_resume() {
    for (faults, answer) in [(&[][..], "\r\nNO CARRIER\r\n"), (&["ato-error"], "\r\nERROR\r\n")] {
        for aborts in ["escape=abort", "escape=pause"] {
            let mut pair = with(&[faults, &[aborts]].concat()).logged_in();
            pair.server.add_file("/f.bin", vec![b'x'; 300_000]);
            pair.type_in(b"ATE0\r", 10);
            assert_eq!(text(&pair.type_in(b"ATO\r", 10)), answer);
            // In a download `+++` pauses, and ATO resumes; or it aborts, and there is nothing left.
            pair.type_in(b"AT+QFTPPUT=\"up\",\"COM:\",0\r", 10);
            pair.type_in(b"abc", 1500);
            let said = text(&pair.type_in(b"+++", 1500));
            assert_eq!(said, "\r\nOK\r\n\r\n+QFTPPUT: 0,3\r\n");
            assert_eq!(text(&pair.type_in(b"ATO\r", 10)), answer, "never after an upload");
        }
    }
}

/// A module goes by the length it was told: what comes after it is a command, and is answered as one.
#[test]
fn bytes_beyond_the_length() {
    let mut pair = Pair::whole().logged_in();
    pair.type_in(b"ATE0\r", 10);
    assert_eq!(text(&pair.type_in(b"AT+QFTPPUT=\"f\",\"COM:\",0,5,1\r", 10)), "\r\nCONNECT\r\n");
    let said = text(&pair.type_in(b"12345AT+CSQ\r", 10));
    assert_eq!(pair.server.file("/f").as_deref(), Some(&b"12345"[..]));
    assert!(
        said.starts_with("\r\nOK\r\n") && said.contains("+QFTPPUT: 0,5") && said.contains("+CSQ: "),
        "{said}"
    );
}

#[test]
fn a_network_that_is_not_there_and_comes() {
    // Set-up attaches by itself, where the network lets it.
    let mut pair = with(&["not-attached"]);
    set_up(&mut pair).expect_done();
    let mut pair = with(&["not-attached", "context-held"]);
    let failure = set_up(&mut pair).expect_failure();
    assert_eq!(failure.cause, Cause::Network(TcpIpCode::new(561)));

    for (fault, stat) in [("searching", 2), ("denied", 3)] {
        let mut pair = with(&[fault]);
        pair.type_in(b"ATE0\r", 10);
        assert_eq!(text(&pair.type_in(b"AT+CGREG?\r", 10)), format!("\r\n+CGREG: 0,{stat}\r\n\r\nOK\r\n"));
        assert_eq!(text(&pair.type_in(b"AT+CGATT?\r", 10)), "\r\n+CGATT: 0\r\n\r\nOK\r\n");
        pair.module.set_faults(&[]);
        set_up(&mut pair).expect_done();
    }

    let mut pair = with(&["no-sim"]);
    pair.type_in(b"ATE0\r", 10);
    assert_eq!(text(&pair.type_in(b"AT+QFTPOPEN=\"server\"\r", 10)), "\r\nERROR\r\n");
    assert_eq!(text(&pair.type_in(b"AT+CPIN?\r", 10)), "\r\n+CME ERROR: 10\r\n");
    let mut pair = with(&["sim-pin"]);
    pair.type_in(b"AT+CPIN=\"1234\"\r", 10);
    set_up(&mut pair).expect_done();
}
