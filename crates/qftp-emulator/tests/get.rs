//! `AT+QFTPGET` and the listings.
use crate::common::Bench;
use qftp_emulator::{DownloadEscape, Failure};

const CONNECT: &str = "\r\nCONNECT\r\n";

#[test]
fn whole_in_parts_and_from_an_offset() {
    let mut bench = Bench::open();
    bench.server.add_file("/test.txt", "0123456789");
    let done = |data: &str| format!("{CONNECT}{data}\r\nOK\r\n\r\n+QFTPGET: 0,{}\r\n", data.len());
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"COM:\""), done("0123456789"));
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"COM:\",0,5"), done("01234"));
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"COM:\",5,500"), done("56789"));
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"COM:\",10"), done(""));
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"COM:\",11"), "\r\nOK\r\n\r\n+QFTPGET: 612,0\r\n");
    assert_eq!(bench.ask("AT+QFTPGET=\"none\",\"COM:\""), "\r\nOK\r\n\r\n+QFTPGET: 627,550\r\n");
}

#[test]
fn bigger_than_every_buffer() {
    let mut bench = Bench::open();
    let data: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251).to_le_bytes()[0]).collect();
    bench.server.add_file("/big", data.clone());
    bench.send(b"AT+QFTPGET=\"big\",\"COM:\"\r");
    bench.pass(5);
    let said = bench.said();
    let end = b"\r\nOK\r\n\r\n+QFTPGET: 0,1000000\r\n";
    assert!(said == [CONNECT.as_bytes(), &data, end].concat());
}

#[test]
fn into_files_of_the_module() {
    let mut bench = Bench::open_with(|config| {
        let drives = std::mem::replace(&mut config.drives, qftp_emulator::Drives::temporary().unwrap());
        config.drives = drives.with_size(qftp_emulator::Storage::Ufs, 8);
    });
    bench.server.add_file("/test.txt", "0123456789");
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"RAM:a\",4"), "\r\nOK\r\n\r\n+QFTPGET: 0,6\r\n");
    assert_eq!(bench.ask("AT+QFLST=\"RAM:*\""), "\r\n+QFLST: \"RAM:a\",6\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QFDWL=\"RAM:a\""), format!("{CONNECT}456789\r\n+QFDWL: 6,3a3b\r\n\r\nOK\r\n"));
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"full\""), "\r\nOK\r\n\r\n+QFTPGET: 619,0\r\n");
    bench.ask("AT+QFTPGET=\"none\",\"RAM:none\"");
    assert_eq!(bench.ask("AT+QFLST=\"RAM:none\""), "\r\n+CME ERROR: 417\r\n");
    assert_eq!(bench.ask("AT+QFTPGET=\"test.txt\",\"../up\""), "\r\n+CME ERROR: 630\r\n");
    assert_eq!(bench.ask("AT+QFTPLIST=\".\",\"RAM:l\""), "\r\nOK\r\n\r\n+QFTPLIST: 0,66\r\n");
}

#[test]
fn an_escape_pauses_and_ato_resumes() {
    let mut bench = Bench::open();
    bench.server.add_file("/f", vec![b'x'; 200_000]);
    bench.module.handle_input(bench.instant(), b"AT+QFTPGET=\"f\",\"COM:\"\r");
    // The host reads nothing yet, so the module stops asking the server.
    let mut got = Vec::new();
    bench.turn_without_reading();
    bench.now += 2;
    bench.module.handle_timeout(bench.instant());
    bench.turn_without_reading();
    bench.now += 1000;
    assert_eq!(bench.module.handle_input(bench.instant(), b"+++"), 3);
    bench.now += 1000;
    bench.module.handle_timeout(bench.instant());
    bench.pass(0);
    got.extend(bench.said());
    assert!(got.ends_with(b"\r\nOK\r\n"));
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,2\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\n+CME ERROR: 603\r\n");
    let before = got.iter().filter(|byte| **byte == b'x').count();
    assert!(before < 200_000);
    let rest = bench.ask("ATO");
    assert!(rest.starts_with(CONNECT) && rest.ends_with("\r\nOK\r\n\r\n+QFTPGET: 0,200000\r\n"));
    assert_eq!(before + rest.matches('x').count(), 200_000);
    assert_eq!(bench.ask("ATO"), "\r\nNO CARRIER\r\n");
}

#[test]
fn an_escape_may_abort() {
    let mut bench = Bench::open_with(|config| config.download_escape = DownloadEscape::Abort);
    bench.server.add_file("/f", vec![b'x'; 200_000]);
    bench.server.set_silent(false);
    bench.module.handle_input(bench.instant(), b"AT+QFTPGET=\"f\",\"COM:\"\r");
    bench.turn_without_reading();
    bench.now += 2;
    bench.module.handle_timeout(bench.instant());
    bench.turn_without_reading();
    bench.now += 1000;
    bench.module.handle_input(bench.instant(), b"+++");
    bench.now += 1000;
    bench.module.handle_timeout(bench.instant());
    bench.pass(0);
    assert!(bench.said().ends_with(b"x\r\nOK\r\n"));
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
    assert_eq!(bench.ask("ATO"), "\r\nNO CARRIER\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\nOK\r\n\r\n+QFTPPWD: 0,\"/\"\r\n");
}

#[test]
fn a_break_in_the_middle() {
    let mut bench = Bench::open();
    bench.server.add_file("/f", "0123456789");
    bench.server.break_after(4, Failure::server(426));
    assert_eq!(
        bench.ask("AT+QFTPGET=\"f\",\"COM:\""),
        format!("{CONNECT}0123\r\nOK\r\n\r\n+QFTPGET: 616,426\r\n")
    );
    assert_eq!(bench.ask("AT+QFTPLEN"), "\r\nOK\r\n\r\n+QFTPLEN: 0,4\r\n");
}

#[test]
fn three_listings() {
    let mut bench = Bench::open();
    bench.server.add_file("/d/a", "123");
    bench.server.add_folder("/d/e");
    let names = format!("{CONNECT}a\r\ne\r\n\r\nOK\r\n\r\n+QFTPNLST: 0,6\r\n");
    assert_eq!(bench.ask("AT+QFTPNLST=\"d\""), names);
    // Some manuals' name, and the note's stray space.
    assert_eq!(bench.ask("AT+QFTPNLIST=\"d\",\"COM: \""), names);
    let facts = "type=file;size=3;modify=20140708110039; a\r\ntype=dir;size=0;modify=20140708110039; e\r\n";
    let told = format!("{CONNECT}{facts}\r\nOK\r\n\r\n+QFTPMLSD: 0,{}\r\n", facts.len());
    assert_eq!(bench.ask("AT+QFTPMLSD=\"d\""), told);
    let long = bench.ask("AT+QFTPLIST=\"d\"");
    assert!(long.contains("-rwxr-xr-x    1 ftp      ftp             3 Jul 08  2014 a\r\n"), "{long}");
    assert_eq!(bench.ask("AT+QFTPLIST=\"none\""), "\r\nOK\r\n\r\n+QFTPLIST: 627,550\r\n");
}

#[test]
fn a_close_ends_a_download_that_hangs() {
    let mut bench = Bench::open();
    bench.server.add_file("/f", "0123456789");
    bench.server.set_silent(true);
    assert_eq!(bench.ask("AT+QFTPGET=\"f\",\"RAM:f\""), "\r\nOK\r\n");
    bench.server.set_silent(false);
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\nOK\r\n\r\n+QFTPGET: 616,0\r\n\r\n+QFTPCLOSE: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
}

#[test]
fn a_length_of_nothing_is_the_whole_file() {
    let mut bench = Bench::open();
    bench.server.add_file("a.txt", *b"hello world");
    let whole = bench.ask("AT+QFTPGET=\"a.txt\",\"COM:\"");
    assert_eq!(whole, "\r\nCONNECT\r\nhello world\r\nOK\r\n\r\n+QFTPGET: 0,11\r\n");
    assert_eq!(bench.ask("AT+QFTPGET=\"a.txt\",\"COM:\",0,0"), whole);
    assert_eq!(
        bench.ask("AT+QFTPGET=\"a.txt\",\"COM:\",6,0"),
        "\r\nCONNECT\r\nworld\r\nOK\r\n\r\n+QFTPGET: 0,5\r\n"
    );
}

#[test]
fn the_time_of_data_address_may_stand_behind_each_kind() {
    let mut bench = Bench::open();
    for kind in 0..=2 {
        assert_eq!(bench.ask(&format!("AT+QFTPCFG=\"data_address\",{kind},25")), "\r\nOK\r\n", "{kind}");
        assert_eq!(bench.ask(&format!("AT+QFTPCFG=\"data_address\",{kind},14")), "\r\nERROR\r\n", "{kind}");
        let shown = if kind == 2 { "2,25".to_owned() } else { kind.to_string() };
        let answer = format!("\r\n+QFTPCFG: \"data_address\",{shown}\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFTPCFG=\"data_address\""), answer);
    }
}
