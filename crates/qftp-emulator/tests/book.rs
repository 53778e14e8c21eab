//! The tables in docs/emulator.md are those of the program.

use std::fmt::Write as _;
use std::path::Path;

use qftp_core::wire::{FtpKey, Storage};
use qftp_emulator::{Config, DownloadEscape, Drives, Fault, Profile};

fn profiles() -> String {
    let mut table = String::from(
        "| name | model | storages | `+++` in a download | SSL context key | other keys than the note's | path of QFTPPWD | password read back | from the end of a file |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for profile in Profile::all() {
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
            "| `{}` | {} | {} | {escape} | {} | {} | {} | {} | {} |",
            profile.name,
            config.identity.model,
            storages.join(", "),
            ssl.join(", "),
            others.join(", "),
            if config.quotes_path { "quoted" } else { "bare" },
            if config.masks_password { "`****`" } else { "shown" },
            if config.end_read_fails { "627,550" } else { "0 bytes" },
        )
        .unwrap();
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
    let fresh = with_table(&with_table(&page, "profiles", &profiles()), "faults", &faults());
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, fresh).unwrap();
        return;
    }
    assert!(
        page == fresh,
        "docs/emulator.md is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-emulator --test emulator_tests book"
    );
}
