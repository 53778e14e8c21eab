//! `qftp get` and `qftp cat`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use qftp_core::Secret;
use qftp_core::session::{GetOptions, Login};
use qftp_transport::{Begin, Error, Kept, LocalTarget, Origin, Way};
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
    let user = Secret::new(url.user.as_deref().unwrap_or_default());
    let origin = Origin::of(&Login { port: url.port, user, ..Login::new(&url.host) }, folder, name);
    let mut target = create(local, name, &origin, args)?;
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

/// The place of a download, checked before anything is sent.
pub(crate) fn create(
    local: &Path,
    name: &str,
    origin: &Origin,
    args: &TransferArgs,
) -> Result<LocalTarget, Problem> {
    let begin = if args.resume { Begin::PartialOrTarget } else { Begin::Anew };
    let target = LocalTarget::create(local, name, origin, begin).map_err(|error| Problem::file(&error))?;
    match args.needs_file() {
        Some(option) if target.is_stream() => {
            Err(Problem::usage(format!("{option} needs a regular file, not {}", local.display())))
        }
        _ => Ok(target),
    }
}

/// Fetches a file into its place, by a session that is opened for it where there is none.
pub(crate) fn receive(
    context: &Context,
    client: &mut AnyClient,
    way: &mut Way<'_, AnyPort>,
    name: &str,
    target: &mut LocalTarget,
    args: &TransferArgs,
) -> Result<u64, Error> {
    let via = context.road(client, way, |client| client.size(name).map(Some))?;
    client.fetch(name, target, args.policy(via), way)
}

/// A download that is over gets its name; of one that failed is said where what came of it is.
pub(crate) fn finish(target: LocalTarget, got: Result<u64, Problem>) -> Result<(PathBuf, u64), Problem> {
    match got {
        Ok(bytes) => Ok((target.finish().map_err(|error| Problem::file(&error))?, bytes)),
        Err(problem) => Err(match target.keep() {
            Ok(Some(Kept { part, bytes })) => problem.kept(format!(
                "{bytes} bytes are in {}; the same command with --resume goes on from there",
                part.display()
            )),
            Ok(None) => problem,
            Err(error) => problem.kept(format!("what came of it could not be kept: {error}")),
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
