//! Real FTP servers on loopback, each in a folder of its own, ended when dropped.

pub mod hostile;
mod options;
mod proftpd;
mod pureftpd;
mod pyftpdlib;
mod vsftpd;

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::certificates::certificates;
pub use options::{Form, Kind, Options, Version};

/// The login that every server knows.
pub const USER: &str = "testuser";
/// Its password: one that is easily found wherever it should not be.
pub const PASSWORD: &str = "s3cr3t-Pa55";

/// The user on the system that a login becomes.
pub(crate) const GUEST: u32 = 65001;
/// How long a server may take to answer.
const START: Duration = Duration::from_secs(20);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    command: Command,
    folder: TempDir,
    port: FreePort,
    form: Form,
}

impl Server {
    /// Starts one without TLS.
    ///
    /// # Panics
    /// As [`Options::start`].
    #[must_use]
    pub fn start(kind: Kind) -> Self {
        Options::plain(kind).start()
    }

    fn launch(options: &Options<'_>) -> io::Result<Self> {
        let folder = TempDir::with_prefix(format!("qftp-{}-", options.kind))?;
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        let port = FreePort::take()?;
        let site = Site::new(folder.path(), port.number(), options)?;
        let mut command = match options.kind {
            Kind::Vsftpd => vsftpd::command(&site),
            Kind::Proftpd => proftpd::command(&site),
            Kind::Pureftpd => pureftpd::command(&site),
            Kind::Pyftpdlib => pyftpdlib::command(&site),
        }?;
        let output = File::create(folder.path().join("output"))?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output).process_group(0);
        let mut server = Self { child: command.spawn()?, command, folder, port, form: options.form };
        server.wait().map_err(|error| io::Error::other(format!("{error}\n{}", server.log())))?;
        Ok(server)
    }

    /// Waits until it takes connections, and greets if it does so without TLS.
    fn wait(&mut self) -> io::Result<()> {
        let began = Instant::now();
        loop {
            match greeting(self.port.number(), self.form) {
                // 421 is what some are started for.
                Ok(line) if line.starts_with("220") || line.starts_with("421") => return Ok(()),
                Ok(line) => return Err(io::Error::other(format!("no greeting but {line:?}"))),
                Err(error) if began.elapsed() > START || self.child.try_wait()?.is_some() => {
                    return Err(error);
                }
                Err(_) => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }

    /// Ends it at once with all its sessions, as a crash of its machine would; its files stay.
    pub fn kill(&mut self) {
        // Each session is a process of its own, of vsftpd in a group of its own. The parent goes first, so that it starts no more.
        let children = descendants(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
        for process in children {
            // It may have ended with its parent.
            let _ = Command::new("kill").args(["-KILL", &process.to_string()]).stderr(Stdio::null()).status();
        }
    }

    /// Starts it again on the same port.
    ///
    /// # Panics
    /// When it does not start.
    pub fn restart(&mut self) {
        self.kill();
        // ProFTPD does not start over the trace of another.
        let _ = fs::remove_file(self.folder.path().join("pid"));
        self.child = self.command.spawn().expect("spawned");
        self.wait().expect("it starts again");
    }

    /// The port it listens on, at 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// The folder that a login sees as its root, from outside.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A URL with the login in it; the path is as given.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let scheme = match self.form {
            Form::Plain => "ftp",
            Form::Explicit => "ftpes",
            Form::Implicit => "ftps",
        };
        format!("{scheme}://{USER}:{PASSWORD}@127.0.0.1:{}/{path}", self.port())
    }

    /// What the server noted; of vsftpd and pyftpdlib FTP commands and replies are among it.
    #[must_use]
    pub fn log(&self) -> String {
        let read = |name: &str| fs::read(self.folder.path().join(name)).unwrap_or_default();
        ["log", "output"].map(|name| String::from_utf8_lossy(&read(name)).into_owned()).concat()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What the programs' modules build on: a folder with `data` in it, and the server's certificate.
struct Site<'a> {
    folder: &'a Path,
    port: u16,
    options: &'a Options<'a>,
}

impl<'a> Site<'a> {
    fn new(folder: &'a Path, port: u16, options: &'a Options<'a>) -> io::Result<Self> {
        let data = folder.join("data");
        fs::create_dir(&data)?;
        chown(data, Some(GUEST), Some(GUEST))?;
        if options.form != Form::Plain {
            let made = certificates();
            let (_, key) = options.identity.unwrap_or(&made.server).write(folder, "server");
            // ProFTPD and Pure-FTPd want it so.
            fs::set_permissions(key, fs::Permissions::from_mode(0o600))?;
            fs::write(folder.join("ca.crt"), &made.ca)?;
        }
        Ok(Self { folder, port, options })
    }

    /// The path of something in the folder.
    fn path(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    /// Writes a file that only root reads, which ProFTPD insists on, and returns its path.
    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> io::Result<String> {
        let path = self.folder.join(name);
        fs::write(&path, text)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(self.path(name))
    }

    /// A configuration of OpenSSL that has this one version only.
    fn openssl_config(&self, version: Version) -> io::Result<String> {
        let (name, ciphers) =
            (version.name(), if version == Version::Tls10 { "ALL:@SECLEVEL=0" } else { "HIGH" });
        let text = format!(
            "openssl_conf = conf\n[conf]\nssl_conf = ssl\n[ssl]\nsystem_default = only\n[only]\n\
             MinProtocol = {name}\nMaxProtocol = {name}\nCipherString = {ciphers}\n"
        );
        self.write("openssl.cnf", text)
    }
}

/// A program of an unpacked package: the variable that names the package, and the file in it.
///
/// # Panics
/// Where it is not there.
#[must_use]
pub fn program(variable: &str, file: &str) -> PathBuf {
    let package = std::env::var_os(variable).map(PathBuf::from);
    let package =
        package.unwrap_or_else(|| panic!("`cargo xtask test` brings the server and names it in {variable}"));
    let program = package.join(file);
    assert!(program.exists(), "{variable} names a folder without {file}: {}", package.display());
    program
}

/// The password as crypt(3) has it. The servers' own tools choose hashes that take a second to compare.
fn crypt(password: &str) -> io::Result<String> {
    let output = Command::new("openssl").args(["passwd", "-6", "-salt", "salt", password]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The children of a process, theirs, and so on.
fn descendants(process: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let process = entry.file_name().to_str()?.parse().ok()?;
            let status = fs::read_to_string(entry.path().join("stat")).ok()?;
            // "pid (name) state ppid …"; a name may hold anything.
            let parent = status.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((process, parent))
        })
        .collect();
    let mut found = vec![process];
    let mut next = 0;
    while let Some(&parent) = found.get(next) {
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        next += 1;
    }
    found.split_off(1)
}

/// A port that nobody uses, and that no other test takes as long as this lives, in whichever process: its number of UDP is held as the sign.
/// A system gives such numbers to nobody by itself.
#[derive(Debug)]
pub struct FreePort {
    number: u16,
    _sign: UdpSocket,
}

impl FreePort {
    /// One of them.
    ///
    /// # Errors
    /// None is free.
    pub fn take() -> io::Result<Self> {
        const NUMBERS: std::ops::Range<u16> = 12_000..32_000;
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Processes begin at different ones.
        let begin = std::process::id().wrapping_mul(379);
        for _ in NUMBERS {
            let next = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed));
            let number =
                NUMBERS.start + u16::try_from(next % u32::from(NUMBERS.end - NUMBERS.start)).unwrap_or(0);
            let Ok(sign) = UdpSocket::bind(("127.0.0.1", number)) else { continue };
            if TcpListener::bind(("0.0.0.0", number)).is_ok() {
                return Ok(Self { number, _sign: sign });
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// The first line of the server; with implicit TLS being connected has to do.
fn greeting(port: u16, form: Form) -> io::Result<String> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(START))?;
    let mut line = String::from("220");
    if form != Form::Implicit {
        line.clear();
        BufReader::new(stream).read_line(&mut line)?;
    }
    Ok(line)
}
