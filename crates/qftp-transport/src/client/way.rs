//! What it takes to bring a session back, and whom to tell about it.

use std::fmt;
use std::io;

use qftp_core::job::{RecoveryLevel, Trouble};
use qftp_core::session::{LineFault, Login, Setup};

use super::Certificates;

/// What the functions over whole files want of a way.
pub(super) trait Means<P> {
    fn setup(&self) -> &Setup<'_>;
    fn login(&self) -> &Login<'_>;
    fn folder(&self) -> &str;
    fn certificates(&self) -> Option<&Certificates<'_>>;
    /// Whether a lost port can be opened again.
    fn can_reopen(&self) -> bool;
    fn reopen(&mut self) -> Option<io::Result<P>>;
    fn power(&mut self) -> io::Result<()>;
    fn tell(&mut self, report: Report);
}

/// The blocking client's way and the asynchronous one's differ in what their hooks may hold.
macro_rules! ways {
    ($(#[$doc:meta])* $name:ident, $client:literal, [$($send:tt)*]) => {
        $(#[$doc])*
        #[allow(unused_parens, reason = "with a second bound they are needed")]
        pub struct $name<'a, P> {
            #[doc = concat!("As in [`", $client, "::setup`](super::", $client, "::setup).")]
            pub setup: Setup<'a>,
            #[doc = concat!("As in [`", $client, "::open`](super::", $client, "::open).")]
            pub login: Login<'a>,
            /// The working folder of the transfer; empty for the login's own.
            pub folder: &'a str,
            /// Certificates for [`Login::tls`], brought into the module at each set-up. Whoever ends the session removes them
            #[doc = concat!("([`", $client, "::remove_certificates`](super::", $client, "::remove_certificates)).")]
            pub certificates: Option<Certificates<'a>>,
            /// Opens the port again when it failed; without it that is the end.
            pub reopen: Option<&'a mut (dyn FnMut() -> io::Result<P> $($send)*)>,
            /// Switches the module's power off and on; taken only with [`Policy::power`](qftp_core::job::Policy::power).
            pub power: Option<&'a mut (dyn FnMut() -> io::Result<()> $($send)*)>,
            /// Is told whatever is not plain transfer.
            pub report: Option<&'a mut (dyn FnMut(Report) $($send)*)>,
        }

        impl<'a, P> $name<'a, P> {
            /// No hooks: the port and the module's power are left alone.
            #[must_use]
            pub const fn new(setup: Setup<'a>, login: Login<'a>, folder: &'a str) -> Self {
                Self { setup, login, folder, certificates: None, reopen: None, power: None, report: None }
            }

            /// The same for a transfer in another working folder of the same session.
            pub fn in_folder<'b>(&'b mut self, folder: &'b str) -> $name<'b, P> {
                $name {
                    setup: self.setup,
                    login: self.login,
                    folder,
                    certificates: self.certificates,
                    reopen: self.reopen.as_mut().map(|reopen| &mut **reopen as _),
                    power: self.power.as_mut().map(|power| &mut **power as _),
                    report: self.report.as_mut().map(|report| &mut **report as _),
                }
            }
        }

        impl<P> Means<P> for $name<'_, P> {
            fn setup(&self) -> &Setup<'_> {
                &self.setup
            }

            fn login(&self) -> &Login<'_> {
                &self.login
            }

            fn folder(&self) -> &str {
                self.folder
            }

            fn certificates(&self) -> Option<&Certificates<'_>> {
                self.certificates.as_ref()
            }

            fn can_reopen(&self) -> bool {
                self.reopen.is_some()
            }

            fn reopen(&mut self) -> Option<io::Result<P>> {
                self.reopen.as_mut().map(|reopen| reopen())
            }

            fn power(&mut self) -> io::Result<()> {
                self.power.as_mut().map_or(Ok(()), |power| power())
            }

            fn tell(&mut self, report: Report) {
                if let Some(tell) = &mut self.report {
                    tell(report);
                }
            }
        }

        impl<P> fmt::Debug for $name<'_, P> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("login", &self.login)
                    .field("folder", &self.folder)
                    .finish_non_exhaustive()
            }
        }
    };
}

ways! {
    /// What it takes to bring a session back, and whom to tell about it.
    Way, "Client", []
}

#[cfg(feature = "tokio")]
ways! {
    /// [`Way`] for the asynchronous client: its hooks go with the future to whatever thread runs it.
    AsyncWay, "AsyncClient", [+ Send]
}

/// What happens between attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Report {
    /// An attempt failed; after this wait it is tried again.
    Waiting {
        /// Why.
        trouble: Trouble,
        /// Milliseconds.
        wait_ms: u32,
        /// How often it was tried again without progress, this time included.
        retry: u8,
    },
    /// The port went away; it is opened again as soon as it is there.
    PortLost,
    /// The session is being brought back.
    Recovering(RecoveryLevel),
    /// The transfer goes on at this offset.
    GoingOn(u64),
    /// The file is read again and compared.
    Comparing,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting { trouble, wait_ms, retry } => {
                let seconds = f64::from(*wait_ms) / 1000.0;
                write!(f, "{trouble}; retry {retry} in {seconds} s")
            }
            Self::PortLost => write!(f, "{}; waiting for it", LineFault::PortLost),
            Self::Recovering(level) => write!(f, "recovery: {}", level.about()),
            Self::GoingOn(from) => write!(f, "going on at byte {from}"),
            Self::Comparing => f.write_str("reading the file again to compare it"),
        }
    }
}
