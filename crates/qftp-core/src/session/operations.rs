//! The operations, one call each. Every one is refused before a byte is sent, or ends with one event.

use super::Session;
use super::failure::{Cause, Field, Misuse};
use super::get::GetStep;
use super::options::{GetOptions, Login, PutOptions, Setup, Via};
use super::put::PutStep;
use super::setup::PROBE_MS;
use super::state::{Op, Shape, State};
use crate::Instant;
use crate::limits;
use crate::wire::{
    Basic, Command, FileCommand, FileName, FtpCommand, GeneralCommand, List, ListKind, Local, OpenMode,
    PathName, PdpCommand, Storage, Text, TextFault, Verb, Writer,
};

/// Name of the file of the module that a staged transfer uses.
const STAGED: &str = "qftp.tmp";

type ModuleFile<'a> = Text<'a, { limits::MODULE_FILE }>;

fn checked<const MAX: usize>(text: &str, field: Field) -> Result<Text<'_, MAX>, Misuse> {
    match Text::new(text) {
        Ok(text) if text.is_empty() => Err(Misuse::Name(field, TextFault::Empty)),
        Ok(text) => Ok(text),
        Err(fault) => Err(Misuse::Name(field, fault)),
    }
}

fn name(text: &str) -> Result<FileName<'_>, Misuse> {
    checked(text, Field::Name)
}

fn module_file(text: &str) -> Result<ModuleFile<'_>, Misuse> {
    checked(text, Field::ModuleFile)
}

/// Every operation returns [`Misuse`] when another one is under way, when a parameter cannot be sent, or before [`setup`](Session::setup).
/// Whether the library has what is asked for.
fn built_with(feature: bool) -> Result<(), Misuse> {
    if feature { Ok(()) } else { Err(Misuse::LeftOut) }
}

impl Session {
    /// Brings the line into step and the module into order: echo off, errors as numbers, a short guard time, URCs proven to arrive,
    /// an earlier FTP session closed, SIM card ready, PDP context active (section 1.4 of the note, step 1). A context that does not come up is
    /// deactivated, the module attached, and activated once more (§6).
    ///
    /// # Errors
    /// [`Misuse::Busy`], [`Misuse::Range`], [`Misuse::Name`].
    pub fn setup(&mut self, now: Instant, setup: &Setup<'_>) -> Result<(), Misuse> {
        self.state.setup(now, setup)
    }

    /// Logs in to a server (§2.1, §2.2).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn open(&mut self, now: Instant, login: &Login<'_>) -> Result<(), Misuse> {
        self.state.open(now, login)
    }

    /// Logs out (§2.18); over only at its URC.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn close(&mut self, now: Instant) -> Result<(), Misuse> {
        self.state.ready()?;
        self.state.logged_in = false;
        self.state.single(now, &Command::Execute(Verb::QftpClose), Shape::Nothing);
        Ok(())
    }

    /// Deactivates the PDP context (section 1.4 of the note, step 7). A new [`setup`](Self::setup) is needed afterwards.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn deactivate(&mut self, now: Instant) -> Result<(), Misuse> {
        self.state.ready()?;
        self.state.set_up = false;
        self.state.logged_in = false;
        let command = Command::Pdp(PdpCommand::Deactivate(self.state.wanted.context));
        self.state.single(now, &command, Shape::Nothing);
        Ok(())
    }

    /// Restarts the module (`AT+CFUN=1,1`) and waits for its `RDY`, half a minute at most. [`setup`](Self::setup) comes next. May be called in any
    /// state of the module.
    ///
    /// # Errors
    /// [`Misuse::Busy`].
    pub fn restart(&mut self, now: Instant) -> Result<(), Misuse> {
        if !self.is_idle() {
            return Err(Misuse::Busy);
        }
        self.state.set_up = false;
        self.state.logged_in = false;
        let command = Command::General(GeneralCommand::Function(1, Some(true)));
        self.state.link.start(now, &command, self.state.t());
        self.state.op = Op::Restart;
        Ok(())
    }

    /// Changes the working directory (§2.3); at most 128 bytes.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn cwd(&mut self, now: Instant, path: &str) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        let path: PathName<'_> = checked(path, Field::Path)?;
        self.state.name.set(path.as_bytes());
        self.state.single(now, &Command::Ftp(FtpCommand::Cwd(path)), Shape::Nothing);
        self.state.op = Op::Cwd;
        Ok(())
    }

    /// Asks for the working directory (§2.4): [`Done::Text`](super::Done::Text).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn pwd(&mut self, now: Instant) -> Result<(), Misuse> {
        self.execute(now, Verb::QftpPwd, Shape::Plain)
    }

    /// Asks for the size of a file (§2.7): [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn size(&mut self, now: Instant, file: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::Size(name(file)?), Shape::Plain)
    }

    /// Asks for the time of modification (§2.14): [`Done::Text`](super::Done::Text), `YYYYMMDDHHMMSS[.NNN]`.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn modified(&mut self, now: Instant, file: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::Modified(name(file)?), Shape::Plain)
    }

    /// Renames a file or folder (§2.15).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn rename(&mut self, now: Instant, from: &str, to: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::Rename { from: name(from)?, to: name(to)? }, Shape::Nothing)
    }

    /// Deletes a file (§2.8).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn delete(&mut self, now: Instant, file: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::Delete(name(file)?), Shape::Nothing)
    }

    /// Makes a folder (§2.9).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn make_dir(&mut self, now: Instant, dir: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::MakeDir(name(dir)?), Shape::Nothing)
    }

    /// Removes a folder (§2.10).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn remove_dir(&mut self, now: Instant, dir: &str) -> Result<(), Misuse> {
        self.ftp(now, FtpCommand::RemoveDir(name(dir)?), Shape::Nothing)
    }

    /// Asks how many bytes the last or present transfer moved (§2.16): [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn length(&mut self, now: Instant) -> Result<(), Misuse> {
        self.execute(now, Verb::QftpLen, Shape::Plain)
    }

    /// Asks for the state of the FTP client (§2.17): [`Done::State`](super::Done::State).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn status(&mut self, now: Instant) -> Result<(), Misuse> {
        self.state.ready()?;
        self.state.single(now, &Command::Execute(Verb::QftpStat), Shape::State);
        Ok(())
    }

    /// The same within 2 seconds: whether outcomes of FTP commands come to this port at all. [`LineFault::UrcSilent`](super::LineFault::UrcSilent)
    /// says that they do not.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn probe(&mut self, now: Instant) -> Result<(), Misuse> {
        self.state.ready()?;
        self.state.op = Op::Single(Shape::State);
        self.state.link.start_within(now, &Command::Execute(Verb::QftpStat), PROBE_MS);
        Ok(())
    }

    /// Lists a folder as the server prints it (§2.11), `.` for the working directory: [`Event::Data`](super::Event::Data), then
    /// [`Done::Number`](super::Done::Number). [`listing::long`](crate::listing::long) reads its lines.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn list(&mut self, now: Instant, dir: &str) -> Result<(), Misuse> {
        self.listing(now, ListKind::Long, dir)
    }

    /// Lists the names in a folder (§2.12).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn names(&mut self, now: Instant, dir: &str) -> Result<(), Misuse> {
        self.listing(now, ListKind::Names, dir)
    }

    /// Lists a folder with its facts (§2.13). [`listing::facts`](crate::listing::facts) reads its lines.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn facts(&mut self, now: Instant, dir: &str) -> Result<(), Misuse> {
        self.listing(now, ListKind::Facts, dir)
    }

    /// Downloads a file (§2.6): [`Event::Size`](super::Event::Size) where the length is known, [`Event::Data`](super::Event::Data), then
    /// [`Done::Number`](super::Done::Number).
    ///
    /// The size is asked for first and the data counted, so that its content cannot matter. Only in ASCII mode and with servers that
    /// know no sizes the module's own count at the end is the judge, and a question whether it is done.
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a staged download of a part with a known length.
    pub fn get(&mut self, now: Instant, file: &str, options: &GetOptions) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        let file = name(file)?;
        if let Via::Storage(storage) = options.via {
            built_with(cfg!(feature = "staging"))?;
            if options.len.is_some() {
                return Err(Misuse::Road);
            }
            self.keep_staged(storage);
        }
        self.state.name.set(file.as_bytes());
        self.receive.forget();
        self.state.begin_get(now, options)
    }

    /// Uploads a file or a part of one (§2.5): exactly [`PutOptions::len`] bytes by [`send`](Self::send), then
    /// [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a staged upload of a part, [`Misuse::Range`] for one that no file of the module can hold.
    pub fn put(&mut self, now: Instant, file: &str, options: &PutOptions) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        let file = name(file)?;
        if !State::road_fits(options) {
            return Err(Misuse::Road);
        }
        let step = match options.via {
            Via::Com => PutStep::Transfer,
            Via::Storage(_) if !cfg!(feature = "staging") => return Err(Misuse::LeftOut),
            Via::Storage(_) if u32::try_from(options.len).is_err() => {
                return Err(Misuse::Range(Field::Length));
            }
            Via::Storage(storage) => {
                self.keep_staged(storage);
                PutStep::Clear
            }
        };
        self.state.name.set(file.as_bytes());
        self.state.transmit.forget(options.len, now);
        self.state.begin_put(now, options, step);
        Ok(())
    }

    /// Asks for the free space of a storage of the module: [`Done::Space`](super::Done::Space).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn storage(&mut self, now: Instant, storage: Storage) -> Result<(), Misuse> {
        self.file(now, FileCommand::Space(storage), Shape::Plain)
    }

    /// Lists the module's files, `*` or `RAM:*` for all: [`Event::Info`](super::Event::Info) a file.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn files(&mut self, now: Instant, pattern: &str) -> Result<(), Misuse> {
        self.file(now, FileCommand::List(module_file(pattern)?), Shape::Nothing)
    }

    /// Uploads a file into the module, its checksum proven: `len` bytes by [`send`](Self::send).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn upload(&mut self, now: Instant, file: &str, len: u64) -> Result<(), Misuse> {
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()?;
        let file = module_file(file)?;
        if u32::try_from(len).is_err() {
            return Err(Misuse::Range(Field::Length));
        }
        self.state.local.set(file.as_bytes());
        self.state.transmit.forget(len, now);
        self.state.begin_put(now, &PutOptions::whole(len), PutStep::Upload);
        Ok(())
    }

    /// Downloads a file out of the module, its checksum proven: [`Event::Size`](super::Event::Size), [`Event::Data`](super::Event::Data).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn download(&mut self, now: Instant, file: &str) -> Result<(), Misuse> {
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()?;
        let file = module_file(file)?;
        self.state.local.set(file.as_bytes());
        self.state.get = GetOptions::default();
        self.receive.forget();
        self.state.get_step(now, GetStep::Measure);
        Ok(())
    }

    /// Deletes files of the module, `*` or `RAM:*` for all.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn remove(&mut self, now: Instant, pattern: &str) -> Result<(), Misuse> {
        self.file(now, FileCommand::Delete(module_file(pattern)?), Shape::Nothing)
    }

    /// Opens a file of the module: [`Done::Number`](super::Done::Number) is its handle.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_open(&mut self, now: Instant, file: &str, mode: OpenMode) -> Result<(), Misuse> {
        self.file(now, FileCommand::Open { name: module_file(file)?, mode: Some(mode) }, Shape::Plain)
    }

    /// Reads at most `len` bytes from an open file: [`Event::Data`](super::Event::Data), then [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_read(&mut self, now: Instant, handle: u32, len: u32) -> Result<(), Misuse> {
        self.file(now, FileCommand::Read { handle, len: Some(len) }, Shape::Plain)?;
        self.receive.forget();
        self.state.get = GetOptions { len: Some(u64::from(len)), ..GetOptions::default() };
        self.state.op = Op::FileRead;
        Ok(())
    }

    /// Writes `len` bytes to an open file, by [`send`](Self::send).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_write(&mut self, now: Instant, handle: u32, len: u32) -> Result<(), Misuse> {
        let timeout = Some(u16::from(self.state.config.rsptimeout_s));
        self.file(now, FileCommand::Write { handle, len: Some(len), timeout }, Shape::Plain)?;
        self.state.put = PutOptions::whole(u64::from(len));
        self.state.transmit.forget(u64::from(len), now);
        self.state.op = Op::FileWrite;
        Ok(())
    }

    /// Any single command that moves no data over the line: [`Event::Info`](super::Event::Info) a line of its answer.
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a command that would open data mode.
    pub fn command(&mut self, now: Instant, command: &Command<'_>) -> Result<(), Misuse> {
        self.state.ready()?;
        built_with(cfg!(feature = "lines"))?;
        let opens_data_mode = match command {
            Command::Ftp(FtpCommand::Put(put)) => put.local == Local::Com,
            Command::Ftp(FtpCommand::Get(get)) => get.local == Local::Com,
            Command::Ftp(FtpCommand::List(list)) => list.local.is_none_or(|local| local == Local::Com),
            Command::File(command) => {
                matches!(command.verb(), Verb::Qfupl | Verb::Qfdwl | Verb::Qfread | Verb::Qfwrite)
            }
            Command::Basic(basic) => *basic == Basic::Online,
            _ => false,
        };
        if opens_data_mode {
            return Err(Misuse::Road);
        }
        self.state.single(now, command, Shape::Plain);
        Ok(())
    }

    /// Ends the operation under way: data mode is left, the line brought in step, the session kept or opened again. An upload that misses
    /// three bytes or fewer is left to the module's own time-out (`T`): `+++` would be those bytes. Before CONNECT the command's answer is
    /// awaited, within its own time: whatever is sent before could become the file. The operation then
    /// ends with [`Cause::Aborted`].
    ///
    /// # Errors
    /// [`Misuse::NothingToAbort`].
    pub fn abort(&mut self, now: Instant) -> Result<(), Misuse> {
        match self.state.op {
            Op::Idle => Err(Misuse::NothingToAbort),
            // It is being left already, or has not been entered.
            Op::Recover(_) => Ok(()),
            _ => {
                self.reader.clear();
                self.state.fail(now, Cause::Aborted, &self.receive);
                Ok(())
            }
        }
    }

    fn execute(&mut self, now: Instant, verb: Verb, shape: Shape) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        self.state.single(now, &Command::Execute(verb), shape);
        Ok(())
    }

    fn ftp(&mut self, now: Instant, command: FtpCommand<'_>, shape: Shape) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        self.state.single(now, &Command::Ftp(command), shape);
        Ok(())
    }

    fn file(&mut self, now: Instant, command: FileCommand<'_>, shape: Shape) -> Result<(), Misuse> {
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()?;
        self.state.single(now, &Command::File(command), shape);
        Ok(())
    }

    fn listing(&mut self, now: Instant, kind: ListKind, dir: &str) -> Result<(), Misuse> {
        built_with(cfg!(feature = "listings"))?;
        self.ftp(now, FtpCommand::List(List { kind, dir: name(dir)?, local: None }), Shape::Plain)?;
        self.receive.forget();
        self.state.op = Op::List;
        Ok(())
    }

    fn keep_staged(&mut self, storage: Storage) {
        let mut buf = [0; limits::MODULE_FILE];
        let mut out = Writer::new(&mut buf);
        out.str(storage.prefix()).str(STAGED);
        self.state.local.set(out.finish().unwrap_or_default());
    }
}
