//! Two ports in one process, joined back to back: what one writes, the other reads.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::port::{Port, gone};
use crate::tcp::left;

/// One end of a pair made by [`pipe`].
#[derive(Debug)]
pub struct Pipe {
    input: Arc<Lane>,
    output: Arc<Lane>,
}

/// A pair of ports; each direction holds at most `capacity` bytes that nobody has read yet.
#[must_use]
pub fn pipe(capacity: usize) -> (Pipe, Pipe) {
    let (there, back) = (Arc::new(Lane::new(capacity)), Arc::new(Lane::new(capacity)));
    (Pipe { input: back.clone(), output: there.clone() }, Pipe { input: there, output: back })
}

/// One direction.
#[derive(Debug)]
struct Lane {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
}

#[derive(Debug, Default)]
struct State {
    bytes: VecDeque<u8>,
    closed: bool,
}

impl Lane {
    fn new(capacity: usize) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), capacity: capacity.max(1) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the condition holds or the time is over.
    fn wait(&self, wait: Duration, ready: impl Fn(&State) -> bool) -> MutexGuard<'_, State> {
        let began = Instant::now();
        let mut state = self.lock();
        while !ready(&state) && !left(began, wait).is_zero() {
            let waited = self.changed.wait_timeout(state, left(began, wait));
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        state
    }

    fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }
}

impl Port for Pipe {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        let mut state = self.input.wait(wait, |state| state.closed || !state.bytes.is_empty());
        if state.bytes.is_empty() && state.closed {
            return Err(gone("the pipe"));
        }
        let count = buf.len().min(state.bytes.len());
        for (to, from) in buf.iter_mut().zip(state.bytes.drain(..count)) {
            *to = from;
        }
        self.input.changed.notify_all();
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        let capacity = self.output.capacity;
        let mut state = self.output.wait(wait, |state| state.closed || state.bytes.len() < capacity);
        if state.closed {
            return Err(gone("the pipe"));
        }
        let count = bytes.len().min(capacity - state.bytes.len());
        state.bytes.extend(&bytes[..count]);
        self.output.changed.notify_all();
        Ok(count)
    }

    fn name(&self) -> String {
        "pipe".to_owned()
    }
}

impl Drop for Pipe {
    fn drop(&mut self) {
        self.input.close();
        self.output.close();
    }
}
