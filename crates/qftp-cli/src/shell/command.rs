//! The commands of the shell, as clap reads them.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::args::{SyncArgs, TransferArgs};
use crate::tree::TreeArgs;

/// A line of the shell.
#[derive(Debug, Parser)]
#[command(
    multicall = true,
    disable_help_flag = true,
    subcommand_required = true,
    help_template = "{subcommands}\n  !COMMAND  Run a command of this machine\n\nNames with spaces are quoted; `help COMMAND` tells more.",
    subcommand_value_name = "COMMAND",
    max_term_width = 100
)]
pub(super) struct Line {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
#[command(arg_required_else_help = false)]
pub(super) enum Command {
    /// Fetch a file
    Get {
        /// The remote file
        remote: String,
        /// The local file [default: the remote name]
        local: Option<PathBuf>,
        #[command(flatten)]
        transfer: TransferArgs,
    },
    /// Send a file
    Put {
        /// The local file
        local: PathBuf,
        /// The remote file, or a folder with a / at its end [default: the local name]
        remote: Option<String>,
        #[command(flatten)]
        transfer: TransferArgs,
    },
    /// Fetch all files that match, into the local folder
    Mget {
        /// Patterns such as *.bin, or names
        #[arg(required = true)]
        patterns: Vec<String>,
        #[command(flatten)]
        transfer: TransferArgs,
    },
    /// Send all files that match, into the remote folder
    Mput {
        /// Patterns such as *.bin, or names
        #[arg(required = true)]
        patterns: Vec<String>,
        #[command(flatten)]
        transfer: TransferArgs,
    },
    /// Make a local folder like a remote one; with -R a remote one like a local one
    Mirror {
        /// The source
        from: String,
        /// The target [default: the source's name, below the present folder]
        to: Option<String>,
        /// Send instead of fetching
        #[arg(long, short = 'R')]
        reverse: bool,
        #[command(flatten)]
        sync: SyncArgs,
    },
    /// Change the remote folder
    Cd {
        /// Which [default: the one of the login]
        folder: Option<String>,
    },
    /// Change the local folder
    Lcd {
        /// Which [default: your home]
        folder: Option<PathBuf>,
    },
    /// Print the remote folder
    Pwd,
    /// Print the local folder
    Lpwd,
    /// List a remote folder
    Ls {
        /// Which [default: the present one]
        folder: Option<String>,
    },
    /// List a local folder (ls -l)
    Lls {
        /// What is given to ls
        #[arg(allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Print a remote file
    Cat {
        /// The remote file
        remote: String,
    },
    /// Delete remote files
    Rm {
        /// The remote files, or patterns
        #[arg(required = true)]
        remotes: Vec<String>,
    },
    /// Rename a remote file or folder
    Mv {
        /// The remote file or folder
        from: String,
        /// Its new name; a name that ends in / is the folder it goes to
        to: String,
    },
    /// Make remote folders
    Mkdir {
        /// Which
        #[arg(required = true)]
        folders: Vec<String>,
    },
    /// Remove empty remote folders
    Rmdir {
        /// Which
        #[arg(required = true)]
        folders: Vec<String>,
    },
    /// Print the size of a remote file
    Size {
        /// The remote file
        remote: String,
    },
    /// Print when a remote file was last written, in UTC
    Mtime {
        /// The remote file
        remote: String,
    },
    /// Print a remote folder with all that is below it
    Tree {
        /// Which [default: the present one]
        folder: Option<String>,
        #[command(flatten)]
        tree: TreeArgs,
    },
    /// End the session
    #[command(visible_aliases = ["exit", "bye"])]
    Quit,
}

/// What an argument of a command is, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Remote,
    RemoteFolder,
    Local,
    Nothing,
}

/// What the argument at this place of a command is.
pub(super) fn takes(command: &str, place: usize, reverse: bool) -> Takes {
    match (command, place) {
        ("get", 0) | ("mget" | "cat" | "rm" | "mv" | "size" | "mtime", _) => Takes::Remote,
        ("cd" | "ls" | "tree" | "rmdir" | "mkdir", _) | ("put", 1) => Takes::RemoteFolder,
        ("get", 1) | ("put", 0) | ("mput" | "lcd" | "lls", _) => Takes::Local,
        ("mirror", place) if (place == 0) != reverse => Takes::RemoteFolder,
        ("mirror", _) => Takes::Local,
        _ => Takes::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_command_is_defined_and_completed() {
        Line::command().debug_assert();
        for command in Line::command().get_subcommands() {
            let has_places = command.get_positionals().next().is_some();
            let completes = takes(command.get_name(), 0, false) != Takes::Nothing;
            assert_eq!(has_places, completes, "{}", command.get_name());
        }
    }
}
