//! A look at all that passes the port, for logs and recordings.

use std::time::Duration;

use qftp_core::session::Config;
use qftp_core::wire::Line;

use super::operation::Operation;

/// Sees what passes the port. Commands and answers come a line at a time, with its line end, and with secrets replaced by `***`.
pub trait Tap: Send {
    /// Bytes that went to the module, so long after the client was made.
    fn sent(&mut self, at: Duration, kind: Kind, bytes: &[u8]);
    /// Bytes that came from it.
    fn received(&mut self, at: Duration, kind: Kind, bytes: &[u8]);
    /// A line that belonged to no operation; its bytes were shown as well.
    fn urc(&mut self, _at: Duration, _line: &Line<'_>) {}
    /// How the session of the client is set; told once, before anything else.
    fn configured(&mut self, _at: Duration, _config: &Config) {}
    /// An operation began.
    fn began(&mut self, _at: Duration, _operation: &Operation<'_>) {}
    /// It was aborted, and has still to end.
    fn aborted(&mut self, _at: Duration) {}
    /// It ended: `ok` with its value, or `failed` with the reason.
    fn ended(&mut self, _at: Duration, _outcome: &str) {}
}

/// What bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A command or an answer.
    Line,
    /// Bytes of a file.
    Data,
}
