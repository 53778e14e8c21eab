//! Every code that a module or a server answers with, its text, its likely cause and what to do about it.
//!
//! A code that no table has is kept as its number: it reads as "unknown code" and is never an error of the parser.

mod cme;
mod ftp;
mod reply;
mod tcpip;

use core::fmt;

/// One row of a table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The number on the wire.
    pub code: u16,
    /// What the manual calls it.
    pub text: &'static str,
    /// The most likely cause, as a sentence without its full stop.
    pub cause: &'static str,
    /// What to do about it, likewise.
    pub remedy: &'static str,
}

const UNKNOWN: Row = Row {
    code: 0,
    text: "unknown code",
    cause: "the module's firmware is newer than the manual, or the line garbled the number",
    remedy: "look the number up in the manual of this firmware; repeat the command",
};

/// What is said in a build without texts.
const UNSAID: Row = row(0, "", "", "");

const fn row(code: u16, text: &'static str, cause: &'static str, remedy: &'static str) -> Row {
    Row { code, text, cause, remedy }
}

fn find(table: &'static [Row], code: u16) -> &'static Row {
    if !cfg!(feature = "texts") {
        return &UNSAID;
    }
    table.iter().find(|row| row.code == code).unwrap_or(&UNKNOWN)
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $table:path) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u16);

        impl $name {
            /// All known rows, in the order of their numbers.
            pub const TABLE: &'static [Row] = $table;

            /// Wraps a number from the wire, known or not.
            #[must_use]
            pub const fn new(code: u16) -> Self {
                Self(code)
            }

            /// The number on the wire.
            #[must_use]
            pub const fn get(self) -> u16 {
                self.0
            }

            /// Whether a table has this code.
            #[must_use]
            pub fn is_known(self) -> bool {
                Self::TABLE.iter().any(|row| row.code == self.0)
            }

            /// What the manual calls it.
            #[must_use]
            pub fn text(self) -> &'static str {
                find(Self::TABLE, self.0).text
            }

            /// The most likely cause, as a sentence without its full stop.
            #[must_use]
            pub fn cause(self) -> &'static str {
                find(Self::TABLE, self.0).cause
            }

            /// What to do about it, as a sentence without its full stop.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                find(Self::TABLE, self.0).remedy
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} ({})", self.0, self.text())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self)
            }
        }
    };
}

code!(
    /// `<err>` of an FTP command's URC (§5), also seen as `+CME ERROR: <err>`.
    FtpCode, ftp::TABLE
);
code!(
    /// `<protocol_error>`: the server's own reply (§6, RFC 959). 0 means that there was none.
    ReplyCode, reply::TABLE
);
code!(
    /// `+CME ERROR: <err>`: equipment, SIM, network and file errors.
    CmeCode, cme::TABLE
);
code!(
    /// `<err>` of `AT+QIGETERROR`: PDP contexts and TCP/IP.
    TcpIpCode, tcpip::TABLE
);

impl FtpCode {
    /// Operation successful.
    pub const SUCCESS: Self = Self(0);
    /// Unknown error.
    pub const UNKNOWN: Self = Self(601);
    /// FTP(S) server busy: another command is under way.
    pub const BUSY: Self = Self(603);
    /// DNS parse failed.
    pub const DNS: Self = Self(604);
    /// Network error.
    pub const NETWORK: Self = Self(605);
    /// Control connection closed.
    pub const CONTROL_CLOSED: Self = Self(606);
    /// Data connection closed.
    pub const DATA_CLOSED: Self = Self(607);
    /// Socket closed by peer.
    pub const PEER_CLOSED: Self = Self(608);
    /// Timeout error.
    pub const TIMEOUT: Self = Self(609);
    /// Invalid parameter.
    pub const INVALID_PARAMETER: Self = Self(610);
    /// Failed to open file (of the module).
    pub const FILE_OPEN: Self = Self(611);
    /// File position invalid.
    pub const POSITION: Self = Self(612);
    /// File error (of the module).
    pub const FILE: Self = Self(613);
    /// Open data connection failed.
    pub const DATA_OPEN: Self = Self(615);
    /// Connection closed; transfer aborted.
    pub const ABORTED: Self = Self(616);
    /// Not logged in.
    pub const NOT_LOGGED_IN: Self = Self(625);
    /// Requested action not taken.
    pub const NOT_TAKEN: Self = Self(627);
    /// SSL authentication failed.
    pub const SSL: Self = Self(631);

    /// The `<err>` that goes with a server's reply, by meaning (the ruling in the table of §6).
    ///
    /// ```
    /// use qftp_core::codes::{FtpCode, ReplyCode};
    /// assert_eq!(FtpCode::from_reply(ReplyCode::new(550)).get(), 627);
    /// assert_eq!(FtpCode::from_reply(ReplyCode::new(522)).get(), 601);
    /// ```
    #[must_use]
    pub fn from_reply(reply: ReplyCode) -> Self {
        let by_meaning = ftp::FROM_REPLY.iter().find(|(server, _)| *server == reply.0);
        by_meaning.map_or(Self::UNKNOWN, |(_, err)| Self(*err))
    }
}

impl ReplyCode {
    /// No reply of the server is behind the error.
    pub const NONE: Self = Self(0);

    /// Whether there is a reply at all.
    #[must_use]
    pub const fn is_some(self) -> bool {
        self.0 != 0
    }
}

impl CmeCode {
    /// The number that a text stands for, as `AT+CMEE=2` prints it; case does not matter.
    ///
    /// Some texts stand in two tables ("invalid parameter" is 425 of a file and 610 of an FTP command): `ftp` says whose answer it is.
    #[must_use]
    pub fn from_text(text: &[u8], ftp: bool) -> Option<Self> {
        if !cfg!(feature = "texts") {
            return None;
        }
        let (first, second) = if ftp { (FtpCode::TABLE, Self::TABLE) } else { (Self::TABLE, FtpCode::TABLE) };
        let row = first.iter().chain(second).find(|row| row.text.as_bytes().eq_ignore_ascii_case(text))?;
        Some(Self(row.code))
    }

    /// This code as an FTP `<err>`, when it is one: FTP commands answer `+CME ERROR: 603` as well.
    #[must_use]
    pub fn as_ftp(self) -> Option<FtpCode> {
        (601..=699).contains(&self.0).then_some(FtpCode(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_order_and_whole() {
        for table in [FtpCode::TABLE, ReplyCode::TABLE, CmeCode::TABLE, TcpIpCode::TABLE] {
            assert!(table.windows(2).all(|pair| pair[0].code < pair[1].code));
            assert!(table.iter().all(|row| !row.text.is_empty()));
        }
        let errors = FtpCode::TABLE.iter().map(|row| row.code).filter(|code| *code != 0);
        assert!(errors.eq(601..=631));
    }

    #[test]
    fn every_error_has_a_cause_and_a_remedy() {
        for table in [FtpCode::TABLE, ReplyCode::TABLE, CmeCode::TABLE, TcpIpCode::TABLE] {
            for row in table.iter().filter(|row| row.code != 0) {
                assert!(!row.cause.is_empty() && !row.remedy.is_empty(), "{row:?}");
                assert!(!row.cause.ends_with('.') && !row.remedy.ends_with('.'), "{row:?}");
            }
        }
    }

    #[test]
    fn unknown_codes_are_kept() {
        assert_eq!(FtpCode::new(699).get(), 699);
        assert_eq!(FtpCode::new(699).text(), "unknown code");
        assert!(!ReplyCode::new(799).is_known());
    }
}
