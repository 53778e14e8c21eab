//! The names that certificates have in the module for a login.

use pyo3::prelude::*;
use qftp_core::wire::{FileInfo, Info, Line};
use qftp_transport::Certificates;

/// The names of CA, certificate and key: of this process alone.
#[pyfunction]
pub(crate) fn certificate_names() -> [&'static str; 3] {
    Certificates::names()
}

/// Whether a file of the module is one that a client of this library made for a login, by its name.
#[pyfunction]
pub(crate) fn is_certificate(name: &str) -> bool {
    Certificates::is_ours(name)
}

/// Name and size of a file of the module, from an information line of `AT+QFLST`.
#[pyfunction]
pub(crate) fn module_file(line: &[u8]) -> Option<(String, u64)> {
    match Line::parse(line) {
        Line::Info(Info::File(FileInfo::File { name, size })) => {
            Some((String::from_utf8_lossy(name).into_owned(), size))
        }
        _ => None,
    }
}
