//! Which bytes at the end of data could be the module's words.

use super::spoken::{Speaker, Spoken};
use crate::limits;
use crate::wire::{NAMES, is_end, is_names};

/// The longest end of data that is held back: the module's words after it, and a few URCs among them.
pub(crate) const WINDOW: usize = limits::WORDS;

/// Where in `bytes` an end starts that could be the module's words; the length of `bytes` when there is none.
pub(crate) fn end_of_data(bytes: &[u8], speaker: Speaker) -> usize {
    let from = bytes.len().saturating_sub(WINDOW);
    let window = bytes.get(from..).unwrap_or_default();
    let mut at = 0;
    while let Some(rest) = window.get(at..) {
        let Some(next) = rest.iter().position(|byte| is_end(*byte)) else { break };
        at = at.saturating_add(next);
        if window.get(at..).is_some_and(|words| could_be_words(words, speaker)) {
            return from.saturating_add(at);
        }
        at = at.saturating_add(1);
    }
    bytes.len()
}

/// Whether `words`, which begin with CR or LF, are lines of the module from their first to their last byte, as far as they go.
pub(crate) fn could_be_words(words: &[u8], speaker: Speaker) -> bool {
    // At most a blank line stands between two lines: more line ends in a row are text.
    let blank = words.iter().take_while(|byte| is_end(**byte)).count();
    let Some(first) = words.get(blank..).filter(|_| blank <= 4) else { return false };
    match first.iter().position(|byte| is_end(*byte)) {
        None => could_begin(first, speaker.own),
        Some(end) => {
            let (line, rest) = first.split_at_checked(end).unwrap_or((first, b""));
            speaker.hears(line).is_some_and(Spoken::is_word)
                && rest.iter().all(|byte| is_end(*byte) || (b' '..=b'~').contains(byte))
        }
    }
}

/// Whether a line without its end can still become such a line.
fn could_begin(start: &[u8], own: &[u8]) -> bool {
    const WORDS: [&[u8]; 10] = [
        b"OK",
        b"ERROR",
        b"NO CARRIER",
        b"RDY",
        b"POWERED DOWN",
        b"+CME ERROR:",
        b"+QIURC:",
        b"+QFTPCLOSE:",
        b"+QFTPSTAT:",
        b"+QIND:",
    ];
    let names = NAMES.into_iter().filter(|_| is_names(own));
    WORDS.into_iter().chain([own]).chain(names).any(|word| match start.split_at_checked(word.len()) {
        None => word.starts_with(start),
        Some((head, rest)) => {
            head == word && rest.len() < 96 && rest.iter().all(|byte| (b' '..=b'~').contains(byte))
        }
    })
}
