use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Ends the present operation of a client, from another thread or from a signal handler.
///
/// The client leaves data mode, brings the line in order and returns [`Error::Cancelled`](super::Error::Cancelled). Used while
/// nothing is under way, it ends the next operation before it begins.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// A handle that belongs to no client yet; see [`Client::set_cancel`](super::Client::set_cancel).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Ends the present operation, or else the next. Safe in a signal handler: it stores one flag.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody cancelled and no client has taken note yet.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Takes note: whether somebody cancelled since the last time. An operation does this by itself.
    #[must_use]
    pub fn take(&self) -> bool {
        self.is_cancelled() && self.0.swap(false, Ordering::Relaxed)
    }
}
