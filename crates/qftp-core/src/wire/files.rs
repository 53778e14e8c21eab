//! The module's own files: `AT+QFLDS` … `AT+QFCLOSE`.

use super::args::Args;
use super::numbered;
use super::text::Text;
use super::verb::Verb;
use super::writer::Writer;
use crate::limits;

/// A name of a file in the module with its storage prefix, at most 80 bytes.
type ModuleFile<'a> = Text<'a, { limits::MODULE_FILE }>;

/// A storage of the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Storage {
    /// User file system in flash: every module has it.
    Ufs,
    /// In memory; gone with the power; not on every module.
    Ram,
    /// SD card; only on a few modules.
    Sd,
}

impl Storage {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ufs, Self::Ram, Self::Sd];

    /// `UFS`, `RAM`, `SD`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ufs => "UFS",
            Self::Ram => "RAM",
            Self::Sd => "SD",
        }
    }

    /// `UFS:`, `RAM:`, `SD:`.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Ufs => "UFS:",
            Self::Ram => "RAM:",
            Self::Sd => "SD:",
        }
    }

    /// The storage of this name; case does not matter.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let name = name.strip_suffix(b":").unwrap_or(name);
        Self::ALL.into_iter().find(|storage| storage.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// The storage that a file name begins with, and the rest of the name; a bare name is in UFS.
    #[must_use]
    pub fn split(name: &[u8]) -> (Self, &[u8]) {
        for storage in Self::ALL {
            let prefix = storage.prefix().as_bytes();
            if let Some((head, rest)) = name.split_at_checked(prefix.len())
                && head.eq_ignore_ascii_case(prefix)
            {
                return (storage, rest);
            }
        }
        (Self::Ufs, name)
    }
}

numbered! {
    /// How `AT+QFOPEN` opens a file.
    OpenMode {
        /// Open, or create when it is missing.
        OpenOrCreate = 0,
        /// Create, or empty when it is there.
        Truncate = 1,
        /// Read only; it must exist.
        ReadOnly = 2,
    }
}

numbered! {
    /// From where `AT+QFSEEK` counts.
    Whence {
        /// The beginning.
        Begin = 0,
        /// The present position.
        Current = 1,
        /// The end.
        End = 2,
    }
}

/// The write forms of the file commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileCommand<'a> {
    /// `AT+QFLDS="UFS"`: free and total bytes.
    Space(Storage),
    /// `AT+QFLST="<pattern>"`: `*` is UFS, `RAM:*`, one name.
    List(ModuleFile<'a>),
    /// `AT+QFDEL="<name or pattern>"`.
    Delete(ModuleFile<'a>),
    /// `AT+QFUPL="<name>"[,<size>[,<timeout>[,<ackmode>]]]`.
    Upload {
        /// The new file.
        name: ModuleFile<'a>,
        /// Bytes that will come, default 10240.
        size: Option<u32>,
        /// Longest gap between two bytes in seconds, 1–65535, default 5.
        timeout: Option<u16>,
        /// One `A` after each full 1024 bytes.
        ack: Option<bool>,
    },
    /// `AT+QFDWL="<name>"`.
    Download(ModuleFile<'a>),
    /// `AT+QFOPEN="<name>"[,<mode>]`.
    Open {
        /// The file.
        name: ModuleFile<'a>,
        /// Default: open or create.
        mode: Option<OpenMode>,
    },
    /// `AT+QFREAD=<handle>[,<len>]`.
    Read {
        /// Of `AT+QFOPEN`.
        handle: u32,
        /// At most so many bytes.
        len: Option<u32>,
    },
    /// `AT+QFWRITE=<handle>[,<len>[,<timeout>]]`.
    Write {
        /// Of `AT+QFOPEN`.
        handle: u32,
        /// Bytes that will come, default 10240.
        len: Option<u32>,
        /// Longest gap between two bytes in seconds.
        timeout: Option<u16>,
    },
    /// `AT+QFSEEK=<handle>,<offset>[,<from>]`.
    Seek {
        /// Of `AT+QFOPEN`.
        handle: u32,
        /// In bytes.
        offset: i64,
        /// Default: the beginning.
        from: Option<Whence>,
    },
    /// `AT+QFPOSITION=<handle>`.
    Position(u32),
    /// `AT+QFTUCAT=<handle>`.
    Truncate(u32),
    /// `AT+QFFLUSH=<handle>`.
    Flush(u32),
    /// `AT+QFCLOSE=<handle>`.
    Close(u32),
}

impl<'a> FileCommand<'a> {
    /// The command's name.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Space(_) => Verb::Qflds,
            Self::List(_) => Verb::Qflst,
            Self::Delete(_) => Verb::Qfdel,
            Self::Upload { .. } => Verb::Qfupl,
            Self::Download(_) => Verb::Qfdwl,
            Self::Open { .. } => Verb::Qfopen,
            Self::Read { .. } => Verb::Qfread,
            Self::Write { .. } => Verb::Qfwrite,
            Self::Seek { .. } => Verb::Qfseek,
            Self::Position(_) => Verb::Qfposition,
            Self::Truncate(_) => Verb::Qftucat,
            Self::Flush(_) => Verb::Qfflush,
            Self::Close(_) => Verb::Qfclose,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            // No session of such a build comes here.
            _ if !cfg!(feature = "staging") => out,
            Self::Space(storage) => out.quoted(storage.name().as_bytes()),
            Self::List(name) | Self::Delete(name) | Self::Download(name) => out.quoted(name.as_bytes()),
            Self::Upload { name, size, timeout, ack } => {
                let (timeout_follows, ack_follows) = (timeout.is_some(), ack.is_some());
                out.quoted(name.as_bytes());
                place(out, *size, timeout_follows || ack_follows);
                place(out, *timeout, ack_follows);
                out.opt(*ack)
            }
            Self::Open { name, mode } => out.quoted(name.as_bytes()).opt(mode.map(OpenMode::number)),
            Self::Read { handle, len } => out.dec(*handle).opt(*len),
            Self::Write { handle, len, timeout } => {
                out.dec(*handle);
                place(out, *len, timeout.is_some());
                out.opt(*timeout)
            }
            Self::Seek { handle, offset, from } => {
                out.dec(*handle).bytes(b",").int(*offset).opt(from.map(Whence::number))
            }
            Self::Position(handle) | Self::Truncate(handle) | Self::Flush(handle) | Self::Close(handle) => {
                out.dec(*handle)
            }
        };
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        Some(match verb {
            Verb::Qflds => Self::Space(Storage::from_name(args.bytes()?)?),
            Verb::Qflst => Self::List(args.text()?),
            Verb::Qfdel => Self::Delete(args.text()?),
            Verb::Qfupl => Self::Upload {
                name: args.text()?,
                size: args.optional(Args::number)?,
                timeout: args.optional(Args::number)?,
                ack: args.optional(Args::flag)?,
            },
            Verb::Qfdwl => Self::Download(args.text()?),
            Verb::Qfopen => Self::Open {
                name: args.text()?,
                mode: args.optional(|args| OpenMode::from_number(args.number()?))?,
            },
            Verb::Qfread => Self::Read { handle: args.number()?, len: args.optional(Args::number)? },
            Verb::Qfwrite => Self::Write {
                handle: args.number()?,
                len: args.optional(Args::number)?,
                timeout: args.optional(Args::number)?,
            },
            Verb::Qfseek => Self::Seek {
                handle: args.number()?,
                offset: args.signed()?,
                from: args.optional(|args| Whence::from_number(args.number()?))?,
            },
            Verb::Qfposition => Self::Position(args.number()?),
            Verb::Qftucat => Self::Truncate(args.number()?),
            Verb::Qfflush => Self::Flush(args.number()?),
            Verb::Qfclose => Self::Close(args.number()?),
            _ => return None,
        })
    }
}

/// A number, or its empty place when something follows it.
fn place(out: &mut Writer<'_>, number: Option<impl Into<u64>>, followed: bool) {
    if number.is_none() && followed {
        out.bytes(b",");
    }
    out.opt(number);
}

/// What the file commands answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileInfo<'a> {
    /// `+QFLDS: <free>,<total>`, or of the execute form `<bytes used>,<files>`.
    Space(u64, u64),
    /// `+QFLST: "<name>",<size>`.
    File {
        /// With or without its storage prefix.
        name: &'a [u8],
        /// In bytes.
        size: u64,
    },
    /// `+QFUPL: <size>,<checksum>`.
    Uploaded {
        /// Bytes that arrived.
        size: u64,
        /// Of [`crate::Checksum`].
        checksum: u16,
    },
    /// `+QFDWL: <size>,<checksum>`.
    Downloaded {
        /// Bytes that were sent.
        size: u64,
        /// Of [`crate::Checksum`].
        checksum: u16,
    },
    /// `+QFOPEN: <handle>`.
    Handle(u32),
    /// `+QFOPEN: "<name>",<handle>,<mode>`, of the read form.
    OpenFile {
        /// The file.
        name: &'a [u8],
        /// Its handle.
        handle: u32,
        /// How it was opened.
        mode: OpenMode,
    },
    /// `+QFWRITE: <written>,<total>`.
    Written {
        /// Bytes that this command wrote.
        written: u64,
        /// Size of the file.
        total: u64,
    },
    /// `+QFPOSITION: <offset>`.
    Position(u64),
}

impl<'a> FileInfo<'a> {
    pub(super) const fn verb(&self) -> Verb {
        match self {
            Self::Space(..) => Verb::Qflds,
            Self::File { .. } => Verb::Qflst,
            Self::Uploaded { .. } => Verb::Qfupl,
            Self::Downloaded { .. } => Verb::Qfdwl,
            Self::Handle(_) | Self::OpenFile { .. } => Verb::Qfopen,
            Self::Written { .. } => Verb::Qfwrite,
            Self::Position(_) => Verb::Qfposition,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Space(a, b) => out.dec(*a).bytes(b",").dec(*b),
            Self::File { name, size } => out.quoted(name).bytes(b",").dec(*size),
            Self::Uploaded { size, checksum } | Self::Downloaded { size, checksum } => {
                out.dec(*size).bytes(b",").hex(*checksum)
            }
            Self::Handle(handle) => out.dec(*handle),
            Self::OpenFile { name, handle, mode } => {
                out.quoted(name).bytes(b",").dec(*handle).bytes(b",").dec(mode.number())
            }
            Self::Written { written, total } => out.dec(*written).bytes(b",").dec(*total),
            Self::Position(offset) => out.dec(*offset),
        };
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        let info = match verb {
            _ if !cfg!(feature = "staging") => return None,
            Verb::Qflds => Self::Space(args.number()?, args.number()?),
            Verb::Qflst => Self::File { name: args.bytes()?, size: args.number()? },
            Verb::Qfupl => Self::Uploaded { size: args.number()?, checksum: args.hex()? },
            Verb::Qfdwl => Self::Downloaded { size: args.number()?, checksum: args.hex()? },
            Verb::Qfopen => {
                let mut short = *args;
                if let Some(handle) = short.number()
                    && short.end().is_some()
                {
                    return Some(Self::Handle(handle));
                }
                Self::OpenFile {
                    name: args.bytes()?,
                    handle: args.number()?,
                    mode: OpenMode::from_number(args.number()?)?,
                }
            }
            Verb::Qfwrite => Self::Written { written: args.number()?, total: args.number()? },
            Verb::Qfposition => Self::Position(args.number()?),
            _ => return None,
        };
        args.end()?;
        Some(info)
    }
}
