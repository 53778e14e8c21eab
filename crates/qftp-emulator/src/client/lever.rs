//! Ending another thread's wait on a socket.

use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Handles on the sockets that the client's thread may be waiting on.
#[derive(Debug, Clone, Default)]
pub(super) struct Lever(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    control: Mutex<Option<TcpStream>>,
    data: Mutex<Option<TcpStream>>,
    /// An abort is on its way that the thread has not taken up yet.
    pulled: AtomicBool,
    /// The emulator is gone.
    cut: AtomicBool,
}

impl Lever {
    pub(super) fn hold_control(&self, socket: &TcpStream) {
        *lock(&self.0.control) = socket.try_clone().ok();
        self.settle(&self.0.control);
    }

    pub(super) fn hold_data(&self, socket: &TcpStream) {
        *lock(&self.0.data) = socket.try_clone().ok();
        self.settle(&self.0.data);
    }

    pub(super) fn release_data(&self) {
        *lock(&self.0.data) = None;
    }

    /// Ends whatever the thread is waiting for. A transfer ends with its data connection, the session may live on;
    /// without a transfer only closing the control connection ends a wait.
    pub(super) fn pull(&self) {
        self.0.pulled.store(true, Ordering::SeqCst);
        if !shut(&self.0.data) {
            shut(&self.0.control);
        }
    }

    /// Closes everything for good.
    pub(super) fn cut(&self) {
        self.0.cut.store(true, Ordering::SeqCst);
        shut(&self.0.data);
        shut(&self.0.control);
    }

    /// Takes up the abort: from here on waits are waits again.
    pub(super) fn reset(&self) {
        self.0.pulled.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_pulled(&self) -> bool {
        self.0.pulled.load(Ordering::SeqCst) || self.0.cut.load(Ordering::SeqCst)
    }

    /// The lever may have been pulled just before the socket was there to be shut.
    fn settle(&self, socket: &Mutex<Option<TcpStream>>) {
        if self.is_pulled() {
            shut(socket);
        }
    }
}

fn shut(socket: &Mutex<Option<TcpStream>>) -> bool {
    match lock(socket).as_ref() {
        // It may be closed already; then there is no wait to end.
        Some(socket) => socket.shutdown(Shutdown::Both).is_ok(),
        None => false,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
