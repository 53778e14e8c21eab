//! `qftp shell`: commands on a server, at a prompt or from a pipe.

mod command;
mod complete;
mod here;
mod history;
mod patterns;
mod session;
mod words;

use std::cell::RefCell;
use std::io::{self, BufRead as _, IsTerminal as _};

use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{CompletionType, Config, Editor};

use crate::exit::{Code, Problem};
use crate::interrupt;
use crate::output::printable;
use crate::port::Context;
use crate::there::There;
use crate::url::Url;
use complete::Names;
use history::History;
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
            interactive(&RefCell::new(shell), &url.host)
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
fn interactive(shell: &RefCell<Shell<'_, '_, '_, '_>>, host: &str) -> Result<(), Problem> {
    interrupt::stay();
    let fault = |error: ReadlineError| Problem::failed(format!("the terminal: {error}"));
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(History::MOST)
        .map_err(fault)?
        .history_ignore_space(true)
        .build();
    let mut editor: Editor<Names<'_, '_, '_, '_, '_>, MemHistory> =
        Editor::with_history(config.clone(), MemHistory::with_config(&config)).map_err(fault)?;
    editor.set_helper(Some(Names(shell)));
    let (history, earlier) = History::load();
    for line in &earlier {
        editor.add_history_entry(line).map_err(fault)?;
    }
    let context = shell.borrow().context;
    loop {
        let prompt = format!("{host}:{}> ", printable(&shell.borrow().folder));
        let line = match editor.readline(&prompt) {
            Ok(line) => line,
            // Ctrl-C leaves the line, Ctrl-D the shell.
            Err(ReadlineError::Interrupted) => continue,
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(fault(error)),
        };
        let is_new = editor.add_history_entry(&line).map_err(fault)?;
        if is_new && !shell.borrow().account.is_in(&line) {
            history.add(&line);
        }
        // A Ctrl-C that came too late for the last command is none for this one.
        let _ = context.cancel.take();
        let done = shell.borrow_mut().execute(&line);
        match done {
            Ok(Next::GoOn) => {}
            Ok(Next::Quit) => return Ok(()),
            Err(problem) => context.output.problem(&problem),
        }
    }
}
