//! `qftp put`.

use std::path::Path;
use std::time::Instant;

use qftp_core::codes::FtpCode;
use qftp_core::session::Failure;
use qftp_transport::{Error, Put, Way};
use serde_json::json;

use crate::args::TransferArgs;
use crate::exit::Problem;
use crate::local::Source;
use crate::output;
use crate::port::{AnyClient, AnyPort, Context};
use crate::url::{Url, check_name};

/// Sends a local file to a server.
pub(crate) fn run(
    context: &Context,
    local: &Path,
    url: &str,
    atomic: bool,
    args: &TransferArgs,
) -> Result<(), Problem> {
    let mut url = Url::checked(url)?;
    if url.folder_and_name().1.is_empty() {
        let name = local.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
        let name =
            name.ok_or_else(|| Problem::usage("the URL names no file, and the local file gives no name"))?;
        check_name(name)?;
        url.path.push_str(name);
    }
    let (folder, name) = url.folder_and_name();
    let target = if atomic { format!("{name}.part") } else { name.to_owned() };
    check_name(&target)?;
    args.check(context)?;
    let mut source = Source::open(local)?;
    if let (Source::Stream(_), Some(option)) = (&source, args.needs_file()) {
        return Err(Problem::usage(format!("{option} needs a file, not {}", local.display())));
    }
    let began = Instant::now();
    let bytes = context.transfer(&url, folder, |client, way, account| {
        let bar = context.bar(name);
        client.set_progress(Some(bar.mover()));
        let sent = send(context, client, way, &mut source, &target, args);
        let sent = sent.and_then(|bytes| match atomic {
            true => name_it(client, &target, name).map(|()| bytes),
            false => Ok(bytes),
        });
        client.set_progress(None);
        bar.finish();
        sent.map_err(|error| account.problem(error).about(&url))
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
    source: &mut Source,
    name: &str,
    args: &TransferArgs,
) -> Result<u64, Error> {
    let len = source.len();
    let via = context.road(client, way, |_| Ok(len))?;
    match source {
        Source::File(file, len) => client.send(name, file, *len, args.policy(via), way),
        Source::Stream(stream) => {
            client.connect(way)?;
            client.put(name, stream, &Put { start: 0, len: None, via })
        }
    }
}

/// Gives a whole upload its name. Some servers do not rename over a file that is there.
fn name_it(client: &mut AnyClient, part: &str, name: &str) -> Result<(), Error> {
    match client.rename(part, name) {
        Err(Error::Failed(failure)) if is_refused(&failure) => {
            client.delete(name)?;
            client.rename(part, name)
        }
        other => other,
    }
}

fn is_refused(failure: &Failure) -> bool {
    matches!(failure.ftp_code(), Some(FtpCode::NOT_TAKEN))
        || failure.reply().is_some_and(|reply| reply.get() == 553)
}
