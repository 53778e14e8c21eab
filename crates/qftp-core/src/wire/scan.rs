//! Looking through bytes a word at a time.

const WORD: usize = size_of::<usize>();
/// This byte in each byte of a word.
const fn each(byte: u8) -> usize {
    usize::MAX / 0xFF * byte as usize
}

/// Where the first of a byte stands.
pub(crate) fn find(bytes: &[u8], byte: u8) -> Option<usize> {
    let wanted = each(byte);
    first(bytes, |word| zeros(word ^ wanted), |each| each == byte)
}

/// Where the first byte below a space stands.
pub(super) fn find_control(bytes: &[u8]) -> Option<usize> {
    first(bytes, |word| word.wrapping_sub(each(0x20)) & !word & each(0x80), |byte| byte < 0x20)
}

/// The high bit of each byte that is zero. The lowest of them is right, those above it may not be.
const fn zeros(word: usize) -> usize {
    word.wrapping_sub(each(1)) & !word & each(0x80)
}

#[inline(always)]
fn first(bytes: &[u8], marks: impl Fn(usize) -> usize, is: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = 0usize;
    let mut rest = bytes;
    while let Some((word, tail)) = rest.split_first_chunk::<WORD>() {
        let marked = marks(usize::from_le_bytes(*word));
        if marked != 0 {
            return Some(at.wrapping_add((marked.trailing_zeros() / u8::BITS) as usize));
        }
        rest = tail;
        at = at.wrapping_add(WORD);
    }
    for byte in rest {
        if is(*byte) {
            return Some(at);
        }
        at = at.wrapping_add(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    proptest! {
        #[test]
        fn as_a_loop_would(bytes in proptest::collection::vec(prop_oneof![0u8..=255, 0x1Eu8..0x22, Just(b',')], 0..40)) {
            let bytes: Vec<u8> = bytes;
            for wanted in [b',', 0, b'"', 0xFF] {
                prop_assert_eq!(find(&bytes, wanted), bytes.iter().position(|byte| *byte == wanted));
            }
            prop_assert_eq!(find_control(&bytes), bytes.iter().position(|byte| *byte < 0x20));
        }
    }
}
