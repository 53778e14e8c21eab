//! What the shell's commands do.

use std::collections::HashMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::rc::Rc;
use std::time::Instant;

use clap::Parser as _;
use clap::error::ErrorKind;
use qftp_core::listing::Kind;
use qftp_core::session::GetOptions;
use qftp_transport::Error;
use serde_json::json;

use super::command::{Command, Line};
use super::here::{home, lcd, run};
use super::words;
use crate::args::{SyncArgs, TransferArgs};
use crate::exit::{Code, Problem};
use crate::folder::{Item, join, shown, stays};
use crate::port::{Account, AnyClient, Context};
use crate::sync::{self, Direction};
use crate::there::{There, resolve};
use crate::tree::{self, TreeArgs};
use crate::url::check_name;
use crate::{get, local, output, put, time};

/// Whether another command comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    GoOn,
    Quit,
}

/// A session on a server, in one of its folders.
pub(super) struct Shell<'c, 't, 'a, 'w> {
    pub(super) context: &'c Context,
    pub(super) account: &'c Account,
    pub(super) there: &'t mut There<'a, 'w>,
    /// The present folder on the server, by its whole path.
    pub(super) folder: String,
    /// What folders hold, for completion; forgotten when something changes.
    seen: HashMap<String, Rc<[Item]>>,
    /// That some names in the folder of the last pattern cannot be used.
    pub(super) unusable: Option<Problem>,
}

impl<'c, 't, 'a, 'w> Shell<'c, 't, 'a, 'w> {
    pub(super) fn new(
        context: &'c Context,
        account: &'c Account,
        there: &'t mut There<'a, 'w>,
        folder: &str,
    ) -> Result<Self, Problem> {
        let folder = there.resolve(folder);
        there.go(&folder).map_err(|error| account.problem(error).about(&folder))?;
        Ok(Self { context, account, there, folder, seen: HashMap::new(), unusable: None })
    }

    /// Does what a line says.
    pub(super) fn execute(&mut self, line: &str) -> Result<Next, Problem> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(Next::GoOn);
        }
        if let Some(command) = line.strip_prefix('!') {
            return run(Process::new("sh").args(["-c", command])).map(|()| Next::GoOn);
        }
        let words = words::split(line).map_err(Problem::usage)?;
        self.unusable = None;
        let words = self.expand(&words)?;
        match Line::try_parse_from(&words) {
            Ok(line) => self.command(line.command),
            Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp) => {
                self.context
                    .output
                    .result(error.to_string().trim_end(), &json!({ "help": error.to_string() }));
                Ok(Next::GoOn)
            }
            Err(error) => Err(refused(&error, &words)),
        }
    }

    fn command(&mut self, command: Command) -> Result<Next, Problem> {
        if !matches!(command, Command::Ls { .. } | Command::Cd { .. } | Command::Pwd | Command::Lpwd) {
            self.seen.clear();
        }
        match command {
            Command::Get { remote, local, transfer } => self.get(&remote, local.as_deref(), &transfer)?,
            Command::Put { local, remote, transfer } => self.put(&local, remote.as_deref(), &transfer)?,
            Command::Mget { patterns, transfer } => {
                self.each(&patterns, |shell, name| shell.get(name, None, &transfer))?;
            }
            Command::Mput { patterns, transfer } => {
                self.all(&patterns, |shell, name| shell.put(Path::new(name), None, &transfer))?;
            }
            Command::Mirror { from, to, reverse, sync } => {
                self.mirror(&from, to.as_deref(), reverse, &sync)?;
            }
            Command::Cd { folder } => self.cd(folder.as_deref())?,
            Command::Lcd { folder } => lcd(folder)?,
            Command::Pwd => self.say(&self.folder.clone(), "folder"),
            Command::Lpwd => {
                let folder = env::current_dir().map_err(|error| Problem::file(&error))?;
                self.say(&folder.display().to_string(), "local_folder");
            }
            Command::Ls { folder } => self.ls(folder.as_deref())?,
            Command::Lls { arguments } => run(Process::new("ls").arg("-l").args(arguments))?,
            Command::Cat { remote } => {
                let options = GetOptions { via: self.context.via(), ..GetOptions::default() };
                self.at(&remote, |client, name| client.get(name, output::stdout(), &options))?;
            }
            Command::Rm { remotes } => {
                self.each(&remotes, |shell, name| shell.at(name, AnyClient::delete))?;
            }
            Command::Mv { from, to } => self.rename(&from, &to)?,
            Command::Mkdir { folders } => {
                self.all(&folders, |shell, name| shell.at(name, AnyClient::make_dir))?;
            }
            Command::Rmdir { folders } => {
                self.all(&folders, |shell, name| shell.at(name, AnyClient::remove_dir))?;
            }
            Command::Size { remote } => {
                let bytes = self.at(&remote, AnyClient::size)?;
                self.context.output.result(&bytes.to_string(), &json!({ "name": remote, "size": bytes }));
            }
            Command::Mtime { remote } => {
                let modified = self.at(&remote, AnyClient::modified)?;
                let modified = time::iso(&modified).unwrap_or(modified);
                self.context.output.result(&modified, &json!({ "name": remote, "modified": modified }));
            }
            Command::Tree { folder, tree } => self.tree(folder.as_deref(), tree)?,
            Command::Quit => return Ok(Next::Quit),
        }
        Ok(Next::GoOn)
    }

    fn say(&self, text: &str, key: &str) {
        self.context.output.result(text, &json!({ key: text }));
    }

    pub(super) fn problem(&self, error: Error, about: &str) -> Problem {
        self.account.problem(error).about(shown(about))
    }

    /// One operation on a file or folder, done in the folder that it is in.
    fn at<T>(
        &mut self,
        path: &str,
        mut work: impl FnMut(&mut AnyClient, &str) -> Result<T, Error>,
    ) -> Result<T, Problem> {
        let (folder, name) = self.place(path)?;
        let done = self.there.go(&folder).and_then(|()| self.there.attempt(|client| work(client, &name)));
        done.map_err(|error| self.problem(error, path))
    }

    /// The folder of a path, and the name in it.
    fn place(&self, path: &str) -> Result<(String, String), Problem> {
        let whole = resolve(&self.folder, path);
        let (folder, name) = whole.rsplit_once('/').unwrap_or(("", &whole));
        if name.is_empty() {
            return Err(Problem::usage(format!("`{path}` names no file and no folder in one")));
        }
        check_name(name)?;
        Ok((if folder.is_empty() { "/" } else { folder }.to_owned(), name.to_owned()))
    }

    fn get(&mut self, remote: &str, local: Option<&Path>, args: &TransferArgs) -> Result<(), Problem> {
        let (folder, name) = self.place(remote)?;
        if !stays(&name) {
            return Err(Problem::usage(format!("`{name}` is no name for a local file")));
        }
        let local = local.map_or_else(|| PathBuf::from(&name), home);
        let mut target = get::create(&local, &name, &self.there.origin(&folder, &name), args)?;
        let context = self.context;
        let began = Instant::now();
        let got = self.moved(remote, |there| {
            there.transfer_at(&folder, |client, way| {
                get::receive(context, client, way, &name, &mut target, args)
            })
        });
        // It is here when it has its name.
        let (_, bytes) = get::finish(target, got)?;
        self.tell("got", remote, bytes, began);
        Ok(())
    }

    fn put(&mut self, path: &Path, remote: Option<&str>, args: &TransferArgs) -> Result<(), Problem> {
        let path = home(path);
        let own = local::own_name(&path);
        let remote = match (remote, own) {
            (Some(folder), Some(own)) if folder.ends_with('/') => format!("{folder}{own}"),
            (Some(remote), _) => remote.to_owned(),
            (None, Some(own)) => own.to_owned(),
            (None, None) => return Err(Problem::usage("the local file gives no name: name the remote file")),
        };
        let (folder, name) = self.place(&remote)?;
        let mut source = local::source(&path)?;
        if let (None, Some(option)) = (source.len(), args.needs_file()) {
            return Err(Problem::usage(format!("{option} needs a file, not {}", path.display())));
        }
        let context = self.context;
        let began = Instant::now();
        let bytes = self.moved(&remote, |there| {
            there.transfer_at(&folder, |client, way| {
                put::send(context, client, way, &mut source, &name, None, args)
            })
        })?;
        self.tell("sent", &remote, bytes, began);
        Ok(())
    }

    /// A transfer with its bar.
    fn moved(
        &mut self,
        path: &str,
        transfer: impl FnOnce(&mut There<'a, 'w>) -> Result<u64, Error>,
    ) -> Result<u64, Problem> {
        let bar = self.context.bar(path);
        self.there.client.set_progress(Some(bar.mover()));
        let moved = transfer(self.there);
        self.there.client.set_progress(None);
        bar.finish();
        moved.map_err(|error| self.problem(error, path))
    }

    /// What it came to.
    fn tell(&self, verb: &str, path: &str, bytes: u64, began: Instant) {
        let seconds = began.elapsed().as_secs_f64();
        let rate = output::rate(bytes, began);
        self.context.output.result(
            &format!("{}: {verb} {bytes} bytes in {seconds:.1} s, {rate}", shown(path)),
            &json!({ "name": path, "bytes": bytes, "seconds": seconds }),
        );
    }

    /// The same with each; one that fails does not stop the others.
    fn all(
        &mut self,
        names: &[String],
        mut work: impl FnMut(&mut Self, &str) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let mut failed: Vec<Problem> = Vec::new();
        for name in names {
            match work(self, name) {
                Ok(()) => {}
                Err(problem) if problem.code == Code::Interrupted || names.len() == 1 => return Err(problem),
                Err(problem) => {
                    self.context.output.problem(&problem);
                    failed.push(problem);
                }
            }
        }
        match failed.first() {
            None => Ok(()),
            Some(first) => {
                Err(Problem::new(first.code, format!("{} of {} failed", failed.len(), names.len())))
            }
        }
    }

    /// The same with what patterns were replaced by: names that matched and cannot be used count as failed.
    fn each(
        &mut self,
        names: &[String],
        work: impl FnMut(&mut Self, &str) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        let unusable = self.unusable.take();
        let done = self.all(names, work);
        match unusable {
            None => done,
            Some(problem) if done.is_ok() => Err(problem),
            Some(problem) => {
                self.context.output.problem(&problem);
                done
            }
        }
    }

    fn mirror(
        &mut self,
        from: &str,
        to: Option<&str>,
        reverse: bool,
        args: &SyncArgs,
    ) -> Result<(), Problem> {
        let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().map(str::to_owned);
        let own = || name(from).filter(|name| stays(name));
        let Some(to) = to.map(str::to_owned).or_else(own) else {
            return Err(Problem::usage("the source gives no name: name the target"));
        };
        let (direction, here, there) =
            if reverse { (Direction::Up, from, to.as_str()) } else { (Direction::Down, to.as_str(), from) };
        let (here, root) = (home(Path::new(here)), resolve(&self.folder, there));
        sync::check(self.context, &here, direction, args)?;
        sync::mirror(self.context, self.account, self.there, direction, &here, &root, args)
    }

    fn cd(&mut self, folder: Option<&str>) -> Result<(), Problem> {
        let path = match folder {
            Some(folder) => resolve(&self.folder, folder),
            None => self.there.resolve(""),
        };
        self.there.go(&path).map_err(|error| self.problem(error, &path))?;
        self.folder = path;
        Ok(())
    }

    fn ls(&mut self, folder: Option<&str>) -> Result<(), Problem> {
        let path = resolve(&self.folder, folder.unwrap_or(""));
        let listing = self.there.list_at(&path).map_err(|error| self.problem(error, &path))?;
        for item in &listing.items {
            let (mark, kind) = match item.kind {
                Kind::File => ('-', "file"),
                Kind::Dir => ('d', "folder"),
                Kind::Link => ('l', "link"),
                Kind::Other => ('?', "other"),
            };
            let size = item.size.map_or_else(String::new, |size| size.to_string());
            let modified = item.time.map(time::shown);
            let arrow = item.target.as_ref().map_or_else(String::new, |to| format!(" -> {}", shown(to)));
            self.context.output.result(
                &format!("{mark} {size:>12} {:<19} {}{arrow}", modified.as_deref().unwrap_or(""), shown(&item.name)),
                &json!({ "name": item.name, "kind": kind, "size": item.size, "modified": modified, "target": item.target }),
            );
        }
        let problem = listing.problem(&shown(&path));
        self.seen.insert(path, listing.items.into());
        problem.map_or(Ok(()), Err)
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Problem> {
        let (folder, name) = self.place(from)?;
        let to = if to.ends_with('/') { format!("{to}{name}") } else { to.to_owned() };
        let whole = resolve(&self.folder, &to);
        // In the same folder a name is enough.
        let target =
            whole.strip_prefix(&join(&folder, "")).filter(|rest| !rest.contains('/')).unwrap_or(&whole);
        check_name(target)?;
        self.at(from, |client, name| client.rename(name, target))
    }

    fn tree(&mut self, folder: Option<&str>, args: TreeArgs) -> Result<(), Problem> {
        let path = resolve(&self.folder, folder.unwrap_or(""));
        let output = self.context.output;
        self.there.ready().map_err(|error| self.problem(error, &path))?;
        let (client, lister) = self.there.parts();
        tree::print(output, client, lister, &path, &path, args)
    }

    /// What a folder of the server holds, from memory where it has not been changed since.
    pub(super) fn items(&mut self, folder: &str) -> Rc<[Item]> {
        let path = resolve(&self.folder, folder);
        if let Some(items) = self.seen.get(&path) {
            return items.clone();
        }
        // Whoever presses Tab is not told why there is nothing; the command will say.
        let items: Rc<[Item]> =
            self.there.list_at(&path).map_or_else(|_| Vec::new(), |listing| listing.items).into();
        self.seen.insert(path, items.clone());
        items
    }
}

/// What clap refused, in a line.
fn refused(error: &clap::Error, words: &[String]) -> Problem {
    let text = error.to_string();
    let first: Vec<&str> = text.lines().take_while(|line| !line.is_empty()).map(str::trim).collect();
    let problem = Problem::usage(first.join(" ").trim_start_matches("error: "));
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let name = words.first().map_or("", String::as_str);
            Problem::usage(format!("there is no command `{}`", shown(name)))
                .remedy("`help` lists the commands")
        }
        _ => {
            problem.remedy(format!("`help {}` tells how it is called", words.first().map_or("", |word| word)))
        }
    }
}
