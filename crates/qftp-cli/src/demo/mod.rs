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
/// The speed of the emulated line, where `--baud` does not say another: a person sees the bar move.
const BAUD: u32 = 3_000_000;
/// Bits of the line a byte takes: one start bit, eight of data, one stop bit.
const BITS_A_BYTE: f64 = 10.0;

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
    let baud = context.options.baud.unwrap_or(BAUD);
    let own = Own::start(Some(baud))?;
    let say = |name: &str, text: &str| {
        context.output.result(&format!("{name:<8} {text}"), &json!({ "step": name, "text": text }));
    };
    say("server", &format!("FTP on 127.0.0.1:{}, its files in {}", server.port(), server.root().display()));
    say("module", &format!("an emulated EC200S on {}, a line of {baud} baud", own.name()));

    let mut client = context.client_on(Box::new(own))?;
    let url = Url::parse(&server.url(NAME)).map_err(Problem::failed)?;
    context.login(&mut client, &url, "", &context.account(&url)?)?;
    say("host", "module set up, logged in to the server");

    let mut up = Hashed::new(reader);
    let options = Put { start: 0, len, via: context.via() };
    let sent = timed(context, &mut client, "up", baud, |client| client.put(NAME, &mut up, &options))?;
    let stored = hash(&server.root().join(NAME))?;
    let mut down = Hashed::new(io::sink());
    let options = GetOptions { via: context.via(), ..GetOptions::default() };
    let got = timed(context, &mut client, "down", baud, |client| client.get(NAME, &mut down, &options))?;
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
    next();
    Ok(())
}

/// What to try next, by the name that this program was called by.
fn next() {
    let me = std::env::args().next().unwrap_or_else(|| "qftp".to_owned());
    output::note("\nTry next:");
    for (arguments, about) in NEXT {
        output::note(format!("  {me} {arguments:<34}{about}"));
    }
}

/// Commands of this program, and what a person sees by them.
const NEXT: &[(&str, &str)] = &[
    ("demo -v --size 2k", "the dialogue line by line, the file's bytes counted"),
    ("demo --baud 115200 --size 200k", "the same at the speed that most modules start with"),
    ("emulate --pty /tmp/module", "a module for any program, at /tmp/module as a serial port"),
    ("doctor", "finds a real module, and what keeps it from talking"),
];

/// One transfer with its progress bar and its goodput.
fn timed(
    context: &Context,
    client: &mut AnyClient,
    way: &str,
    baud: u32,
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
        &format!(
            "{way:<8} {bytes} bytes in {seconds:.2} s, {}{}",
            output::rate(bytes, began),
            share(bytes, seconds, baud)
        ),
        &json!({ "step": way, "bytes": bytes, "seconds": seconds }),
    );
    Ok(bytes)
}

/// How much of what the line can carry this was; of a short transfer it says nothing.
fn share(bytes: u64, seconds: f64, baud: u32) -> String {
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let seconds_at_best = bytes as f64 * BITS_A_BYTE / f64::from(baud);
    match seconds_at_best < 1.0 {
        true => String::new(),
        false => format!(": {:.1} % of what {baud} baud can carry", 100.0 * seconds_at_best / seconds),
    }
}

/// The file's SHA-256, read from the server's disk.
fn hash(path: &Path) -> Result<String, Problem> {
    let fault = |error: io::Error| Problem::local(path, &error);
    let mut file = Hashed::new(File::open(path).map_err(fault)?);
    io::copy(&mut file, &mut io::sink()).map_err(fault)?;
    Ok(file.finish())
}
