//! `qftp get` and `qftp cat`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use qftp_core::session::GetOptions;
use qftp_transport::{Error, Kept, PartFile, Way};
use serde_json::json;

use crate::args::TransferArgs;
use crate::exit::Problem;
use crate::local::is_standard;
use crate::output;
use crate::port::{AnyClient, AnyPort, Context};
use crate::url::Url;

/// Fetches a file from a server.
pub(crate) fn run(
    context: &Context,
    url: &str,
    local: Option<&Path>,
    args: &TransferArgs,
) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    let (_, name) = url.folder_and_name();
    if name.is_empty() {
        return Err(Problem::usage("the URL names no file"));
    }
    let local = local.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    if is_standard(&local) {
        return match args.needs_file() {
            Some(option) => Err(Problem::usage(format!("{option} needs a file, not standard output"))),
            None => print(context, &url),
        };
    }
    args.check(context)?;
    let began = Instant::now();
    let (path, bytes) = fetch(context, &url, &local, args)?;
    let seconds = began.elapsed().as_secs_f64();
    let proven = if args.verify { ", compared" } else { "" };
    context.output.result(
        &format!(
            "{}: got {bytes} bytes in {seconds:.1} s, {}{proven}",
            path.display(),
            output::rate(bytes, began)
        ),
        &json!({
            "command": "get", "url": url.to_string(), "file": path, "bytes": bytes, "seconds": seconds, "verified": args.verify,
        }),
    );
    Ok(())
}

fn fetch(context: &Context, url: &Url, local: &Path, args: &TransferArgs) -> Result<(PathBuf, u64), Problem> {
    let (folder, name) = url.folder_and_name();
    let mut target = PartFile::create(local, name, args.resume).map_err(|error| Problem::file(&error))?;
    let bytes = context.transfer(url, folder, |client, way, account| {
        let bar = context.bar(name);
        client.set_progress(Some(bar.mover()));
        let got = receive(context, client, way, name, &mut target, args);
        client.set_progress(None);
        bar.finish();
        got.map_err(|error| account.problem(error).about(url))
    });
    finish(target, bytes)
}

/// Fetches a file into its place, by a session that is opened for it where there is none.
pub(crate) fn receive(
    context: &Context,
    client: &mut AnyClient,
    way: &mut Way<'_, AnyPort>,
    name: &str,
    target: &mut PartFile,
    args: &TransferArgs,
) -> Result<u64, Error> {
    let via = context.road(client, way, |client| client.size(name).map(Some))?;
    client.fetch(name, target.file(), args.policy(via), way)
}

/// A download that is over gets its name; of one that failed is said where what came of it is.
pub(crate) fn finish(target: PartFile, got: Result<u64, Problem>) -> Result<(PathBuf, u64), Problem> {
    match got {
        Ok(bytes) => Ok((target.finish().map_err(|error| Problem::file(&error))?, bytes)),
        Err(problem) => Err(match target.keep() {
            Some(Kept { part, bytes }) => problem.kept(format!(
                "{bytes} bytes are in {}; the same command with --resume goes on from there",
                part.display()
            )),
            None => problem,
        }),
    }
}

/// To standard output, in one go.
fn print(context: &Context, url: &Url) -> Result<(), Problem> {
    let (folder, name) = url.folder_and_name();
    context.transfer(url, folder, |client, way, account| {
        let options = GetOptions { via: context.via(), ..GetOptions::default() };
        let got: Result<u64, Error> =
            client.connect(way).and_then(|()| client.get(name, output::stdout(), &options));
        got.map(drop).map_err(|error| account.problem(error).about(url))
    })
}
