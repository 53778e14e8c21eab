//! The table of faults.

use qftp_core::wire::{FtpKey, SslSpelling, Storage, UrcPort, Verb};

use super::{FaultKind, Takes, Value};
use crate::config::{CmeForm, Config, DownloadEscape, Pin, Registration, Sim};
use crate::trouble::{Cure, Event, When};

const AT_THOUSAND: Takes = Takes::When(When::Bytes(1000));
const BLOCK: u64 = 4096;

const fn kind(
    name: &'static str,
    takes: Takes,
    about: &'static str,
    set: fn(&mut Config, Value),
) -> FaultKind {
    FaultKind { name, about, takes, set }
}

const fn number(unit: &'static str, default: u64) -> Takes {
    Takes::Number { unit, default }
}

fn event(config: &mut Config, event: Event, value: Value) {
    config.trouble.events.push((event, value.when()));
}

fn lack(config: &mut Config, name: &str) {
    config.ftp_keys.retain(|key| key.name() != name);
}

fn drives(config: &mut Config, change: impl FnOnce(crate::Drives) -> crate::Drives) {
    config.drives = change(config.drives.clone());
}

/// One row a fault: its name, what follows it, what it does, and which setting it is.
pub(super) static KINDS: &[FaultKind] = &[
    // How lines are written.
    kind(
        "dribble",
        number("bytes", 1),
        "Answers and data leave in pieces of up to so many bytes, 1 ms apart",
        |c, v| {
            c.framing.piece = Some(v.number());
        },
    ),
    kind(
        "joined",
        number("ms", 1000),
        "OK waits up to so long for its URC: both come in one write",
        |c, v| {
            c.framing.joined = Some(v.number());
        },
    ),
    kind("chatter", number("lines", 3), "After one line in so many, at random, an unrelated URC", |c, v| {
        c.framing.chatter = Some(v.number());
    }),
    kind("no-blank-line", Takes::Nothing, "No blank line between the lines of an answer", |c, _| {
        c.framing.blank_lines = false;
    }),
    kind("echo-off", Takes::Nothing, "No echo after the start", |c, _| c.echo = false),
    kind(
        "cme",
        Takes::Word(&["text", "number"]),
        "+CME ERROR in this form at any level of AT+CMEE",
        |c, v| {
            c.framing.cme = if v.word() == "text" { CmeForm::Text } else { CmeForm::Number };
        },
    ),
    // What firmwares do differently.
    kind(
        "escape",
        Takes::Word(&["abort", "pause"]),
        "What +++ does to a download; after a pause ATO resumes it",
        |c, v| {
            c.download_escape =
                if v.word() == "abort" { DownloadEscape::Abort } else { DownloadEscape::Pause };
        },
    ),
    kind(
        "ato-error",
        Takes::Nothing,
        "ATO with nothing to resume answers ERROR rather than NO CARRIER",
        |c, _| {
            c.online_error = true;
        },
    ),
    kind("path", Takes::Word(&["bare", "quoted"]), "The path of +QFTPPWD", |c, v| {
        c.quotes_path = v.word() == "quoted";
    }),
    kind("password", Takes::Word(&["shown", "masked"]), "The password of +QFTPCFG: \"account\"", |c, v| {
        c.masks_password = v.word() == "masked";
    }),
    kind(
        "end-read",
        Takes::Word(&["627", "0"]),
        "A download from the end of the file: 627,550, or 0 bytes",
        |c, v| {
            c.end_read_fails = v.word() == "627";
        },
    ),
    kind("nlist", Takes::Nothing, "The test form of QFTPNLST prints +QFTPNLIST", |c, _| c.nlist = true),
    kind(
        "ssl-key",
        Takes::Word(&["sslctxid", "SSL_ctxID"]),
        "The only spelling of this key that AT+QFTPCFG takes",
        |c, v| {
            let other = if v.word() == "sslctxid" { SslSpelling::Note } else { SslSpelling::Newer };
            c.ftp_keys.retain(|key| *key != FtpKey::SslCtxId(other));
        },
    ),
    kind(
        "lacks-key",
        Takes::Word(&["cache", "data_address", "ssltype", "SSL_ctxID", "sslctxid"]),
        "AT+QFTPCFG does not know this key",
        |c, v| {
            lack(c, v.word());
        },
    ),
    kind(
        "lacks-ssl-key",
        Takes::Word(&[
            "checkhost",
            "sni",
            "session_cache",
            "ignorelocaltime",
            "ciphersuite",
            "sslversion",
            "seclevel",
            "cacert",
        ]),
        "AT+QSSLCFG does not know this key",
        |c, v| {
            c.ssl_keys.retain(|key| key.name() != v.word());
        },
    ),
    kind("no-qurccfg", Takes::Nothing, "There is no AT+QURCCFG", |c, _| c.has_urc_setting = false),
    kind("no-ats12", Takes::Nothing, "ATS12 is refused: the guard time of +++ stays 1 s", |c, _| {
        c.has_guard_setting = false;
    }),
    kind(
        "shuffled-start",
        Takes::Nothing,
        "RDY and the other messages of the start in a random order",
        |c, _| {
            c.shuffles_start = true;
        },
    ),
    // URCs.
    kind(
        "urc-port",
        Takes::Word(&["usbmodem", "usbat"]),
        "URCs go to this port, not the host's (uart1), until AT+QURCCFG",
        |c, v| {
            c.urc_port = UrcPort::from_name(v.word().as_bytes()).unwrap_or(c.urc_port);
        },
    ),
    kind(
        "lost-urc",
        number("urcs", 2),
        "Of the URCs of FTP commands one in so many is lost: the 2nd, the 4th …",
        |c, v| {
            c.trouble.lost_urc = Some(v.number());
        },
    ),
    kind(
        "lost-urc-of",
        Takes::Word(&[
            "QFTPSIZE",
            "QFTPOPEN",
            "QFTPCLOSE",
            "QFTPPUT",
            "QFTPGET",
            "QFTPLIST",
            "QFTPNLST",
            "QFTPMLSD",
            "QFTPCWD",
            "QFTPPWD",
            "QFTPDEL",
            "QFTPMKDIR",
            "QFTPRMDIR",
            "QFTPMDTM",
            "QFTPRENAME",
            "QFTPLEN",
            "QFTPSTAT",
        ]),
        "The URCs of this command are lost",
        |c, v| {
            c.trouble.lost_urc_of = Verb::from_name(format!("+{}", v.word()).as_bytes());
        },
    ),
    kind("late-urc", number("ms", 3000), "Outcomes come late; until then FTP commands answer 603", |c, v| {
        c.trouble.late_urc = v.number();
    }),
    kind(
        "slow-close",
        number("ms", 5000),
        "The outcome of QFTPCLOSE comes late; until then FTP commands answer 603",
        |c, v| {
            c.trouble.slow_close = v.number();
        },
    ),
    // The FTP connection.
    kind("dns-failure", Takes::Nothing, "QFTPOPEN: 604, no name is resolved", |c, _| {
        c.trouble.login = Some(604);
    }),
    kind("no-network", Takes::Nothing, "QFTPOPEN: 605, no server is reached", |c, _| {
        c.trouble.login = Some(605);
    }),
    kind("tls-refused", Takes::Nothing, "QFTPOPEN with ssltype 1 or 2: 631, whatever the server", |c, _| {
        c.trouble.tls_refused = true;
    }),
    kind(
        "data-refused",
        number("connections", 1),
        "This data connection fails: 615, then 603 until a close",
        |c, v| {
            c.trouble.data_refused = Some(v.number());
        },
    ),
    kind(
        "control-lost",
        AT_THOUSAND,
        "The control connection is lost: +QFTPCLOSE: 606,0 by itself",
        |c, v| {
            event(c, Event::ControlLost, v);
        },
    ),
    kind(
        "pdp-drop",
        AT_THOUSAND,
        "The network drops the context: +QIURC: \"pdpdeact\"; QIDEACT, then QIACT",
        |c, v| {
            event(c, Event::ContextDropped, v);
        },
    ),
    kind("wedge", AT_THOUSAND, "The data stack hangs: transfers stop, FTP commands answer 603", |c, v| {
        event(c, Event::Wedge, v);
    }),
    kind(
        "wedge-cure",
        Takes::Word(&["power", "cfun", "pdp", "close"]),
        "What clears a wedge: power cycle, AT+CFUN=1,1, QIDEACT, QFTPCLOSE",
        |c, v| {
            c.trouble.wedge_cure = match v.word() {
                "close" => Cure::Close,
                "pdp" => Cure::Context,
                "cfun" => Cure::Restart,
                _ => Cure::PowerCycle,
            };
        },
    ),
    // Power and line.
    kind("reboot", AT_THOUSAND, "The module restarts by itself: RDY", |c, v| event(c, Event::Reboot, v)),
    kind("power-loss", AT_THOUSAND, "The power fails: silence until it is switched off and on", |c, v| {
        event(c, Event::PowerLoss, v);
    }),
    kind(
        "overrun",
        number("bytes", 64),
        "A receive buffer of this size, looked at every 10 ms; too fast an upload loses bytes",
        |c, v| {
            c.trouble.overrun = Some(v.number());
        },
    ),
    // The module's files.
    kind("no-ram", Takes::Nothing, "No RAM storage", |c, _| drives(c, |drives| drives.without(Storage::Ram))),
    kind("no-sd", Takes::Nothing, "No SD card", |c, _| drives(c, |drives| drives.without(Storage::Sd))),
    kind("small-ufs", number("bytes", 65536), "A UFS of this size in blocks of 4096 bytes", |c, v| {
        drives(c, |drives| drives.with_size(Storage::Ufs, v.number()).with_blocks(Storage::Ufs, BLOCK));
    }),
    kind("ufs-full", Takes::Nothing, "No byte free in UFS", |c, _| {
        drives(c, |drives| drives.with_taken(Storage::Ufs, u64::MAX));
    }),
    // SIM card and network.
    kind("no-sim", Takes::Nothing, "No SIM card", |c, _| c.sim = Sim::Absent),
    kind("sim-pin", Takes::Nothing, "The SIM card asks for its PIN, 1234", |c, _| {
        c.sim = Sim::Locked(Pin::new("1234"));
    }),
    kind("searching", Takes::Nothing, "Not registered: searching", |c, _| {
        c.registration = Registration::Searching;
    }),
    kind("denied", Takes::Nothing, "Not registered: the network refuses", |c, _| {
        c.registration = Registration::Denied;
    }),
    kind("not-attached", Takes::Nothing, "Not attached to the packet service until AT+CGATT=1", |c, _| {
        c.attached = false;
    }),
    kind("no-apn", Takes::Nothing, "No access point name is accepted: QIACT fails with 573", |c, _| {
        c.trouble.no_context = Some(573);
    }),
    kind("context-held", Takes::Nothing, "Something else holds the context: QIACT fails with 561", |c, _| {
        c.trouble.no_context = Some(561);
    }),
];
