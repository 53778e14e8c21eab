//! File data on its way to the module.

use crate::Checksum;
use crate::Instant;
use crate::limits;
use crate::wire::Verb;

/// Added to the guard time: the module's clock and ours differ.
pub(super) const GUARD_MARGIN_MS: u64 = 50;

#[derive(Clone, Debug)]
pub(super) struct Transmit {
    /// The command that takes the data.
    pub(super) verb: Verb,
    /// Bytes that it takes.
    pub(super) total: u64,
    /// Bytes handed to the driver.
    pub(super) sent: u64,
    /// Of the bytes sent.
    pub(super) checksum: Checksum,
    /// `A`s that came; `None` where the module gives none.
    pub(super) acks: Option<u64>,
    /// The last moment that a byte went to the module, and whether that byte was a plus sign sent alone.
    last: Instant,
    plus: bool,
}

impl Transmit {
    pub(super) const fn new() -> Self {
        Self {
            verb: Verb::QftpPut,
            total: 0,
            sent: 0,
            checksum: Checksum::new(),
            acks: None,
            last: Instant::from_millis(0),
            plus: false,
        }
    }

    /// An operation starts that is to send so many bytes: what an earlier one sent is none of them.
    pub(super) const fn forget(&mut self, total: u64, now: Instant) {
        self.begin(Verb::QftpPut, total, false, now);
    }

    pub(super) const fn begin(&mut self, verb: Verb, total: u64, ack: bool, now: Instant) {
        self.verb = verb;
        self.total = total;
        self.sent = 0;
        self.checksum = Checksum::new();
        self.acks = if ack && cfg!(feature = "staging") { Some(0) } else { None };
        self.last = now;
        self.plus = false;
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.sent >= self.total
    }

    /// Bytes that are still to be sent.
    pub(super) const fn missing(&self) -> u64 {
        self.total.saturating_sub(self.sent)
    }

    /// Bytes that may be sent before the next `A`.
    pub(super) const fn room(&self) -> u64 {
        let left = self.missing();
        match self.acks {
            None => left,
            Some(acks) => {
                let allowed =
                    acks.saturating_add(1).saturating_mul(limits::ACK_BLOCK).saturating_sub(self.sent);
                if allowed < left { allowed } else { left }
            }
        }
    }

    /// How many bytes of `data` may go out now, at most `most`.
    ///
    /// Exactly three plus signs between two silences would be the escape: such a run is broken up by a pause of its own.
    pub(super) fn send(&mut self, now: Instant, data: &[u8], most: usize, guard: u64) -> usize {
        let most = most.min(usize::try_from(self.room()).unwrap_or(usize::MAX));
        let data = data.get(..most).unwrap_or(data);
        let silence = now.since(self.last);
        let only_plus = data.len() <= 3 && data.iter().all(|byte| *byte == b'+');
        let len = match (only_plus, self.plus) {
            _ if data.is_empty() => return 0,
            // The run before is still young: what follows must wait until it no longer belongs to it.
            (true, true) if silence < guard.saturating_add(GUARD_MARGIN_MS) => return 0,
            (true, true) => 1,
            (true, false) if silence.saturating_add(GUARD_MARGIN_MS) >= guard => 1,
            _ => data.len(),
        };
        self.plus = only_plus && len == 1;
        let sent = data.get(..len).unwrap_or_default();
        // Only a file of the module has one to compare with.
        if cfg!(feature = "staging") {
            self.checksum.update(sent);
        }
        self.sent = self.sent.saturating_add(u64::try_from(len).unwrap_or(u64::MAX));
        self.last = now;
        len
    }

    /// When a held-back plus sign may go out.
    pub(super) fn retry_at(&self, guard: u64) -> Option<Instant> {
        (self.plus && !self.is_complete()).then(|| self.last.after(guard.saturating_add(GUARD_MARGIN_MS)))
    }
}
