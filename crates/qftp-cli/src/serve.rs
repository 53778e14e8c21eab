//! `qftp serve`: an FTP server over a folder, for a bench.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;

use crate::exit::Problem;
use crate::output;
use crate::port::Context;
use crate::server::{Door, Server};

/// Serves the folder until Ctrl-C.
pub(crate) fn run(context: &Context, folder: &Path, listen: SocketAddr) -> Result<(), Problem> {
    let metadata = folder.metadata().map_err(|error| Problem::local(folder, &error))?;
    if !metadata.is_dir() {
        return Err(Problem::local(folder, &io::ErrorKind::NotADirectory.into()));
    }
    let server = Server::launch(folder, listen, Door::Open).map_err(|error| {
        Problem::failed(format!("no FTP server at {listen}: {error}; --listen names another address"))
    })?;
    let url = server.url("");
    context.output.result(&url, &json!({ "url": url }));
    output::flush();
    while !context.cancel.is_cancelled() {
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
