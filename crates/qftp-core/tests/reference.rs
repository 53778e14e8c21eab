//! The pages of the book that are made from the tables: docs/reference/{commands,codes,limits}.md.
#![cfg(all(feature = "texts", feature = "long-names"))]

use std::fmt::{Debug, Write as _};
use std::path::Path;

use qftp_core::codes::{CmeCode, FtpCode, ReplyCode, Row, TcpIpCode};
use qftp_core::limits;
use qftp_core::wire::{Basic, FtpKey, SslKey, SslSpelling, Value, Verb};

const HOW: &str = "Made from the tables of qftp-core: `QFTP_UPDATE_DOCS=1 cargo test -p qftp-core --test core_tests reference`. The tests fail where it is stale.";

/// A cell of a table in Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;").replace('\n', " ")
}

fn unchanged(name: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference").join(name);
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/reference/{name} is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-core --test core_tests reference"
    );
}

/// The comment of an item in a source: that of the line that begins so.
fn comment(source: &str, item: &str) -> String {
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let at = lines.iter().position(|line| line.starts_with(item)).unwrap_or_else(|| panic!("no `{item}`"));
    let mut words: Vec<&str> = lines[..at].iter().rev().map_while(|line| line.strip_prefix("/// ")).collect();
    words.reverse();
    words.join(" ").replace("[`", "`").replace("`]", "`")
}

fn seconds(ms: u64) -> String {
    format!("{} s", ms / 1000)
}

#[test]
fn commands() {
    let mut page = format!(
        "# AT commands\n\n{HOW}\n\nSection signs refer to the manual, *EC200x & EC600x & EG912Y FTP(S)*.\n"
    );
    page.push_str("\n## FTP\n\nThe result of each comes as a URC after `OK`: `0,0` or `0,<value>` is success, any other first number a [code](codes.md). `T` is `rsptimeout`.\n\n");
    page.push_str("| command | what it is for | parameters | a success has | waited for, at most |\n|---|---|---|---|---|\n");
    for verb in Verb::ALL.iter().filter(|verb| verb.is_ftp()) {
        let value = match verb.urc() {
            Some(Value::Nothing) => "`0,0`",
            Some(Value::Number) => "`0,<number>`",
            Some(Value::Text) => "`0,<text>`",
            None => "no URC",
        };
        let (short, long) = (verb.time_out(0), verb.time_out(1));
        let time = if short == long { seconds(short) } else { "`T`".to_owned() };
        let parameters = verb.test_form().map_or_else(String::new, |form| format!("`{form}`"));
        writeln!(page, "| `{verb}` | {} | {parameters} | {value} | {time} |", cell(verb.purpose())).unwrap();
    }
    page.push_str("\n## Files of the module, contexts, and general commands\n\n| command | what it is for | waited for, at most |\n|---|---|---|\n");
    for verb in Verb::ALL.iter().filter(|verb| !verb.is_ftp()) {
        writeln!(page, "| `{verb}` | {} | {} |", cell(verb.purpose()), seconds(verb.time_out(0))).unwrap();
    }
    page.push_str("\n## Without a plus sign\n\n| command | what it is for |\n|---|---|\n");
    for (name, basic) in [
        ("AT", Basic::Attention),
        ("ATE1", Basic::Echo(true)),
        ("ATE0", Basic::Echo(false)),
        ("ATV<n>", Basic::Verbose(true)),
        ("ATQ<n>", Basic::Quiet(true)),
        ("ATI", Basic::Identify),
        ("ATO", Basic::Online),
        ("ATZ", Basic::Reset),
        ("AT&F", Basic::Factory),
        ("AT&W", Basic::Store),
        ("AT&D<n>", Basic::Dtr(1)),
        ("ATS12=<n>", Basic::GuardTime(50)),
        ("ATS12?", Basic::ReadGuardTime),
    ] {
        writeln!(page, "| `{name}` | {} |", cell(basic.purpose())).unwrap();
    }
    unchanged("commands.md", &page);
}

#[test]
fn codes() {
    let tables: [(&str, &str, &[Row]); 4] = [
        (
            "The module's, of an FTP command",
            "The first number of an FTP command's URC (§5), also seen as `+CME ERROR`.",
            FtpCode::TABLE,
        ),
        (
            "The server's",
            "The second number of an FTP command's URC: the reply of the FTP server.",
            ReplyCode::TABLE,
        ),
        ("The module's, of any other command", "`+CME ERROR: <code>`.", CmeCode::TABLE),
        ("Of PDP contexts and TCP/IP", "What `AT+QIGETERROR` says.", TcpIpCode::TABLE),
    ];
    let mut page =
        format!("# Codes\n\n{HOW}\n\nA number that no table has is kept as it is, and shown as unknown.\n");
    for (title, about, rows) in tables {
        write!(
            page,
            "\n## {title}\n\n{about}\n\n| code | text | likely cause | remedy |\n|---:|---|---|---|\n"
        )
        .unwrap();
        for row in rows {
            writeln!(
                page,
                "| {} | {} | {} | {} |",
                row.code,
                cell(row.text),
                cell(row.cause),
                cell(row.remedy)
            )
            .unwrap();
        }
    }
    unchanged("codes.md", &page);
}

/// Name and value of constants.
macro_rules! values {
    ($($name:ident)*) => { [$((stringify!($name), format!("{:?}", Shown(&limits::$name)))),*] };
}

/// As it is read: `1..=15` as `1 to 15`.
struct Shown<'a, T>(&'a T);

impl<T: Debug> Debug for Shown<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&format!("{:?}", self.0).replace("..=", " to "))
    }
}

#[test]
fn settings_and_limits() {
    let mut page = format!(
        "# Settings and limits\n\n{HOW}\n\n## Keys of `AT+QFTPCFG`\n\n| key | what it is | values |\n|---|---|---|\n"
    );
    let source = include_str!("../src/wire/ftp_config.rs");
    let newer = [FtpKey::SslCtxId(SslSpelling::Newer), FtpKey::RestEnable, FtpKey::CacheSize];
    for key in FtpKey::NOTE.iter().chain(&newer) {
        let variant = format!("{key:?}").split('(').next().unwrap_or_default().to_owned();
        let ends = if matches!(key, FtpKey::SslCtxId(_)) { "(SslSpelling)," } else { "," };
        let about = comment(source, &format!("{variant}{ends}"));
        writeln!(page, "| `{}` | {} | `{}` |", key.name(), cell(&about), key.range()).unwrap();
    }
    page.push_str("\n## Keys of `AT+QSSLCFG`\n\n| key | what it is | numbers |\n|---|---|---|\n");
    let source = include_str!("../src/wire/ssl.rs");
    for key in SslKey::ALL {
        let about = comment(source, &format!("{key:?} \"{}\"", key.name()));
        let range =
            key.range().map_or_else(String::new, |range| format!("{} to {}", range.start(), range.end()));
        writeln!(page, "| `{}` | {} | {range} |", key.name(), cell(&about)).unwrap();
    }
    page.push_str("\n## Numbers\n\nLengths are in bytes; times in milliseconds, unless a name ends in `_S`. `qftp_core::limits` has them. In a build without the feature `long-names` texts are shorter.\n\n| name | value | what it is |\n|---|---:|---|\n");
    let source = include_str!("../src/limits.rs");
    let rows = values!(
        NAME CWD_PATH MODULE_FILE APN PDP_LOGIN DEFAULT_PORT IMPLICIT_FTPS_PORT CONTEXT_ID ACTIVE_CONTEXTS SSL_CONTEXT_ID ALL_CIPHER_SUITES
        KEY_PASSWORD RSP_TIMEOUT_S RSP_TIMEOUT_DEFAULT_S DATA_TIMEOUT_S DATA_TIMEOUT_DEFAULT_S GUARD_UNITS GUARD_UNITS_DEFAULT GUARD_UNIT_MS
        UPLOAD_SIZE_DEFAULT UPLOAD_TIMEOUT_DEFAULT_S ACK_BLOCK COMMAND_LINE ANSWER_LINE WORDS PLAIN_COMMAND_MS CONFIG_COMMAND_MS OPEN_MS
        ACTIVATE_MS START_MS DEACTIVATE_MS ATTACH_MS FILE_COMMAND_MS
    );
    for (name, value) in &rows {
        writeln!(page, "| `{name}` | {value} | {} |", cell(&comment(source, &format!("pub const {name}:"))))
            .unwrap();
    }
    assert_eq!(rows.len(), source.matches("pub const ").count(), "a limit is not on the page");
    unchanged("limits.md", &page);
}
