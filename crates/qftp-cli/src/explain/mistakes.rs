//! What hosts do wrong, typically, and how it shows in a log.

use std::path::Path;
use std::time::Duration;

use qftp_core::codes::FtpCode;
use qftp_core::limits;
use qftp_core::wire::{FtpCfg, FtpCommand, FtpSetting, TransferType, Verb};
use serde::Serialize;

use super::exchange::{Code, Exchange, Outcome};
use super::steps::{Happening, Step};

/// One kind of mistake.
struct Mistake {
    name: &'static str,
    said: &'static str,
    remedy: &'static str,
    /// The log's lines where it shows.
    lines: fn(&[Step]) -> Vec<usize>,
}

/// A mistake that shows in a log.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Seen {
    pub(super) name: &'static str,
    pub(super) lines: Vec<usize>,
    pub(super) said: &'static str,
    pub(super) remedy: &'static str,
}

/// Those that show in a dialogue.
pub(super) fn of(steps: &[Step]) -> Vec<Seen> {
    let seen = |mistake: &Mistake| {
        let Mistake { name, said, remedy, .. } = *mistake;
        let lines = (mistake.lines)(steps);
        (!lines.is_empty()).then_some(Seen { name, lines, said, remedy })
    };
    MISTAKES.iter().filter_map(seen).collect()
}

const MISTAKES: [Mistake; 13] = [
    Mistake {
        name: "curly-quotes",
        said: "typographic quotes: a forum or a word processor made them of plain ones, and a module does not take them",
        remedy: "write \" (0x22) around every string",
        lines: |steps| lines(steps, |exchange| exchange.curly),
    },
    Mistake {
        name: "qftpnlist",
        said: "AT+QFTPNLIST is a printing error of some manuals",
        remedy: "the command is AT+QFTPNLST",
        lines: |steps| lines(steps, |exchange| exchange.raw.to_ascii_uppercase().contains("+QFTPNLIST")),
    },
    Mistake {
        name: "parameters",
        said: "a command with parameters that it does not take",
        remedy: "ask for its form with =? and count the parameters",
        lines: |steps| {
            lines(steps, |exchange| {
                let form =
                    !matches!(exchange.code, Some(Code::Ftp(code)) if code != FtpCode::INVALID_PARAMETER);
                exchange.misspelt && exchange.is_ftp() && exchange.outcome == Outcome::Failed && form
            })
        },
    },
    Mistake {
        name: "ok-for-outcome",
        said: "OK was taken for the outcome: it says only that the command is accepted, and the host went on before the line that tells how it ended",
        remedy: "after OK wait for the line that begins with the command's own name, such as +QFTPOPEN: 0,0, before the next command",
        lines: |steps| {
            lines(steps, |exchange| {
                exchange.overtaken && exchange.accepted && exchange.verb != Some(Verb::QftpClose)
            })
        },
    },
    Mistake {
        name: "busy-after-close",
        said: "603 after AT+QFTPCLOSE: the close was not over yet",
        remedy: "wait for +QFTPCLOSE: 0,0 before the next command",
        lines: busy_after_close,
    },
    Mistake {
        name: "failure-taken-for-success",
        said: "a failure was read as success: only a first number of 0 is success, as in +QFTPOPEN: 0,0, and 604,0 is the failure 604",
        remedy: "look at the first number of the answer; when it is not 0, stop there",
        lines: failure_ignored,
    },
    Mistake {
        name: "escape-without-silence",
        said: "+++ without its silence: a module takes it as file data then",
        remedy: "send nothing for a second before and after +++; better give the length in AT+QFTPPUT, and no +++ is needed",
        lines: escape_without_silence,
    },
    Mistake {
        name: "upload-without-end",
        said: "an upload that nothing ended: without a length the module takes all that comes as file data, commands too",
        remedy: "end it with silence, +++, silence, or give the length and 1 as the last parameters of AT+QFTPPUT",
        lines: |steps| {
            lines(steps, |exchange| {
                exchange.connected
                    && exchange.outcome == Outcome::Unfinished
                    && exchange.escape.is_none()
                    && matches!(exchange.ftp(), Some(FtpCommand::Put(put)) if put.part.is_none())
            })
        },
    },
    Mistake {
        name: "ascii-for-binary",
        said: "a binary file in ASCII mode: the server may change every line end in it",
        remedy: "AT+QFTPCFG=\"filetype\",0 before the transfer",
        lines: ascii_for_binary,
    },
    Mistake {
        name: "no-deactivation",
        said: "no AT+QIDEACT after the network dropped the context: the module keeps it half open, and what follows fails",
        remedy: "after +QIURC: \"pdpdeact\" send AT+QIDEACT, then AT+QIACT, then open the session again",
        lines: no_deactivation,
    },
    Mistake {
        name: "session-lost",
        said: "the session went with the PDP context or with a restart of the module, and the host went on in it",
        remedy: "after RDY or \"pdpdeact\" begin anew: context, settings, AT+QFTPOPEN",
        lines: session_lost,
    },
    Mistake {
        name: "no-ram",
        said: "RAM: was refused: not every module has it, and where it is, it is small and empty after each start",
        remedy: "ask with AT+QFLDS=\"RAM\"; use UFS: or COM: instead",
        lines: |steps| lines(steps, refused_ram),
    },
    Mistake {
        name: "plain-on-tls-port",
        said: "plain FTP to port 990, where servers wait for TLS",
        remedy: "AT+QFTPCFG=\"ssltype\",1 for port 990, or port 21",
        lines: plain_on_tls_port,
    },
];

/// Whether RAM: as the place to write to was refused. To read from it may fail for want of the file alone.
fn refused_ram(exchange: &Exchange) -> bool {
    /// `+CME ERROR` of a storage that is not there or full.
    const STORAGE: [u16; 7] = [400, 403, 409, 410, 419, 420, 423];
    const WRITES: [Verb; 7] = [
        Verb::Qflds,
        Verb::Qfupl,
        Verb::Qfopen,
        Verb::QftpGet,
        Verb::QftpList,
        Verb::QftpNlst,
        Verb::QftpMlsd,
    ];
    let storage = match exchange.code {
        None => true,
        Some(Code::Cme(code)) => STORAGE.contains(&code.get()),
        Some(Code::Ftp(code)) => matches!(code, FtpCode::FILE_OPEN | FtpCode::FILE),
    };
    exchange.outcome == Outcome::Failed
        && !exchange.misspelt
        && storage
        && exchange.verb.is_some_and(|verb| WRITES.contains(&verb))
        && exchange.raw.to_ascii_uppercase().contains("\"RAM")
}

fn exchanges(steps: &[Step]) -> impl Iterator<Item = &Exchange> {
    steps.iter().filter_map(|step| match step {
        Step::Exchange(exchange) => Some(&**exchange),
        Step::Unasked(_) => None,
    })
}

fn lines(steps: &[Step], is: impl Fn(&Exchange) -> bool) -> Vec<usize> {
    exchanges(steps).filter(|exchange| is(exchange)).map(|exchange| exchange.line).collect()
}

/// Commands that need an open session.
fn needs_session(exchange: &Exchange) -> bool {
    let none = [Verb::QftpCfg, Verb::QftpOpen, Verb::QftpClose, Verb::QftpStat, Verb::QftpLen];
    exchange.deferred && exchange.verb.is_some_and(|verb| !none.contains(&verb))
}

fn busy_after_close(steps: &[Step]) -> Vec<usize> {
    let mut closing = false;
    let mut seen = Vec::new();
    for exchange in exchanges(steps).filter(|exchange| exchange.is_ftp()) {
        if closing && exchange.code == Some(Code::Ftp(FtpCode::BUSY)) {
            seen.push(exchange.line);
        }
        if exchange.deferred {
            closing = exchange.verb == Some(Verb::QftpClose) && exchange.overtaken;
        }
    }
    seen
}

fn failure_ignored(steps: &[Step]) -> Vec<usize> {
    let mut failed = None;
    let mut seen = Vec::new();
    for exchange in exchanges(steps) {
        match exchange.verb {
            Some(Verb::QftpOpen) => failed = (exchange.outcome == Outcome::Failed).then_some(exchange.line),
            _ if needs_session(exchange) && failed.is_some() => seen.extend(failed.take()),
            _ => {}
        }
    }
    seen
}

fn escape_without_silence(steps: &[Step]) -> Vec<usize> {
    let guard =
        Duration::from_millis(u64::from(limits::GUARD_UNIT_MS) * u64::from(limits::GUARD_UNITS_DEFAULT));
    // Logs round their times.
    let guard = guard - guard / 20;
    lines(steps, |exchange| {
        let short = |silence: Option<Duration>| silence.is_some_and(|silence| silence < guard);
        exchange.escape.is_some_and(|escape| short(escape.before) || short(escape.after))
    })
}

/// What such files are called; text has no business here.
const BINARY: [&str; 28] = [
    "7z", "a", "avi", "bin", "bmp", "bz2", "cab", "dat", "db", "der", "dfota", "elf", "exe", "fw", "gif",
    "gz", "img", "jpeg", "jpg", "mp3", "mp4", "pack", "pdf", "png", "tar", "wav", "xz", "zip",
];

fn ascii_for_binary(steps: &[Step]) -> Vec<usize> {
    let mut ascii = false;
    let mut seen = Vec::new();
    for exchange in exchanges(steps) {
        let name = match exchange.ftp() {
            Some(FtpCommand::Cfg(FtpCfg::Set(FtpSetting::FileType(kind))))
                if exchange.outcome != Outcome::Failed =>
            {
                ascii = kind == TransferType::Ascii;
                continue;
            }
            Some(FtpCommand::Put(put)) => put.file.as_str(),
            Some(FtpCommand::Get(get)) => get.file.as_str(),
            _ => continue,
        };
        let kind = name.and_then(|name| Path::new(name).extension()?.to_str());
        if ascii && kind.is_some_and(|kind| BINARY.iter().any(|binary| binary.eq_ignore_ascii_case(kind))) {
            seen.push(exchange.line);
        }
    }
    seen
}

fn no_deactivation(steps: &[Step]) -> Vec<usize> {
    let mut dropped = None;
    let mut seen = Vec::new();
    for step in steps {
        match step {
            Step::Unasked(unasked) if unasked.event == Some(Happening::ContextLost) => {
                dropped = Some(unasked.line);
            }
            // A restart takes the contexts with it.
            Step::Unasked(unasked) if unasked.event == Some(Happening::Restarted) => dropped = None,
            Step::Unasked(_) => {}
            Step::Exchange(exchange) => match exchange.verb {
                Some(Verb::Qideact | Verb::Cfun) => dropped = None,
                Some(Verb::Qiact | Verb::QftpOpen) if dropped.take().is_some() => seen.push(exchange.line),
                _ => {}
            },
        }
    }
    seen
}

fn session_lost(steps: &[Step]) -> Vec<usize> {
    let mut lost = false;
    let mut seen = Vec::new();
    for step in steps {
        match step {
            Step::Unasked(unasked) => lost |= unasked.event.is_some(),
            Step::Exchange(exchange) if exchange.verb == Some(Verb::QftpOpen) => lost = false,
            Step::Exchange(exchange) if lost && needs_session(exchange) => {
                seen.push(exchange.line);
                lost = false;
            }
            Step::Exchange(_) => {}
        }
    }
    seen
}

fn plain_on_tls_port(steps: &[Step]) -> Vec<usize> {
    // A log that begins in the middle does not show the setting; one that shows the login does.
    let mut settled = false;
    let mut plain = true;
    let mut seen = Vec::new();
    for exchange in exchanges(steps) {
        match exchange.ftp() {
            Some(FtpCommand::Cfg(FtpCfg::Set(FtpSetting::Account { .. }))) => settled = true,
            Some(FtpCommand::Cfg(FtpCfg::Set(FtpSetting::SslType(kind)))) => plain = kind.number() == 0,
            Some(FtpCommand::Open { port: Some(990), .. })
                if settled && plain && exchange.outcome == Outcome::Failed =>
            {
                seen.push(exchange.line);
            }
            _ => {}
        }
    }
    seen
}
