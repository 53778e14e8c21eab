//! The `qftp` program as its users meet it: started, with arguments, as a process.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The program's path: what `QFTP_TEST_QFTP` names, or else what cargo builds now.
pub fn qftp() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        if let Some(path) = std::env::var_os("QFTP_TEST_QFTP") {
            return PathBuf::from(path);
        }
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo)
            .args(["build", "--quiet", "--package", "qftp-cli", "--all-features"])
            .status();
        assert!(built.expect("cargo runs").success(), "qftp-cli does not build");
        // This test is TARGET/debug/deps/NAME-HASH.
        let test = std::env::current_exe().expect("a path");
        let folder = test.ancestors().nth(2).expect("a target folder");
        folder.join("qftp")
    })
}

/// What a run of the program left behind.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: Option<i32>,
    /// Standard output.
    pub out: Vec<u8>,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// Standard output as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Standard output, if the program succeeded; else the test ends here, with what it said.
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}\n{}", self.text(), self.err);
        self.text()
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: output.stdout,
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// A command of the program that knows nothing of this machine's configuration.
#[must_use]
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(qftp());
    command.args(arguments).stdin(Stdio::null());
    for name in ["QFTP_PORT", "QFTP_PASSWORD", "HOME"] {
        command.env_remove(name);
    }
    // Nobody's settings, and nobody's notes: no folder can be made in a device.
    command.env("XDG_CONFIG_HOME", "/nonexistent").env("XDG_STATE_HOME", "/dev/null");
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Run {
    command(arguments).output().expect("qftp runs").into()
}

/// `qftp emulate --pty`, in a process of its own until dropped.
#[derive(Debug)]
pub struct Module {
    child: Child,
    command: Command,
    folder: TempDir,
}

impl Module {
    /// Starts it, with more arguments.
    #[must_use]
    pub fn start(arguments: &[&str]) -> Self {
        Self::start_in(arguments, &[])
    }

    /// Starts it in an environment of its own.
    #[must_use]
    pub fn start_in(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let folder = TempDir::with_prefix("qftp-module-").expect("a folder");
        let link = folder.path().join("modem");
        let storage = folder.path().join("storage");
        let mut command =
            command(&["emulate", "--pty", &link.to_string_lossy(), "--storage", &storage.to_string_lossy()]);
        command
            .args(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log")).expect("made"));
        let child = Self::spawn(&mut command, &link.to_string_lossy());
        Self { child, command, folder }
    }

    fn spawn(command: &mut Command, link: &str) -> Child {
        let mut child = command.spawn().expect("qftp starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        assert_eq!(line.trim_end(), link);
        child
    }

    /// Ends it at once, as a module whose power fails; its port is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Starts it again at the same link, with the same files.
    pub fn restart(&mut self) {
        self.kill();
        self.child = Self::spawn(&mut self.command, &self.folder.path().join("modem").to_string_lossy());
    }

    /// The port for `--port`.
    #[must_use]
    pub fn port(&self) -> String {
        self.folder.path().join("modem").to_string_lossy().into_owned()
    }

    /// The folder with UFS, RAM and SD.
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.folder.path().join("storage")
    }

    /// What it said on standard error: with `-v` the dialogue.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Runs the program on this module, with an access point name.
    pub fn qftp(&self, arguments: &[&str]) -> Run {
        command(&["--port", &self.port(), "--apn", "internet"])
            .args(arguments)
            .output()
            .expect("qftp runs")
            .into()
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        signal(&self.child, "INT");
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(5) {
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The file that a download to this path is in until it is whole; a path of no file where there is none.
#[must_use]
pub fn partial(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let folder = path.parent().unwrap_or(Path::new("."));
    let is_it = |found: &str| found.starts_with(&format!(".{name}.")) && found.ends_with(".part");
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    folder.join(names.find(|found| is_it(found)).unwrap_or_else(|| format!(".{name}.none.part")))
}

/// Sends a signal to a process, by its name.
pub fn signal(child: &Child, name: &str) {
    let _ = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
}
