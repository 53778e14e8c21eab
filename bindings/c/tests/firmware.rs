//! examples/firmware: the image for a Cortex-M4, what is in it, and that it moves a file.

use std::fs;
use std::path::Path;
use std::process::Command;

use qftp_tests::servers::{Kind, PASSWORD, USER};

use crate::common::firmware::{FULL, image, run};
use crate::common::{Bench, said, succeed};

/// `file_byte` of main.c, at every offset.
fn file() -> Vec<u8> {
    let words = b"\r\nOK\r\n+++\r\n+QFTPGET: 0,1000\r\n";
    let byte = |at: u32| {
        let place = usize::try_from(at % 1024).expect("small");
        let mixed = at.wrapping_mul(2_654_435_761);
        let mixed = mixed ^ (mixed >> 15);
        words.get(place).copied().unwrap_or_else(|| (mixed ^ (mixed >> 8)).to_le_bytes()[0])
    };
    (0..65_536).map(byte).collect()
}

#[test]
fn it_moves_a_file_up_and_down() {
    let bench = Bench::new(Kind::Vsftpd);
    let login = |password: &str| {
        let port = bench.server.port();
        format!("-DFTP_PORT={port} -DFTP_USER='\"{USER}\"' -DFTP_PASSWORD='\"{password}\"'")
    };
    let image_of_ours = image("moves.elf", &login(PASSWORD), &FULL);
    contents(&image_of_ours);
    let ran = run(&image_of_ours, &bench.module);
    let text = said(&ran);
    assert!(ran.status.success(), "{}\n{text}", ran.status);
    assert!(text.contains("up: 65536, down: 65536 bytes, the same\n"), "{text}");
    let stored = fs::read(bench.server.root().join("from-firmware.bin")).expect("it is on the server");
    assert!(stored == file(), "the server has {} bytes, and not the firmware's", stored.len());

    // A failure arrives with its words.
    let refused = run(&image("refused.elf", &login("wrong"), &FULL), &bench.module);
    let text = said(&refused);
    assert!(!refused.status.success(), "{text}");
    assert!(text.contains("login failed: ") && text.contains("530"), "{text}");
}

/// The image is linked without any library (`-nostdlib`), and `qftp_port_panic`, which every panic ends in, is defined nowhere: that it
/// links at all says that none can happen.
fn contents(image: &Path) {
    let nm = |arguments: &[&str]| said(&succeed(Command::new("arm-none-eabi-nm").args(arguments).arg(image)));
    assert_eq!(nm(&["-u"]), "", "undefined symbols");
    let symbols = nm(&["-C"]);
    assert!(symbols.contains("qftp_session_init"), "{symbols}");
    for word in ["panic", "alloc", "malloc", "sbrk", "unwind"] {
        let found: Vec<&str> = symbols.lines().filter(|line| line.contains(word)).collect();
        assert!(found.is_empty(), "{found:?}");
    }
}
