//! The extension module `qftp._qftp`: private. The public package around it is Python.

mod atomic;
mod certificates;
mod client;
mod dialogue;
mod error;
mod event;
mod findings;
mod inner;
mod job;
mod listing;
mod login;
mod lost;
mod module;
mod port;
mod running;
mod session;
mod streams;
mod target;
mod whole_files;

use pyo3::prelude::*;

/// What `qftp` is made of.
#[pymodule(gil_used = false)]
mod _qftp {
    #[pymodule_export]
    use super::atomic::AtomicUpload;
    #[pymodule_export]
    use super::certificates::{certificate_names, is_certificate, module_file};
    #[pymodule_export]
    use super::client::Client;
    #[pymodule_export]
    use super::job::Job;
    #[pymodule_export]
    use super::listing::entries;
    #[pymodule_export]
    use super::lost::Lost;
    #[pymodule_export]
    use super::module::{Module, faults, profiles};
    #[pymodule_export]
    use super::session::Session;
    #[pymodule_export]
    use super::target::{LocalTarget, url_of};
    use super::*;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))?;
        module.add("DEBUG_BUILD", cfg!(debug_assertions))
    }
}
