//! The arguments of `qftp survey`.

use std::path::PathBuf;

use clap::Args;

/// Find out what a module is like, and write it down: a family file, and a recording
///
/// The family file is for `qftp emulate --profile`. A survey reads, and asks for test forms. With a URL it also logs in and moves small
/// files in a folder of its own, which it removes. Without --thorough nothing is stored and nothing restarts. IMEI, phone numbers,
/// addresses and logins are masked in all that it writes.
#[derive(Args, Debug)]
pub(crate) struct SurveyArgs {
    /// A folder on a server
    pub(crate) url: Option<String>,
    /// Also put small files into the module and remove them, activate a context, break a download off, and restart the module
    #[arg(long)]
    pub(crate) thorough: bool,
    /// The folder for MODEL-REVISION.toml and MODEL-REVISION.rec; nothing is written over [default: this one]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Write the report as a page for a browser, too: what to attach to a bug report
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,
}
