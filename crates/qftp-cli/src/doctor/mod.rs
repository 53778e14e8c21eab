//! `qftp doctor`: this machine's ports, the module, the network and the way to a server, one check after the other.

mod machine;
mod ports;
mod row;

use std::path::Path;

use qftp_transport::{Check, Examination, Finding, Verdict};

use crate::args::DoctorArgs;
use crate::exit::{Code, Problem};
use crate::port::{AnyClient, Context, EMULATOR, tidy};
use crate::tls::Ftps;
use crate::url::Url;
use machine::Machine;
use ports::Ports;
use row::Row;

/// Looks at everything that a transfer stands on, and prints each finding as it is made.
pub(crate) fn run(context: &Context, args: &DoctorArgs) -> Result<(), Problem> {
    let url = args.url.as_deref().map(Url::checked).transpose()?;
    let account = url.as_ref().map(|url| context.account(url)).transpose()?;
    let folder = url.as_ref().map_or("", |url| url.path.trim_end_matches('/'));
    let mut first = None;
    let (mut client, mended) = port(context, args, &mut first)?;
    let examination = Examination {
        login: account.as_ref().zip(url.as_ref()).map(|(account, url)| account.login(context, url)),
        certificates: account.as_ref().and_then(|account| account.ftps.as_ref()).map(Ftps::certificates),
        folder,
        file: !args.no_file && url.is_some(),
        mend: args.fix,
        ..Examination::new(context.setup(true))
    };
    client.examine(&examination, &mut |finding| {
        let mut row = Row::from(finding);
        if finding.check == Check::Port {
            // The search for the port has done it already.
            row.mended = row.mended.or(mended.map(str::to_owned));
        }
        tell(context, &row, &mut first);
    })?;
    let tidied = tidy(&mut client);
    match first {
        None => tidied,
        Some((check, said)) => {
            let of_port = [Check::Port.name(), ports::HOLDER, ports::RATE].contains(&check.as_str());
            let code = if of_port { Code::Port } else { Code::Module };
            Err(Problem::new(code, format!("first of all: {check}: {said}")))
        }
    }
}

/// A client on the port that was named, or else on the first that a module answers on; and what had to be done before it answered.
fn port(
    context: &Context,
    args: &DoctorArgs,
    first: &mut Option<(String, String)>,
) -> Result<(AnyClient, Option<&'static str>), Problem> {
    let named = context.options.port.as_deref();
    if named == Some(EMULATOR) {
        return Ok((context.client()?, None));
    }
    let machine = Machine::at(args.root.as_deref().unwrap_or(Path::new("/")));
    let mut ports = Ports::new(context, &machine);
    let opened = ports.open(named, &mut |row| tell(context, row, first))?;
    Ok((context.client_on(Box::new(opened))?, ports.mended))
}

fn tell(context: &Context, row: &Row<'_>, first: &mut Option<(String, String)>) {
    row.print(context.output);
    if row.verdict == Verdict::Bad && first.is_none() {
        *first = Some((row.check.to_owned(), row.said.clone()));
    }
}

impl<'a> From<&'a Finding> for Row<'a> {
    fn from(finding: &'a Finding) -> Self {
        let Finding { check, verdict, said, cause, remedy, mended } = finding;
        Self {
            check: check.name(),
            verdict: *verdict,
            said: said.clone(),
            cause: cause.clone(),
            remedy: remedy.clone(),
            mended: mended.clone(),
        }
    }
}
