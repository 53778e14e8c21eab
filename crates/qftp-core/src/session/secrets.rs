//! Lines that must not be told.

use super::state::State;
use crate::mutation::{Mutation, mutated};
use crate::wire::{Line, find, secret_start};

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
        let account = &self.account;
        let secrets =
            [account.password.as_bytes(), account.apn_password.as_bytes(), account.tls.key_password()];
        // Whatever has a quotation mark behind it: no password has one within.
        let mut rest = text;
        let mut is_first = true;
        while let Some((parameter, [_, tail @ ..])) =
            find(rest, b'"').and_then(|quote| rest.split_at_checked(quote))
        {
            let is_it =
                |secret: &&[u8]| if is_first { secret.ends_with(parameter) } else { *secret == parameter };
            if !parameter.is_empty() && secrets.iter().any(is_it) {
                return true;
            }
            is_first = false;
            rest = tail;
        }
        false
    }
}
