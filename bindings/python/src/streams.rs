//! Python's files and callbacks as readers and writers.

use std::io::{self, Read, Write};

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::port::Raised;

/// Calls a function with every block of data: all of them of one size but the last, as ftplib does.
pub(crate) struct Blocks<'a> {
    callback: &'a Py<PyAny>,
    raised: &'a Raised,
    block: Vec<u8>,
    size: usize,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(callback: &'a Py<PyAny>, raised: &'a Raised, size: usize) -> Self {
        Self { callback, raised, block: Vec::with_capacity(size), size }
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let called = Python::attach(|py| self.callback.call1(py, (PyBytes::new(py, &self.block),)).map(drop));
        self.block.clear();
        called.map_err(|error| self.raised.keep_as_io(error))
    }

    /// The last block, if there is one.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        if self.block.is_empty() { Ok(()) } else { self.hand_on() }
    }
}

impl Write for Blocks<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(self.size - self.block.len()));
            self.block.extend(now);
            rest = later;
            if self.block.len() == self.size {
                self.hand_on()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads from a Python file, block by block, and tells a callback about each.
pub(crate) struct Source<'a> {
    file: &'a Py<PyAny>,
    callback: Option<&'a Py<PyAny>>,
    raised: &'a Raised,
    size: usize,
    block: Option<Py<PyBytes>>,
    at: usize,
}

impl<'a> Source<'a> {
    pub(crate) fn new(
        file: &'a Py<PyAny>,
        callback: Option<&'a Py<PyAny>>,
        raised: &'a Raised,
        size: usize,
    ) -> Self {
        Self { file, callback, raised, size, block: None, at: 0 }
    }

    fn take(&mut self, py: Python<'_>, buf: &mut [u8]) -> PyResult<usize> {
        if self.block.as_ref().is_none_or(|block| self.at == block.bind(py).as_bytes().len()) {
            self.told(py)?;
            let read = self.file.call_method1(py, "read", (self.size,))?;
            self.block = Some(read.bind(py).cast::<PyBytes>()?.clone().unbind());
            self.at = 0;
        }
        let Some(block) = &self.block else { return Ok(0) };
        let rest = block.bind(py).as_bytes().get(self.at..).unwrap_or_default();
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        self.at += len;
        Ok(len)
    }

    /// The block before has been sent.
    fn told(&mut self, py: Python<'_>) -> PyResult<()> {
        let block = self.block.take().filter(|block| !block.bind(py).as_bytes().is_empty());
        if let (Some(block), Some(callback)) = (block, self.callback) {
            callback.call1(py, (block,))?;
        }
        Ok(())
    }

    /// All was sent: the last block too.
    pub(crate) fn finish(mut self) -> PyResult<()> {
        Python::attach(|py| self.told(py))
    }
}

impl Read for Source<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        Python::attach(|py| self.take(py, buf)).map_err(|error| self.raised.keep_as_io(error))
    }
}
