//! The library as a C program has it: compiled, linked, run.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};

use crate::common::{WARNINGS, compile, example, exported, include, library, root, succeed};

/// Compilers and what they are told, with the end of a source's name.
const COMPILERS: &[(&str, &[&str], &str)] = &[
    ("cc", &["-std=c99"], "c"),
    ("cc", &["-std=c11"], "c"),
    ("clang", &["-std=c99"], "c"),
    ("clang", &["-std=c2x"], "c"),
    ("c++", &["-std=c++17"], "cpp"),
    ("c++", &["-std=c++20"], "cpp"),
    ("clang++", &["-std=c++17"], "cpp"),
    ("arm-none-eabi-gcc", &["-std=c99", "-mcpu=cortex-m4", "-ffreestanding"], "c"),
    ("arm-none-eabi-g++", &["-std=c++17", "-mcpu=cortex-m4", "-ffreestanding"], "cpp"),
    ("clang", &["-std=c99", "--target=thumbv7em-none-eabihf", "-ffreestanding"], "c"),
];

/// The headers, and the program of examples/firmware with them, as C and as C++, without a warning.
#[test]
fn the_headers_are_clean_c_and_cxx() {
    let folder = tempfile::tempdir().expect("a folder");
    let header = "#include \"qftp_emulator.h\"\nint main(void) { return (int)QFTP_OK; }\n";
    let program = fs::read_to_string(example("firmware/main.c")).expect("the program");
    for (compiler, arguments, end) in COMPILERS {
        for text in [header, &program] {
            let source = folder.path().join(format!("a.{end}"));
            fs::write(&source, text).expect("written");
            let mut command = Command::new(compiler);
            command.args(*arguments).args(WARNINGS).arg(include()).arg("-I").arg(example("firmware"));
            succeed(command.arg("-fsyntax-only").arg(&source));
        }
    }
}

/// Nothing but the headers' functions is exported.
#[test]
fn only_our_names_are_exported() {
    for (library, header) in [("qftp", "qftp.h"), ("qftp_emulator", "qftp_emulator.h")] {
        let names = exported(library);
        assert!(names.len() > 5, "{names:?}");
        let header = fs::read_to_string(root().join("include").join(header)).expect("the header");
        for name in names {
            assert!(header.contains(&format!("{name}(")), "{name} is not in the header");
        }
    }
}

/// How many bytes a program has written so far.
fn written(program: u32) -> u64 {
    let counters = fs::read_to_string(format!("/proc/{program}/io")).expect("it runs");
    let written = counters.lines().find_map(|line| line.strip_prefix("wchar: "));
    written.and_then(|bytes| bytes.parse().ok()).expect("a number")
}

/// The poll(2) driver against an emulated module: a file up, down, compared.
#[test]
fn poll() {
    let folder = tempfile::tempdir().expect("a folder");
    let program = compile(folder.path(), &example("poll.c"), &[]);
    let server = MemoryServer::new();
    server.set_account("me", "s3cr3t-Pa55");
    let drives = Drives::temporary().expect("a folder");
    let module =
        Emulator::builder(Config::new(drives)).ftp(MemoryFtp::new(&server)).on_pty(None).expect("a PTY");
    let port = module.path().expect("a path").display().to_string();
    let mut bytes = b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n\0".repeat(2_000);
    bytes.extend(0..=255);
    let file = folder.path().join("file");
    fs::write(&file, &bytes).expect("written");
    let run = |password: &str| {
        let mut command = Command::new(&program);
        command.args([&port, "internet", "server", "21", "me", password]).arg(&file);
        command.output().expect("it runs")
    };
    let wrong = run("wrong");
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert_eq!(wrong.status.code(), Some(1), "{said}");
    assert!(said.contains("530") && said.contains("remedy:") && !said.contains("wrong\n"), "{said}");
    let right = run("s3cr3t-Pa55");
    let said = String::from_utf8_lossy(&[right.stdout, right.stderr].concat()).into_owned();
    assert!(right.status.success() && said.ends_with("the same\n"), "{said}");
    assert_eq!(server.file("/from-c.bin").as_deref(), Some(&bytes[..]));
    // Unplugged in mid-upload.
    fs::write(&file, vec![0; 64 << 20]).expect("written");
    let mut command = Command::new(&program);
    command.args([&port, "internet", "server", "21", "me", "s3cr3t-Pa55"]).arg(&file);
    let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("it runs");
    // All of its commands together are shorter than this: it writes the file.
    while written(child.id()) < 64 << 10 {
        std::thread::sleep(Duration::from_millis(10));
    }
    drop(module);
    let unplugged = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&unplugged.stderr).into_owned();
    assert!(unplugged.status.code() == Some(1), "{said}");
    assert!(said.contains("the port is gone: ") && !said.contains("Success"), "{said}");
}

/// The library for firmware: no allocator, no operating system, and no panic. `qftp_port_panic` is defined nowhere here, so that the program
/// links only when no panic is reachable from any function of the header.
#[test]
fn firmware_links_without_a_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = library().join("firmware-test");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments =
        ["rustc", "--quiet", "--package", "qftp-c", "--no-default-features", "--features", "driver"];
    let mut build = Command::new(cargo);
    build
        .args(arguments)
        .args(["--profile", "firmware", "--crate-type", "staticlib", "--target-dir"])
        .arg(&target)
        .current_dir(root());
    succeed(&mut build);
    let functions = crate::common::firmware::functions("driver");
    assert!(functions.len() > 50, "{functions:?}");
    // Every function is kept in the program by a table of pointers to it.
    let table: String = functions.iter().map(|name| format!("    (function){name},\n")).collect();
    let source = folder.path().join("firmware.c");
    let text = format!(
        "#include \"qftp.h\"\ntypedef void (*function)(void);\nfunction volatile table[] = {{\n{table}}};\n\
         int main(void) {{ return table[0] == 0; }}\n"
    );
    fs::write(&source, text).expect("written");
    let program = folder.path().join("program");
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-Wall", "-Wextra", "-Werror", "-Wno-cast-function-type", "-Wl,--gc-sections"])
        .arg(include());
    succeed(cc.arg("-o").arg(&program).arg(&source).arg(target.join("firmware/libqftp.a")));
    succeed(&mut Command::new(&program));
}
