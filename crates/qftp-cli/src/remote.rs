//! `qftp mkdir`, `rmdir`, `rm`, `mv`, `size` and `mtime`: one operation on one file or folder of a server.

use qftp_transport::Error;
use serde_json::json;

use crate::exit::Problem;
use crate::port::{AnyClient, Context};
use crate::time;
use crate::url::{Url, check_name};

/// Makes a folder.
pub(crate) fn mkdir(context: &Context, url: &str) -> Result<(), Problem> {
    at(context, &folder(url)?, AnyClient::make_dir).map(|_| ())
}

/// Removes an empty folder.
pub(crate) fn rmdir(context: &Context, url: &str) -> Result<(), Problem> {
    at(context, &folder(url)?, AnyClient::remove_dir).map(|_| ())
}

/// Deletes a file.
pub(crate) fn rm(context: &Context, url: &str) -> Result<(), Problem> {
    at(context, &Url::checked(url)?, AnyClient::delete).map(|_| ())
}

/// Renames a file or folder.
pub(crate) fn mv(context: &Context, url: &str, to: &str) -> Result<(), Problem> {
    if to.contains("://") {
        return Err(Problem::usage("the new name is a name on the same server, not a URL"));
    }
    check_name(to)?;
    at(context, &folder(url)?, |client, name| client.rename(name, to)).map(|_| ())
}

/// Prints the size of a file.
pub(crate) fn size(context: &Context, url: &str) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    let bytes = at(context, &url, AnyClient::size)?;
    context.output.result(&bytes.to_string(), &json!({ "url": url.to_string(), "size": bytes }));
    Ok(())
}

/// Prints when a file was last written.
pub(crate) fn mtime(context: &Context, url: &str) -> Result<(), Problem> {
    let url = Url::checked(url)?;
    let time = at(context, &url, AnyClient::modified)?;
    let time = time::iso(&time).unwrap_or(time);
    context.output.result(&time, &json!({ "url": url.to_string(), "modified": time }));
    Ok(())
}

fn at<T>(
    context: &Context,
    url: &Url,
    work: impl FnOnce(&mut AnyClient, &str) -> Result<T, Error>,
) -> Result<T, Problem> {
    let (folder, name) = url.folder_and_name();
    if name.is_empty() {
        return Err(Problem::usage("the URL names no file or folder"));
    }
    context
        .on_server(url, folder, |client| work(client, name).map_err(|error| Problem::from(error).about(url)))
}

/// A folder's URL may end in a slash.
fn folder(url: &str) -> Result<Url, Problem> {
    let mut url = Url::checked(url)?;
    if url.path.len() > 1 && url.path.ends_with('/') {
        url.path.pop();
        check_name(url.folder_and_name().1)?;
    }
    Ok(url)
}
