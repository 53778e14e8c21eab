//! A command line of the host: read, run, and answered.

use qftp_core::Instant;
use qftp_core::wire::{Basic, Cme, Command, CommandError, Line, Urc, Verb, commands};

use super::{Module, Power};
use crate::at::{Answer, Outcome, Refusal, Typed};

impl Module {
    pub(super) fn take_command(&mut self, now: Instant, input: &[u8]) -> usize {
        if self.out.is_full() {
            return 0;
        }
        self.learn_line_end(input);
        let read = self.reader.read(input);
        let consumed = read.consumed;
        self.happened.command_bytes += consumed as u64;
        let line = read.line.map(|line| (line.to_vec(), read.cut));
        if self.settings.echo {
            self.out.echo(input.get(..consumed).unwrap_or_default());
        }
        if let Some((line, cut)) = line {
            self.after_cr = true;
            self.watch.count_command();
            self.out.begin_answer();
            self.out.hold_answer(now);
            self.run_line(now, &line, cut);
        }
        consumed
    }

    /// Notes whether a line feed follows the CR of a command.
    pub(crate) fn learn_line_end(&mut self, input: &[u8]) {
        if std::mem::take(&mut self.after_cr) {
            self.line_feeds = Some(input.first() == Some(&b'\n'));
        }
    }

    /// Runs the commands of one line up to the first failure. What stands before its `AT` is noise, as V.250 has it, and so is a line without.
    fn run_line(&mut self, now: Instant, line: &[u8], cut: bool) {
        let prefix = line.windows(2).position(|pair| pair.eq_ignore_ascii_case(b"AT"));
        let begin = prefix.filter(|_| self.config.skips_noise).unwrap_or(0);
        let Some(mut commands) = line.get(begin..).and_then(commands) else { return };
        // With its end cut off, a line is not what the host meant.
        let mut outcome = if cut { Err(Refusal::Error) } else { Ok(Answer::Ok) };
        while outcome == Ok(Answer::Ok) {
            let (typed, text) = (Typed::of(commands.rest()), commands.rest());
            let Some(command) = commands.next() else { break };
            // Its own text: what follows on the line is left out.
            let text = text.get(..text.len().saturating_sub(commands.rest().len())).unwrap_or_default();
            let text = text.trim_ascii_end();
            let text = text.strip_suffix(b";").unwrap_or(text);
            self.out.end_info(&self.settings);
            if matches!(command, Err(CommandError::Unknown | CommandError::Parameters(Verb::Cgdcont)))
                && let Some(answer) = self.beside(now, text)
            {
                outcome = answer;
                continue;
            }
            outcome = match command {
                _ if typed.is_some_and(|typed| !self.config.family.has_command(typed.name)) => {
                    Err(Refusal::Error)
                }
                Ok(command) => self.run(now, &command),
                // Of a command that the family has and nobody knows more of, this is all that is known.
                Err(CommandError::Unknown) if typed.is_some_and(|typed| typed.asks_form) => Ok(Answer::Ok),
                Err(_) => Err(Refusal::Error),
            };
        }
        self.conclude(outcome);
    }

    /// Says the result code of a command.
    pub(crate) fn conclude(&mut self, outcome: Outcome) {
        let line = match outcome {
            Ok(Answer::Ok) => Line::Ok,
            Ok(Answer::Later) => return,
            Err(Refusal::Error) => Line::Error,
            Err(Refusal::NoCarrier) => Line::NoCarrier,
            Err(Refusal::Cme(code)) => Line::Cme(Cme::Code(code)),
        };
        self.out.result(&line, &self.settings);
        if self.power == Power::Off {
            // The last thing it says, and after OK.
            self.out.urc(&Line::Urc(Urc::PoweredDown));
            self.out.flush_urcs(&self.settings);
        }
    }

    fn run(&mut self, now: Instant, command: &Command<'_>) -> Outcome {
        match command {
            Command::Basic(Basic::Online) => self.online(now),
            Command::Basic(basic) => self.basic(*basic),
            Command::Test(verb) => self.test_form(*verb),
            Command::Read(verb) => self.read_form(*verb),
            Command::Execute(verb) => self.execute_form(now, *verb),
            Command::Ftp(command) => self.ftp_command(now, command),
            Command::File(command) => self.file_command(now, command),
            Command::Pdp(command) => self.pdp_command(command),
            Command::Ssl(command) => self.ssl_command(command),
            Command::General(command) => self.general_command(now, command),
        }
    }
}
