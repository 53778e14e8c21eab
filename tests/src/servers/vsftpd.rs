//! vsftpd, whose logins come from a PAM of ours and whose users from a wrapper around NSS.

use std::fs;
use std::io;
use std::process::Command;

use super::{Form, GUEST, PASSWORD, Site, USER, Version, program};

/// Debian's vsftpd knows logins by PAM alone; this is a PAM of ours.
const PAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/servers/vsftpd_pam.c");

pub(super) fn command(site: &Site<'_>) -> io::Result<Command> {
    logins(site)?;
    let configuration = site.write("vsftpd.conf", configuration(site))?;
    let mut command = Command::new(program("QFTP_TEST_VSFTPD", "usr/sbin/vsftpd"));
    command
        .arg(configuration)
        .env("LD_PRELOAD", format!("{} libnss_wrapper.so", pam(site)?))
        .env("NSS_WRAPPER_PASSWD", site.path("passwd"))
        .env("NSS_WRAPPER_GROUP", site.path("group"));
    if let Some(version) = site.options.version {
        // It has no setting of its own that leaves out newer versions.
        command.env("OPENSSL_CONF", site.openssl_config(version)?);
    }
    Ok(command)
}

fn logins(site: &Site<'_>) -> io::Result<()> {
    fs::create_dir(site.folder.join("empty"))?;
    site.write(
        "passwd",
        format!(
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::{0}:/usr/sbin/nologin\nguest:x:{GUEST}:{GUEST}::{0}:/usr/sbin/nologin\n",
            site.path("data")
        ),
    )?;
    site.write("group", format!("root:x:0:\nnogroup:x:65534:\nguest:x:{GUEST}:\n"))?;
    Ok(())
}

fn configuration(site: &Site<'_>) -> String {
    let (data, empty, log) = (site.path("data"), site.path("empty"), site.path("log"));
    format!(
        "listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={}\nbackground=NO\n\
         anonymous_enable=NO\nlocal_enable=YES\nwrite_enable=YES\nlocal_umask=022\n\
         guest_enable=YES\nguest_username=guest\nvirtual_use_local_privs=YES\nnopriv_user=nobody\npam_service_name=qftp\n\
         secure_chroot_dir={empty}\nlocal_root={data}\nchroot_local_user=YES\nallow_writeable_chroot=YES\n\
         connect_from_port_20=NO\npasv_enable=YES\nport_enable=YES\npasv_address=127.0.0.1\n\
         ascii_upload_enable=YES\nascii_download_enable=YES\nuse_localtime=NO\n\
         log_ftp_protocol=YES\nvsftpd_log_file={log}\nxferlog_std_format=NO\n\
         seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n{}{}\n",
        site.port,
        tls(site),
        site.options.settings,
    )
}

fn tls(site: &Site<'_>) -> String {
    if site.options.form == Form::Plain {
        return String::new();
    }
    let yes = |set: bool| if set { "YES" } else { "NO" };
    format!(
        "ssl_enable=YES\nallow_anon_ssl=NO\nforce_local_logins_ssl=YES\nforce_local_data_ssl=YES\n\
         rsa_cert_file={}\nrsa_private_key_file={}\nssl_ciphers={}\nimplicit_ssl={}\n\
         ca_certs_file={}\nrequire_cert={}\n",
        site.path("server.crt"),
        site.path("server.key"),
        if site.options.version == Some(Version::Tls10) { "ALL:@SECLEVEL=0" } else { "HIGH" },
        yes(site.options.form == Form::Implicit),
        site.path("ca.crt"),
        yes(site.options.client_certificate),
    )
}

/// Our PAM, compiled.
fn pam(site: &Site<'_>) -> io::Result<String> {
    let library = site.path("libpam.so");
    let login = [format!("-DUSER=\"{USER}\""), format!("-DPASSWORD=\"{PASSWORD}\"")];
    let mut compiler = Command::new("cc");
    compiler.args(["-shared", "-fPIC", "-Wall", "-Werror", "-o", &library, PAM]).args(login);
    match compiler.status()?.success() {
        true => Ok(library),
        false => Err(io::Error::other("the C compiler fails")),
    }
}
