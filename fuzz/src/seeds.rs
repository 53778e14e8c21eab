//! Where the corpora come from: the transcripts of the application note, and programs written by hand.

use std::fs;
use std::path::Path;

use qftp_core::wire::Verb;

/// One file of a corpus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// The target.
    pub target: &'static str,
    /// The file's name.
    pub name: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// All seeds, made anew.
///
/// # Panics
/// When the transcripts cannot be read.
#[must_use]
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    let mut add = |target, name: &str, bytes: &[u8]| {
        seeds.push(Seed { target, name: name.to_owned(), bytes: bytes.to_vec() });
    };
    for (name, text) in transcripts() {
        let dialogue: Vec<(u8, &str)> = text.lines().filter_map(spoken).collect();
        let lines: Vec<u8> = dialogue
            .iter()
            .flat_map(|(_, line)| line.bytes().chain([b'\n']))
            .filter(|byte| *byte != b'~')
            .collect();
        add("wire_line", &name, &lines);
        add("module", &name, &module(&dialogue));
        for target in ["session", "recording"] {
            add(target, &name, &replies(&dialogue));
        }
    }
    for operation in 0..28 {
        for target in ["session", "recording"] {
            add(target, &format!("operation-{operation:02}"), &transfer(operation));
        }
    }
    for (name, text) in LISTINGS {
        add("listing", name, &[&[3], text.as_bytes()].concat());
    }
    for (name, which, text) in WRITTEN {
        add("config_and_url", name, &[&[*which], text.as_bytes()].concat());
    }
    for (name, which, bytes) in LOCALS {
        add("local", name, &[&[*which], *bytes].concat());
    }
    for (name, bytes) in JOBS {
        add("job", name, bytes);
    }
    seeds
}

/// The words of the wire, for the fuzzer to put together.
#[must_use]
pub fn dictionary() -> String {
    let mut text = String::from("# Written by `cargo run --example seeds`.\n");
    let mut entry = |word: &str| {
        let word =
            word.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\x0d").replace('\n', "\\x0a");
        text.push_str(&format!("\"{word}\"\n"));
    };
    for verb in Verb::ALL {
        entry(verb.name());
        entry(&format!("{}: 0,", verb.name()));
    }
    for word in [
        "AT",
        "\r\nOK\r\n",
        "\r\nERROR\r\n",
        "\r\nCONNECT\r\n",
        "+++",
        "ATO\r",
        "RDY",
        "NO CARRIER",
        "+CME ERROR: ",
        "+QIURC: \"pdpdeact\",",
        "+QIND: ",
        "\"COM:\"",
        "\"RAM:",
        "\"UFS:",
        "=?",
        "\"account\",",
        "\"filetype\",",
        "\"contextid\",",
        "\"rsptimeout\",",
        "\"ssltype\",",
        "\"sslctxid\",",
        "\"data_address\",",
        "\"clientkey\",",
        "18446744073709551615",
        "18446744073709551616",
        "4294967295",
        "4294967296",
        "65535",
        "65536",
        "-1",
        ",,",
        "IP",
        "PAP",
        "READY",
        "SIM PIN",
    ] {
        entry(word);
    }
    text
}

/// Name and text of each transcript, in order.
fn transcripts() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/transcripts");
    let files = |folder: &Path| fs::read_dir(folder).expect("the folder of transcripts").flatten();
    let mut all: Vec<(String, String)> = files(&folder)
        .chain(files(&folder.join("own")))
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "at"))
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).expect("a transcript"))
        })
        .collect();
    all.sort();
    all
}

/// What the host (`>`) or the module (`<`) says in a line of a transcript.
fn spoken(line: &str) -> Option<(u8, &str)> {
    let text = |mark: &str| line.strip_prefix(mark).map(str::trim_start);
    text("> ").map(|text| (b'>', text)).or_else(|| text("< ").map(|text| (b'<', text)))
}

/// Login as a session's operations: set-up, `open`, each answered by a good module.
fn login() -> Vec<u8> {
    let setup = [12, 0, 3, 1, 0, 0, 1, 1, 0, 1];
    let open = [12, 2, 3, 0, 21, 0, 0];
    [&[0][..], &setup, &[10], &open, &[10]].concat()
}

/// An operation from its command to the end of its data, and then another.
fn transfer(operation: u8) -> Vec<u8> {
    let start = [12, operation, 0, 0, 5, 0, 5, 3, 3, 3];
    // Its command, a good answer; again, for those of several steps.
    let answered = [5, 8, 0, 5, 0, 5, 8, 0, 5, 3];
    let data = [6, 5, 0, 11, 5, b'h', b'e', b'l', b'l', b'o', 0, 1, 0];
    let end = [2, 5, 8, 0, 5, 0, 7, 2, 2, 10];
    [&login()[..], &start, &answered, &data, &end, &start, &answered].concat()
}

/// What the module says in a transcript, to one operation after the other.
fn replies(dialogue: &[(u8, &str)]) -> Vec<u8> {
    let mut bytes = login();
    for (who, text) in dialogue {
        match who {
            b'>' => bytes.extend([12, operation_of(text), 0, 0, 5, 0, 5, 3, 3, 3, 5]),
            _ => bytes.extend(says(&format!("\r\n{text}\r\n"))),
        }
    }
    bytes
}

fn operation_of(command: &str) -> u8 {
    let number = [
        "QFTPGET",
        "QFTPPUT",
        "QFTPLIST",
        "QFTPNLST",
        "QFTPMLSD",
        "QFTPCLOSE",
        "QFTPCWD",
        "QFTPPWD",
        "QFTPSIZE",
    ]
    .iter()
    .zip([4, 7, 10, 11, 12, 13, 16, 17, 18])
    .find(|(name, _)| command.contains(*name));
    number.map_or(27, |(_, number)| number)
}

/// The commands of a transcript, and some time after each.
fn module(dialogue: &[(u8, &str)]) -> Vec<u8> {
    let mut bytes = vec![0, 1, 0, 0];
    for command in ["AT+QICSGP=1,1,\"internet\"\r", "AT+QIACT=1\r", "AT+QFTPOPEN=\"h\",21\r"] {
        bytes.extend(says(command));
    }
    for (_, text) in dialogue.iter().filter(|(who, _)| *who == b'>') {
        bytes.extend(says(&format!("{text}\r")));
        bytes.extend([5, 10]);
    }
    bytes
}

/// Bytes as a chunk, in one piece.
fn says(text: &str) -> Vec<u8> {
    let text = &text.as_bytes()[..text.len().min(255)];
    let len = u8::try_from(text.len()).unwrap_or(u8::MAX);
    [&[0, len], text, &[0]].concat()
}

const LISTINGS: &[(&str, &str)] = &[
    (
        "unix",
        "total 12\r\n-rw-r--r--    1 1000  1000   1024 Nov 22 16:45 log one.bin\r\ndrwxr-xr-x+   2 u g   4096 Nov 22 16:45 my dir\r\nlrwxrwxrwx 1 u g 3 Nov 22 16:45 l -> a b\r\n-rw-r--r--   1 owner        12 May 22 16:45 May 1 x\r\n",
    ),
    (
        "dos",
        "11-22-26  04:45PM                 1024 a b.bin\r\n11-22-2026  04:45PM       <DIR>          logs\r\n11-22-26  04:45PM       <SYMLINK>      l\r\n",
    ),
    ("names", "./a\r\n..\r\ndir/.\r\n/x/y z\r\n\r\nlast"),
    (
        "facts",
        "type=cdir; .\r\nType=file;Size=7;Modify=20261122164500.123;Perm=r; a b;c=d\r\ntype=OS.unix=slink:/x; l\r\nsize=18446744073709551616;type=dir; d\r\n",
    ),
];

const WRITTEN: &[(&str, u8, &str)] = &[
    ("url", 0, "ftp://me:p%40ss@h.example:2121/dir/a%20b.txt"),
    ("url-ipv6", 0, "FTPES://[2001:db8::1]:22/%2Fx"),
    ("url-login", 1, "ftps://@h:990/a/b"),
    ("url-slash-in-password", 1, "ftp://x/y@h/a"),
    ("url-no-host", 1, "h/a://b"),
    (
        "config",
        2,
        "port = '/dev/x'\nbaud = 9600\nflow = 'rtscts'\napn = 'a'\napn-user = 'u'\napn-password = 'SECRET'\ncontext = 2\ntimeout = 60\nurc-port = 'usbat'\nvia = 'ufs'\nactive = true\ntls-min = '1.2'\ncacert = 'a'\ncert = 'b'\nkey = 'c'\n",
    ),
    ("config-unquoted", 2, "apn-password = SECRET\n"),
    ("config-mistaken", 2, "apn-pasword = 'SECRET'\n"),
    ("address-tcp", 3, "tcp://192.0.2.7:4000"),
    ("address-rfc2217", 3, "rfc2217://[::1]:4000/"),
    ("address-path", 3, "/dev/ttyUSB2"),
];

/// Names, text and proofs that were trouble.
const LOCALS: &[(&str, u8, &[u8])] = &[
    ("name-plain", 0, b"log 1.bin"),
    ("name-backspaces", 0, b"report.txt\x08\x08\x08victim.txt"),
    ("name-latin-1", 0, b"gr\xfcn"),
    ("name-false-end", 0, b"a\r\nOK\r\n\r\n+QFTPMLSD: 0,42\r\n"),
    ("shown-escapes", 1, b"a\x1b[2J\x7f\xc2\x9b\xe2\x80\xae\xff"),
    ("proof-cut-off", 2, b"qftp partial download 1\nname file\nfrom ftp://me@server:21/file\nsize - begun"),
];

const JOBS: &[(&str, &[u8])] = &[
    ("get", &[1, 1, 5, 0, 9, 5, 1, 1, 0, 0, 0, 1, 0, 40, 1, 0, 1, 1, 1, 1, 1]),
    ("put", &[1, 1, 5, 0, 9, 5, 1, 1, 0, 0, 1, 1, 0, 40, 0, 1, 3, 0, 0, 5, 0, 1, 1, 1, 1]),
    ("fails", &[0, 0, 255, 0, 9, 5, 1, 1, 1, 0, 0, 0, 0, 40, 1, 1]),
];
