//! A [`Plan`] carried out, one step after the other; a step that fails does not stop the others.

use std::fs;
use std::io;
use std::path::Path;

use qftp_core::job::Policy;
use qftp_transport::{Begin, Error, LocalSource, LocalTarget, Origin, Version};
use serde_json::json;

use super::plan::{self, Deed, Step};
use super::{Direction, here};
use crate::args::SyncArgs;
use crate::bar::Bar;
use crate::exit::{Code, Problem};
use crate::folder::shown;
use crate::get;
use crate::port::{Account, Context};
use crate::there::There;
use crate::time::{self, Span};
use crate::url::check_name;

/// What was done.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) files: u64,
    pub(super) bytes: u64,
    pub(super) folders: u64,
    pub(super) deleted: u64,
    pub(super) failed: Vec<Problem>,
    /// Steps that were not come to, and why.
    pub(super) ended: Option<(usize, Problem)>,
}

pub(super) struct Work<'c, 't, 'a, 'w> {
    pub(super) context: &'c Context,
    pub(super) account: &'c Account,
    pub(super) args: &'c SyncArgs,
    pub(super) direction: Direction,
    pub(super) here: &'c Path,
    pub(super) there: &'t mut There<'a, 'w>,
    pub(super) done: Done,
}

impl Work<'_, '_, '_, '_> {
    /// Does these steps; so many more come after them.
    pub(super) fn run(&mut self, steps: &[Step], after: usize) {
        let bar = self.context.bar("");
        let total = plan::bytes(steps);
        let mut passed: u64 = 0;
        let mut made_none: Vec<String> = Vec::new();
        let count = steps.len() + after;
        for (place, step) in steps.iter().enumerate() {
            // A folder that could not be made takes what is in it along.
            if made_none.iter().any(|folder| is_below(&step.folder, folder)) {
                let text = format!("{}: its folder could not be made", shown(&step.path()));
                self.fail(&bar, step, Problem::failed(text));
                continue;
            }
            bar.name(&step.path());
            self.there.client.set_progress(Some(bar.mover_among(passed, Some(total))));
            if let Deed::Transfer { size, .. } = step.deed {
                passed = passed.saturating_add(size.unwrap_or(0));
            }
            match self.step(step) {
                Ok(bytes) => self.tell(&bar, step, bytes),
                Err(problem) => {
                    let interrupted = problem.code == Code::Interrupted;
                    if step.deed == Deed::MakeFolder {
                        made_none.push(step.path());
                    }
                    self.fail(&bar, step, problem.clone());
                    if interrupted {
                        self.done.ended = Some((count - place - 1, problem));
                        break;
                    }
                    if let Err(error) = self.there.ready() {
                        self.done.ended = Some((count - place - 1, self.account.problem(error)));
                        break;
                    }
                }
            }
        }
        self.there.client.set_progress(None);
        bar.finish();
    }

    fn step(&mut self, step: &Step) -> Result<Option<u64>, Problem> {
        let path = step.path();
        let local = here::path(self.here, &path);
        let here = |result: io::Result<()>| match result {
            Ok(()) => Ok(None),
            Err(error) => Err(Problem::local(&local, &error)),
        };
        if self.direction == Direction::Up {
            check_name(&step.name).map_err(|problem| Problem {
                text: format!("{}: {}", shown(&path), problem.text),
                ..problem
            })?;
        }
        let there = self.there.path(&path);
        let remote = match (&step.deed, self.direction) {
            (Deed::MakeFolder, Direction::Down) => return here(fs::create_dir_all(&local)),
            (Deed::Delete, Direction::Down) => return here(fs::remove_file(&local)),
            (Deed::RemoveFolder, Direction::Down) => return here(fs::remove_dir(&local)),
            (Deed::MakeFolder, Direction::Up) if step.name.is_empty() => self.there.make(&there),
            (Deed::MakeFolder, Direction::Up) => self.there.attempt(|client| client.make_dir(&there)),
            (Deed::Delete, Direction::Up) => self.there.attempt(|client| client.delete(&there)),
            (Deed::RemoveFolder, Direction::Up) => self.there.attempt(|client| client.remove_dir(&there)),
            (Deed::Transfer { resume, .. }, Direction::Up) => return self.send(step, &local, *resume),
            (Deed::Transfer { size, time, resume, .. }, Direction::Down) => {
                return self.fetch(step, &local, *size, *time, *resume);
            }
        };
        remote.map(|()| None).map_err(|error| self.account.problem(error).about(shown(&path)))
    }

    fn send(&mut self, step: &Step, local: &Path, resume: bool) -> Result<Option<u64>, Problem> {
        let mut source = LocalSource::open(local).map_err(|error| Problem::file(&error))?;
        let policy = self.policy(resume);
        let sent = self
            .there
            .transfer(&step.folder, |client, way| client.send_file(&step.name, &mut source, policy, way));
        sent.map(Some).map_err(|error| self.account.problem(error).about(shown(&step.path())))
    }

    fn fetch(
        &mut self,
        step: &Step,
        local: &Path,
        size: Option<u64>,
        time: Option<Span>,
        resume: bool,
    ) -> Result<Option<u64>, Problem> {
        let modified = time.map(|time| time::shown(time).replace(['-', ':', ' '], ""));
        let origin = Origin {
            version: Version { size, modified },
            ..self.there.origin(&self.there.path(&step.folder), &step.name)
        };
        let begin = if resume { Begin::Partial } else { Begin::Anew };
        let mut target =
            LocalTarget::create(local, "", &origin, begin).map_err(|error| Problem::file(&error))?;
        let policy = self.policy(resume);
        let got = self.there.transfer(&step.folder, |client, way| {
            client.fetch_sized(&step.name, &mut target, size, policy, way)
        });
        let bytes = match got {
            Ok(bytes) => bytes,
            Err(error) => {
                let problem = self.account.problem(error).about(shown(&step.path()));
                return get::finish(target, Err(problem)).map(|(_, bytes)| Some(bytes));
            }
        };
        if let Some(time) = self.time(step, time)? {
            target.set_modified(time.system());
        }
        target.finish().map(|_| Some(bytes)).map_err(|error| Problem::file(&error))
    }

    /// The time that a download gets: what a listing tells only to the day is asked for.
    fn time(&mut self, step: &Step, listed: Option<Span>) -> Result<Option<Span>, Problem> {
        let Some(listed) = listed.filter(|listed| listed.width > 60) else { return Ok(listed) };
        let exact = self.there.exact_time(&step.folder, &step.name);
        let exact = exact.map_err(|error: Error| self.account.problem(error).about(shown(&step.path())))?;
        Ok(exact.or(Some(listed)))
    }

    fn policy(&self, resume: bool) -> Policy {
        Policy { resume, ..self.args.transfer.policy(self.context.via()) }
    }

    fn tell(&mut self, bar: &Bar, step: &Step, bytes: Option<u64>) {
        match step.deed {
            Deed::Transfer { .. } => {
                self.done.files += 1;
                self.done.bytes = self.done.bytes.saturating_add(bytes.unwrap_or(0));
            }
            Deed::MakeFolder => self.done.folders += 1,
            Deed::Delete | Deed::RemoveFolder => self.done.deleted += 1,
        }
        bar.aside(|| super::tell(self.context, self.direction, step, bytes, false));
    }

    fn fail(&mut self, bar: &Bar, step: &Step, problem: Problem) {
        let output = self.context.output;
        bar.aside(|| match output.json {
            true => output.result("", &failure(step, &problem)),
            false => output.problem(&problem),
        });
        self.done.failed.push(problem);
    }
}

/// The problem's object, saying of what it is.
fn failure(step: &Step, problem: &Problem) -> serde_json::Value {
    let mut object = serde_json::to_value(problem).unwrap_or_default();
    object["action"] = json!("failed");
    object["path"] = json!(step.path());
    object
}

fn is_below(folder: &str, above: &str) -> bool {
    folder
        .strip_prefix(above)
        .is_some_and(|rest| above.is_empty() || rest.is_empty() || rest.starts_with('/'))
}
