//! The `qftp` program: files over FTP through a Quectel cellular module.

mod args;
mod bar;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod emulate;
mod exit;
mod explain;
mod folder;
mod get;
mod help;
mod journal;
mod list;
mod local;
mod man;
mod module;
mod monitor;
mod options;
mod output;
mod password;
mod port;
mod put;
mod record;
mod remote;
mod replay;
mod report;
#[cfg(feature = "demo")]
mod serve;
#[cfg(feature = "demo")]
mod server;
mod shell;
mod sync;
mod there;
mod time;
mod tls;
mod transfer;
mod tree;
mod url;

use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};

use args::{Cli, Command, TransferArgs};
use exit::Problem;
use journal::Journal;
use list::Form;
use output::Output;
use port::Context;
use url::Url;

fn main() -> ExitCode {
    let Cli { command, mut options } =
        Cli::from_arg_matches(&help::command().get_matches()).unwrap_or_else(|error| error.exit());
    let output = Output { json: options.json };
    let done = config::complete(&mut options).and_then(|apn_login| {
        let cancel = port::cancel_on_interrupt();
        let own_module = is_demo(&command) || options.port.as_deref() == Some(port::EMULATOR);
        let journal = Journal::default();
        run(&command, &Context { options, apn_login, output, cancel, journal, own_module })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            output.problem(&problem);
            ExitCode::from(problem.number())
        }
    }
}

#[cfg(feature = "demo")]
fn is_demo(command: &Command) -> bool {
    matches!(command, Command::Demo(_))
}

#[cfg(not(feature = "demo"))]
fn is_demo(_command: &Command) -> bool {
    false
}

fn run(command: &Command, context: &Context) -> Result<(), Problem> {
    match command {
        #[cfg(feature = "demo")]
        Command::Demo(demo) => demo::run(context, demo),
        #[cfg(feature = "demo")]
        Command::Serve { folder, listen } => serve::run(context, folder, *listen),
        Command::Emulate(emulate) => emulate::run(context, emulate),
        Command::Monitor { file, emulate } => monitor::run(context, file.as_deref(), emulate),
        Command::Put { local, url, atomic, transfer, report } => {
            let title = format!("put {} {}", local.display(), Url::shown(url));
            report::on(context, report.as_deref(), &title, || {
                put::run(context, local, url, *atomic, transfer)
            })
        }
        Command::Get { url, local, transfer, report } => {
            let title = format!("get {}", Url::shown(url));
            report::on(context, report.as_deref(), &title, || {
                get::run(context, url, local.as_deref(), transfer)
            })
        }
        Command::Cat { url } => get::run(context, url, Some(Path::new("-")), &TransferArgs::default()),
        Command::Ls { url, names, facts, raw } => {
            let form = match (names, facts, raw) {
                (true, _, _) => Form::Names,
                (_, true, _) => Form::Facts,
                (_, _, true) => Form::Raw,
                _ => Form::Long,
            };
            list::run(context, url, form)
        }
        Command::Tree { url, tree } => tree::run(context, url, *tree),
        Command::Shell { url, keep_going } => shell::run(context, url, *keep_going),
        Command::Sync { from, to, sync, report } => {
            let title = format!("sync {} {}", Url::shown(from), Url::shown(to));
            report::on(context, report.as_deref(), &title, || sync::run(context, from, to, sync))
        }
        Command::Mkdir { url } => remote::mkdir(context, url),
        Command::Rmdir { url } => remote::rmdir(context, url),
        Command::Rm { url } => remote::rm(context, url),
        Command::Mv { url, to } => remote::mv(context, url, to),
        Command::Size { url } => remote::size(context, url),
        Command::Mtime { url } => remote::mtime(context, url),
        Command::Module(module) => module::run(context, module),
        Command::Doctor(args) => doctor::run(context, args),
        Command::Explain { log, html } => explain::run(context, log, html.as_deref()),
        Command::Replay(args) => replay::run(context, args),
        Command::Options => {
            context.output.result(&help::options(), &serde_json::json!({ "options": help::options() }));
            Ok(())
        }
        Command::Man { folder } => man::run(context, folder),
        Command::Completions { shell } => {
            clap_complete::generate(*shell, &mut Cli::command(), "qftp", &mut io::stdout());
            Ok(())
        }
    }
}
