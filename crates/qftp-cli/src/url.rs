//! A place on a server: `ftp://user:password@host:port/path`, `ftpes://…`, `ftps://…`.

use std::fmt;

use qftp_core::limits;
use qftp_core::session::{Field, Misuse};
use qftp_core::wire::{FileName, PathName};

use crate::exit::Problem;

/// A file or folder on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    pub scheme: Scheme,
    pub user: Option<String>,
    pub password: Option<String>,
    pub host: String,
    pub port: u16,
    /// The path, decoded; relative to the login's folder unless it begins with `/`.
    pub path: String,
}

/// With TLS or without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// None.
    Ftp,
    /// From the first byte on.
    Ftps,
    /// After `AUTH TLS`.
    Ftpes,
}

impl Scheme {
    const ALL: [Self; 3] = [Self::Ftp, Self::Ftps, Self::Ftpes];

    const fn name(self) -> &'static str {
        match self {
            Self::Ftp => "ftp",
            Self::Ftps => "ftps",
            Self::Ftpes => "ftpes",
        }
    }

    const fn port(self) -> u16 {
        match self {
            Self::Ftp | Self::Ftpes => limits::DEFAULT_PORT,
            Self::Ftps => limits::IMPLICIT_FTPS_PORT,
        }
    }
}

/// A password is never printed.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As it may be shown: without the login.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.scheme.name();
        match self.host.contains(':') {
            true => write!(f, "{scheme}://[{}]", self.host)?,
            false => write!(f, "{scheme}://{}", self.host)?,
        }
        if self.port != self.scheme.port() {
            write!(f, ":{}", self.port)?;
        }
        let path = self.path.strip_prefix('/').map_or_else(|| self.path.clone(), |rest| format!("%2F{rest}"));
        write!(f, "/{path}")
    }
}

impl Url {
    /// Reads a URL; the error says what is wrong, and never shows the password.
    pub fn parse(text: &str) -> Result<Self, String> {
        // What does not look like a scheme may be a login without one.
        let is_scheme = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let Some((scheme, rest)) = text.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) else {
            return Err("no URL: it begins with ftp://, as in ftp://user@host/path".to_owned());
        };
        let known = Scheme::ALL.into_iter().find(|known| known.name().eq_ignore_ascii_case(scheme));
        let scheme = known
            .ok_or_else(|| format!("unknown scheme {scheme}://; there are ftp://, ftpes:// and ftps://"))?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        // The last @: a password may hold one that nobody encoded.
        let (login, host) =
            authority.rsplit_once('@').map_or((None, authority), |(login, host)| (Some(login), host));
        let (user, password) = match login {
            None | Some("") => (None, None),
            Some(login) => match login.split_once(':') {
                Some((user, password)) => (Some(decode(user, "user")?), Some(decode(password, "password")?)),
                None => (Some(decode(login, "user")?), None),
            },
        };
        let (host, port) = host_and_port(host, scheme).map_err(|error| match path.contains('@') {
            true => "a / in a user name or password is written %2F".to_owned(),
            false => error,
        })?;
        Ok(Self { scheme, user, password, host, port, path: decode(path, "path")? })
    }

    /// What may be shown of something that may be a URL: no login.
    pub fn shown(text: &str) -> String {
        match Self::parse(text) {
            Ok(url) => url.to_string(),
            Err(_) if text.contains("://") => "(no URL)".to_owned(),
            Err(_) => text.to_owned(),
        }
    }

    /// As [`Url::parse`]; names that no command can carry are refused here, before a byte is sent.
    pub fn checked(text: &str) -> Result<Self, Problem> {
        let url = Self::parse(text).map_err(Problem::usage)?;
        let (folder, name) = url.folder_and_name();
        PathName::new(folder).map_err(|fault| Misuse::Name(Field::Path, fault))?;
        check_name(name)?;
        FileName::new(&url.host).map_err(|fault| Misuse::Name(Field::Host, fault))?;
        Ok(url)
    }

    /// The folder part and the name: `("/a/b", "c")` of `/a/b/c`, `("", "c")` of `c`, `("a", "")` of `a/`.
    pub fn folder_and_name(&self) -> (&str, &str) {
        match self.path.rsplit_once('/') {
            Some(("", name)) => ("/", name),
            Some((folder, name)) => (folder, name),
            None => ("", &self.path),
        }
    }
}

/// Whether a command can carry this name.
pub fn check_name(name: &str) -> Result<(), Problem> {
    FileName::new(name).map_err(|fault| Misuse::Name(Field::Name, fault))?;
    Ok(())
}

fn host_and_port(text: &str, scheme: Scheme) -> Result<(String, u16), String> {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or("after ] only :port can stand")?)),
        None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        None | Some("") => scheme.port(),
        Some(digits) => match digits.parse() {
            Ok(port @ 1..) => port,
            _ if digits.len() <= 5 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                return Err(format!("`{digits}` is no port; 1 to 65535 are"));
            }
            // It may be a password, its @ forgotten.
            _ => return Err("what follows the host and a colon is no port; 1 to 65535 are".to_owned()),
        },
    };
    let host = decode(host, "host")?;
    if host.is_empty() {
        return Err("the host is missing, as in ftp://host/path".to_owned());
    }
    Ok((host, port))
}

/// Percent-decoding; `what` names the part in the error, since the part itself may be a secret.
fn decode(text: &str, what: &str) -> Result<String, String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, tail @ ..] = rest else { return Err(bad_percent(what)) };
        let (Some(high), Some(low)) = (hex(*high), hex(*low)) else { return Err(bad_percent(what)) };
        bytes.push(high << 4 | low);
        rest = tail;
    }
    String::from_utf8(bytes).map_err(|_| format!("the {what} is not UTF-8 when decoded"))
}

fn bad_percent(what: &str) -> String {
    format!("in the {what} a % is not followed by two hexadecimal digits; a % itself is written %25")
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Url {
        Url::parse(text).expect(text)
    }

    #[test]
    fn every_part() {
        let url = parse("ftp://me:p%40ss:w@h.example:2121/dir/a%20b.txt");
        assert_eq!((url.user.as_deref(), url.password.as_deref()), (Some("me"), Some("p@ss:w")));
        assert_eq!((url.host.as_str(), url.port), ("h.example", 2121));
        assert_eq!(url.folder_and_name(), ("dir", "a b.txt"));
        assert_eq!(parse("FTP://[2001:db8::1]:22/x").host, "2001:db8::1");
        assert_eq!(parse("ftp://u:p@ss@host/x").password.as_deref(), Some("p@ss"));
    }

    #[test]
    fn tls_has_its_ports() {
        let port = |text: &str| (parse(text).scheme, parse(text).port);
        assert_eq!(port("ftps://h/"), (Scheme::Ftps, 990));
        assert_eq!(port("ftpes://h/"), (Scheme::Ftpes, 21));
        assert_eq!(port("ftps://h:21/"), (Scheme::Ftps, 21));
    }

    #[test]
    fn paths_as_in_curl() {
        assert_eq!(parse("ftp://h").folder_and_name(), ("", ""));
        assert_eq!(parse("ftp://h/").folder_and_name(), ("", ""));
        assert_eq!(parse("ftp://h/a").folder_and_name(), ("", "a"));
        assert_eq!(parse("ftp://h/a/").folder_and_name(), ("a", ""));
        assert_eq!(parse("ftp://h/%2Fa").folder_and_name(), ("/", "a"));
        assert_eq!(parse("ftp://h/%2Fa/b/c").folder_and_name(), ("/a/b", "c"));
        assert_eq!(parse("ftp://h//a").folder_and_name(), ("/", "a"));
        assert_eq!(parse("ftp://h/a?b#c").path, "a?b#c");
    }

    #[test]
    fn what_is_shown_has_no_login() {
        let url = parse("ftp://me:secret@h:2121/%2Fa/b");
        assert_eq!(url.to_string(), "ftp://h:2121/%2Fa/b");
        assert_eq!(parse("ftps://me:secret@h/a").to_string(), "ftps://h/a");
        assert_eq!(parse("FTPES://h:990/a").to_string(), "ftpes://h:990/a");
        assert_eq!(format!("{url:?}"), "ftp://h:2121/%2Fa/b");
    }

    #[test]
    fn errors_say_what_is_wrong_and_show_no_password() {
        let error = |text: &str| Url::parse(text).expect_err(text);
        assert!(error("host/path").contains("ftp://"));
        assert!(error("gopher://h/").contains("unknown scheme gopher"));
        assert!(error("ftp:///path").contains("host is missing"));
        assert!(error("ftp://h:0/").contains("`0` is no port"));
        assert!(error("ftp://h:65536/").contains("no port"));
        assert!(error("ftp://h/%2").contains("%25"));
        for text in ["ftp://u:secret%zz@h/", "ftp://u:secret/x@h/", "ftp://u:secret", "u:secret@h/a://b"] {
            assert!(!error(text).contains("secret"), "{}", error(text));
        }
        assert!(error("ftp://u:secret/x@h/").contains("%2F"));
        assert!(error("ftp://h/%FF").contains("UTF-8"));
    }
}
