//! The longest names, by names that lead nowhere: with no session open, what is too long is refused otherwise than what fits.

use qftp_core::limits;

use crate::survey::dialogue::{Dialogue, PATIENCE};
use crate::survey::findings::Findings;
use crate::survey::reply::End;
use crate::survey::stop::Stop;

/// A key, the shortest and the longest name that is tried, and the command.
type Row = (&'static str, usize, usize, fn(usize) -> String);

const ROWS: [Row; 4] = [
    ("ftp.server_name", 1, limits::NAME, |length| format!("AT+QFTPSIZE=\"{}\"", "n".repeat(length))),
    ("ftp.folder_path", 1, limits::CWD_PATH, |length| format!("AT+QFTPCWD=\"{}\"", "n".repeat(length))),
    ("ftp.local_name", 5, limits::NAME, |length| {
        format!("AT+QFTPGET=\"n\",\"UFS:{}\"", "n".repeat(length.saturating_sub(4)))
    }),
    // Mode 2 makes no file.
    ("files.name", 5, limits::MODULE_FILE, |length| {
        format!("AT+QFOPEN=\"UFS:{}\",2", "n".repeat(length.saturating_sub(4)))
    }),
];

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    dialogue.set_level(1)?;
    let (_, state) = dialogue.outcome("AT+QFTPSTAT", "QFTPSTAT", PATIENCE)?;
    let closed = state.is_some_and(|(state, _)| state.replace(' ', "") == "0,4");
    if !closed {
        found.note("an FTP session is open, or its state is not told: the longest names were not tried");
    }
    for (key, least, most, command) in ROWS.into_iter().filter(|(key, ..)| closed || *key == "files.name") {
        if let Some(length) = longest(dialogue, least, most, command)? {
            found.number(key, u64::try_from(length).unwrap_or(u64::MAX));
        }
    }
    Ok(())
}

/// The greatest length that is answered as the least one is.
fn longest(
    dialogue: &mut Dialogue<'_>,
    least: usize,
    most: usize,
    command: fn(usize) -> String,
) -> Result<Option<usize>, Stop> {
    let mut answer = |length: usize| Ok::<End, Stop>(dialogue.ask(&command(length))?.end);
    let fits = answer(least)?;
    // A refusal without a number tells nothing, and what is accepted is not what was meant.
    if !matches!(fits, End::Code(_) | End::Words(_)) {
        return Ok(None);
    }
    if answer(most)? == fits {
        return Ok(Some(most));
    }
    let (mut good, mut bad) = (least, most);
    while bad - good > 1 {
        let middle = usize::midpoint(good, bad);
        match answer(middle)? == fits {
            true => good = middle,
            false => bad = middle,
        }
    }
    Ok(Some(good))
}
