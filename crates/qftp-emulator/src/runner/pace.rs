//! The speed of a serial line: ten bits a byte (8N1), each direction on its own.

use std::time::{Duration, Instant as Clock};

/// How often the line is looked at while it is busy.
const STEP: Duration = Duration::from_millis(1);

/// One direction of a line.
#[derive(Debug)]
pub(super) struct Pace {
    /// Bits a second.
    rate: u32,
    /// Since when the line has been busy, and how many bytes have passed since.
    busy: Option<(Clock, u64)>,
}

impl Pace {
    pub(super) fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), busy: None }
    }

    /// Bytes that a hundredth of a second takes: what may be on its way at a time.
    pub(super) fn piece(&self) -> usize {
        usize::try_from(self.rate / 1000).unwrap_or(1).max(1)
    }

    /// How many of `waiting` bytes have had the time to pass by now. With none waiting, the line falls idle.
    pub(super) fn allow(&mut self, now: Clock, waiting: usize) -> usize {
        if waiting == 0 {
            self.busy = None;
            return 0;
        }
        let (since, passed) = *self.busy.get_or_insert((now, 0));
        let could = now.duration_since(since).as_nanos() * u128::from(self.rate) / 10 / 1_000_000_000;
        usize::try_from(could.saturating_sub(passed.into())).unwrap_or(usize::MAX).min(waiting)
    }

    pub(super) fn pass(&mut self, count: usize) {
        if let Some((_, passed)) = &mut self.busy {
            *passed += count as u64;
        }
    }

    /// The other side stops the line: time that it stands is nobody's to catch up with.
    pub(super) fn stop(&mut self) {
        self.busy = None;
    }

    /// When to look again, while bytes wait.
    pub(super) fn wait(&self) -> Option<Duration> {
        let byte = Duration::from_secs(10) / self.rate;
        self.busy.map(|_| byte.max(STEP))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_byte_too_early() {
        let begin = Clock::now();
        let at = |millis| begin + Duration::from_millis(millis);
        let mut pace = Pace::new(9600);
        assert_eq!(pace.allow(at(0), 1000), 0, "the first byte takes its time too");
        assert_eq!(pace.allow(at(1), 1000), 0);
        assert_eq!(pace.allow(at(100), 1000), 96);
        pace.pass(96);
        assert_eq!(pace.allow(at(100), 904), 0);
        assert_eq!(pace.allow(at(200), 10), 10);
        // Time without bytes is not saved up.
        pace.allow(at(200), 0);
        assert_eq!(pace.allow(at(5000), 1000), 0);
    }
}
