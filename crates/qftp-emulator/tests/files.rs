//! The module's own files.
use crate::common::Bench;
use qftp_emulator::{Drives, Storage};

const CONNECT: &str = "\r\nCONNECT\r\n";

/// A module with its files in folders, and one with them in memory.
fn benches() -> [Bench; 2] {
    [Drives::temporary().unwrap(), Drives::in_memory()].map(|drives| {
        let mut bench = Bench::with(|config| {
            config.drives = drives.with_size(Storage::Ufs, 10_000).without(Storage::Sd);
        });
        bench.ask("ATE0");
        bench
    })
}

#[test]
fn up_and_down_with_checksum() {
    for mut bench in benches() {
        for (data, sum) in [(&b"\x01\x02\x03\x04"[..], "206"), (b"ABC", "242"), (b"", "0")] {
            assert!(bench.ask(&format!("AT+QFUPL=\"a\",{}", data.len())).starts_with(CONNECT));
            bench.send(data);
            bench.said();
            let down =
                format!("{CONNECT}{}\r\n+QFDWL: {},{sum}\r\n\r\nOK\r\n", data.escape_ascii(), data.len());
            assert_eq!(bench.ask("AT+QFDWL=\"a\""), down.replace("\\\"", "\""));
            assert_eq!(bench.ask("AT+QFDEL=\"a\""), "\r\nOK\r\n");
        }
    }
}

#[test]
fn an_a_after_each_full_1024_bytes() {
    for mut bench in benches() {
        assert_eq!(bench.ask("AT+QFUPL=\"a\",2058,300,1"), CONNECT);
        bench.send(&[0; 1023]);
        assert_eq!(bench.said_text(), "");
        bench.send(&[0; 1]);
        assert_eq!(bench.said_text(), "A");
        bench.send(&[0; 1024]);
        assert_eq!(bench.said_text(), "A");
        bench.send(&[0; 10]);
        assert_eq!(bench.said_text(), "\r\n+QFUPL: 2058,0\r\n\r\nOK\r\n");
    }
}

#[test]
fn a_silence_ends_an_upload_and_keeps_the_file() {
    for mut bench in benches() {
        bench.ask("AT+QFUPL=\"a\",10,2");
        bench.send(b"ABC");
        bench.pass(1999);
        assert_eq!(bench.said_text(), "");
        bench.pass(1);
        assert_eq!(bench.said_text(), "\r\n+QFUPL: 3,242\r\n\r\n+CME ERROR: 421\r\n");
        assert_eq!(bench.ask("AT+QFLST"), "\r\n+QFLST: \"a\",3\r\n\r\nOK\r\n");
    }
}

#[test]
fn an_escape_ends_an_upload() {
    for mut bench in benches() {
        bench.ask("AT+QFUPL=\"a\",10,60");
        bench.send(b"ABC");
        bench.escape();
        assert_eq!(bench.said_text(), "\r\n+QFUPL: 3,242\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("ATO"), "\r\nNO CARRIER\r\n");
    }
}

#[test]
fn refusals() {
    for mut bench in benches() {
        bench.ask("AT+QFUPL=\"a\",1");
        bench.send(b"x");
        for (command, code) in [
            ("AT+QFUPL=\"a\",1", 407),
            ("AT+QFUPL=\"b\",10000", 420),
            ("AT+QFUPL=\"../b\",1", 406),
            ("AT+QFUPL=\"/etc/b\",1", 406),
            ("AT+QFUPL=\"SD:b\",1", 406),
            ("AT+QFUPL=\"b\",1,0", 400),
            ("AT+QFDWL=\"RAM:../ufs/a\"", 406),
            ("AT+QFDWL=\"none\"", 405),
            ("AT+QFDEL=\"none\"", 405),
            ("AT+QFDEL=\"..\"", 406),
            ("AT+QFLST=\"none\"", 417),
            ("AT+QFLDS=\"SD\"", 419),
            ("AT+QFOPEN=\"none\",2", 405),
            ("AT+QFOPEN=\"a/../b\"", 406),
            ("AT+QFREAD=1", 416),
            ("AT+QFCLOSE=1", 416),
        ] {
            assert_eq!(bench.ask(command), format!("\r\n+CME ERROR: {code}\r\n"), "{command}");
        }
    }
}

#[test]
fn space_and_lists() {
    for mut bench in benches() {
        assert_eq!(bench.ask("AT+QFLDS=\"UFS\""), "\r\n+QFLDS: 10000,10000\r\n\r\nOK\r\n");
        for name in ["a.txt", "b.bin", "RAM:c"] {
            bench.ask(&format!("AT+QFUPL=\"{name}\",100"));
            bench.send(&[0; 100]);
        }
        assert_eq!(bench.ask("AT+QFLDS=\"UFS\""), "\r\n+QFLDS: 9800,10000\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFLDS"), "\r\n+QFLDS: 200,2\r\n\r\nOK\r\n");
        assert_eq!(
            bench.ask("AT+QFLST=\"*\""),
            "\r\n+QFLST: \"a.txt\",100\r\n+QFLST: \"b.bin\",100\r\n\r\nOK\r\n"
        );
        assert_eq!(bench.ask("AT+QFLST=\"UFS:*.bin\""), "\r\n+QFLST: \"UFS:b.bin\",100\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFLST=\"RAM:*\""), "\r\n+QFLST: \"RAM:c\",100\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFDEL=\"*\""), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFLDS"), "\r\n+QFLDS: 0,0\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFLST=\"RAM:c\""), "\r\n+QFLST: \"RAM:c\",100\r\n\r\nOK\r\n");
    }
}

#[test]
fn open_files() {
    for mut bench in benches() {
        assert_eq!(bench.ask("AT+QFOPEN=\"a\",0"), "\r\n+QFOPEN: 3000\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFOPEN=\"a\",2"), "\r\n+CME ERROR: 426\r\n");
        assert_eq!(bench.ask("AT+QFWRITE=3000,10"), CONNECT);
        bench.send(b"0123456789");
        assert_eq!(bench.said_text(), "\r\n+QFWRITE: 10,10\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFPOSITION=3000"), "\r\n+QFPOSITION: 10\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFSEEK=3000,2,0"), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFREAD=3000,3"), "\r\nCONNECT 3\r\n234\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFREAD=3000"), "\r\nCONNECT 5\r\n56789\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFREAD=3000,5"), "\r\nCONNECT 0\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFSEEK=3000,11"), "\r\n+CME ERROR: 401\r\n");
        assert_eq!(bench.ask("AT+QFSEEK=3000,-4,2"), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFTUCAT=3000"), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFFLUSH=3000"), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFOPEN?"), "\r\n+QFOPEN: \"a\",3000,0\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFDEL=\"a\""), "\r\n+CME ERROR: 418\r\n");
        assert_eq!(bench.ask("AT+QFCLOSE=3000"), "\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFLST"), "\r\n+QFLST: \"a\",6\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFOPEN=\"a\",2"), "\r\n+QFOPEN: 3000\r\n\r\nOK\r\n");
        assert_eq!(bench.ask("AT+QFWRITE=3000,1"), "\r\n+CME ERROR: 414\r\n");
        bench.ask("AT+QFCLOSE=3000;+QFOPEN=\"a\"");
        assert_eq!(bench.ask("AT+QFWRITE=3000,20000"), "\r\n+CME ERROR: 403\r\n");
    }
}
