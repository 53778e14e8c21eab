/// Copies as many bytes as both sides have; says how many. Unlike `copy_from_slice` it has no panic in it.
#[inline(never)] // One for all: it stands in many places.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let len = to.len().min(from.len());
    if let (Some(to), Some(from)) = (to.get_mut(..len), from.get(..len)) {
        to.copy_from_slice(from);
    }
    len
}
