//! Files of this machine; `-` is standard input or output.

use std::io;
use std::path::Path;

use qftp_transport::LocalSource;

use crate::exit::Problem;

/// Whether the path means standard input or output. A file of that name is `./-`.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Opens what an upload comes from.
pub(crate) fn source(path: &Path) -> Result<LocalSource, Problem> {
    if is_standard(path) {
        return Ok(LocalSource::stream("standard input", Box::new(io::stdin())));
    }
    LocalSource::open(path).map_err(|error| Problem::file(&error))
}

/// The name of a local file, for a remote one that is not named; standard input has none.
pub(crate) fn own_name(path: &Path) -> Option<&str> {
    path.file_name().and_then(|name| name.to_str()).filter(|_| !is_standard(path))
}
