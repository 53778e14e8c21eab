//! What a doctor found, as Python takes it.

use qftp_transport::{Finding, Verdict};

/// The check, how it came out, what was said, the likely cause, the remedy, and what has been put right.
pub(crate) type Facts = (&'static str, &'static str, String, Option<String>, Option<String>, Option<String>);

pub(crate) fn facts(finding: &Finding) -> Facts {
    let verdict = match finding.verdict {
        Verdict::Good => "good",
        Verdict::Doubtful => "doubtful",
        Verdict::Bad => "bad",
        Verdict::NotTried => "not tried",
    };
    let Finding { check, said, cause, remedy, mended, .. } = finding;
    (check.name(), verdict, said.clone(), cause.clone(), remedy.clone(), mended.clone())
}
