//! `qftp emulate`, and the module behind `--port emulator:`.

use std::io;
use std::thread;
use std::time::Duration;

use qftp_core::wire::Storage;
use qftp_emulator::{Builder, Client, Config, Direction, Drives, Emulator, Family, Fault, Provenance};
use qftp_transport::recording::escape;
use qftp_transport::{Port, SerialPort, Settings};
use serde_json::json;

use crate::args::EmulateArgs;
use crate::exit::{Code, Problem};
use crate::output::{self, note};
use crate::port::Context;

/// Runs a module until Ctrl-C.
pub(crate) fn run(context: &Context, args: &EmulateArgs) -> Result<(), Problem> {
    if args.list_faults || args.list_profiles {
        list(context, args);
        return Ok(());
    }
    let mut builder = builder(context, args)?;
    if context.options.verbose {
        builder = builder.log(show).notes(|text| note(format!("- {text}")));
    }
    let emulator = start(builder, args)?;
    let name = name(&emulator, args);
    context.output.result(&name, &json!({ "port": name }));
    output::flush();
    while !context.cancel.is_cancelled() && emulator.is_running() {
        thread::sleep(Duration::from_millis(50));
    }
    let asked = context.cancel.is_cancelled();
    emulator.stop();
    if asked {
        Ok(())
    } else {
        Err(Problem::new(Code::Failed, "the emulated module ended by itself".to_owned()))
    }
}

/// A module as the arguments describe it.
pub(crate) fn builder(context: &Context, args: &EmulateArgs) -> Result<Builder, Problem> {
    let builder = at_rate(Emulator::builder(config(args)?), context.options.baud);
    let client = Client::with_tls(args.tls_library.unwrap_or_default());
    Ok(builder.ftp(client.map_err(|error| Problem::new(Code::Failed, format!("no thread: {error}")))?))
}

/// Starts it at the port that the arguments name.
pub(crate) fn start(builder: Builder, args: &EmulateArgs) -> Result<Emulator, Problem> {
    let emulator = match &args.tcp {
        Some(address) => builder.on_tcp(address.as_str()),
        None => builder.on_pty(args.pty.as_deref()),
    };
    emulator.map_err(|error| {
        let place = args.tcp.clone().or_else(|| args.pty.as_ref().map(|path| path.display().to_string()));
        Problem::new(
            Code::Port,
            format!("{}: {error}", place.unwrap_or_else(|| "a new pseudo-terminal".to_owned())),
        )
    })
}

fn at_rate(builder: Builder, rate: Option<u32>) -> Builder {
    match rate {
        Some(rate) => builder.line_rate(rate),
        None => builder,
    }
}

/// What there is: faults, or families.
fn list(context: &Context, args: &EmulateArgs) {
    if args.list_faults { list_faults(context) } else { list_families(context) }
}

/// The faults: a line each.
fn list_faults(context: &Context) {
    let width = Fault::kinds().iter().map(|kind| kind.usage().len()).max().unwrap_or(0);
    for kind in Fault::kinds() {
        let (usage, about, default) = (kind.usage(), kind.about, kind.default_value());
        let shown = default.as_ref().map_or_else(String::new, |value| format!(" [default: {value}]"));
        let object = json!({ "name": kind.name, "usage": usage, "about": about, "default": default });
        context.output.result(&format!("{usage:<width$}  {about}{shown}"), &object);
    }
}

/// The families: a line each, with how their values are known.
fn list_families(context: &Context) {
    let width = Family::all().iter().map(|family| family.name().len()).max().unwrap_or(0);
    for family in Family::all() {
        let (name, about) = (family.name(), &family.about);
        let counts = Provenance::ALL.into_iter().zip(family.provenance());
        let words: Vec<_> = counts.clone().map(|(how, count)| format!("{count} {}", how.name())).collect();
        let values: serde_json::Map<_, _> =
            counts.map(|(how, count)| (how.name().to_owned(), count.into())).collect();
        let sources = &family.sources;
        let object = json!({ "name": name, "about": about, "models": family.identity.models.value, "values": values, "sources": sources });
        context.output.result(&format!("{name:<width$}  {about} [{}]", words.join(", ")), &object);
    }
}

/// What a host gives as its port.
pub(crate) fn name(emulator: &Emulator, args: &EmulateArgs) -> String {
    match (emulator.address(), &args.pty, emulator.path()) {
        (Some(address), _, _) => format!("tcp://{address}"),
        (None, Some(link), _) => link.display().to_string(),
        (None, None, Some(path)) => path.display().to_string(),
        (None, None, None) => String::new(),
    }
}

fn config(args: &EmulateArgs) -> Result<Config, Problem> {
    let drives = match &args.storage {
        Some(folder) => Drives::in_folder(folder).map_err(|error| Problem::local(folder, &error))?,
        None => Drives::in_memory(),
    };
    let sizes = [(Storage::Ufs, args.ufs_size), (Storage::Ram, args.ram_size), (Storage::Sd, args.sd_size)];
    let drives = sizes.into_iter().fold(drives, |drives, (storage, size)| match size {
        Some(size) => drives.with_size(storage, size),
        None => drives,
    });
    let mut config = Config::new(drives);
    args.profile.apply(&mut config);
    config.faults.clone_from(&args.fault);
    config.seed = args.seed;
    Ok(config)
}

/// A healthy module of our own, on a pseudo-terminal that this program alone knows.
pub(crate) struct Own {
    port: SerialPort,
    _emulator: Emulator,
}

impl Own {
    /// Starts it, on a line of this speed where there is one.
    pub(crate) fn start(rate: Option<u32>) -> Result<Self, Problem> {
        let emulator = at_rate(Emulator::builder(Config::new(Drives::in_memory())), rate).on_pty(None);
        let emulator =
            emulator.map_err(|error| Problem::new(Code::Port, format!("no pseudo-terminal: {error}")))?;
        let path = emulator.path().map(|path| path.display().to_string()).unwrap_or_default();
        let port = SerialPort::open(&path, &Settings::default())?;
        Ok(Self { port, _emulator: emulator })
    }
}

impl Port for Own {
    fn read(&mut self, buf: &mut [u8], wait: Duration) -> io::Result<usize> {
        self.port.read(buf, wait)
    }
    fn write(&mut self, bytes: &[u8], wait: Duration) -> io::Result<usize> {
        self.port.write(bytes, wait)
    }
    fn name(&self) -> String {
        self.port.name()
    }
}

/// The dialogue as the module sees it.
fn show(direction: Direction, bytes: &[u8]) {
    let mark = match direction {
        Direction::ToModule => '>',
        Direction::FromModule => '<',
    };
    for line in bytes.split(|byte| matches!(byte, b'\r' | b'\n')).filter(|line| !line.is_empty()) {
        note(format!("{mark} {}", escape(line)));
    }
}
