//! Pure-FTPd, which has no configuration file but many letters.

use std::io;
use std::process::Command;

use super::{Form, GUEST, PASSWORD, Site, USER, crypt, program};

pub(super) fn command(site: &Site<'_>) -> io::Result<Command> {
    login(site)?;
    let mut command = Command::new(program("QFTP_TEST_PUREFTPD", "usr/sbin/pure-ftpd"));
    command.args([
        "-S",
        &format!("127.0.0.1,{}", site.port),
        "-4",
        "-H",
        "-A",
        "-E",
        "-u",
        "1000",
        "-f",
        "none",
    ]);
    command.args(["-l", &format!("puredb:{}", site.path("users.pdb")), "-g", &site.path("pid")]);
    match site.options.form {
        Form::Plain => command.args(["-Y", "0"]),
        Form::Explicit => {
            let identity = format!("{},{}", site.path("server.crt"), site.path("server.key"));
            command.args(["-Y", "3", "-2", &identity])
        }
        Form::Implicit => return Err(io::Error::other("Debian's Pure-FTPd has no implicit TLS")),
    };
    if site.options.client_certificate {
        return Err(io::Error::other("Pure-FTPd asks for no certificate of the client"));
    }
    if let Some(version) = site.options.version {
        command.env("OPENSSL_CONF", site.openssl_config(version)?);
    }
    command.args(site.options.settings.lines());
    Ok(command)
}

/// The login in a table, and the table as the server reads it.
fn login(site: &Site<'_>) -> io::Result<()> {
    let hash = crypt(PASSWORD)?;
    let table = site
        .write("users", format!("{USER}:{hash}:{GUEST}:{GUEST}::{}/./::::::::::::\n", site.path("data")))?;
    let mut tool = Command::new(program("QFTP_TEST_PUREFTPD", "usr/bin/pure-pw"));
    match tool.args(["mkdb", &site.path("users.pdb"), "-f", &table]).status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other("pure-pw failed")),
    }
}
