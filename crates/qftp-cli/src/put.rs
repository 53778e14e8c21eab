//! `qftp put`.

use std::path::Path;
use std::time::Instant;

use qftp_transport::{AtomicUpload, Error, LocalSource, Way};
use serde_json::json;

use crate::args::TransferArgs;
use crate::exit::Problem;
use crate::local;
use crate::output;
use crate::port::{AnyClient, AnyPort, Context};
use crate::url::{Url, check_name};

/// Sends a local file to a server.
pub(crate) fn run(
    context: &Context,
    path: &Path,
    url: &str,
    atomic: bool,
    args: &TransferArgs,
) -> Result<(), Problem> {
    let mut url = Url::checked(url)?;
    if url.folder_and_name().1.is_empty() {
        let name = local::own_name(path);
        let name =
            name.ok_or_else(|| Problem::usage("the URL names no file, and the local file gives no name"))?;
        check_name(name)?;
        url.path.push_str(name);
    }
    let (folder, name) = url.folder_and_name();
    args.check(context)?;
    let mut source = local::source(path)?;
    if let (None, Some(option)) = (source.len(), args.needs_file()) {
        return Err(Problem::usage(format!("{option} needs a file, not {}", path.display())));
    }
    let mut upload = atomic.then(|| AtomicUpload::new(&origin(&url, folder), name, &source));
    let began = Instant::now();
    let bytes = context.transfer(&url, folder, |client, way, account| {
        let bar = context.bar(name);
        client.set_progress(Some(bar.mover()));
        let sent = send(context, client, way, &mut source, name, upload.as_mut(), args);
        client.set_progress(None);
        bar.finish();
        sent.map_err(|error| {
            let is_partial = matches!(error, Error::Failed(_) | Error::Port(_) | Error::Cancelled { .. });
            let problem = account.problem(error).about(&url);
            match &upload {
                Some(upload) if is_partial && upload.is_known_again() => problem.kept(format!(
                    "what the server has of it is {}; the same command with --resume goes on with that",
                    upload.temporary()
                )),
                _ => problem,
            }
        })
    })?;
    let seconds = began.elapsed().as_secs_f64();
    let proven = if args.verify { ", compared" } else { "" };
    context.output.result(
        &format!("{url}: sent {bytes} bytes in {seconds:.1} s, {}{proven}", output::rate(bytes, began)),
        &json!({
            "command": "put", "url": url.to_string(), "bytes": bytes, "seconds": seconds, "verified": args.verify,
        }),
    );
    Ok(())
}

/// Sends a file, or all that comes from a stream, by a session that is opened for it where there is none.
pub(crate) fn send(
    context: &Context,
    client: &mut AnyClient,
    way: &mut Way<'_, AnyPort>,
    source: &mut LocalSource,
    name: &str,
    atomic: Option<&mut AtomicUpload>,
    args: &TransferArgs,
) -> Result<u64, Error> {
    let len = source.len();
    let via = context.road(client, way, |_| Ok(len))?;
    match atomic {
        Some(upload) => client.send_file_atomic(upload, source, args.policy(via), way),
        None => client.send_file(name, source, args.policy(via), way),
    }
}

/// The folder of an upload on its server, for the number in its temporary name.
fn origin(url: &Url, folder: &str) -> String {
    format!("{}@{}:{}/{folder}", url.user.as_deref().unwrap_or_default(), url.host, url.port)
}
