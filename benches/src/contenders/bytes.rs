//! The floor: what it costs to look at each byte at all.

use std::hint::black_box;

use super::Seen;
use crate::{Exchange, pieces};

/// The loop that all of these are in, and nothing in it.
#[must_use]
pub fn bare_loop(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut seen = Seen::default();
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            seen.answers += usize::from(black_box(piece[0]) == b'\n');
        }
    }
    seen
}

/// Line ends, found by memchr; nothing is understood.
#[must_use]
pub fn memchr_lines(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut seen = Seen::default();
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            seen.answers += memchr::memchr_iter(b'\n', piece).count();
        }
    }
    seen
}

/// By hand, a byte at a time: a hash of the name and the first number of each line, as C firmware does it. It knows a failure by its number
/// and nothing else.
#[derive(Default)]
struct Machine {
    state: State,
    name: u32,
    number: u32,
    lines: usize,
    failures: usize,
}

#[derive(Clone, Copy, Default)]
enum State {
    #[default]
    Start,
    Name,
    Number,
    Rest,
}

impl Machine {
    #[inline]
    fn byte(&mut self, byte: u8) {
        if byte == b'\r' || byte == b'\n' {
            if !matches!(self.state, State::Start) {
                self.lines += 1;
                self.failures += usize::from(self.number >= 600 && self.name == FTP);
            }
            (self.state, self.name, self.number) = (State::Start, 0, 0);
            return;
        }
        match self.state {
            State::Start => {
                self.state = State::Name;
                self.name = u32::from(byte);
            }
            State::Name if byte == b':' => self.state = State::Number,
            State::Name => {
                if self.name < 0x0100_0000 {
                    self.name = self.name << 8 | u32::from(byte);
                }
            }
            State::Number if byte.is_ascii_digit() => {
                self.number = self.number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0'));
            }
            State::Number if byte == b' ' => {}
            State::Number => self.state = State::Rest,
            State::Rest => {}
        }
    }
}

/// The first four bytes of `+QFTP…`.
const FTP: u32 = u32::from_be_bytes(*b"+QFT");

/// By hand, a byte at a time.
#[must_use]
pub fn byte_machine(exchanges: &[Exchange], piece: usize) -> Seen {
    let mut machine = Machine::default();
    for exchange in exchanges {
        for piece in pieces(black_box(&exchange.answer), piece) {
            for byte in piece {
                machine.byte(*byte);
            }
        }
    }
    Seen { answers: machine.lines, failures: machine.failures }
}
