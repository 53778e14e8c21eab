//! `qftp survey`: asks a module everything that a family file holds, and writes one.
//!
//! What is decided is decided without I/O: the questions (`ask`) go over a [`wire::Wire`], and the conclusions are made of what was
//! found. This file opens the port and writes the files.

mod access;
mod args;
mod ask;
mod compare;
mod conclude;
mod consequence;
mod dialogue;
mod findings;
mod keys;
mod mask;
mod page;
mod record;
mod reply;
mod report;
mod stop;
#[cfg(test)]
mod tests;
mod toml_text;
mod wire;
mod write;

use std::time::Instant;

use qftp_transport::Tap;

use crate::exit::Problem;
use crate::output::say;
use crate::port::{Account, Context};
use crate::record::Taps;
use crate::time;
use crate::url::Url;
use access::Access;
pub(crate) use args::SurveyArgs;
use ask::{Scope, Server};
use dialogue::Dialogue;
use findings::Findings;
use mask::Masker;
use record::{Scribe, Sheet};
use report::Report;
use stop::Stop;
use wire::{PortWire, Shared};

/// Asks, writes, reports. What was found by the time of an error is written, too.
pub(crate) fn run(context: &Context, args: &SurveyArgs) -> Result<(), Problem> {
    let url = args.url.as_deref().map(Url::checked).transpose()?;
    let account = url.as_ref().map(|url| context.account(url)).transpose()?;
    write::check(args)?;
    let masker = masker(context, url.as_ref(), account.as_ref());
    let port = Shared::new(context.port()?);
    let (began, sheet) = (Instant::now(), Sheet::default());
    let other = Taps::boxed(context.options.record.as_deref(), context.options.verbose, say)?;
    let scribe =
        Scribe::new(began, masker.clone(), sheet.clone(), other).map_err(|error| Problem::file(&error))?;
    let mut access = match (&url, &account) {
        (Some(url), Some(account)) => {
            Some(Access::new(context, url, account, port.clone(), Box::new(scribe.clone())))
        }
        _ => None,
    };
    let mut wire = PortWire::new(port, began);
    let mut found = Findings::default();
    let scope = Scope { thorough: args.thorough, number: number() };
    let longest = ask::longest(access.is_some(), args.thorough);
    let tap: Box<dyn Tap> = Box::new(scribe);
    let mut dialogue =
        Dialogue::new(&mut wire, context.cancel.clone(), longest).watched(Some(tap), masker.clone());
    let server = access.as_mut().map(|access| access as &mut dyn Server);
    let stopped = ask::all(&mut dialogue, server, scope, &mut found).err();
    let asked = dialogue.asked;
    // A module that says nothing more is left as it is: nothing here could change it.
    let answers = !matches!(stopped, Some(Stop::Silent(_) | Stop::Port(_)));
    let no_login = access.and_then(|access| access.leave(answers));
    let survey = Survey { found, asked, stopped, masker, server: url.is_some(), thorough: args.thorough };
    survey.finish(context, args, &sheet.text())?;
    // What does not need a server was asked and is written; what does was not.
    no_login.map_or(Ok(()), Err)
}

/// What a survey has come to.
struct Survey {
    found: Findings,
    asked: usize,
    stopped: Option<Stop>,
    masker: Masker,
    server: bool,
    thorough: bool,
}

impl Survey {
    /// Writes the files and reports.
    fn finish(self, context: &Context, args: &SurveyArgs, recording: &str) -> Result<(), Problem> {
        let Self { found, asked, stopped, masker, server, thorough } = self;
        if found.values.is_empty() && found.commands.is_empty() {
            let stop = stopped.unwrap_or(Stop::Silent("AT".to_owned()));
            return Err(Problem { remedy: Some("nothing was said, and nothing is written; `qftp doctor` tells why a port does not answer".to_owned()), ..stop.problem() });
        }
        let nearest = conclude::nearest(&found);
        // From here on everything may be shown: the name of the file, too.
        let found = masked(found, &masker);
        let name = write::name(&found);
        let about = about(&found, server, thorough, stopped.is_some());
        let conclusion = conclude::family(&found, nearest, &name, &about);
        let family = &conclusion.family;
        let comparison = compare::compare(family, nearest, &found, (server, thorough, stopped.is_none()));
        let text = family.to_string();
        let written = write::files(args, &name, &text, recording)?;
        let model = found.text("identity.model").unwrap_or_default();
        let report = Report {
            family,
            nearest,
            is_own: nearest.identity.models.value.iter().any(|begin| model.starts_with(begin.as_str())),
            found: &found,
            comparison: &comparison,
            refused: &conclusion.refused,
            asked,
            stopped: stopped.as_ref(),
            file: Some(&written.family),
            recording: Some(&written.recording),
            masker: &masker,
        };
        if let Some(path) = &args.html {
            write::page(path, &page::page(&report, &text, recording))?;
        }
        context.output.result(&report.text(), &report.json());
        stopped.map_or(Ok(()), |stop| Err(stop.problem()))
    }
}

/// The survey in a line of the family file.
fn about(found: &Findings, server: bool, thorough: bool, stopped: bool) -> String {
    let of = |key| found.text(key).unwrap_or("of unknown name");
    let how = match (server, thorough, stopped) {
        (_, _, true) => ", not whole",
        (true, true, _) => ", with a server, thorough",
        (true, false, _) => ", with a server",
        (false, true, _) => ", thorough",
        (false, false, _) => "",
    };
    let (model, revision, day) = (of("identity.model"), of("identity.revision"), time::today());
    format!("qftp survey: model {model}, firmware {revision}, {day}{how}")
}

/// What goes into files holds no number of a device and no address.
fn masked(mut found: Findings, masker: &Masker) -> Findings {
    let text = |value: &mut toml::Value| {
        if let toml::Value::String(text) = value {
            *text = masker.text(text);
        }
    };
    for value in found.values.values_mut() {
        match value {
            toml::Value::Array(all) => all.iter_mut().for_each(text),
            value => text(value),
        }
    }
    found.texts.values_mut().for_each(|text| *text = masker.text(text));
    found
}

/// Logins and addresses that this survey knows of.
fn masker(context: &Context, url: Option<&Url>, account: Option<&Account>) -> Masker {
    let login = &context.apn_login;
    let mut words = vec![login.user.clone(), login.password.clone()];
    words.extend(url.map(|url| url.host.clone()));
    words.extend(account.map(|account| account.user().to_owned()));
    words.extend(account.map(|account| account.password().to_owned()));
    Masker::of(words)
}

/// Part of names that nobody else has: what a clock says, in so many digits as fit into any name.
fn number() -> u32 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    since.subsec_micros() ^ u32::try_from(since.as_secs() % 1_000_000).unwrap_or(0)
}
