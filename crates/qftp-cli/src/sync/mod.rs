//! `qftp sync`: a folder here and a folder on a server, the one made like the other.

mod compare;
mod filter;
mod here;
mod plan;
mod prove;
mod work;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

pub(crate) use filter::Filter;

use crate::args::SyncArgs;
use crate::exit::{Code, Problem};
use crate::folder::shown;
use crate::output;
use crate::port::{Account, Context};
use crate::there::There;
use crate::url::Url;
use compare::Compare;
use plan::{Deed, Plan, Step};
use work::{Done, Work};

/// Which of the two is the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Up,
    Down,
}

/// Makes the second folder like the first.
pub(crate) fn run(context: &Context, from: &str, to: &str, args: &SyncArgs) -> Result<(), Problem> {
    let (direction, url, here) = match (from.contains("://"), to.contains("://")) {
        (false, true) => (Direction::Up, to, from),
        (true, false) => (Direction::Down, from, to),
        _ => {
            return Err(Problem::usage("one of the two is a folder here, the other a URL").remedy(
                "qftp sync FOLDER ftp://host/folder sends, qftp sync ftp://host/folder FOLDER fetches",
            ));
        }
    };
    let mut url = Url::checked(url)?;
    while url.path.len() > 1 && url.path.ends_with('/') {
        url.path.pop();
    }
    let here = Path::new(here);
    check(context, here, direction, args)?;
    context.transfer(&url, "", |client, way, account| {
        client.connect(way).map_err(|error| account.problem(error).about(&url))?;
        let there = There::new(client, way, args.transfer.retries);
        let mut there =
            there.map_err(|error| account.problem(error).about("asking for the login's folder"))?;
        let root = there.resolve(&url.path);
        mirror(context, account, &mut there, direction, here, &root, args)
    })
}

/// Refuses what cannot be, before anything is sent.
pub(crate) fn check(
    context: &Context,
    here: &Path,
    direction: Direction,
    args: &SyncArgs,
) -> Result<(), Problem> {
    if context.options.ascii {
        return Err(Problem::usage("sync compares sizes, which --ascii changes"));
    }
    Filter::new(&args.include, &args.exclude)?;
    let is_folder = here.is_dir();
    let fault = |text: &str| Err(Problem::new(Code::Local, format!("{}: {text}", here.display())));
    match direction {
        Direction::Up if !here.exists() => fault("no such folder"),
        Direction::Up if !is_folder => fault("is no folder"),
        Direction::Down if here.exists() && !is_folder => fault("is no folder"),
        _ => Ok(()),
    }
}

/// The same in a session that stands: both folders compared, and then made alike.
pub(crate) fn mirror(
    context: &Context,
    account: &Account,
    there: &mut There<'_, '_>,
    direction: Direction,
    here: &Path,
    root: &str,
    args: &SyncArgs,
) -> Result<(), Problem> {
    let began = Instant::now();
    let filter = &Filter::new(&args.include, &args.exclude)?;
    there.set_root(root);
    let compare = Compare {
        context,
        account,
        args,
        direction,
        filter,
        here,
        there: &mut *there,
        plan: Plan::default(),
        folders: 0,
    };
    let mut plan = compare.run()?;
    if plan.incomplete && !plan.deletions.is_empty() {
        // What cannot be seen may well be there.
        let count = plan.deletions.len();
        let text = format!("not all could be seen, so nothing is deleted ({count} would have been)");
        context.output.problem(&Problem::failed(text));
        plan.deletions.clear();
    }
    if let Some(most) = args.max_delete.filter(|most| plan.deletions.len() > *most) {
        let count = plan.deletions.len();
        let text = format!("{count} would be deleted, and --max-delete allows {most}: nothing is deleted");
        let problem =
            Problem::failed(text).remedy("look with --dry-run, and raise --max-delete if that is right");
        context.output.problem(&problem);
        plan.failed.push(problem);
        plan.deletions.clear();
    }
    if context.options.verbose {
        let say = |path, why| output::note(format!("qftp: left alone: {}: {why}", shown(path)));
        plan.skipped.iter().for_each(|(path, why)| say(path, why));
    }
    let mut work = Work { context, account, args, direction, here, there, done: Done::default() };
    if args.dry_run {
        work.prove(&mut plan);
        plan.steps.iter().chain(&plan.deletions).for_each(|step| tell(context, direction, step, None, true));
        let done = Done { bytes: plan.bytes(), ..Done::default() };
        summary(context, direction, &plan, &done, began.elapsed(), true);
        return verdict(plan.failed, None);
    }
    work.run(&plan.steps, plan.deletions.len());
    if work.done.ended.is_none() {
        // Last, so that nothing goes on the word of a listing that is long past.
        work.prove(&mut plan);
        work.run(&plan.deletions, 0);
    }
    let mut done = work.done;
    summary(context, direction, &plan, &done, began.elapsed(), false);
    let failed =
        std::mem::take(&mut plan.failed).into_iter().chain(std::mem::take(&mut done.failed)).collect();
    verdict(failed, done.ended)
}

/// One step, as it is told.
fn tell(context: &Context, direction: Direction, step: &Step, bytes: Option<u64>, would: bool) {
    let (action, why, size) = match (&step.deed, direction) {
        (Deed::Transfer { why, size, .. }, Direction::Up) => ("put", Some(why.text()), *size),
        (Deed::Transfer { why, size, .. }, Direction::Down) => ("get", Some(why.text()), *size),
        (Deed::MakeFolder, _) => ("mkdir", None, None),
        (Deed::Delete, _) => ("rm", None, None),
        (Deed::RemoveFolder, _) => ("rmdir", None, None),
    };
    let bytes = bytes.or(size);
    let path = if step.name.is_empty() { "." } else { &step.path() };
    let mut text = format!("{}{action:<6} {}", if would { "would " } else { "" }, shown(path));
    if let Some(bytes) = bytes {
        text.push_str(&format!(", {bytes} bytes"));
    }
    if let Some(why) = why {
        text.push_str(&format!(": {why}"));
    }
    let object = json!({ "action": action, "path": path, "bytes": bytes, "why": why, "dry_run": would });
    context.output.result(&text, &object);
}

fn summary(context: &Context, direction: Direction, plan: &Plan, done: &Done, took: Duration, would: bool) {
    let (files, deleted) = match would {
        true => (plan.files() as u64, plan.deletions.len() as u64),
        false => (done.files, done.deleted),
    };
    let failed = (plan.failed.len() + done.failed.len()) as u64;
    let not_tried = done.ended.as_ref().map_or(0, |(left, _)| *left as u64);
    let verb = if direction == Direction::Up { "sent" } else { "got" };
    let seconds = took.as_secs_f64();
    let mut parts = vec![format!("{files} {verb} ({})", output::size(done.bytes))];
    for (count, what) in [
        (plan.unchanged, "unchanged"),
        (done.folders, "folders made"),
        (deleted, "deleted"),
        (plan.excluded, "excluded"),
        (plan.skipped.len() as u64, "left alone (no file or folder; -v tells which)"),
        (failed, "failed"),
        (not_tried, "not tried"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let dry = if would { "would be: " } else { "" };
    let object = json!({
        "command": "sync", "dry_run": would, "files": files, "bytes": done.bytes, "unchanged": plan.unchanged,
        "folders": done.folders, "deleted": deleted, "excluded": plan.excluded, "left_alone": plan.skipped.len(),
        "failed": failed, "not_tried": not_tried, "seconds": seconds,
    });
    context.output.result(&format!("{dry}{} in {seconds:.1} s", parts.join(", ")), &object);
}

/// How it ended: by what stopped it, or by the first that failed.
fn verdict(failed: Vec<Problem>, ended: Option<(usize, Problem)>) -> Result<(), Problem> {
    if let Some((_, problem)) = ended {
        return Err(problem);
    }
    let count = failed.len();
    match failed.into_iter().next() {
        None => Ok(()),
        Some(first) => {
            Err(Problem::new(first.code, format!("{count} failed; the others are as they should be"))
                .remedy("see above; the same command tries again what is left"))
        }
    }
}
