//! The matrix as a page.

use std::fmt::Write as _;

use qftp_core::wire::TransMode;

use super::{OK, Operation, Outcome, expected};
use crate::servers::{Form, Kind};

const HEAD: &str = "\
# Four servers

What real servers answer through the emulated module and its real FTP client: every server, plain FTP and both forms of FTPS, each TLS
version alone, data connections both ways. Each operation is done by a host, and what it did is looked at on the server's disk.

This page is written by `cargo xtask matrix`; `cargo test` fails where it is stale. Numbers like `620,500` are the module's
`<err>,<protocol_error>`, sections 3 and 4 of the manual. What is not a plain success stands below each server's table with its real
answer, and is the same in every connection where there is a login.
";

/// The page.
#[must_use]
pub fn page(outcomes: &[Outcome]) -> String {
    let names: Vec<&str> = Operation::ALL.iter().map(|operation| operation.name()).collect();
    let mut page = format!("{HEAD}\nThe {} operations: {}.\n", names.len(), names.join(", "));
    for kind in Kind::ALL {
        let own: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.combination.kind == kind).collect();
        let _ = write!(page, "\n## {kind}\n\n| connection | passive | active |\n|---|---|---|\n");
        for passive in own.iter().filter(|outcome| outcome.combination.mode == TransMode::Passive) {
            let way = passive.combination;
            let other = own.iter().find(|outcome| {
                let Outcome { combination, .. } = outcome;
                (combination.form, combination.version, combination.mode)
                    == (way.form, way.version, TransMode::Active)
            });
            let active = other.map_or_else(String::new, |outcome| cell(outcome));
            let _ = writeln!(page, "| {} | {} | {active} |", connection(passive), cell(passive));
        }
        let remarks = remarks(&own);
        if !remarks.is_empty() {
            let _ = write!(page, "\n| what | answer | why |\n|---|---|---|\n{}", remarks.concat());
        }
    }
    page
}

fn connection(outcome: &Outcome) -> String {
    match (outcome.combination.form, outcome.combination.version) {
        (Form::Plain, _) => "plain".to_owned(),
        (form, Some(version)) => format!("{form}, TLS {version}"),
        (form, None) => form.to_string(),
    }
}

fn cell(outcome: &Outcome) -> String {
    match &outcome.answers {
        Err(answer) => format!("no login: `{answer}`"),
        Ok(answers) => {
            let good = answers.iter().filter(|(_, answer)| answer == OK).count();
            if good == answers.len() { "all".to_owned() } else { format!("{good} of {}", answers.len()) }
        }
    }
}

/// A line for each answer that is no success, and for what it was the answer to.
fn remarks(outcomes: &[&Outcome]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut add = |what: &str, answer: &str, row: Option<expected::Row>| {
        let why = row.filter(|row| row.answer == answer).map_or("**not expected**", |row| row.why);
        let line = format!("| {what} | `{answer}` | {why} |\n");
        if !lines.contains(&line) {
            lines.push(line);
        }
    };
    for Outcome { combination, answers } in outcomes {
        match answers {
            Err(answer) => add("login", answer, expected::login(combination)),
            Ok(answers) => {
                for (operation, answer) in answers.iter().filter(|(_, answer)| answer != OK) {
                    add(operation.name(), answer, expected::deviation(combination.kind, *operation));
                }
            }
        }
    }
    lines
}
