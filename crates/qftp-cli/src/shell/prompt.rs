//! The prompt: a line editor in a thread of its own, so that a signal ends the shell also while a line is being typed.
//!
//! What Tab completes is the shell's to say, which stays in its own thread: the editor asks for it.

use std::os::fd::AsFd as _;
use std::sync::mpsc::{self, Receiver, Sender};
use std::{io, thread};

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use rustyline::completion::{Completer, Pair};
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};

use super::history::History;
use crate::exit::Problem;
use crate::interrupt;

/// What the shell hears from its prompt.
pub(super) enum Heard {
    /// A line, and whether it differs from the one before.
    Line(String, bool),
    /// What may stand at the end of this text? Where the replaced part begins, and what may take its place.
    Complete(String, Sender<(usize, Vec<Pair>)>),
    /// Ctrl-C: the line is left.
    Left,
    /// Ctrl-D, or the program is told to end.
    End,
    /// The terminal failed.
    Fault(String),
}

/// The editor's other end.
pub(super) struct Prompt {
    prompts: Sender<String>,
    heard: Receiver<Heard>,
    /// How the terminal was before the editor.
    modes: Option<Termios>,
}

impl Prompt {
    /// Starts the editor with the lines of earlier sessions.
    pub(super) fn open(earlier: Vec<String>) -> Result<Self, Problem> {
        let modes = tcgetattr(io::stdin().as_fd()).ok();
        let before = modes.clone();
        interrupt::at_leaving(move || restore(before.as_ref()));
        let (prompts, wanted) = mpsc::channel::<String>();
        let (tell, heard) = mpsc::channel::<Heard>();
        let ends = tell.clone();
        interrupt::at_end(move || drop(ends.send(Heard::End)));
        let mut editor = editor(tell.clone(), earlier).map_err(|error| fault(&error))?;
        thread::spawn(move || {
            for prompt in wanted {
                if tell.send(read(&mut editor, &prompt)).is_err() {
                    break;
                }
            }
        });
        Ok(Self { prompts, heard, modes })
    }

    /// Asks for a line; then [`hear`](Self::hear) until there is one.
    pub(super) fn ask(&self, prompt: String) {
        // An editor that is gone is heard of.
        let _ = self.prompts.send(prompt);
    }

    pub(super) fn hear(&self) -> Heard {
        self.heard.recv().unwrap_or(Heard::End)
    }
}

impl Drop for Prompt {
    /// An editor that is still reading has the terminal as it wants it.
    fn drop(&mut self) {
        restore(self.modes.as_ref());
    }
}

fn restore(modes: Option<&Termios>) {
    if let Some(modes) = modes {
        let _ = tcsetattr(io::stdin().as_fd(), OptionalActions::Now, modes);
    }
}

fn fault(error: &ReadlineError) -> Problem {
    Problem::failed(format!("the terminal: {error}"))
}

fn editor(tell: Sender<Heard>, earlier: Vec<String>) -> rustyline::Result<Editor<Names, MemHistory>> {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .max_history_size(History::MOST)?
        .history_ignore_space(true)
        .build();
    let mut editor = Editor::with_history(config.clone(), MemHistory::with_config(&config))?;
    editor.set_helper(Some(Names(tell)));
    for line in earlier {
        editor.add_history_entry(line)?;
    }
    Ok(editor)
}

fn read(editor: &mut Editor<Names, MemHistory>, prompt: &str) -> Heard {
    let line = match editor.readline(prompt) {
        Ok(line) => line,
        Err(ReadlineError::Interrupted) => return Heard::Left,
        Err(ReadlineError::Eof) => return Heard::End,
        Err(error) => return Heard::Fault(fault(&error).text),
    };
    match editor.add_history_entry(&line) {
        Ok(is_new) => Heard::Line(line, is_new),
        Err(error) => Heard::Fault(fault(&error).text),
    }
}

/// Asks the shell what a word may become.
struct Names(Sender<Heard>);

impl Completer for Names {
    type Candidate = Pair;

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (reply, told) = mpsc::channel();
        let _ = self.0.send(Heard::Complete(line.get(..pos).unwrap_or(line).to_owned(), reply));
        Ok(told.recv().unwrap_or_default())
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}
impl Validator for Names {}
impl Helper for Names {}
