//! `qftp shell`: commands on a server, at a prompt or from a pipe.

mod command;
mod complete;
mod here;
mod history;
mod patterns;
mod prompt;
mod session;
mod words;

use std::io::{self, BufRead as _, IsTerminal as _};

use crate::exit::{Code, Problem};
use crate::interrupt;
use crate::output::printable;
use crate::port::Context;
use crate::there::There;
use crate::url::Url;
use complete::candidates;
use history::History;
use prompt::{Heard, Prompt};
use session::{Next, Shell};

/// Opens the session and reads commands until their end.
pub(crate) fn run(context: &Context, url: &str, keep_going: bool) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    context.transfer(&url, "", |client, way, account| {
        client.connect(way).map_err(|error| account.problem(error).about(&url))?;
        // A session that the server has ended while nobody worked is opened again by the next command.
        let there = There::new(client, way, 1);
        let mut there = there.map_err(|error| account.problem(error).about(&url))?;
        let mut shell = Shell::new(context, account, &mut there, &url.path)?;
        if io::stdin().is_terminal() && io::stdout().is_terminal() {
            interactive(&mut shell, &url.host)
        } else {
            script(&mut shell, keep_going)
        }
    })
}

/// Lines of a file or a pipe: the first that fails is the end, unless it shall go on.
fn script(shell: &mut Shell<'_, '_, '_, '_>, keep_going: bool) -> Result<(), Problem> {
    let mut first = None;
    let mut failed = 0;
    for (number, line) in (1..).zip(io::stdin().lock().lines()) {
        let line = line.map_err(|error| Problem::new(Code::Local, format!("standard input: {error}")))?;
        match shell.execute(&line) {
            Ok(Next::GoOn) => {}
            Ok(Next::Quit) => break,
            Err(problem) if keep_going && problem.code != Code::Interrupted => {
                shell.context.output.problem(&problem);
                failed += 1;
                first.get_or_insert(problem);
            }
            Err(problem) => {
                return Err(Problem { text: format!("line {number}: {}", problem.text), ..problem });
            }
        }
    }
    match first {
        None => Ok(()),
        Some(first) => Err(Problem::new(first.code, format!("{failed} commands failed"))),
    }
}

/// A prompt; what fails is told, and the next command comes.
fn interactive(shell: &mut Shell<'_, '_, '_, '_>, host: &str) -> Result<(), Problem> {
    interrupt::stay();
    let (history, earlier) = History::load();
    let prompt = Prompt::open(earlier)?;
    loop {
        prompt.ask(format!("{host}:{}> ", printable(&shell.folder)));
        let (line, is_new) = loop {
            match prompt.hear() {
                Heard::Line(line, is_new) => break (line, is_new),
                Heard::Complete(line, reply) => drop(reply.send(candidates(shell, &line))),
                Heard::Left => break (String::new(), false),
                Heard::End if interrupt::is_told_to_end() => {
                    return Err(Problem::new(Code::Interrupted, "interrupted"));
                }
                Heard::End => return Ok(()),
                Heard::Fault(text) => return Err(Problem::failed(text)),
            }
        };
        if is_new && !shell.account.is_in(&line) {
            history.add(&line);
        }
        // A Ctrl-C that came too late for the last command is none for this one.
        let _ = shell.context.cancel.take();
        match shell.execute(&line) {
            Ok(Next::GoOn) => {}
            Ok(Next::Quit) => return Ok(()),
            Err(problem) if interrupt::is_told_to_end() => return Err(problem),
            Err(problem) => shell.context.output.problem(&problem),
        }
    }
}
