//! The operations, one call each. Every one is refused before a byte is sent, or ends with one event.

use super::Session;
use super::command::HostCommand;
use super::exchange::{MARGIN_MS, tick};
use super::failure::Cause;
use super::misuse::{Field, Misuse, check};
use super::operation::{End, GetStep, Op, OpenStep, PutStep, Shape};
use super::options::{GetOptions, LoginOf, PutOptions, SetupOf, Via};
use super::state::PROBE_MS;
use crate::Instant;
use crate::limits;
use crate::wire::{Basic, Command, FtpCommand, Local, Storage, TextFault, TransferType, Verb, Writer};

/// Name of the file of the module that a staged transfer uses.
const STAGED: &str = "qftp.tmp";

pub(crate) fn checked(text: &[u8], max: usize, field: Field) -> Result<&[u8], Misuse> {
    if text.is_empty() {
        return Err(Misuse::Name(field, TextFault::Empty));
    }
    check(text, max, field)?;
    Ok(text)
}

/// A file or folder on the server.
pub(crate) fn on_server(text: &(impl AsRef<[u8]> + ?Sized)) -> Result<&[u8], Misuse> {
    checked(text.as_ref(), limits::NAME, Field::Name)
}

/// Whether the library has what is asked for.
pub(crate) fn built_with(feature: bool) -> Result<(), Misuse> {
    if feature { Ok(()) } else { Err(Misuse::LeftOut) }
}

/// The operations. Each returns [`Misuse`] when another one is under way, when a parameter cannot be sent, or before
/// [`setup`](Session::setup).
impl Session {
    /// Brings the line in sync and the module in order: echo off, errors as numbers, a short guard time, URCs proven to arrive,
    /// an earlier FTP session closed, SIM card ready, PDP context active (section 1.4 of the note, step 1). A context that does not come up is
    /// deactivated, the module attached, and activated once more (§6).
    ///
    /// # Errors
    /// [`Misuse::Busy`], [`Misuse::Range`], [`Misuse::Name`].
    pub fn setup<T: AsRef<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        setup: &SetupOf<'_, T>,
    ) -> Result<(), Misuse> {
        self.at(now);
        if !self.is_idle() {
            return Err(Misuse::Busy);
        }
        self.state.config.check()?;
        self.state.account.take_setup(setup)?;
        self.state.begin_setup();
        Ok(())
    }

    /// Logs in to a server (§2.2), with the settings of §2.1 before it.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn open<T: AsRef<[u8]> + ?Sized>(
        &mut self,
        now: Instant,
        login: &LoginOf<'_, T>,
    ) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready()?;
        self.state.account.take_login(login)?;
        self.state.logged_in = false;
        let first = if self.state.in_doubt { OpenStep::Close } else { OpenStep::Context };
        self.state.go(Op::Open(first));
        Ok(())
    }

    /// Logs out (§2.18); over only at its URC.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn close(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready()?;
        self.state.logged_in = false;
        self.state.single(HostCommand::Close, Shape::Nothing);
        Ok(())
    }

    /// Deactivates the PDP context (section 1.4 of the note, step 7). A new [`setup`](Self::setup) is needed afterwards.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn deactivate(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready()?;
        self.state.forget_setup();
        self.state.single(HostCommand::Deactivate, Shape::Nothing);
        Ok(())
    }

    /// Restarts the module (`AT+CFUN=1,1`) and waits for its `RDY`, half a minute at most. [`setup`](Self::setup) comes next. May be called in any
    /// state of the module.
    ///
    /// # Errors
    /// [`Misuse::Busy`].
    pub fn restart(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        if !self.is_idle() {
            return Err(Misuse::Busy);
        }
        self.state.forget_setup();
        self.state.op = Op::Restart;
        self.state.send(HostCommand::Restart);
        Ok(())
    }

    /// Changes the working folder on the server (§2.3); at most 128 bytes.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn cwd(&mut self, now: Instant, path: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready_for_ftp()?;
        let path = checked(path.as_ref(), limits::CWD_PATH, Field::Path)?;
        self.state.transfer.name.set(path);
        self.state.op = Op::Cwd;
        self.state.send(HostCommand::Cwd);
        Ok(())
    }

    /// Asks for the working folder on the server (§2.4): [`Done::Text`](super::Done::Text).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn pwd(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.ftp(HostCommand::Pwd, Shape::Plain)
    }

    /// Asks for the size of a file (§2.7): [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn size(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.named(HostCommand::Size, name.as_ref(), Shape::Plain)
    }

    /// Asks when a file was last written (§2.14): [`Done::Text`](super::Done::Text), `YYYYMMDDHHMMSS[.NNN]`.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn modified(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.named(HostCommand::Modified, name.as_ref(), Shape::Plain)
    }

    /// Renames a file or folder (§2.15).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn rename(
        &mut self,
        now: Instant,
        from: &(impl AsRef<[u8]> + ?Sized),
        to: &(impl AsRef<[u8]> + ?Sized),
    ) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready_for_ftp()?;
        let (from, to) = (on_server(from)?, on_server(to)?);
        self.state.transfer.name.set(from);
        self.state.op = Op::Single(Shape::Nothing);
        let limit = self.state.t().wrapping_add(MARGIN_MS);
        self.state.send_with(HostCommand::Rename, limit, to, [0; 2]);
        Ok(())
    }

    /// Deletes a file (§2.8).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn delete(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.named(HostCommand::Delete, name.as_ref(), Shape::Nothing)
    }

    /// Makes a folder (§2.9).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn make_dir(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.named(HostCommand::MakeDir, name.as_ref(), Shape::Nothing)
    }

    /// Removes an empty folder (§2.10).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn remove_dir(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.named(HostCommand::RemoveDir, name.as_ref(), Shape::Nothing)
    }

    /// Asks how many bytes the last transfer moved (§2.16), or the present one has: [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn length(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.ftp(HostCommand::Len, Shape::Plain)
    }

    /// Asks for the state of the FTP client (§2.17): [`Done::State`](super::Done::State).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn status(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready()?;
        self.state.single(HostCommand::State, Shape::State);
        Ok(())
    }

    /// Asks for the state of the FTP client within 2 seconds: whether outcomes of FTP commands come to this port at all. [`LineFault::UrcSilent`](super::LineFault::UrcSilent)
    /// says that they do not.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn probe(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready()?;
        self.state.op = Op::Single(Shape::State);
        self.state.send_within(HostCommand::State, PROBE_MS);
        Ok(())
    }

    /// Downloads a file (§2.6): [`Event::Size`](super::Event::Size) where the length is known, [`Event::Data`](super::Event::Data), then
    /// [`Done::Number`](super::Done::Number).
    ///
    /// The size is asked for first and the data counted, so that its content cannot matter. Only in ASCII mode and with servers that
    /// know no sizes the module's own count at the end is the judge, and a question whether it is done.
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a staged download of a part with a known length.
    pub fn get(
        &mut self,
        now: Instant,
        name: &(impl AsRef<[u8]> + ?Sized),
        options: &GetOptions,
    ) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready_for_ftp()?;
        let name = on_server(name)?;
        if let Via::Storage(storage) = options.via {
            built_with(cfg!(feature = "staging"))?;
            if options.len.is_some() {
                return Err(Misuse::Road);
            }
            self.keep_staged(storage);
        }
        self.state.transfer.name.set(name);
        self.state.receive.forget();
        self.state.transfer.take_get(options);
        let asks = options.len.is_none() && self.state.account.transfer_type == TransferType::Binary;
        match (options.via, options.len) {
            (Via::Storage(_), _) => self.state.go(Op::Get(GetStep::Clear)),
            (Via::Com, Some(0)) => {
                self.state.events.size = true;
                self.state.exchange.said.number = 0;
                self.state.finish(End::Number);
            }
            // The size of a converted file is not the number of bytes that will come.
            (Via::Com, len) => {
                self.state.events.size = len.is_some();
                self.state.go(Op::Get(if asks { GetStep::Size } else { GetStep::Transfer }));
            }
        }
        Ok(())
    }

    /// Uploads a file or a part of one (§2.5): exactly [`PutOptions::len`] bytes by [`send`](Self::send), then
    /// [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a staged upload of a part, [`Misuse::Range`] for one that no file of the module can hold.
    pub fn put(
        &mut self,
        now: Instant,
        name: &(impl AsRef<[u8]> + ?Sized),
        options: &PutOptions,
    ) -> Result<(), Misuse> {
        self.at(now);
        self.state.ready_for_ftp()?;
        let name = on_server(name)?;
        if options.via != Via::Com && (options.start > 0 || !options.last) {
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
        self.state.transfer.name.set(name);
        self.state.transmit.forget(options.len, tick(now));
        self.state.transfer.take_put(options);
        self.state.go(Op::Put(step));
        Ok(())
    }

    /// Sends any one command that moves no data over the line: [`Event::Info`](super::Event::Info) a line of its answer.
    ///
    /// # Errors
    /// [`Misuse`]; [`Misuse::Road`] for a command that would open data mode.
    pub fn command(&mut self, now: Instant, command: &Command<'_>) -> Result<(), Misuse> {
        self.at(now);
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
        self.state.op = Op::Single(Shape::Plain);
        self.state.exchange.start_foreign(command, self.state.t());
        Ok(())
    }

    /// Ends the operation under way: data mode is left, the line brought in sync, the session kept or opened again. An upload that misses
    /// three bytes or fewer is left to the module's own time-out (`T`): `+++` would be those bytes. Before CONNECT the command's answer is
    /// awaited, within its own time: whatever is sent before could become the file. The operation then
    /// ends with [`Cause::Aborted`].
    ///
    /// # Errors
    /// [`Misuse::NothingToAbort`].
    pub fn abort(&mut self, now: Instant) -> Result<(), Misuse> {
        self.at(now);
        match self.state.op {
            Op::Idle => Err(Misuse::NothingToAbort),
            // It is being left already, or has not been entered.
            Op::Recover(_) => Ok(()),
            _ => {
                self.reader.clear();
                self.state.exchange.said.blamed = None;
                self.state.fail(Cause::Aborted);
                Ok(())
            }
        }
    }

    /// It is this time now.
    pub(crate) const fn at(&mut self, now: Instant) {
        self.state.exchange.clock = now;
    }

    fn ftp(&mut self, command: HostCommand, shape: Shape) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        self.state.single(command, shape);
        Ok(())
    }

    /// A command with the name of a file or folder on the server.
    fn named(&mut self, command: HostCommand, text: &[u8], shape: Shape) -> Result<(), Misuse> {
        self.state.ready_for_ftp()?;
        self.state.transfer.name.set(on_server(text)?);
        self.state.single(command, shape);
        Ok(())
    }

    fn keep_staged(&mut self, storage: Storage) {
        let mut buf = [0; limits::MODULE_FILE];
        let mut out = Writer::new(&mut buf);
        out.str(storage.prefix()).str(STAGED);
        self.state.transfer.local.set(out.finish().unwrap_or_default());
    }
}
