//! pyftpdlib, driven by a script of ours.

use std::io;
use std::path::PathBuf;
use std::process::Command;

use super::{Form, PASSWORD, Site, USER, Version};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/servers/pyftpdlib_server.py");

pub(super) fn command(site: &Site<'_>) -> io::Result<Command> {
    let python = std::env::var_os("QFTP_TEST_PYTHON").map(PathBuf::from);
    let python =
        python.expect("`cargo xtask test` brings pyftpdlib and names its Python in QFTP_TEST_PYTHON");
    let mut command = Command::new(python);
    command.args(["-u", SCRIPT, "--port", &site.port.to_string(), "--root", &site.path("data")]);
    command.args(["--user", USER, "--password", PASSWORD, "--form", &site.options.form.to_string()]);
    if site.options.form != Form::Plain {
        command.args(["--certificate", &site.path("server.crt"), "--key", &site.path("server.key")]);
    }
    if site.options.client_certificate {
        command.args(["--ca", &site.path("ca.crt")]);
    }
    if let Some(version) = site.options.version {
        command.args([
            "--version",
            match version {
                Version::Tls10 => "TLS1_VERSION",
                Version::Tls12 => "TLS1_2_VERSION",
                Version::Tls13 => "TLS1_3_VERSION",
            },
        ]);
    }
    command.args(site.options.settings.lines());
    Ok(command)
}
