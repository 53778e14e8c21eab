//! Every fault that the emulated module knows, and what the host makes of it: the work is done to the byte, or the failure names
//! its true cause, and once the fault is gone the same session does the work.

use qftp_core::codes::{CmeCode, FtpCode, TcpIpCode};
use qftp_core::session::{
    Apn, Cause, Failure, GetOptions, LineFault, Login, PutOptions, Session, SessionState, Setup,
};
use qftp_core::wire::Verb;
use qftp_emulator::{Fault, FaultKind, Takes};
use qftp_tests::pair::{Outcome, Pair, Told, config};

/// A file with everything in it that has ever confused a host.
fn nasty(len: usize) -> Vec<u8> {
    let mut block =
        b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++\r\n+CREG: 1\r\nRDY\r\n+CME ERROR: 606\r\n".to_vec();
    block.extend(0..=255);
    block.into_iter().cycle().take(len).collect()
}

fn setup() -> Setup<'static> {
    Setup { apn: Some(Apn::new("internet")), ..Setup::default() }
}

fn login() -> Login<'static> {
    Login { user: "test".into(), password: "s3cret".into(), ..Login::new("server") }
}

/// What came of a step; the first failure ends the day.
fn check(told: Told) -> Result<Vec<u8>, Failure> {
    match told.outcome {
        Outcome::Done(_) => Ok(told.data),
        Outcome::Failed(failure) => Err(failure),
    }
}

/// A day's work: set up, log in, a file up and down and looked at from all sides, log out. What is said to have worked is looked up
/// on the server.
fn day(pair: &mut Pair, folder: &str) -> Result<(), Failure> {
    check(pair.run(b"", |s, now| s.setup(now, &setup())))?;
    check(pair.run(b"", |s, now| s.open(now, &login())))?;
    pair.server.add_folder(folder);
    check(pair.run(b"", |s, now| s.cwd(now, folder)))?;
    let told = pair.run(b"", Session::pwd);
    assert!(
        told.outcome == Outcome::Done(format!("Text({:?})", folder.as_bytes()))
            || check(told.clone()).is_err(),
        "{told:?}"
    );
    check(told)?;
    for len in [5_000, 0, 3] {
        let data = nasty(len);
        let options = PutOptions::whole(len as u64);
        check(pair.run(&data, |s, now| s.put(now, "a.bin", &options)))?;
        assert_eq!(
            pair.server.file(&format!("{folder}/a.bin")).as_deref(),
            Some(&data[..]),
            "{len} bytes up"
        );
        let back = check(pair.run(b"", |s, now| s.get(now, "a.bin", &GetOptions::default())))?;
        assert_eq!(back, data, "{len} bytes down");
    }
    check(pair.run(b"", |s, now| s.modified(now, "a.bin")))?;
    check(pair.run(b"", Session::length))?;
    check(pair.run(b"", |s, now| s.make_dir(now, "below")))?;
    check(pair.run(b"", |s, now| s.remove_dir(now, "below")))?;
    check(pair.run(b"", |s, now| s.rename(now, "a.bin", "b.bin")))?;
    let missing = pair.run(b"", |s, now| s.delete(now, "a.bin"));
    check(missing).map_or_else(
        |failure| if failure.ftp_code().map(FtpCode::get) == Some(627) { Ok(()) } else { Err(failure) },
        |_| panic!("there is no such file"),
    )?;
    let names = check(pair.run(b"", |s, now| s.names(now, ".")))?;
    assert_eq!(names, b"b.bin\r\n");
    let long = check(pair.run(b"", |s, now| s.list(now, ".")))?;
    assert!(long.ends_with(b" b.bin\r\n"), "{}", long.escape_ascii());
    let facts = check(pair.run(b"", |s, now| s.facts(now, ".")))?;
    assert!(facts.ends_with(b" b.bin\r\n"), "{}", facts.escape_ascii());
    check(pair.run(b"", |s, now| s.delete(now, "b.bin")))?;
    assert_eq!(pair.server.file(&format!("{folder}/b.bin")), None);
    check(pair.run(b"", Session::close))?;
    Ok(())
}

/// A host and a module with this fault.
fn pair(fault: &str) -> Pair {
    let mut config = config();
    config.faults = vec![Fault::parse(fault).expect("a fault")];
    Pair::new(config, || usize::MAX)
}

/// What a day under a fault comes to.
enum Day {
    /// Everything is done.
    Done,
    /// This failure.
    Fails(Option<Verb>, Cause, SessionState),
}

const fn cme(code: u16) -> Cause {
    Cause::Cme(CmeCode::new(code))
}

fn ftp(code: u16) -> Cause {
    let failure = qftp_emulator::Failure::local(code);
    Cause::Ftp(qftp_core::wire::FtpError { code: failure.code, reply: failure.reply })
}

/// What each fault does to a host. A fault that is not here fails the test.
fn expected(kind: &FaultKind, value: &str) -> Day {
    use SessionState::{Reopen, Reset, Usable};
    let silent = |verb| Day::Fails(Some(verb), Cause::Line(LineFault::UrcSilent), Reopen);
    match (kind.name, value) {
        // What a host must get along with.
        (
            "dribble" | "joined" | "chatter" | "no-blank-line" | "echo-off" | "cme" | "escape" | "ato-error"
            | "path" | "password" | "end-read" | "nlist" | "ssl-key" | "lacks-key" | "lacks-ssl-key"
            | "no-qurccfg" | "no-ats12" | "shuffled-start" | "urc-port" | "late-urc" | "slow-close"
            | "no-ram" | "no-sd" | "small-ufs" | "ufs-full" | "wedge-cure" | "not-attached",
            _,
        ) => Day::Done,
        // The login of this day is a plain one.
        ("tls-refused", _) => Day::Done,
        ("lost-urc", _) => silent(Verb::QftpOpen),
        // The length of a listing is in its URC alone: without it the OK could as well be a line of the listing.
        ("lost-urc-of", "QFTPLIST" | "QFTPNLST" | "QFTPMLSD") => {
            let verb = Verb::from_name(format!("+{value}").as_bytes());
            Day::Fails(verb, Cause::Line(LineFault::Stalled), Usable)
        }
        ("lost-urc-of", name) => silent(Verb::from_name(format!("+{name}").as_bytes()).expect("a command")),
        ("dns-failure", _) => Day::Fails(Some(Verb::QftpOpen), ftp(604), Reopen),
        ("no-network", _) => Day::Fails(Some(Verb::QftpOpen), ftp(605), Reopen),
        ("data-refused", _) => Day::Fails(Some(Verb::QftpPut), cme(615), Reopen),
        ("control-lost", _) => Day::Fails(Some(Verb::QftpPut), ftp(606), Reopen),
        ("pdp-drop", _) => Day::Fails(Some(Verb::QftpPut), ftp(605), Reopen),
        ("wedge", _) => Day::Fails(Some(Verb::QftpPut), Cause::Line(LineFault::UrcSilent), Reopen),
        ("reboot", _) => Day::Fails(Some(Verb::QftpPut), Cause::Line(LineFault::Restarted), Reset),
        ("power-loss", _) => Day::Fails(Some(Verb::QftpPut), Cause::Line(LineFault::NoAnswer), Reset),
        ("overrun", _) => Day::Fails(Some(Verb::QftpPut), ftp(609), Reopen),
        ("no-sim", _) => Day::Fails(Some(Verb::Cpin), cme(10), Usable),
        ("sim-pin", _) => Day::Fails(Some(Verb::Cpin), cme(11), Usable),
        ("searching" | "denied" | "context-held", _) => {
            Day::Fails(Some(Verb::Qiact), Cause::Network(TcpIpCode::new(561)), Usable)
        }
        ("no-apn", _) => Day::Fails(Some(Verb::Qiact), Cause::Network(TcpIpCode::new(573)), Usable),
        (name, value) => panic!("nobody has said what a host makes of {name}={value}"),
    }
}

/// Every value that a fault has a word for, or its default.
fn values(kind: &FaultKind) -> Vec<String> {
    match kind.takes {
        Takes::Word(words) => words.iter().map(ToString::to_string).collect(),
        _ => vec![kind.default_value().unwrap_or_default()],
    }
}

#[test]
fn a_day_under_every_fault() {
    for kind in Fault::kinds() {
        for value in values(kind) {
            let fault =
                if value.is_empty() { kind.name.to_owned() } else { format!("{}={value}", kind.name) };
            println!("{fault}");
            let mut pair = pair(&fault);
            if kind.name == "shuffled-start" {
                pair.module.power_cycle(pair.now);
            }
            match (day(&mut pair, "/day"), expected(kind, &value)) {
                (Ok(()), Day::Done) => {}
                (Err(failure), Day::Fails(verb, cause, state)) => {
                    let met = (failure.verb, failure.cause, failure.state);
                    assert_eq!(met, (verb, cause, state), "{fault}: {failure}");
                    assert!(!failure.likely_cause().is_empty() && !failure.remedy().is_empty());
                    recover(&mut pair, kind.name);
                }
                (Ok(()), Day::Fails(_, cause, _)) => panic!("{fault}: no {cause}"),
                (Err(failure), Day::Done) => panic!("{fault}: {failure} ({failure:?})"),
            }
        }
    }
}

/// With the fault gone, and what it did put right as its failure says, the same session does the day's work.
fn recover(pair: &mut Pair, name: &str) {
    pair.module.set_faults(&[]);
    if let "power-loss" | "wedge" = name {
        pair.module.power_cycle(pair.now);
    }
    day(pair, "/after").unwrap_or_else(|failure| panic!("after {name}: {failure} ({failure:?})"));
}
