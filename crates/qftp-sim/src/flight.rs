//! File data of an upload that is on its way while the module leaves data mode early.

use crate::line::LineKind;

/// Counts of one upload. Times are in microseconds.
#[derive(Debug, Default)]
pub(crate) struct Flight {
    was_in_data_mode: bool,
    left: Option<u64>,
    heard: Option<u64>,
    /// Bytes that were handed out and not yet taken by the module when it left data mode.
    on_its_way: u64,
    /// Bytes that the session handed out after that, until the module's first word had come.
    after_leaving: u64,
    /// Bytes that the session handed out.
    pub sent: u64,
    /// Bytes that it handed out after the module's first word.
    pub after_word: u64,
    /// Bytes of the file that the module took for commands.
    pub exposed: u64,
}

impl Flight {
    /// The module has worked: `left` bytes of the file are with the driver and on the line.
    pub(crate) fn look(&mut self, now: u64, in_data_mode: bool, left: u64) {
        // With the last piece it may have left data mode, and have taken the end of that piece already.
        let on_its_way = left + self.exposed;
        if self.was_in_data_mode && !in_data_mode && self.left.is_none() {
            self.left = Some(now);
            self.on_its_way = on_its_way;
        }
        self.was_in_data_mode = in_data_mode;
    }

    /// The session has handed out so many bytes.
    pub(crate) fn handed_out(&mut self, count: usize, word_came: bool) {
        let count = count as u64;
        self.sent += count;
        if word_came {
            self.after_word += count;
        } else if self.left.is_some() {
            self.after_leaving += count;
        }
    }

    /// Something of the module's first word has come.
    pub(crate) fn hear(&mut self, now: u64) {
        if self.left.is_some() {
            self.heard.get_or_insert(now);
        }
    }

    /// When the module left data mode.
    pub(crate) const fn left_at(&self) -> Option<u64> {
        self.left
    }

    /// Whether the module left data mode while bytes of the file were on their way, or before the host knew.
    pub(crate) const fn is_exercised(&self) -> bool {
        self.on_its_way + self.after_leaving > 0
    }

    /// Most bytes that the module may take for commands: what one call of the session hands out, what the line holds when the module
    /// leaves data mode, and what goes after that while its first word is on its way: the line filled once more, and what it carries in
    /// that time. On a line that takes no time that is whatever was handed out.
    pub(crate) fn bound(&self, now: u64, in_flight: usize, line: LineKind) -> u64 {
        let way = self.left.map_or(0, |left| self.heard.unwrap_or(now) - left);
        let meanwhile = match line.baud {
            0 => self.after_leaving,
            baud => line.holds + (way * u64::from(baud)).div_ceil(10_000_000),
        };
        in_flight as u64 + line.holds + meanwhile
    }

    /// What does not hold of it, if anything.
    pub(crate) fn broken(&self, now: u64, in_flight: usize, line: LineKind) -> Option<String> {
        let (exposed, out) = (self.exposed, self.on_its_way + self.after_leaving);
        let bound = self.bound(now, in_flight, line);
        let most = in_flight as u64 + line.holds;
        if self.on_its_way > most {
            return Some(format!("{} bytes were on their way, of {most}", self.on_its_way));
        }
        (exposed > bound.min(out))
            .then(|| format!("{exposed} bytes of the file were taken for commands, of {out} and {bound}"))
    }
}
