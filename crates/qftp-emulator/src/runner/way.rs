//! Bytes between the port and the module.

use std::time::{Duration, Instant as Clock};

use super::pace::Pace;

/// Bytes read from the host, and written to it, at a time.
const CHUNK: usize = 64 << 10;

/// Bytes on their way in one direction, at the line's speed where it has one.
pub(super) struct Way {
    room: Box<[u8]>,
    start: usize,
    end: usize,
    pace: Option<Pace>,
}

impl Way {
    pub(super) fn new(rate: Option<u32>) -> Self {
        let pace = rate.map(Pace::new);
        let size = pace.as_ref().map_or(CHUNK, Pace::piece);
        Self { room: vec![0; size].into(), start: 0, end: 0, pace }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[self.start..self.end]
    }

    /// The bytes that have had the time to pass.
    pub(super) fn passed(&mut self) -> &[u8] {
        let waiting = self.end - self.start;
        let count = self.pace.as_mut().map_or(waiting, |pace| pace.allow(Clock::now(), waiting));
        &self.room[self.start..self.start + count]
    }

    /// Fills an empty buffer from a source, until the source has no more or the buffer no room.
    pub(super) fn fill(&mut self, mut source: impl FnMut(&mut [u8]) -> usize) {
        self.start = 0;
        self.end = 0;
        while self.end < self.room.len() {
            let count = source(&mut self.room[self.end..]);
            if count == 0 {
                break;
            }
            self.end += count;
        }
    }

    pub(super) fn take(&mut self, count: usize) {
        self.start += count;
        if let Some(pace) = &mut self.pace {
            pace.pass(count);
        }
    }

    /// Forgets what is on its way.
    pub(super) fn clear(&mut self) {
        self.start = 0;
        self.end = 0;
        self.stop();
    }

    /// The other side takes nothing: the line stands.
    pub(super) fn stop(&mut self) {
        if let Some(pace) = &mut self.pace {
            pace.stop();
        }
    }

    /// When to look again for bytes that have passed; `None` where they are not held back.
    pub(super) fn wait(&self) -> Option<Duration> {
        self.pace.as_ref().and_then(Pace::wait)
    }
}
