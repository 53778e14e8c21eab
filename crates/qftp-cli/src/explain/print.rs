//! A dialogue and its diagnosis as text and as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use qftp_core::session::{Cause, Failure, LineFault, SessionState};
use qftp_core::wire::Verb;
use serde::Serialize;
use serde_json::Value;

use super::diagnosis::Diagnosis;
use super::exchange::{Code, Exchange, Outcome};
use super::steps::{Step, Unasked};
use crate::output::Output;

/// One exchange as programs read it.
#[derive(Serialize)]
struct Object {
    line: usize,
    command: Option<String>,
    operation: Option<String>,
    outcome: Outcome,
    module_code: Option<u16>,
    server_code: Option<u16>,
    value: Option<Value>,
    bytes: Option<u64>,
    meaning: String,
    remedy: Option<String>,
    seconds: Option<f64>,
}

/// Prints what passed.
pub(super) fn steps(output: Output, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Exchange(exchange) => output.result(&text(exchange), &object(exchange)),
            // Programs read exchanges; what else was said tells in the diagnosis.
            Step::Unasked(unasked) if !output.json => {
                let text = format!("{:>5}  {}\n       {}", unasked.line, unasked.text, about(unasked));
                output.result(&text, &());
            }
            Step::Unasked(_) => {}
        }
    }
}

/// Prints what it comes to.
pub(super) fn diagnosis(output: Output, diagnosis: &Diagnosis) {
    output.result(&summary(diagnosis), diagnosis);
}

/// What is known of a line that belongs to none of our commands.
pub(super) fn about(unasked: &Unasked) -> String {
    unasked
        .of
        .map_or_else(|| "unasked".to_owned(), |line| format!("belongs to line {line}, as its name says"))
}

fn object(exchange: &Exchange) -> Object {
    Object {
        line: exchange.line,
        command: exchange.command(),
        operation: Some(exchange.operation.clone()).filter(|operation| !operation.is_empty()),
        outcome: exchange.outcome,
        module_code: exchange.code.map(number),
        server_code: exchange.reply.is_some().then(|| exchange.reply.get()),
        value: exchange.value.clone(),
        bytes: exchange.bytes,
        meaning: outcome(exchange),
        remedy: remedy(exchange),
        seconds: exchange.took().map(|took| took.as_secs_f64()),
    }
}

fn text(exchange: &Exchange) -> String {
    let command = exchange.command().unwrap_or_else(|| "(its command is not in the log)".to_owned());
    let mut text = format!("{:>5}  {command}", exchange.line);
    if !exchange.operation.is_empty() {
        let _ = write!(text, "\n       {}", exchange.operation);
    }
    if let Some(bytes) = exchange.bytes.filter(|_| exchange.connected) {
        let _ = write!(text, "\n       | <{bytes} bytes>");
    }
    for answer in &exchange.answers {
        let _ = write!(text, "\n       | {answer}");
    }
    let mark = match exchange.outcome {
        Outcome::Ok => '✓',
        Outcome::Failed => '✗',
        Outcome::Unfinished => '?',
    };
    let _ = write!(text, "\n     {mark} {}", outcome(exchange));
    if let Some(took) = exchange.took() {
        let _ = write!(text, ", after {}", seconds(took));
    }
    text
}

pub(super) fn seconds(time: Duration) -> String {
    format!("{:.3} s", time.as_secs_f64())
}

fn summary(diagnosis: &Diagnosis) -> String {
    let mut text = format!("\nDiagnosis: {}", diagnosis.diagnosis);
    for (word, about) in [("likely cause", &diagnosis.cause), ("remedy", &diagnosis.remedy)] {
        if let Some(about) = about {
            let _ = write!(text, "\n  {word}: {about}");
        }
    }
    for seen in diagnosis.further() {
        let lines: Vec<String> = seen.lines.iter().map(usize::to_string).collect();
        let word = if lines.len() == 1 { "line" } else { "lines" };
        let _ = write!(text, "\nMistake of the host, {word} {}: {}", lines.join(", "), seen.said);
        let _ = write!(text, "\n  remedy: {}", seen.remedy);
    }
    text
}

fn number(code: Code) -> u16 {
    match code {
        Code::Ftp(code) => code.get(),
        Code::Cme(code) => code.get(),
    }
}

/// How an exchange ended, in a phrase.
pub(super) fn outcome(exchange: &Exchange) -> String {
    match exchange.outcome {
        Outcome::Ok => match (&exchange.value, exchange.bytes) {
            (_, Some(bytes)) => format!("done: {bytes} bytes"),
            // The answers are shown as they came.
            _ if !exchange.answers.is_empty() => "done".to_owned(),
            (Some(Value::String(text)), _) => format!("done: {text}"),
            (Some(number), _) => format!("done: {number}"),
            (None, None) if exchange.is_foreign() => "OK, to a command that qftp does not judge".to_owned(),
            (None, None) => "done".to_owned(),
        },
        Outcome::Failed => {
            let mut text = match exchange.code {
                Some(Code::Ftp(code)) => format!("failed: {code}"),
                Some(Code::Cme(code)) => format!("failed: {code}"),
                None if exchange.restarted => "failed: the module restarted".to_owned(),
                None => "failed, and the module gave no reason".to_owned(),
            };
            if exchange.reply.is_some() {
                let _ = write!(text, "; the server said {}", exchange.reply);
            }
            text
        }
        Outcome::Unfinished if exchange.accepted => "accepted with OK, but the log has no outcome".to_owned(),
        Outcome::Unfinished if exchange.connected => "in data mode, and the log has no end of it".to_owned(),
        Outcome::Unfinished => "no answer in the log".to_owned(),
    }
}

/// A restart as core knows it.
const fn restart(exchange: &Exchange) -> Failure {
    let (verb, cause) = (exchange.verb, Cause::Line(LineFault::Restarted));
    Failure { verb, cause, transferred: 0, state: SessionState::Reset }
}

/// The likely cause of what did not end well.
pub(super) fn cause(exchange: &Exchange) -> Option<String> {
    match exchange.outcome {
        Outcome::Ok => None,
        Outcome::Failed => Some(match exchange.code {
            // The server's own words say more than the module's.
            _ if exchange.reply.is_known() && exchange.reply.is_some() => exchange.reply.cause().to_owned(),
            Some(Code::Ftp(code)) => code.cause().to_owned(),
            Some(Code::Cme(code)) => code.cause().to_owned(),
            None if exchange.restarted => restart(exchange).likely_cause().to_owned(),
            None if exchange.misspelt => "the parameters are not those of this command".to_owned(),
            None => "the module tells no reason while AT+CMEE=0 is set".to_owned(),
        }),
        Outcome::Unfinished => Some(
            if exchange.accepted || exchange.connected {
                "the log ends too early, the module's results go to another port (AT+QURCCFG=\"urcport\"), or the module hangs"
            } else {
                "the log ends too early, or the module is off, at another rate or in data mode"
            }
            .to_owned(),
        ),
    }
}

/// What to do about what did not end well.
pub(super) fn remedy(exchange: &Exchange) -> Option<String> {
    match exchange.outcome {
        Outcome::Ok => None,
        Outcome::Failed => Some(match exchange.code {
            _ if exchange.reply.is_known() && exchange.reply.is_some() => exchange.reply.remedy().to_owned(),
            Some(Code::Ftp(code)) => code.remedy().to_owned(),
            Some(Code::Cme(code)) => code.remedy().to_owned(),
            None if exchange.restarted => restart(exchange).remedy().to_owned(),
            None if exchange.verb == Some(Verb::Qiact) => "ask with AT+QIGETERROR; check SIM, registration and APN".to_owned(),
            None if exchange.operation.is_empty() => return None,
            None => "switch reasons on with AT+CMEE=1; check the SIM card (AT+CPIN?) and the command's form (=?)".to_owned(),
        }),
        Outcome::Unfinished if exchange.operation.is_empty() => None,
        Outcome::Unfinished if exchange.verb.is_some_and(Verb::silence_needs_reactivation) && exchange.accepted => Some(
            "wait for rsptimeout; if nothing comes, AT+QFTPCLOSE, AT+QIDEACT, AT+QIACT and open again".to_owned(),
        ),
        Outcome::Unfinished if exchange.accepted || exchange.connected => {
            Some("wait for the outcome; look where results go with AT+QURCCFG=\"urcport\"; then close and open again".to_owned())
        }
        Outcome::Unfinished => Some("send AT until OK comes; +++ with a second of silence around it leaves data mode".to_owned()),
    }
}
