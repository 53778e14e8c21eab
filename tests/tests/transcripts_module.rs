//! The emulated module sent the `>` lines of every transcript: it must answer the `<` lines, compared by fields.

use qftp_tests::pair::Pair;
use qftp_tests::transcript::{Step, Transcript, all, matches, payload};

/// Long enough for every answer in virtual time, with the guard times of `+++`.
const WAIT_MS: u64 = 3_000;

#[test]
fn every_transcript() {
    let transcripts = all();
    assert!(transcripts.len() >= 24, "the transcripts are all there");
    for transcript in &transcripts {
        play(transcript);
    }
}

fn play(transcript: &Transcript) {
    let mut pair = Pair::whole();
    prepare(&mut pair, transcript);
    let mut steps = transcript.steps.iter().peekable();
    while let Some(step) = steps.next() {
        let Step::Command(command) = step else {
            panic!("{}: {step:?} belongs to no command", transcript.name)
        };
        let mut expected = Vec::new();
        while let Some(step) = steps.next_if(|step| !matches!(step, Step::Command(_))) {
            expected.push(step.clone());
        }
        let mut said = pair.type_in(format!("{command}\r").as_bytes(), WAIT_MS);
        for step in &expected {
            match step {
                Step::DataUp(len) => said.extend(pair.type_in(&payload(*len), WAIT_MS)),
                Step::Escape => said.extend(pair.type_in(b"+++", WAIT_MS)),
                _ => {}
            }
        }
        check(transcript, command, &said, &expected);
    }
}

fn prepare(pair: &mut Pair, transcript: &Transcript) {
    let mut say = |text: &str| {
        let said = pair.type_in(format!("{text}\r").as_bytes(), WAIT_MS);
        assert!(String::from_utf8_lossy(&said).contains("OK"), "{}: {text}", transcript.name);
    };
    say("ATE0");
    let needs = |what: &str| transcript.preconditions.iter().any(|text| text == what);
    if needs("pdp 1 active") || needs("ftp open") {
        say("AT+QICSGP=1,1,\"internet\"");
        say("AT+QIACT=1");
    }
    if needs("ftp open") {
        say("AT+QFTPCFG=\"account\",\"test\",\"test\"");
        say("AT+QFTPOPEN=\"server\",21");
    }
    for precondition in &transcript.preconditions {
        let words: Vec<&str> = precondition.split(' ').collect();
        match words[..] {
            ["server", "file", name, size] => {
                pair.server.add_file(&format!("/{name}"), payload(size.parse().unwrap()));
            }
            ["server", "dir", name] => pair.server.add_file(&format!("/{name}/file.txt"), "in it"),
            ["pdp" | "ftp", ..] => {}
            _ => panic!("{}: no such precondition: {precondition}", transcript.name),
        }
    }
}

#[track_caller]
fn check(transcript: &Transcript, command: &str, said: &[u8], expected: &[Step]) {
    let at = format!("{}: {command}: {}", transcript.name, said.escape_ascii());
    let mut rest = said;
    let mut lines: Vec<String> = Vec::new();
    let mut expected_lines: Vec<String> = Vec::new();
    let mut listing = None;
    for step in expected {
        match step {
            Step::Line(line) if line.starts_with("CONNECT") => {
                let connect = format!("\r\n{line}\r\n");
                rest = rest.strip_prefix(connect.as_bytes()).unwrap_or_else(|| panic!("no {line}: {at}"));
            }
            Step::Line(line) => expected_lines.push(expect(line)),
            Step::DataDown(len) => {
                let (data, after) = rest.split_at(*len);
                // What a transcript's file holds is known where the server gave it.
                if command.contains("QFTPGET") {
                    let start = command.split(',').nth(2).map_or(0, |start| start.parse().unwrap());
                    assert_eq!(data, &payload(1000)[start..start + len], "{at}");
                }
                rest = after;
            }
            Step::Listing => {
                let end = rest
                    .windows(6)
                    .rposition(|window| window == b"\r\nOK\r\n")
                    .unwrap_or_else(|| panic!("no end: {at}"));
                listing = Some(end);
                rest = &rest[end..];
            }
            Step::DataUp(_) | Step::Escape | Step::Command(_) => {}
        }
    }
    lines.extend(
        rest.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line.trim_ascii()).into_owned()),
    );
    lines.retain(|line| !line.is_empty());
    if let Some(len) = listing {
        assert!(
            lines.iter().any(|line| line.ends_with(&format!(": 0,{len}"))),
            "the URC counts {len} bytes: {at}"
        );
    }
    // The note itself prints a URC before its OK once; the order of the two is not compared.
    let order = |line: &String| line.starts_with("+QFTP");
    lines.sort_by_key(order);
    expected_lines.sort_by_key(order);
    assert_eq!(lines.len(), expected_lines.len(), "{expected_lines:?}: {at}");
    for (expected, line) in expected_lines.iter().zip(&lines) {
        assert!(matches(expected, line), "{expected} is not {line}: {at}");
    }
}

/// What is the network's or the server's own cannot be the same as in the note: addresses, and the lengths of listings.
fn expect(line: &str) -> String {
    let own =
        ["+QFTPLIST: 0,", "+QFTPNLST: 0,", "+QFTPMLSD: 0,", "+QIACT: 1,1,1,", "+QFLST: \"RAM:test2.txt\","];
    match own.iter().find(|own| line.starts_with(**own)) {
        Some(own) => format!("{own}*"),
        None => line.to_owned(),
    }
}

/// `<err>,<protocol_error>` for every code that there is, in the URC of every kind of command.
#[test]
fn every_code_reaches_the_urc() {
    use qftp_core::codes::{FtpCode, ReplyCode};
    let commands = [
        "AT+QFTPCWD=\"/\"",
        "AT+QFTPSIZE=\"f\"",
        "AT+QFTPPWD",
        "AT+QFTPMDTM=\"f\"",
        "AT+QFTPDEL=\"f\"",
        "AT+QFTPGET=\"f\",\"UFS:f\"",
    ];
    let replies = ReplyCode::TABLE
        .iter()
        .filter(|row| row.code != 0)
        .map(|row| qftp_emulator::Failure::server(row.code));
    let own =
        FtpCode::TABLE.iter().filter(|row| row.code != 0).map(|row| qftp_emulator::Failure::local(row.code));
    for failure in replies.chain(own) {
        for command in commands {
            // A fresh module each time: some of the codes mean that the session is gone.
            let mut pair = Pair::whole().logged_in();
            pair.server.add_file("/f", "data");
            pair.server.fail_next(failure);
            let said = String::from_utf8(pair.type_in(format!("{command}\r").as_bytes(), WAIT_MS)).unwrap();
            let name = command.trim_start_matches("AT").split('=').next().unwrap();
            let urc = format!("\r\nOK\r\n\r\n{name}: {},{}\r\n", failure.code.get(), failure.reply.get());
            assert_eq!(said, urc, "{command}");
        }
    }
}
