//! What uploads have lost on the line, beyond the port that they went over.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

/// How many bytes at most of files on a server are good, by the files' URLs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Losses(Arc<Mutex<BTreeMap<String, u64>>>);

impl Losses {
    pub(crate) fn get(&self, url: &str) -> Option<u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url).copied()
    }

    /// `None`: it is whole, or what the server has of it is as good as any.
    pub(crate) fn set(&self, url: String, good: Option<u64>) {
        let mut losses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match good {
            Some(good) => losses.insert(url, good),
            None => losses.remove(&url),
        };
    }
}

/// The same, for an object of Python that opens its port more than once.
#[pyclass(frozen, module = "qftp._qftp")]
#[derive(Default)]
pub(crate) struct Lost(Losses);

#[pymethods]
impl Lost {
    #[new]
    fn new() -> Self {
        Self::default()
    }
}

impl Lost {
    pub(crate) fn losses(&self) -> Losses {
        self.0.clone()
    }
}
