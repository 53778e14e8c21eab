//! Lines that lost the ends between them: `AT+QFTPOPEN="h",21OK+QFTPOPEN: 604,0`.

use qftp_core::wire::{CommandError, Line, Verb, commands};

/// The lines that a line was, if it is none as it stands and every piece is one; else the line itself.
pub(super) fn apart(text: &str) -> Vec<&str> {
    let begins = ["AT+", "OK+", "+Q"].iter().any(|begin| text.starts_with(begin));
    if !begins || is_whole(text) {
        return vec![text];
    }
    let mut pieces = Vec::new();
    let (mut from, mut quoted) = (0, false);
    for (at, sign) in text.char_indices() {
        quoted ^= sign == '"';
        let begins = at > from && !quoted && text.get(at..).is_some_and(begins_line);
        if begins && !within_error(text, at) && !within_name(text, at) {
            pieces.extend(text.get(from..at));
            from = at;
        }
    }
    pieces.extend(text.get(from..));
    if pieces.iter().all(|piece| is_whole(piece) || is_misspelt(piece)) { pieces } else { vec![text] }
}

/// A command with parameters that it does not take is a line too, where a line has to be.
fn is_misspelt(piece: &str) -> bool {
    commands(piece.as_bytes())
        .is_some_and(|mut all| all.all(|command| !matches!(command, Err(CommandError::Unknown))))
}

fn is_whole(text: &str) -> bool {
    match commands(text.as_bytes()) {
        Some(mut all) => all.all(|command| command.is_ok()),
        None => !matches!(Line::parse(text.as_bytes()), Line::Text(_)),
    }
}

/// No name of a command is longer.
const LONGEST_NAME: usize = 20;

fn begins_line(text: &str) -> bool {
    let answer = |text: &str| {
        let colon = text.bytes().take(LONGEST_NAME).position(|byte| byte == b':')?;
        Verb::from_name(text.get(..colon)?.as_bytes())
    };
    ["AT+", "OK", "ERROR", "CONNECT", "NO CARRIER", "+CME ERROR"].iter().any(|begin| text.starts_with(begin))
        || (text.starts_with('+') && answer(text).is_some())
}

/// `AT+QFTPSTAT+QFTPSTAT: 0,1` has an `AT+` that is the end of a name.
fn within_name(text: &str, at: usize) -> bool {
    let name = text.get(..at + 2).and_then(|before| before.get(before.rfind('+')?..));
    name.is_some_and(|name| Verb::from_name(name.as_bytes()).is_some())
}

/// The second word of `+CME ERROR` begins no line.
fn within_error(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with("+CME "))
}
