//! examples/firmware: the image for a Cortex-M4, what is in it, and that it moves a file.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use qftp_tests::servers::{Kind, PASSWORD, USER};

use common::{Bench, example, library, said, succeed};

/// Builds the image as its Makefile does.
fn image(name: &str, settings: &str) -> PathBuf {
    let build = library().join("firmware");
    fs::create_dir_all(&build).expect("a folder");
    let mut make = Command::new("make");
    make.arg("-C").arg(example("firmware"));
    make.arg(format!("BUILD={}", build.display())).arg(format!("SETTINGS={settings}"));
    // What belongs to the toolchain that runs this test is nothing for the other.
    for variable in ["CARGO", "RUSTC", "RUSTC_WRAPPER", "RUSTFLAGS", "LD_LIBRARY_PATH"] {
        make.env_remove(variable);
    }
    succeed(make.args(["-B", "firmware"]));
    let image = build.join(name);
    fs::rename(build.join("firmware.elf"), &image).expect("the image");
    image
}

/// Runs it in QEMU with the module at its UART.
fn run(image: &Path, bench: &Bench) -> Output {
    let module = bench.module.path().expect("a path").display().to_string();
    let mut qemu = Command::new("timeout");
    qemu.args(["120", "qemu-system-arm", "-M", "mps2-an386", "-nographic", "-monitor", "none"]);
    qemu.args(["-semihosting-config", "enable=on,target=native", "-serial", "chardev:module", "-chardev"]);
    qemu.arg(format!("serial,id=module,path={module}")).arg("-kernel").arg(image);
    qemu.output().expect("qemu-system-arm runs")
}

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
    let image_of_ours = image("moves.elf", &login(PASSWORD));
    contents(&image_of_ours);
    let ran = run(&image_of_ours, &bench);
    let text = said(&ran);
    assert!(ran.status.success(), "{}\n{text}", ran.status);
    assert!(text.contains("up: 65536, down: 65536 bytes, the same\n"), "{text}");
    let stored = fs::read(bench.server.root().join("from-firmware.bin")).expect("it is on the server");
    assert!(stored == file(), "the server has {} bytes, and not the firmware's", stored.len());

    // A failure arrives with its words.
    let refused = run(&image("refused.elf", &login("wrong")), &bench);
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
