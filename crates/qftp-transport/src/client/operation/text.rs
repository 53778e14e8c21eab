//! The text of an operation: a line of a recording, and what is read out of it.

use std::fmt;

use qftp_core::session::{Apn, ClientCertificate, GetOptions, Login, PutOptions, Setup, Tls, Via};
use qftp_core::wire::{
    Command, DataAddress, ListKind, OpenMode, PdpAuth, PdpType, SslVersion, Storage, TransMode, TransferType,
    UrcPort, Writer, secret_start,
};
use qftp_core::{Secret, limits};

use super::Operation;
use crate::client::recording::{escape, unescape};

/// What stands in place of every secret.
const MASKED: &str = "***";

impl<'a> Operation<'a> {
    /// Reads the words of an operation's text: those of [`What::Began`](crate::client::recording::What::Began).
    #[must_use]
    pub fn parse(words: &'a [String]) -> Option<Self> {
        let (name, words) = words.split_first()?;
        let named = !matches!(name.as_str(), "setup" | "file_read" | "file_write");
        let words = Words { all: words, settings: words.get(usize::from(named)..).unwrap_or_default() };
        let text = || words.nth(0);
        Some(match name.as_str() {
            "setup" => Self::Setup(Setup {
                context: words.number("context")?,
                apn: words.value("apn").map(|apn| apn_of(&words, apn)),
                urc_port: words.value("urc_port").and_then(|name| UrcPort::from_name(name.as_bytes())),
                network: words.has("network"),
            }),
            "open" => Self::Open(Login {
                port: words.number("port")?,
                user: Secret::new(MASKED),
                password: Secret::new(MASKED),
                transfer_type: TransferType::from_number(words.number("type")?)?,
                trans_mode: TransMode::from_number(words.number("mode")?)?,
                data_address: match words.value("data_address") {
                    Some(value) => Some(data_address(value)?),
                    None => None,
                },
                tls: match words.value("tls") {
                    Some(form) => Some(tls_of(&words, form)?),
                    None => None,
                },
                ..Login::new(text()?)
            }),
            "close" => Self::Close,
            "deactivate" => Self::Deactivate,
            "restart" => Self::Restart,
            "cwd" => Self::Cwd(text()?),
            "pwd" => Self::Pwd,
            "put" => Self::Put(
                text()?,
                PutOptions {
                    start: words.number("start")?,
                    len: words.number("len")?,
                    last: words.has("last"),
                    via: words.via()?,
                },
            ),
            "get" => Self::Get(
                text()?,
                GetOptions { start: words.number("start")?, len: words.number("len"), via: words.via()? },
            ),
            "list" => Self::List(ListKind::Long, text()?),
            "names" => Self::List(ListKind::Names, text()?),
            "facts" => Self::List(ListKind::Facts, text()?),
            "size" => Self::Size(text()?),
            "modified" => Self::Modified(text()?),
            "rename" => Self::Rename(text()?, words.nth(1)?),
            "delete" => Self::Delete(text()?),
            "make_dir" => Self::MakeDir(text()?),
            "remove_dir" => Self::RemoveDir(text()?),
            "length" => Self::Length,
            "status" => Self::Status,
            "probe" => Self::Probe,
            "storage" => Self::Storage(storage(text()?)?),
            "files" => Self::Files(text()?),
            "upload" => Self::Upload(text()?, words.number("len")?),
            "download" => Self::Download(text()?),
            "remove" => Self::Remove(text()?),
            "file_open" => Self::FileOpen(text()?, OpenMode::from_number(words.number("mode")?)?),
            "file_read" => Self::FileRead(words.number("handle")?, words.number("len")?),
            "file_write" => Self::FileWrite(words.number("handle")?, words.number("len")?),
            "command" => Self::Command(Command::parse(text()?.as_bytes()).ok()?),
            _ => return None,
        })
    }
}

/// The words of an operation's text, for [`Operation::parse`].
pub(in crate::client) fn words(text: &str) -> Vec<String> {
    let plain = |word: &str| String::from_utf8_lossy(&unescape(word)).into_owned();
    text.split(' ').filter(|word| !word.is_empty()).map(plain).collect()
}

/// The words with what they are.
struct Words<'a> {
    all: &'a [String],
    /// Those that are no names of files: a file may be called `len=5`.
    settings: &'a [String],
}

impl<'a> Words<'a> {
    /// What an operation is given stands before its settings.
    fn nth(&self, at: usize) -> Option<&'a str> {
        self.all.get(at).map(String::as_str)
    }

    fn value(&self, key: &str) -> Option<&'a str> {
        self.settings.iter().rev().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.value(key)?.parse().ok()
    }

    fn has(&self, word: &str) -> bool {
        self.settings.iter().rev().any(|have| have == word)
    }

    fn via(&self) -> Option<Via> {
        match self.value("via")? {
            "COM" => Some(Via::Com),
            name => storage(name).map(Via::Storage),
        }
    }
}

fn storage(name: &str) -> Option<Storage> {
    Storage::ALL.into_iter().find(|storage| storage.name() == name)
}

fn apn_of<'a>(words: &Words<'a>, name: &'a str) -> Apn<'a> {
    let auth = words.number("auth").and_then(PdpAuth::from_number).unwrap_or(PdpAuth::None);
    let kind = words.number("kind").and_then(PdpType::from_number).unwrap_or(PdpType::V4);
    let login = words.has("apn_login").then(|| (Secret::new(MASKED), Secret::new(MASKED)));
    Apn { name, login, auth, kind }
}

fn data_address(value: &str) -> Option<DataAddress> {
    let (kind, seconds) = value.split_once(',')?;
    let timeout = seconds.parse().ok();
    Some(match kind {
        "given" => DataAddress::Given,
        "control" => DataAddress::Control,
        "control-then-given" => DataAddress::ControlThenGiven(timeout),
        _ => return None,
    })
}

fn tls_of<'a>(words: &Words<'a>, form: &str) -> Option<Tls<'a>> {
    Some(Tls {
        implicit: form == "implicit",
        context: words.number("ssl_context")?,
        version: SslVersion::from_number(words.number("version")?)?,
        suite: words.number("suite").unwrap_or(limits::ALL_CIPHER_SUITES),
        ca: words.value("ca"),
        client: words.value("certificate").zip(words.value("key")).map(|(certificate, key)| {
            ClientCertificate {
                certificate,
                key,
                password: Secret::new(if words.has("key_password") { MASKED } else { "" }),
            }
        }),
        ignore_dates: words.has("ignore_dates"),
        sni: words.has("sni"),
    })
}

/// A word of the text: nothing in it ends it.
fn word(text: &str) -> String {
    escape(text.as_bytes()).replace(' ', "\\x20")
}

fn via(via: Via) -> &'static str {
    match via {
        Via::Com => "COM",
        Via::Storage(storage) => storage.name(),
    }
}

impl fmt::Display for Operation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setup(setup) => write_setup(f, setup),
            Self::Open(login) => write_login(f, login),
            Self::Close => f.write_str("close"),
            Self::Deactivate => f.write_str("deactivate"),
            Self::Restart => f.write_str("restart"),
            Self::Cwd(path) => write!(f, "cwd {}", word(path)),
            Self::Pwd => f.write_str("pwd"),
            Self::Put(name, PutOptions { start, len, last, via: road }) => {
                let last = if *last { " last" } else { "" };
                write!(f, "put {} start={start} len={len} via={}{last}", word(name), via(*road))
            }
            Self::Get(name, GetOptions { start, len, via: road }) => {
                write!(f, "get {} start={start}", word(name))?;
                if let Some(len) = len {
                    write!(f, " len={len}")?;
                }
                write!(f, " via={}", via(*road))
            }
            Self::List(kind, folder) => {
                let name = match kind {
                    ListKind::Long => "list",
                    ListKind::Names => "names",
                    ListKind::Facts => "facts",
                };
                write!(f, "{name} {}", word(folder))
            }
            Self::Size(name) => write!(f, "size {}", word(name)),
            Self::Modified(name) => write!(f, "modified {}", word(name)),
            Self::Rename(from, to) => write!(f, "rename {} {}", word(from), word(to)),
            Self::Delete(name) => write!(f, "delete {}", word(name)),
            Self::MakeDir(name) => write!(f, "make_dir {}", word(name)),
            Self::RemoveDir(name) => write!(f, "remove_dir {}", word(name)),
            Self::Length => f.write_str("length"),
            Self::Status => f.write_str("status"),
            Self::Probe => f.write_str("probe"),
            Self::Storage(storage) => write!(f, "storage {}", storage.name()),
            Self::Files(pattern) => write!(f, "files {}", word(pattern)),
            Self::Upload(name, len) => write!(f, "upload {} len={len}", word(name)),
            Self::Download(name) => write!(f, "download {}", word(name)),
            Self::Remove(name) => write!(f, "remove {}", word(name)),
            Self::FileOpen(name, mode) => write!(f, "file_open {} mode={}", word(name), mode.number()),
            Self::FileRead(handle, len) => write!(f, "file_read handle={handle} len={len}"),
            Self::FileWrite(handle, len) => write!(f, "file_write handle={handle} len={len}"),
            Self::Command(command) => write!(f, "command {}", word(&shown(command))),
        }
    }
}

/// A command without its `AT`, and without its secrets.
fn shown(command: &Command<'_>) -> String {
    let mut buf = [0; limits::COMMAND_LINE];
    let mut out = Writer::new(&mut buf);
    command.emit(out.bytes(b"AT"));
    let text = out.finish().unwrap_or_default();
    let line = String::from_utf8_lossy(text.get(2..).unwrap_or_default()).into_owned();
    match secret_start(text).and_then(|start| line.get(..start.saturating_sub(2))) {
        Some(before) => format!("{before}\"{MASKED}\""),
        None => line,
    }
}

fn write_setup(f: &mut fmt::Formatter<'_>, setup: &Setup<'_>) -> fmt::Result {
    write!(f, "setup context={}", setup.context)?;
    if setup.network {
        f.write_str(" network")?;
    }
    if let Some(Apn { name, login, auth, kind }) = &setup.apn {
        write!(f, " apn={} auth={} kind={}", word(name), auth.number(), kind.number())?;
        if login.is_some() {
            f.write_str(" apn_login")?;
        }
    }
    match setup.urc_port {
        Some(port) => write!(f, " urc_port={}", port.name()),
        None => Ok(()),
    }
}

fn write_login(f: &mut fmt::Formatter<'_>, login: &Login<'_>) -> fmt::Result {
    let (kind, mode) = (login.transfer_type.number(), login.trans_mode.number());
    write!(f, "open {} port={} type={kind} mode={mode}", word(login.host), login.port)?;
    if let Some(address) = login.data_address {
        let (kind, seconds) = match address {
            DataAddress::Given => ("given", None),
            DataAddress::Control => ("control", None),
            DataAddress::ControlThenGiven(seconds) => ("control-then-given", seconds),
        };
        write!(
            f,
            " data_address={kind},{}",
            seconds.map_or_else(String::new, |seconds| seconds.to_string())
        )?;
    }
    let Some(tls) = &login.tls else { return Ok(()) };
    let form = if tls.implicit { "implicit" } else { "explicit" };
    let (context, version, suite) = (tls.context, tls.version.number(), tls.suite);
    write!(f, " tls={form} ssl_context={context} version={version} suite={suite}")?;
    for (is, flag) in [(tls.sni, " sni"), (tls.ignore_dates, " ignore_dates")] {
        f.write_str(if is { flag } else { "" })?;
    }
    if let Some(ca) = tls.ca {
        write!(f, " ca={}", word(ca))?;
    }
    if let Some(client) = &tls.client {
        write!(f, " certificate={} key={}", word(client.certificate), word(client.key))?;
        f.write_str(if client.password.expose().is_empty() { "" } else { " key_password" })?;
    }
    Ok(())
}
