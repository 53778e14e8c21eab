//! What a doctor found, as Python takes it.

use qftp_transport::{Finding, Verdict};

/// The check, how it came out, what was said, the likely cause and the remedy.
pub(crate) fn facts(
    finding: &Finding,
) -> (&'static str, &'static str, String, Option<String>, Option<String>) {
    let verdict = match finding.verdict {
        Verdict::Good => "good",
        Verdict::Doubtful => "doubtful",
        Verdict::Bad => "bad",
        Verdict::NotTried => "not tried",
    };
    (finding.check.name(), verdict, finding.said.clone(), finding.cause.clone(), finding.remedy.clone())
}
