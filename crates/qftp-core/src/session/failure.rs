//! What a module, server or line made of an operation.

use core::fmt;

use super::misuse::Misuse;
use super::sim_state::SimState;
use crate::codes::{CmeCode, FtpCode, ReplyCode, TcpIpCode};
use crate::decimal::Decimal;
use crate::wire::{FtpError, Verb};

/// What went wrong on the line between host and module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineFault {
    /// The module does not answer at all.
    NoAnswer,
    /// Bytes arrive, but no answer is among them.
    Noise,
    /// The module answered OK and then never gave the outcome.
    UrcSilent,
    /// File data stopped for longer than `rsptimeout`.
    Stalled,
    /// Something else stands where the end of the data must be.
    Desync,
    /// The module ended a download before its end.
    Short {
        /// Bytes that were to come.
        expected: u64,
    },
    /// The module counted another number of bytes than crossed the line.
    Count {
        /// The module's number.
        module: u64,
        /// Ours.
        host: u64,
    },
    /// The checksum of a file of the module does not agree.
    Checksum {
        /// The module's.
        module: u16,
        /// Ours.
        host: u16,
    },
    /// The module restarted.
    Restarted,
    /// The module left data mode before it had all bytes, and gave no reason.
    LeftDataMode,
    /// The port went away: the other side closed it, or its device is gone.
    PortLost,
    /// The module's answer has more lines than any module has to say.
    Endless {
        /// The limit that it broke.
        lines: u32,
    },
}

/// What a module, server or line made of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The caller's mistake, found only on the way.
    Misuse(Misuse),
    /// `<err>,<protocol_error>` of an FTP command.
    Ftp(FtpError),
    /// `+CME ERROR: <err>`.
    Cme(CmeCode),
    /// `ERROR` without a reason, or a reason in words that no table has.
    Refused,
    /// `NO CARRIER`: the connection behind data mode is gone.
    NoCarrier,
    /// The SIM card is in a state that no table has.
    Sim(SimState),
    /// `AT+QIACT` failed; the reason of `AT+QIGETERROR`.
    Network(TcpIpCode),
    /// The line.
    Line(LineFault),
    /// [`Session::abort`](super::Session::abort).
    Aborted,
}

/// The four kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The caller's.
    Misuse,
    /// The module's: `<err>` without a server's reply, `+CME ERROR`, `ERROR`.
    Module,
    /// The server's.
    Server,
    /// The line's: time-out, desync, restart.
    Line,
}

/// What is left of the session after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SessionState {
    /// The next operation can start.
    Usable,
    /// Close and open first.
    Reopen,
    /// The module has to be set up again, and restarted if that fails.
    Reset,
}

/// The failed end of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The command that failed; `None` before the first.
    pub verb: Option<Verb>,
    /// What was the matter.
    pub cause: Cause,
    /// Bytes that can be trusted: of a download, those that were handed out, but none where count or checksum show that the line
    /// corrupted it, and not the last 256 where the module's words after its end are not whole and some may be among them, or it has restarted; of an upload, none.
    pub transferred: u64,
    /// What is left of the session.
    pub state: SessionState,
}

impl Failure {
    pub(crate) fn new(verb: Option<Verb>, cause: Cause) -> Self {
        Self { verb, cause, transferred: 0, state: cause.session_state(verb) }
    }

    /// Which of the four kinds.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self.cause {
            Cause::Misuse(_) | Cause::Aborted => Kind::Misuse,
            Cause::Ftp(error) if error.reply.is_some() => Kind::Server,
            Cause::Ftp(_)
            | Cause::Cme(_)
            | Cause::Refused
            | Cause::NoCarrier
            | Cause::Sim(_)
            | Cause::Network(_) => Kind::Module,
            Cause::Line(_) => Kind::Line,
        }
    }

    /// `<err>` of section 5, also where it came as `+CME ERROR`.
    #[must_use]
    pub fn ftp_code(&self) -> Option<FtpCode> {
        match self.cause {
            Cause::Ftp(error) => Some(error.code),
            Cause::Cme(code) => code.as_ftp(),
            _ => None,
        }
    }

    /// `<protocol_error>` of section 6, where the server gave one.
    #[must_use]
    pub fn reply(&self) -> Option<ReplyCode> {
        match self.cause {
            Cause::Ftp(error) if error.reply.is_some() => Some(error.reply),
            _ => None,
        }
    }

    /// The most likely cause, as a sentence without its full stop.
    #[must_use]
    pub fn likely_cause(&self) -> &'static str {
        self.advice().0
    }

    /// What to do about it, as a sentence without its full stop.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.advice().1
    }

    fn advice(&self) -> (&'static str, &'static str) {
        if !cfg!(feature = "texts") {
            return ("", "");
        }
        match self.cause {
            Cause::Misuse(Misuse::StartBeyondEnd { .. }) => (
                "the file on the server is shorter than the position to start from",
                "start at or before its size",
            ),
            Cause::Misuse(_) => ("the call does not fit", "correct the call"),
            Cause::Ftp(FtpError { code, reply })
                if code == FtpCode::UNKNOWN && reply.is_some() && reply.is_known() =>
            {
                (reply.cause(), reply.remedy())
            }
            Cause::Ftp(FtpError { code: FtpCode::TIMEOUT, .. }) if self.verb == Some(Verb::QftpPut) => (
                "bytes of the upload were lost on the line and the module waited for them, or the server stopped answering",
                "use flow control (RTS/CTS) or a lower baud rate; if that is not it, check the signal and raise rsptimeout; then resume",
            ),
            Cause::Ftp(FtpError { code: FtpCode::SUCCESS, reply }) => (reply.cause(), reply.remedy()),
            Cause::Ftp(error) => (error.code.cause(), error.code.remedy()),
            Cause::Cme(code) => {
                code.as_ftp().map_or((code.cause(), code.remedy()), |ftp| (ftp.cause(), ftp.remedy()))
            }
            Cause::Refused if self.verb.is_some_and(Verb::is_ftp) => (
                "the module gives no reason; most often the SIM card is missing or the parameter is out of its range",
                "check AT+CPIN? for READY and the command against its test form (=?)",
            ),
            Cause::Refused => ("the module gives no reason", "compare the command with its test form (=?)"),
            Cause::NoCarrier => (
                "the server or the network ended the connection behind data mode",
                "open the session again, then resume",
            ),
            Cause::Sim(_) => (
                "the SIM card waits for something else than its PIN, or the module has a state of its own",
                "look the state up under AT+CPIN in the module's AT manual",
            ),
            Cause::Network(code) => (code.cause(), code.remedy()),
            Cause::Line(LineFault::UrcSilent) if self.verb.is_some_and(Verb::silence_needs_reactivation) => (
                LineFault::UrcSilent.advice().0,
                "open the session again; if that is silent too, deactivate the PDP context and activate it again (the note's remedy)",
            ),
            Cause::Line(fault) => fault.advice(),
            Cause::Aborted => ("the caller asked for it", "start the operation again, from where it stopped"),
        }
    }
}

impl Cause {
    fn session_state(self, verb: Option<Verb>) -> SessionState {
        let opening = verb == Some(Verb::QftpOpen);
        let code = match self {
            Self::Misuse(_) | Self::Refused | Self::Sim(_) | Self::Network(_) => return SessionState::Usable,
            Self::NoCarrier => return SessionState::Reopen,
            Self::Ftp(error) => error.code,
            Self::Cme(code) => code.as_ftp().unwrap_or(FtpCode::SUCCESS),
            Self::Line(LineFault::Short { .. } | LineFault::Count { .. } | LineFault::Checksum { .. }) => {
                return SessionState::Usable;
            }
            Self::Line(LineFault::Desync | LineFault::LeftDataMode | LineFault::Stalled) | Self::Aborted => {
                return SessionState::Reopen;
            }
            Self::Line(LineFault::UrcSilent) => return SessionState::Reopen,
            Self::Line(_) => return SessionState::Reset,
        };
        match code {
            _ if opening => SessionState::Reopen,
            FtpCode::BUSY
            | FtpCode::NETWORK
            | FtpCode::CONTROL_CLOSED
            | FtpCode::DATA_CLOSED
            | FtpCode::PEER_CLOSED
            | FtpCode::TIMEOUT
            | FtpCode::DATA_OPEN => SessionState::Reopen,
            code if code.get() == 602 || code.get() == 614 => SessionState::Reopen,
            // The server has forgotten the login.
            FtpCode::NOT_LOGGED_IN => SessionState::Reopen,
            _ => SessionState::Usable,
        }
    }
}

impl LineFault {
    const fn advice(self) -> (&'static str, &'static str) {
        match self {
            Self::NoAnswer => (
                "wrong port, wrong baud rate, no power, or the module is stuck in data mode",
                "try the module's other ports, check the baud rate, then restart the module",
            ),
            Self::Noise => (
                "wrong baud rate, or the port belongs to something else",
                "check the baud rate (--baud, AT+IPR) and that the port is the module's AT port",
            ),
            Self::UrcSilent => (
                "the module's FTP service is stuck, or its URCs go to another port",
                "set the URC port (AT+QURCCFG); else close, deactivate and activate the PDP context, and restart the module if that does not help",
            ),
            Self::Stalled => (
                "the network or the server stopped, or bytes were lost on the line",
                "check the signal and use flow control (RTS/CTS); then resume",
            ),
            Self::Desync => (
                "bytes were lost or added on the line",
                "use flow control (RTS/CTS) or a lower baud rate; then resume",
            ),
            Self::Short { .. } => (
                "the file shrank meanwhile, or the network or the server ended the transfer",
                "ask for the size again and resume from the trusted bytes",
            ),
            Self::Count { .. } => (
                "bytes were lost or added on the line",
                "use flow control (RTS/CTS) or a lower baud rate; repeat the transfer",
            ),
            Self::Checksum { .. } => (
                "a byte was changed on the line",
                "use a lower baud rate or a better cable; repeat the transfer",
            ),
            Self::Restarted => (
                "the module lost power or crashed: a weak supply during transmission is the usual reason",
                "check the supply (peaks of 2 A), set up and open again, then resume",
            ),
            Self::LeftDataMode => {
                ("the server or the network ended the transfer", "open the session again and resume")
            }
            Self::Endless { .. } => (
                "the module repeats itself, or the port belongs to something else",
                "restart the module, and check that the port is its AT port",
            ),
            Self::PortLost => (
                "the module restarted or lost power, its cable was pulled, or the program at the other end has ended",
                "check cable and supply; after a restart the port may have another name",
            ),
        }
    }
}

impl fmt::Display for LineFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("the module does not answer"),
            Self::Noise => f.write_str("the port sends something, but no answer of a module is among it"),
            Self::UrcSilent => f.write_str("the module accepted the command and never told its outcome"),
            Self::Stalled => f.write_str("the data stopped in mid-transfer"),
            Self::Desync => f.write_str("the end of the data is not where it must be"),
            Self::Short { expected } => {
                write!(f, "the data ended before all {} bytes had come", Decimal(*expected))
            }
            Self::Count { module, host } => {
                write!(
                    f,
                    "the module counted {} bytes, {} crossed the line",
                    Decimal(*module),
                    Decimal(*host)
                )
            }
            Self::Checksum { module, host } => {
                write!(f, "the module's checksum is {module:x}, that of the bytes on the line {host:x}")
            }
            Self::Restarted => f.write_str("the module restarted"),
            Self::LeftDataMode => f.write_str("the module left data mode before it had all bytes"),
            Self::PortLost => f.write_str("the port was closed by the other side"),
            Self::Endless { lines } => {
                write!(f, "the module's answer has more than {} lines", Decimal(u64::from(*lines)))
            }
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Misuse(misuse) => misuse.fmt(f),
            Self::Ftp(FtpError { code, reply }) if reply.is_some() => {
                write!(f, "module code {code}, server reply {reply}")
            }
            Self::Ftp(error) => write!(f, "module code {}", error.code),
            Self::Cme(code) => match code.as_ftp() {
                Some(ftp) => write!(f, "module code {ftp}"),
                None => write!(f, "+CME ERROR: {code}"),
            },
            Self::Refused => f.write_str("the module answered ERROR"),
            Self::NoCarrier => f.write_str("the module answered NO CARRIER"),
            Self::Sim(state) => write!(f, "the SIM card is not ready: the module says `{state}`"),
            Self::Network(code) => write!(f, "the PDP context did not come up: {code}"),
            Self::Line(fault) => fault.fmt(f),
            Self::Aborted => f.write_str("aborted"),
        }
    }
}

/// One sentence: the command and what was the matter. Cause and remedy are beside it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.verb {
            Some(verb) => write!(f, "{verb}: {}", self.cause),
            None => self.cause.fmt(f),
        }
    }
}

impl core::error::Error for Failure {}
