//! What spells its own end: file contents, and names in a listing.

use super::*;
use crate::server::Server;

/// The words that end a download of this verb after so many bytes.
fn words(verb: Verb, count: usize) -> String {
    format!("\r\nOK\r\n\r\n{}: 0,{count}\r\n", verb.name())
}

/// Writes the end of a download into the middle of a file, with the count that is right there.
pub(super) fn spell(contents: &mut [u8]) {
    let at = contents.len() / 2;
    let words = words(Verb::QftpGet, at);
    if let Some(place) = contents.get_mut(at..at + words.len()) {
        place.copy_from_slice(words.as_bytes());
    }
}

/// Behind which byte such an end stands, with something still to come.
pub(super) fn find(bytes: &[u8], verb: Verb) -> Option<u64> {
    let ends = (0..bytes.len()).find_map(|at| {
        let words = words(verb, at);
        bytes[at..].starts_with(words.as_bytes()).then(|| at + words.len())
    });
    ends.filter(|end| *end < bytes.len()).map(|end| end as u64)
}

/// Puts a file on the server whose name spells the end of a listing: behind which byte of the listing it does.
pub(super) fn name(server: &Server, kind: ListKind) -> Option<u64> {
    let verb = kind.verb();
    let path = |count| format!("/b{}z", words(verb, count));
    // Only the count changes the name, and only its digits the listing.
    let mut count = 0;
    for _ in 0..4 {
        server.files.add_file(&path(count), &b"odd"[..]);
        let listing = server.listing(kind);
        if let Some(end) = find(&listing, verb) {
            return Some(end);
        }
        server.files.remove_file(&path(count));
        let begins = words(verb, count);
        count = listing.windows(begins.len()).position(|window| window == begins.as_bytes())?;
    }
    None
}

impl Run<'_> {
    /// A download or a listing has succeeded: if it spelled its own end, that was no end.
    pub(super) fn false_end_was_data(&mut self) {
        let struck = self.world.server.struck.iter().chain(self.world.mishaps.last());
        if struck.into_iter().any(|mishap| matches!(mishap, Mishap::FalseEnd(_))) {
            self.tally.holds(Invariant::FalseEnd);
        }
    }
}
