//! The way to a server: the client that every command uses, on the port of the survey.

use qftp_transport::Tap;

use super::ask::Server;
use super::wire::{Shared, Wire};
use crate::exit::Problem;
use crate::port::{Account, AnyClient, Context, leave};
use crate::url::Url;

/// A login by a client, which brings certificates into the module, too.
pub(super) struct Access<'a> {
    context: &'a Context,
    url: &'a Url,
    account: &'a Account,
    client: AnyClient,
    /// Why there was no login.
    problem: Option<Problem>,
}

impl<'a> Access<'a> {
    /// `tap` sees what the client says and hears.
    pub(super) fn new(
        context: &'a Context,
        url: &'a Url,
        account: &'a Account,
        port: Shared,
        tap: Box<dyn Tap>,
    ) -> Self {
        let client = context.client_with(Box::new(port), Some(tap));
        Self { context, url, account, client, problem: None }
    }

    /// Ends the session, if there is one left, and takes the certificates out of the module, where it still answers. Gives why there was
    /// no login.
    pub(super) fn leave(mut self, answers: bool) -> Option<Problem> {
        if answers {
            leave(&mut self.client);
        }
        self.problem
    }
}

impl Server for Access<'_> {
    fn log_in(&mut self, _wire: &mut dyn Wire) -> Result<(), String> {
        let folder = self.url.path.trim_end_matches('/');
        let entered = self.context.login(&mut self.client, self.url, folder, self.account);
        entered.map_err(|problem| {
            let text = problem.text.clone();
            self.problem = Some(problem);
            text
        })
    }

    fn address(&self) -> (&str, u16) {
        (&self.url.host, self.url.port)
    }

    fn password(&self) -> &str {
        self.account.password()
    }
}
