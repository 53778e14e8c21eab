//! Every profile of the emulated module: a host gets its work done on it, or is told what that kind of module lacks.

use qftp_core::codes::CmeCode;
use qftp_core::session::{Apn, Cause, GetOptions, Login, PutOptions, Session, Setup, Tls, Via};
use qftp_core::wire::Storage;
use qftp_emulator::{Config, Drives, Family, Fault};
use qftp_tests::pair::Pair;

fn config(profile: &Family) -> Config {
    let mut config = Config::new(Drives::temporary().expect("a folder"));
    profile.apply(&mut config);
    config
}

fn pair(profile: &Family) -> Pair {
    Pair::new(config(profile), || usize::MAX).logged_in()
}

fn data() -> Vec<u8> {
    b"\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n+++".iter().copied().chain(0..=255).cycle().take(3000).collect()
}

#[test]
fn work_on_every_profile() {
    let data = data();
    for profile in Family::all() {
        let mut pair = pair(profile);
        pair.server.add_folder("/sub");
        pair.run(b"", |s, now| s.cwd(now, "sub")).expect_done();
        assert_eq!(pair.run(b"", Session::pwd).expect_done(), format!("Text({:?})", b"/sub"), "{profile:?}");
        let has = |storage| config(profile).drives.folder(storage).is_some();
        for via in [None, Some(Storage::Ufs), Some(Storage::Ram), Some(Storage::Sd)] {
            let road = via.map_or(Via::Com, Via::Storage);
            let put = PutOptions { via: road, ..PutOptions::whole(data.len() as u64) };
            let told = pair.run(&data, |s, now| s.put(now, "p.bin", &put));
            if via.is_some_and(|storage| !has(storage)) {
                // The name of a storage that is not there.
                let failure = told.expect_failure();
                assert_eq!(failure.cause, Cause::Cme(CmeCode::new(406)), "{profile:?}: {failure}");
                continue;
            }
            told.expect_done();
            assert_eq!(pair.server.file("/sub/p.bin").as_deref(), Some(&data[..]), "{profile:?} {via:?}");
            let options = GetOptions { via: road, ..GetOptions::default() };
            let told = pair.run(b"", |s, now| s.get(now, "p.bin", &options));
            assert_eq!(told.data, data, "{profile:?} {via:?}");
            told.expect_done();
            pair.run(b"", |s, now| s.delete(now, "p.bin")).expect_done();
        }
        // Ctrl-C in mid-download, whatever `+++` means to this firmware.
        pair.server.add_file("/sub/big", vec![b'x'; 300_000]);
        pair.intervene = Some(Box::new(|host, _, now, came| {
            if came > 10_000 {
                host.abort(now).unwrap();
            }
            came > 10_000
        }));
        let failure = pair.run(b"", |s, now| s.get(now, "big", &GetOptions::default())).expect_failure();
        assert_eq!(failure.cause, Cause::Aborted);
        let told = pair.run(b"", |s, now| s.get(now, "big", &GetOptions::default()));
        assert_eq!(told.data.len(), 300_000, "{profile:?}");
        told.expect_done();
        pair.run(b"", Session::close).expect_done();
        // The spelling of the SSL context's key is found out.
        let tls = Some(Tls::unchecked());
        pair.run(b"", |s, now| s.open(now, &Login { tls, ..Login::new("server") })).expect_done();
    }
}

/// What a host can ask a module about itself.
#[test]
fn what_the_profiles_say() {
    let say = |name: &str, command: &str| {
        let mut pair = Pair::new(config(&Family::load(name).expect("a family")), || usize::MAX);
        pair.type_in(b"ATE0\r", 10);
        let said = pair.type_in(format!("{command}\r").as_bytes(), 10);
        String::from_utf8(said).expect("text")
    };
    for profile in Family::all() {
        let model = say(profile.name(), "AT+CGMM");
        let expected = profile.name().split('-').next().unwrap_or_default().to_ascii_uppercase();
        let expected = if profile.name() == "strict-note" { "EC200S".to_owned() } else { expected };
        assert_eq!(model, format!("\r\n{expected}\r\n\r\nOK\r\n"));
        assert!(
            say(profile.name(), "ATI")
                .contains(&format!("\r\nQuectel\r\n{expected}\r\nRevision: {expected}"))
        );
    }
    let keys = |name| {
        let said = say(name, "AT+QFTPCFG=?");
        let keys = said.lines().filter_map(|line| line.split('"').nth(1).map(str::to_owned));
        keys.collect::<Vec<_>>().join(" ")
    };
    let note = "account filetype transmode contextid rsptimeout ssltype SSL_ctxID data_address cache";
    assert_eq!(keys("ec200s"), note);
    assert_eq!(keys("strict-note"), note);
    assert_eq!(
        keys("eg800k-like"),
        "account filetype transmode contextid rsptimeout ssltype sslctxid data_address restenable cache_size"
    );
    for (name, newer) in [("ec200s", "OK"), ("strict-note", "ERROR"), ("eg800k-like", "OK")] {
        assert_eq!(say(name, "AT+QFTPCFG=\"sslctxid\",1"), format!("\r\n{newer}\r\n"), "{name}");
    }
    assert_eq!(say("eg800k-like", "AT+QFTPCFG=\"SSL_ctxID\",1"), "\r\nERROR\r\n");
    let account = "AT+QFTPCFG=\"account\",\"u\",\"pass\";+QFTPCFG=\"account\"";
    assert!(say("strict-note", account).contains("\"u\",\"pass\""));
    assert!(say("eg800k-like", account).contains("\"u\",\"****\""));
    assert!(say("eg800k-like", "AT+QFTPNLST=?").starts_with("\r\n+QFTPNLIST: "));
    assert!(say("strict-note", "AT+QFTPNLST=?").starts_with("\r\n+QFTPNLST: "));
}

/// A fault goes on top of a profile.
#[test]
fn a_profile_with_a_fault() {
    let mut config = config(&Family::load("eg800k-like").expect("a family"));
    config.faults =
        vec![Fault::parse("path=quoted").expect("a fault"), Fault::parse("escape=pause").expect("a fault")];
    let mut pair = Pair::new(config, || usize::MAX);
    pair.run(b"", |s, now| s.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() }))
        .expect_done();
    pair.run(b"", |s, now| s.open(now, &Login::new("server"))).expect_done();
    assert_eq!(pair.type_in(b"AT+QFTPPWD\r", 10), b"\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n");
    pair.module.set_faults(&[]);
    assert_eq!(pair.type_in(b"AT+QFTPPWD\r", 10), b"\r\nOK\r\n\r\n+QFTPPWD: 0,/\r\n");
}
