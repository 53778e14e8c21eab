//! The line discipline and the general commands.
use crate::common::Bench;

#[test]
fn echo_and_the_forms_of_a_line() {
    let mut bench = Bench::new();
    assert_eq!(bench.ask("AT"), "AT\r\r\nOK\r\n");
    assert_eq!(bench.ask("ATI"), "ATI\r\r\nQuectel\r\nEC200S\r\nRevision: EC200SCNAAR01A01M16\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("ATE0"), "ATE0\r\r\nOK\r\n");
    assert_eq!(bench.ask("\nat"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CMEE?;+CSQ"), "\r\n+CMEE: 1\r\n\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CSQ;+NONSENSE;+CSQ"), "\r\n+CSQ: 24,99\r\n\r\nERROR\r\n");
    assert_eq!(bench.ask("noise"), "");
    for before in ["\x1b", "\x1a", "\x1b\x1b", "noise ", "a"] {
        assert_eq!(bench.ask(&format!("{before}AT+CMEE?")), "\r\n+CMEE: 1\r\n\r\nOK\r\n", "{before:?}");
    }
    assert_eq!(bench.ask(&format!("AT+QFTPCWD=\"{}\"", "x".repeat(2000))), "\r\nERROR\r\n");
    assert_eq!(bench.ask("ATV0"), "0\r");
    assert_eq!(bench.ask("AT+CSQ"), "+CSQ: 24,99\r\n0\r");
    assert_eq!(bench.ask("AT+X"), "4\r");
    assert_eq!(bench.ask("ATO"), "3\r");
    assert_eq!(bench.ask("ATV1Q1"), "");
    assert_eq!(bench.ask("AT+CSQ"), "\r\n+CSQ: 24,99\r\n");
    assert_eq!(bench.ask("ATQ0"), "\r\nOK\r\n");
}

#[test]
fn errors_as_word_number_and_text() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+QFDWL=\"none\""), "\r\n+CME ERROR: 405\r\n");
    bench.ask("AT+CMEE=2");
    assert_eq!(bench.ask("AT+QFDWL=\"none\""), "\r\n+CME ERROR: file not found\r\n");
    bench.ask("AT+CMEE=0");
    assert_eq!(bench.ask("AT+QFDWL=\"none\""), "\r\nERROR\r\n");
}

#[test]
fn profiles() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    bench.ask("ATS12=25");
    bench.ask("AT&W");
    bench.ask("ATS12=100");
    bench.ask("ATZ");
    assert_eq!(bench.ask("ATS12?"), "\r\n025\r\n\r\nOK\r\n");
    bench.ask("AT&F");
    assert_eq!(bench.ask("ATS12?"), "ATS12?\r\r\n050\r\n\r\nOK\r\n");
    bench.ask("AT+CFUN=1,1");
    bench.pass(1000);
    bench.said();
    assert_eq!(bench.ask("ATS12?"), "\r\n025\r\n\r\nOK\r\n");
}

#[test]
fn a_shorter_guard_time() {
    let mut bench = Bench::open();
    bench.ask("ATS12=10");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\"");
    bench.send(b"x");
    bench.pass(200);
    bench.send(b"+++");
    bench.pass(200);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,1\r\n");
}

#[test]
fn restart_and_power_down() {
    let boot = "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\n+QUSIM: 1\r\n\r\n+QIND: SMS DONE\r\n\r\n+QIND: PB DONE\r\n";
    let mut bench = Bench::with(|config| config.starts = true);
    assert_eq!(bench.said_text(), boot);
    bench.ask("ATE0;+QICSGP=1,1,\"apn\";+QIACT=1");
    bench.ask("AT+QFUPL=\"RAM:x\",1");
    bench.send(b"x");
    assert_eq!(bench.ask("AT+CFUN=1,1"), "\r\nOK\r\n");
    // Lost: the module is starting.
    assert_eq!(bench.ask("AT"), "");
    bench.pass(500);
    assert_eq!(bench.said_text(), boot);
    assert_eq!(bench.ask("AT+QIACT?"), "AT+QIACT?\r\r\nOK\r\n");
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+QFLST=\"RAM:*\""), "\r\n+CME ERROR: 417\r\n");
    assert_eq!(bench.ask("AT+QPOWD"), "\r\nOK\r\n\r\nPOWERED DOWN\r\n");
    assert!(bench.module.is_off());
    assert_eq!(bench.ask("AT"), "");
    bench.module.power_cycle(bench.instant());
    bench.pass(500);
    assert_eq!(bench.said_text(), boot);
}

#[test]
fn read_and_write_forms() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    for (command, answer) in [
        ("AT+CGMI", "Quectel"),
        ("AT+CGMM", "EC200S"),
        ("AT+GSN", "867730050000000"),
        ("AT+CPIN?", "+CPIN: READY"),
        ("AT+CREG?", "+CREG: 0,1"),
        ("AT+CEREG?", "+CEREG: 0,1"),
        ("AT+COPS?", "+COPS: 0,0,\"CHINA MOBILE\",7"),
        ("AT+CGATT?", "+CGATT: 1"),
        ("AT+IPR?", "+IPR: 115200"),
        ("AT+IFC?", "+IFC: 0,0"),
        ("AT+QURCCFG=\"urcport\"", "+QURCCFG: \"urcport\",\"uart1\""),
        ("AT+QSSLCFG=\"sslversion\",1", "+QSSLCFG: \"sslversion\",1,4"),
        ("AT+QSSLCFG=\"ciphersuite\",1", "+QSSLCFG: \"ciphersuite\",1,0XFFFF"),
        ("AT+QSSLCFG=\"cacert\",1", "+QSSLCFG: \"cacert\",1,\"\""),
    ] {
        assert_eq!(bench.ask(command), format!("\r\n{answer}\r\n\r\nOK\r\n"));
    }
    for command in [
        "AT+IFC=2,2",
        "AT+IPR=921600",
        "AT+QURCCFG=\"urcport\",\"usbat\"",
        "AT+QSSLCFG=\"cacert\",1,\"UFS:ca.pem\"",
    ] {
        assert_eq!(bench.ask(command), "\r\nOK\r\n");
    }
    assert_eq!(bench.ask("AT+IFC?"), "\r\n+IFC: 2,2\r\n\r\nOK\r\n");
    assert_eq!(
        bench.ask("AT+QSSLCFG=\"cacert\",1"),
        "\r\n+QSSLCFG: \"cacert\",1,\"UFS:ca.pem\"\r\n\r\nOK\r\n"
    );
}
