//! No secret of a log is in what `qftp explain` says of it.

use proptest::prelude::*;

use crate::explain::{SECRET, explain};

/// A line with a password in it, as logs have it.
fn secret() -> impl Strategy<Value = String> {
    let quote = prop::sample::select(vec!["\"", "“", "”", "'", "", "„", "&quot;", "″", "`"]);
    let name = prop::sample::select(vec![
        "AT+QFTPCFG",
        "at+qftpcfg",
        "+QFTPCFG",
        "AT+CMEE=1;+QFTPCFG",
        "\u{200b}AT+QFTPCFG",
    ]);
    let sign = prop::sample::select(vec!["=", ": ", " = ", "\t=\t", ""]);
    let comma = prop::sample::select(vec![",", " , ", "\t,", "，,"]);
    let before =
        prop::sample::select(vec!["", "> ", "[12:00:00.1] TX: ", "I (12) modem: ", "b'", "AT+X: ", "AT+"]);
    (before, name, sign, quote, comma).prop_map(|(before, name, sign, quote, comma)| {
        format!("{before}{name}{sign}{quote}account{quote}{comma}{quote}{SECRET}{quote}{comma}{quote}{SECRET}{quote}")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(
        before in prop::collection::vec(any::<u8>(), 0..200),
        secret in secret(),
        words in prop::collection::vec(prop::sample::select(vec![
            "AT", "OK", "CONNECT", "+++", "\r\n", "\n", "+QFTPGET: 0,5", "+QFTPPUT: 604,0", "AT+QFTPGET=\"a\",\"COM:\"",
            "# qftp recording 1\n", "1.5 >= ", "00000000: 4154", "\"", "<CR>", "12:00:00", "ERROR", ",", "<5 bytes>", "\\r",
        ]), 0..30),
        json in any::<bool>(),
    ) {
        let mut log = words.concat().into_bytes();
        log.extend_from_slice(&before);
        // A password cut in two by a line's end is nobody's to find; the line itself stays whole.
        log.extend_from_slice(format!("\r\n{secret}\r\n").as_bytes());
        log.extend_from_slice(words.concat().as_bytes());
        explain(if json { &["--json"] } else { &[] }, &log);
    }
}
