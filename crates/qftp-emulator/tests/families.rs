//! Each built-in family answers as its public captures do. The dialogues are this project's own, made from the facts
//! that docs/emulator.md names; there is no module here.

use qftp_core::wire::Storage;
use qftp_emulator::{Failure, Family, Reply, Request};

use crate::common::Bench;

/// Longer than any family takes for a URC.
const PATIENCE: u64 = 100;

/// A module of a family, in a session, without echo.
fn open(name: &str) -> Bench {
    let mut bench = closed(name);
    bench.ask_for("AT+QICSGP=1,1,\"internet\"", PATIENCE);
    bench.ask_for("AT+QIACT=1", PATIENCE);
    assert!(bench.ask_for("AT+QFTPOPEN=\"ftp.example\"", PATIENCE).ends_with("+QFTPOPEN: 0,0\r\n"), "{name}");
    bench
}

fn closed(name: &str) -> Bench {
    let family = Family::load(name).unwrap();
    let mut bench = Bench::with(|config| family.apply(config));
    bench.ask_for("ATE0", PATIENCE);
    bench
}

/// Each command is answered so.
fn check(bench: &mut Bench, name: &str, dialogue: &[(&str, &str)]) {
    for (command, answer) in dialogue {
        let said = bench.ask_for(command, PATIENCE);
        let said = said.split("\r\n").filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ");
        assert_eq!(said, *answer, "{name}: {command}");
    }
}

/// A file of three bytes in UFS.
fn put_file(bench: &mut Bench) {
    bench.ask_for("AT+QFUPL=\"a.txt\",3", PATIENCE);
    bench.send(b"abc");
    bench.pass(PATIENCE);
}

#[test]
fn ec25() {
    let mut bench = open("ec25");
    put_file(&mut bench);
    let keys = bench.ask_for("AT+QFTPCFG=?", PATIENCE);
    let names: Vec<_> = keys.lines().filter_map(|line| line.split('"').nth(1)).collect();
    assert!(names.contains(&"sslctxid") && names.contains(&"restenable") && !names.contains(&"cache"));
    assert!(!names.contains(&"SSL_ctxID"), "{names:?}");
    for line in ["\"contextid\",(1-16)", "\"data_address\",(0-2)\r", "\"restenable\",(0,1)"] {
        assert!(keys.contains(line), "{line} is not in {keys}");
    }
    check(
        &mut bench,
        "ec25",
        &[
            ("AT+QFTPCFG=\"contextid\",16", "OK"),
            ("AT+QFTPCFG=\"contextid\",17", "ERROR"),
            ("AT+QFTPCFG=\"contextid\",1", "OK"),
            ("AT+QFTPCFG=\"data_address\",2", "OK"),
            ("AT+QFTPCFG=\"data_address\"", "+QFTPCFG: \"data_address\",2 | OK"),
            ("AT+QFTPCFG=\"data_address\",2,25", "ERROR"),
            ("AT+QICSGP=16,1,\"internet\"", "OK"),
            ("AT+QFTPNLST=?", "ERROR"),
            ("AT+QFTPNLIST=?", "+QFTPNLIST: <dirname>,<local_name> | OK"),
            ("AT+QFTPPWD", "OK | +QFTPPWD: 0,/"),
            ("AT+QFLST=\"a.txt\"", "+QFLST: \"UFS:a.txt\",3 | OK"),
            ("AT+QFDEL=\"none\"", "+CME ERROR: 418"),
            ("AT+QFTPGET=\"x\",\"ufs:x\"", "+CME ERROR: 613"),
            ("AT+QFTPPUT=\"x\",\"ufs:a.txt\"", "+CME ERROR: 613"),
            ("AT+QFTPPUT=\"x\",\"UFS:a.txt\"", "OK | +QFTPPUT: 0,3"),
            ("AT+QFTPNLIST=\".\",\"UFS:names\"", "OK | +QFTPNLIST: 0,3"),
        ],
    );
}

#[test]
fn a_port_where_nothing_listens() {
    for (name, code) in [("ec200s", 605), ("ec25", 606)] {
        let mut bench = closed(name);
        bench.ask_for("AT+QICSGP=1,1,\"internet\"", PATIENCE);
        bench.ask_for("AT+QIACT=1", PATIENCE);
        bench.said();
        let now = bench.instant();
        assert_eq!(bench.module.handle_input(now, b"AT+QFTPOPEN=\"h\"\r"), 16);
        assert!(matches!(bench.module.poll_request(), Some(Request::Connect(_))));
        bench.module.handle_reply(now, Reply::Failed(Failure::local(605)));
        bench.pass(PATIENCE);
        let said = bench.said_text();
        assert!(said.ends_with(&format!("OK\r\n\r\n+QFTPOPEN: {code},0\r\n")), "{name}: {said}");
    }
}

#[test]
fn bg96_and_bg95() {
    for name in ["bg96", "bg95"] {
        let mut bench = open(name);
        check(
            &mut bench,
            name,
            &[
                ("AT+QFTPNLST=\".\"", "ERROR"),
                ("AT+QFTPNLIST=\".\"", "ERROR"),
                ("AT+QFTPCFG=\"data_address\"", "+QFTPCFG: \"data_address\",1 | OK"),
                ("AT+QFTPCFG=\"data_address\",2", "ERROR"),
                ("AT+QFTPCFG=\"data_address\",0", "OK"),
                ("AT+QFTPCFG=\"restenable\"", "+QFTPCFG: \"restenable\",1 | OK"),
                ("AT+QFTPCFG=\"SSL_ctxID\",1", "ERROR"),
                ("AT+QFTPSTAT", "OK | +QFTPSTAT: 0,1"),
            ],
        );
    }
    let mut bench = closed("bg96");
    check(
        &mut bench,
        "bg96",
        &[
            ("AT+QIDNSCFG=1", "ERROR"),
            ("ATI", "Quectel | BG96 | Revision: BG96MAR02A07M1G | OK"),
            ("AT+CFUN=1,1", "OK"),
        ],
    );
    bench.said();
    bench.pass(1000);
    assert!(bench.said_text().contains("\r\nAPP RDY\r\n"));
}

#[test]
fn bg770a() {
    let mut bench = open("bg770a");
    check(
        &mut bench,
        "bg770a",
        &[
            ("AT+QFTPCFG=\"contextid\",5", "OK"),
            ("AT+QFTPCFG=\"contextid\",6", "ERROR"),
            ("AT+QIACT=6", "ERROR"),
            ("AT+QFTPNLIST=?", "+QFTPNLIST: <dirname>,<local_name> | OK"),
            ("AT+QFOPEN=?", "+QFOPEN: <filename>[,(0-3)] | OK"),
            ("AT+QFUPL=?", "+QFUPL: <filename>[,(1-<freesize>)[,(1-65535)[,(0,1)]]] | OK"),
            ("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"internet\",\"10.7.157.1\",0,0,0,0 | OK"),
            ("AT+QIGETERROR", "+QIGETERROR: 0,operate successfully | OK"),
        ],
    );
    let mut bench = open("ec200s");
    check(
        &mut bench,
        "ec200s",
        &[
            ("AT+CGDCONT?", "+CGDCONT: 1,\"IP\",\"internet\" | OK"),
            ("AT+QIGETERROR", "+QIGETERROR: 0,Operate successfully | OK"),
        ],
    );
}

#[test]
fn eg800k() {
    let mut bench = closed("eg800k");
    let keys = bench.ask_for("AT+QFTPCFG=?", PATIENCE);
    assert_eq!(keys.matches("+QFTPCFG: ").count(), 10, "{keys}");
    check(
        &mut bench,
        "eg800k",
        &[
            // The network gives the access point name.
            ("AT+QIACT=8", "OK"),
            ("AT+QIACT=9", "ERROR"),
            ("AT+QIDEACT=8", "OK"),
            ("AT+QICSGP=1,1,\"internet\",\"u\",\"p\",3", "OK"),
            ("AT+QIACT=1", "OK"),
            ("AT+QFTPCFG=\"account\",\"u\",\"pass\"", "OK"),
            ("AT+QFTPCFG=\"account\"", "+QFTPCFG: \"account\",\"u\",\"****\" | OK"),
            ("AT+QFTPCFG=\"data_address\",2,25", "OK"),
            ("AT+QFTPCFG=\"cache\",2", "OK"),
            ("AT+QFTPOPEN=\"ftp.example\"", "OK | +QFTPOPEN: 0,0"),
            ("AT+QFTPPWD", "OK | +QFTPPWD: 0,\"/\""),
            ("AT+QFLDS=\"UFS\"", "+QFLDS: 286720,286720 | OK"),
            ("AT+QFLDS=\"RAM\"", "+CME ERROR: 419"),
            ("AT+CMEE=2", "OK"),
        ],
    );
    put_file(&mut bench);
    check(
        &mut bench,
        "eg800k",
        &[
            // A file of three bytes takes a block.
            ("AT+QFLDS=\"UFS\"", "+QFLDS: 282624,286720 | OK"),
            ("AT+QFLST", "+QFLST: \"UFS:a.txt\",3 | OK"),
            ("AT+QFUPL=\"a.txt\",3", "+CME ERROR: file already exist"),
            ("AT+QIGETERROR", "+QIGETERROR: 0,operate successfully | OK"),
        ],
    );
    let said = bench.ask_for("AT+QFUPL=\"b.txt\",3,1", 2000);
    assert!(said.ends_with("+QFUPL: 0,0\r\n\r\n+CME ERROR: 421\r\n"), "{said}");
    bench.server.add_file("/big", vec![b'x'; 1 << 20]);
    // A host that reads nothing, so that the download is not over before the escape.
    bench.module.handle_input(bench.instant(), b"AT+QFTPGET=\"big\",\"COM:\"\r");
    for (wait, input) in [(2, &b""[..]), (1000, b"+++"), (1000, b"")] {
        bench.turn_without_reading();
        bench.now += wait;
        bench.module.handle_timeout(bench.instant());
        bench.module.handle_input(bench.instant(), input);
    }
    bench.pass(PATIENCE);
    check(&mut bench, "eg800k", &[("ATO", "NO CARRIER"), ("AT+QFTPSTAT", "OK | +QFTPSTAT: 0,1")]);
}

#[test]
fn ec200u() {
    let mut bench = closed("ec200u");
    check(
        &mut bench,
        "ec200u",
        &[
            ("AT+QFTPPUTEX=?", "OK"),
            ("AT+QFTPDBG=?", "OK"),
            ("AT+QFTPPUTEX=\"x\"", "ERROR"),
            ("AT+QFTPNOSUCH=?", "ERROR"),
        ],
    );
    check(&mut closed("ec200s"), "ec200s", &[("AT+QFTPPUTEX=?", "ERROR")]);
}

#[test]
fn uc20() {
    let mut bench = open("uc20");
    let (fits, long) = ("n".repeat(50), "n".repeat(51));
    let local = |length: usize| format!("UFS:{}", "l".repeat(length - 4));
    for (command, answer) in [
        (format!("AT+QFTPSIZE=\"{fits}\""), "OK | +QFTPSIZE: 627,550"),
        (format!("AT+QFTPSIZE=\"{long}\""), "ERROR"),
        (format!("AT+QFTPRENAME=\"{fits}\",\"{long}\""), "ERROR"),
        (format!("AT+QFTPGET=\"{fits}\",\"{}\"", local(60)), "OK | +QFTPGET: 627,550"),
        (format!("AT+QFTPGET=\"{fits}\",\"{}\"", local(61)), "ERROR"),
    ] {
        check(&mut bench, "uc20", &[(&command, answer)]);
    }
}

#[test]
fn the_series_of_the_note() {
    for name in ["ec200s", "ec200t", "ec600n", "eg912y", "strict-note"] {
        let mut bench = open(name);
        let path = if matches!(name, "ec200s" | "ec200t" | "ec600n") { "\"/\"" } else { "/" };
        check(
            &mut bench,
            name,
            &[
                ("AT+QFTPCFG=\"contextid\",15", "OK"),
                ("AT+QFTPCFG=\"contextid\",16", "ERROR"),
                ("AT+QFTPCFG=\"data_address\",2,25", "OK"),
                ("AT+QFTPCFG=\"rsptimeout\",19", "ERROR"),
                ("AT+QFTPCFG=\"restenable\",1", "ERROR"),
                ("AT+QFTPPWD", &format!("OK | +QFTPPWD: 0,{path}")),
                ("AT+QFTPNLST=?", "+QFTPNLST: <dirname>,<local_name> | OK"),
                ("AT+QFDEL=\"none\"", "+CME ERROR: 405"),
                ("AT+QFLST=\"none\"", "+CME ERROR: 417"),
            ],
        );
        let ssl = bench.ask_for("AT+QSSLCFG=?", PATIENCE);
        assert!(ssl.contains("+QSSLCFG: \"sslversion\",(0-5),(0-4)\r\n"), "{ssl}");
        assert!(bench.ask("AT+QSSLCFG=\"seclevel\",6,0").ends_with("ERROR\r\n"), "{name}");
    }
}

/// OK comes after its time, and the URC after that; the echo comes at once.
#[test]
fn answers_take_their_time() {
    let family = Family::load("ec25").unwrap();
    let (ok, urc) = (family.line.ok_ms.value, family.line.urc_ms.value);
    assert!(0 < ok && ok < urc);
    let mut bench = Bench::with(|config| family.apply(config));
    bench.send(b"AT+QFTPSTAT\r");
    assert_eq!(bench.said_text(), "AT+QFTPSTAT\r");
    bench.pass(ok - 1);
    assert_eq!(bench.said_text(), "");
    bench.pass(1);
    assert_eq!(bench.said_text(), "\r\nOK\r\n");
    bench.pass(urc - ok - 1);
    assert_eq!(bench.said_text(), "");
    bench.pass(1);
    assert_eq!(bench.said_text(), "\r\n+QFTPSTAT: 0,4\r\n");
}

/// What each family has to put files into.
#[test]
fn storages() {
    for family in Family::all() {
        let mut bench = Bench::with(|config| family.apply(config));
        bench.ask_for("ATE0", PATIENCE);
        for storage in Storage::ALL {
            let said = bench.ask_for(&format!("AT+QFLDS=\"{}\"", storage.name()), PATIENCE);
            let rule = family.files.storages.iter().find(|rule| rule.name == storage);
            let expected = match rule {
                Some(rule) => format!("\r\n+QFLDS: {0},{0}\r\n\r\nOK\r\n", rule.size),
                None => "\r\n+CME ERROR: 419\r\n".to_owned(),
            };
            assert_eq!(said, expected, "{family:?}");
        }
    }
}
