/// The checksum of `AT+QFUPL` and `AT+QFDWL`: the XOR of the data taken as big-endian 16-bit words.
///
/// An odd last byte counts as the high half of a word. The order of the bytes within a word matters, the order of
/// the words does not, so this proves a transfer over the line and nothing more.
///
/// ```
/// use qftp_core::Checksum;
/// let mut sum = Checksum::new();
/// sum.update(b"AB");
/// sum.update(b"C");
/// assert_eq!(sum.value(), 0x0242);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    word: u16,
    odd: bool,
}

impl Checksum {
    /// The checksum of no data: 0.
    #[must_use]
    pub const fn new() -> Self {
        Self { word: 0, odd: false }
    }

    /// Adds `data`; any split of the same data gives the same value.
    pub fn update(&mut self, data: &[u8]) {
        let mut rest = data;
        if self.odd
            && let Some((first, tail)) = rest.split_first()
        {
            self.word ^= u16::from(*first);
            self.odd = false;
            rest = tail;
        }
        let (words, last) = rest.as_chunks::<2>();
        self.word = words.iter().fold(self.word, |sum, word| sum ^ u16::from_be_bytes(*word));
        if let [byte] = last {
            self.word ^= u16::from(*byte) << 8;
            self.odd = true;
        }
    }

    /// The value so far; the module prints it in lower-case hexadecimal without padding.
    #[must_use]
    pub const fn value(self) -> u16 {
        self.word
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    fn sum(data: &[u8]) -> u16 {
        let mut sum = Checksum::new();
        sum.update(data);
        sum.value()
    }

    #[test]
    fn vectors_measured_on_real_modules() {
        assert_eq!(sum(&[1, 2, 3, 4]), 0x0206);
        assert_eq!(sum(b"ABC"), 0x0242);
        assert_eq!(sum(b""), 0);
    }

    #[test]
    fn any_split_gives_the_same_value() {
        let data: std::vec::Vec<u8> = (0..=250).collect();
        for cut in 0..data.len() {
            let mut split = Checksum::new();
            split.update(&data[..cut]);
            split.update(&data[cut..]);
            assert_eq!(split.value(), sum(&data), "cut at {cut}");
        }
    }
}
