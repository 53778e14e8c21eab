//! The tables in docs/emulator.md are those of the program.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use qftp_core::wire::{FtpKey, Storage};
use qftp_emulator::{Config, DownloadEscape, Drives, Family, Fault, Origin, Provenance};

fn profiles() -> String {
    let mut table = String::from(
        "| name | models | storages | contexts | `+++` in a download | SSL context key | other keys than the note's | path of QFTPPWD | password read back | from the end of a file | known: measured, manual, code, inferred |\n|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for profile in Family::all() {
        let mut config = Config::new(Drives::temporary().unwrap());
        profile.apply(&mut config);
        let storages = [(Storage::Ufs, "UFS"), (Storage::Ram, "RAM"), (Storage::Sd, "SD")];
        let storages: Vec<_> = storages
            .into_iter()
            .filter(|(storage, _)| config.drives.folder(*storage).is_some())
            .map(|(_, name)| name)
            .collect();
        let escape = match config.download_escape {
            DownloadEscape::Pause => "pauses, `ATO` resumes",
            DownloadEscape::Abort => "aborts",
        };
        let is_ssl = |key: &FtpKey| matches!(key, FtpKey::SslCtxId(_));
        let code = |key: &FtpKey| format!("`{}`", key.name());
        let ssl: Vec<_> = config.ftp_keys.iter().filter(|key| is_ssl(key)).map(code).collect();
        let more = config.ftp_keys.iter().filter(|key| !FtpKey::NOTE.contains(key) && !is_ssl(key)).map(code);
        let lacks = FtpKey::NOTE.iter().filter(|key| !config.ftp_keys.contains(key) && !is_ssl(key));
        let others: Vec<_> = more.chain(lacks.map(|key| format!("no {}", code(key)))).collect();
        writeln!(
            table,
            "| `{}` | {} | {} | {} | {escape} | {} | {} | {} | {} | {} | {} |",
            profile.name(),
            profile.identity.models.value.join(", "),
            storages.join(", "),
            profile.pdp.contexts.value.to_string().replace(['(', ')'], ""),
            ssl.join(", "),
            others.join(", "),
            if config.quotes_path { "quoted" } else { "bare" },
            if config.masks_password { "`****`" } else { "shown" },
            if config.end_read_fails { "627,550" } else { "0 bytes" },
            profile.provenance().map(|count| count.to_string()).join(", "),
        )
        .unwrap();
    }
    table
}

/// Where the values come from, and which families use it in which way.
fn sources() -> String {
    let mut table = String::from("| source | what it is | values |\n|---|---|---|\n");
    let all: BTreeMap<_, _> = Family::all().iter().flat_map(|family| &family.sources).collect();
    for (name, what) in all {
        let mut uses = Vec::new();
        for family in Family::all() {
            let facts = family.facts();
            for how in Provenance::ALL {
                let of = |(_, _, origin): &&(String, String, &Origin)| {
                    origin.source == *name && origin.provenance == how
                };
                match facts.iter().filter(of).count() {
                    0 => {}
                    count => uses.push(format!("`{}` {count} {}", family.name(), how.name())),
                }
            }
        }
        writeln!(table, "| {name} | {what} | {} |", uses.join(", ")).unwrap();
    }
    table
}

fn faults() -> String {
    let mut table = String::from("| fault | default | what it does |\n|---|---|---|\n");
    for kind in Fault::kinds() {
        let usage = kind.usage().replace('|', "\\|");
        let default = kind.default_value().map_or_else(String::new, |value| format!("`{value}`"));
        writeln!(table, "| `{usage}` | {default} | {} |", kind.about).unwrap();
    }
    table
}

/// The page with what stands between a table's two marks replaced.
fn with_table(page: &str, name: &str, table: &str) -> String {
    let mark = format!("<!-- {name}: generated -->\n");
    let (before, rest) = page.split_once(&mark).expect("the table's first mark");
    let (_, after) = rest.split_once("<!-- end -->").expect("the table's last mark");
    format!("{before}{mark}\n{table}\n<!-- end -->{after}")
}

#[test]
fn the_tables_are_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/emulator.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let fresh = with_table(&with_table(&page, "profiles", &profiles()), "sources", &sources());
    let fresh = with_table(&fresh, "faults", &faults());
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, fresh).unwrap();
        return;
    }
    assert!(
        page == fresh,
        "docs/emulator.md is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-emulator --test emulator_tests book"
    );
}
