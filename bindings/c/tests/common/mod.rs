//! C programs: compiled against the library, run against an emulated module and a real server.
#![allow(dead_code, reason = "each test uses a part of it")]

pub mod firmware;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use qftp_emulator::{Config, Drives, Emulator};
use qftp_tests::servers::{Kind, PASSWORD, Server, USER};

pub const WARNINGS: [&str; 6] = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror"];

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folder with libqftp.a, libqftp.so and libqftp_emulator.so: what `QFTP_TEST_LIBRARIES` names, or else what cargo builds now.
pub fn library() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("QFTP_TEST_LIBRARIES") {
            return PathBuf::from(folder);
        }
        let arguments = ["build", "--quiet", "--package", "qftp-c", "--package", "qftp-c-emulator"];
        // A client's key with a password is OpenSSL's.
        succeed(cargo().args(arguments).args(["--features", "qftp-c-emulator/openssl"]));
        // This test is TARGET/debug/deps/NAME-HASH.
        let test = std::env::current_exe().expect("a path");
        test.ancestors().nth(2).expect("a target folder").to_path_buf()
    })
}

/// The cargo that runs this test, in the workspace.
pub fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    cargo
}

pub fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}\n{}", output.status, said(&output));
    output
}

/// All that a program said.
pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// The functions that a shared library gives to programs.
pub fn exported(name: &str) -> Vec<String> {
    let mut nm = Command::new("nm");
    let nm = succeed(nm.args(["-D", "--defined-only"]).arg(library().join(format!("lib{name}.so"))));
    said(&nm).lines().filter_map(|line| line.split(' ').nth(2).map(str::to_owned)).collect()
}

pub fn include() -> String {
    format!("-I{}", root().join("include").display())
}

pub fn example(name: &str) -> PathBuf {
    root().join("bindings/c/examples").join(name)
}

/// A program of the C test suite.
pub fn suite(name: &str) -> PathBuf {
    root().join("bindings/c/tests/c").join(name)
}

/// Compiles a program, with every warning an error, and links it with libqftp.a; one that includes qftp_emulator.h with libqftp_emulator.so too.
pub fn compile(folder: &Path, source: &Path, flags: &[&str]) -> PathBuf {
    let program = folder.join(source.file_stem().expect("a name"));
    let cxx = source.extension().is_some_and(|extension| extension == "cpp");
    let text =
        std::fs::read_to_string(source).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    let mut compiler = Command::new(if cxx { "c++" } else { "cc" });
    compiler.arg(if cxx { "-std=c++17" } else { "-std=c99" }).args(WARNINGS).arg(include()).args(flags);
    compiler.arg("-o").arg(&program).arg(source).arg(library().join("libqftp.a"));
    if text.contains("qftp_emulator.h") {
        let built = library().join("libqftp_emulator.so");
        // The loader looks for the name that the library has in itself.
        let name = folder.join("libqftp_emulator.so.0");
        if !name.exists() {
            std::os::unix::fs::symlink(&built, &name).expect("a link");
        }
        compiler.arg(built).arg(format!("-Wl,-rpath,{}", folder.display()));
    }
    succeed(compiler.args(["-lpthread", "-ldl", "-lm"]));
    program
}

/// An emulated module on a pseudo-terminal, and an FTP server.
pub struct Bench {
    pub module: Emulator,
    pub server: Server,
}

impl Bench {
    pub fn new(kind: Kind) -> Self {
        Self::with(Server::start(kind))
    }

    pub fn with(server: Server) -> Self {
        let drives = Drives::temporary().expect("a folder");
        let module = Emulator::builder(Config::new(drives)).on_pty(None).expect("a PTY");
        Self { module, server }
    }

    /// Runs a program with what it takes to log in: port, access point, server, its port, user, password; then `more`.
    pub fn run(&self, program: &Path, more: &[&str]) -> Output {
        self.run_under(&[], program, more)
    }

    /// The same under a tool.
    pub fn run_under(&self, tool: &[&str], program: &Path, more: &[&str]) -> Output {
        let mut command = match tool {
            [] => Command::new(program),
            [tool, arguments @ ..] => {
                let mut command = Command::new(tool);
                command.args(arguments).arg(program);
                command
            }
        };
        command.args(self.arguments()).args(more).output().expect("it runs")
    }

    pub fn arguments(&self) -> [String; 6] {
        let port = self.module.path().expect("a path").display().to_string();
        let server = self.server.port().to_string();
        [port, "internet".into(), "127.0.0.1".into(), server, USER.into(), PASSWORD.into()]
    }
}

/// Bytes that make other code trip.
pub fn payload() -> Vec<u8> {
    let mut bytes = b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\n\0".repeat(2_000);
    bytes.extend(0..=255);
    bytes
}
