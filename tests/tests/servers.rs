//! The servers themselves, by clients that are not ours: each takes the form and the TLS version it was started with, and no other.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;

use qftp_tests::certificates::certificates;
use qftp_tests::servers::{Form, Kind, Options, Server, Version};
use tempfile::TempDir;

/// Every server with the one version, by a client that is not ours.
fn curl_puts_and_gets(options: &Options<'_>) {
    let server = options.start();
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("source");
    let ca = folder.path().join("ca.crt");
    fs::write(&source, "hello").expect("written");
    fs::write(&ca, &certificates().ca).expect("written");
    let url = server.url("there.txt").replace("ftpes:", "ftp:");
    let curl = |arguments: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20", "--cacert", &ca.to_string_lossy()]);
        if options.form != Form::Plain {
            curl.arg("--ssl-reqd");
        }
        if options.version == Some(Version::Tls10) {
            curl.args(["--tlsv1.0", "--ciphers", "ALL:@SECLEVEL=0"]);
        }
        curl.args(arguments);
        curl.output().expect("curl runs")
    };
    let what = format!("{} {} {:?}", options.kind, options.form, options.version);
    let put = curl(&["-T", &source.to_string_lossy(), &url]);
    assert!(put.status.success(), "{what}: {}\n{}", String::from_utf8_lossy(&put.stderr), server.log());
    assert_eq!(fs::read(server.root().join("there.txt")).expect("it is there"), b"hello", "{what}");
    assert_eq!(curl(&[&url]).stdout, b"hello", "{what}");
    let other = match options.version {
        None => return,
        Some(Version::Tls13) => ["--tls-max", "1.2"],
        Some(_) => ["--tlsv1.3", "-s"],
    };
    assert!(!curl(&[&other, [url.as_str()].as_slice()].concat()).status.success(), "{what}: not only that");
}

#[test]
fn plain() {
    Kind::ALL.iter().for_each(|kind| curl_puts_and_gets(&Options::plain(*kind)));
}

#[test]
fn each_form_and_version_of_tls() {
    for kind in Kind::ALL {
        for form in [Form::Explicit, Form::Implicit] {
            for version in Version::ALL {
                let cannot = form == Form::Implicit || version == Version::Tls10;
                if !(kind == Kind::Pureftpd && cannot) {
                    curl_puts_and_gets(&Options::tls(kind, form, Some(version)));
                }
            }
        }
    }
}

#[test]
fn a_client_without_a_certificate_is_turned_away() {
    let made = certificates();
    let folder = TempDir::new().expect("a folder");
    let ca = folder.path().join("ca.crt");
    fs::write(&ca, &made.ca).expect("written");
    let (certificate, key) = made.client.write(folder.path(), "client");
    for kind in [Kind::Vsftpd, Kind::Proftpd, Kind::Pyftpdlib] {
        let options = Options { client_certificate: true, ..Options::tls(kind, Form::Explicit, None) };
        let server = options.start();
        let curl = |with: bool| {
            let mut curl = Command::new("curl");
            curl.args(["-sS", "--max-time", "20", "--ssl-reqd", "--cacert"]).arg(&ca);
            if with {
                curl.arg("--cert").arg(&certificate).arg("--key").arg(&key);
            }
            curl.arg(server.url("").replace("ftpes:", "ftp:")).output().expect("curl runs").status.success()
        };
        assert!(!curl(false), "{kind} takes anybody\n{}", server.log());
        assert!(curl(true), "{kind} does not take ours\n{}", server.log());
    }
}

#[test]
fn a_dropped_server_is_gone_with_its_sessions() {
    for kind in Kind::ALL {
        let server = Server::start(kind);
        let session = TcpStream::connect(("127.0.0.1", server.port())).expect("connects");
        let mut session = BufReader::new(session);
        session.read_line(&mut String::new()).expect("greeted");
        let port = server.port();
        drop(server);
        session.get_ref().set_read_timeout(Some(Duration::from_secs(20))).expect("set");
        // The rest of a long greeting, then the end.
        let end = io::copy(&mut session, &mut io::sink());
        assert!(end.is_ok() || end.is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset));
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "{kind} lives on");
    }
}
