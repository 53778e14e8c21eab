//! Writes the corpora's seeds and the dictionary anew: `cargo run --manifest-path fuzz/Cargo.toml --example seeds`.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    for seed in qftp_fuzz::seeds() {
        let folder = package.join("corpus").join(seed.target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(seed.name), seed.bytes)?;
    }
    fs::create_dir_all(package.join("dictionaries"))?;
    fs::write(package.join("dictionaries/at.dict"), qftp_fuzz::dictionary())
}
