//! The FTP commands (§2.2–§2.18) and their URCs.

use super::args::Args;
use super::ftp_config::FtpCfg;
use super::numbered;
use super::text::Text;
use super::verb::{Value, Verb};
use super::writer::Writer;
use crate::codes::{FtpCode, ReplyCode};
use crate::limits;

/// A name of a file or folder on the server, at most 255 bytes.
pub type FileName<'a> = Text<'a, { limits::NAME }>;
/// The path of `AT+QFTPCWD`, at most 128 bytes.
pub type PathName<'a> = Text<'a, { limits::CWD_PATH }>;

/// Where file data comes from or goes to on the module's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Local<'a> {
    /// `COM:`, the port itself: data mode.
    Com,
    /// A file of the module: `UFS:name`, `RAM:name`, `SD:name`.
    File(FileName<'a>),
}

impl<'a> Local<'a> {
    fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Com => out.quoted(b"COM:"),
            Self::File(name) => out.quoted(name.as_bytes()),
        };
    }

    /// The note itself once prints `"COM: "`, with a space.
    fn parse(args: &mut Args<'a>) -> Option<Self> {
        let name: FileName<'a> = args.text()?;
        if name.as_bytes().trim_ascii().eq_ignore_ascii_case(b"COM:") {
            return Some(Self::Com);
        }
        (!name.is_empty()).then_some(Self::File(name))
    }
}

/// `<uploadlen>,<beof>`: a counted upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Bytes in this command; the module leaves data mode after them.
    pub len: u64,
    /// Whether they are the last of the file: the module closes the data connection.
    pub last: bool,
}

/// `AT+QFTPPUT` (§2.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put<'a> {
    /// The file on the server.
    pub file: FileName<'a>,
    /// Where the data comes from.
    pub local: Local<'a>,
    /// Offset in the server's file; 0 replaces the file.
    pub start: Option<u64>,
    /// Only with `COM:`.
    pub part: Option<Part>,
}

/// `AT+QFTPGET` (§2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Get<'a> {
    /// The file on the server.
    pub file: FileName<'a>,
    /// Where the data goes.
    pub local: Local<'a>,
    /// Offset in the server's file.
    pub start: Option<u64>,
    /// At most so many bytes; only with `COM:`.
    pub len: Option<u64>,
}

/// Which of the three listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// `AT+QFTPLIST` (§2.11): lines as the server prints them.
    Long,
    /// `AT+QFTPNLST` (§2.12): names only.
    Names,
    /// `AT+QFTPMLSD` (§2.13): facts and names in a standard form.
    Facts,
}

impl ListKind {
    /// The command.
    #[must_use]
    pub const fn verb(self) -> Verb {
        match self {
            Self::Long => Verb::QftpList,
            Self::Names => Verb::QftpNlst,
            Self::Facts => Verb::QftpMlsd,
        }
    }
}

/// `AT+QFTPLIST`, `AT+QFTPNLST`, `AT+QFTPMLSD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct List<'a> {
    /// Which of the three.
    pub kind: ListKind,
    /// The folder; `.` is the working directory.
    pub dir: FileName<'a>,
    /// Where the listing goes; left out it is `COM:`.
    pub local: Option<Local<'a>>,
}

numbered! {
    /// `<ftpstat>` of `AT+QFTPSTAT` (§2.17).
    ServerState {
        /// The login is under way.
        Opening = 0,
        /// Open and idle.
        Idle = 1,
        /// A transfer is under way.
        Transferring = 2,
        /// The close is under way; every FTP command answers 603.
        Closing = 3,
        /// Closed.
        Closed = 4,
    }
}

/// The write forms of the FTP commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FtpCommand<'a> {
    /// `AT+QFTPCFG` (§2.1).
    Cfg(FtpCfg<'a>),
    /// `AT+QFTPOPEN` (§2.2).
    Open {
        /// Name or address of the server.
        host: FileName<'a>,
        /// 1–65535, default 21.
        port: Option<u16>,
    },
    /// `AT+QFTPCWD` (§2.3).
    Cwd(PathName<'a>),
    /// `AT+QFTPPUT` (§2.5).
    Put(Put<'a>),
    /// `AT+QFTPGET` (§2.6).
    Get(Get<'a>),
    /// `AT+QFTPSIZE` (§2.7).
    Size(FileName<'a>),
    /// `AT+QFTPDEL` (§2.8).
    Delete(FileName<'a>),
    /// `AT+QFTPMKDIR` (§2.9).
    MakeDir(FileName<'a>),
    /// `AT+QFTPRMDIR` (§2.10).
    RemoveDir(FileName<'a>),
    /// The three listings (§2.11–§2.13).
    List(List<'a>),
    /// `AT+QFTPMDTM` (§2.14).
    Modified(FileName<'a>),
    /// `AT+QFTPRENAME` (§2.15).
    Rename {
        /// Present name.
        from: FileName<'a>,
        /// New name.
        to: FileName<'a>,
    },
}

impl<'a> FtpCommand<'a> {
    /// The command's name.
    #[must_use]
    pub const fn verb(&self) -> Verb {
        match self {
            Self::Cfg(_) => Verb::QftpCfg,
            Self::Open { .. } => Verb::QftpOpen,
            Self::Cwd(_) => Verb::QftpCwd,
            Self::Put(_) => Verb::QftpPut,
            Self::Get(_) => Verb::QftpGet,
            Self::Size(_) => Verb::QftpSize,
            Self::Delete(_) => Verb::QftpDel,
            Self::MakeDir(_) => Verb::QftpMkdir,
            Self::RemoveDir(_) => Verb::QftpRmdir,
            Self::List(list) => list.kind.verb(),
            Self::Modified(_) => Verb::QftpMdtm,
            Self::Rename { .. } => Verb::QftpRename,
        }
    }

    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self {
            Self::Cfg(cfg) => cfg.emit(out),
            Self::Open { host, port } => {
                out.quoted(host.as_bytes()).opt(*port);
            }
            Self::Cwd(path) => {
                out.quoted(path.as_bytes());
            }
            Self::Size(name)
            | Self::Delete(name)
            | Self::MakeDir(name)
            | Self::RemoveDir(name)
            | Self::Modified(name) => {
                out.quoted(name.as_bytes());
            }
            Self::Put(put) => {
                out.quoted(put.file.as_bytes()).bytes(b",");
                put.local.emit(out);
                emit_start(out, put.start, put.part.is_some());
                if let Some(part) = put.part {
                    out.bytes(b",").dec(part.len).bytes(b",").dec(part.last);
                }
            }
            Self::Get(get) => {
                out.quoted(get.file.as_bytes()).bytes(b",");
                get.local.emit(out);
                emit_start(out, get.start, get.len.is_some());
                out.opt(get.len);
            }
            Self::List(list) => {
                out.quoted(list.dir.as_bytes());
                if let Some(local) = list.local {
                    out.bytes(b",");
                    local.emit(out);
                }
            }
            Self::Rename { from, to } => {
                out.quoted(from.as_bytes()).bytes(b",").quoted(to.as_bytes());
            }
        }
    }

    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        Some(match verb {
            Verb::QftpCfg => Self::Cfg(FtpCfg::parse(args)?),
            Verb::QftpOpen => Self::Open {
                host: args.text()?,
                port: match args.optional(Args::number)? {
                    Some(0) => return None,
                    port => port,
                },
            },
            Verb::QftpCwd => Self::Cwd(args.text()?),
            Verb::QftpSize => Self::Size(args.text()?),
            Verb::QftpDel => Self::Delete(args.text()?),
            Verb::QftpMkdir => Self::MakeDir(args.text()?),
            Verb::QftpRmdir => Self::RemoveDir(args.text()?),
            Verb::QftpMdtm => Self::Modified(args.text()?),
            Verb::QftpPut => Self::Put(Put::parse(args)?),
            Verb::QftpGet => Self::Get(Get::parse(args)?),
            Verb::QftpList => Self::List(List::parse(ListKind::Long, args)?),
            Verb::QftpNlst => Self::List(List::parse(ListKind::Names, args)?),
            Verb::QftpMlsd => Self::List(List::parse(ListKind::Facts, args)?),
            Verb::QftpRename => Self::Rename { from: args.text()?, to: args.text()? },
            _ => return None,
        })
    }
}

/// An omitted start keeps its place between commas when something follows it.
fn emit_start(out: &mut Writer<'_>, start: Option<u64>, followed: bool) {
    if start.is_none() && followed {
        out.bytes(b",");
    }
    out.opt(start);
}

impl<'a> Put<'a> {
    fn parse(args: &mut Args<'a>) -> Option<Self> {
        let file = args.text()?;
        let local = Local::parse(args)?;
        let start = args.optional(Args::number)?;
        let part = match args.optional(Args::number)? {
            Some(len) => Some(Part { len, last: args.flag()? }),
            None => None,
        };
        if part.is_some() && local != Local::Com {
            return None;
        }
        Some(Self { file, local, start, part })
    }
}

impl<'a> Get<'a> {
    fn parse(args: &mut Args<'a>) -> Option<Self> {
        let get = Self {
            file: args.text()?,
            local: Local::parse(args)?,
            start: args.optional(Args::number)?,
            len: args.optional(Args::number)?,
        };
        (get.len.is_none() || get.local == Local::Com).then_some(get)
    }
}

impl<'a> List<'a> {
    fn parse(kind: ListKind, args: &mut Args<'a>) -> Option<Self> {
        Some(Self { kind, dir: args.text()?, local: args.optional(Local::parse)? })
    }
}

/// Both numbers of a failed FTP command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FtpError {
    /// `<err>`, section 5 of the note.
    pub code: FtpCode,
    /// `<protocol_error>`, the server's own reply.
    pub reply: ReplyCode,
}

/// What the URC of an FTP command says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FtpOutcome<'a> {
    /// `0,0` of a command that has no result.
    Done,
    /// `0,<number>`.
    Number(u64),
    /// `0,<text>`, quoted or bare.
    Text(&'a [u8]),
    /// Anything else: both numbers are needed to tell success from failure.
    Failed(FtpError),
}

/// `+QFTPxxx: <err>,<protocol_error>` or `+QFTPxxx: 0,<value>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FtpResult<'a> {
    /// The command that it answers.
    pub verb: Verb,
    /// Success with its value, or failure.
    pub outcome: FtpOutcome<'a>,
}

impl<'a> FtpResult<'a> {
    pub(super) fn emit(&self, out: &mut Writer<'_>) {
        match self.outcome {
            FtpOutcome::Done => out.str("0,0"),
            FtpOutcome::Number(number) => out.str("0,").dec(number),
            FtpOutcome::Text(text) => out.str("0,").quoted(text),
            FtpOutcome::Failed(FtpError { code, reply }) => out.dec(code.get()).bytes(b",").dec(reply.get()),
        };
    }

    /// `None` for what is not a result of this command, for instance its test form.
    pub(super) fn parse(verb: Verb, args: &mut Args<'a>) -> Option<Self> {
        let kind = verb.urc()?;
        let code = FtpCode::new(args.number()?);
        let outcome = if code == FtpCode::SUCCESS && kind == Value::Text {
            FtpOutcome::Text(args.remainder()?)
        } else if code == FtpCode::SUCCESS && kind == Value::Number {
            FtpOutcome::Number(args.number()?)
        } else {
            match ReplyCode::new(args.optional(Args::number)?.unwrap_or(0)) {
                ReplyCode::NONE if code == FtpCode::SUCCESS => FtpOutcome::Done,
                reply => FtpOutcome::Failed(FtpError { code, reply }),
            }
        };
        args.end()?;
        Some(Self { verb, outcome })
    }
}
