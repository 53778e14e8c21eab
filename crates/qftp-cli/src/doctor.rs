//! `qftp doctor`: the module, the network and the way to a server, one check after the other.

use std::io::{self, Write as _};

use qftp_transport::{Check, Examination, Finding, Verdict};
use serde_json::json;

use crate::exit::{Code, Problem};
use crate::port::Context;
use crate::tls::Ftps;
use crate::url::Url;

/// Looks at everything that a transfer stands on, and prints each finding as it is made.
pub(crate) fn run(context: &Context, url: Option<&str>, file: bool) -> Result<(), Problem> {
    let url = url.map(Url::checked).transpose()?;
    let account = url.as_ref().map(|url| context.account(url)).transpose()?;
    let folder = url.as_ref().map_or("", |url| url.path.trim_end_matches('/'));
    let mut client = context.client()?;
    let examination = Examination {
        login: account.as_ref().zip(url.as_ref()).map(|(account, url)| account.login(context, url)),
        certificates: account.as_ref().and_then(|account| account.ftps.as_ref()).map(Ftps::certificates),
        folder,
        file: file && url.is_some(),
        ..Examination::new(context.setup(true))
    };
    let findings = client.examine(&examination, &mut |finding| print(context, finding))?;
    match findings.iter().find(|finding| finding.verdict == Verdict::Bad) {
        None => Ok(()),
        Some(first) => {
            let code = if first.check == Check::Port { Code::Port } else { Code::Module };
            Err(Problem::new(code, format!("first of all: {}: {}", first.check, first.said)))
        }
    }
}

fn print(context: &Context, finding: &Finding) {
    let Finding { check, verdict, said, cause, remedy } = finding;
    let (mark, word) = match verdict {
        Verdict::Good => ('✓', "good"),
        Verdict::Doubtful => ('?', "doubtful"),
        Verdict::Bad => ('✗', "bad"),
        Verdict::NotTried => ('-', "not tried"),
    };
    let mut text = format!("{mark} {check:<14}{said}").trim_end().to_owned();
    for (word, about) in [("likely cause", cause), ("remedy", remedy)] {
        if let Some(about) = about.as_deref().filter(|about| !about.is_empty()) {
            text.push_str(&format!("\n  {word}: {about}"));
        }
    }
    let object =
        json!({ "check": check.name(), "verdict": word, "said": said, "cause": cause, "remedy": remedy });
    context.output.result(&text, &object);
    // A person watches: each line as it is found.
    let _ = io::stdout().flush();
}
