//! `qftp put`.

use std::path::Path;
use std::time::Instant;

use qftp_transport::Put;
use serde_json::json;

use crate::exit::Problem;
use crate::local::Source;
use crate::output;
use crate::port::Context;
use crate::url::{Url, check_name};

/// Sends a local file to a server.
pub(crate) fn run(context: &Context, local: &Path, url: &str) -> Result<(), Problem> {
    let mut url = Url::checked(url)?;
    if url.folder_and_name().1.is_empty() {
        let name = local.file_name().and_then(|name| name.to_str()).filter(|name| *name != "-");
        let name =
            name.ok_or_else(|| Problem::usage("the URL names no file, and the local file gives no name"))?;
        check_name(name)?;
        url.path.push_str(name);
    }
    let (folder, name) = url.folder_and_name();
    let source = Source::open(local)?;
    let began = Instant::now();
    let bytes = context.on_server(&url, folder, |client| {
        let bar = context.output.bar(name);
        client.set_progress(Some(bar.mover()));
        let options = Put { start: 0, len: source.len, via: context.via() };
        let put = client.put(name, source.reader, &options);
        client.set_progress(None);
        bar.finish();
        put.map_err(|error| Problem::from(error).about(&url))
    })?;
    let seconds = began.elapsed().as_secs_f64();
    context.output.result(
        &format!("{url}: sent {bytes} bytes in {seconds:.1} s, {}", output::rate(bytes, began)),
        &json!({ "command": "put", "url": url.to_string(), "bytes": bytes, "seconds": seconds }),
    );
    Ok(())
}
