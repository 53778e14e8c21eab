//! What a doctor found, as Python takes it.

use pyo3::prelude::*;
use qftp_transport::{Finding, Verdict};

use crate::client::Client;

/// The check, how it came out, what was said, the likely cause, the remedy, and what has been put right.
type Facts = (&'static str, &'static str, String, Option<String>, Option<String>, Option<String>);

fn facts(finding: &Finding) -> Facts {
    let verdict = match finding.verdict {
        Verdict::Good => "good",
        Verdict::Doubtful => "doubtful",
        Verdict::Bad => "bad",
        Verdict::NotTried => "not tried",
    };
    let Finding { check, said, cause, remedy, mended, .. } = finding;
    (check.name(), verdict, said.clone(), cause.clone(), remedy.clone(), mended.clone())
}

impl Client {
    /// Calls `tell` with a finding; what it raises ends the examination.
    pub(crate) fn tell(&self, tell: &Py<PyAny>, finding: &Finding) {
        let called = Python::attach(|py| tell.call1(py, facts(finding)).map(drop));
        if let Err(error) = called {
            self.raised.keep(error);
            self.cancel.cancel();
        }
    }
}
