//! What a fault of the line has struck.

use crate::line::{Harm, Struck, Way};

/// A fault of the line that has struck, and what it struck.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Damage {
    /// What and where.
    pub harm: Harm,
    /// The operation of the session during which it struck.
    pub attempt: u64,
    /// Whether it struck file data and nothing else.
    pub in_data: bool,
}

impl Damage {
    /// Of what struck in an attempt; `data` is where on the way down its file data was. Time alone does no damage.
    pub(crate) fn of(struck: &Struck, attempt: u64, data: Option<&std::ops::Range<u64>>) -> Option<Self> {
        let (harm, span) = match struck.harm {
            Harm::Stall(_) => return None,
            Harm::Drop(count) | Harm::Double(count) => (struck.harm, count),
            Harm::Flip(_) => (struck.harm, 1),
        };
        let in_data = match struck.way {
            Way::Up => struck.data,
            Way::Down => data.is_some_and(|data| data.contains(&struck.at) && struck.at + span <= data.end),
        };
        Some(Self { harm, attempt, in_data })
    }
}

/// What can be said of an operation on whose line something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// Nothing happened since the set-up that the session stands on.
    Sound,
    /// File data of this operation was lost, nothing else.
    Lost,
    /// File data of this operation came twice, nothing else.
    Added,
    /// One bit of the file data of this operation was flipped, nothing else.
    Flipped,
    /// File data of this operation, in several ways.
    Data,
    /// Commands or answers, or something before.
    Words,
}

impl Line {
    pub(crate) fn of(damages: &[Damage], attempt: u64) -> Self {
        let mine = damages.iter().all(|damage| damage.attempt == attempt && damage.in_data);
        let all = |of: fn(&Harm) -> bool| damages.iter().all(|damage| of(&damage.harm));
        match damages {
            [] => Self::Sound,
            _ if !mine => Self::Words,
            _ if all(|harm| matches!(harm, Harm::Drop(_))) => Self::Lost,
            _ if all(|harm| matches!(harm, Harm::Double(_))) => Self::Added,
            [Damage { harm: Harm::Flip(_), .. }] => Self::Flipped,
            _ => Self::Data,
        }
    }
}
