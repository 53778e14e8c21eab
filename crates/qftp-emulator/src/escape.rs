//! `+++`: leaving data mode without sending a byte of it as data (§1.5).
//!
//! Three plus signs within one guard time, with a guard time of silence before and after them. Anything else is data, so
//! plus signs after a silence are held back until it is clear which they are.

use qftp_core::Instant;

/// Watches what the host sends in data mode.
#[derive(Debug)]
pub(crate) struct Escape {
    /// The guard time in milliseconds.
    guard: u64,
    /// Plus signs held back, at most three.
    held: u8,
    /// When the first of them came.
    first: Instant,
    /// When the last byte came, held or not.
    last: Instant,
    /// The module is not taking bytes: silence means nothing.
    blocked: bool,
}

/// What the bytes of one input are.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Plus signs that may yet be an escape: all of the input is held back.
    Held,
    /// File data; so many plus signs, held back before, go first.
    Data(usize),
}

/// What a silence has made of held plus signs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Silence {
    /// They were an escape.
    Escaped,
    /// They are data after all: so many plus signs.
    Data(usize),
}

impl Escape {
    /// Data mode begins `now`: the silence before an escape counts from here.
    pub(crate) fn new(guard: u64, now: Instant) -> Self {
        Self { guard, held: 0, first: now, last: now, blocked: false }
    }

    pub(crate) fn held(&self) -> usize {
        self.held.into()
    }

    /// Judges input, all of it at one moment. Silences must have been given to [`Escape::silence`] before.
    pub(crate) fn take(&mut self, now: Instant, input: &[u8]) -> Kind {
        let in_time = match self.held {
            0 => now.since(self.last) >= self.guard,
            1 | 2 => now.since(self.first) <= self.guard,
            _ => false,
        };
        self.last = now;
        let fits = input.len() + self.held() <= 3 && input.iter().all(|byte| *byte == b'+');
        if !(in_time && fits) {
            return Kind::Data(self.give_up());
        }
        if self.held == 0 {
            self.first = now;
        }
        self.held += u8::try_from(input.len()).unwrap_or(0);
        Kind::Held
    }

    /// When silence will have decided about the plus signs that are held.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        match self.held {
            _ if self.blocked => None,
            0 => None,
            1 | 2 => Some(self.first.after(self.guard + 1)),
            _ => Some(self.last.after(self.guard)),
        }
    }

    /// Decides, if it is time.
    pub(crate) fn silence(&mut self, now: Instant) -> Option<Silence> {
        if self.deadline()? > now {
            return None;
        }
        Some(if self.held == 3 {
            self.held = 0;
            Silence::Escaped
        } else {
            Silence::Data(self.give_up())
        })
    }

    /// The held plus signs are data: how many.
    pub(crate) fn give_up(&mut self) -> usize {
        std::mem::take(&mut self.held).into()
    }

    /// The module does not take what the host sends, or takes it again. Only time in which it listens is silence.
    pub(crate) fn set_blocked(&mut self, now: Instant, blocked: bool) {
        if self.blocked && !blocked {
            self.last = now;
            self.first = now;
        }
        self.blocked = blocked;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(millis: u64) -> Instant {
        Instant::from_millis(millis)
    }

    #[test]
    fn three_plus_signs_between_two_silences() {
        let mut escape = Escape::new(1000, at(0));
        assert_eq!(escape.take(at(1000), b"+++"), Kind::Held);
        assert_eq!(escape.silence(at(1999)), None);
        assert_eq!(escape.silence(at(2000)), Some(Silence::Escaped));
    }

    #[test]
    fn one_by_one_within_the_guard_time() {
        let mut escape = Escape::new(1000, at(0));
        for time in [1000, 1500, 2000] {
            assert_eq!(escape.silence(at(time)), None);
            assert_eq!(escape.take(at(time), b"+"), Kind::Held);
        }
        assert_eq!(escape.silence(at(3000)), Some(Silence::Escaped));
    }

    #[test]
    fn too_slow_is_data() {
        let mut escape = Escape::new(1000, at(0));
        assert_eq!(escape.take(at(1000), b"++"), Kind::Held);
        assert_eq!(escape.silence(at(2001)), Some(Silence::Data(2)));
        // The silence since the second sign is long enough to begin anew.
        assert_eq!(escape.take(at(2001), b"+"), Kind::Held);
    }

    #[test]
    fn no_silence_before_or_after_is_data() {
        let mut escape = Escape::new(1000, at(0));
        assert_eq!(escape.take(at(999), b"+++"), Kind::Data(0));
        assert_eq!(escape.take(at(3000), b"+++"), Kind::Held);
        assert_eq!(escape.take(at(3500), b"x"), Kind::Data(3));
        assert_eq!(escape.take(at(5000), b"++++"), Kind::Data(0));
        assert_eq!(escape.take(at(7000), b"+++"), Kind::Held);
        assert_eq!(escape.take(at(7999), b"+"), Kind::Data(3));
    }

    #[test]
    fn time_without_room_is_no_silence() {
        let mut escape = Escape::new(1000, at(0));
        escape.set_blocked(at(10), true);
        escape.set_blocked(at(5000), false);
        assert_eq!(escape.take(at(5001), b"+++"), Kind::Data(0));
        assert_eq!(escape.take(at(7000), b"+++"), Kind::Held);
        escape.set_blocked(at(7000), true);
        assert_eq!(escape.silence(at(9000)), None);
        escape.set_blocked(at(9000), false);
        assert_eq!(escape.take(at(9001), b"x"), Kind::Data(3));
    }
}
