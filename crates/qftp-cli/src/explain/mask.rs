//! Secrets of a log, also of commands that are none of ours and of lines that somebody has mangled.

use qftp_core::wire::secret_start;

/// The most bytes of a line that are shown: more than any command has.
const SHOWN: usize = 2000;

/// A line as it may be shown.
pub(super) fn masked(line: &str) -> String {
    let end = (0..=SHOWN.min(line.len())).rev().find(|end| line.is_char_boundary(*end)).unwrap_or(0);
    let (line, rest) = line.split_at(end);
    match start(line) {
        Some(at) => format!("{}***", line.get(..at).unwrap_or_default()),
        None if rest.is_empty() => line.to_owned(),
        None => format!("{line}…"),
    }
}

/// Where what must not be shown begins.
fn start(line: &str) -> Option<usize> {
    // Core knows the lines of a module; a log may have tabs or other quotes where the module has none.
    let plain: String = line.chars().map(plain).collect();
    let core = secret_start(plain.as_bytes()).and_then(|at| offset(line, plain.get(..at)?));
    [core, account(line), foreign(line)].into_iter().flatten().min()
}

/// The same with one byte a character, so that a place in it is a character's number.
fn plain(sign: char) -> char {
    match sign {
        '\'' | '`' => '"',
        sign if sign.is_ascii_graphic() => sign,
        sign if sign.is_whitespace() => ' ',
        _ => '?',
    }
}

fn offset(line: &str, before: &str) -> Option<usize> {
    line.char_indices().nth(before.len()).map(|(at, _)| at)
}

/// All behind the first comma after `account`, in whatever quotes that stands.
fn account(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let at = lower.find("ftpcfg").and_then(|from| Some(from + lower.get(from..)?.find("account")?))?;
    let word = at + "account".len();
    // Without a comma (a line that was cut, another separator) all the rest.
    let rest = line.get(word..)?;
    let behind = rest.trim_start_matches(|sign: char| !sign.is_alphanumeric());
    (!behind.is_empty()).then(|| line.len() - rest.len() + rest.find(',').map_or(0, |comma| comma + 1))
}

/// Parts of the names of commands of other subsystems and vendors that carry logins.
const LOGINS: [&str; 10] =
    ["PW", "PASS", "LOGIN", "AUTH", "USER", "ACCOUNT", "FTPUN", "MTCONN", "MQTTCONN", "CLCK"];

fn foreign(line: &str) -> Option<usize> {
    let upper = line.to_ascii_uppercase();
    let mut from = 0;
    while let Some(at) = upper.get(from..)?.find('+') {
        let name = from + at + 1;
        let rest = upper.get(name..)?;
        let len = rest.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let behind = rest.get(len..)?.trim_start();
        let holds = LOGINS.iter().any(|part| rest.get(..len).is_some_and(|name| name.contains(part)));
        if holds && behind.starts_with('=') && !behind.starts_with("=?") {
            return Some(upper.len() - behind.len() + 1);
        }
        from = name;
    }
    None
}
