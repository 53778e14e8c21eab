//! Real FTP servers on loopback, each in a folder of its own, ended when dropped.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// The login that every server knows.
pub const USER: &str = "testuser";
/// Its password: one that is easily found wherever it should not be.
pub const PASSWORD: &str = "s3cr3t-Pa55";

/// The user on the system that a login becomes.
const GUEST: u32 = 65001;
/// How long a server may take to answer.
const START: Duration = Duration::from_secs(10);

/// vsftpd, with no file in /etc and no user on the system.
#[derive(Debug)]
pub struct Vsftpd {
    child: Child,
    folder: TempDir,
    port: u16,
    /// One server at a time in a process: the PAM wrappers of two trip over each other's folders in /tmp, and say so on the
    /// control connection.
    _turn: MutexGuard<'static, ()>,
}

impl Vsftpd {
    /// Starts it, after any other has ended.
    ///
    /// # Panics
    /// Where it is not there: `cargo xtask test` brings it.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with("")
    }

    /// Starts it with more lines for its configuration.
    ///
    /// # Panics
    /// As [`Vsftpd::start`].
    #[must_use]
    pub fn start_with(settings: &str) -> Self {
        let package = std::env::var_os("QFTP_TEST_VSFTPD").map(PathBuf::from);
        let package = package.expect("`cargo xtask test` brings vsftpd and names it in QFTP_TEST_VSFTPD");
        let program = package.join("usr/sbin/vsftpd");
        assert!(
            program.exists(),
            "QFTP_TEST_VSFTPD names a folder without usr/sbin/vsftpd: {}",
            package.display()
        );
        Self::launch(&program, settings).expect("vsftpd starts")
    }

    fn launch(program: &Path, settings: &str) -> io::Result<Self> {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = TempDir::with_prefix("qftp-vsftpd-")?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let port = free_port()?;
        write_files(folder.path(), port, settings)?;
        let path = |name: &str| folder.path().join(name);
        let child = Command::new(program)
            .arg(path("vsftpd.conf"))
            .env("LD_PRELOAD", "libpam_wrapper.so libnss_wrapper.so")
            .env("PAM_WRAPPER", "1")
            .env("PAM_WRAPPER_SERVICE_DIR", path("pam"))
            .env("NSS_WRAPPER_PASSWD", path("passwd"))
            .env("NSS_WRAPPER_GROUP", path("group"))
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()?;
        let server = Self { child, folder, port, _turn: turn };
        wait_for_greeting(port)?;
        Ok(server)
    }

    /// The port it listens on, at 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder that a login sees as its root, from outside.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A URL with the login in it; the path is as given.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("ftp://{USER}:{PASSWORD}@127.0.0.1:{}/{path}", self.port)
    }

    /// What the server noted, FTP commands and replies among it.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("vsftpd.log")).unwrap_or_default()
    }
}

impl Drop for Vsftpd {
    fn drop(&mut self) {
        // Each session is a process of its own: the group goes as one.
        let _ = Command::new("kill").args(["-KILL", "--", &format!("-{}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

/// A port that nobody uses now.
pub fn free_port() -> io::Result<u16> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().map(|address| address.port())
}

fn wait_for_greeting(port: u16) -> io::Result<()> {
    let began = Instant::now();
    loop {
        let mut line = String::new();
        let answer = TcpStream::connect(("127.0.0.1", port)).and_then(|stream| {
            stream.set_read_timeout(Some(START))?;
            BufReader::new(stream).read_line(&mut line)
        });
        match answer {
            Ok(_) if line.starts_with("220") => return Ok(()),
            Ok(_) => return Err(io::Error::other(format!("no greeting but {line:?}"))),
            Err(error) if began.elapsed() > START => return Err(error),
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn write_files(folder: &Path, port: u16, settings: &str) -> io::Result<()> {
    let path = |name: &str| folder.join(name).display().to_string();
    for name in ["pam", "empty", "data"] {
        fs::create_dir(folder.join(name))?;
    }
    chown(folder.join("data"), Some(GUEST), Some(GUEST))?;
    let matrix = pam_matrix()?;
    let passdb = path("logins");
    fs::write(
        folder.join("pam/qftp"),
        format!("auth required {matrix} passdb={passdb}\naccount required {matrix} passdb={passdb}\n"),
    )?;
    // Without it libpam writes a complaint to stderr, which is the control connection.
    fs::write(folder.join("pam/other"), "auth required pam_deny.so\naccount required pam_deny.so\n")?;
    fs::write(&passdb, format!("{USER}:{PASSWORD}:qftp\n"))?;
    fs::write(
        folder.join("passwd"),
        format!(
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::{0}:/usr/sbin/nologin\nguest:x:{GUEST}:{GUEST}::{0}:/usr/sbin/nologin\n",
            path("data")
        ),
    )?;
    fs::write(folder.join("group"), format!("root:x:0:\nnogroup:x:65534:\nguest:x:{GUEST}:\n"))?;
    let (data, empty, log) = (path("data"), path("empty"), path("vsftpd.log"));
    fs::write(
        folder.join("vsftpd.conf"),
        format!(
            "listen=YES\nlisten_ipv6=NO\nlisten_address=127.0.0.1\nlisten_port={port}\nbackground=NO\n\
             anonymous_enable=NO\nlocal_enable=YES\nwrite_enable=YES\nlocal_umask=022\n\
             guest_enable=YES\nguest_username=guest\nvirtual_use_local_privs=YES\nnopriv_user=nobody\npam_service_name=qftp\n\
             secure_chroot_dir={empty}\nlocal_root={data}\nchroot_local_user=YES\nallow_writeable_chroot=YES\n\
             connect_from_port_20=NO\npasv_enable=YES\nport_enable=YES\npasv_address=127.0.0.1\n\
             ascii_upload_enable=YES\nascii_download_enable=YES\nuse_localtime=NO\n\
             log_ftp_protocol=YES\nvsftpd_log_file={log}\nxferlog_std_format=NO\n\
             seccomp_sandbox=NO\nisolate=NO\nisolate_network=NO\n{settings}\n"
        ),
    )
}

/// pam_matrix of libpam-wrapper, in the folder of this machine's architecture.
fn pam_matrix() -> io::Result<String> {
    let found = fs::read_dir("/usr/lib")?
        .flatten()
        .map(|entry| entry.path().join("pam_wrapper/pam_matrix.so"))
        .find(|path| path.exists());
    found
        .map(|path| path.display().to_string())
        .ok_or_else(|| io::Error::other("libpam-wrapper is not installed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curl_puts_and_gets() {
        let server = Vsftpd::start();
        let source = server.folder.path().join("source");
        fs::write(&source, "hello").expect("written");
        let curl = |arguments: &[&str]| {
            Command::new("curl").args(["-sS", "--max-time", "10"]).args(arguments).output()
        };
        let put = curl(&["-T", &source.to_string_lossy(), &server.url("there.txt")]).expect("curl runs");
        assert!(put.status.success(), "{}\n{}", String::from_utf8_lossy(&put.stderr), server.log());
        assert_eq!(fs::read(server.root().join("there.txt")).expect("it is there"), b"hello");
        let got = curl(&[&server.url("there.txt")]).expect("curl runs");
        assert_eq!(got.stdout, b"hello");
    }
}
