//! The host fed with the `<` lines of every transcript: it must ask what the `>` lines ask, and understand every answer.

mod host;

use std::collections::VecDeque;

use host::Host;
use qftp_core::codes::{CmeCode, FtpCode};
use qftp_core::session::{Cause, Failure, GetOptions, PutOptions, Session, Via};
use qftp_core::wire::{self, Command, FileCommand, FtpCommand, FtpOutcome, Line, ListKind, Local, Verb};
use qftp_tests::transcript::{Step, Transcript, all, payload};

#[test]
fn every_transcript_at_once_and_byte_by_byte() {
    let transcripts = all();
    assert!(transcripts.len() >= 24, "the transcripts are all there");
    for transcript in &transcripts {
        for piece in [usize::MAX, 1, 7] {
            play(transcript, piece);
        }
    }
}

fn play(transcript: &Transcript, piece: usize) {
    let mut host = Host::new(piece);
    let mut steps: VecDeque<Step> = transcript.steps.clone().into();
    while let Some(step) = steps.pop_front() {
        let Step::Command(text) = step else { panic!("{}: {step:?} belongs to no command", transcript.name) };
        let at = format!("{}, {text}, pieces of {piece}", transcript.name);
        let command = match wire::commands(text.as_bytes()).expect("AT").next().unwrap() {
            Ok(command) => command,
            // What is out of range or unknown a host of ours cannot even express.
            Err(fault) => {
                assert!(transcript.own, "{at}: {fault}");
                while matches!(steps.front(), Some(Step::Line(_))) {
                    steps.pop_front();
                }
                continue;
            }
        };
        let count = steps.iter().take_while(|step| !matches!(step, Step::Command(_))).count();
        let answer: Vec<Step> = steps.drain(..count).collect();
        exchange(&mut host, &at, &command, &answer);
    }
}

/// Runs the operation that sends this command, and answers as the transcript does.
fn exchange(host: &mut Host, at: &str, command: &Command<'_>, answer: &[Step]) {
    let moved = answer.iter().find_map(|step| match step {
        Step::DataUp(len) | Step::DataDown(len) => Some(*len),
        Step::Listing => Some(1000),
        _ => None,
    });
    let len = moved.unwrap_or(0) as u64;
    let mut start = 0;
    match command {
        Command::Ftp(FtpCommand::Put(put)) if put.local == Local::Com => {
            start = put.start.unwrap_or(0);
            let last = put.part.is_none_or(|part| part.last);
            let options = PutOptions { start, len, last, via: Via::Com };
            host.start(|session, now| session.put(now, put.file.as_str().unwrap(), &options));
        }
        Command::Ftp(FtpCommand::Get(get)) if get.local == Local::Com => {
            start = get.start.unwrap_or(0);
            let options = GetOptions { start, len: get.len, via: Via::Com };
            host.start(|session, now| session.get(now, get.file.as_str().unwrap(), &options));
        }
        Command::Ftp(FtpCommand::List(list)) if list.local.is_none_or(|local| local == Local::Com) => {
            let dir = list.dir.as_str().unwrap();
            host.start(|session, now| match list.kind {
                ListKind::Long => session.list(now, dir),
                ListKind::Names => session.names(now, dir),
                ListKind::Facts => session.facts(now, dir),
            });
        }
        Command::Ftp(FtpCommand::Cwd(path)) => {
            host.start(|session, now| session.cwd(now, path.as_str().unwrap()));
        }
        Command::File(FileCommand::Upload { name, size, .. }) => {
            let size = size.unwrap_or(0).into();
            host.start(|session, now| session.upload(now, name.as_str().unwrap(), size));
        }
        Command::File(FileCommand::Download(name)) => {
            host.start(|session, now| session.download(now, name.as_str().unwrap()));
        }
        Command::File(FileCommand::Read { handle, len }) => {
            host.start(|session, now| session.file_read(now, *handle, len.unwrap()));
        }
        Command::File(FileCommand::Write { handle, len, .. }) => {
            host.start(|session, now| session.file_write(now, *handle, len.unwrap()));
        }
        Command::Execute(Verb::QftpStat) => host.start(Session::status),
        Command::Execute(Verb::QftpLen) => host.start(Session::length),
        Command::Execute(Verb::QftpPwd) => host.start(Session::pwd),
        Command::Execute(Verb::QftpClose) => host.start(Session::close),
        other => host.start(|session, now| session.command(now, other)),
    }
    let mut asked = host.command();
    // Lengths are asked for before a transfer counts on them.
    if command.verb() != Some(Verb::QftpSize) && asked.starts_with("AT+QFTPSIZE") {
        host.feed(format!("\r\nOK\r\n\r\n+QFTPSIZE: 0,{}\r\n", start + len).as_bytes());
        asked = host.command();
    }
    if command.verb() == Some(Verb::Qfdwl) {
        if len == 0 {
            host.feed(b"\r\n+CME ERROR: 405\r\n");
            assert!(host.end.as_ref().is_some_and(Result::is_err), "{at}");
            return;
        }
        host.feed(format!("\r\n+QFLST: \"x\",{len}\r\n\r\nOK\r\n").as_bytes());
        asked = host.command();
    }
    let asked_command = wire::commands(asked.as_bytes()).unwrap().next().unwrap().unwrap();
    assert_eq!(asked_command.verb(), command.verb(), "{at}: {asked}");
    assert!(same_file(&asked_command, command), "{at}: {asked}");

    let mut failed = None;
    let mut value = None;
    for step in answer {
        match step {
            Step::Line(line) => {
                let text = line.replace('*', "7");
                let parsed = Line::parse(text.as_bytes());
                match parsed {
                    Line::Error => failed = Some(Cause::Refused),
                    Line::Text(b"7") if line == "*" && answer.len() == 1 => {
                        host.feed(b"\r\nERROR\r\n");
                        failed = Some(Cause::Refused);
                        continue;
                    }
                    Line::Cme(wire::Cme::Code(code)) => failed = Some(Cause::Cme(code)),
                    Line::Ftp(result) => match result.outcome {
                        FtpOutcome::Failed(error) => failed = Some(Cause::Ftp(error)),
                        FtpOutcome::Number(number) => value = Some(format!("{number}")),
                        FtpOutcome::Text(text) => value = Some(format!("{text:?}")),
                        FtpOutcome::Done => {}
                    },
                    _ => {}
                }
                // As the note prints them: no blank line between lines of one response.
                host.feed(format!("\r\n{text}\r\n").as_bytes());
            }
            Step::DataDown(len) => host.feed(&payload(*len)),
            Step::Listing => host.feed(&payload(1000)),
            Step::DataUp(len) => host.upload(&payload(*len)),
            // A host that counts needs no escape.
            Step::Escape => {}
            Step::Command(_) => unreachable!("answers hold no commands"),
        }
    }
    if host.end.is_none() && host.session.poll_timeout().is_some() {
        match command.verb() {
            // A file written by several commands is measured at the end.
            Some(Verb::QftpPut) => {
                assert!(host.command().starts_with("AT+QFTPSIZE"), "{at}");
                host.feed(format!("\r\nOK\r\n\r\n+QFTPSIZE: 0,{}\r\n", start + len).as_bytes());
            }
            // The end of a listing is proven by its count, once the line is silent, and by a module that answers.
            _ => {
                host.time_out();
                assert_eq!(host.command(), "AT+QFTPSTAT", "{at}");
                host.feed(b"\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
            }
        }
    }
    match (host.end.clone(), failed) {
        (Some(Ok(done)), None) => {
            if let Some(value) = value {
                let value = if command.verb() == Some(Verb::QftpStat) { String::new() } else { value };
                assert!(done.contains(&value), "{at}: {done} for {value}");
            }
            if let Some(Step::DataDown(len)) = answer.get(1) {
                assert_eq!(host.data, payload(*len), "{at}");
            }
            if answer.contains(&Step::Listing) {
                assert_eq!(host.data, payload(1000), "{at}");
            }
        }
        (Some(Err(failure)), Some(cause)) => assert_eq!(failure.cause, cause, "{at}"),
        other => panic!("{at}: {other:?}"),
    }
}

fn same_file(asked: &Command<'_>, command: &Command<'_>) -> bool {
    match (asked, command) {
        (Command::Ftp(FtpCommand::Put(a)), Command::Ftp(FtpCommand::Put(b))) => {
            a.file == b.file && a.local == b.local && a.start == b.start
        }
        (Command::Ftp(FtpCommand::Get(a)), Command::Ftp(FtpCommand::Get(b))) => {
            a.file == b.file && a.local == b.local
        }
        (Command::Ftp(FtpCommand::List(a)), Command::Ftp(FtpCommand::List(b))) => {
            a.dir == b.dir && a.kind == b.kind
        }
        (
            Command::File(FileCommand::Upload { name: a, .. }),
            Command::File(FileCommand::Upload { name: b, .. }),
        ) => a == b,
        (
            Command::File(FileCommand::Write { handle: a, .. }),
            Command::File(FileCommand::Write { handle: b, .. }),
        ) => a == b,
        (asked, command) => asked == command,
    }
}

/// Every `<err>` and every `+CME ERROR`, in each form that it comes in, reaches the caller as what it is.
#[test]
fn every_failure_in_every_form() {
    for row in FtpCode::TABLE.iter().filter(|row| row.code != 0) {
        for reply in [0, 550, 799] {
            fails(&format!("\r\nOK\r\n\r\n+QFTPSIZE: {},{reply}\r\n", row.code), |failure| {
                failure.ftp_code().map(FtpCode::get) == Some(row.code)
                    && failure.reply().map_or(0, qftp_core::codes::ReplyCode::get) == reply
            });
        }
        for form in [row.code.to_string(), row.text.to_owned(), row.text.to_uppercase()] {
            fails(&format!("\r\n+CME ERROR: {form}\r\n"), |failure| {
                failure.ftp_code().map(FtpCode::get) == Some(row.code)
            });
        }
    }
    for row in CmeCode::TABLE {
        fails(&format!("\r\n+CME ERROR: {}\r\n", row.code), |failure| {
            failure.cause == Cause::Cme(CmeCode::new(row.code))
        });
        // Two texts stand in both tables; to an FTP command they are the FTP code's.
        let meant = match row.text {
            "invalid parameter" => 610,
            "invalid file name" => 630,
            _ => row.code,
        };
        fails(&format!("\r\n+CME ERROR: {}\r\n", row.text), |failure| {
            failure.cause == Cause::Cme(CmeCode::new(meant))
        });
    }
    fails("\r\nERROR\r\n", |failure| failure.cause == Cause::Refused);
    fails("\r\n+CME ERROR: something new\r\n", |failure| failure.cause == Cause::Refused);
    fails("\r\nOK\r\n\r\n+QFTPSIZE: 699,0\r\n", |failure| failure.ftp_code().map(FtpCode::get) == Some(699));
    // Both numbers count: a server's error beside a 0 is no success.
    let mut host = Host::new(1);
    host.start(|session, now| session.delete(now, "x"));
    host.command();
    host.feed(b"\r\nOK\r\n\r\n+QFTPDEL: 0,550\r\n");
    assert!(host.end.unwrap().is_err());
}

#[track_caller]
fn fails(answer: &str, is_right: impl Fn(&Failure) -> bool) {
    for piece in [usize::MAX, 1] {
        let mut host = Host::new(piece);
        host.start(|session, now| session.size(now, "x"));
        host.command();
        host.feed(answer.as_bytes());
        let failure = host.end.expect("an end").expect_err("a failure");
        assert!(is_right(&failure), "{answer:?}: {failure:?}");
        assert!(!failure.likely_cause().is_empty() && !failure.remedy().is_empty(), "{failure}");
    }
}

/// A failure's count of trusted bytes is never over: after a wrong count, place or checksum none of them can be trusted.
#[test]
fn corrupt_downloads_are_not_trusted() {
    for (end, corrupt) in [
        ("\r\nOK\r\n\r\n+QFTPGET: 0,9\r\n", true),
        ("x\r\nOK\r\n\r\n+QFTPGET: 0,10\r\n", true),
        ("\r\nOK\r\n\r\n+QFTPGET: 607,426\r\n", false),
    ] {
        let mut host = Host::new(1);
        host.start(|session, now| {
            session.get(now, "x", &GetOptions { len: Some(10), ..GetOptions::default() })
        });
        assert_eq!(host.session.timeout_reason(), Some(qftp_core::session::Reason::Response));
        host.command();
        host.feed(b"\r\nCONNECT\r\n0123456789");
        host.feed(end.as_bytes());
        while host.end.is_none() {
            // Recovery, where there is one, asks and is answered.
            let state = host.command() == "AT+QFTPSTAT";
            host.feed(b"\r\nOK\r\n");
            if state {
                host.feed(b"\r\n+QFTPSTAT: 0,4\r\n");
            }
        }
        let failure = host.end.unwrap().unwrap_err();
        assert_eq!(failure.transferred, if corrupt { 0 } else { 10 }, "{end:?}: {failure}");
    }
    let mut host = Host::new(usize::MAX);
    host.start(|session, now| session.download(now, "UFS:x"));
    host.command();
    host.feed(b"\r\n+QFLST: \"UFS:x\",3\r\n\r\nOK\r\n");
    host.command();
    host.feed(b"\r\nCONNECT\r\nABC\r\n+QFDWL: 3,243\r\n\r\nOK\r\n");
    let failure = host.end.unwrap().unwrap_err();
    assert_eq!(
        failure.cause,
        Cause::Line(qftp_core::session::LineFault::Checksum { module: 0x243, host: 0x242 })
    );
    assert_eq!(failure.transferred, 0);
}
