//! docs/reference/settings.md: what the configuration file may hold, as the program reads it.

use std::fmt::Write as _;
use std::path::Path;

use clap::builder::PossibleValue;
use clap::{Arg, ArgAction, Args as _, Command};

use super::{File, read};
use crate::options::Options;

const HEAD: &str = "# Settings of qftp.toml

Made from what the program reads: `QFTP_UPDATE_DOCS=1 cargo test -p qftp-cli --lib page`. The tests fail where it is stale.

The file is `qftp.toml` in `$XDG_CONFIG_HOME`, or else in `~/.config`; `--config FILE` names another one, which must be there. It says what an option is where nobody gives it:
the command line wins, then the environment, then the file. A key that is not in the table is an error, which names the line; so is a value that does not fit.

```toml
";

/// A file with every key.
const EXAMPLE: &str = "port = \"/dev/ttyUSB2\"
baud = 921600
flow = \"rtscts\"
apn = \"internet\"
apn-user = \"me\"
apn-password = \"secret\"
context = 1
timeout = 60
urc-port = \"usbat\"
via = \"auto\"
cacert = \"/etc/ssl/certs/station-ca.pem\"
cert = \"/etc/qftp/me.pem\"
key = \"/etc/qftp/me.key\"
tls-min = \"1.2\"
active = false
";

/// What holds for some keys beyond their options.
const NOTES: &str = "
`--insecure` leaves `cacert` aside, `--cert` leaves both `cert` and `key`, `--passive` leaves `active`. Paths are taken as they are, from the folder that the program runs in.

The passwords of servers do not stand in the file: they come from the URL, from `QFTP_PASSWORD` or from a prompt, that of a key from `QFTP_KEY_PASSWORD`. The access point's does, so let nobody else read the file (`chmod 600`).

";

/// What the keys mean that are no options.
const BEYOND: [(&str, &str); 2] = [
    ("apn-user", "The user name that the access point wants; without one none is sent"),
    ("apn-password", "Its password"),
];

/// The keys, as the reader itself names them to whoever writes another one.
fn keys() -> Vec<String> {
    let error = toml::from_str::<File>("none-of-them = 1").expect_err("no such key").to_string();
    let (_, named) = error.split_once("expected one of ").expect("the keys are named");
    named.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a key may be, asked of the reader.
fn values(key: &str, option: Option<&Arg>) -> String {
    let takes = |value: &str| toml::from_str::<File>(&format!("{key} = {value}")).is_ok();
    let possible = option.map(Arg::get_possible_values).unwrap_or_default();
    if takes("true") {
        return "`true`, `false`".to_owned();
    }
    if takes("1") {
        let error = read(&format!("{key} = 0"), Path::new("")).err().map(|problem| problem.text);
        let range = error.as_deref().and_then(|text| text.rsplit_once(": ")).map(|(_, range)| range);
        return range.unwrap_or("a number").to_owned();
    }
    if takes("'any'") {
        return "a text".to_owned();
    }
    let about = |value: &PossibleValue| {
        let help = value.get_help().map(|help| format!(": {}", lower(&help.to_string())));
        format!("`\"{}\"`{}", value.get_name(), help.unwrap_or_default())
    };
    possible.iter().map(about).collect::<Vec<_>>().join("<br>")
}

/// With its first letter small, unless that begins a name.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) if !letters.as_str().starts_with(char::is_uppercase) => {
            first.to_lowercase().collect::<String>() + letters.as_str()
        }
        _ => text.to_owned(),
    }
}

fn page() -> String {
    let command = Options::augment_args(Command::new("qftp"));
    let mut page = format!("{HEAD}{EXAMPLE}```\n\n| key | what it is | values |\n|---|---|---|\n");
    let keys = keys();
    for key in &keys {
        let option = command.get_arguments().find(|option| option.get_long() == Some(key));
        let help = option.and_then(Arg::get_help).map(ToString::to_string);
        let help = help
            .or_else(|| BEYOND.iter().find(|(name, _)| name == key).map(|(_, about)| (*about).to_owned()))
            .unwrap_or_else(|| panic!("nothing says what `{key}` is"));
        writeln!(page, "| `{key}` | {} | {} |", help.replace('|', "\\|"), values(key, option)).expect("text");
    }
    page.push_str(NOTES);
    let only = command.get_arguments().filter_map(|option| {
        let name = option.get_long().filter(|name| !keys.iter().any(|key| key == name))?;
        let value = matches!(option.get_action(), ArgAction::Set).then_some("=…").unwrap_or_default();
        Some(format!("`--{name}{value}`"))
    });
    let only: Vec<String> = only.collect();
    writeln!(
        page,
        "These are for the command line alone: {}. [The program](cli.md#options-of-every-command) has them.",
        only.join(", ")
    )
    .expect("text");
    page
}

#[test]
fn the_page_is_fresh() {
    let page = page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/settings.md");
    if std::env::var_os("QFTP_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &page).expect("written");
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        there == page,
        "docs/reference/settings.md is stale: QFTP_UPDATE_DOCS=1 cargo test -p qftp-cli --lib page"
    );
}

#[test]
fn the_example_has_every_key() {
    read(EXAMPLE, Path::new("qftp.toml")).map_err(|problem| problem.text).expect("sound");
    let of_example: Vec<&str> = EXAMPLE.lines().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(of_example, keys());
}
