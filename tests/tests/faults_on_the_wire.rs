//! What the faults that no host may stumble over change on the wire: the same question to a healthy module and to one with the fault.

use qftp_emulator::Fault;
use qftp_tests::pair::{Pair, config};

/// A module with these faults, logged in, its echo off unless that is the point.
fn ask(faults: &[&str], question: &[u8], wait: u64) -> String {
    let mut config = config();
    config.faults = faults.iter().map(|fault| Fault::parse(fault).expect("a fault")).collect();
    let mut pair = Pair::new(config, || usize::MAX);
    pair.type_in(b"ATE0\r", 100);
    for command in ["AT+CMEE=1", "AT+QICSGP=1,1,\"internet\"", "AT+QIACT=1", "AT+QFTPOPEN=\"server\""] {
        pair.type_in(format!("{command}\r").as_bytes(), 10_000);
    }
    pair.server.add_file("/f", "12345");
    String::from_utf8(pair.type_in(question, wait)).expect("text")
}

#[test]
fn what_a_host_sees() {
    let stat = "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n";
    for (fault, question, healthy, changed) in [
        ("no-blank-line", "AT+QFTPSTAT", stat, "\r\nOK\r\n+QFTPSTAT: 0,1\r\n"),
        ("cme=text", "AT+QFDEL=\"x\"", "\r\n+CME ERROR: 405\r\n", "\r\n+CME ERROR: file not found\r\n"),
        ("path", "AT+QFTPPWD", "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n", "\r\nOK\r\n\r\n+QFTPPWD: 0,/\r\n"),
        (
            "password",
            "AT+QFTPCFG=\"account\",\"a\",\"b\";+QFTPCFG=\"account\"",
            "\r\n+QFTPCFG: \"account\",\"a\",\"*\"\r\n\r\nOK\r\n",
            "\r\n+QFTPCFG: \"account\",\"a\",\"b\"\r\n\r\nOK\r\n",
        ),
        (
            "nlist",
            "AT+QFTPNLST=?",
            "\r\n+QFTPNLST: <dirname>,<local_name>\r\n\r\nOK\r\n",
            "\r\n+QFTPNLIST: <dirname>,<local_name>\r\n\r\nOK\r\n",
        ),
        ("ssl-key", "AT+QFTPCFG=\"SSL_ctxID\",1", "\r\nOK\r\n", "\r\nERROR\r\n"),
        ("ssl-key=SSL_ctxID", "AT+QFTPCFG=\"sslctxid\",1", "\r\nOK\r\n", "\r\nERROR\r\n"),
        ("lacks-key", "AT+QFTPCFG=\"cache\",1", "\r\nOK\r\n", "\r\nERROR\r\n"),
        (
            "no-qurccfg",
            "AT+QURCCFG=\"urcport\"",
            "\r\n+QURCCFG: \"urcport\",\"uart1\"\r\n\r\nOK\r\n",
            "\r\nERROR\r\n",
        ),
        ("no-ats12", "ATS12=10", "\r\nOK\r\n", "\r\nERROR\r\n"),
        ("ato-error", "ATO", "\r\nNO CARRIER\r\n", "\r\nERROR\r\n"),
        ("late-urc", "AT+QFTPPWD", "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n", "\r\nOK\r\n"),
        ("slow-close", "AT+QFTPCLOSE", "\r\nOK\r\n\r\n+QFTPCLOSE: 0,0\r\n", "\r\nOK\r\n"),
        ("chatter=1", "AT", "\r\nOK\r\n", "\r\nOK\r\n\r\n+QIND: \"csq\",24,99\r\n"),
        (
            "no-ram",
            "AT+QFLDS=\"RAM\"",
            "\r\n+QFLDS: 2097152,2097152\r\n\r\nOK\r\n",
            "\r\n+CME ERROR: 419\r\n",
        ),
        (
            "no-sd",
            "AT+QFLDS=\"SD\"",
            "\r\n+QFLDS: 67108864,67108864\r\n\r\nOK\r\n",
            "\r\n+CME ERROR: 419\r\n",
        ),
        (
            "small-ufs",
            "AT+QFLDS=\"UFS\"",
            "\r\n+QFLDS: 5242880,5242880\r\n\r\nOK\r\n",
            "\r\n+QFLDS: 65536,65536\r\n\r\nOK\r\n",
        ),
        (
            "ufs-full",
            "AT+QFLDS=\"UFS\"",
            "\r\n+QFLDS: 5242880,5242880\r\n\r\nOK\r\n",
            "\r\n+QFLDS: 0,5242880\r\n\r\nOK\r\n",
        ),
    ] {
        let question = format!("{question}\r").into_bytes();
        assert_eq!(ask(&[], &question, 100), healthy, "{question:?} to a healthy module");
        let said = ask(&[fault], &question, 100);
        if fault.starts_with("chatter") {
            // Which URC is chance; that there is one behind the OK is not.
            assert!(said.starts_with("\r\nOK\r\n\r\n+") && said.len() > 12, "{said}");
        } else {
            assert_eq!(said, changed, "{fault}");
        }
    }
    assert_eq!(ask(&["cme=number"], b"AT+CMEE=2;+QFDEL=\"x\"\r", 100), "\r\n+CME ERROR: 405\r\n");
}

/// The echo, and the start, as they are after the power came.
#[test]
fn from_the_start() {
    let mut quiet = config();
    quiet.faults = vec![Fault::parse("echo-off").expect("a fault")];
    assert_eq!(Pair::new(quiet, || usize::MAX).type_in(b"AT\r", 10), b"\r\nOK\r\n");
    assert_eq!(Pair::whole().type_in(b"AT\r", 10), b"AT\r\r\nOK\r\n");

    let start = |fault: &[&str], seed| {
        let mut config = config();
        config.starts = true;
        config.seed = seed;
        config.faults = fault.iter().map(|fault| Fault::parse(fault).expect("a fault")).collect();
        let said = Pair::new(config, || usize::MAX).type_in(b"", 10);
        String::from_utf8(said)
            .expect("text")
            .lines()
            .map(str::to_owned)
            .filter(|line| !line.is_empty())
            .collect()
    };
    let usual: Vec<String> = start(&[], 1);
    assert_eq!(usual, ["RDY", "+CFUN: 1", "+CPIN: READY", "+QUSIM: 1", "+QIND: SMS DONE", "+QIND: PB DONE"]);
    let orders: Vec<Vec<String>> = (0..20).map(|seed| start(&["shuffled-start"], seed)).collect();
    assert!(orders.iter().any(|order| order[0] != "RDY"), "any order");
    for mut order in orders {
        let mut lines = usual.clone();
        order.sort();
        lines.sort();
        assert_eq!(order, lines, "the same lines");
    }
}

/// What leaves when, with a clock of one's own: one byte a millisecond, and OK not before its URC.
#[test]
fn in_pieces_and_in_one() {
    let ask =
        |fault: &str, question: &str, wait: u64| ask(&[fault], format!("{question}\r").as_bytes(), wait);
    assert_eq!(ask("dribble", "AT+QFTPSTAT", 3), "\r\nOK");
    assert_eq!(ask("dribble", "AT+QFTPSTAT", 100), "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");

    let slow = |more: &[&str], wait| {
        let faults: Vec<&str> = ["late-urc=500"].iter().chain(more).copied().collect();
        self::ask(&faults, b"AT+QFTPPWD\r", wait)
    };
    let whole = "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n";
    assert_eq!(slow(&[], 400), "\r\nOK\r\n");
    assert_eq!(slow(&["joined"], 400), "");
    assert_eq!(slow(&["joined"], 600), whole);
    // Not for ever.
    assert_eq!(slow(&["joined=100"], 400), "\r\nOK\r\n");
    assert_eq!(slow(&["joined=100"], 600), whole);
}
