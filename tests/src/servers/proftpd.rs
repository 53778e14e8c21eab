//! ProFTPD.

use std::io;
use std::process::Command;

use super::{Form, GUEST, PASSWORD, Site, USER, Version, crypt, program};

pub(super) fn command(site: &Site<'_>) -> io::Result<Command> {
    let hash = crypt(PASSWORD)?;
    site.write("passwd", format!("{USER}:{hash}:{GUEST}:{GUEST}::{}:/bin/false\n", site.path("data")))?;
    site.write("group", format!("guest:x:{GUEST}:{USER}\n"))?;
    let configuration = site.write("proftpd.conf", configuration(site))?;
    let mut command = Command::new(program("QFTP_TEST_PROFTPD", "usr/sbin/proftpd"));
    command.args(["--nodaemon", "--quiet", "--config", &configuration]);
    Ok(command)
}

fn configuration(site: &Site<'_>) -> String {
    let modules = program("QFTP_TEST_PROFTPD", "usr/lib/proftpd");
    let path = |name| site.path(name);
    format!(
        "ModulePath {}\nLoadModule mod_tls.c\nLoadModule mod_quotatab.c\nLoadModule mod_quotatab_file.c\n\
         ServerName qftp\nServerType standalone\nDefaultAddress 127.0.0.1\nSocketBindTight on\nPort {}\n\
         UseIPv6 off\nUseReverseDNS off\nWtmpLog off\nDelayEngine off\nUser nobody\nGroup nogroup\nUmask 022\n\
         PidFile {}\nScoreboardFile {}\nSystemLog {}\nTransferLog none\nControlsEngine off\n\
         AuthOrder mod_auth_file.c\nAuthUserFile {}\nAuthGroupFile {}\nRequireValidShell off\nDefaultRoot ~\n\
         AllowStoreRestart on\nAllowRetrieveRestart on\nAllowOverwrite on\nMaxLoginAttempts 3\nTimesGMT on\n{}{}\n",
        modules.display(),
        site.port,
        path("pid"),
        path("scoreboard"),
        path("log"),
        path("passwd"),
        path("group"),
        tls(site),
        site.options.settings,
    )
}

fn tls(site: &Site<'_>) -> String {
    let options = site.options;
    if options.form == Form::Plain {
        return String::new();
    }
    let mut lines = format!(
        "TLSEngine on\nTLSRequired on\nTLSRSACertificateFile {}\nTLSRSACertificateKeyFile {}\n\
         TLSCACertificateFile {}\nTLSVerifyClient {}\nTLSRenegotiate none\nTLSLog {}\n",
        site.path("server.crt"),
        site.path("server.key"),
        site.path("ca.crt"),
        if options.client_certificate { "on" } else { "off" },
        site.path("output"),
    );
    if options.form == Form::Implicit {
        lines += "TLSOptions UseImplicitSSL\n";
    }
    if let Some(version) = options.version {
        lines += &format!("TLSProtocol {}\n", version.name());
    }
    if options.version == Some(Version::Tls10) {
        lines += "TLSCipherSuite ALL:@SECLEVEL=0\n";
    }
    lines
}
