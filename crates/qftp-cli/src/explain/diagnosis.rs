//! What failed first, why, and what to do.

use qftp_core::dialect::Dialect;
use qftp_core::wire::Verb;
use serde::Serialize;

use super::exchange::{Exchange, Outcome};
use super::mistakes::{self, Seen};
use super::print;
use super::steps::Step;

/// What a log comes to.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Diagnosis {
    /// In a sentence.
    pub(super) diagnosis: String,
    /// The log's line of the exchange that it is about.
    pub(super) line: Option<usize>,
    pub(super) cause: Option<String>,
    pub(super) remedy: Option<String>,
    pub(super) mistakes: Vec<Seen>,
    /// How much it says: what is worse explains more.
    #[serde(skip)]
    weight: u8,
}

/// The lines of a mistake that are kept of a log of many parts.
const LINES: usize = 1000;

impl Diagnosis {
    /// Takes in what the next part of the log comes to.
    pub(super) fn add(&mut self, part: Self) {
        for seen in part.mistakes {
            match self.mistakes.iter_mut().find(|known| known.name == seen.name) {
                Some(known) => {
                    known.lines.extend(seen.lines);
                    known.lines.truncate(LINES);
                }
                None => self.mistakes.push(seen),
            }
        }
        if part.weight > self.weight {
            let Self { diagnosis, line, cause, remedy, weight, .. } = part;
            (self.diagnosis, self.line, self.cause, self.remedy) = (diagnosis, line, cause, remedy);
            self.weight = weight;
        }
    }

    pub(super) fn of(steps: &[Step]) -> Self {
        let mistakes = mistakes::of(steps);
        let exchanges = || {
            steps.iter().filter_map(|step| match step {
                Step::Exchange(exchange) => Some(&**exchange),
                Step::Unasked(_) => None,
            })
        };
        // What other commands answer is for others to judge.
        let ours = || exchanges().filter(|exchange| !exchange.operation.is_empty());
        let first = ours().find(|exchange| exchange.outcome == Outcome::Failed);
        let first = first.or_else(|| ours().find(|exchange| exchange.outcome == Outcome::Unfinished));
        let spoken = |exchange: &&Exchange| Dialect::of_command(exchange.raw.as_bytes()).is_some();
        if let Some(foreign) = exchanges().find(spoken)
            && let Some(dialect) = Dialect::of_command(foreign.raw.as_bytes())
        {
            let diagnosis =
                format!("the FTP commands are those of {}: qftp does not judge them", dialect.who);
            let (cause, remedy) = (Some(dialect.speaks.to_owned()), Some(dialect.needs.to_owned()));
            return Self { diagnosis, line: Some(foreign.line), cause, remedy, mistakes, weight: 5 };
        }
        let Some(first) = first else {
            let (weight, diagnosis) = match (exchanges().count(), ours().count(), mistakes.len()) {
                (0, ..) => (0, "no dialogue with a module in it"),
                (_, 0, _) => (1, "no command in it that qftp knows: there is nothing to judge"),
                (_, _, 0) => (2, "nothing failed"),
                _ => (3, "no command failed, but the host makes mistakes"),
            };
            let diagnosis = diagnosis.to_owned();
            return Self { diagnosis, line: None, cause: None, remedy: None, mistakes, weight };
        };
        // A mistake explains more than the code that it led to.
        let mistake = mistakes.iter().find(|seen| about(seen, first));
        let command = first.command().unwrap_or_else(|| first.operation.clone());
        // A module that says it is another one has none of these commands, or means something else by them.
        let mut told = exchanges().flat_map(|exchange| &exchange.answers);
        let other = told.find_map(|line| Dialect::of_identity(line.as_bytes()));
        let other = other.filter(|_| first.verb.is_some_and(Verb::is_ftp));
        Self {
            diagnosis: format!("line {}: {command}: {}", first.line, print::outcome(first)),
            line: Some(first.line),
            cause: other
                .map(|dialect| format!("this is {}: {}", dialect.who, dialect.speaks))
                .or_else(|| mistake.map(|seen| seen.said.to_owned()))
                .or_else(|| print::cause(first)),
            remedy: other
                .map(|dialect| dialect.needs.to_owned())
                .or_else(|| mistake.map(|seen| seen.remedy.to_owned()))
                .or_else(|| print::remedy(first)),
            mistakes,
            weight: if first.outcome == Outcome::Failed { 5 } else { 4 },
        }
    }
}

impl Diagnosis {
    /// The mistakes that the cause does not say already.
    pub(super) fn further(&self) -> impl Iterator<Item = &Seen> {
        self.mistakes.iter().filter(|seen| seen.lines.len() > 1 || self.cause.as_deref() != Some(seen.said))
    }
}

/// Whether a mistake is the reason of this failure: it was made here, and it is not what followed from it.
fn about(seen: &Seen, exchange: &Exchange) -> bool {
    seen.lines.contains(&exchange.line) && seen.name != "failure-taken-for-success"
}
