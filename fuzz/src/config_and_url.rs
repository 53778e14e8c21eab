//! What people write: URLs, the configuration file, addresses of ports.

use std::path::Path;

use qftp_cli::config;
use qftp_cli::options::Options;
use qftp_cli::url::Url;
use qftp_transport::Address;

use crate::input::{PASSWORD, assert_public, public};

/// The first byte says which, the rest is the text.
pub fn config_and_url(bytes: &[u8]) {
    let Some((which, rest)) = bytes.split_first() else { return };
    let rest = public(rest);
    // A URL may write any byte as `%7E`: the mark of secrets must not come in that way either.
    let text = String::from_utf8_lossy(&rest).replace("%7e", "%7a").replace("%7E", "%7A");
    match which % 4 {
        0 => url(&text),
        1 => url(&with_login(&text)),
        2 => file(&text),
        _ => address(&text),
    }
}

fn url(text: &str) {
    match Url::parse(text) {
        Err(error) => assert_public(error.as_bytes(), "an error"),
        Ok(url) => {
            let shown = url.to_string();
            assert_public(shown.as_bytes(), "a URL");
            assert_public(format!("{url:?}").as_bytes(), "the Debug of a URL");
            assert!(url.port > 0 && !url.host.is_empty());
            let (folder, name) = url.folder_and_name();
            assert!(url.path.contains(folder) && url.path.ends_with(name));
        }
    }
    if let Err(problem) = Url::checked(text) {
        assert_public(problem.text.as_bytes(), "a problem");
    }
}

/// A password where people put it.
fn with_login(text: &str) -> String {
    match text.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://me:{PASSWORD}{rest}"),
        None => format!("ftp://me:{PASSWORD}@{text}"),
    }
}

fn file(text: &str) {
    // A password that is quoted wrongly, or not at all, is a password all the same.
    let text = text.replacen("SECRET", PASSWORD, 1);
    let mut options = Options::default();
    match config::apply(&mut options, &text, Path::new("qftp.toml")) {
        Ok(_) => {
            assert!(options.context.is_none_or(|context| (1..=16).contains(&context)));
            assert!(options.timeout.is_none_or(|timeout| (20..=180).contains(&timeout)));
        }
        Err(problem) => {
            assert!(problem.text.starts_with("qftp.toml"), "{}", problem.text);
            if text.contains("apn-password") && !text.replace("apn-password", "").contains("SECRET") {
                assert_public(problem.text.as_bytes(), "a problem");
            }
        }
    }
}

fn address(text: &str) {
    match Address::parse(text) {
        Ok(Address::Path(path)) => assert_eq!(path, text),
        Ok(Address::Tcp(host) | Address::Rfc2217(host)) => {
            let (name, port) = host.rsplit_once(':').expect("a port");
            assert!(!name.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
        }
        Ok(other) => panic!("an address that this does not know: {other:?}"),
        Err(error) => assert_eq!(error.port, text),
    }
}
