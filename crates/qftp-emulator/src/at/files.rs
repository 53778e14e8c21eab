//! The module's own files: `AT+QFLDS` … `AT+QFCLOSE`.

use std::collections::BTreeMap;
use std::io::{self, Seek, SeekFrom};

use qftp_core::codes::CmeCode;
use qftp_core::limits;
use qftp_core::wire::{FileCommand, FileInfo, Info, Line, OpenMode, Storage, Whence};
use qftp_core::{Checksum, Instant};

use super::{Answer, Outcome, Refusal};
use crate::data_mode::{FileIn, FileOut, Flow, InPurpose};
use crate::drives::{Place, StoredFile, cme, matches};
use crate::family::Listed;
use crate::module::Module;

/// Files that may be open at a time.
const MOST_OPEN: usize = 10;
/// The first handle; real modules do not start at 0 either.
const FIRST_HANDLE: u32 = 3000;

/// The files opened by `AT+QFOPEN`, by their handle.
#[derive(Default)]
pub(crate) struct OpenFiles(BTreeMap<u32, OpenFile>);

struct OpenFile {
    /// As the host named it.
    name: Vec<u8>,
    place: Place,
    file: StoredFile,
    mode: OpenMode,
}

impl OpenFiles {
    fn get(&mut self, handle: u32) -> Result<&mut OpenFile, Refusal> {
        self.0.get_mut(&handle).ok_or(Refusal::Cme(cme::HANDLE))
    }

    fn get_writable(&mut self, handle: u32) -> Result<&mut OpenFile, Refusal> {
        let file = self.get(handle)?;
        if file.mode == OpenMode::ReadOnly { Err(Refusal::Cme(cme::READ_ONLY)) } else { Ok(file) }
    }

    fn holds(&self, place: &Place) -> bool {
        self.0.values().any(|open| open.place == *place)
    }

    /// Position and size.
    pub(crate) fn extent(&mut self, handle: u32) -> Option<(u64, u64)> {
        let open = self.0.get_mut(&handle)?;
        Some((open.file.stream_position().ok()?, open.file.size().ok()?))
    }
}

impl Module {
    pub(crate) fn file_command(&mut self, now: Instant, command: &FileCommand<'_>) -> Outcome {
        let deletes = matches!(command, FileCommand::Delete(_));
        self.run_file_command(now, command).map_err(|refusal| {
            let files = &self.config.family.files;
            match refusal {
                Refusal::Cme(cme::NOT_FOUND) if deletes => CmeCode::new(files.delete_missing.value).into(),
                Refusal::Cme(cme::NOT_FOUND) => CmeCode::new(files.missing.value).into(),
                Refusal::Cme(cme::EXISTS) => CmeCode::new(files.exists.value).into(),
                Refusal::Cme(cme::NO_SPACE) => CmeCode::new(files.no_space.value).into(),
                refusal => refusal,
            }
        })
    }

    fn run_file_command(&mut self, now: Instant, command: &FileCommand<'_>) -> Outcome {
        match *command {
            FileCommand::Space(storage) => {
                let (free, total) = self.config.drives.space(storage).ok_or(cme::DISK_INFO)?;
                self.show(FileInfo::Space(free, total));
            }
            FileCommand::List(pattern) => return self.list_files(pattern.as_bytes()),
            FileCommand::Delete(name) => self.delete_files(name.as_bytes())?,
            FileCommand::Upload { name, size, timeout, ack } => {
                let size = size.unwrap_or(limits::UPLOAD_SIZE_DEFAULT);
                return self.upload(now, name.as_bytes(), size, timeout, ack.unwrap_or(false));
            }
            FileCommand::Download(name) => {
                let (file, left) = self.config.drives.read(name.as_bytes())?;
                return self.start_data(now, None, Flow::FileOut(FileOut::new(file, left, true)));
            }
            FileCommand::Open { name, mode } => {
                self.open_file(name.as_bytes(), mode.unwrap_or(OpenMode::OpenOrCreate))?;
            }
            FileCommand::Read { handle, len } => return self.read_file(now, handle, len),
            FileCommand::Write { handle, len, timeout } => return self.write_file(now, handle, len, timeout),
            FileCommand::Seek { handle, offset, from } => {
                self.seek(handle, offset, from.unwrap_or(Whence::Begin))?;
            }
            FileCommand::Position(handle) => {
                let position = self.files.get(handle)?.file.stream_position().map_err(|_| cme::READ)?;
                self.show(FileInfo::Position(position));
            }
            FileCommand::Truncate(handle) => {
                let open = self.files.get_writable(handle)?;
                let cut = open.file.stream_position().and_then(|position| open.file.set_len(position));
                cut.map_err(|_| cme::WRITE)?;
            }
            FileCommand::Flush(handle) => self.files.get(handle)?.file.sync().map_err(|_| cme::WRITE)?,
            FileCommand::Close(handle) => {
                self.files.0.remove(&handle).ok_or(cme::HANDLE)?;
            }
        }
        Ok(Answer::Ok)
    }

    /// `AT+QFLDS`: bytes and files in UFS.
    pub(crate) fn drive_usage(&mut self) -> Outcome {
        let files = self.config.drives.files(Storage::Ufs)?;
        self.show(FileInfo::Space(files.iter().map(|(_, size)| size).sum(), files.len() as u64));
        Ok(Answer::Ok)
    }

    /// `AT+QFLST`: names are shown with their prefix where the pattern has one, or always.
    pub(crate) fn list_files(&mut self, pattern: &[u8]) -> Outcome {
        let (storage, rest) = Storage::split(pattern);
        let family = &self.config.family.files;
        let (always, nothing) = (family.listed.value == Listed::WithStorage, family.list_nothing.value);
        let prefix = if always || rest.len() < pattern.len() { storage.prefix() } else { "" };
        let files = self.config.drives.files(storage)?;
        let mut found = false;
        for (name, size) in files.iter().filter(|(name, _)| matches(rest, name)) {
            let name = [prefix.as_bytes(), name].concat();
            self.show(FileInfo::File { name: &name, size: *size });
            found = true;
        }
        if found { Ok(Answer::Ok) } else { Err(Refusal::Cme(CmeCode::new(nothing))) }
    }

    pub(crate) fn list_open_files(&mut self) {
        for (handle, open) in &self.files.0 {
            let info = FileInfo::OpenFile { name: &open.name, handle: *handle, mode: open.mode };
            self.out.info(&Line::Info(Info::File(info)));
        }
    }

    fn delete_files(&mut self, name: &[u8]) -> Result<(), Refusal> {
        let (storage, rest) = Storage::split(name);
        if rest == b"*" {
            if self.files.0.values().any(|open| open.place.storage == storage) {
                return Err(Refusal::Cme(cme::DELETE));
            }
            return Ok(self.config.drives.clear(storage)?);
        }
        let place = self.config.drives.place(name)?;
        if self.files.holds(&place) {
            return Err(Refusal::Cme(cme::DELETE));
        }
        Ok(self.config.drives.delete(&place)?)
    }

    fn upload(&mut self, now: Instant, name: &[u8], size: u32, timeout: Option<u16>, ack: bool) -> Outcome {
        if timeout == Some(0) {
            return Err(Refusal::Cme(cme::INVALID_INPUT));
        }
        let place = self.config.drives.place(name)?;
        if self.config.drives.has(&place) {
            return Err(Refusal::Cme(cme::EXISTS));
        }
        if u64::from(size) > self.config.drives.free(place.storage) {
            return Err(Refusal::Cme(cme::NO_SPACE));
        }
        let file = self.config.drives.open(&place, OpenMode::Truncate)?;
        self.start_data(
            now,
            None,
            Flow::FileIn(FileIn {
                file,
                left: size.into(),
                got: 0,
                checksum: Checksum::new(),
                gap: gap(timeout),
                due: now,
                purpose: InPurpose::New { ack },
            }),
        )
    }

    fn open_file(&mut self, name: &[u8], mode: OpenMode) -> Result<(), Refusal> {
        let place = self.config.drives.place(name)?;
        if self.files.holds(&place) {
            return Err(Refusal::Cme(cme::ALREADY_OPEN));
        }
        if self.files.0.len() >= MOST_OPEN {
            return Err(Refusal::Cme(cme::TOO_MANY_OPEN));
        }
        let file = self.config.drives.open(&place, mode)?;
        let handle =
            (FIRST_HANDLE..).find(|handle| !self.files.0.contains_key(handle)).ok_or(cme::TOO_MANY_OPEN)?;
        self.files.0.insert(handle, OpenFile { name: name.to_vec(), place, file, mode });
        self.show(FileInfo::Handle(handle));
        Ok(())
    }

    fn read_file(&mut self, now: Instant, handle: u32, len: Option<u32>) -> Outcome {
        let open = self.files.get(handle)?;
        let (position, size) = (|| io::Result::Ok((open.file.stream_position()?, open.file.size()?)))()
            .map_err(|_| cme::READ)?;
        let rest = size.saturating_sub(position);
        let count = len.map_or(rest, |len| rest.min(len.into()));
        let count = u32::try_from(count).unwrap_or(u32::MAX);
        // The copy shares its position with the handle.
        let file = open.file.share().map_err(|_| cme::READ)?;
        self.start_data(now, Some(count), Flow::FileOut(FileOut::new(file, count.into(), false)))
    }

    fn write_file(&mut self, now: Instant, handle: u32, len: Option<u32>, timeout: Option<u16>) -> Outcome {
        let open = self.files.get_writable(handle)?;
        let (storage, file) = (open.place.storage, open.file.share().map_err(|_| cme::WRITE)?);
        let (position, size) = self.files.extent(handle).ok_or(cme::WRITE)?;
        let len = u64::from(len.unwrap_or(limits::UPLOAD_SIZE_DEFAULT));
        let growth = (position + len).saturating_sub(size);
        if growth > self.config.drives.free(storage) {
            return Err(Refusal::Cme(cme::DRIVE_FULL));
        }
        self.start_data(
            now,
            None,
            Flow::FileIn(FileIn {
                file,
                left: len,
                got: 0,
                checksum: Checksum::new(),
                gap: gap(timeout),
                due: now,
                purpose: InPurpose::Open(handle),
            }),
        )
    }

    fn seek(&mut self, handle: u32, offset: i64, from: Whence) -> Result<(), Refusal> {
        let (position, size) = self.files.extent(handle).ok_or(cme::HANDLE)?;
        let base = match from {
            Whence::Begin => 0,
            Whence::Current => position,
            Whence::End => size,
        };
        let target = base.checked_add_signed(offset).ok_or(cme::INVALID_INPUT)?;
        if target > size {
            return Err(Refusal::Cme(cme::BEYOND_END));
        }
        self.files.get(handle)?.file.seek(SeekFrom::Start(target)).map_err(|_| cme::READ)?;
        Ok(())
    }

    pub(crate) fn show(&mut self, info: FileInfo<'_>) {
        self.out.info(&Line::Info(Info::File(info)));
    }
}

fn gap(timeout: Option<u16>) -> u64 {
    u64::from(timeout.unwrap_or(limits::UPLOAD_TIMEOUT_DEFAULT_S)) * 1000
}
