//! A terminal with the program in it: what a person types and sees.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::program::qftp;

/// The longest that anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A pseudo-terminal, and the program that has it as its own.
#[derive(Debug)]
pub struct Terminal {
    child: Child,
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    /// What was waited for already.
    read: usize,
}

impl Terminal {
    /// Starts the program in a folder, in an environment of its own.
    ///
    /// # Panics
    /// When there is no pseudo-terminal, or no `setsid` to give it to the program.
    #[must_use]
    pub fn start(arguments: &[&str], folder: &Path, environment: &[(&str, &Path)]) -> Self {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a pseudo-terminal");
        grantpt(&master).expect("granted");
        unlockpt(&master).expect("unlocked");
        let size = Winsize { ws_row: 30, ws_col: 100, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&master, size).expect("sized");
        let path = ptsname(&master, Vec::new()).expect("its name").into_string().expect("text");
        let side = || OpenOptions::new().read(true).write(true).open(&path).expect("opened");
        // A session of its own, so that Ctrl-C comes to it as from a terminal.
        let mut command = Command::new("setsid");
        command.args(["--ctty", "--wait"]).arg(qftp()).args(arguments).current_dir(folder);
        for name in ["QFTP_PORT", "QFTP_PASSWORD", "HOME"] {
            command.env_remove(name);
        }
        command
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("XDG_STATE_HOME", "/dev/null")
            .env("TERM", "xterm")
            .envs(environment.iter().copied());
        command.stdin(Stdio::from(side())).stdout(Stdio::from(side())).stderr(Stdio::from(side()));
        let child = command.spawn().expect("setsid runs");
        let keyboard = File::from(master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut output, seen) = (keyboard.try_clone().expect("cloned"), screen.clone());
        thread::spawn(move || {
            let mut buf = [0; 4096];
            // It ends by an error when the program has closed its side.
            while let Ok(count @ 1..) = output.read(&mut buf) {
                seen.lock().expect("no panic").extend(&buf[..count]);
            }
        });
        Self { child, keyboard, screen, read: 0 }
    }

    /// Types.
    pub fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("typed");
    }

    /// Everything that was written to the screen so far, as it came.
    #[must_use]
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().expect("no panic")).into_owned()
    }

    /// Waits until this is written, after what was waited for before.
    ///
    /// # Panics
    /// When it does not come.
    pub fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen);
    }

    /// The same on a screen that is drawn: words stand where the cursor is moved to, so that this is read as blanks.
    ///
    /// # Panics
    /// When they do not come.
    pub fn wait_for_words(&mut self, words: &str) {
        self.wait(words, |screen| plain(&screen));
    }

    fn wait(&mut self, text: &str, read: impl Fn(String) -> String) {
        let began = Instant::now();
        loop {
            let screen = read(self.screen());
            if let Some(at) = screen.get(self.read..).and_then(|rest| rest.find(text)) {
                self.read += at + text.len();
                return;
            }
            let last: String = screen.chars().skip(screen.chars().count().saturating_sub(3000)).collect();
            assert!(began.elapsed() < PATIENCE, "no {text:?} at the end of {last:?}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends the program a signal.
    ///
    /// # Panics
    /// When it has ended.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    /// Whether the terminal shows what is typed, and hands it over by lines, as before the program.
    ///
    /// # Panics
    /// When the terminal does not say.
    #[must_use]
    pub fn is_cooked(&self) -> bool {
        let modes = rustix::termios::tcgetattr(&self.keyboard).expect("it says").local_modes;
        modes.contains(rustix::termios::LocalModes::ECHO | rustix::termios::LocalModes::ICANON)
    }

    /// Waits for the program's end; its exit code.
    ///
    /// # Panics
    /// When it does not end.
    pub fn end(&mut self) -> Option<i32> {
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.code();
            }
            assert!(began.elapsed() < PATIENCE, "it does not end: {:?}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A screen's text without its control sequences.
fn plain(screen: &str) -> String {
    let mut text = String::new();
    let mut rest = screen.split('\u{1b}');
    text.push_str(rest.next().unwrap_or_default());
    for sequence in rest {
        let end = sequence.find(|sign: char| sign.is_ascii_alphabetic()).map_or(sequence.len(), |at| at + 1);
        let (control, words) = sequence.split_at_checked(end).unwrap_or((sequence, ""));
        if control.ends_with('H') {
            text.push(' ');
        }
        text.push_str(words);
    }
    text
}
