//! Listings: entries lie within their lines, and cuts do not matter.

use qftp_core::listing::{self, Entry, Lines};

/// The first byte says how the rest, a listing, is cut.
pub fn listing(bytes: &[u8]) {
    let Some((cut, rest)) = bytes.split_first() else { return };
    let whole = lines(rest, rest.len().max(1));
    assert_eq!(lines(rest, usize::from(*cut) + 1), whole, "another cut, other lines");
    for line in &whole {
        let entries = [listing::long(line), listing::name(line), listing::facts(line)];
        for entry in entries.iter().flatten() {
            within(entry, line);
        }
    }
}

fn lines(listing: &[u8], cut: usize) -> Vec<Vec<u8>> {
    let mut reader = Lines::<64>::new();
    let mut all = Vec::new();
    for mut piece in listing.chunks(cut) {
        while !piece.is_empty() {
            let (used, line) = reader.read(piece);
            assert!(used > 0, "a reader that takes nothing");
            all.extend(line.map(<[u8]>::to_vec));
            piece = &piece[used..];
        }
    }
    all.extend(reader.last().map(<[u8]>::to_vec));
    all
}

fn within(entry: &Entry<'_>, line: &[u8]) {
    assert!(!entry.name.is_empty() && entry.name != b"." && entry.name != b"..", "{entry:?}");
    for part in [Some(entry.name), entry.modified, entry.target].into_iter().flatten() {
        assert!(
            line.as_ptr_range().start <= part.as_ptr() && part.as_ptr_range().end <= line.as_ptr_range().end
        );
    }
}
