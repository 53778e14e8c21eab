//! How errors are written, and the time of outcomes.

use std::time::Duration;

use super::refusal;
use crate::survey::dialogue::{Dialogue, PATIENCE};
use crate::survey::findings::Findings;
use crate::survey::reply::End;
use crate::survey::stop::Stop;
use toml::Value;

/// A file that no module has; mode 2 opens what is there, and makes nothing.
const MISSING: &str = "AT+QFOPEN=\"UFS:qftp-survey-none\",2";
/// Outcomes whose times are measured.
const ROUNDS: usize = 7;

pub(super) fn ask(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let mut forms = Vec::new();
    for level in 0..=2 {
        dialogue.set_level(level)?;
        forms.extend(match dialogue.ask_for(MISSING, Duration::from_secs(10))?.end {
            End::Error => Some("error"),
            End::Code(_) => Some("number"),
            End::Words(_) => Some("text"),
            _ => None,
        });
    }
    if forms.len() == 3 {
        found.set("line.errors", forms.into_iter().map(Value::from).collect::<Vec<_>>());
    }
    refusal::ask(dialogue, found, "files.missing", MISSING)?;
    refusal::ask(dialogue, found, "files.delete_missing", "AT+QFDEL=\"UFS:qftp-survey-none\"")?;
    refusal::ask(dialogue, found, "files.list_nothing", "AT+QFLST=\"UFS:qftp-survey-none\"")?;
    times(dialogue, found)?;
    // Nothing is to be resumed: what a module that goes online nevertheless sends is left at once.
    match dialogue.ask("ATO")?.end {
        End::NoCarrier => found.set("ftp.nothing_to_resume", "NO CARRIER"),
        End::Error | End::Code(_) => found.set("ftp.nothing_to_resume", "ERROR"),
        End::Connect => {
            found.note("ATO found a connection that somebody else had left paused; it was left again");
            dialogue.escape()?;
        }
        End::Ok | End::Words(_) | End::Silence => {}
    }
    Ok(())
}

/// From a command to its URC: that of the state, which needs no server.
fn times(dialogue: &mut Dialogue<'_>, found: &mut Findings) -> Result<(), Stop> {
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let (reply, urc) = dialogue.outcome("AT+QFTPSTAT", "QFTPSTAT", PATIENCE)?;
        match urc {
            Some((_, time)) => times.push(time),
            None if reply.is_ok() => {
                found.note(
                    "AT+QFTPSTAT says OK, and no URC follows: they may go to another port (--urc-port)",
                );
                return Ok(());
            }
            None => return Ok(()),
        }
    }
    if let Some(millis) = found.times("outcome of AT+QFTPSTAT", times) {
        found.number("line.urc_ms", millis);
    }
    Ok(())
}
