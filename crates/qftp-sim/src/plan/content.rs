//! What files are made of.

use crate::rng::Rng;

/// A file's content: what it is made of, and from which seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Length in bytes.
    pub len: u64,
    /// What it is made of.
    pub kind: Stuff,
    /// Chance.
    pub seed: u64,
}

/// What files are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stuff {
    /// Any bytes.
    Noise,
    /// Plus signs, here and there something else.
    Plus,
    /// What the module says.
    Words,
    /// What a host says: commands that would do harm.
    Commands,
    /// One byte again and again.
    Same(u8),
}

impl Content {
    /// The content of a seed.
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let len = match rng.below(40) {
            0 => 0,
            1..=5 => rng.between(1, 8),
            6..=20 => rng.between(9, 700),
            21..=38 => rng.between(700, 4100),
            _ => rng.between(4100, 65_536),
        };
        let kind = match rng.below(7) {
            0 => Stuff::Plus,
            1 | 2 => Stuff::Words,
            3 => Stuff::Commands,
            4 => Stuff::Same(*rng.pick(b"+++\r\n\0A\xFF")),
            _ => Stuff::Noise,
        };
        // Three plus signs alone are the escape.
        let escape = kind == Stuff::Same(b'+') && rng.one_in(2);
        Self { len: if escape { 3 } else { len }, kind, seed: rng.bits() }
    }

    /// The bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        const WORDS: [&[u8]; 10] = [
            b"\r\nOK\r\n",
            b"\r\n+QFTPGET: 0,1000\r\n",
            b"\r\n+QFTPPUT: 0,1000\r\n",
            b"\r\nCONNECT\r\n",
            b"\r\n+CME ERROR: 606\r\n",
            b"\r\nRDY\r\n",
            b"\r\nNO CARRIER\r\n",
            b"\r\n+CREG: 1\r\n",
            b"\r\n",
            b"some text",
        ];
        const COMMANDS: [&[u8]; 6] = [
            b"\rAT+QPOWD\r",
            b"\rAT+CFUN=1,1\r",
            b"\rAT+QFDEL=\"*\"\r",
            b"AT+QFTPDEL=\"else\"\r",
            b"+++",
            b"\rAT\r",
        ];
        let mut rng = Rng::new(self.seed);
        let len = usize::try_from(self.len).unwrap_or(0);
        let mut bytes = Vec::with_capacity(len + 32);
        while bytes.len() < len {
            match self.kind {
                Stuff::Noise => bytes.extend(rng.bits().to_le_bytes()),
                Stuff::Plus if rng.one_in(6) => bytes.push(b'x'),
                Stuff::Plus => bytes.extend(b"+++"),
                Stuff::Words => bytes.extend(*rng.pick(&WORDS)),
                Stuff::Commands => bytes.extend(*rng.pick(&COMMANDS)),
                Stuff::Same(byte) => bytes.resize(len, byte),
            }
        }
        bytes.truncate(len);
        bytes
    }
}
