//! Lines that must not be told.

use super::state::State;
use crate::wire::{Line, secret_start};

impl State {
    /// Whether a secret is to be read in a line. Information hides its own; the echo of a login may come late where the line was stuck,
    /// to whatever is under way by then, and after a byte of noise.
    pub(super) fn shows_secret(&self, line: &Line<'_>, text: &[u8]) -> bool {
        match line {
            Line::Info(_) => false,
            Line::Text(_) => secret_start(text).is_some() || self.is_secret(text),
            _ => secret_start(text).is_some(),
        }
    }

    /// Whether a password of ours stands in it as a parameter does, whatever became of the rest of the line; also its end alone, where the
    /// beginning of the line came too early.
    fn is_secret(&self, text: &[u8]) -> bool {
        let holds = |secret: &[u8]| {
            let tail = |at: usize| text.get(at..).and_then(|tail| tail.strip_prefix(secret));
            let whole = (1..text.len()).any(|at| {
                tail(at).is_some_and(|rest| rest.first() == Some(&b'"'))
                    && at.checked_sub(1).and_then(|quote| text.get(quote)) == Some(&b'"')
            });
            let end = (0..secret.len())
                .filter_map(|from| secret.get(from..))
                .any(|end| text.strip_prefix(end).is_some_and(|rest| rest.first() == Some(&b'"')));
            !secret.is_empty() && (whole || end)
        };
        holds(self.password.as_bytes()) || holds(self.wanted.password()) || holds(self.tls.key_password())
    }
}
