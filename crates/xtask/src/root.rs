//! Where things are.

use std::path::{Path, PathBuf};

/// The workspace's folder.
pub(crate) fn workspace() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.ancestors().nth(2).map_or_else(|| manifest.to_path_buf(), Path::to_path_buf)
}

/// What the tests need and the system does not have: fetched once, kept under `target/`.
pub(crate) fn tools() -> PathBuf {
    workspace().join("target").join("tools")
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}
