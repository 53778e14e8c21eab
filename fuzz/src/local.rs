//! What a download stands on: names from outside, the text that a terminal is shown of them, and the proof beside a file that is not whole.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use qftp_core::Printable;
use qftp_core::wire::{Text, TextFault};
use qftp_transport::{Begin, LocalTarget, Origin};

/// The first byte says which, the rest is the bytes from outside.
pub fn local(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    match which % 3 {
        0 => name(rest),
        1 => shown(rest),
        _ => proof(rest),
    }
}

/// A name is a parameter as it is, or it is refused.
fn name(bytes: &[u8]) {
    let edits = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == 0x7F;
    match Text::<255>::from_bytes(bytes) {
        Ok(text) => {
            assert_eq!(text.as_bytes(), bytes);
            assert!(!bytes.iter().any(edits) && bytes.len() <= 255);
        }
        Err(TextFault::TooLong { len, max }) => assert!(len == bytes.len() && max == 255 && len > max),
        Err(TextFault::Forbidden { byte, at }) => assert!(bytes.get(at) == Some(&byte) && edits(&byte)),
        Err(other) => panic!("{other}"),
    }
}

/// Nothing that a terminal obeys, and text that is plain as it is.
fn shown(bytes: &[u8]) {
    let shown = Printable(bytes).to_string();
    assert!(!shown.chars().any(char::is_control), "{shown:?}");
    if bytes.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        assert_eq!(shown.as_bytes(), bytes);
    }
}

/// Whatever stands in the proof and in the file beside it: no more is trusted than is there, nobody else's file is touched, and what is made
/// is what is written.
fn proof(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file");
    let (proof, part) = bytes.split_at(bytes.len() / 2);
    let origin = Origin::new("ftp://me@server:21/file");
    let create = || LocalTarget::create(&path, "file", &origin, Begin::Partial);
    let mut first = create().expect("an empty folder takes it");
    first.write_all(b"begun").and_then(|()| first.record(5)).expect("written");
    first.keep().expect("kept");
    for (ending, contents) in [(".proof", proof), (".part", part)] {
        let made = made(folder.path(), ending).expect("a name of ours");
        fs::write(made, contents).expect("written");
    }
    let theirs = folder.path().join("file.part");
    fs::write(&theirs, "theirs").expect("written");
    let Ok(mut target) = create() else { return };
    let trusted = target.trusted();
    assert!(trusted <= part.len() as u64, "{trusted} of {} bytes are trusted", part.len());
    target.write_all(b"whole").expect("written");
    let written = target.finish().expect("finished");
    assert_eq!(written, path);
    let contents = fs::read(&path).expect("there");
    assert!(contents.len() as u64 >= trusted, "what was trusted is gone");
    assert_eq!(fs::read(&theirs).expect("there"), b"theirs");
}

fn made(folder: &Path, ending: &str) -> Option<std::path::PathBuf> {
    let names = fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    names.into_iter().find(|path| path.to_string_lossy().ends_with(ending))
}
