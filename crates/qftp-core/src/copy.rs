/// Copies as many bytes as both sides have; says how many. Unlike `copy_from_slice` it has no panic in it.
#[inline(never)] // One for all: it stands in many places.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let len = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..len), from.get(..len)) {
        to.copy_from_slice(from);
    }
    len
}

/// Moves the bytes of this range to the front of their buffer; gives how many there were. Ranges beyond the buffer have fewer: no panic
/// path is left, as `copy_within` would leave one.
pub(crate) fn move_to_front(buf: &mut [u8], from: usize, to: usize) -> usize {
    let mut count = 0;
    for at in from..to {
        let Some(byte) = buf.get(at).copied() else { break };
        if let Some(slot) = buf.get_mut(count) {
            *slot = byte;
        }
        count = count.wrapping_add(1);
    }
    count
}
