//! Names for files that are not whole yet.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

/// Most bytes of the file's own name in a temporary one: file systems and servers take 143 bytes or
/// more.
const STEM: usize = 64;

/// A number that stands for these texts, the same in every run (FNV-1a).
pub(crate) fn number_of(parts: &[&[u8]]) -> u64 {
    let with_ends = parts.iter().flat_map(|part| part.iter().copied().chain([0]));
    with_ends.fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A number that no other run has.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// `NAME.NUMBER`, of a length that fits everywhere, cut between two characters.
pub(crate) fn temporary(name: &str, number: u64) -> String {
    let mut stem = name.len().min(STEM);
    while !name.is_char_boundary(stem) {
        stem -= 1;
    }
    format!("{}.{number:016x}", &name[..stem])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_fits_whatever_the_name() {
        assert_eq!(temporary("a.txt", 1), "a.txt.0000000000000001");
        for name in ["x".repeat(255), "ü".repeat(127), "語".repeat(85)] {
            let made = temporary(&name, u64::MAX);
            assert!(made.len() <= STEM + 17 && made.len() >= STEM + 14, "{made}");
        }
    }

    #[test]
    fn texts_are_not_run_together() {
        assert_ne!(number_of(&[b"ab", b"c"]), number_of(&[b"a", b"bc"]));
        assert_eq!(number_of(&[b"ab", b"c"]), number_of(&[b"ab", b"c"]));
        assert_ne!(random(), random());
    }
}
