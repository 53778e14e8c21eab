//! Whole files with everything that may go wrong: what `put` and `get` have in common.

use qftp_core::job::{Policy, choose_road};
use qftp_core::session::Via;
use qftp_core::wire::Storage;
use qftp_transport::{Error, Report, Way, open_again};

use crate::args::TransferArgs;
use crate::exit::Problem;
use crate::options::{FlowArg, ViaArg};
use crate::output::note;
use crate::port::{Account, AnyClient, AnyPort, Context, EMULATOR, leave, warn_of_gaps};
use crate::tls::Ftps;
use crate::url::Url;

impl TransferArgs {
    /// Whether it takes more than one plain attempt, and so a file that can be gone back in.
    pub(crate) fn needs_file(&self) -> Option<&'static str> {
        [(self.resume, "--resume"), (self.verify, "--verify"), (self.retries > 0, "--retries")]
            .into_iter()
            .find_map(|(is, name)| is.then_some(name))
    }

    /// Refuses what cannot go together.
    pub(crate) fn check(&self, context: &Context) -> Result<(), Problem> {
        match self.needs_file() {
            Some(option) if context.options.ascii && option != "--retries" => {
                Err(Problem::usage(format!("{option} compares sizes and bytes, which --ascii changes")))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn policy(&self, via: Via) -> Policy {
        Policy {
            resume: self.resume,
            verify: self.verify,
            retries: self.retries,
            restart: !self.no_restart,
            via,
            ..Policy::default()
        }
    }
}

impl Context {
    /// Runs a transfer on the server of a URL, in its folder, with the means to bring the session back; logs out, whatever came of it.
    pub(crate) fn transfer<T>(
        &self,
        url: &Url,
        folder: &str,
        work: impl FnOnce(&mut AnyClient, &mut Way<'_, AnyPort>, &Account) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let account = self.account(url)?;
        let mut client = self.client()?;
        let address = self.options.port.clone().unwrap_or_default();
        let mut reopen =
            || open_again(&address, &self.settings(), &self.cancel).map(|port| Box::new(port) as AnyPort);
        let mut report = |report: Report| {
            // What costs time is told to everybody; a level of recovery is on the bar, where there is one.
            let told = match report {
                Report::Waiting { .. } | Report::PortLost => true,
                Report::Recovering(_) => !self.output.is_watched(),
                _ => false,
            };
            let aloud = self.options.verbose || (told && !self.output.json);
            self.journal.report(&report, aloud);
        };
        let mut way = Way {
            certificates: account.ftps.as_ref().map(Ftps::certificates),
            reopen: (address != EMULATOR).then_some(&mut reopen),
            report: Some(&mut report),
            ..Way::new(self.setup(true), account.login(self, url), folder)
        };
        let result = work(&mut client, &mut way, &account);
        warn_of_gaps(&client, account.ftps.as_ref());
        leave(&mut client);
        result
    }

    /// The road of a file of this length, from the module's free storage where it is left to us; the session is opened for that.
    pub(crate) fn road(
        &self,
        client: &mut AnyClient,
        way: &mut Way<'_, AnyPort>,
        len: impl FnOnce(&mut AnyClient) -> Result<Option<u64>, Error>,
    ) -> Result<Via, Error> {
        if self.options.via != Some(ViaArg::Auto) {
            return Ok(self.via());
        }
        if !client.is_open() {
            client.connect(way)?;
        }
        let len = len(client)?;
        // RAM first: flash wears.
        let storages = [Storage::Ram, Storage::Ufs, Storage::Sd];
        let free = storages.map(|storage| (storage, client.storage(storage).map_or(0, |(free, _)| free)));
        let (via, reason) = choose_road(len, &free, self.options.flow == Some(FlowArg::Rtscts));
        if !self.output.json {
            note(format!("qftp: {reason}"));
        }
        Ok(via)
    }
}
