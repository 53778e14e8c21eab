//! `qftp get` and `qftp cat`.

use std::path::{Path, PathBuf};
use std::time::Instant;

use qftp_core::session::GetOptions;
use serde_json::json;

use crate::exit::Problem;
use crate::local::{Target, is_standard};
use crate::output;
use crate::port::Context;
use crate::url::Url;

/// Fetches a file from a server.
pub(crate) fn run(context: &Context, url: &str, local: Option<&Path>) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    let (folder, name) = url.folder_and_name();
    if name.is_empty() {
        return Err(Problem::usage("the URL names no file"));
    }
    let local = local.map_or_else(|| PathBuf::from(name), Path::to_path_buf);
    let mut target = Target::create(&local, name)?;
    let began = Instant::now();
    let bytes = context.on_server(&url, folder, |client| {
        let bar = context.output.bar(name);
        client.set_progress(Some(bar.mover()));
        let options = GetOptions { via: context.via(), ..GetOptions::default() };
        let got = client.get(name, &mut target, &options);
        client.set_progress(None);
        bar.finish();
        got.map_err(|error| Problem::from(error).about(&url))
    })?;
    let path = target.finish()?;
    if is_standard(&local) {
        return Ok(());
    }
    let seconds = began.elapsed().as_secs_f64();
    context.output.result(
        &format!("{}: got {bytes} bytes in {seconds:.1} s, {}", path.display(), output::rate(bytes, began)),
        &json!({ "command": "get", "url": url.to_string(), "file": path, "bytes": bytes, "seconds": seconds }),
    );
    Ok(())
}
