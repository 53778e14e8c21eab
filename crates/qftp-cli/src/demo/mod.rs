//! `qftp demo`: an FTP server, an emulated module and a host in one process.

mod payload;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

use qftp_core::session::GetOptions;
use qftp_transport::{Port as _, Put};
use serde_json::json;

use crate::args::DemoArgs;
use crate::emulate::Own;
use crate::exit::Problem;
use crate::local;
use crate::output;
use crate::port::{AnyClient, Context};
use crate::server::Server;
use crate::url::Url;
use payload::{Hashed, Payload};

/// The file's name on the server.
const NAME: &str = "demo.bin";

/// Sends a file up and down, and compares.
pub(crate) fn run(context: &Context, args: &DemoArgs) -> Result<(), Problem> {
    let (reader, len): (Box<dyn Read>, _) = match &args.file {
        Some(path) => {
            let source = local::source(path)?;
            let len = source.len();
            (Box::new(source), len)
        }
        None => (Box::new(Payload::new(args.size)), Some(args.size)),
    };
    let server = Server::start()?;
    let own = Own::start(context.options.baud)?;
    let say = |name: &str, text: &str| {
        context.output.result(&format!("{name:<8} {text}"), &json!({ "step": name, "text": text }));
    };
    say("server", &format!("FTP on 127.0.0.1:{}, its files in {}", server.port(), server.root().display()));
    let pace = context.options.baud.map_or_else(String::new, |baud| format!(", {baud} baud"));
    say("module", &format!("an emulated EC200S on {}{pace}", own.name()));

    let mut client = context.client_on(Box::new(own))?;
    let url = Url::parse(&server.url(NAME)).map_err(Problem::failed)?;
    context.login(&mut client, &url, "", &context.account(&url)?)?;
    say("host", "module set up, logged in to the server");

    let mut up = Hashed::new(reader);
    let options = Put { start: 0, len, via: context.via() };
    let sent = timed(context, &mut client, "up", |client| client.put(NAME, &mut up, &options))?;
    let stored = hash(&server.root().join(NAME))?;
    let mut down = Hashed::new(io::sink());
    let options = GetOptions { via: context.via(), ..GetOptions::default() };
    let got = timed(context, &mut client, "down", |client| client.get(NAME, &mut down, &options))?;
    client.close()?;

    let (up, down) = (up.finish(), down.finish());
    if up != stored || up != down || sent != got {
        return Err(Problem::failed(format!(
            "the file is not the same everywhere: {sent} bytes sent with SHA-256 {up}, {stored} on the server, {got} bytes came back with {down}"
        )));
    }
    context.output.result(
        &format!("proven   {sent} bytes went up through the module, lay on the server's disk and came down unchanged: SHA-256 {up}"),
        &json!({ "step": "proven", "bytes": sent, "sha256": up }),
    );
    Ok(())
}

/// One transfer with its progress bar and its goodput.
fn timed(
    context: &Context,
    client: &mut AnyClient,
    way: &str,
    transfer: impl FnOnce(&mut AnyClient) -> Result<u64, qftp_transport::Error>,
) -> Result<u64, Problem> {
    let bar = context.bar(way);
    client.set_progress(Some(bar.mover()));
    let began = Instant::now();
    let bytes = transfer(client);
    bar.finish();
    client.set_progress(None);
    let bytes = bytes?;
    let seconds = began.elapsed().as_secs_f64();
    context.output.result(
        &format!("{way:<8} {bytes} bytes in {seconds:.2} s, {}", output::rate(bytes, began)),
        &json!({ "step": way, "bytes": bytes, "seconds": seconds }),
    );
    Ok(bytes)
}

/// The file's SHA-256, read from the server's disk.
fn hash(path: &Path) -> Result<String, Problem> {
    let fault = |error: io::Error| Problem::local(path, &error);
    let mut file = Hashed::new(File::open(path).map_err(fault)?);
    io::copy(&mut file, &mut io::sink()).map_err(fault)?;
    Ok(file.finish())
}
