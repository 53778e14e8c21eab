//! The command line, as clap reads it. The texts here are the reference that `qftp --help` prints.

#[cfg(feature = "demo")]
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use qftp_emulator::{Family, Fault, TlsLibrary};

pub(crate) use crate::options::{EVERY, Options};
use crate::survey::SurveyArgs;
use crate::tree::TreeArgs;

/// Files over FTP through a Quectel cellular module, by its AT commands.
#[derive(Debug, Parser)]
#[command(name = "qftp", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) options: Options,
}

const AFTER: &str = "\
URLs are ftp://user:password@host:port/path, ftpes:// for explicit TLS, ftps:// for implicit TLS (port 990); a path begins at the login's folder, /%2Fpath at the root.
Without a password in the URL, QFTP_PASSWORD is taken, or a terminal is asked.
Exit codes: 0 done, 1 failed, 2 usage, 3 port, 4 module, 5 server, 6 local file, 128+n signal n.
Try `qftp demo` first: it needs no hardware.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Module, server and host in one process: a file goes up, comes down, is compared
    ///
    /// With --baud the emulated line has the speed of a real one.
    #[cfg(feature = "demo")]
    Demo(DemoArgs),
    /// An emulated module on a pseudo-terminal or a TCP port, until Ctrl-C
    ///
    /// With --baud its line has the speed of a real one. --list-faults tells which faults there are; their WHEN is a number of bytes of files
    /// (1000), of command lines (3cmd), or a time (500ms, 2s).
    Emulate(EmulateArgs),
    /// An FTP server over a folder, for a bench, until Ctrl-C
    ///
    /// It lets everybody in, by any user name and password, and lets them write: for tests, not for a network that is not yours.
    #[cfg(feature = "demo")]
    Serve {
        /// The folder
        folder: PathBuf,
        /// Where it listens; port 0 is a free one
        #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:2121")]
        listen: SocketAddr,
    },
    /// Watch an emulated module, or a recording: the dialogue beside state, rate and faults
    ///
    /// Keys switch faults of the module on and off while a host works with it; a recording is played, and gone through step by step.
    Monitor {
        /// A recording of --record; without one an emulated module is started
        #[arg(conflicts_with_all = ["pty", "tcp"])]
        file: Option<PathBuf>,
        #[command(flatten)]
        emulate: EmulateArgs,
    },
    /// Send a file to a server
    Put {
        /// The local file; - is standard input
        local: PathBuf,
        /// Where it goes; a URL that ends in / keeps the file's name
        url: String,
        /// Send it under a temporary name and rename it when it is whole; nothing is ever deleted for that
        #[arg(long)]
        atomic: bool,
        #[command(flatten)]
        transfer: TransferArgs,
        /// Write what the transfer did over time to FILE.svg or FILE.html: throughput, retries, recovery
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Fetch a file from a server
    Get {
        /// The remote file
        url: String,
        /// The local file, - for standard output [default: the remote name]
        local: Option<PathBuf>,
        #[command(flatten)]
        transfer: TransferArgs,
        /// Write what the transfer did over time to FILE.svg or FILE.html: throughput, retries, recovery
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// List a remote folder
    Ls {
        /// The remote folder
        url: String,
        /// The names alone (NLST)
        #[arg(long, short = '1', conflicts_with_all = ["facts", "raw"])]
        names: bool,
        /// The machine-readable listing (MLSD); not every server has it
        #[arg(long, conflicts_with = "raw")]
        facts: bool,
        /// The listing as the server wrote it, byte for byte; a terminal gets it escaped
        #[arg(long)]
        raw: bool,
    },
    /// Print a remote folder with all that is below it, as a tree
    Tree {
        /// The remote folder
        url: String,
        #[command(flatten)]
        tree: TreeArgs,
    },
    /// Print a remote file
    Cat {
        /// The remote file
        url: String,
    },
    /// Make a folder on a server like one here, or the other way round
    ///
    /// Files whose size differs, or that are newer than their counterpart, are transferred; the others stay. Times are those of MLSD, or else
    /// of LIST and, where that leaves it open, of MDTM. A file that fails does not stop the others.
    Sync {
        /// The source: a folder, or a URL
        from: String,
        /// What is made like it: a URL, or a folder
        to: String,
        #[command(flatten)]
        sync: SyncArgs,
        /// Write what the transfer did over time to FILE.svg or FILE.html: throughput, retries, recovery
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Work on a server by commands: a prompt with history and completion, or a script
    ///
    /// `help` lists the commands. From a pipe there is no prompt, and the first command that fails ends it with its exit code.
    Shell {
        /// A folder of the server
        url: String,
        /// From a pipe: go on after a command that failed
        #[arg(long)]
        keep_going: bool,
    },
    /// Make a remote folder
    Mkdir {
        /// The remote folder
        url: String,
    },
    /// Remove an empty remote folder
    Rmdir {
        /// The remote folder
        url: String,
    },
    /// Delete a remote file
    Rm {
        /// The remote file
        url: String,
    },
    /// Rename a remote file or folder
    Mv {
        /// The remote file or folder
        url: String,
        /// Its new name, seen from the folder it is in
        to: String,
    },
    /// Print the size of a remote file, in bytes
    Size {
        /// The remote file
        url: String,
    },
    /// Print when a remote file was last written, in UTC
    Mtime {
        /// The remote file
        url: String,
    },
    /// The module itself, and the files it holds
    #[command(subcommand)]
    Module(ModuleCommand),
    /// Find out why nothing works: the port, the module, the network, and the way to a server, one check after the other
    ///
    /// Without --port it tries the ports that a module may be on. What is wrong has its likely cause and what mends it. With a URL it also logs
    /// in, lists the folder, and moves a small file up and down.
    Doctor(DoctorArgs),
    Survey(SurveyArgs),
    /// Say what happened in a log of AT commands, what failed first, why, and what to do
    ///
    /// The log is whatever there is: a terminal's capture with or without echo and time stamps, lines with arrows, a post of a forum, a
    /// hex dump, or what --record wrote. Passwords in it are not shown.
    Explain {
        /// The log; - is standard input
        log: PathBuf,
        /// Write it as a page for a browser, too: host, module and server on a time axis
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
    /// Play a recording again: against the session of this program, or in the module's place
    ///
    /// A recording is what --record wrote. The session hears what the recorded module said, in virtual time, and the first thing that it does
    /// otherwise is told. With --as-module a host on the port hears it, after the times that it took.
    Replay(ReplayArgs),
    /// Print the options that every command takes
    Options,
    /// Write the man pages into a folder
    #[command(hide = true)]
    Man {
        /// The folder
        folder: PathBuf,
    },
    /// Print the completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Args, Debug)]
pub(crate) struct ReplayArgs {
    /// What --record wrote
    pub(crate) recording: PathBuf,
    /// Answer a host as the recorded module did, until Ctrl-C
    #[arg(long)]
    pub(crate) as_module: bool,
    /// With --as-module: a pseudo-terminal, with a link to it at this path
    #[arg(long, value_name = "LINK", requires = "as_module", conflicts_with = "tcp")]
    pub(crate) pty: Option<PathBuf>,
    /// With --as-module: a TCP port, such as 127.0.0.1:4000, for one host
    #[arg(long, value_name = "ADDRESS", requires = "as_module")]
    pub(crate) tcp: Option<String>,
}

#[derive(Args, Debug)]
pub(crate) struct DoctorArgs {
    /// A folder on a server
    pub(crate) url: Option<String>,
    /// Move no file on the server, and make no folder
    #[arg(long)]
    pub(crate) no_file: bool,
    /// Do what is safe about what is wrong, and say so: attach, turn results to this port, close a session that was left open
    #[arg(long)]
    pub(crate) fix: bool,
    /// The folder that /sys, /proc and /dev are in, for tests
    #[arg(long, hide = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ModuleCommand {
    /// What the module is, and how it stands with SIM, network, PDP contexts and storage
    Info,
    /// List the module's files
    Files {
        /// Which: * (UFS), RAM:*, SD:*, or a name
        #[arg(default_value = "*")]
        pattern: String,
    },
    /// Send a file into the module
    Push {
        /// The local file; - is standard input
        local: PathBuf,
        /// Its name in the module, such as UFS:ca.pem [default: the local name]
        name: Option<String>,
    },
    /// Fetch a file out of the module
    Pull {
        /// The module's file
        name: String,
        /// The local file, - for standard output [default: the module's name]
        local: Option<PathBuf>,
    },
    /// Delete a file of the module
    Rm {
        /// The module's file
        name: String,
    },
}

#[cfg(feature = "demo")]
#[derive(Args, Debug)]
pub(crate) struct DemoArgs {
    /// Size of the file, in bytes; k and M may follow
    #[arg(long, value_name = "BYTES", default_value = "1M", value_parser = size)]
    pub(crate) size: u64,
    /// A file of yours instead of the built-in payload
    #[arg(long, value_name = "FILE", conflicts_with = "size")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct EmulateArgs {
    /// A pseudo-terminal, with a link to it at this path
    #[arg(long, value_name = "LINK", conflicts_with = "tcp")]
    pub(crate) pty: Option<PathBuf>,
    /// A TCP port, such as 127.0.0.1:4000
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) tcp: Option<String>,
    /// The folder of the module's files, with UFS, RAM and SD in it [default: a new one, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub(crate) storage: Option<PathBuf>,
    /// Size of UFS, in bytes; k and M may follow
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub(crate) ufs_size: Option<u64>,
    /// Size of RAM, in bytes; k and M may follow
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub(crate) ram_size: Option<u64>,
    /// Size of the SD card, in bytes; k and M may follow
    #[arg(long, value_name = "BYTES", value_parser = size)]
    pub(crate) sd_size: Option<u64>,
    /// What kind of module: a family that --list-profiles tells, or a file of one
    #[arg(long, value_name = "NAME|FILE", default_value = "ec200s", value_parser = Family::load)]
    pub(crate) profile: Family,
    /// What speaks TLS for the module: rustls (1.2 and 1.3), or openssl (1.0 to 1.3) in a build that has it [default: openssl, where it is there]
    #[arg(long, value_name = "LIBRARY", value_parser = TlsLibrary::parse)]
    pub(crate) tls_library: Option<TlsLibrary>,
    /// Something that is different or goes wrong, such as reboot=1000; may be given several times
    #[arg(long, value_name = "NAME[=VALUE]", value_parser = Fault::parse)]
    pub(crate) fault: Vec<Fault>,
    /// Where every random choice comes from
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print the faults, one a line
    #[arg(long)]
    pub(crate) list_faults: bool,
    /// Print the families, one a line, and how many of their values are known in which way
    #[arg(long)]
    pub(crate) list_profiles: bool,
}

/// How hard `put` and `get` try.
#[derive(Args, Debug, Default)]
pub(crate) struct TransferArgs {
    /// Go on with what is there: of a download what an earlier one kept, or the local file; of an upload what the server has
    #[arg(long, short = 'c')]
    pub(crate) resume: bool,
    /// Read the file again at the end and compare it byte by byte
    #[arg(long)]
    pub(crate) verify: bool,
    /// How often to try again without progress in between, bringing the module back by whatever it takes
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) retries: u8,
    /// Never restart the module to bring it back: others use it too
    #[arg(long)]
    pub(crate) no_restart: bool,
}

/// What `sync` does beyond sending what changed.
#[derive(Args, Debug, Default)]
pub(crate) struct SyncArgs {
    /// Show what would be done, and do nothing
    #[arg(long, short = 'n')]
    pub(crate) dry_run: bool,
    /// Delete what the source does not have; what is excluded stays, and what a second question does not prove
    #[arg(long)]
    pub(crate) delete: bool,
    /// Delete nothing where more than this would go, and fail
    #[arg(long, value_name = "N", requires = "delete")]
    pub(crate) max_delete: Option<usize>,
    /// Only files that match; a pattern with a / is one of whole paths below the folder
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,
    /// Not the files and folders that match
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// Compare files of one size by their bytes and not by time: each is read from the server through the module
    #[arg(long)]
    pub(crate) checksum: bool,
    #[command(flatten)]
    pub(crate) transfer: TransferArgs,
}

/// A size such as 4096, 64k or 20M.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.strip_suffix(['k', 'K', 'M', 'G']) {
        Some(digits) if text.ends_with('M') => (digits, 1 << 20),
        Some(digits) if text.ends_with('G') => (digits, 1 << 30),
        Some(digits) => (digits, 1 << 10),
        None => (text, 1),
    };
    let number: u64 = digits.parse().map_err(|_| format!("`{text}` is no size; 4096, 64k and 20M are"))?;
    number.checked_mul(unit).ok_or_else(|| format!("`{text}` is too much"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sizes() {
        assert_eq!(size("4096"), Ok(4096));
        assert_eq!(size("64k"), Ok(65536));
        assert_eq!(size("20M"), Ok(20 << 20));
        for wrong in ["", "k", "-1", "1.5M", "99999999999999999999", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
