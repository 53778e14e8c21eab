//! A password appears in no output, dialogue, recording or error, wherever one looks.

use std::fs;

use qftp_tests::program::{Module, Run, command};
use qftp_tests::servers::{PASSWORD, USER, Vsftpd};
use tempfile::tempdir;

const WRONG: &str = "Wr0ng-Pa55";

#[test]
fn nowhere() {
    let Some(server) = Vsftpd::start() else { return };
    let module = Module::start(&["-v"]);
    let folder = tempdir().expect("a folder");
    let config = folder.path().join("qftp.toml");
    fs::write(
        &config,
        format!("apn = 'internet'\napn-user = 'apn-{USER}'\napn-password = 'apn-{PASSWORD}'\n"),
    )
    .expect("written");
    let local = folder.path().join("file");
    fs::write(&local, b"data").expect("written");
    let (local, port) = (local.to_string_lossy(), module.port());
    let wrong = |url: String| url.replace(PASSWORD, WRONG);
    let without = server.url("x").replace(&format!(":{PASSWORD}"), "");

    let mut everything = String::new();
    let runs: [(&[&str], i32); 8] = [
        (&["put", &local, &server.url("x")], 0),
        (&["get", &server.url("x"), "-"], 0),
        (&["ls", &server.url("")], 0),
        (&["size", &without], 0),
        (&["size", &server.url("missing")], 5),
        (&["size", &wrong(server.url("x"))], 5),
        (&["size", &server.url("%zz")], 2),
        (&["size", &server.url("x").replace("127.0.0.1", "no-such-host.invalid")], 4),
    ];
    for (index, (arguments, code)) in runs.into_iter().enumerate() {
        for json in [&[][..], &["--json"]] {
            let record = folder.path().join(format!("record{index}"));
            let run: Run = command(&["--port", &port, "-v", "--record", &record.to_string_lossy()])
                .args(["--config", &config.to_string_lossy()])
                .args(json)
                .args(arguments)
                .env("QFTP_PASSWORD", PASSWORD)
                .output()
                .expect("qftp runs")
                .into();
            assert_eq!(run.code, Some(code), "{} {}", run.text(), run.err);
            everything.push_str(&run.text());
            everything.push_str(&run.err);
            everything.push_str(&fs::read_to_string(&record).unwrap_or_default());
        }
    }
    let log = module.log();
    assert!(log.contains("AT+QFTPCFG=\"account\",***"), "the module's dialogue is not in it");
    everything.push_str(&log);
    assert!(everything.contains("AT+QFTPCFG=\"account\",***"), "the dialogue is not in it");
    for secret in [PASSWORD, WRONG] {
        assert!(!everything.contains(secret), "{secret} stands in: {everything}");
    }
}
