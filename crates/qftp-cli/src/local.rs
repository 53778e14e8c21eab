//! Files of this machine; `-` is standard input or output.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::exit::Problem;

/// Whether the path means standard input or output.
pub(crate) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Something to read.
pub(crate) enum Source {
    /// A file, and its length.
    File(File, u64),
    /// Standard input, or something else of no known length.
    Stream(Box<dyn Read>),
}

impl Source {
    pub(crate) fn open(path: &Path) -> Result<Self, Problem> {
        if is_standard(path) {
            return Ok(Self::Stream(Box::new(io::stdin().lock())));
        }
        let fault = |error: io::Error| Problem::local(path, &error);
        let file = File::open(path).map_err(fault)?;
        let about = file.metadata().map_err(fault)?;
        if about.is_dir() {
            return Err(fault(io::ErrorKind::IsADirectory.into()));
        }
        Ok(if about.is_file() { Self::File(file, about.len()) } else { Self::Stream(Box::new(file)) })
    }

    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::File(_, len) => Some(*len),
            Self::Stream(_) => None,
        }
    }
}
