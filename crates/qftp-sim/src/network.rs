//! A network with a distance and a rate between module and server: what TCP and FTP's legs make of time.

/// All times in microseconds, all rates in bytes a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    /// There and back.
    pub round_trip: u64,
    /// From the module to the server.
    pub up: u64,
    /// From the server to the module.
    pub down: u64,
    /// What the module itself takes for an FTP command.
    pub command: u64,
}

impl Network {
    /// A server 60 ms away behind LTE: 5 Mbit/s up, 10 Mbit/s down, a module that takes 5 ms for a command.
    pub const LTE: Self = Self { round_trip: 60_000, up: 625_000, down: 1_250_000, command: 5_000 };

    /// From the command of a transfer to its open data connection: PASV, the connection, STOR or RETR.
    #[must_use]
    pub const fn opening(&self) -> u64 {
        3 * self.round_trip + self.command
    }

    /// A command that moves no data.
    #[must_use]
    pub const fn answer(&self) -> u64 {
        self.round_trip + self.command
    }
}

/// One way of a data connection: TCP begins slowly, with ten segments of 1,400 bytes in the first round trip and twice as many in each after it.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    began: u64,
    round_trip: u64,
    rate: u64,
    passed: u64,
    last: u64,
}

const FIRST_ROUND: u64 = 10 * SEGMENT;
/// Bytes of a segment.
pub(crate) const SEGMENT: u64 = 1400;

impl Stream {
    /// A connection that opens at this time.
    #[must_use]
    pub const fn open(began: u64, round_trip: u64, rate: u64) -> Self {
        Self { began, round_trip, rate, passed: 0, last: began }
    }

    /// When all bytes so far have passed.
    #[must_use]
    pub const fn passed_at(&self) -> u64 {
        self.last
    }

    /// How many bytes could have passed by now beside those that have.
    #[must_use]
    pub fn there(&self, now: u64) -> u64 {
        let Some(since) = now.checked_sub(self.began) else { return 0 };
        let round = (since / self.round_trip.max(1)).min(32);
        let window = FIRST_ROUND * ((2 << round) - 1);
        window.min(since * self.rate / 1_000_000).saturating_sub(self.passed)
    }

    /// So many more bytes, which are there from `now` on: when the last of them has passed.
    pub fn pass(&mut self, now: u64, bytes: u64) -> u64 {
        self.passed += bytes;
        let mut round = 0;
        while FIRST_ROUND * ((2 << round) - 1) < self.passed {
            round += 1;
        }
        let window = self.began + round * self.round_trip;
        self.last = (self.last.max(now) + bytes * 1_000_000 / self.rate).max(window);
        self.last
    }
}
