/// Copies as many bytes as both sides have; says how many. Unlike `copy_from_slice` it has no panic in it.
pub(crate) fn copy(to: &mut [u8], from: &[u8]) -> usize {
    let len = to.len().min(from.len());
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
    len
}
