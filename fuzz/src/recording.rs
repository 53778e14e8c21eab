//! What `--record` writes of a session: no secret, and every line of the form that is documented.

use std::cell::RefCell;
use std::fs;

use qftp_cli::record::Taps;
use tempfile::TempDir;

use crate::host::Host;
use crate::input::{Input, assert_public};

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// The same input as a session's; what passes the port is recorded.
pub fn recording(bytes: &[u8]) {
    let file = FOLDER.with_borrow_mut(|folder| {
        folder.get_or_insert_with(|| tempfile::tempdir().expect("a folder")).path().join("recording")
    });
    let taps = Taps::boxed(Some(&file), false, |_| {}).expect("a file").expect("a tap");
    let mut input = Input(bytes);
    Host::new(&mut input, Some(taps)).run(&mut input);

    let text = fs::read(&file).expect("a recording");
    assert_public(&text, "the recording");
    let text = String::from_utf8(text).expect("text");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("# qftp recording 1"));
    for line in lines {
        let mut words = line.splitn(3, ' ');
        let seconds: f64 = words.next().and_then(|word| word.parse().ok()).expect("seconds");
        assert!(seconds >= 0.0);
        assert!(matches!(words.next(), Some(">" | "<" | ">=" | "<=" | "=")), "{line}");
        assert!(words.next().is_some_and(|bytes| bytes.bytes().all(|b| matches!(b, b' '..=b'~'))), "{line}");
    }
}
