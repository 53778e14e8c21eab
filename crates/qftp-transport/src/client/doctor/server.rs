//! The way to a server and back: login, listings, a small file, a folder, logout.

use std::io::{self, Cursor};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use qftp_core::session::{Failure, GetOptions, Kind, Login, SessionState, TlsSuspect};
use qftp_core::wire::{ListKind, TransferType};

use super::super::{Client, Error, Put};
use super::check::{Check, Examination, Finding, doubtful, found, good};
use super::is_unknown;
use crate::port::Port;

/// A logout that takes longer is worth a word.
const SLOW: Duration = Duration::from_secs(2);
/// Size of the small file: enough for what strikes in mid-transfer, and for receive buffers that are too small; half a minute at 9600 baud.
const FILE: usize = 8 << 10;

/// What the caller's account does not allow is no fault of the way there.
enum Tried<T> {
    Done(T),
    Refused(String),
}

impl<P: Port> Client<P> {
    pub(super) fn lets_in(&mut self, login: &Login<'_>, what: &Examination<'_>) -> Result<Finding, Error> {
        let (opened, finding) = self.while_on_server(Check::Login, what, |client| {
            client.enter(what, true)?;
            let path = client.pwd()?;
            // Where it is it may go, whatever the folder is called.
            client.cwd(&path)?;
            Ok(format!("{} lets us in, working folder {path}", login.host))
        })?;
        let tls = opened.and_then(|failure| failure.ftp_code()) == Some(qftp_core::codes::FtpCode::SSL);
        if let (true, Some(settings)) = (tls, &login.tls) {
            let suspects: Vec<&str> = settings.suspects().map(TlsSuspect::cause).collect();
            let cause = Some(format!("one of these, the likeliest first: {}", suspects.join("; ")));
            return Ok(Finding { cause, ..finding });
        }
        Ok(finding)
    }

    /// Logs in as the examination says, into its folder.
    fn enter(&mut self, what: &Examination<'_>, bring_certificates: bool) -> Result<(), Error> {
        if let Some(certificates) = what.certificates.as_ref().filter(|_| bring_certificates) {
            self.push_certificates(certificates)?;
        }
        if let Some(login) = &what.login {
            // What comes down has to be what went up.
            self.open(&Login { transfer_type: TransferType::Binary, ..*login })?;
        }
        if what.folder.is_empty() { Ok(()) } else { self.cwd(what.folder) }
    }

    pub(super) fn lists(&mut self, what: &Examination<'_>) -> Result<Finding, Error> {
        self.while_on_server(Check::Listing, what, |client| {
            let mut said = Vec::new();
            for (kind, name) in
                [(ListKind::Names, "NLST"), (ListKind::Long, "LIST"), (ListKind::Facts, "MLSD")]
            {
                said.push(match client.list_to(kind, ".", io::sink()) {
                    // Of the families some have no such command, and some spell it in another way.
                    Err(error) if kind == ListKind::Names && is_unknown(&error) => {
                        format!("the module has no {}", kind.verb())
                    }
                    listed => match allowed(listed)? {
                        Tried::Done(bytes) => format!("{name} {bytes} bytes"),
                        Tried::Refused(reply) => format!("no {name} ({reply})"),
                    },
                });
            }
            Ok(said.join(", "))
        })
        .map(|(_, finding)| finding)
    }

    pub(super) fn moves_a_file(&mut self, what: &Examination<'_>) -> Result<Finding, Error> {
        let name = unique("tmp");
        let content = content();
        let mut is_there = false;
        let moved = self.while_on_server(Check::File, what, |client| {
            is_there = true;
            let count = client.put(&name, content.as_slice(), &Put::whole(content.len() as u64))?;
            let length = client.length()?;
            let size = allowed(client.size(&name))?;
            let time = allowed(client.modified(&name))?;
            let own = Cursor::new(&content);
            // The length is known: whether the server tells sizes does not matter here.
            let options = GetOptions { len: Some(count), ..GetOptions::default() };
            if let Some(at) = client.verify(&name, own, &options)? {
                return Err(Error::Differs { at });
            }
            client.delete(&name)?;
            is_there = false;
            let said = format!("{count} bytes went up and came down unchanged");
            Ok(match (size, time) {
                (Tried::Done(size), _) if size != count || length != count => {
                    format!("{said}, but the server says {size}, the module {length}")
                }
                (Tried::Refused(reply), _) => format!("{said}; the server tells no sizes ({reply})"),
                (_, Tried::Refused(reply)) => format!("{said}; the server tells no times ({reply})"),
                _ => said,
            })
        });
        // Also where the comparison broke off, or the examination ends here.
        let left = if is_there { self.clear_away(what, &mut |client| client.delete(&name)) } else { Ok(()) };
        let (_, finding) = match moved {
            Err(Error::Differs { at }) => (
                None,
                doubtful(
                    Check::File,
                    format!("it came back different from byte {at} on"),
                    "the line changes bytes",
                    "use flow control (RTS/CTS), a lower baud rate or a better cable; transfer with --verify",
                )
                .bad(),
            ),
            other => other?,
        };
        Ok(or_left(finding, &name, left))
    }

    pub(super) fn makes_a_folder(&mut self, what: &Examination<'_>) -> Result<Finding, Error> {
        let (first, second) = (unique("d"), unique("e"));
        let mut refused = None;
        let (failure, finding) = self.while_on_server(Check::Folder, what, |client| {
            if let Tried::Refused(reply) = allowed(client.make_dir(&first))? {
                refused = Some(reply);
                return Ok(String::new());
            }
            let renamed = allowed(client.rename(&first, &second))?;
            let now = if matches!(renamed, Tried::Done(())) { &second } else { &first };
            client.remove_dir(now)?;
            Ok(match renamed {
                Tried::Done(()) => "made, renamed and removed".to_owned(),
                Tried::Refused(reply) => format!("made and removed; the server renames none ({reply})"),
            })
        })?;
        if failure.is_some() {
            let left = self.clear_away(what, &mut |client| {
                gone(client.remove_dir(&second)).and_then(|()| gone(client.remove_dir(&first)))
            });
            return Ok(or_left(finding, &second, left));
        }
        Ok(match refused {
            // Many an account may put files and nothing else.
            Some(reply) => {
                good(Check::Folder, format!("the server lets this account make none ({reply}); files go"))
            }
            None => finding,
        })
    }

    pub(super) fn lets_go(&mut self, what: &Examination<'_>) -> Result<Finding, Error> {
        if !self.is_open() {
            return Ok(good(Check::Logout, "the session is closed already".to_owned()));
        }
        let began = Instant::now();
        let (failure, finding) =
            self.while_on_server(Check::Logout, what, |client| client.close().map(|()| String::new()))?;
        let took = began.elapsed();
        if failure.is_none() && took > SLOW {
            return Ok(doubtful(
                Check::Logout,
                format!("the session is closed, {:.1} s after AT+QFTPCLOSE", took.as_secs_f64()),
                "module or server are slow; until then other FTP commands answer 603, busy",
                "nothing to do for qftp, which waits; a host that opens again at once has to wait for +QFTPCLOSE",
            ));
        }
        Ok(if failure.is_none() {
            Finding { said: "the session is closed".to_owned(), ..finding }
        } else {
            finding
        })
    }

    /// Work on the server and the finding that it makes; where it fails, with what the module shows afterwards.
    fn while_on_server(
        &mut self,
        check: Check,
        what: &Examination<'_>,
        work: impl FnOnce(&mut Self) -> Result<String, Error>,
    ) -> Result<(Option<Failure>, Finding), Error> {
        let result = work(self);
        let failure = result.as_ref().err().and_then(Error::failure).copied();
        let finding = found(check, result)?;
        let Some(failure) = failure else { return Ok((None, finding)) };
        Ok((Some(failure), self.afterwards(&failure, finding, what)?))
    }

    /// Removes what a check that did not come to its end has left, logging in again where that has to be.
    fn clear_away(
        &mut self,
        what: &Examination<'_>,
        remove: &mut dyn FnMut(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if !self.is_set_up() {
            self.setup(&what.setup)?;
            self.enter(what, true)?;
        }
        let state = match remove(self) {
            Err(Error::Misuse(_)) => SessionState::Reopen,
            Err(Error::Failed(failure)) if failure.state != SessionState::Usable => failure.state,
            removed => return gone(removed),
        };
        if state == SessionState::Reset {
            self.setup(&what.setup)?;
        }
        self.enter(what, state == SessionState::Reset)?;
        gone(remove(self))
    }
}

/// What the server does not have need not be removed.
fn gone(removed: Result<(), Error>) -> Result<(), Error> {
    match removed {
        Err(Error::Failed(failure))
            if failure.kind() == Kind::Server && failure.state == SessionState::Usable =>
        {
            Ok(())
        }
        removed => removed,
    }
}

/// A finding that says what could not be removed.
fn or_left(finding: Finding, name: &str, removed: Result<(), Error>) -> Finding {
    let Err(error) = removed else { return finding };
    let remedy = finding.remedy.as_deref().unwrap_or_default();
    let remedy =
        format!("{remedy}; {name} may be left on the server ({error}): remove it when it works again");
    Finding { remedy: Some(remedy), ..finding }
}

/// What the server refuses is told; anything else ends the check.
fn allowed<T>(result: Result<T, Error>) -> Result<Tried<T>, Error> {
    match result {
        Ok(done) => Ok(Tried::Done(done)),
        Err(Error::Failed(failure))
            if failure.kind() == Kind::Server && failure.state == SessionState::Usable =>
        {
            let reply = failure.reply().map_or_else(|| failure.to_string(), |reply| reply.get().to_string());
            Ok(Tried::Refused(reply))
        }
        Err(error) => Err(error),
    }
}

/// A name that is nobody else's, also of another doctor on the same server.
fn unique(end: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    format!("qftp-doctor-{:x}-{:x}.{end}", now.as_micros(), std::process::id())
}

/// All values, and everything that trips other hosts.
fn content() -> Vec<u8> {
    let mut content =
        b"\r\nOK\r\n\r\n+QFTPGET: 0,8192\r\n+++\r\nNO CARRIER\r\n\r\nCONNECT\r\nRDY\r\n".to_vec();
    content.extend((0..=u8::MAX).cycle().take(FILE - 2 * content.len()));
    content.extend_from_within(..FILE - content.len());
    content
}
