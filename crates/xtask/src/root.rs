//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The workspace's folder: of the clone that runs this, also where its `target` was copied from another.
pub(crate) fn workspace() -> PathBuf {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let manifest = manifest.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    manifest.ancestors().nth(2).map_or_else(|| manifest.clone(), Path::to_path_buf)
}

/// What the tests need and the system does not have: fetched once, kept below `target`.
pub(crate) fn tools() -> PathBuf {
    target().join("tools")
}

/// Where cargo builds: as `CARGO_TARGET_DIR`, `CARGO_BUILD_TARGET_DIR` or a config says.
pub(crate) fn target() -> PathBuf {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    TARGET.get_or_init(|| asked().unwrap_or_else(|| workspace().join("target"))).clone()
}

fn asked() -> Option<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let metadata = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let told = Command::new(cargo).args(metadata).current_dir(workspace()).output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    told.split_once("\"target_directory\":\"")?.1.split('"').next().map(PathBuf::from)
}
