//! Listings as entries.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use qftp_core::listing::{self, Kind};

use crate::error::misuse;

/// Name, kind, size, time and link target of an entry.
type Entry<'py> = (
    Bound<'py, PyBytes>,
    &'static str,
    Option<u64>,
    Option<Bound<'py, PyBytes>>,
    Option<Bound<'py, PyBytes>>,
);

/// The entries of a listing: `form` is "long", "names" or "facts".
#[pyfunction]
pub(crate) fn entries<'py>(py: Python<'py>, form: &str, data: &[u8]) -> PyResult<Vec<Entry<'py>>> {
    let read = match form {
        "long" => listing::long,
        "names" => listing::name,
        "facts" => listing::facts,
        _ => return Err(misuse(py, "a listing is long, names or facts")),
    };
    let lines = data.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let bytes = |bytes| PyBytes::new(py, bytes);
    Ok(lines
        .filter_map(read)
        .map(|entry| {
            let kind = match entry.kind {
                Kind::File => "file",
                Kind::Dir => "dir",
                Kind::Link => "link",
                Kind::Other => "other",
            };
            (bytes(entry.name), kind, entry.size, entry.modified.map(bytes), entry.target.map(bytes))
        })
        .collect())
}
