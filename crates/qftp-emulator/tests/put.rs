//! `AT+QFTPPUT`.
use crate::common::Bench;
use qftp_emulator::Failure;

const CONNECT: &str = "\r\nCONNECT\r\n";

#[test]
fn all_until_the_escape() {
    let mut bench = Bench::open();
    assert_eq!(bench.ask("AT+QFTPPUT=\"test.txt\",\"COM:\",0"), CONNECT);
    bench.send(&[7; 1000]);
    bench.escape();
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,1000\r\n");
    assert_eq!(bench.server.file("/test.txt").unwrap(), [7; 1000]);
    assert_eq!(bench.ask("AT+QFTPLEN"), "\r\nOK\r\n\r\n+QFTPLEN: 0,1000\r\n");
}

#[test]
fn two_parts_on_one_data_connection() {
    let mut bench = Bench::open();
    assert_eq!(bench.ask("AT+QFTPPUT=\"test.txt\",\"COM:\",0,1024,0"), CONNECT);
    bench.send(&[1; 1024]);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,1024\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,2\r\n");
    assert_eq!(bench.ask("AT+QFTPSIZE=\"test.txt\""), "\r\n+CME ERROR: 603\r\n");
    assert_eq!(bench.ask("AT+QFTPPUT=\"test.txt\",\"COM: \",1024,1024,1"), CONNECT);
    bench.send(&[2; 1024]);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,1024\r\n");
    assert_eq!(bench.server.file("/test.txt").unwrap(), [[1; 1024], [2; 1024]].concat());
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
}

#[test]
fn nothing_at_all() {
    let mut bench = Bench::open();
    let done = format!("{CONNECT}\r\nOK\r\n\r\n+QFTPPUT: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPPUT=\"empty\",\"COM:\",0,0,1"), done);
    assert_eq!(bench.server.file("/empty").unwrap(), b"");
    bench.ask("AT+QFTPPUT=\"parts\",\"COM:\",0,1,0");
    bench.send(b"x");
    assert_eq!(bench.ask("AT+QFTPPUT=\"parts\",\"COM:\",1,0,1"), done);
    assert_eq!(bench.server.file("/parts").unwrap(), b"x");
}

#[test]
fn offsets() {
    let mut bench = Bench::open();
    bench.server.add_file("/f", "0123456789");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\",10,2,1");
    bench.send(b"ab");
    assert_eq!(bench.server.file("/f").unwrap(), b"0123456789ab");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\",1,2,1");
    bench.send(b"XY");
    assert_eq!(bench.server.file("/f").unwrap(), b"0XY3456789ab");
    assert_eq!(bench.ask("AT+QFTPPUT=\"f\",\"COM:\",13,2,1"), "\r\nOK\r\n\r\n+QFTPPUT: 612,0\r\n");
}

#[test]
fn plus_signs_are_data_without_silence_around_them() {
    let mut bench = Bench::open();
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\"");
    // No silence before.
    bench.send(b"a+++");
    bench.pass(5000);
    // No silence after.
    bench.send(b"+++");
    bench.pass(999);
    bench.send(b"b");
    // Too many.
    bench.pass(2000);
    bench.send(b"++++");
    bench.pass(2000);
    // Too slow: not within the guard time.
    bench.send(b"++");
    bench.pass(1001);
    bench.send(b"c");
    bench.escape();
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,15\r\n");
    assert_eq!(bench.server.file("/f").unwrap(), b"a++++++b++++++c");
}

#[test]
fn plus_signs_that_complete_the_count_are_data() {
    let mut bench = Bench::open();
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\",0,4,1");
    bench.send(b"a");
    bench.pass(2000);
    bench.send(b"+");
    bench.send(b"++");
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,4\r\n");
    assert_eq!(bench.server.file("/f").unwrap(), b"a+++");
}

#[test]
fn an_escape_ends_an_announced_upload_early() {
    let mut bench = Bench::open();
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\",0,100,0");
    bench.send(b"ab");
    bench.escape();
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,2\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
}

#[test]
fn silence_is_609() {
    let mut bench = Bench::open();
    bench.ask("AT+QFTPCFG=\"rsptimeout\",20");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\"");
    bench.send(b"ab");
    bench.pass(19_000);
    assert_eq!(bench.said_text(), "");
    bench.pass(2000);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 609,0\r\n");
    assert_eq!(bench.ask("AT+QFTPSIZE=\"f\""), "\r\nOK\r\n\r\n+QFTPSIZE: 0,2\r\n");
}

#[test]
fn a_full_server_breaks_the_upload() {
    let mut bench = Bench::open();
    bench.server.break_after(10, Failure::server(452));
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\",0,100,1");
    bench.send(&[0; 20]);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 619,452\r\n");
    assert_eq!(bench.ask("AT"), "\r\nOK\r\n");
}

#[test]
fn no_data_connection_needs_a_close() {
    let mut bench = Bench::open();
    bench.server.fail_next(Failure::local(615));
    assert_eq!(bench.ask("AT+QFTPPUT=\"f\",\"COM:\""), "\r\n+CME ERROR: 615\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\n+CME ERROR: 603\r\n");
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\nOK\r\n\r\n+QFTPCLOSE: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n");
}

#[test]
fn from_a_file_of_the_module() {
    let mut bench = Bench::open();
    assert_eq!(bench.ask("AT+QFUPL=\"RAM:a\",3"), CONNECT);
    bench.send(b"abc");
    assert_eq!(bench.ask("AT+QFTPPUT=\"f\",\"RAM:a\",0"), "\r\nOK\r\n\r\n+QFTPPUT: 0,3\r\n");
    assert_eq!(bench.server.file("/f").unwrap(), b"abc");
    assert_eq!(bench.ask("AT+QFTPPUT=\"f\",\"RAM:b\""), "\r\nOK\r\n\r\n+QFTPPUT: 611,0\r\n");
    assert_eq!(bench.ask("AT+QFTPPUT=\"f\",\"UFS:../b\""), "\r\n+CME ERROR: 630\r\n");
}

#[test]
fn the_line_feed_of_the_command_is_not_data() {
    let mut bench = Bench::open();
    bench.send(b"AT+QFTPPUT=\"f\",\"COM:\",0,3,1\r\nabc");
    assert_eq!(bench.server.file("/f").unwrap(), b"abc");
    // After CONNECT it is.
    bench.ask("AT+QFTPPUT=\"g\",\"COM:\",0,3,1");
    bench.send(b"\nbc");
    assert_eq!(bench.server.file("/g").unwrap(), b"\nbc");
    let mut bench = Bench::open_with(|config| config.line_feed_is_command = false);
    bench.send(b"AT+QFTPPUT=\"f\",\"COM:\",0,3,1\r\nbc");
    assert_eq!(bench.server.file("/f").unwrap(), b"\nbc");
}

#[test]
fn urcs_wait_for_the_end_of_data_mode() {
    let mut bench = Bench::open();
    bench.ask("AT+QFUPL=\"a\",3");
    bench.send(b"abc");
    bench.said();
    // The URC of the first command is there before the second opens data mode, or after it ends.
    bench.send(b"AT+QFTPPUT=\"f\",\"UFS:a\"\rAT+QFUPL=\"b\",1\r");
    bench.pass(10);
    bench.send(b"x");
    let said = bench.said_text();
    assert!(
        said.ends_with("\r\n+QFUPL: 1,7800\r\n\r\nOK\r\n") || said.ends_with("\r\n+QFTPPUT: 0,3\r\n"),
        "{said}"
    );
    assert!(said.contains("+QFTPPUT: 0,3"));
}

#[test]
fn dtr_escapes_or_disconnects() {
    let mut bench = Bench::open();
    bench.ask("AT&D1");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\"");
    bench.send(b"ab");
    bench.module.set_dtr(bench.instant(), false);
    bench.pass(0);
    assert_eq!(bench.said_text(), "\r\nOK\r\n\r\n+QFTPPUT: 0,2\r\n");
    bench.ask("AT&D2");
    bench.ask("AT+QFTPPUT=\"f\",\"COM:\"");
    bench.module.set_dtr(bench.instant(), false);
    bench.pass(0);
    assert_eq!(bench.said_text(), "\r\nNO CARRIER\r\n\r\n+QFTPPUT: 616,0\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n");
}
