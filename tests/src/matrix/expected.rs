//! What servers answer where they are not all alike.

use qftp_core::wire::TransMode;

use super::{Combination, Operation};
use crate::servers::{Form, Kind, Version};

/// An answer that is not a plain success.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What comes back through the module.
    pub answer: &'static str,
    /// Why, in a sentence.
    pub why: &'static str,
}

/// Why nobody logs in this way, if so.
#[must_use]
pub fn login(combination: &Combination) -> Option<Row> {
    let Combination { kind, form, version, mode } = combination;
    let limited = *kind == Kind::Pureftpd;
    match form {
        Form::Plain => None,
        _ if *mode == TransMode::Active => {
            Some(Row { answer: "610,0", why: "the module refuses FTPS in active mode (§2.1)" })
        }
        Form::Implicit if limited => {
            Some(Row { answer: "631,0", why: "Debian's Pure-FTPd has no implicit TLS" })
        }
        _ if limited && *version == Some(Version::Tls10) => {
            Some(Row { answer: "631,0", why: "Pure-FTPd takes no version below TLS 1.2" })
        }
        _ => None,
    }
}

/// What a server does otherwise, however it is reached.
#[must_use]
pub fn deviation(kind: Kind, operation: Operation) -> Option<Row> {
    let row = |answer, why| Some(Row { answer, why });
    match (kind, operation) {
        (Kind::Vsftpd, Operation::Facts) => row("620,500", "vsftpd has no MLSD"),
        (Kind::Vsftpd | Kind::Proftpd, Operation::Names) => {
            row("names/a file, names/inner", "the folder stands before each name")
        }
        (Kind::Pureftpd, Operation::Names) => row(
            "names/., names/.., names/a file, names/inner",
            "the folder stands before each name; itself and its parent are among them",
        ),
        (Kind::Pureftpd, Operation::PutInside) => {
            row("the file ends after the new bytes", "Pure-FTPd cuts a file where an upload into it ends")
        }
        _ => None,
    }
}
