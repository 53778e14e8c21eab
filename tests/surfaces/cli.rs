//! The program.

use std::process::Stdio;
use std::thread;
use std::time::Instant;

use qftp_tests::program::{Run, command, signal};
use qftp_tests::servers::{PASSWORD, USER};

use crate::bench::{Bench, end};
use crate::job::{ABORT, Cause, Job, Outcome, Ran, TIMEOUT_S, Verb};

/// Does the jobs, a process each.
pub(crate) fn run(bench: &Bench, jobs: &[Job]) -> Vec<Ran> {
    jobs.iter().map(|job| one(bench, job)).collect()
}

fn one(bench: &Bench, job: &Job) -> Ran {
    let name: String = job.remote.iter().map(|byte| format!("%{byte:02X}")).collect();
    let url = format!("ftp://{USER}:{PASSWORD}@127.0.0.1:{}/{name}", bench.server_port());
    let mut qftp = command(&["--json", "--port", &bench.port(), "--apn", "internet"]);
    qftp.args(["--timeout", &TIMEOUT_S.to_string(), job.verb()]);
    match job.verb {
        Verb::Get => qftp.arg(&url).arg(&job.local),
        Verb::Put => qftp.arg(&job.local).arg(&url),
        Verb::Size => qftp.arg(&url),
    };
    qftp.env("XDG_STATE_HOME", bench.state());
    let flags = [(job.resume, "--resume"), (job.verify, "--verify"), (job.atomic, "--atomic")];
    qftp.args(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| flag));
    if job.retries > 0 {
        qftp.args(["--retries", &job.retries.to_string()]);
    }
    let began = Instant::now();
    let child = qftp.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("qftp starts");
    if job.abort {
        bench.stor_came().wait();
        // The server answers STOR later than that.
        thread::sleep(ABORT);
        signal(&child, "INT");
    }
    let outcome = match end(child) {
        Some(output) => outcome(&Run::from(output)),
        None => Outcome::failed(Cause::Broken, "it does not end"),
    };
    Ran { outcome, took: began.elapsed() }
}

fn outcome(run: &Run) -> Outcome {
    let said = format!("{}{}", run.text(), run.err);
    let cause = match run.code {
        Some(0) => return Outcome::Done,
        Some(1) => Cause::Differs,
        Some(2) => Cause::Misuse,
        Some(3) => Cause::Line,
        Some(4) => Cause::Module,
        Some(5) => Cause::Server,
        Some(6) => Cause::Local,
        Some(130) => Cause::Aborted,
        _ => Cause::Broken,
    };
    let number = |name: &str| {
        let (_, rest) = said.rsplit_once(&format!("\"{name}\":"))?;
        rest.split(|byte: char| !byte.is_ascii_digit()).next()?.parse().ok()
    };
    Outcome::Failed {
        cause,
        module: number("module_code").unwrap_or(0),
        server: number("server_code").unwrap_or(0),
        text: said.trim().to_owned(),
    }
}
