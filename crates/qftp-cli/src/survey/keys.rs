//! Every key of a family file, and what a survey needs to find it out.

/// What it takes to find a value out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Questions that change nothing.
    Questions,
    /// A server.
    Server,
    /// `--thorough`: a small file in the module's storage, a context that is activated, a restart.
    Thorough,
    /// Both.
    ThoroughServer,
    /// Nothing finds it out.
    Never(&'static str),
}

impl Needs {
    /// Why it was not found out.
    pub(super) const fn reason(self, server: bool, thorough: bool) -> &'static str {
        match (self, server, thorough) {
            (Self::Never(why), ..) => why,
            (Self::Server, false, _) => "wants a URL",
            (Self::Thorough, _, false) => "wants --thorough",
            (Self::ThoroughServer, false, false) => "wants a URL and --thorough",
            (Self::ThoroughServer, false, true) => "wants a URL",
            (Self::ThoroughServer, true, false) => "wants --thorough",
            _ => NO_ANSWER,
        }
    }
}

/// Why something was not found out that was asked.
pub(super) const NO_ANSWER: &str = "the module gave no answer that tells";

/// The keys of a family file, in its order.
pub(super) const KEYS: &[(&str, Needs)] = &[
    ("identity.manufacturer", Needs::Questions),
    ("identity.model", Needs::Questions),
    ("identity.revision", Needs::Questions),
    ("identity.models", Needs::Never("a module knows its own name, and not those of its family")),
    ("identity.start", Needs::Thorough),
    ("identity.start_ms", Needs::Thorough),
    ("line.ok_ms", Needs::Questions),
    ("line.urc_ms", Needs::Questions),
    ("line.errors", Needs::Questions),
    ("line.texts", Needs::Questions),
    ("commands.exist", Needs::Questions),
    ("ftp.keys", Needs::Questions),
    ("ftp.names_listing", Needs::Questions),
    ("ftp.path", Needs::Server),
    ("ftp.escape", Needs::ThoroughServer),
    ("ftp.nothing_to_resume", Needs::Questions),
    ("ftp.end_of_file", Needs::Server),
    ("ftp.while_opening", Needs::Server),
    ("ftp.while_closing", Needs::Server),
    ("ftp.after_615", Needs::Never("no data connection can be made to fail from here")),
    ("ftp.closed_port", Needs::ThoroughServer),
    ("ftp.local_name_error", Needs::ThoroughServer),
    ("ftp.local_prefix", Needs::ThoroughServer),
    ("ftp.server_name", Needs::Questions),
    ("ftp.folder_path", Needs::Questions),
    ("ftp.local_name", Needs::Questions),
    ("ssl.contexts", Needs::Questions),
    ("ssl.keys", Needs::Questions),
    ("pdp.contexts", Needs::Questions),
    ("pdp.active", Needs::Never("several contexts would have to be activated, which the network may charge")),
    ("pdp.auth", Needs::Questions),
    ("pdp.access_point", Needs::Thorough),
    ("pdp.definition", Needs::Questions),
    ("files.storages", Needs::Questions),
    ("files.listed", Needs::Questions),
    ("files.name", Needs::Questions),
    ("files.upload_form", Needs::Questions),
    ("files.open_form", Needs::Questions),
    ("files.missing", Needs::Questions),
    ("files.delete_missing", Needs::Questions),
    ("files.list_nothing", Needs::Questions),
    ("files.exists", Needs::Thorough),
    ("files.no_space", Needs::Thorough),
    ("files.time_out", Needs::Thorough),
];

/// What of an element of a list takes more than the list itself.
pub(super) const PARTS: &[(&str, Needs)] = &[
    ("ftp.keys: default", Needs::Thorough),
    ("ftp.keys: reads", Needs::Server),
    ("ssl.keys: default", Needs::Thorough),
    ("files.storages: block", Needs::Thorough),
    ("line.texts: codes that no question met", Needs::Never("no question met them")),
];

/// Keys that tell modules of one family apart, or that depend on the line: they contradict no family.
pub(super) const OWN: [&str; 6] = [
    "identity.model",
    "identity.revision",
    "identity.models",
    "identity.start_ms",
    "line.ok_ms",
    "line.urc_ms",
];

#[cfg(test)]
mod tests {
    use qftp_emulator::Family;

    use super::*;

    #[test]
    fn every_key_of_a_family_file_is_here_and_no_other() {
        let own: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
        let all: Vec<String> = Family::SECTIONS
            .iter()
            .flat_map(|section| section.fields.iter().map(|field| format!("{}.{}", section.name, field.name)))
            .collect();
        assert_eq!(own, all);
        for (part, _) in PARTS {
            assert!(own.iter().any(|key| part.starts_with(&format!("{key}: "))), "{part}");
        }
    }

    /// The table of docs/limits.md.
    fn table() -> String {
        let mut text = "| key | to be found out |\n|---|---|\n".to_owned();
        for (key, needs) in KEYS.iter().chain(PARTS).filter(|(_, needs)| *needs != Needs::Questions) {
            let how = match needs {
                Needs::Never(why) => format!("not at all: {why}"),
                needs => needs.reason(false, false).to_owned(),
            };
            text.push_str(&format!("| `{key}` | {how} |\n"));
        }
        text
    }

    #[test]
    fn the_page_of_limits_lists_what_is_not_asked() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/limits.md");
        let page = std::fs::read_to_string(path).expect("the page");
        let (before, rest) = page.split_once("<!-- survey: made").expect("the mark");
        let (made, rest) = rest.split_once("-->\n").expect("its end");
        let (_, after) = rest.split_once("<!-- survey: end -->").expect("the mark of the end");
        let fresh = format!("{before}<!-- survey: made{made}-->\n{}<!-- survey: end -->{after}", table());
        if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
            std::fs::write(path, &fresh).expect("written");
        }
        let how = "QFTP_UPDATE_DOCS=1 cargo test -p qftp-cli --bin qftp survey";
        assert!(std::fs::read_to_string(path).expect("the page") == fresh, "docs/limits.md is stale: {how}");
    }

    #[test]
    fn a_reason_names_what_was_missing() {
        assert_eq!(Needs::Server.reason(false, true), "wants a URL");
        assert_eq!(Needs::Server.reason(true, false), "the module gave no answer that tells");
        assert_eq!(Needs::ThoroughServer.reason(true, false), "wants --thorough");
        assert_eq!(Needs::Never("x").reason(true, true), "x");
    }
}
