//! FTPS in the session: what it asks of the module's SSL context, in which dialect, and what it refuses to ask.

use qftp_core::Secret;
use qftp_core::session::{
    Apn, ClientCertificate, Field, Login, Misuse, Session, SessionState, Setup, Tls, TlsGaps, TlsSuspect,
};
use qftp_core::wire::{SslVersion, TransMode};
use qftp_emulator::{Config, Fault, Storage};
use qftp_tests::certificates::certificates;
use qftp_tests::pair::{Pair, config};

fn login(tls: Tls<'static>) -> Login<'static> {
    Login { user: "test".into(), password: "s3cret".into(), tls: Some(tls), ..Login::new("server") }
}

/// A module that has been set up, with every file of FTPS in its UFS.
fn pair(config: Config) -> Pair {
    let made = certificates();
    let folder = config.drives.folder(Storage::Ufs).expect("UFS").to_path_buf();
    std::fs::create_dir_all(&folder).expect("made");
    for (name, text) in [("ca", &made.ca), ("cert", &made.client.certificate), ("key", &made.locked_key)] {
        std::fs::write(folder.join(name), text).expect("written");
    }
    let mut pair = Pair::new(config, || usize::MAX);
    let setup = Setup { apn: Some(Apn::new("internet")), ..Setup::default() };
    pair.run(b"", |session, now| session.setup(now, &setup)).expect_done();
    pair.sent.clear();
    pair
}

fn faulty(names: &[&str]) -> Config {
    let mut config = config();
    config.faults = names.iter().map(|name| Fault::parse(name).expect("a fault")).collect();
    config
}

/// The commands that were sent for the SSL context and after it.
fn sent(pair: &Pair) -> Vec<String> {
    let text = String::from_utf8_lossy(&pair.sent).into_owned();
    let from = text.find("AT+QFTPCFG=\"ssltype\"").expect("ssltype is set");
    text[from..].split_terminator('\r').map(str::to_owned).collect()
}

fn mutual() -> Tls<'static> {
    let client =
        ClientCertificate { certificate: "UFS:cert", key: "UFS:key", password: Secret::new("s3cr3t-k3y") };
    Tls { client: Some(client), ..Tls::new("UFS:ca") }
}

#[test]
fn the_safe_settings_are_the_default() {
    let mut pair = pair(config());
    pair.run(b"", |session, now| session.open(now, &login(Tls::new("UFS:ca")))).expect_done();
    assert_eq!(
        sent(&pair),
        [
            "AT+QFTPCFG=\"ssltype\",2",
            "AT+QFTPCFG=\"SSL_ctxID\",1",
            "AT+QSSLCFG=\"sslversion\",1,3",
            "AT+QSSLCFG=\"ciphersuite\",1,0XFFFF",
            "AT+QSSLCFG=\"seclevel\",1,1",
            "AT+QSSLCFG=\"cacert\",1,\"UFS:ca\"",
            "AT+QSSLCFG=\"ignorelocaltime\",1,0",
            "AT+QSSLCFG=\"checkhost\",1,1",
            "AT+QSSLCFG=\"sni\",1,1",
            "AT+QSSLCFG=\"session_cache\",1,1",
            "AT+QFTPOPEN=\"server\",21",
        ]
    );
    assert_eq!(pair.session().tls_gaps(), TlsGaps::default());
}

#[test]
fn both_sides_show_certificates() {
    let mut pair = pair(config());
    let tls = Tls { implicit: true, context: 5, version: SslVersion::All, suite: 0xC02F, ..mutual() };
    pair.run(b"", |session, now| session.open(now, &login(tls))).expect_done();
    let sent = sent(&pair);
    for command in [
        "AT+QFTPCFG=\"ssltype\",1",
        "AT+QFTPCFG=\"SSL_ctxID\",5",
        "AT+QSSLCFG=\"sslversion\",5,4",
        "AT+QSSLCFG=\"ciphersuite\",5,0XC02F",
        "AT+QSSLCFG=\"seclevel\",5,2",
        "AT+QSSLCFG=\"clientcert\",5,\"UFS:cert\"",
        "AT+QSSLCFG=\"clientkey\",5,\"UFS:key\",\"s3cr3t-k3y\"",
    ] {
        assert!(sent.iter().any(|line| line == command), "{command}: {sent:?}");
    }
}

/// A login without TLS after one with it is plain again.
#[test]
fn plain_is_plain_again() {
    let mut pair = pair(config());
    pair.run(b"", |session, now| session.open(now, &login(Tls::unchecked()))).expect_done();
    pair.run(b"", Session::close).expect_done();
    pair.sent.clear();
    let plain = Login { tls: None, ..login(Tls::unchecked()) };
    pair.run(b"", |session, now| session.open(now, &plain)).expect_done();
    assert_eq!(sent(&pair), ["AT+QFTPCFG=\"ssltype\",0", "AT+QFTPOPEN=\"server\",21"]);
}

/// Issue: the key of the SSL context has two spellings; the one that is refused is asked for once and not again.
#[test]
fn both_spellings_of_the_context() {
    for (fault, spellings) in [
        ("ssl-key=SSL_ctxID", &["AT+QFTPCFG=\"SSL_ctxID\",1"][..]),
        ("ssl-key=sslctxid", &["AT+QFTPCFG=\"SSL_ctxID\",1", "AT+QFTPCFG=\"sslctxid\",1"]),
    ] {
        let mut pair = pair(faulty(&[fault]));
        pair.run(b"", |session, now| session.open(now, &login(Tls::unchecked()))).expect_done();
        assert_eq!(sent(&pair)[1..=spellings.len()], *spellings);
        pair.run(b"", Session::close).expect_done();
        pair.sent.clear();
        pair.run(b"", |session, now| session.open(now, &login(Tls::unchecked()))).expect_done();
        assert_eq!(sent(&pair)[1], spellings[spellings.len() - 1], "it remembers");
        assert!(sent(&pair)[2].starts_with("AT+QSSLCFG"));
    }
}

/// What firmware lacks is done without and reported; what makes the difference between safe and not is never left out.
#[test]
fn what_a_module_lacks() {
    let lacks = ["lacks-ssl-key=checkhost", "lacks-ssl-key=sni", "lacks-ssl-key=session_cache"];
    let mut lacking = pair(faulty(&lacks));
    lacking.run(b"", |session, now| session.open(now, &login(Tls::new("UFS:ca")))).expect_done();
    assert_eq!(lacking.session().tls_gaps(), TlsGaps { host: true, dates: false, sni: true });
    assert!(sent(&lacking).iter().any(|line| line == "AT+QSSLCFG=\"session\",1,1"), "the older name");
    let gaps =
        "the certificate is not compared with the server's name; the server is not named in the handshake";
    assert_eq!(lacking.session().tls_gaps().to_string(), gaps);
    for key in ["seclevel", "cacert", "sslversion"] {
        let mut lacking = pair(faulty(&[&format!("lacks-ssl-key={key}")]));
        let told = lacking.run(b"", |session, now| session.open(now, &login(Tls::new("UFS:ca"))));
        let failure = told.expect_failure();
        assert_eq!(failure.to_string(), "AT+QSSLCFG: the module answered ERROR", "{key}");
        assert_eq!(failure.state, SessionState::Usable);
        assert!(!String::from_utf8_lossy(&lacking.sent).contains("QFTPOPEN"), "{key}");
    }
}

#[test]
fn what_cannot_be_asked_for() {
    let mut pair = pair(config());
    let mut refused = |tls: Tls<'static>, mode| {
        let login = Login { trans_mode: mode, ..login(tls) };
        pair.begin(|session, now| session.open(now, &login)).expect_err("refused")
    };
    let passive = TransMode::Passive;
    assert_eq!(refused(Tls::unchecked(), TransMode::Active), Misuse::ActiveFtps);
    assert_eq!(refused(Tls { ca: None, ..mutual() }, passive), Misuse::ClientCertificateAlone);
    assert_eq!(refused(Tls { context: 6, ..mutual() }, passive), Misuse::Range(Field::SslContext));
    assert!(matches!(refused(Tls::new("UFS:\"x"), passive), Misuse::Name(Field::ModuleFile, _)));
    assert!(pair.sent.is_empty());
}

/// Only what the settings leave possible, the likeliest first.
#[test]
fn suspects() {
    let of = |tls: Tls<'static>| tls.suspects().collect::<Vec<_>>();
    assert_eq!(
        of(Tls::new("UFS:ca"))[..4],
        [TlsSuspect::Authority, TlsSuspect::Dates, TlsSuspect::HostName, TlsSuspect::Version,]
    );
    let loose = Tls { version: SslVersion::All, ..Tls::unchecked() };
    assert_eq!(of(loose), [TlsSuspect::Form, TlsSuspect::NoClientCertificate, TlsSuspect::NoVersionInCommon]);
    assert!(of(mutual()).contains(&TlsSuspect::ClientCertificate));
    assert!(!of(mutual()).contains(&TlsSuspect::NoClientCertificate));
    assert!(!of(Tls { ignore_dates: true, ..Tls::new("UFS:ca") }).contains(&TlsSuspect::Dates));
}
