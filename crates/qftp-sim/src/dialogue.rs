//! What was said, where somebody wants to read it.

use qftp_core::Instant;
use qftp_core::wire::secret_start;

/// Bytes of one write that are shown.
const LONG: usize = 160;

/// Lines, or nothing where they are not wanted.
#[derive(Debug)]
pub(crate) struct Dialogue(Option<Vec<String>>);

impl Dialogue {
    pub(crate) fn new(wanted: bool) -> Self {
        Self(wanted.then(Vec::new))
    }

    /// Something besides what is said.
    pub(crate) fn note(&mut self, now: Instant, text: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.0 {
            lines.push(format!("{now} -- {}", text()));
        }
    }

    /// Bytes that somebody said; of long ones their two ends, and nothing from a password on.
    pub(crate) fn said(&mut self, now: Instant, who: &str, bytes: &[u8]) {
        let Some(lines) = &mut self.0 else { return };
        let shown = secret_start(bytes).unwrap_or(bytes.len());
        let secret = if shown < bytes.len() { "***" } else { "" };
        let long = if shown > LONG { &bytes[shown - LONG / 2..shown] } else { b"" };
        let (head, dots) =
            if long.is_empty() { (&bytes[..shown], "") } else { (&bytes[..LONG / 2], " ... ") };
        let count = bytes.len();
        lines.push(format!(
            "{now} {who} {}{dots}{}{secret} ({count})",
            head.escape_ascii(),
            long.escape_ascii()
        ));
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.0.unwrap_or_default()
    }
}
