//! Small files to a server and back, by commands alone.

use std::time::Duration;

use qftp_core::limits;

use crate::survey::dialogue::Dialogue;
use crate::survey::reply::End;
use crate::survey::stop::Stop;

/// How long a step of a transfer may take.
pub(super) const STEP: Duration = Duration::from_millis(limits::RSP_TIMEOUT_DEFAULT_S as u64 * 1000);

/// How a transfer ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// What came.
    pub(super) data: Vec<u8>,
    /// What follows `+QFTPGET:` or `+QFTPPUT:`, without spaces.
    pub(super) outcome: Option<String>,
    /// From `CONNECT` to the outcome.
    pub(super) time: Duration,
}

impl Ended {
    /// Whether it went through with so many bytes.
    pub(super) fn is(&self, bytes: usize) -> bool {
        self.outcome.as_deref() == Some(&format!("0,{bytes}"))
    }
}

/// Sends a file.
pub(super) fn put(dialogue: &mut Dialogue<'_>, name: &str, bytes: &[u8]) -> Result<Option<Ended>, Stop> {
    let command = format!("AT+QFTPPUT=\"{name}\",\"COM:\",0,{},1", bytes.len());
    if dialogue.ask_for(&command, STEP)?.end != End::Connect {
        return Ok(None);
    }
    let begun = dialogue.wire.now();
    dialogue.send_data(bytes)?;
    finish(dialogue, "QFTPPUT", Vec::new(), begun).map(Some)
}

/// Fetches so many bytes of a file.
pub(super) fn get(
    dialogue: &mut Dialogue<'_>,
    name: &str,
    start: usize,
    count: usize,
) -> Result<Option<Ended>, Stop> {
    let command = format!("AT+QFTPGET=\"{name}\",\"COM:\",{start}");
    if dialogue.ask_for(&command, STEP)?.end != End::Connect {
        return Ok(None);
    }
    let begun = dialogue.wire.now();
    let data = dialogue.receive_data(count, STEP)?;
    finish(dialogue, "QFTPGET", data, begun).map(Some)
}

fn finish(dialogue: &mut Dialogue<'_>, name: &str, data: Vec<u8>, begun: Duration) -> Result<Ended, Stop> {
    let (end, lines) = dialogue.end(STEP)?;
    let early = lines.iter().find_map(|line| crate::survey::reply::after_name(line, name)).map(str::to_owned);
    let outcome = match (early, end) {
        (Some(text), _) => Some(text),
        (None, End::Silence) => None,
        (None, _) => dialogue.urc(name, STEP)?.map(|(_, text)| text),
    };
    let time = dialogue.wire.now().saturating_sub(begun);
    Ok(Ended { data, outcome: outcome.map(|text| text.replace(' ', "")), time })
}
