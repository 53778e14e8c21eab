//! Lines that must not be told.

use super::state::State;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Line, secret_start};

impl State {
    /// Whether a line may be told. Information hides its own secrets; the echo of a login may come late where the line was stuck, to
    /// whatever is under way by then, and after a byte of noise.
    pub(crate) fn may_tell(&self, text: &[u8]) -> bool {
        let looks_secret = secret_start(text).is_some() || self.is_secret(text);
        !looks_secret || mutated(Mutation::SecretTold) || matches!(Line::parse(text), Line::Info(_))
    }

    /// Whether a password of ours stands in it as a parameter does, whatever became of the rest of the line; also its end alone, where the
    /// beginning of the line came too early.
    fn is_secret(&self, text: &[u8]) -> bool {
        let is_quote = |byte: &u8| *byte == b'"';
        // Whatever has a quotation mark behind it: no password has one within.
        let Some(closed) = text.iter().rposition(is_quote).and_then(|last| text.get(..last)) else {
            return false;
        };
        [self.account.password.as_bytes(), self.account.apn_password.as_bytes(), self.account.tls.key_password()].into_iter().any(
            |secret| {
                let mut parameters = closed.split(is_quote);
                let end = parameters.next().unwrap_or_default();
                let ends = !end.is_empty() && secret.ends_with(end);
                !secret.is_empty() && (ends || parameters.any(|parameter| parameter == secret))
            },
        )
    }
}
