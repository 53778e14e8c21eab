//! The operations: each a machine that says, of a step and what came of it, what comes next. They send nothing and know no session;
//! [`State`](super::state::State) carries out what they say.

mod get;
mod open;
mod put;
mod recover;
mod setup;
#[cfg(test)]
mod tests;
mod work;

pub(crate) use get::GetStep;
pub(crate) use open::OpenStep;
pub(crate) use put::PutStep;
pub(crate) use recover::{LeftOnLine, RecoverStep, Recovery};
pub(crate) use setup::SetupStep;
pub use work::End;
pub(crate) use work::{Next, Shape, Work};

/// The operation under way, and its step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Idle,
    /// One command whose answer is the result.
    Single(Shape),
    Setup(SetupStep),
    Open(OpenStep),
    /// A change of the working directory, which is kept for a login after an abort.
    Cwd,
    List,
    Get(GetStep),
    Put(PutStep),
    FileRead,
    FileWrite,
    /// `AT+CFUN=1,1`, and the wait for `RDY`.
    Restart,
    Recover(RecoverStep),
}
