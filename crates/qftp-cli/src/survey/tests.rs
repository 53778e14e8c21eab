//! Surveys of emulated modules in virtual time: what a family is comes back from its module.

mod bench;

use std::time::Duration;

use qftp_emulator::{Config, Drives, Family, Fault};
use qftp_transport::Cancel;

use super::ask::{self, Scope, Server};
use super::compare::{Comparison, compare};
use super::conclude::{self, Conclusion};
use super::dialogue::Dialogue;
use super::findings::Findings;
use super::keys::{KEYS, Needs, PARTS};
use super::mask::Masker;
use super::report::Report;
use super::stop::Stop;
use bench::{Bench, Login};

/// How far a survey goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Depth {
    server: bool,
    thorough: bool,
}

const PLAIN: Depth = Depth { server: false, thorough: false };
const SERVER: Depth = Depth { server: true, thorough: false };
const THOROUGH: Depth = Depth { server: false, thorough: true };
const ALL: Depth = Depth { server: true, thorough: true };

struct Surveyed {
    found: Findings,
    nearest: &'static Family,
    conclusion: Conclusion,
    comparison: Comparison,
    stopped: Option<Stop>,
    bench: Bench,
}

fn survey(mut bench: Bench, depth: Depth) -> Surveyed {
    let mut found = Findings::default();
    let mut login = Login;
    let server = depth.server.then_some(&mut login as &mut dyn Server);
    let scope = Scope { thorough: depth.thorough, number: 17 };
    let longest = ask::longest(depth.server, depth.thorough);
    let mut dialogue = Dialogue::new(&mut bench, Cancel::default(), longest);
    let stopped = ask::all(&mut dialogue, server, scope, &mut found).err();
    let nearest = conclude::nearest(&found);
    let conclusion = conclude::family(&found, nearest, "desk", "qftp survey of a desk");
    let comparison =
        compare(&conclusion.family, nearest, &found, (depth.server, depth.thorough, stopped.is_none()));
    Surveyed { found, nearest, conclusion, comparison, stopped, bench }
}

fn config(family: &Family) -> Config {
    let mut config = Config::new(Drives::in_memory());
    family.apply(&mut config);
    config
}

/// The values of a family, without how they are known.
fn values(family: &Family) -> Vec<(String, String)> {
    let facts = family.facts().into_iter().filter(|(key, ..)| key != "commands.exist");
    let names = family.commands.exist.iter().flat_map(|group| &group.names);
    let names = names.map(|name| ("commands.exist".to_owned(), name.clone()));
    facts.map(|(key, value, _)| (key, value)).chain(names).collect()
}

/// Keys of which a survey with a server and `--thorough` still knows nothing.
const NEVER: [&str; 4] =
    ["identity.models", "ftp.after_615", "pdp.active", "line.texts: codes that no question met"];

/// A survey of a module of family F gives F back.
#[test]
fn a_survey_of_a_family_is_that_family() {
    for family in Family::all() {
        for depth in [PLAIN, SERVER, THOROUGH, ALL] {
            let surveyed = survey(Bench::new(config(family)), depth);
            assert_eq!(surveyed.stopped, None, "{family:?}, {depth:?}");
            assert_eq!(surveyed.found.notes, [""; 0], "{family:?}, {depth:?}");
            assert_eq!(surveyed.nearest.name(), family.name(), "{depth:?}");
            let Conclusion { family: again, refused } = &surveyed.conclusion;
            assert_eq!(refused, &[], "{family:?}, {depth:?}");
            assert_eq!(values(again), values(family), "{family:?}, {depth:?}");
            assert_eq!(surveyed.comparison.contradictions, [], "{family:?}, {depth:?}");
            // It is a file that can be read, and says the same.
            let text = again.to_string();
            let read = Family::read("desk.toml", &text).expect("a family file");
            assert!(read == *again && read.to_string() == text, "{text}");
            if depth.server {
                assert_eq!(surveyed.bench.server_files(), "", "{family:?}: something is left on the server");
            }
            assert_eq!(surveyed.bench.module_files(), [""; 0], "{family:?}: something is left in the module");
        }
    }
}

/// What is not asked is said, and is no more than what cannot be.
#[test]
fn what_is_not_found_out_is_said_with_its_reason() {
    for family in Family::all() {
        for depth in [PLAIN, SERVER, THOROUGH, ALL] {
            let surveyed = survey(Bench::new(config(family)), depth);
            for (key, reason) in &surveyed.comparison.not_asked {
                let needs = KEYS.iter().chain(PARTS).find(|(own, _)| own == key).map(|(_, needs)| *needs);
                let could = match needs.unwrap_or_else(|| panic!("{key}")) {
                    Needs::Questions => true,
                    Needs::Server => depth.server,
                    Needs::Thorough => depth.thorough,
                    Needs::ThoroughServer => depth.server && depth.thorough,
                    Needs::Never(_) => false,
                };
                // Questions that a fresh module has no answer to: no file to be listed, no context defined, no listing of names.
                let may = (depth == PLAIN || depth == SERVER) && key == "files.listed"
                    || !depth.server && key == "pdp.definition"
                    || key == "ftp.names_listing" && !has(family, "QFTPNLST") && !has(family, "QFTPNLIST");
                assert!(!could || may, "{family:?}, {depth:?}: {key}: {reason}");
            }
            if depth == ALL {
                let gaps = surveyed.comparison.not_asked.iter().map(|(key, _)| key.as_str());
                let gaps: Vec<&str> = gaps.filter(|key| *key != "ftp.names_listing").collect();
                assert_eq!(gaps, NEVER, "{family:?}");
            }
        }
    }
}

fn has(family: &Family, name: &str) -> bool {
    family.commands.exist.iter().any(|group| group.names.iter().any(|own| own == name))
}

/// A value of a module that no built-in family has is found, for every key that a survey can ask: a test that a survey does not just repeat
/// the nearest family.
#[test]
fn a_module_that_is_otherwise_is_found_out() {
    let base = Family::load("ec25").expect("built in").to_string();
    for (key, from, to) in CHANGES {
        assert_eq!(base.matches(from).count(), 1, "{key}: {from}");
        let changed = Family::read("other.toml", &base.replace(from, to)).expect(key);
        let surveyed = survey(Bench::new(config(&changed)), ALL);
        assert_eq!(surveyed.stopped, None, "{key}");
        assert_eq!(surveyed.nearest.name(), "ec25", "{key}");
        assert_eq!(values(&surveyed.conclusion.family), values(&changed), "{key}");
        let told: Vec<&str> = surveyed.comparison.contradictions.iter().map(|row| row.key).collect();
        let is_own = super::keys::OWN.contains(key);
        assert!(is_own && told.is_empty() || told.contains(key), "{key}: {told:?}");
    }
}

/// A key, what stands in the file, and what another module might have.
const CHANGES: &[(&str, &str, &str)] = &[
    ("identity.manufacturer", "manufacturer = { value = \"Quectel\"", "manufacturer = { value = \"Quecom\""),
    ("identity.revision", "EC25EFAR06A01M4G", "EC25EFAR06A99M4G"),
    ("identity.start", "\"+QIND: PB DONE\"]", "\"+QIND: FOTA\"]"),
    ("identity.start_ms", "start_ms = { value = 500", "start_ms = { value = 12345"),
    ("line.ok_ms", "ok_ms = { value = 5", "ok_ms = { value = 13"),
    ("line.urc_ms", "urc_ms = { value = 50", "urc_ms = { value = 77"),
    ("line.errors", "[\"error\", \"number\", \"text\"]", "[\"number\", \"number\", \"text\"]"),
    ("line.texts", "texts = []", "texts = [{ error = 405, text = \"no file\", inferred = \"qftp\" }]"),
    ("commands.exist", "\"QFTUCAT\", ", ""),
    ("ftp.keys", "name = \"contextid\", range = \"(1-16)\"", "name = \"contextid\", range = \"(1-7)\""),
    ("ftp.keys", "default = \"90\"", "default = \"60\""),
    ("ftp.keys", "reads = \"masked\"", "reads = \"shown\""),
    (
        "ftp.names_listing",
        "names_listing = { value = \"QFTPNLIST\"",
        "names_listing = { value = \"QFTPNLST\"",
    ),
    ("ftp.path", "path = { value = \"bare\"", "path = { value = \"quoted\""),
    ("ftp.escape", "escape = { value = \"pause\"", "escape = { value = \"abort\""),
    (
        "ftp.nothing_to_resume",
        "nothing_to_resume = { value = \"NO CARRIER\"",
        "nothing_to_resume = { value = \"ERROR\"",
    ),
    ("ftp.end_of_file", "end_of_file = { value = \"empty\"", "end_of_file = { value = \"refused\""),
    ("ftp.while_opening", "while_opening = { value = 603", "while_opening = { value = 602"),
    ("ftp.while_closing", "while_closing = { value = 603", "while_closing = { value = 606"),
    ("ftp.closed_port", "closed_port = { value = 606", "closed_port = { value = 608"),
    ("ftp.local_name_error", "local_name_error = { value = 613", "local_name_error = { value = 610"),
    ("ftp.local_prefix", "local_prefix = { value = \"upper\"", "local_prefix = { value = \"any\""),
    ("ftp.server_name", "server_name = { value = 255", "server_name = { value = 77"),
    ("ftp.folder_path", "folder_path = { value = 128", "folder_path = { value = 99"),
    ("ftp.local_name", "local_name = { value = 255", "local_name = { value = 64"),
    ("ssl.contexts", "[ssl]\ncontexts = { value = \"(0-5)\"", "[ssl]\ncontexts = { value = \"(0-3)\""),
    (
        "ssl.keys",
        "name = \"negotiatetime\", range = \"(10-300)\"",
        "name = \"negotiatetime\", range = \"(5-300)\"",
    ),
    ("pdp.contexts", "[pdp]\ncontexts = { value = \"(1-16)\"", "[pdp]\ncontexts = { value = \"(1-4)\""),
    ("pdp.auth", "auth = { value = \"(0-2)\"", "auth = { value = \"(0-3)\""),
    ("pdp.access_point", "access_point = { value = \"needed\"", "access_point = { value = \"from-network\""),
    ("pdp.definition", "definition = { value = \"short\"", "definition = { value = \"long\""),
    (
        "files.storages",
        "name = \"UFS\", size = 5242880, block = 1",
        "name = \"UFS\", size = 1048576, block = 512",
    ),
    ("files.listed", "listed = { value = \"with-storage\"", "listed = { value = \"as-asked\""),
    ("files.name", "name = { value = 80", "name = { value = 66"),
    ("files.upload_form", "<filename>[,<file_size>", "<name>[,<size>"),
    ("files.open_form", "<filename>[,(0-2)]", "<filename>[,(0-9)]"),
    (
        "files.missing",
        "missing = { value = 405, inferred = \"manuals\" }\ndelete",
        "missing = { value = 402, inferred = \"manuals\" }\ndelete",
    ),
    ("files.delete_missing", "delete_missing = { value = 418", "delete_missing = { value = 412"),
    ("files.list_nothing", "list_nothing = { value = 417", "list_nothing = { value = 405"),
    ("files.exists", "exists = { value = 407", "exists = { value = 409"),
    ("files.no_space", "no_space = { value = 420", "no_space = { value = 403"),
    ("files.time_out", "time_out = { value = 421", "time_out = { value = 408"),
];

#[test]
fn every_key_that_can_be_found_out_is_changed_once() {
    for (key, needs) in KEYS.iter().filter(|(key, _)| *key != "identity.model") {
        let changed = CHANGES.iter().any(|(own, ..)| own == key);
        assert_eq!(changed, !matches!(needs, Needs::Never(_)), "{key}");
    }
}

/// A module that does not answer, whatever it was asked before, ends a survey in a bounded time.
#[test]
fn a_module_that_falls_silent_ends_the_survey() {
    let family = Family::load("ec25").expect("built in");
    for after in [0, 1, 5, 40, 100, 150, 200] {
        let mut bench = Bench::new(config(&family));
        bench.silent_after = Some(after);
        let surveyed = survey(bench, ALL);
        assert!(
            matches!(surveyed.stopped, Some(Stop::Silent(_) | Stop::TooSilent(_))),
            "{after}: {:?}",
            surveyed.stopped
        );
        assert!(surveyed.bench.time() < Duration::from_secs(300), "{after}: {:?}", surveyed.bench.time());
        if after >= 40 {
            assert_eq!(surveyed.found.text("identity.model"), Some("EC25"));
        }
    }
}

/// A module that says what cannot be: no family file holds it, and the rest is written.
#[test]
fn what_cannot_be_is_told_and_left_out() {
    let family = Family::load("ec25").expect("built in");
    let mut bench = Bench::new(config(&family));
    bench.lies = vec![("+QICSGP: (1-16)", "+QICSGP: (1-99)"), ("+QFLDS: 5242880,5242880", "+QFLDS: 5,0")];
    let surveyed = survey(bench, PLAIN);
    let keys: Vec<&str> = surveyed.conclusion.refused.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys, ["pdp.contexts", "files.storages"]);
    assert_eq!(surveyed.conclusion.family.pdp.contexts.value.to_string(), "(1-16)");
    assert_eq!(values(&surveyed.conclusion.family), values(&family));
}

/// What stands between lines, and how they come, changes nothing that is found but times.
#[test]
fn the_form_of_the_line_changes_nothing() {
    let family = Family::load("ec25").expect("built in");
    for fault in ["chatter=2", "dribble=3", "no-blank-line", "echo-off", "late-urc=700", "slow-close=2000"] {
        let mut config = config(&family);
        config.faults = vec![Fault::parse(fault).expect("sound")];
        let surveyed = survey(Bench::new(config), ALL);
        assert_eq!(surveyed.stopped, None, "{fault}");
        let timeless = |family: &Family| {
            let mut values = values(family);
            // Chatter comes between the lines of a start as well.
            values.retain(|(key, _)| {
                !key.ends_with("_ms") && (key != "identity.start" || fault != "chatter=2")
            });
            values
        };
        assert_eq!(timeless(&surveyed.conclusion.family), timeless(&family), "{fault}");
    }
}

/// A module that restarts by itself ends the survey, and what it said before is kept.
#[test]
fn a_restart_ends_the_survey() {
    let family = Family::load("ec25").expect("built in");
    for after in ["20cmd", "90cmd", "145cmd", "195cmd"] {
        let mut config = config(&family);
        config.faults = vec![Fault::parse(&format!("reboot={after}")).expect("sound")];
        let surveyed = survey(Bench::new(config), ALL);
        assert!(
            matches!(surveyed.stopped, Some(Stop::Restarted(_))),
            "{after}: {:?}, {:?}",
            surveyed.stopped,
            surveyed.found.notes
        );
        assert_eq!(surveyed.found.text("identity.model"), Some("EC25"));
        let conclusion = &surveyed.conclusion;
        assert_eq!(values(&conclusion.family), values(&family), "what was not seen is the family's");
    }
}

fn report(surveyed: &Surveyed, show: impl Fn(&Report<'_>) -> String) -> String {
    let masker = Masker::of(["hunter2", "mallory", "ftp.example.com"].map(str::to_owned));
    let model = surveyed.found.text("identity.model").unwrap_or_default();
    show(&Report {
        family: &surveyed.conclusion.family,
        nearest: surveyed.nearest,
        is_own: Family::of_model(model).is_some(),
        found: &surveyed.found,
        comparison: &surveyed.comparison,
        refused: &surveyed.conclusion.refused,
        asked: 99,
        stopped: surveyed.stopped.as_ref(),
        file: Some("desk/XY1.toml"),
        recording: Some("desk/XY1.rec"),
        masker: &masker,
    })
}

fn text(report: &Report<'_>) -> String {
    report.text()
}

/// A module of a model that no family has is compared with the family that its answers fit best; that and a module which lies and falls
/// silent, as people read it.
#[test]
fn reports() {
    let file = Family::load("ec25").expect("built in").to_string();
    let file = file.replace("value = \"EC25\"", "value = \"XY1\"").replace("[\"EC25\", ", "[\"XY1\", ");
    let family = Family::read(
        "xy1.toml",
        &file.replace("restenable\", range = \"(0,1)\"", "restenable\", range = \"(0-2)\""),
    )
    .expect("a family");
    let surveyed = survey(Bench::new(config(&family)), SERVER);
    assert_eq!(surveyed.nearest.name(), "ec25");
    assert_eq!(surveyed.conclusion.family.identity.models.value, ["XY1"]);
    insta::assert_snapshot!("another_model", report(&surveyed, text));
    let page = report(&surveyed, |report| super::page::page(report, "about = \"x\" <&>", "0.000 > AT\\r"));
    assert!(page.contains("<pre>about = &quot;x&quot; &lt;&amp;&gt;</pre>"), "{page}");
    insta::assert_snapshot!("page", page);

    let mut bench = Bench::new(config(&Family::load("eg800k").expect("built in")));
    bench.lies =
        vec![("+QICSGP: (1-8)", "+QICSGP: (1-99)"), ("EG800KEULCR07A07M04", "EG800K 867730050000000")];
    bench.silent_after = Some(100);
    let surveyed = survey(bench, PLAIN);
    insta::assert_snapshot!("not_whole", report(&surveyed, text));
    let said = report(&surveyed, |report| report.json().to_string());
    assert!(!said.contains("867730050000000") && said.contains("\"stopped\":\"the module"), "{said}");
}
