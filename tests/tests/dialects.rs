//! Modules that have no `AT+QFTP`, or mean something else by it, are named as such: by a set-up and login, by the doctor, by `explain`.

use std::fs;
use std::path::PathBuf;

use qftp_tests::program::{Module, run};
use tempfile::TempDir;

const EC200S: &str = include_str!("../../crates/qftp-emulator/families/ec200s.toml");

/// A family file of a module without FTP commands that calls itself so.
fn without_ftp(folder: &TempDir, manufacturer: &str, model: &str) -> PathBuf {
    let ftp = EC200S.lines().filter(|line| line.contains("names = [\"QFTP"));
    let mut text = ftp.fold(EC200S.to_owned(), |text, line| text.replace(&format!("{line}\n"), ""));
    text = text.replace("value = \"Quectel\"", &format!("value = \"{manufacturer}\""));
    text = text.replace("model = { value = \"EC200S\"", &format!("model = {{ value = \"{model}\""));
    assert!(text.contains(manufacturer) && text.contains(model));
    let path = folder.path().join("other.toml");
    fs::write(&path, text).expect("written");
    path
}

#[test]
fn a_module_without_ftp_is_named() {
    for (manufacturer, model, who) in [
        ("Quectel", "EC20", "a module without FTP commands"),
        ("Quectel_Ltd", "Quectel_M95", "a GSM module of Quectel's"),
        ("SIMCOM_Ltd", "SIM7600E", "a module of SIMCom's"),
        ("Telit", "LE910C1-EU", "a module of Telit's"),
        ("u-blox", "SARA-R410M", "a module of u-blox's"),
        ("Nordic Semiconductor ASA", "nRF9160-SICA", "a module of Nordic Semiconductor's"),
        ("Quectel", "FC41D", "a Wi-Fi module of Quectel's"),
    ] {
        let folder = TempDir::with_prefix("qftp-dialects-").expect("a folder");
        let family = without_ftp(&folder, manufacturer, model);
        let module = Module::start(&["--profile", &family.to_string_lossy()]);
        let listed = module.qftp(&["ls", "ftp://me:secret@127.0.0.1:9/"]);
        assert_eq!(listed.code, Some(4), "{model}: {}", listed.err);
        assert!(listed.err.contains(&format!("this is {who}")), "{model}: {}", listed.err);
        assert!(listed.err.contains("what it would need: "), "{model}: {}", listed.err);
        let examined = module.qftp(&["doctor"]);
        assert!(examined.code != Some(0), "{model}: {}", examined.text());
        assert!(examined.text().contains(&format!("this is {who}")), "{model}: {}", examined.text());
    }
}

/// What `explain` says about a log.
fn explained(log: &str) -> String {
    let folder = TempDir::with_prefix("qftp-dialects-").expect("a folder");
    let path = folder.path().join("log");
    fs::write(&path, log).expect("written");
    let run = run(&["explain", &path.to_string_lossy()]);
    run.ok()
}

#[test]
fn a_log_in_another_dialect_is_named_and_not_judged() {
    for (log, who) in [
        (
            "AT+QFTPUSER=\"u\"\r\nOK\r\nAT+QFTPOPEN=\"h\",21\r\nOK\r\n\r\n+QFTPOPEN:0\r\n",
            "a GSM module of Quectel's",
        ),
        (
            "AT+CFTPSSTART\r\nOK\r\n\r\n+CFTPSSTART: 0\r\nAT+CFTPSLOGIN=\"h\",21,\"u\",\"p\"\r\nOK\r\n",
            "a module of SIMCom's",
        ),
        ("AT#FTPOPEN=\"h\",\"u\",\"p\"\r\nOK\r\n", "a module of Telit's"),
        ("AT+UFTPC=1\r\nOK\r\n\r\n+UUFTPCR: 1,1\r\n", "a module of u-blox's"),
        ("AT#XFTP=\"open\",\"u\",\"p\",\"h\"\r\nOK\r\n", "a module of Nordic Semiconductor's"),
    ] {
        let said = explained(log);
        assert!(said.contains(&format!("the FTP commands are those of {who}")), "{said}");
    }
}

#[test]
fn a_refusal_by_another_module_is_explained_by_what_it_is() {
    let log = "ATI\r\nManufacturer: SIMCOM INCORPORATED\r\nModel: SIM7600E\r\n\r\nOK\r\nAT+QFTPCFG=\"contextid\",1\r\nERROR\r\n";
    let said = explained(log);
    assert!(said.contains("this is a module of SIMCom's"), "{said}");
}
