//! docs/sizes.md: what libqftp costs on a Cortex-M4. `QFTP_UPDATE_SIZES=1` (which is `cargo xtask sizes`) measures all of it and writes it there.

mod common;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use common::firmware::{Build, FULL, archive, functions, image, run};
use common::{root, said, succeed};
use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};

/// What a program calls that logs in, uploads and downloads.
const TRANSFER: &[&str] = &[
    "qftp_session_init",
    "qftp_setup_init",
    "qftp_session_setup",
    "qftp_login_init",
    "qftp_session_open",
    "qftp_session_put",
    "qftp_session_get",
    "qftp_session_close",
    "qftp_session_handle_input",
    "qftp_session_handle_timeout",
    "qftp_session_last_error",
    "qftp_session_poll_event",
    "qftp_session_poll_timeout",
    "qftp_session_poll_transmit",
    "qftp_session_send",
    "qftp_session_wants_data",
];

const BUILDS: &[&str] =
    &["", "driver", "listings", "recovery", "staging", "tls", "texts", "lines", "long-names", FULL.features];

const BEGIN: &str = "<!-- sizes: begin -->\n";
const END: &str = "<!-- sizes: end -->";

/// One line of the table.
struct Row {
    name: String,
    text: u32,
    rodata: u32,
    data: u32,
    bss: u32,
    session: u32,
    stack: u32,
}

impl Row {
    fn line(&self) -> String {
        let Self { name, text, rodata, data, bss, session, stack } = self;
        let flash = text + rodata + data;
        format!("| {name} | {text} | {rodata} | {data} | {bss} | {flash} | {session} | {stack} |\n")
    }
}

fn name(what: &str, build: &Build) -> String {
    let features = match build.features {
        "" => "none".to_owned(),
        features if features == FULL.features => "all".to_owned(),
        one => format!("`{one}`"),
    };
    format!("{what} | {features} | {}", build.opt)
}

/// Measures a build: linked with what a transfer calls, and with everything.
fn rows(build: &Build) -> [Row; 2] {
    let server = MemoryServer::new();
    server.set_account("testuser", "s3cr3t-Pa55");
    let drives = Drives::temporary().expect("a folder");
    let module = Emulator::builder(Config::new(drives)).ftp(MemoryFtp::new(&server)).on_pty(None);
    let ran = said(&run(&image("sizes.elf", "", build), &module.expect("a PTY")));
    let number = |before: &str| {
        let rest = ran.split_once(before).unwrap_or_else(|| panic!("no {before:?} in {ran}")).1;
        rest.split(' ').next().and_then(|number| number.parse().ok()).expect("a number")
    };
    let (session, stack) = (number("session: "), number("stack: "));
    let transfer: Vec<String> = TRANSFER.iter().map(|name| (*name).to_owned()).collect();
    [("login, put, get", transfer), ("everything", functions(build.features))].map(|(what, functions)| {
        let section = linked(&functions);
        let [text, rodata, data, bss] = [".text", ".rodata", ".data", ".bss"].map(section);
        Row { name: name(what, build), text, rodata, data, bss, session, stack }
    })
}

/// Links these functions and what they need, without the functions of a C library, which other code has need of too. `qftp_port_panic` is
/// defined nowhere: no panic is reachable from any of them. Gives the sizes of sections by their names.
fn linked(functions: &[String]) -> impl Fn(&str) -> u32 + use<> {
    let program = archive().with_file_name("sizes.linked");
    let mut gcc = Command::new("arm-none-eabi-gcc");
    gcc.args(["-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=hard", "-mfpu=fpv4-sp-d16", "-nostdlib"]);
    gcc.args(["-Wl,--gc-sections,--no-warn-execstack", "-Wl,-e,qftp_session_init"]);
    for name in ["memcpy", "memmove", "memset", "memcmp", "strlen"] {
        gcc.arg(format!("-Wl,--defsym={name}=0"));
    }
    // The same by the names that Arm's ABI has for them.
    for name in ["memcpy", "memmove", "memset", "memclr"] {
        for alignment in ["", "4", "8"] {
            gcc.arg(format!("-Wl,--defsym=__aeabi_{name}{alignment}=0"));
        }
    }
    gcc.args(functions.iter().map(|name| format!("-Wl,-u,{name}")));
    succeed(gcc.arg(archive()).arg("-o").arg(&program));
    let sections = said(&succeed(Command::new("arm-none-eabi-size").arg("-A").arg(&program)));
    move |name| {
        let words = sections.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let of = words.filter(|words| words.first() == Some(&name));
        of.map(|words| words[1].parse::<u32>().expect("a size")).sum()
    }
}

#[test]
fn the_table_is_made() {
    let path = root().join("docs/sizes.md");
    let text = fs::read_to_string(&path).expect("the document");
    let (before, rest) = text.split_once(BEGIN).expect("a place to begin");
    let (there, after) = rest.split_once(END).expect("a place to end");
    if std::env::var_os("QFTP_UPDATE_SIZES").is_none() {
        // All of it takes minutes; the two ends stand for the rest, to a tenth: other compilers give other numbers.
        for build in [Build { features: "", opt: 's' }, FULL] {
            for row in rows(&build) {
                let line = there.lines().find(|line| line.contains(&row.name)).unwrap_or_default();
                let flash: u32 = line.split(" | ").nth(7).and_then(|cell| cell.parse().ok()).unwrap_or(0);
                let now = row.text + row.rodata + row.data;
                assert!(
                    flash.abs_diff(now) <= now / 10,
                    "{} takes {now} bytes of flash now, and docs/sizes.md says {flash}: `cargo xtask sizes`",
                    row.name
                );
            }
        }
        return;
    }
    let mut table = String::from(
        "| What | Features | opt-level | .text | .rodata | .data | .bss | flash | session | stack |\n\
         |---|---|---|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for opt in ['s', 'z'] {
        for features in BUILDS {
            for row in rows(&Build { features, opt }) {
                table.write_str(&row.line()).expect("written");
            }
        }
    }
    fs::write(&path, format!("{before}{BEGIN}{table}{END}{after}")).expect("written");
}
