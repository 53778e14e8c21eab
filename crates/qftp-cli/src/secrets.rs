//! Passwords on the command line: none is printed, and `ps` shows them no longer than it must.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;
use std::sync::OnceLock;

/// What stands in place of a password.
const MASK: &str = "***";

/// The logins of the command line and of `QFTP_PORT`, each as it is written and as it may be shown.
static LOGINS: OnceLock<Vec<(String, String)>> = OnceLock::new();

/// The arguments of this process. From now on no password among them is printed, and where the system allows it none is in the
/// process list. It has to come before anything else looks at them.
pub(crate) fn arguments() -> Vec<OsString> {
    let arguments: Vec<OsString> = env::args_os().collect();
    let port = env::var_os("QFTP_PORT");
    let _ = LOGINS.set(arguments.iter().skip(1).chain(&port).filter_map(|text| login(text)).collect());
    // A system that lets nobody do this shows them: docs/guides/passwords.md names better ways.
    let _ = wipe(&arguments);
    arguments
}

/// A text in which the passwords of the command line are `***`.
pub(crate) fn masked(text: &str) -> String {
    let logins = LOGINS.get().map_or(&[][..], Vec::as_slice);
    logins.iter().fold(text.to_owned(), |text, (secret, shown)| text.replace(secret, shown))
}

/// The same in a text of JSON, in which quotes and backslashes are escaped.
pub(crate) fn masked_json(text: &str) -> String {
    let logins = LOGINS.get().map_or(&[][..], Vec::as_slice);
    logins.iter().fold(text.to_owned(), |text, (secret, shown)| {
        let written = serde_json::Value::from(secret.as_str()).to_string();
        text.replace(written.trim_matches('"'), shown)
    })
}

/// The bytes of a password in an argument such as `ftp://user:password@host` or `--port=ftp://user:password@host`.
///
/// What is no URL may be one that was misspelt, and a password may hold a `/` or an `@` that nobody encoded: all between the first
/// colon and the last `@` is taken for it. Too much of a text that only looks so is hidden; that does no harm.
fn password(argument: &[u8]) -> Option<Range<usize>> {
    let scheme = argument.windows(3).position(|window| window == b"://").map_or(0, |at| at + 3);
    let colon = scheme + argument.get(scheme..)?.iter().position(|byte| *byte == b':')?;
    let at = argument.iter().rposition(|byte| *byte == b'@')?;
    (colon + 1 < at).then_some(colon + 1..at)
}

/// A login from its user to its `@`.
fn login(argument: &OsStr) -> Option<(String, String)> {
    let secret = password(argument.as_bytes())?;
    let text = argument.to_string_lossy();
    // Of an argument that is no UTF-8 the bytes are others than the text's.
    let (head, tail) = match (text.get(..secret.start), text.get(secret.start..secret.end + 1)) {
        (Some(head), Some(tail)) if argument.to_str().is_some() => (head, tail),
        _ => return Some((text.into_owned(), MASK.to_owned())),
    };
    let user = head.rsplit_once("://").map_or(head, |(_, user)| user);
    Some((format!("{user}{tail}"), format!("{user}{MASK}@")))
}

/// Writes asterisks over the passwords where the system keeps the arguments: `/proc/self/mem` is the memory of this process as a file.
fn wipe(arguments: &[OsString]) -> io::Result<()> {
    let secrets: Vec<Range<usize>> = places(arguments).collect();
    if secrets.is_empty() {
        return Ok(());
    }
    let start = arguments_address(&fs::read_to_string("/proc/self/stat")?).ok_or(io::ErrorKind::NotFound)?;
    let memory = OpenOptions::new().write(true).open("/proc/self/mem")?;
    for secret in secrets {
        memory.write_all_at(&vec![b'*'; secret.len()], start + secret.start as u64)?;
    }
    Ok(())
}

/// Where passwords are among the arguments, which follow one another with a NUL after each.
fn places(arguments: &[OsString]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut from = 0;
    arguments.iter().enumerate().filter_map(move |(number, argument)| {
        let start = from;
        from += argument.len() + 1;
        // The first is the program.
        let secret = password(argument.as_bytes()).filter(|_| number > 0)?;
        Some(start + secret.start..start + secret.end)
    })
}

/// `arg_start` of `/proc/self/stat` (proc(5)), its field 48. The second field is a name that may hold blanks and parentheses.
fn arguments_address(stat: &str) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    // The field behind the name is the third.
    rest.split_whitespace().nth(48 - 3)?.parse().ok().filter(|address| *address > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(argument: &str) -> Option<(String, String)> {
        login(OsStr::new(argument))
    }

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        let pair = |secret: &str, shown: &str| Some((secret.to_owned(), shown.to_owned()));
        for argument in
            ["ftp://u:p@h/x", "--port=ftp://u:p@h", "-pftpes://u:p@h:21/%2F", "u:p@h/x", "nosuch://u:p@h"]
        {
            let found = shown(argument).unwrap_or_else(|| panic!("{argument}"));
            assert!(argument.contains(&found.0) && found.0.ends_with("u:p@"), "{argument}: {found:?}");
            assert!(found.1.ends_with("u:***@"), "{argument}: {found:?}");
        }
        assert_eq!(shown("ftp://u:p/q@r@h/x"), pair("u:p/q@r@", "u:***@"));
        for harmless in ["ftp://u@h/x", "ftp://h:21/x", "file", "--port", "ftp://u:@h", "tcp://h:4000"] {
            assert_eq!(shown(harmless), None, "{harmless}");
        }
    }

    #[test]
    fn places_are_those_of_the_process_list() {
        let arguments: Vec<OsString> =
            ["ftp://a:b@c", "get", "ftp://user:secret@host/x"].iter().map(OsString::from).collect();
        let list = b"ftp://a:b@c\0get\0ftp://user:secret@host/x\0";
        let found: Vec<&[u8]> = places(&arguments).map(|place| &list[place]).collect();
        assert_eq!(found, [b"secret"]);
    }

    #[test]
    fn the_address_of_the_arguments() {
        let fields: Vec<String> = (4..=52).map(|number| number.to_string()).collect();
        let stat = format!("17 (a (b) c) S {}", fields.join(" "));
        assert_eq!(arguments_address(&stat), Some(48));
        assert_eq!(arguments_address("17 (a) S 1"), None);
    }
}
