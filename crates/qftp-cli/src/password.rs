//! The login: from the URL, the environment, or a terminal.

use std::env;
use std::io::{self, IsTerminal as _};

use qftp_core::Printable;

use crate::exit::Problem;
use crate::url::Url;

/// User and password for the server of this URL.
pub(crate) fn login(url: &Url) -> Result<(String, String), Problem> {
    let Some(user) = url.user.clone() else {
        return Ok(("anonymous".to_owned(), "anonymous@".to_owned()));
    };
    if let Some(password) = url.password.clone().or_else(|| env::var("QFTP_PASSWORD").ok()) {
        return Ok((user, password));
    }
    if !io::stdin().is_terminal() {
        return Err(Problem::usage(format!("no password for {}", url.host))
            .remedy("set QFTP_PASSWORD, or write it into the URL: ftp://user:password@host/path"));
    }
    let password = rpassword::prompt_password(format!("Password for {}: ", Printable(url.host.as_bytes())))
        .map_err(|error| Problem::usage(format!("no password: {error}")))?;
    Ok((user, password))
}
