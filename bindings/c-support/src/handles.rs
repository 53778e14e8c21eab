//! Handles that tell when they are used after their end.

use std::collections::BTreeMap;
use std::ptr;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::status::qftp_status::{self, QFTP_ERR_CLOSED, QFTP_ERR_MEMORY, QFTP_ERR_NULL};

/// What a handle stands for: the last digit of its number. No two kinds share a number, also across libqftp and libqftp_emulator, so that a handle of
/// another kind is refused.
#[derive(Clone, Copy, Debug)]
#[repr(usize)]
pub enum Kind {
    /// A client of libqftp.
    Client = 1,
    /// A listing of libqftp.
    List = 2,
    /// A module of libqftp_emulator.
    Emulator = 3,
}

/// All handles of one kind. What C holds is no address but a number that is never given twice: a handle that was given back, or is none, is
/// refused and never followed.
pub struct Handles<T> {
    live: Mutex<Live<T>>,
}

struct Live<T> {
    last: usize,
    all: BTreeMap<usize, Arc<T>>,
}

/// Apart from each other, and from what a small number in a pointer may be.
const STEP: usize = 16;

impl<T> Handles<T> {
    /// No handle yet.
    pub const fn new(kind: Kind) -> Self {
        Self { live: Mutex::new(Live { last: 0x1000 + kind as usize, all: BTreeMap::new() }) }
    }

    /// A handle for this value; QFTP_ERR_MEMORY where no number is left.
    pub fn add(&self, value: T) -> Result<*mut T, qftp_status> {
        let mut live = self.live();
        live.last = live.last.checked_add(STEP).ok_or(QFTP_ERR_MEMORY)?;
        let handle = live.last;
        live.all.insert(handle, Arc::new(value));
        Ok(ptr::without_provenance_mut(handle))
    }

    /// What stands behind a handle; it lives as long as the call that asks, even if it is given back meanwhile.
    pub fn get(&self, handle: *const T) -> Result<Arc<T>, qftp_status> {
        if handle.is_null() {
            return Err(QFTP_ERR_NULL);
        }
        self.live().all.get(&handle.addr()).cloned().ok_or(QFTP_ERR_CLOSED)
    }

    /// Ends a handle.
    pub fn remove(&self, handle: *const T) -> Result<Arc<T>, qftp_status> {
        self.live().all.remove(&handle.addr()).ok_or(QFTP_ERR_CLOSED)
    }

    fn live(&self) -> MutexGuard<'_, Live<T>> {
        lock(&self.live)
    }
}

/// Locks what is held for a moment only, and what no panic leaves half done.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The thread sanitizer sees what is compiled here, but not how the standard library waits.
    #[cfg(qftp_thread_sanitizer)]
    loop {
        match mutex.try_lock() {
            Ok(guard) => return guard,
            Err(std::sync::TryLockError::Poisoned(poisoned)) => return poisoned.into_inner(),
            Err(std::sync::TryLockError::WouldBlock) => std::thread::yield_now(),
        }
    }
    #[cfg(not(qftp_thread_sanitizer))]
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
