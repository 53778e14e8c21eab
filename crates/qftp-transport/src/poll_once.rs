//! A look at a future that does not wait for it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What the future has at once, if anything.
pub(crate) fn poll_once<T>(future: impl Future<Output = T>) -> Poll<T> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}
