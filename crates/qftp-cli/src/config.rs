//! The configuration file: what an option says when nobody gives it.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::exit::Problem;
use crate::options::{FlowArg, Options, TlsMinArg, UrcPortArg, ViaArg};

#[cfg(test)]
mod page;

/// Every key of the file. Each is an option's name, but for those of the APN's login.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    port: Option<String>,
    baud: Option<u32>,
    flow: Option<FlowArg>,
    apn: Option<String>,
    apn_user: Option<String>,
    apn_password: Option<String>,
    context: Option<u8>,
    timeout: Option<u8>,
    urc_port: Option<UrcPortArg>,
    via: Option<ViaArg>,
    cacert: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
    tls_min: Option<TlsMinArg>,
    active: Option<bool>,
}

/// What the file has beyond options.
#[allow(missing_debug_implementations, reason = "it holds a password")]
#[derive(Default)]
pub struct ApnLogin {
    pub user: String,
    pub password: String,
    /// The file, where it holds the password and others may read it.
    pub exposed: Option<PathBuf>,
}

/// Fills what the command line left open from the configuration file.
pub fn complete(options: &mut Options) -> Result<ApnLogin, Problem> {
    let Some(path) = options.config.clone().or_else(default_path) else { return Ok(ApnLogin::default()) };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound && options.config.is_none() => {
            return Ok(ApnLogin::default());
        }
        Err(error) => return Err(Problem::local(&path, &error)),
    };
    let login = apply(options, &text, &path)?;
    let exposed = !login.password.is_empty() && is_open(&path);
    Ok(ApnLogin { exposed: exposed.then_some(path), ..login })
}

/// Whether others than the owner may read or write a file.
fn is_open(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0)
}

/// Fills what the command line left open from the text of the file at `path`.
pub fn apply(options: &mut Options, text: &str, path: &Path) -> Result<ApnLogin, Problem> {
    let file = read(text, path)?;
    options.port = options.port.take().or(file.port);
    options.baud = options.baud.or(file.baud);
    options.flow = options.flow.or(file.flow);
    options.apn = options.apn.take().or(file.apn);
    options.context = options.context.or(file.context);
    options.timeout = options.timeout.or(file.timeout);
    options.urc_port = options.urc_port.or(file.urc_port);
    options.via = options.via.or(file.via);
    if !options.insecure {
        options.cacert = options.cacert.take().or(file.cacert);
    }
    if options.cert.is_none() {
        options.cert = file.cert;
        options.key = file.key;
    }
    options.tls_min = options.tls_min.or(file.tls_min);
    options.active |= !options.passive && file.active == Some(true);
    Ok(ApnLogin {
        user: file.apn_user.unwrap_or_default(),
        password: file.apn_password.unwrap_or_default(),
        exposed: None,
    })
}

fn read(text: &str, path: &Path) -> Result<File, Problem> {
    let file: File = toml::from_str(text).map_err(|error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        // The parser quotes what it did not expect.
        let secret = text.lines().nth(line - 1).is_some_and(|line| line.contains("password"));
        let what = if secret { "a password is a text in quotes" } else { error.message() };
        Problem::usage(format!("{}, line {line}: {what}", path.display()))
    })?;
    let range = |key: &str, fits: bool, range: &str| match fits {
        true => Ok(()),
        false => Err(Problem::usage(format!("{}: `{key}` is out of range: {range}", path.display()))),
    };
    range("baud", file.baud.is_none_or(|baud| baud >= 300), "300 or more")?;
    range("context", file.context.is_none_or(|context| (1..=16).contains(&context)), "1 to 16")?;
    range("timeout", file.timeout.is_none_or(|timeout| (20..=180).contains(&timeout)), "20 to 180")?;
    Ok(file)
}

/// `$XDG_CONFIG_HOME/qftp.toml`, or `~/.config/qftp.toml`.
fn default_path() -> Option<PathBuf> {
    let folder = match env::var_os("XDG_CONFIG_HOME").filter(|folder| Path::new(folder).is_absolute()) {
        Some(folder) => PathBuf::from(folder),
        None => env::home_dir()?.join(".config"),
    };
    Some(folder.join("qftp.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        read(text, Path::new("qftp.toml")).expect_err(text).text
    }

    #[test]
    fn every_key() {
        let text = "port = '/dev/x'\nbaud = 9600\nflow = 'rtscts'\napn = 'a'\napn-user = 'u'\napn-password = 'p'\n\
            context = 2\ntimeout = 60\nurc-port = 'usbat'\nvia = 'ufs'\nactive = true";
        let file = read(text, Path::new("qftp.toml")).expect("sound");
        assert_eq!((file.baud, file.via, file.flow), (Some(9600), Some(ViaArg::Ufs), Some(FlowArg::Rtscts)));
    }

    #[test]
    fn errors_name_the_key_and_the_line() {
        assert!(
            error("port = 'x'\nprot = 'y'").contains("line 2: unknown field `prot`"),
            "{}",
            error("port = 'x'\nprot = 'y'")
        );
        assert!(error("timeout = 5").contains("`timeout` is out of range: 20 to 180"));
        assert!(error("via = 'moon'").contains("moon"));
        assert!(error("baud = ").contains("line 1"));
        assert!(error("apn = 'a'\napn-password = 4711").ends_with("line 2: a password is a text in quotes"));
    }
}
