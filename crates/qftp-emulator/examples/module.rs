//! A module on a PTY with real FTP behind it: `cargo run --example module -- /tmp/module`.

use std::path::PathBuf;

use qftp_emulator::{Config, Drives, Emulator};

fn main() -> std::io::Result<()> {
    let link = std::env::args_os().nth(1).map(PathBuf::from);
    let emulator = Emulator::builder(Config::new(Drives::temporary()?))
        .log(|direction, bytes| eprintln!("{direction:?} {}", bytes[..bytes.len().min(200)].escape_ascii()))
        .notes(|note| eprintln!("{note}"))
        .on_pty(link.as_deref())?;
    println!("{}", emulator.path().unwrap_or(std::path::Path::new("?")).display());
    println!("Enter stops it.");
    std::io::stdin().read_line(&mut String::new())?;
    emulator.stop();
    Ok(())
}
