//! What qftp does because a module is another than its family.

/// What a difference changes. A side that is empty has no such element.
pub(super) fn of(key: &str, family: &str, module: &str) -> &'static str {
    let element = if module.is_empty() { family } else { module };
    let gone = module.is_empty();
    match key {
        "commands.exist" => command(element, gone),
        "ftp.keys" => setting(element, gone),
        "ssl.keys" => ssl(element, gone),
        "files.storages" => storage(element, gone),
        _ => value(key, module),
    }
}

const EMULATED: &str = "nothing: qftp reads both forms; only the emulated module changes";

fn value(key: &str, module: &str) -> &'static str {
    match key {
        "ftp.path" | "line.errors" | "line.texts" | "files.listed" | "pdp.definition" => EMULATED,
        "ftp.names_listing" => "nothing: qftp sends AT+QFTPNLST, and AT+QFTPNLIST where that is refused",
        "ftp.escape" if module.contains("abort") => {
            "nothing: qftp never goes on with a download by ATO, but asks anew from where it was"
        }
        "ftp.escape" => {
            "a download that is broken off is still open in the module: qftp closes it with the session"
        }
        "ftp.nothing_to_resume" => "nothing: qftp sends no ATO",
        "ftp.end_of_file" => {
            "nothing where the server has SIZE, which qftp asks first; without it a download from the end fails with 627,550"
        }
        "ftp.while_opening" | "ftp.while_closing" => {
            "nothing: qftp waits for the outcome before its next command"
        }
        "ftp.after_615" => {
            "a session that could not open a data connection is closed before the next transfer"
        }
        "ftp.closed_port" => {
            "a login where nobody listens fails with this code, and with the cause that qftp knows for it"
        }
        "ftp.local_name_error" => "a staged transfer with a name that cannot be fails with this code",
        "ftp.local_prefix" => {
            "nothing: qftp writes UFS:, RAM: and SD: in capitals; a name of yours goes out as it is"
        }
        "ftp.server_name" => {
            "a longer name of a file on the server is refused by the module, and that is an error"
        }
        "ftp.folder_path" => "a longer path of a folder is refused by the module, and that is an error",
        "ftp.local_name" => "a longer local name is refused by the module, and that is an error",
        "ssl.contexts" => "nothing, as long as SSL context 1 is in the range: qftp uses no other by itself",
        "pdp.contexts" => "--context takes what the module has; a number that it does not have is refused",
        "pdp.active" => "nothing: qftp activates one context",
        "pdp.auth" => {
            "a login of the access point works only by a kind of authentication that the module has"
        }
        "pdp.access_point" if module.contains("needed") => {
            "--apn has to be given, unless the module's own setting names the access point"
        }
        "pdp.access_point" => "--apn may be left out: the network gives the name",
        "files.name" => "a longer name of a file of the module is refused by it, and that is an error",
        "files.missing" | "files.list_nothing" => {
            "`qftp module files` takes 405 and 417 for an empty storage; another code is an error there"
        }
        "files.delete_missing" | "files.exists" | "files.no_space" | "files.time_out" => {
            "the error of a file of the module has this code, and the cause that qftp knows for it"
        }
        "identity.start" => "nothing: qftp takes RDY for a restart, and the other lines for what they are",
        _ => EMULATED,
    }
}

fn command(name: &str, gone: bool) -> &'static str {
    match (name.trim_start_matches("AT+"), gone) {
        (_, false) => "nothing: qftp uses the commands that it knows, and this one is there besides",
        ("QFTPNLST", true) => "the listing of names goes out as AT+QFTPNLIST",
        ("QFTPNLIST", true) => "nothing where AT+QFTPNLST is there; without both `ls -1` fails",
        ("QFTPMLSD", true) => "`ls --facts` fails; sync and tree read the long listing",
        ("QFTPMDTM", true) => "`mtime` fails; sync takes the times of the long listing",
        ("QFTPSIZE", true) => {
            "sizes come from listings and from the counts of transfers; --resume of an upload fails"
        }
        ("QFLDS" | "QFLST" | "QFUPL" | "QFDWL" | "QFDEL", true) => {
            "files cannot be staged in the module: --via com alone works"
        }
        ("QSSLCFG", true) => "ftps:// and ftpes:// fail",
        ("QURCCFG", true) => "--urc-port is refused: outcomes come where the module sends them",
        ("S12", true) => "the silence around +++ stays one second: breaking a transfer off takes longer",
        ("QIGETERROR", true) => "why a context is not activated is not told",
        (name, true) if name.starts_with("QFTP") => "the operation of this command fails",
        (_, true) => "nothing that transfers files: `qftp doctor` and `module info` say less",
    }
}

fn setting(element: &str, gone: bool) -> &'static str {
    let is = |name: &str| element.contains(&format!("name = \"{name}\""));
    match gone {
        true if is("SSL_ctxID") || is("sslctxid") => {
            "nothing: qftp tries both spellings of this key, and keeps the one that is taken"
        }
        true if is("ssltype") => "ftps:// and ftpes:// fail",
        true if is("cache") || is("cache_size") || is("restenable") || is("data_address") => {
            "nothing, unless a program sets this key: qftp leaves it as it is"
        }
        true => "a login goes on without this key, or fails where it is needed",
        false if is("account") => EMULATED,
        false if is("contextid") => {
            "--context takes what the module has; a number that it does not have is refused"
        }
        false if is("rsptimeout") => "--timeout takes what the module has; another number is refused",
        false => "nothing, unless a program sets this key to a value that one of the two does not have",
    }
}

fn ssl(element: &str, gone: bool) -> &'static str {
    let is = |name: &str| element.contains(&format!("name = \"{name}\""));
    match gone {
        true if is("checkhost") => "the server's name is not compared with its certificate: qftp warns of it",
        true if is("sni") => "no server name is sent in the handshake: qftp warns of it",
        true if is("session_cache") || is("session") => {
            "a server that wants sessions resumed may refuse data connections: qftp warns of it"
        }
        true => "FTPS works as far as the module has it: what it refuses is warned of, or fails",
        false => "nothing, unless --tls-min or a certificate asks for what one of the two does not have",
    }
}

fn storage(element: &str, gone: bool) -> &'static str {
    let is = |name: &str| element.contains(&format!("name = \"{name}\""));
    match gone {
        true if is("RAM") => "--via ram fails; --via auto takes UFS, where there is room",
        true if is("SD") => "--via sd fails",
        _ => "what fits into it is another: a staged transfer asks before it begins",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::keys::KEYS;

    #[test]
    fn every_key_has_words() {
        for (key, _) in KEYS {
            assert!(!of(key, "\"x\"", "\"y\"").is_empty(), "{key}");
        }
        assert!(of("commands.exist", "AT+QFTPNLST", "").contains("QFTPNLIST"));
        assert!(of("ftp.keys", "name = \"sslctxid\", range = \"(0-5)\"", "").contains("both spellings"));
        assert!(of("pdp.access_point", "\"from-network\"", "\"needed\"").contains("--apn has to"));
        assert!(of("files.storages", "name = \"RAM\", size = 1, block = 1", "").contains("--via ram fails"));
    }
}
