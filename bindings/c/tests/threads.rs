//! Two clients in two threads, a cancellation from a third, `const` calls at any time: as it is, and under the thread sanitizer, with the library
//! itself instrumented.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use qftp_emulator::{Config, Drives, Emulator};
use qftp_tests::servers::Kind;

use crate::common::{Bench, WARNINGS, cargo, compile, include, said, succeed, suite};

/// Runs the program on two modules.
fn run(program: &Path) {
    let bench = Bench::new(Kind::Pyftpdlib);
    let drives = Drives::temporary().expect("a folder");
    let other = Emulator::builder(Config::new(drives)).on_pty(None).expect("a PTY");
    let mut arguments = bench.arguments().to_vec();
    arguments.insert(1, other.path().expect("a path").display().to_string());
    let output = watched(program, &arguments);
    assert!(output.status.success(), "{}\n{}", output.status, said(&output));
}

/// Runs a program, with its memory where older sanitizers want it: some systems scatter it more than these know.
fn watched(program: &Path, arguments: &[String]) -> Output {
    let run = |command: &mut Command| {
        command.args(arguments).env("TSAN_OPTIONS", "halt_on_error=1").output().expect("it runs")
    };
    let output = run(&mut Command::new(program));
    match said(&output).contains("unexpected memory mapping") {
        true => run(Command::new("setarch").arg("-R").arg(program)),
        false => output,
    }
}

#[test]
fn as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    run(&compile(folder.path(), &suite("threads.c"), &["-pthread"]));
}

/// The compiler is asked for what it has and does not promise yet; the sanitizer's symbols are those of GCC's runtime.
#[test]
fn under_the_thread_sanitizer() {
    let folder = tempfile::tempdir().expect("a folder");
    let target = crate::common::library().join("thread-sanitizer");
    let host = succeed(Command::new("rustc").arg("-vV"));
    let host = said(&host).lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
    let host = host.expect("rustc says what it is for");
    succeed(
        cargo()
            .args(["build", "--quiet", "--package", "qftp-c", "--target", &host, "--target-dir"])
            .arg(&target)
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTFLAGS", FLAGS)
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    );
    let library = target.join(&host).join("debug/libqftp.a");
    let watches = succeed(Command::new("nm").arg("--undefined-only").arg(&library));
    assert!(said(&watches).contains("__tsan_write8"), "the library is not instrumented");
    let program = folder.path().join("threads");
    let mut cc = Command::new("cc");
    cc.args(["-std=c99", "-g", "-fsanitize=thread"]).args(WARNINGS).arg(include());
    cc.arg("-o").arg(&program).arg(suite("threads.c")).arg(suite("tsan.c"));
    succeed(cc.arg(&library).args(["-lpthread", "-ldl", "-lm"]));
    run(&program);
    // What is never wrong proves nothing: the sanitizer finds a race where there is one.
    let race = folder.path().join("race.c");
    fs::write(&race, RACE).expect("written");
    let program = folder.path().join("race");
    succeed(Command::new("cc").args(["-g", "-fsanitize=thread", "-o"]).arg(&program).arg(&race));
    let found = watched(&program, &[]);
    assert!(said(&found).contains("data race"), "{}", said(&found));
}

const FLAGS: &str = "-Zsanitizer=thread -Cunsafe-allow-abi-mismatch=sanitizer --cfg qftp_thread_sanitizer";

const RACE: &str = "#include <pthread.h>
static int shared;
static void *count(void *user) { (void)user; for (int i = 0; i < 1000; i++) shared++; return 0; }
int main(void) { pthread_t a, b; pthread_create(&a, 0, count, 0); pthread_create(&b, 0, count, 0);
    pthread_join(a, 0); pthread_join(b, 0); return shared == 0; }
";
