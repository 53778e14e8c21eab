//! Lines and commands: what is understood is said and understood again.

use qftp_core::wire::{Command, Line, Writer, commands, secret_start};

/// Each line of the input as an answer and as a command line.
pub fn wire_line(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        answer(line);
        command_line(line);
        if let Some(start) = secret_start(line) {
            assert!(start <= line.len());
        }
    }
}

fn answer(line: &[u8]) {
    let parsed = Line::parse(line);
    let said = emitted(line.len(), |out| parsed.emit(out));
    if let Line::Text(text) = parsed {
        assert_eq!(text, line, "a text is kept as it is");
        assert_eq!(said, line);
        return;
    }
    assert_eq!(Line::parse(&said), parsed, "{} said as {}", line.escape_ascii(), said.escape_ascii());
}

fn command_line(line: &[u8]) {
    let mut count = 0;
    for command in commands(line).into_iter().flatten() {
        count += 1;
        assert!(count <= line.len() + 1, "commands without end: {}", line.escape_ascii());
        let Ok(command) = command else { continue };
        let said = emitted(line.len(), |out| command.emit(out));
        assert_eq!(
            Command::parse(&said),
            Ok(command),
            "{} said as {}",
            line.escape_ascii(),
            said.escape_ascii()
        );
    }
}

/// What is emitted; a little longer than what was read at most: quotes, spaces, a number for a word.
fn emitted(len: usize, emit: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
    let mut buf = vec![0; 2 * len + 100];
    let mut out = Writer::new(&mut buf);
    emit(&mut out);
    out.finish().expect("not much longer than what was read").to_vec()
}
