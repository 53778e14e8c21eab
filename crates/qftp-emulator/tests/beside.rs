//! Commands beside FTP that other people's hosts send first.
use crate::common::Bench;

fn quiet() -> Bench {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    bench
}

/// What a host sends before it dials, or before it asks for more: each line has to be answered with OK.
#[test]
fn init_strings_of_hosts() {
    let hosts: &[(&str, &[&str])] = &[
        ("wvdial", &["ATZ", "ATQ0V1E0S0=0&C1&D2+FCLASS=0"]),
        ("ppp's chat", &["ATH", "ATE0", "AT+CGDCONT=1,\"IP\",\"internet\"", "ATX4&K3"]),
        (
            "ModemManager",
            &[
                "ATE0",
                "ATV1",
                "AT+CMEE=1",
                "ATX4",
                "AT&C1",
                "AT+GCAP",
                "ATI",
                "AT+CGMI",
                "AT+GMI",
                "AT+CGMM",
                "AT+GMM",
                "AT+CGMR",
                "AT+GMR",
                "AT+CGSN",
                "AT+CIMI",
                "AT+CCLK?",
                "AT+CGDCONT?",
                "AT+CSCS=?",
                "AT+CMGF=?",
            ],
        ),
        ("gammu", &["ATZ", "ATE0", "AT+CMEE=1", "AT+CGMI", "AT+CMGF=?", "AT+CSCS?", "AT+CPMS=?"]),
        (
            "python-gsmmodem",
            &[
                "ATZ",
                "ATE0",
                "AT+CFUN=1",
                "AT+CMEE=1",
                "AT+CSCA?",
                "AT+CMGF=0",
                "AT+CPMS?",
                "AT+CNMI=2,1,0,2",
                "AT+CLIP=1",
                "AT+CLAC",
            ],
        ),
        (
            "Quectel's SDK",
            &[
                "AT",
                "ATE0",
                "AT+QCCID",
                "AT+QNWINFO",
                "AT+QCSQ",
                "AT+CGAUTH=1,0",
                "AT+CGPADDR=1",
                "AT+QISTATE?",
            ],
        ),
        ("a terminal", &["AT&V", "AT\\Q3", "ATS0?", "ATS3?", "AT+QLTS", "AT+CPAS", "AT+CGQREQ=1,0,0,0,0,0"]),
    ];
    for (host, lines) in hosts {
        let mut bench = quiet();
        for line in *lines {
            let answer = bench.ask(line);
            assert!(answer.ends_with("OK\r\n"), "{host}: {line}: {answer:?}");
        }
    }
}

#[test]
fn a_setting_is_shown_stored_and_brought_back() {
    let mut bench = quiet();
    assert_eq!(bench.ask("AT+CMGF?"), "\r\n+CMGF: 0\r\n\r\nOK\r\n");
    bench.ask("ATE0S0=3+CMGF=1");
    assert_eq!(bench.ask("ATS0?"), "\r\n003\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CMGF?;+CSQ"), "\r\n+CMGF: 1\r\n\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
    bench.ask("AT&W");
    bench.ask("ATS0=5");
    bench.ask("ATZ");
    assert_eq!(bench.ask("ATS0?"), "\r\n003\r\n\r\nOK\r\n");
    bench.ask("AT&F");
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+CMGF?"), "\r\n+CMGF: 0\r\n\r\nOK\r\n");
}

#[test]
fn a_context_is_defined_by_3gpps_command_too() {
    let mut bench = quiet();
    assert_eq!(bench.ask("AT+CGDCONT=1,\"IP\",\"internet\""), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CGDCONT?"), "\r\n+CGDCONT: 1,\"IP\",\"internet\"\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CGPADDR"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QIACT=1"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CGACT?"), "\r\n+CGACT: 1,1\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CGPADDR=1"), "\r\n+CGPADDR: 1,\"10.7.157.1\"\r\n\r\nOK\r\n");
    for wrong in ["AT+CGDCONT=99,\"IP\",\"x\"", "AT+CGDCONT=1,\"PPPP\",\"x\"", "AT+CGDCONT=one"] {
        assert_eq!(bench.ask(wrong), "\r\nERROR\r\n", "{wrong}");
    }
}

#[test]
fn the_clock_runs() {
    let mut bench = quiet();
    assert_eq!(bench.ask("AT+CCLK?"), "\r\n+CCLK: \"80/01/06,00:00:00+00\"\r\n\r\nOK\r\n");
    bench.pass(3_725_000);
    assert_eq!(bench.ask("AT+CCLK?"), "\r\n+CCLK: \"80/01/06,01:02:05+00\"\r\n\r\nOK\r\n");
    bench.ask("AT+CCLK=\"26/11/27,12:00:00+00\"");
    assert_eq!(bench.ask("AT+QLTS"), "\r\n+QLTS: \"2026/11/27,12:00:00+00,0\"\r\n\r\nOK\r\n");
}

#[test]
fn numbers_of_the_card_want_a_card() {
    let mut bench = Bench::with(|config| config.sim = qftp_emulator::Sim::Absent);
    bench.ask("ATE0");
    for line in ["AT+CIMI", "AT+QCCID"] {
        assert_eq!(bench.ask(line), "\r\n+CME ERROR: 10\r\n", "{line}");
    }
}

#[test]
fn what_no_module_knows_is_an_error() {
    let mut bench = quiet();
    for line in
        ["AT+NONSENSE", "ATX9", "ATS99?", "AT&Q5", "AT+CMGF=1;+NONSENSE", "AT+CCLK=\"now\"", "ATD*99#"]
    {
        assert_eq!(bench.ask(line), "\r\nERROR\r\n", "{line}");
    }
}
