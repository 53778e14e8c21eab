//! Lines that lost the ends between them: `AT+QFTPOPEN="h",21OK+QFTPOPEN: 604,0`.

use qftp_core::wire::{Line, Verb, commands};

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
        if at > from && !quoted && text.get(at..).is_some_and(begins_line) && !within_error(text, at) {
            pieces.extend(text.get(from..at));
            from = at;
        }
    }
    pieces.extend(text.get(from..));
    if pieces.iter().all(|piece| is_whole(piece)) { pieces } else { vec![text] }
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

/// The second word of `+CME ERROR` begins no line.
fn within_error(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with("+CME "))
}
