//! Before anything is deleted: a second question has to agree with the listings. What it does not
//! prove stays.
//!
//! A listing may be empty or short for other reasons than that nothing is there: the server may not
//! look into the folder (vsftpd then says 226), the connection broke off, a program lies. So the
//! server is asked for each name that is to go, by SIZE and by CWD, in a folder that it has just
//! entered, and for the folder's names once more in another form. Where that contradicts a listing
//! in one place, nothing in that folder goes.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io;

use qftp_core::session::Failure;
use qftp_transport::Error;

use super::plan::{Deed, Plan, Step};
use super::work::Work;
use super::{Direction, here};
use crate::exit::{Code, Problem};
use crate::folder::{join, names, shown};
use crate::there::is_missing;

/// Why something stays.
enum Doubt {
    /// This speaks against the listing.
    Contradicts(String),
    /// Nothing proves it.
    Unproven(&'static str),
    /// The questions failed.
    Failed(Problem),
}

/// Names in folders of the server, as NLST tells them.
type Second = HashMap<String, Vec<Vec<u8>>>;

impl Work<'_, '_, '_, '_> {
    /// Takes what is not proven out of the deletions, and says so.
    pub(super) fn prove(&mut self, plan: &mut Plan) {
        let mut second = Second::new();
        let mut doubtful = BTreeSet::new();
        let mut proven = Vec::new();
        let mut ended = false;
        for step in std::mem::take(&mut plan.deletions) {
            if ended {
                continue;
            }
            let is_folder = step.deed == Deed::RemoveFolder;
            let asked = match self.direction {
                Direction::Down => self.is_gone(&mut second, &step.folder, &step.name, is_folder),
                Direction::Up => self.is_stray(&mut second, &step, is_folder),
            };
            let told = match asked {
                Ok(()) => {
                    proven.push(step);
                    continue;
                }
                Err(Doubt::Contradicts(what)) => format!("{what}, against its listing"),
                Err(Doubt::Unproven(what)) => what.to_owned(),
                Err(Doubt::Failed(problem)) => {
                    ended = problem.code == Code::Interrupted || self.there.ready().is_err();
                    problem.text
                }
            };
            let text = format!("{}: not deleted: {told}", shown(&step.path()));
            self.stays(plan, Problem::new(Code::Server, text));
            // Neither what is in a folder that its listing does not show rightly, nor the folders
            // that it is in.
            doubtful.insert(step.folder);
        }
        let is_doubtful = |step: &Step| {
            let inside = match step.deed {
                Deed::RemoveFolder => step.path(),
                _ => step.folder.to_string(),
            };
            doubtful.contains(&step.folder)
                || doubtful.iter().any(|folder| is_in(folder, &inside) && step.deed == Deed::RemoveFolder)
        };
        let (stay, go): (Vec<Step>, Vec<Step>) = proven.into_iter().partition(is_doubtful);
        if !stay.is_empty() {
            let names: Vec<String> = stay.iter().map(|step| shown(&step.path())).collect();
            let text = format!("not deleted either, beside what is in doubt: {}", names.join(", "));
            self.stays(plan, Problem::new(Code::Server, text));
        }
        plan.deletions = go;
    }

    fn stays(&self, plan: &mut Plan, problem: Problem) {
        self.context.output.problem(&problem);
        plan.failed.push(problem);
    }

    /// The server does not have it, so that the local one may go.
    fn is_gone(
        &mut self,
        second: &mut Second,
        folder: &str,
        name: &str,
        is_folder: bool,
    ) -> Result<(), Doubt> {
        match self.there.enter_anew(folder) {
            Ok(()) => {}
            // Its folder is not there: that has to be proven in the folder above.
            Err(Error::Failed(failure)) if is_missing(&failure) && !folder.is_empty() => {
                let (above, own) = folder.rsplit_once('/').unwrap_or(("", folder));
                return self.is_gone(second, above, own, true);
            }
            Err(error) => return Err(self.failed(error)),
        }
        let size = self.there.attempt(|client| client.size(name));
        let has_size = match size {
            Ok(size) => {
                return Err(Doubt::Contradicts(format!("the server has a file of this name, {size} bytes")));
            }
            Err(Error::Failed(failure)) if is_missing(&failure) => true,
            Err(Error::Failed(failure)) if knows_no(&failure) => false,
            Err(error) => return Err(self.failed(error)),
        };
        let whole = self.there.path(&join(folder, name));
        match self.there.go(&whole) {
            Ok(()) => {
                return Err(Doubt::Contradicts("the server has a folder of this name".to_owned()));
            }
            Err(Error::Failed(failure)) if is_missing(&failure) => {}
            // A path that no command can carry cannot be asked for.
            Err(Error::Misuse(_)) => {
                return Err(Doubt::Unproven("its path on the server is too long to ask for"));
            }
            Err(error) => return Err(self.failed(error)),
        }
        let listed = self.second(second, folder)?;
        if listed.binary_search_by(|listed| listed.as_slice().cmp(name.as_bytes())).is_ok() {
            return Err(Doubt::Contradicts("NLST shows it".to_owned()));
        }
        match (is_folder, has_size) {
            // A file that is there has a size, whoever may look into its folder.
            (false, true) => Ok(()),
            // CWD is refused for a folder that is there too, and an empty listing shows nothing.
            _ if listed.is_empty() => {
                Err(Doubt::Unproven("its folder's listing is empty, and nothing else proves that it is gone"))
            }
            _ => Ok(()),
        }
    }

    /// The server has it under this name, and the source does not, so that the server's may go.
    fn is_stray(&mut self, second: &mut Second, step: &Step, is_folder: bool) -> Result<(), Doubt> {
        let local = here::path(self.here, &step.path());
        if !self.here.is_dir() {
            return Err(Doubt::Unproven("the local folder is gone"));
        }
        match fs::symlink_metadata(&local) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(_) => return Err(Doubt::Contradicts("it is here by now".to_owned())),
            Err(error) => return Err(Doubt::Failed(Problem::local(&local, &error))),
        }
        let entered = match is_folder {
            true => self.there.enter_anew(&step.path()),
            false => self.there.enter_anew(&step.folder),
        };
        match entered {
            Ok(()) if is_folder => return Ok(()),
            Ok(()) => {}
            Err(Error::Failed(failure)) if is_missing(&failure) => {
                return Err(Doubt::Contradicts("the server has no such folder".to_owned()));
            }
            Err(error) => return Err(self.failed(error)),
        }
        match self.there.attempt(|client| client.size(&step.name)) {
            Ok(_) => Ok(()),
            Err(Error::Failed(failure)) if is_missing(&failure) => {
                Err(Doubt::Contradicts("the server has no file of this name".to_owned()))
            }
            Err(Error::Failed(failure)) if knows_no(&failure) => {
                let listed = self.second(second, &step.folder)?;
                let found = listed.binary_search_by(|listed| listed.as_slice().cmp(step.name.as_bytes()));
                found.map(drop).map_err(|_| Doubt::Contradicts("NLST does not show it".to_owned()))
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// The names in a folder, asked for once.
    fn second<'s>(&mut self, second: &'s mut Second, folder: &str) -> Result<&'s [Vec<u8>], Doubt> {
        if !second.contains_key(folder) {
            let listed = self.there.enter(folder).and_then(|()| self.there.attempt(names));
            let listed = match listed {
                Ok(listed) => listed,
                // So do some servers say that a folder is empty.
                Err(Error::Failed(failure))
                    if failure.reply().is_some_and(|reply| reply.get() / 10 == 55) =>
                {
                    Vec::new()
                }
                Err(error) => return Err(self.failed(error)),
            };
            second.insert(folder.to_owned(), listed);
        }
        Ok(second.get(folder).map_or(&[], Vec::as_slice))
    }

    fn failed(&self, error: Error) -> Doubt {
        Doubt::Failed(self.account.problem(error))
    }
}

/// The server does not know the command.
fn knows_no(failure: &Failure) -> bool {
    failure.reply().is_some_and(|reply| matches!(reply.get(), 500 | 502 | 504))
}

/// Whether `folder` is `above`, or somewhere below it.
fn is_in(folder: &str, above: &str) -> bool {
    folder
        .strip_prefix(above)
        .is_some_and(|rest| above.is_empty() || rest.is_empty() || rest.starts_with('/'))
}
