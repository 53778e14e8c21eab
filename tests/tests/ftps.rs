//! FTPS from the command line through an emulated module to real servers: what arrives, and what a handshake that fails looks like.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use qftp_emulator::TlsLibrary;
use qftp_tests::certificates::{Certificates, Identity, PASSPHRASE, certificates};
use qftp_tests::program::{Module, Run, command};
use qftp_tests::servers::{Form, Kind, Options, PASSWORD, Server, USER, Version};
use tempfile::TempDir;

/// A folder with every certificate in it, and a module.
struct Bench {
    folder: TempDir,
    module: Module,
}

impl Bench {
    /// A module with the library that speaks most.
    fn new() -> Self {
        Self::with(TlsLibrary::default())
    }

    fn with(library: TlsLibrary) -> Self {
        let folder = TempDir::with_prefix("qftp-ftps-").expect("a folder");
        let Certificates { ca, other_ca, client, locked_key, .. } = certificates();
        for (name, text) in [("ca", ca), ("other_ca", other_ca), ("locked", locked_key)] {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let _ = client.write(folder.path(), "client");
        Self { folder, module: Module::start(&["-v", "--tls-library", library.name()]) }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// The program with the right CA.
    fn qftp(&self, arguments: &[&str]) -> Run {
        self.module.qftp(&[&["--cacert", &self.path("ca")], arguments].concat())
    }

    /// A login with these arguments that must end in 631; what the program and what the module's log said.
    fn refused(&self, url: &str, arguments: &[&str]) -> (String, String) {
        let before = self.module.log().len();
        let run = self.module.qftp(&[&["size", url], arguments].concat());
        let code = run.code.expect("it ends by itself");
        assert!([4, 5].contains(&code), "{url} {arguments:?}: {code} {}\n{}", run.err, self.module.log());
        assert!(run.err.contains("631"), "{}", run.err);
        (run.err, self.module.log().split_off(before))
    }

    /// The files that are left in the module.
    fn left(&self) -> Vec<PathBuf> {
        let ufs = self.module.storage().join("ufs");
        fs::read_dir(ufs).expect("UFS").map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// Bytes that are awkward for a line.
fn payload(len: usize) -> Vec<u8> {
    let words = b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n\0\xFF".iter().copied().cycle();
    words
        .zip(0u32..)
        .map(|(word, at)| if at % 97 < 31 { word } else { at.to_be_bytes()[3] })
        .take(len)
        .collect()
}

/// What curl and lftp, which share no code with us, fetch from the same server.
fn from_outside(server: &Server, form: Form, name: &str, ca: &str) -> [Vec<u8>; 2] {
    let port = server.port();
    let (scheme, more): (&str, &[&str]) = match form {
        Form::Implicit => ("ftps", &[]),
        _ => ("ftp", &["--ssl-reqd"]),
    };
    let curl = Command::new("curl")
        // A second transfer with TLS 1.3 on a server that wants resumption is beyond curl 7.88.
        .args(["-sS", "--max-time", "20", "--tls-max", "1.2", "--cacert", ca])
        .args(more)
        .arg(format!("{scheme}://{USER}:{PASSWORD}@127.0.0.1:{port}/{name}"))
        .output()
        .expect("curl runs");
    let script = format!(
        "set ssl:ca-file {ca}; set ftp:ssl-force true; set net:timeout 10; set net:max-retries 1; \
         open -u {USER},{PASSWORD} {scheme}://127.0.0.1:{port}; cat {name}"
    );
    let lftp = Command::new("lftp").args(["--norc", "-c", &script]).output().expect("lftp runs");
    for output in [&curl, &lftp] {
        assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), server.log());
    }
    [curl.stdout, lftp.stdout]
}

/// Issue: `qftp put` and `get`, explicit and implicit, against every server that has the form, checked from outside.
#[test]
fn files_go_both_ways_and_are_what_others_see() {
    for library in TlsLibrary::ALL {
        files_go_both_ways(*library);
    }
}

fn files_go_both_ways(library: TlsLibrary) {
    let bench = Bench::with(library);
    let local = bench.path("local");
    let bytes = payload(300_000);
    fs::write(&local, &bytes).expect("written");
    for kind in Kind::ALL {
        for form in [Form::Explicit, Form::Implicit] {
            if kind == Kind::Pureftpd && form == Form::Implicit {
                continue; // It has none: `pure_ftpd_has_no_implicit_tls`.
            }
            let server = Options::tls(kind, form, None).start();
            let here = format!("{kind} {form} {}", library.name());
            bench.qftp(&["put", &local, &server.url("file.bin")]).ok();
            assert_eq!(fs::read(server.root().join("file.bin")).expect(&here), bytes, "{here}");
            let back = bench.path("back");
            bench.qftp(&["get", &server.url("file.bin"), &back]).ok();
            assert_eq!(fs::read(&back).expect(&here), bytes, "{here}");
            let seen = from_outside(&server, form, "file.bin", &bench.path("ca"));
            assert!(seen == [bytes.clone(), bytes.clone()], "{here}");
            assert!(bench.qftp(&["ls", &server.url("")]).ok().contains("file.bin"), "{here}");
        }
    }
    assert_eq!(bench.left(), Vec::<PathBuf>::new(), "certificates are taken away again");
    let log = bench.module.log();
    assert!(!log.contains("PRIVATE KEY") && !log.contains(PASSWORD), "{log}");
}

/// Implicit TLS on Pure-FTPd: its greeting is no TLS.
#[test]
fn pure_ftpd_has_no_implicit_tls() {
    let bench = Bench::new();
    let server = Options::tls(Kind::Pureftpd, Form::Explicit, None).start();
    let url = server.url("x").replace("ftpes", "ftps");
    let (err, log) = bench.refused(&url, &["--insecure"]);
    assert!(err.contains("implicit TLS on a port for explicit"), "{err}");
    assert!(log.contains("TLS: "), "{log}");
}

/// One answer to everything on the host's side, the truth in the module's log; the candidates hold the truth.
#[test]
fn every_failed_check_is_631_and_the_modules_log_says_which() {
    let bench = Bench::new();
    let (ca, other) = (bench.path("ca"), bench.path("other_ca"));
    let made = certificates();
    let start = |identity: Option<&'static Identity>, version| {
        let options = Options { identity, ..Options::tls(Kind::Proftpd, Form::Explicit, version) };
        options.start()
    };

    let good = start(None, None);
    let (err, log) = bench.refused(&good.url("x"), &["--cacert", &other]);
    assert!(log.contains("certificate was refused"), "{log}");
    assert!(err.contains("1. the server's certificate is not signed by the CA"), "{err}");
    insta::assert_snapshot!("wrong_ca", err.replace(&format!(":{}", good.port()), ":PORT"));

    let expired = start(Some(&made.expired), None);
    let (err, log) = bench.refused(&expired.url("x"), &["--cacert", &ca]);
    assert!(log.contains("expired"), "{log}");
    assert!(err.contains("has expired, or the module's clock"), "{err}");
    let run = bench.qftp(&["ls", &expired.url(""), "--ignore-dates"]);
    assert!(run.err.contains("dates"), "said aloud: {}", run.err);
    run.ok();

    let other_host = start(Some(&made.other_host), None);
    let (err, log) = bench.refused(&other_host.url("x"), &["--cacert", &ca]);
    assert!(log.contains("mismatch"), "{log}");
    assert!(err.contains("another host name"), "{err}");
    let run = bench.module.qftp(&["ls", &other_host.url(""), "--insecure"]);
    assert!(run.err.contains("not checked"), "said aloud: {}", run.err);
    run.ok();

    let old = start(None, Some(Version::Tls10));
    let (err, log) = bench.refused(&old.url("x"), &["--cacert", &ca]);
    assert!(log.contains("protocol") || log.contains("version"), "{log}");
    assert!(err.contains("does not speak the TLS version"), "{err}");
    bench.qftp(&["ls", &old.url(""), "--tls-min", "1.0"]).ok();

    let new = start(None, Some(Version::Tls13));
    bench.refused(&new.url("x"), &["--cacert", &ca]);
    bench.qftp(&["ls", &new.url(""), "--tls-min", "1.0"]).ok();

    let plain = Server::start(Kind::Proftpd);
    let url = plain.url("x").replace("ftp:", "ftpes:");
    let (err, log) = bench.refused(&url, &["--cacert", &ca]);
    assert!(log.contains("the server said 50"), "{log}");
    assert!(err.contains("implicit is usually port 990"), "{err}");
    assert_eq!(bench.left(), Vec::<PathBuf>::new());
}

/// The checks that rustls makes, and what it says of those settings that OpenSSL alone has.
#[test]
fn rustls_checks_the_same_and_names_what_it_lacks() {
    let bench = Bench::with(TlsLibrary::Rustls);
    let (ca, other) = (bench.path("ca"), bench.path("other_ca"));
    let made = certificates();
    let start = |identity: Option<&'static Identity>, version| {
        Options { identity, ..Options::tls(Kind::Proftpd, Form::Explicit, version) }.start()
    };
    let good = start(None, None);
    let expired = start(Some(&made.expired), None);
    let elsewhere = start(Some(&made.other_host), None);
    let old = start(None, Some(Version::Tls10));
    let cases: [(&Server, &[&str], &str); 4] = [
        (&good, &["--cacert", &other], "certificate was refused"),
        (&expired, &["--cacert", &ca], "expired"),
        (&elsewhere, &["--cacert", &ca], "not valid for name"),
        (&old, &["--cacert", &ca], "ProtocolVersion"),
    ];
    for (server, arguments, said) in cases {
        let (_, log) = bench.refused(&server.url("x"), arguments);
        assert!(log.contains(said), "{arguments:?}: {said}\n{log}");
    }
    bench.qftp(&["ls", &expired.url(""), "--ignore-dates"]).ok();
    bench.module.qftp(&["ls", &elsewhere.url(""), "--insecure"]).ok();
    bench.qftp(&["ls", &start(None, Some(Version::Tls13)).url(""), "--tls-min", "1.0"]).ok();

    let (cert, key, locked) = (bench.path("client.crt"), bench.path("client.key"), bench.path("locked"));
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let form = Form::Explicit;
        let server = Options { client_certificate: true, ..Options::tls(kind, form, None) }.start();
        bench.qftp(&["ls", &server.url(""), "--cert", &cert, "--key", &key]).ok();
        let options = ["--port", &bench.module.port(), "--apn", "internet", "--cacert", &ca];
        let mut run = command(&options);
        run.args(["ls", &server.url(""), "--cert", &cert, "--key", &locked]);
        let run: Run = run.env("QFTP_KEY_PASSWORD", PASSPHRASE).output().expect("qftp runs").into();
        assert_eq!(run.code, Some(4), "{}", run.err);
    }
    assert!(bench.module.log().contains("clientkey has a password"), "{}", bench.module.log());
    assert_eq!(bench.left(), Vec::<PathBuf>::new());
}

/// More uploads in a row than a server gives tickets, by TLS 1.2 and by 1.3, to servers that refuse a data connection which resumes nothing.
#[test]
fn many_uploads_in_a_row_resume_the_session() {
    for library in TlsLibrary::ALL {
        let bench = Bench::with(*library);
        let folder = bench.folder.path().join("many");
        fs::create_dir(&folder).expect("made");
        for name in 0..12 {
            fs::write(folder.join(name.to_string()), payload(70_000)).expect("written");
        }
        for (kind, version) in [
            (Kind::Vsftpd, Version::Tls12),
            (Kind::Proftpd, Version::Tls12),
            (Kind::Vsftpd, Version::Tls13),
            (Kind::Proftpd, Version::Tls13),
        ] {
            if (*library, kind, version) == (TlsLibrary::Rustls, Kind::Proftpd, Version::Tls13) {
                // It gives no ticket with a short upload, and rustls uses each once: docs/limits.md.
                continue;
            }
            let server = Options::tls(kind, Form::Explicit, Some(version)).start();
            let folder = folder.display().to_string();
            let run = bench.qftp(&["--tls-min", "1.0", "sync", &folder, &server.url("")]);
            let here = format!("{kind} {version:?} {}", library.name());
            assert_eq!(run.code, Some(0), "{here}: {}\n{}", run.err, server.log());
            for name in 0..12 {
                let stored = fs::read(server.root().join(name.to_string())).expect(&here);
                assert_eq!(stored, payload(70_000), "{here}: {name}");
            }
        }
    }
}

/// `seclevel` 2, with a key in the clear and an encrypted one.
#[test]
fn a_client_certificate_is_shown() {
    let bench = Bench::new();
    let (cert, key, locked) = (bench.path("client.crt"), bench.path("client.key"), bench.path("locked"));
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        let form = Form::Explicit;
        // With TLS 1.3 a client learns of a refusal only after its own handshake.
        let version = Some(Version::Tls12);
        let server = Options { client_certificate: true, ..Options::tls(kind, form, version) }.start();
        let (err, _) = bench.refused(&server.url("x"), &["--cacert", &bench.path("ca")]);
        assert!(err.contains("the server asks for a client's certificate"), "{err}");
        bench.qftp(&["ls", &server.url(""), "--cert", &cert, "--key", &key]).ok();
        let encrypted = ["ls", &server.url(""), "--cert", &cert, "--key", &locked];
        let run = bench.qftp(&encrypted);
        assert_eq!(run.code, Some(2), "{}", run.err);
        assert!(run.err.contains("QFTP_KEY_PASSWORD"), "{}", run.err);
        let login = |password: &str| -> Run {
            let options =
                ["--port", &bench.module.port(), "--apn", "internet", "--cacert", &bench.path("ca")];
            let mut run = command(&options);
            run.args(encrypted).arg("-v").env("QFTP_KEY_PASSWORD", password);
            run.output().expect("qftp runs").into()
        };
        assert_eq!(login("wrong").code, Some(4));
        let run = login(PASSPHRASE);
        assert!(!run.err.contains(PASSPHRASE), "{}", run.err);
        run.ok();
        assert!(!bench.module.log().contains(PASSPHRASE));
    }
    assert_eq!(bench.left(), Vec::<PathBuf>::new());
}

/// What is wrong before a byte is sent.
#[test]
fn usage() {
    let bench = Bench::new();
    let url = "ftpes://u:p@127.0.0.1/x";
    let cases: [(&[&str], &str); 6] = [
        (&[], "no CA certificate to check the server against"),
        (&["--insecure", "--active"], "passive data connections only"),
        (&["--cacert", "/nonexistent/ca"], "No such file"),
        (&["--cacert", &bench.path("client.key")], "no certificate in PEM form"),
        (&["--cert", &bench.path("client.crt")], "--key"),
        (&["--tls-min", "1.3"], "possible values"),
    ];
    for (arguments, text) in cases {
        let run = bench.module.qftp(&[&["size", url], arguments].concat());
        assert!(matches!(run.code, Some(2 | 6)), "{arguments:?}: {:?} {}", run.code, run.err);
        assert!(run.err.contains(text), "{arguments:?}: {}", run.err);
    }
    assert!(!bench.module.log().contains("AT"), "{}", bench.module.log());
}
