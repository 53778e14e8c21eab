//! The `qftp` program: files over FTP through a Quectel cellular module.

mod args;
mod bar;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod emulate;
mod explain;
mod folder;
mod get;
mod help;
mod interrupt;
mod journal;
mod list;
mod local;
mod man;
mod module;
mod monitor;
mod output;
mod password;
mod port;
mod put;
mod remote;
mod replay;
mod report;
mod secrets;
#[cfg(feature = "demo")]
mod serve;
#[cfg(feature = "demo")]
mod server;
mod shell;
mod standing;
mod state;
mod survey;
mod sync;
mod there;
mod time;
mod tls;
mod transfer;
mod tree;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _};
use qftp_cli::{config, exit, options, record, url};
use serde_json::json;

use args::{Cli, Command, TransferArgs};
use exit::{Code, Problem};
use journal::Journal;
use list::Form;
use output::{Fault, Output};
use port::Context;
use url::Url;

fn main() -> ExitCode {
    let arguments = secrets::arguments();
    let read = help::command().try_get_matches_from(arguments);
    let Cli { command, mut options } = match read.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => return answer(&error),
    };
    let output = Output { json: options.json };
    let done = config::complete(&mut options).and_then(|apn_login| {
        if let Some(path) = &apn_login.exposed {
            let path = path.display();
            tls::warn(&format!(
                "{path} holds a password and is open to others: `chmod 600 {path}` shuts them out"
            ));
        }
        let cancel = interrupt::listen()?;
        interrupt::at_rate(options.baud);
        let own_module = is_demo(&command) || options.port.as_deref() == Some(port::EMULATOR);
        let journal = Journal::default();
        run(&command, &Context { options, apn_login, output, cancel, journal, own_module })
    });
    end(output, done)
}

/// What clap says in place of a command: a help, or what is wrong with the arguments, which it quotes.
fn answer(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        output::note(error.to_string().trim_end());
        return ExitCode::from(Code::Usage as u8);
    }
    if let Err(error) = error.print() {
        Fault::note(&error);
    }
    end(Output { json: false }, Ok(()))
}

/// Says how it ended. A result that standard output did not take is none.
fn end(output: Output, done: Result<(), Problem>) -> ExitCode {
    let problem = match (output::fault(), done) {
        (Some(Fault::ReaderGone), _) => return ExitCode::from(Fault::READER_GONE),
        (Some(Fault::Failed(words)), _) => {
            let problem = Fault::problem(&words);
            output::note(&problem);
            problem
        }
        (None, Ok(())) => return ExitCode::SUCCESS,
        (None, Err(problem)) => {
            output.problem(&problem);
            problem
        }
    };
    ExitCode::from(match problem.code {
        Code::Interrupted => interrupt::exit_code(),
        _ => problem.number(),
    })
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
            let title = secrets::masked(&format!("put {} {}", local.display(), Url::shown(url)));
            report::on(context, report.as_deref(), &title, || {
                put::run(context, local, url, *atomic, transfer)
            })
        }
        Command::Get { local: Some(local), .. }
            if local.to_str().is_some_and(|text| Url::parse(text).is_ok()) =>
        {
            Err(Problem::usage("what comes after the URL is a local file, and not another URL")
                .remedy("one command fetches one file; `qftp sync` and `mget` of `qftp shell` fetch several"))
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
        Command::Survey(args) => survey::run(context, args),
        Command::Explain { log, html } => explain::run(context, log, html.as_deref()),
        Command::Replay(args) => replay::run(context, args),
        Command::Options => {
            context.output.result(&help::options(), &json!({ "options": help::options() }));
            Ok(())
        }
        Command::Man { folder } => man::run(context, folder),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "qftp", &mut script);
            output::stdout().write_all(&script).map_err(|error| Problem::file(&error))
        }
    }
}
