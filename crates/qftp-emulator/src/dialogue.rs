//! What passes between host and module, told apart: what is said, and bytes of files.

use std::collections::VecDeque;

/// Something that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Passed {
    /// Commands or answers, wherever they were cut.
    Said { to_module: bool, bytes: Vec<u8> },
    /// So many bytes of a file.
    Data { to_module: bool, count: usize },
}

/// What passed and was not asked for yet; nothing is kept while nobody watches.
#[derive(Debug, Default)]
pub(crate) struct Dialogue {
    watched: bool,
    passed: VecDeque<Passed>,
}

impl Dialogue {
    pub(crate) fn watch(&mut self) {
        self.watched = true;
    }

    pub(crate) fn is_watched(&self) -> bool {
        self.watched
    }

    pub(crate) fn poll(&mut self) -> Option<Passed> {
        self.passed.pop_front()
    }

    /// Bytes that passed one way, of one kind.
    pub(crate) fn pass(&mut self, to_module: bool, is_data: bool, bytes: &[u8]) {
        if !self.watched || bytes.is_empty() {
            return;
        }
        match (self.passed.back_mut(), is_data) {
            (Some(Passed::Data { to_module: way, count }), true) if *way == to_module => {
                *count += bytes.len();
            }
            (Some(Passed::Said { to_module: way, bytes: said }), false) if *way == to_module => {
                said.extend(bytes);
            }
            (_, true) => self.passed.push_back(Passed::Data { to_module, count: bytes.len() }),
            (_, false) => self.passed.push_back(Passed::Said { to_module, bytes: bytes.to_vec() }),
        }
    }
}

/// Which bytes of an output are of files: counted from its beginning.
#[derive(Debug, Default)]
pub(crate) struct Marks {
    watched: bool,
    left: u64,
    runs: VecDeque<(u64, u64)>,
}

impl Marks {
    pub(crate) fn watch(&mut self) {
        self.watched = true;
    }

    /// File data is added behind so many bytes that still wait.
    pub(crate) fn data(&mut self, waiting: usize, count: usize) {
        if !self.watched || count == 0 {
            return;
        }
        let from = self.left + waiting as u64;
        let to = from + count as u64;
        match self.runs.back_mut() {
            Some((_, end)) if *end == from => *end = to,
            _ => self.runs.push_back((from, to)),
        }
    }

    /// These bytes leave: hands on each piece with what it is.
    pub(crate) fn leave(&mut self, mut bytes: &[u8], mut hand_on: impl FnMut(bool, &[u8])) {
        if !self.watched {
            return;
        }
        while !bytes.is_empty() {
            let (is_data, until) = match self.runs.front() {
                Some((from, to)) if *from <= self.left => (true, *to),
                Some((from, _)) => (false, *from),
                None => (false, u64::MAX),
            };
            let count = usize::try_from(until - self.left).unwrap_or(usize::MAX).min(bytes.len());
            let (piece, rest) = bytes.split_at(count);
            hand_on(is_data, piece);
            self.left += count as u64;
            bytes = rest;
            if is_data && self.left == until {
                self.runs.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_they_are_however_they_leave() {
        for cut in 1..12 {
            let (mut marks, mut dialogue) = (Marks::default(), Dialogue::default());
            marks.watch();
            dialogue.watch();
            let out = b"CONNECT\r\nOK\r\nOK\r\n";
            // The first OK is data.
            marks.data(9, 2);
            marks.data(11, 2);
            for piece in out.chunks(cut) {
                marks.leave(piece, |is_data, piece| dialogue.pass(false, is_data, piece));
            }
            let passed: Vec<Passed> = std::iter::from_fn(|| dialogue.poll()).collect();
            let said = |bytes: &[u8]| Passed::Said { to_module: false, bytes: bytes.to_vec() };
            let data = Passed::Data { to_module: false, count: 4 };
            assert_eq!(passed, [said(b"CONNECT\r\n"), data, said(b"OK\r\n")], "cut {cut}");
        }
    }

    #[test]
    fn nobody_watches_nothing_is_kept() {
        let mut dialogue = Dialogue::default();
        dialogue.pass(true, false, b"AT\r");
        assert_eq!(dialogue.poll(), None);
    }
}
