//! The operations on the module's own files, one call each, as [`operations`](super::operations).

use super::Session;
use super::command::HostCommand;
use super::exchange::{MARGIN_MS, short, tick};
use super::misuse::{Field, Misuse};
use super::operation::{GetStep, Op, PutStep, Shape};
use super::operations::{built_with, checked};
use super::options::{GetOptions, PutOptions};
use crate::Instant;
use crate::limits;
use crate::wire::{OpenMode, Storage};

/// How long a command on a file of the module may take that moves no data, in milliseconds.
const FILE_MS: u32 = short(limits::FILE_COMMAND_MS) + MARGIN_MS;

/// A file of the module.
fn module_file(text: &(impl AsRef<[u8]> + ?Sized)) -> Result<&[u8], Misuse> {
    checked(text.as_ref(), limits::MODULE_FILE, Field::ModuleFile)
}

impl Session {
    /// Asks for the space of a storage of the module: [`Done::Space`](super::Done::Space).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn storage(&mut self, now: Instant, storage: Storage) -> Result<(), Misuse> {
        self.at(now);
        self.ready_for_files()?;
        self.state.op = Op::Single(Shape::Plain);
        let limit = FILE_MS;
        self.state.send_with(HostCommand::Space, limit, storage.name().as_bytes(), [0; 2]);
        Ok(())
    }

    /// Lists the files of the module, `*` or `RAM:*` for all: [`Event::Info`](super::Event::Info) a file.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn files(&mut self, now: Instant, pattern: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.file(HostCommand::Files, pattern.as_ref(), Shape::Nothing)
    }

    /// Uploads a file into the module, its checksum proven: `len` bytes by [`send`](Self::send).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn upload(
        &mut self,
        now: Instant,
        name: &(impl AsRef<[u8]> + ?Sized),
        len: u64,
    ) -> Result<(), Misuse> {
        self.at(now);
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()?;
        let name = module_file(name)?;
        if u32::try_from(len).is_err() {
            return Err(Misuse::Range(Field::Length));
        }
        self.state.transfer.local.set(name);
        self.state.transmit.forget(len, tick(now));
        self.state.transfer.take_put(&PutOptions::whole(len));
        self.state.go(Op::Put(PutStep::Upload));
        Ok(())
    }

    /// Downloads a file out of the module, its checksum proven: [`Event::Size`](super::Event::Size), [`Event::Data`](super::Event::Data).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn download(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()?;
        let name = module_file(name)?;
        self.state.transfer.local.set(name);
        self.state.transfer.take_get(&GetOptions::default());
        self.state.receive.forget();
        self.state.go(Op::Get(GetStep::Measure));
        Ok(())
    }

    /// Deletes files of the module, `*` or `RAM:*` for all.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn remove(&mut self, now: Instant, name: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Misuse> {
        self.at(now);
        self.file(HostCommand::Remove, name.as_ref(), Shape::Nothing)
    }

    /// Opens a file of the module: [`Done::Number`](super::Done::Number) is its handle.
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_open(
        &mut self,
        now: Instant,
        name: &(impl AsRef<[u8]> + ?Sized),
        mode: OpenMode,
    ) -> Result<(), Misuse> {
        self.at(now);
        self.ready_for_files()?;
        let name = module_file(name)?;
        self.state.transfer.local.set(name);
        self.handle(HostCommand::FileOpen, Op::Single(Shape::Plain), [mode.number().into(), 0]);
        Ok(())
    }

    /// Reads at most `len` bytes from an open file of the module: [`Event::Data`](super::Event::Data), then [`Done::Number`](super::Done::Number).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_read(&mut self, now: Instant, handle: u32, len: u32) -> Result<(), Misuse> {
        self.at(now);
        self.ready_for_files()?;
        self.state.receive.forget();
        self.state.transfer.take_get(&GetOptions { len: Some(u64::from(len)), ..GetOptions::default() });
        self.handle(HostCommand::FileRead, Op::FileRead, [handle, len]);
        Ok(())
    }

    /// Writes `len` bytes to an open file of the module, by [`send`](Self::send).
    ///
    /// # Errors
    /// [`Misuse`].
    pub fn file_write(&mut self, now: Instant, handle: u32, len: u32) -> Result<(), Misuse> {
        self.at(now);
        self.ready_for_files()?;
        self.state.transfer.take_put(&PutOptions::whole(u64::from(len)));
        self.state.transmit.forget(u64::from(len), tick(now));
        self.handle(HostCommand::FileWrite, Op::FileWrite, [handle, len]);
        Ok(())
    }

    /// A command with the name of a file of the module.
    fn file(&mut self, command: HostCommand, text: &[u8], shape: Shape) -> Result<(), Misuse> {
        self.ready_for_files()?;
        self.state.transfer.local.set(module_file(text)?);
        self.state.single(command, shape);
        Ok(())
    }

    /// A command with numbers of the caller's, on a file of the module that is open.
    fn handle(&mut self, command: HostCommand, op: Op, numbers: [u32; 2]) {
        self.state.op = op;
        let limit = FILE_MS;
        self.state.send_with(command, limit, b"", numbers);
    }

    fn ready_for_files(&self) -> Result<(), Misuse> {
        built_with(cfg!(feature = "staging"))?;
        self.state.ready()
    }
}
