//! The law of the codec: what is emitted is parsed back as the same value, for every command and every answer.
//!
//! And no input of any kind makes a parser panic.

use proptest::prelude::*;
use qftp_core::wire::{
    Basic, Command, CommandReader, GeneralCommand, Line, LineReader, Text, Verb, Writer, commands,
    secret_start,
};

use crate::wire_values::{command, line, verb};

fn emitted(emit: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
    let mut buf = [0; 1200];
    let mut out = Writer::new(&mut buf);
    emit(&mut out);
    out.finish().expect("the longest line fits").to_vec()
}

#[test]
fn several_commands_on_one_line() {
    let all = |line: &'static str| commands(line.as_bytes()).unwrap().collect::<Vec<_>>();
    let echo_off = Ok(Command::Basic(Basic::Echo(false)));
    let cmee = Ok(Command::General(GeneralCommand::Cmee(2)));
    assert_eq!(all("ATE0V1"), [echo_off, Ok(Command::Basic(Basic::Verbose(true)))]);
    assert_eq!(all("at e0 +cmee=2"), [echo_off, cmee]);
    assert_eq!(all("ATE0;+CMEE=2;"), [echo_off, cmee]);
    assert_eq!(
        all("ATS12=50&D1E"),
        [Ok(Command::Basic(Basic::GuardTime(50))), Ok(Command::Basic(Basic::Dtr(1))), echo_off]
    );
    assert_eq!(all("AT"), [Ok(Command::Basic(Basic::Attention))]);
    assert_eq!(all("ATX4E0"), [Err(qftp_core::wire::CommandError::Unknown), echo_off]);
    assert_eq!(all("AT+CPIN=\";\";+CSQ").len(), 2);
}

proptest! {
    #[test]
    fn every_command_is_parsed_as_it_was_emitted(command in command()) {
        let text = emitted(|out| command.emit(out));
        prop_assert_eq!(Command::parse(&text), Ok(command), "{}", text.escape_ascii());
        let line = [b"AT", &text[..]].concat();
        let all: Vec<_> = commands(&line).unwrap().collect();
        prop_assert_eq!(all, [Ok(command)], "{}", line.escape_ascii());
    }

    #[test]
    fn every_answer_is_parsed_as_it_was_emitted(line in line()) {
        let text = emitted(|out| line.emit(out));
        prop_assert_eq!(Line::parse(&text), line, "{}", text.escape_ascii());
    }

    #[test]
    fn case_spaces_and_a_second_command_do_not_matter(file in "[a-z.]{1,20}", start in any::<u32>(), len in any::<u32>()) {
        let tidy = format!("AT+QFTPGET=\"{file}\",\"COM:\",{start},{len}");
        let odd = format!(" at+qftpget = {file} , \"com: \" , {start} ,{len} ; +qftplen");
        let tidy: Vec<_> = commands(tidy.as_bytes()).unwrap().collect();
        let odd: Vec<_> = commands(odd.as_bytes()).unwrap().collect();
        prop_assert_eq!(tidy[0], odd[0]);
        prop_assert_eq!(odd[1], Ok(Command::Execute(Verb::QftpLen)));
    }

    #[test]
    fn no_line_makes_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Line::parse(&bytes);
        let _ = secret_start(&bytes);
        for entry in [qftp_core::listing::long(&bytes), qftp_core::listing::name(&bytes), qftp_core::listing::facts(&bytes)] {
            let _ = entry;
        }
        for command in commands(&bytes).into_iter().flatten() {
            let _ = command;
        }
    }

    #[test]
    fn nearly_right_lines_do_not_make_a_parser_panic(verb in verb(), tail in "[=:?,\" 0-9A-Za-z.;*-]{0,40}") {
        let line = format!("AT{}{tail}", verb.name());
        for command in commands(line.as_bytes()).into_iter().flatten() {
            let _ = command;
        }
        let _ = Line::parse(&line.as_bytes()[2..]);
        let _ = secret_start(line.as_bytes());
    }

    #[test]
    fn any_split_gives_the_same_lines(bytes in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), any::<u8>()], 0..300), cuts in prop::collection::vec(0..300usize, 0..20)) {
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let whole = lines(&[&bytes]);
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(lines(&pieces), whole);
    }
}

/// The lines of either side, and whether they were cut off.
type CutLines = Vec<(Vec<u8>, bool)>;

fn lines(pieces: &[&[u8]]) -> (CutLines, CutLines) {
    let (mut host, mut module) = (LineReader::<16>::new(), CommandReader::<16>::new());
    let mut lines = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let read = host.read(rest);
            lines.0.extend(read.line.map(|line| (line.to_vec(), read.cut)));
            rest = &rest[read.consumed..];
        }
        let mut rest = *piece;
        while !rest.is_empty() {
            let read = module.read(rest);
            lines.1.extend(read.line.map(|line| (line.to_vec(), read.cut)));
            rest = &rest[read.consumed..];
        }
    }
    lines
}

/// A module edits its command line by control characters, and a quotation mark ends a parameter: no text has such a byte.
#[test]
fn no_byte_that_edits_a_command_line_is_in_a_text() {
    for byte in 0..=u8::MAX {
        let allowed = byte >= b' ' && byte != b'"' && byte != 0x7F;
        assert_eq!(Text::<255>::from_bytes(&[b'a', byte]).is_ok(), allowed, "{byte:#04x}");
    }
}
