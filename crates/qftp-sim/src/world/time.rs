//! How time passes: from one thing that is due to the next.

use super::{LONGEST_MS, World};
use crate::plan::Break;
use crate::source::Source;

impl World {
    /// Lets time pass in which nobody reads the port.
    pub(crate) fn pause(&mut self, millis: u64) {
        let until = self.now + millis * 1000;
        loop {
            while self.module_works() {}
            let next =
                [self.module_due(), self.server.replies_at(), self.up.next(), Some(self.down.free_at())];
            let next = next.into_iter().flatten().filter(|next| *next > self.now).min();
            match next.filter(|next| *next < until) {
                Some(next) => self.now = next,
                None => break,
            }
            self.module.handle_timeout(self.now());
        }
        self.now = self.now.max(until);
        self.module.handle_timeout(self.now());
    }

    /// Lets so many microseconds pass after the last byte has left.
    pub(crate) fn pass(&mut self, micros: u64) {
        let left = self.up.free_at().saturating_sub(self.now);
        self.pause((left + micros).div_ceil(1000));
    }

    /// Waits for what the module says next. `false` where it says nothing for an hour.
    pub(crate) fn hear(&mut self, heard: &mut Vec<u8>) -> bool {
        let latest = self.now + LONGEST_MS * 1000;
        while self.now < latest {
            while self.module_works() {}
            let mut piece = std::mem::take(&mut self.piece);
            let came = self.down.arrived(self.now, &mut piece).is_some();
            if came {
                self.down.take(piece.len());
                heard.extend(&piece);
            }
            self.piece = piece;
            if came {
                return true;
            }
            let dues = [
                self.module_due(),
                self.server.replies_at(),
                self.up.next(),
                self.down.next(),
                Some(self.down.free_at()),
            ];
            let now = self.now;
            self.now = dues.into_iter().flatten().filter(|due| *due > now).min().unwrap_or(now + 1000);
            self.module.handle_timeout(self.now());
        }
        false
    }

    /// Lets time pass until nothing is stuck on the line any more, ten minutes at most: a module that hangs while it opens a data connection
    /// takes nothing until its power is switched.
    pub(crate) fn rest(&mut self) {
        let until = self.now + 600_000_000;
        while self.now < until
            && !(self.up.is_free(self.now) && self.down.is_free(self.now) && self.up.is_empty())
        {
            self.pause(1_000);
        }
    }

    fn module_due(&self) -> Option<u64> {
        self.module.poll_timeout().map(|due| due.as_millis() * 1000)
    }

    pub(super) fn wait(&mut self, source: &Source<'_>, began: u64, stop: Option<Break>) {
        let now = self.now;
        let later = |due: Option<u64>| due.filter(|due| *due > now);
        let wants_data = self.host.session().wants_data() && !self.host.has_output();
        // What waits for room on the line, or for the other side, is looked at again as soon as there is some.
        let stop = match stop {
            Some(Break::AbortAt(at)) => Some(began + at * 1000),
            _ => None,
        };
        let dues = [
            self.host.session().poll_timeout().map(|due| due.as_millis() * 1000),
            self.module_due(),
            self.server.replies_at(),
            later(stop),
            later(self.up.next()),
            later(self.down.next()),
            later(Some(self.down.free_at())),
            later(Some(self.up.free_at())).filter(|_| self.host.has_output()),
            later(source.next()).filter(|_| wants_data),
        ];
        let next = dues.into_iter().flatten().min().unwrap_or(now + 1000);
        self.now = if next > now { next } else { (now / 1000 + 1) * 1000 };
        self.module.handle_timeout(self.now());
    }
}
