//! One operation of a client at a time: without the interpreter lock, to its end, an abort or a close.

use std::process;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError, TryLockError};
use std::thread::{self, ThreadId};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use qftp_core::session::SessionState;
use qftp_transport::{Error, Progress, Report};

use crate::client::Client;
use crate::error;
use crate::inner::Inner;
use crate::login::Ftps;

/// A child that was forked has a copy: closing that would speak for the parent on its port, and end
/// its recording twice. So the copy is left as it is.
impl Drop for Client {
    fn drop(&mut self) {
        if self.process != process::id() {
            let inner = self.inner.get_mut().unwrap_or_else(PoisonError::into_inner).take();
            std::mem::forget(inner);
        }
    }
}

impl Client {
    pub(crate) fn runner(&self) -> MutexGuard<'_, Option<ThreadId>> {
        // Held for a moment only, and never while Python is called.
        self.runner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One operation, without the interpreter lock.
    pub(crate) fn run<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut Inner) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        if self.process != process::id() {
            let text = "this connection was opened before a fork; the child must open one of its own";
            return Err(PyRuntimeError::new_err(text));
        }
        let mut place = match self.inner.try_lock() {
            Ok(inner) => inner,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => {
                return Err(error::misuse(
                    py,
                    "an operation is under way, in another thread or around this callback; one at a time",
                ));
            }
        };
        *self.runner() = Some(thread::current().id());
        // What was cancelled before is over. Whoever closes says so first and cancels then.
        let _ = self.cancel.take();
        self.aborted.store(false, Ordering::SeqCst);
        let worked = match place.as_mut() {
            Some(inner) if !self.closing.load(Ordering::SeqCst) => Some(py.detach(move || work(inner))),
            _ => None,
        };
        *self.runner() = None;
        let _ = self.cancel.take();
        let tls = place.as_ref().and_then(|inner| inner.access.ftps.as_ref()).map(Ftps::tls);
        let exception = |error: &Error| error::exception(py, error, tls.as_ref());
        let aborted = self.aborted.load(Ordering::SeqCst);
        let end = match (worked, self.raised.take()) {
            (None, _) => Err(error::misuse(py, "the port has been closed")),
            (Some(_), Some(raised)) => Err(raised),
            // All had passed already, and yet it was to be no more.
            (Some(Ok(_)), None) if aborted => {
                Err(exception(&Error::Cancelled { transferred: 0, state: SessionState::Usable }))
            }
            (Some(Ok(value)), None) => Ok(value),
            (Some(Err(failed)), None) => Err(exception(&failed)),
        };
        if self.closing.load(Ordering::SeqCst)
            && let Some(mut inner) = place.take()
        {
            let recorded = py.detach(|| inner.client.stop_recording());
            recorded.map_err(PyErr::from).or_else(|error| if end.is_err() { Ok(()) } else { Err(error) })?;
        }
        end
    }

    /// Aborts what is under way, if anything is.
    pub(crate) fn abort(&self) {
        let runner = *self.runner();
        if runner == Some(thread::current().id()) {
            self.aborted.store(true, Ordering::SeqCst);
        }
        if runner.is_some() {
            self.cancel.cancel();
        }
    }

    /// Aborts what is under way and lets go of the port: now, or when the operation around this call ends.
    pub(crate) fn let_go(&self, py: Python<'_>) -> PyResult<()> {
        if self.process != process::id() {
            return Ok(());
        }
        self.closing.store(true, Ordering::SeqCst);
        let runner = *self.runner();
        if runner.is_some() {
            self.cancel.cancel();
        }
        if runner == Some(thread::current().id()) {
            return Ok(());
        }
        py.detach(|| {
            let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
            inner.map_or(Ok(()), |mut inner| inner.client.stop_recording())
        })?;
        Ok(())
    }

    /// One operation that tells callbacks how far it is and what happens between attempts.
    pub(crate) fn with_hooks<T: Send>(
        &self,
        py: Python<'_>,
        progress: Option<Py<PyAny>>,
        report: Option<Py<PyAny>>,
        work: impl FnOnce(&mut Inner, &mut dyn FnMut(Report)) -> Result<T, Error> + Send,
    ) -> PyResult<T> {
        let (raised, cancel) = (self.raised.clone(), self.cancel.clone());
        let call = move |callback: &Py<PyAny>, arguments: Arguments| {
            let called = Python::attach(|py| match arguments {
                Arguments::Progress(progress) => callback.call1(py, (progress.done, progress.total)),
                Arguments::Report(text) => callback.call1(py, (text,)),
            });
            if let Err(error) = called {
                raised.keep(error);
                cancel.cancel();
            }
        };
        let tell = call.clone();
        self.run(py, move |inner| {
            inner.client.set_progress(progress.map(|callback| {
                Box::new(move |progress| call(&callback, Arguments::Progress(progress)))
                    as Box<dyn FnMut(_) + Send>
            }));
            let mut report = |told: Report| {
                if let Some(callback) = &report {
                    tell(callback, Arguments::Report(told.to_string()));
                }
            };
            let worked = work(inner, &mut report);
            inner.client.set_progress(None);
            worked
        })
    }
}

enum Arguments {
    Progress(Progress),
    Report(String),
}
