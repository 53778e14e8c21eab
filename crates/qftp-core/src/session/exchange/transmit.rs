//! File data on its way to the module.

use crate::Checksum;
use crate::limits;

/// Added to the guard time: the module's clock and ours differ.
pub(crate) const GUARD_MARGIN_MS: u32 = 50;
/// Plus signs of the escape.
const ESCAPE: usize = 3;
/// Plus signs that may stand alone between two silences: one less than the escape has.
const MOST_ALONE: usize = ESCAPE - 1;

#[derive(Clone, Debug)]
pub(crate) struct Transmit {
    /// Bytes that it takes.
    pub(crate) total: u64,
    /// Bytes handed to the driver.
    pub(crate) sent: u64,
    /// Of the bytes sent.
    pub(crate) checksum: Checksum,
    /// `A`s that came; `None` where the module gives none.
    pub(crate) acks: Option<u64>,
    /// The last moment that a byte went to the module.
    last: u32,
    burst: Burst,
}

/// What has been sent since a silence that the module may have seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Burst {
    /// Plus signs alone, at most two: with those that make three it would be the escape, were there a silence
    /// behind it.
    Pluses(usize),
    /// More, or something else: no longer the escape, whatever follows.
    Data,
}

impl Transmit {
    pub(crate) const fn new() -> Self {
        Self { total: 0, sent: 0, checksum: Checksum::new(), acks: None, last: 0, burst: Burst::Pluses(0) }
    }

    /// An operation starts that is to send so many bytes: what an earlier one sent is none of them.
    pub(crate) const fn forget(&mut self, total: u64, now: u32) {
        self.begin(total, false, now);
    }

    pub(crate) const fn begin(&mut self, total: u64, ack: bool, now: u32) {
        self.total = total;
        self.sent = 0;
        self.checksum = Checksum::new();
        self.acks = if ack && cfg!(feature = "staging") { Some(0) } else { None };
        self.last = now;
        // How long the module has heard nothing, only the module knows.
        self.burst = Burst::Pluses(0);
    }

    pub(crate) const fn is_complete(&self) -> bool {
        self.sent >= self.total
    }

    /// Bytes that are still to be sent.
    pub(crate) const fn missing(&self) -> u64 {
        self.total.saturating_sub(self.sent)
    }

    /// An `A` has come.
    pub(crate) const fn acknowledge(&mut self) {
        if let Some(acks) = &mut self.acks {
            *acks = acks.saturating_add(1);
        }
    }

    /// Whether it waits for an `A`.
    pub(crate) const fn awaits_ack(&self) -> bool {
        self.acks.is_some() && self.room() == 0
    }

    /// Bytes that may be sent before the next `A`.
    pub(crate) const fn room(&self) -> u64 {
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
    /// Exactly three plus signs between two silences would be the escape. So at most two go out alone behind a
    /// silence; a third waits until the module has seen another silence, unless more than plus signs
    /// goes out with it. A silence may come at any time, as nobody knows when the caller has more.
    pub(crate) fn send(&mut self, now: u32, data: &[u8], most: usize, guard: u32) -> usize {
        let most = most.min(usize::try_from(self.room()).unwrap_or(usize::MAX));
        let data = data.get(..most).unwrap_or(data);
        if data.is_empty() {
            return 0;
        }
        let silence = now.wrapping_sub(self.last);
        let was_silent = silence >= guard.saturating_add(GUARD_MARGIN_MS);
        let perhaps_silent = silence.saturating_add(GUARD_MARGIN_MS) >= guard;
        let only_plus = data.len() <= ESCAPE && data.iter().all(|byte| *byte == b'+');
        let before = match self.burst {
            // Whether these belong to what follows, nobody knows; soon that will be certain.
            Burst::Pluses(1..) if perhaps_silent && !was_silent && only_plus => return 0,
            _ if perhaps_silent => Burst::Pluses(0),
            burst => burst,
        };
        let (len, burst) = match before {
            Burst::Pluses(count) if only_plus => {
                let len = data.len().min(MOST_ALONE.saturating_sub(count));
                (len, Burst::Pluses(count.saturating_add(len)))
            }
            _ => (data.len(), Burst::Data),
        };
        if len == 0 {
            return 0;
        }
        self.burst = burst;
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
    pub(crate) fn retry_at(&self, guard: u32) -> Option<u32> {
        let holds = matches!(self.burst, Burst::Pluses(1..)) && !self.is_complete();
        holds.then(|| self.last.wrapping_add(guard).wrapping_add(GUARD_MARGIN_MS))
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    const GUARD: u32 = 300;
    /// Surely no silence, perhaps one, surely one.
    const GAPS: [u32; 3] = [1, GUARD - 30, GUARD + GUARD_MARGIN_MS];

    /// What went out when: the caller pauses as `gaps` says and offers `most` bytes at a time.
    fn sent(data: &[u8], most: usize, mut gaps: usize) -> Vec<(u32, Vec<u8>)> {
        let mut transmit = Transmit::new();
        transmit.begin(data.len() as u64, false, 0);
        let (mut now, mut at, mut writes) = (0, 0, Vec::new());
        while at < data.len() {
            now += GAPS[gaps % GAPS.len()];
            gaps /= GAPS.len();
            let piece = &data[at..data.len().min(at + most)];
            let mut len = transmit.send(now, piece, 4096, GUARD);
            if len == 0 {
                now = transmit.retry_at(GUARD).expect("it is told when");
                len = transmit.send(now, piece, 4096, GUARD);
            }
            assert!(len > 0, "{data:?}: it stops for good");
            writes.push((now, piece[..len].to_vec()));
            at += len;
        }
        writes
    }

    /// Whether the module may see the escape: three plus signs and silences around them.
    fn may_escape(writes: &[(u32, Vec<u8>)]) -> bool {
        let gap = |at: usize| match (at.checked_sub(1).and_then(|before| writes.get(before)), writes.get(at))
        {
            (Some((before, _)), Some((after, _))) => after - before,
            _ => u32::MAX,
        };
        let perhaps = |at: usize| gap(at).saturating_add(GUARD_MARGIN_MS) >= GUARD;
        let surely = |at: usize| gap(at) >= GUARD + GUARD_MARGIN_MS;
        (0..writes.len()).any(|from| {
            (from + 1..=writes.len()).any(|to| {
                let text: Vec<u8> = writes[from..to].iter().flat_map(|(_, bytes)| bytes.clone()).collect();
                text == b"+++" && perhaps(from) && perhaps(to) && !(from + 1..to).any(surely)
            })
        })
    }

    #[test]
    fn data_is_never_the_escape() {
        const LONGEST: u32 = 6;
        for len in 1..=LONGEST {
            for bits in 0..1_u32 << len {
                let data: Vec<u8> =
                    (0..len).map(|bit| if bits >> bit & 1 == 1 { b'+' } else { b'a' }).collect();
                for most in 1..=3 {
                    for gaps in 0..GAPS.len().pow(len) {
                        let writes = sent(&data, most, gaps);
                        assert!(!may_escape(&writes), "{writes:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn plus_signs_behind_data_wait_for_nothing() {
        let data = [b"a".as_slice(), &[b'+'; 1000]].concat();
        assert_eq!(sent(&data, 1, 0).last().map(|(now, _)| *now), Some(1001));
        // Alone, they have a silence for each two of them.
        let alone = sent(&[b'+'; 9], 1, 0);
        assert_eq!(alone.last().map(|(now, _)| *now), Some(5 + 4 * (GUARD + GUARD_MARGIN_MS)));
    }
}
