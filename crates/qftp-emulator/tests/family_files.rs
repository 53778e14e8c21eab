//! Family files: what is read, what is refused and how, and the reference that is made from the type.

use std::fmt::Write as _;
use std::path::Path;

use qftp_emulator::{Config, Drives, Family, Provenance, Storage};

const EC200S: &str = include_str!("../families/ec200s.toml");

fn refused(text: &str) -> String {
    Family::read("mine.toml", text).expect_err("no family file").to_string()
}

/// The default family with something replaced that is there once.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(EC200S.matches(from).count(), 1, "{from}");
    EC200S.replace(from, to)
}

#[test]
fn every_built_in_family_is_a_file_as_the_program_writes_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("families");
    let mut names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert_eq!(names.len(), Family::all().len(), "each file of families/ is built in");
    for path in names {
        let text = std::fs::read_to_string(&path).unwrap();
        let family = Family::load(path.to_str().unwrap()).unwrap();
        assert_eq!(family.to_string(), text, "{}", path.display());
        let built_in = Family::load(family.name()).unwrap();
        assert!(built_in == family, "{family:?}");
        assert_eq!(family.provenance().iter().sum::<usize>(), family.facts().len());
    }
}

#[test]
fn every_value_names_its_source_and_every_source_is_used() {
    for family in Family::all() {
        let facts = family.facts();
        assert!(facts.len() > 70, "{family:?}");
        for name in family.sources.keys() {
            assert!(facts.iter().any(|(_, _, origin)| origin.source == *name), "{family:?}: {name}");
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_key() {
    for (from, to, told) in [
        ("model = {", "modle = {", "`identity.modle`: there is no such key; did you mean `model`?"),
        ("[pdp]", "[pdpx]", "there is no such key; did you mean `pdp`?"),
        ("model = { value = \"EC200S\", manual = \"note\" }\n", "", "`model` is missing"),
        (
            "path = { value = \"quoted\"",
            "path = { value = \"single\"",
            "`ftp.path`: `single` is none of quoted, bare",
        ),
        (
            "start_ms = { value = 500, inferred = \"qftp\" }",
            "start_ms = { value = 500 }",
            "`identity.start_ms`: a value has exactly one of",
        ),
        (
            "start_ms = { value = 500, inferred",
            "start_ms = { value = 500, manual = \"note\", inferred",
            "exactly one of",
        ),
        (
            "start_ms = { value = 500, inferred = \"qftp\"",
            "start_ms = { value = 500, inferred = \"nobody\"",
            "`identity.start_ms`: `nobody` is not in [sources]",
        ),
        ("start_ms = { value = 500", "start_ms = { value = -1", "`identity.start_ms`"),
        (
            "start_ms = { value = 500",
            "start_ms = { value = 999999",
            "`identity.start_ms`: 999999 is not between 0 and 120000",
        ),
        (
            "folder_path = { value = 128",
            "folder_path = { value = 129",
            "`ftp.folder_path`: 129 is not between 1 and 128",
        ),
        (
            "while_closing = { value = 603",
            "while_closing = { value = 3",
            "`ftp.while_closing`: 3 is not between 601 and 699",
        ),
        (
            "[pdp]\ncontexts = { value = \"(1-15)\"",
            "[pdp]\ncontexts = { value = \"(1-17)\"",
            "`pdp.contexts`: `(1-17)` is no range within (1-16)",
        ),
        (
            "[pdp]\ncontexts = { value = \"(1-15)\"",
            "[pdp]\ncontexts = { value = \"(15-1)\"",
            "greater number first",
        ),
        (
            "[pdp]\ncontexts = { value = \"(1-15)\"",
            "[pdp]\ncontexts = { value = \"(1-15\"",
            "a `)` is missing",
        ),
        (
            "{ name = \"filetype\", range = \"(0,1)\", default = \"0\"",
            "{ name = \"filetype\", range = \"(0,1)\", default = \"2\"",
            "`ftp.keys`: `default` is no value of filetype, whose range is (0,1)",
        ),
        ("{ name = \"cache\"", "{ name = \"cash\"", "`ftp.keys`: `cash` is no key of AT+QFTPCFG"),
        ("{ name = \"cache\"", "{ name = \"filetype\"", "`filetype` stands there twice"),
        ("reads = \"masked\", ", "", "`reads` stands with the key `account`"),
        (
            "{ name = \"seclevel\", range = \"(0-2)\"",
            "{ name = \"seclevel\", rangee = \"(0-2)\"",
            "`ssl.keys`: there is no such key; did you mean `range`?",
        ),
        ("{ name = \"UFS\"", "{ name = \"UFO\"", "`files.storages`: `UFO` is none of UFS, RAM, SD"),
        (
            "names = [\"QFTPNLIST\"]",
            "names = [\"AT+QFTPNLIST\"]",
            "`commands.exist`: `AT+QFTPNLIST` is no name of a command",
        ),
        ("\"+QUSIM: 1\"", "\"+QUSIM: 1\\n\"", "is no printable ASCII"),
    ] {
        let text = changed(from, to);
        let said = refused(&text);
        assert!(said.contains(told), "{said}\nnot: {told}");
        // The line is the one that was changed, but where something is missing.
        let line = text.lines().zip(EC200S.lines()).position(|(new, old)| new != old).unwrap() + 1;
        if !told.contains("missing`") && !told.starts_with("`model`") {
            assert!(said.starts_with(&format!("mine.toml, line {line}")), "{said}\nline {line}");
        }
    }
}

#[test]
fn a_file_is_found_by_its_path_and_a_family_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("desk.toml");
    std::fs::write(&path, changed("\"EC200SCNAAR01A01M16\"", "\"EC200SCNAAR01A02M01\"")).unwrap();
    let family = Family::load(path.to_str().unwrap()).unwrap();
    assert_eq!((family.name(), &*family.identity.revision.value), ("desk", "EC200SCNAAR01A02M01"));
    let missing = Family::load("nowhere/x.toml").unwrap_err().to_string();
    assert!(missing.starts_with("nowhere/x.toml: "), "{missing}");
    let wrong = Family::load("ec200").unwrap_err().to_string();
    assert_eq!(wrong, "there is no profile `ec200`; did you mean `ec200s`?");
}

#[test]
fn a_size_that_somebody_chose_stays() {
    let total = |drives: Drives| {
        let mut config = Config::new(drives);
        Family::load("eg800k").unwrap().apply(&mut config);
        let mut bench = crate::common::Bench::with(|new| new.clone_from(&config));
        bench.ask("ATE0");
        bench.ask_for("AT+QFLDS=\"UFS\"", 20)
    };
    assert_eq!(total(Drives::in_memory()), "\r\n+QFLDS: 286720,286720\r\n\r\nOK\r\n");
    let chosen = Drives::in_memory().with_size(Storage::Ufs, 1000);
    assert_eq!(total(chosen), "\r\n+QFLDS: 1000,1000\r\n\r\nOK\r\n");
}

#[test]
fn a_model_finds_its_family() {
    for (model, family) in [
        ("EC200S", Some("ec200s")),
        ("EC200U", Some("ec200u")),
        ("EC25", Some("ec25")),
        ("EG25-G", Some("ec25")),
        ("EG912Y", Some("eg912y")),
        ("EG915N", Some("eg800k")),
        ("EG800K", Some("eg800k")),
        ("BG95-M3", Some("bg95")),
        ("BG950A-GL", Some("bg770a")),
        ("BG96", Some("bg96")),
        ("SIM7600E", None),
    ] {
        assert_eq!(Family::of_model(model).map(Family::name), family, "{model}");
    }
}

const HEAD: &str = "# Family files

Made from the type that reads them: `QFTP_UPDATE_DOCS=1 cargo test -p qftp-emulator --test emulator_tests family_files`. The tests fail where it is stale.

A family file is what `qftp emulate --profile FILE.toml` takes, and `qftp.emulator.Module(profile=…)`, `qftp_emulator_options.profile` and Rust's `Family::load`. The built-in families are such
files: [crates/qftp-emulator/families](https://github.com/qftp/qftp/tree/main/crates/qftp-emulator/families). Begin with a copy of the nearest.

A file is TOML. Every key below has to be there; a key that is not below, or a value that cannot be, is refused with its line.

    about = \"one line for --list-profiles\"

    [sources]
    capture = \"a dialogue of 2026-11-27 with a module that lay on the desk\"

    [identity]
    model = { value = \"EC25\", measured = \"capture\" }

Every value, and every element of a list, says how it is known, by one of four keys, and by what: a name of `[sources]`.

| key | the value is |
|---|---|
";

const WAYS: [(Provenance, &str); 4] = [
    (Provenance::Measured, "seen on a module"),
    (Provenance::Manual, "in a manual or an application note of the maker's"),
    (Provenance::Code, "in the source code of a host, or of the maker's SDK"),
    (
        Provenance::Inferred,
        "said by nobody: it follows from something known, or keeps the module whole. In an element with a `default`, the source is that of the name and the range",
    ),
];

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('<', "&lt;")
}

fn page() -> String {
    let mut page = HEAD.to_owned();
    for (how, about) in WAYS {
        writeln!(page, "| `{}` | {about} |", how.name()).unwrap();
    }
    for section in Family::SECTIONS {
        write!(page, "\n## [{}]\n\n{}\n\n", section.name, section.about.trim()).unwrap();
        page.push_str("| key | what it is | value |\n|---|---|---|\n");
        for field in section.fields {
            let form = match field.elements {
                [] => field.form.to_owned(),
                elements => {
                    let names: Vec<_> = elements.iter().map(|(name, _)| format!("`{name}`")).collect();
                    format!("a list of tables with {}", names.join(", "))
                }
            };
            writeln!(page, "| `{}` | {} | {} |", field.name, cell(field.about), cell(&form)).unwrap();
        }
        for field in section.fields.iter().filter(|field| !field.elements.is_empty()) {
            write!(page, "\nAn element of `{}`:\n\n| key | what it is |\n|---|---|\n", field.name).unwrap();
            for (name, about) in field.elements {
                writeln!(page, "| `{name}` | {} |", cell(about)).unwrap();
            }
        }
    }
    page
}

#[test]
fn the_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/family.md");
    let page = page();
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == page,
        "docs/reference/family.md is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-emulator --test emulator_tests family_files"
    );
}
