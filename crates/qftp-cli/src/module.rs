//! `qftp module`: the module itself, and the files it holds.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use qftp_core::session::Cause;
use qftp_core::wire::{Basic, Command, Storage, Verb};
use qftp_transport::{Begin, LocalSource, LocalTarget, ModuleFile, Origin};
use serde_json::{Map, Value, json};

use crate::args::ModuleCommand;
use crate::exit::Problem;
use crate::local::{self, is_standard};
use crate::output;
use crate::port::{AnyClient, Context, tidy};

/// Runs one of the commands.
pub(crate) fn run(context: &Context, command: &ModuleCommand) -> Result<(), Problem> {
    let source = match command {
        ModuleCommand::Push { local, .. } => Some(local::source(local)?),
        _ => None,
    };
    let mut client = context.client()?;
    context.wake(&mut client)?;
    tidy(&mut client)?;
    match command {
        ModuleCommand::Info => info(context, &mut client),
        ModuleCommand::Files { pattern } => files(context, &mut client, pattern),
        ModuleCommand::Push { local, name } => {
            let source = source.ok_or_else(|| Problem::failed("no local file"))?;
            push(context, &mut client, source, local, name.as_deref())
        }
        ModuleCommand::Pull { name, local } => pull(context, &mut client, name, local.as_deref()),
        ModuleCommand::Rm { name } => client.remove(name).map_err(|error| Problem::from(error).about(name)),
    }
}

/// What is asked, and what it is called.
const QUESTIONS: [(&str, Command<'static>); 11] = [
    ("identity", Command::Basic(Basic::Identify)),
    ("imei", Command::Execute(Verb::Gsn)),
    ("sim", Command::Read(Verb::Cpin)),
    ("signal", Command::Execute(Verb::Csq)),
    ("operator", Command::Read(Verb::Cops)),
    ("registration", Command::Read(Verb::Creg)),
    ("packet", Command::Read(Verb::Cgreg)),
    ("lte", Command::Read(Verb::Cereg)),
    ("attached", Command::Read(Verb::Cgatt)),
    ("contexts", Command::Read(Verb::Qiact)),
    ("ftp", Command::Execute(Verb::QftpStat)),
];

fn info(context: &Context, client: &mut AnyClient) -> Result<(), Problem> {
    let mut object = Map::new();
    let mut text = Vec::new();
    let mut say = |name: &str, value: String| {
        text.push(format!("{name:<13}{value}"));
        object.insert(name.to_owned(), Value::from(value));
    };
    for (name, command) in QUESTIONS {
        match (name, &command) {
            ("ftp", _) => match client.status() {
                Ok(state) => say(name, format!("{state:?}").to_lowercase()),
                Err(error) => say(name, answer(Err(error))?),
            },
            (_, command) => say(name, answer(client.command(command).map(|lines| lines.join(", ")))?),
        }
    }
    for storage in Storage::ALL {
        let name = storage.name().to_lowercase();
        match client.storage(storage) {
            Ok((free, total)) => {
                say(&name, format!("{} free of {}", output::size(free), output::size(total)));
            }
            Err(error) => say(&name, answer(Err(error))?),
        }
    }
    context.output.result(&text.join("\n"), &object);
    Ok(())
}

/// What a module refuses is part of what it is; anything worse ends the question.
fn answer(result: Result<String, qftp_transport::Error>) -> Result<String, Problem> {
    use qftp_core::session::Kind;
    match result {
        Ok(text) => {
            let text = text
                .split_once(": ")
                .filter(|(head, _)| head.starts_with('+'))
                .map_or(text.clone(), |(_, rest)| rest.to_owned());
            Ok(if text.is_empty() { "none".to_owned() } else { text })
        }
        Err(error) if error.failure().is_some_and(|failure| failure.kind() == Kind::Module) => {
            Ok(format!("({error})"))
        }
        Err(error) => Err(error.into()),
    }
}

fn files(context: &Context, client: &mut AnyClient, pattern: &str) -> Result<(), Problem> {
    let found = match client.files(pattern) {
        // Modules answer so when there is none; for all files that is no error.
        Err(error) if pattern.contains('*') && is_cme(&error, &[LIST_FAILED, NOT_FOUND]) => Vec::new(),
        other => other.map_err(|error| Problem::from(error).about(pattern))?,
    };
    for ModuleFile { name, size } in found {
        let (text, object) = match size {
            Some(size) => (format!("{size:>10} {name}"), json!({ "name": name, "size": size })),
            // A size or a name that cannot be: shown as the module says it, for the file is there.
            None => (format!("{:>10} {name}", "?"), json!({ "said": name })),
        };
        context.output.result(&text, &object);
    }
    Ok(())
}

/// `+CME ERROR` of file commands.
const NOT_FOUND: u16 = 405;
const LIST_FAILED: u16 = 417;

fn is_cme(error: &qftp_transport::Error, codes: &[u16]) -> bool {
    let cause = error.failure().map(|failure| failure.cause);
    matches!(cause, Some(Cause::Cme(code)) if codes.contains(&code.get()))
}

fn push(
    context: &Context,
    client: &mut AnyClient,
    mut source: LocalSource,
    local: &Path,
    name: Option<&str>,
) -> Result<(), Problem> {
    let Some(name) = name.or_else(|| local::own_name(local)) else {
        return Err(Problem::usage("the file needs a name in the module"));
    };
    let (reader, len): (Box<dyn io::Read>, u64) = match source.len() {
        Some(len) => (Box::new(source), len),
        // The module has to be told the length first, and its storage is small.
        None => {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).map_err(|error| Problem::file(&error))?;
            let len = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            (Box::new(io::Cursor::new(bytes)), len)
        }
    };
    // The module never writes over a file.
    if client.files(name).is_ok_and(|files| !files.is_empty()) {
        client.remove(name).map_err(|error| Problem::from(error).about(name))?;
    }
    let bar = context.bar(name);
    client.set_progress(Some(bar.mover()));
    let bytes = client.upload(name, reader, len);
    bar.finish();
    let bytes = bytes.map_err(|error| Problem::from(error).about(name))?;
    context.output.result(
        &format!("{name}: {bytes} bytes, checksum proven"),
        &json!({ "command": "push", "name": name, "bytes": bytes }),
    );
    Ok(())
}

fn pull(context: &Context, client: &mut AnyClient, name: &str, local: Option<&Path>) -> Result<(), Problem> {
    let (_, bare) = Storage::split(name.as_bytes());
    let bare = std::str::from_utf8(bare).unwrap_or(name);
    let local = local.map_or_else(|| PathBuf::from(bare), Path::to_path_buf);
    if is_standard(&local) {
        let pulled = client.download(name, output::stdout());
        return pulled.map(drop).map_err(|error| Problem::from(error).about(name));
    }
    let origin = Origin::new(format!("module:{name}"));
    let target = LocalTarget::create(&local, bare, &origin, Begin::Anew);
    let mut target = target.map_err(|error| Problem::file(&error))?;
    let bar = context.bar(name);
    client.set_progress(Some(bar.mover()));
    let bytes = client.download(name, &mut target);
    bar.finish();
    let bytes = bytes.map_err(|error| Problem::from(error).about(name))?;
    let path = target.finish().map_err(|error| Problem::file(&error))?;
    context.output.result(
        &format!("{}: {bytes} bytes, checksum proven", path.display()),
        &json!({ "command": "pull", "name": name, "file": path, "bytes": bytes }),
    );
    Ok(())
}
