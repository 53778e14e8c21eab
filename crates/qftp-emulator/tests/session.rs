//! Login, state, folder and file commands, and every way they fail.
use crate::common::Bench;
use qftp_core::wire::FtpKey;
use qftp_emulator::{Failure, Pin, Registration, Sim};

#[test]
fn every_test_form() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    for (name, parameters) in [
        ("QFTPOPEN", "<hostname>,<port>"),
        ("QFTPCWD", "<path_name>"),
        ("QFTPPUT", "<file_name>,<local_name>,<startpos>,<uploadlen>,<beof>"),
        ("QFTPGET", "<file_name>,<local_name>,<startpos>,<downloadlen>"),
        ("QFTPSIZE", "<file_name>"),
        ("QFTPDEL", "<file_name>"),
        ("QFTPMKDIR", "<folder_name>"),
        ("QFTPRMDIR", "<folder_name>"),
        ("QFTPLIST", "<dirname>,<local_name>"),
        ("QFTPNLST", "<dirname>,<local_name>"),
        ("QFTPMLSD", "<dirname>,<local_name>"),
        ("QFTPMDTM", "<file_name>"),
        ("QFTPRENAME", "<old_name>,<new_name>"),
    ] {
        assert_eq!(bench.ask(&format!("AT+{name}=?")), format!("\r\n+{name}: {parameters}\r\n\r\nOK\r\n"));
    }
    for name in ["QFTPPWD", "QFTPLEN", "QFTPSTAT", "QFTPCLOSE"] {
        assert_eq!(bench.ask(&format!("AT+{name}=?")), "\r\nOK\r\n");
    }
    let keys = bench.ask("AT+QFTPCFG=?");
    assert_eq!(keys.matches("\r\n+QFTPCFG: \"").count(), 9, "{keys}");
    assert_eq!(bench.ask("AT+QFTPCFG?"), "\r\nERROR\r\n");
}

#[test]
fn settings_are_read_back_and_checked() {
    let mut bench = Bench::with(|config| config.ftp_keys.push(FtpKey::RestEnable));
    bench.ask("ATE0");
    for (set, read, shown) in [
        ("\"account\",\"test\",\"pass\"", "account", "\"test\",\"****\""),
        ("\"filetype\",1", "filetype", "1"),
        ("\"transmode\",0", "transmode", "0"),
        ("\"contextid\",15", "contextid", "15"),
        ("\"rsptimeout\",180", "rsptimeout", "180"),
        ("\"ssltype\",2", "ssltype", "2"),
        ("\"SSL_ctxID\",5", "SSL_ctxID", "5"),
        ("\"sslctxid\",4", "sslctxid", "4"),
        ("\"data_address\",1", "data_address", "1"),
        ("\"data_address\",2", "data_address", "2,25"),
        ("\"data_address\",2,50", "data_address", "2,50"),
        ("\"cache\",2", "cache", "2"),
        ("\"restenable\",0", "restenable", "0"),
    ] {
        assert_eq!(bench.ask(&format!("AT+QFTPCFG={set}")), "\r\nOK\r\n", "{set}");
        assert_eq!(
            bench.ask(&format!("AT+QFTPCFG=\"{read}\"")),
            format!("\r\n+QFTPCFG: \"{read}\",{shown}\r\n\r\nOK\r\n")
        );
    }
    for bad in [
        "\"filetype\",2",
        "\"rsptimeout\",19",
        "\"rsptimeout\",181",
        "\"cache\",3",
        "\"nothing\",1",
        "\"data_address\",2,14",
    ] {
        assert_eq!(bench.ask(&format!("AT+QFTPCFG={bad}")), "\r\nERROR\r\n", "{bad}");
    }
    for bad in ["\"contextid\",0", "\"contextid\",16"] {
        assert!(bench.ask(&format!("AT+QFTPCFG={bad}")).contains("ERROR"), "{bad}");
    }
}

#[test]
fn opening() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    // No context is active (§6).
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",21"), "\r\nOK\r\n\r\n+QFTPOPEN: 604,0\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\n+CME ERROR: 606\r\n");
    bench.ask("AT+QICSGP=1,1,\"apn\";+QIACT=1");
    bench.server.set_account("test", "right");
    bench.ask("AT+QFTPCFG=\"account\",\"test\",\"wrong\"");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",21"), "\r\nOK\r\n\r\n+QFTPOPEN: 625,530\r\n");
    bench.ask("AT+QFTPCFG=\"account\",\"test\",\"right\"");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"x.invalid\""), "\r\nOK\r\n\r\n+QFTPOPEN: 604,0\r\n");
    for code in [605, 608, 609] {
        bench.server.fail_next(Failure::local(code));
        assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), format!("\r\nOK\r\n\r\n+QFTPOPEN: {code},0\r\n"));
    }
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",0"), "\r\nERROR\r\n");
    bench.ask("AT+QFTPCFG=\"ssltype\",1");
    bench.server.fail_next(Failure::local(631));
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",990"), "\r\nOK\r\n\r\n+QFTPOPEN: 631,0\r\n");
    // FTPS is passive (§2.1), and its files have to be there; the host learns no more than this, the log why.
    bench.ask("AT+QFTPCFG=\"transmode\",0");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",990"), "\r\nOK\r\n\r\n+QFTPOPEN: 610,0\r\n");
    assert!(bench.module.poll_note().is_some_and(|note| note.contains("transmode")));
    bench.ask("AT+QFTPCFG=\"transmode\",1");
    bench.ask("AT+QSSLCFG=\"seclevel\",0,1;+QSSLCFG=\"cacert\",0,\"UFS:none.pem\"");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\",990"), "\r\nOK\r\n\r\n+QFTPOPEN: 631,0\r\n");
    assert!(bench.module.poll_note().is_some_and(|note| note.contains("UFS:none.pem is no file")));
    bench.ask("AT+QSSLCFG=\"seclevel\",0,0");
    for bad in
        ["\"sslversion\",0,5", "\"seclevel\",0,3", "\"negotiatetime\",0,9", "\"sni\",0,2", "\"seclevel\",6,0"]
    {
        assert_eq!(bench.ask(&format!("AT+QSSLCFG={bad}")), "\r\nERROR\r\n", "{bad}");
    }
    bench.ask("AT+QFTPCFG=\"ssltype\",0");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\n+CME ERROR: 603\r\n");
    assert_eq!(bench.server.logins(), 1);
    assert!(!format!("{:?}", bench.module).contains("right"));
}

#[test]
fn one_command_at_a_time_and_every_state() {
    let mut bench = Bench::open();
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,1\r\n");
    bench.server.set_silent(true);
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QFTPPWD"), "\r\n+CME ERROR: 603\r\n");
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\n+CME ERROR: 603\r\n");
    bench.pass(90_000);
    assert_eq!(bench.said_text(), "\r\n+QFTPPWD: 609,0\r\n");
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,3\r\n");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\n+CME ERROR: 603\r\n");
    bench.pass(90_000);
    assert_eq!(bench.said_text(), "\r\n+QFTPCLOSE: 609,0\r\n");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,0\r\n");
    bench.pass(125_000);
    assert_eq!(bench.said_text(), "\r\n+QFTPOPEN: 609,0\r\n");
    bench.server.set_silent(false);
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\nOK\r\n\r\n+QFTPCLOSE: 0,0\r\n");
    assert_eq!(bench.ask("AT+QFTPCLOSE"), "\r\nOK\r\n\r\n+QFTPCLOSE: 0,0\r\n");
}

#[test]
fn folders_and_files() {
    let mut bench = Bench::open();
    bench.server.add_file("/f", "abc");
    for (command, urc) in [
        ("MKDIR=\"d\"", "MKDIR: 0,0"),
        ("MKDIR=\"d\"", "MKDIR: 627,550"),
        ("CWD=\"d\"", "CWD: 0,0"),
        ("PWD", "PWD: 0,\"/d\""),
        ("CWD=\"..\"", "CWD: 0,0"),
        ("CWD=\"none\"", "CWD: 627,550"),
        ("RENAME=\"d\",\"e\"", "RENAME: 0,0"),
        ("RENAME=\"d\",\"e\"", "RENAME: 627,550"),
        ("RMDIR=\"e\"", "RMDIR: 0,0"),
        ("RMDIR=\"e\"", "RMDIR: 627,550"),
        ("SIZE=\"f\"", "SIZE: 0,3"),
        ("MDTM=\"f\"", "MDTM: 0,\"20140708110039\""),
        ("DEL=\"f\"", "DEL: 0,0"),
        ("DEL=\"f\"", "DEL: 627,550"),
        ("SIZE=\"f\"", "SIZE: 627,550"),
    ] {
        assert_eq!(
            bench.ask(&format!("AT+QFTP{command}")),
            format!("\r\nOK\r\n\r\n+QFTP{urc}\r\n"),
            "{command}"
        );
    }
}

#[test]
fn every_reply_of_a_server_has_its_code() {
    let mut bench = Bench::open();
    for (reply, code) in [
        (425, 615),
        (426, 616),
        (450, 617),
        (451, 618),
        (452, 619),
        (500, 620),
        (501, 621),
        (502, 622),
        (503, 623),
        (504, 624),
        (530, 625),
        (532, 626),
        (550, 627),
        (551, 628),
        (552, 629),
        (553, 630),
        (522, 601),
        (421, 614),
    ] {
        bench.server.fail_next(Failure::server(reply));
        assert_eq!(bench.ask("AT+QFTPSIZE=\"f\""), format!("\r\nOK\r\n\r\n+QFTPSIZE: {code},{reply}\r\n"));
    }
    // 421 was the server's last word.
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
}

#[test]
fn without_a_sim_card_ftp_commands_answer_error() {
    let mut bench = Bench::with(|config| config.sim = Sim::Absent);
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+CPIN?"), "\r\n+CME ERROR: 10\r\n");
    assert_eq!(bench.ask("AT+QFTPCFG=\"filetype\""), "\r\nERROR\r\n");
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nERROR\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nERROR\r\n");
    let mut bench = Bench::with(|config| config.sim = Sim::Locked(Pin::new("1234")));
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+CPIN?"), "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CPIN=\"4321\""), "\r\n+CME ERROR: 16\r\n");
    assert_eq!(bench.ask("AT+CPIN=\"1234\""), "\r\nOK\r\n\r\n+CPIN: READY\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
}

#[test]
fn contexts() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    assert_eq!(bench.ask("AT+QIACT=1"), "\r\nERROR\r\n");
    assert_eq!(bench.ask("AT+QIGETERROR"), "\r\n+QIGETERROR: 573,APN not configured\r\n\r\nOK\r\n");
    for context in 1..=4 {
        assert_eq!(bench.ask(&format!("AT+QICSGP={context},1,\"UNINET\",\"\",\"\",1")), "\r\nOK\r\n");
        let answer = bench.ask(&format!("AT+QIACT={context}"));
        assert_eq!(answer, if context < 4 { "\r\nOK\r\n" } else { "\r\nERROR\r\n" });
    }
    assert_eq!(bench.ask("AT+QICSGP=1"), "\r\n+QICSGP: 1,\"UNINET\",\"\",\"\",1\r\n\r\nOK\r\n");
    assert_eq!(
        bench.ask("AT+QIACT?"),
        "\r\n+QIACT: 1,1,1,\"10.7.157.1\"\r\n+QIACT: 2,1,1,\"10.7.157.2\"\r\n+QIACT: 3,1,1,\"10.7.157.3\"\r\n\r\nOK\r\n"
    );
    assert_eq!(bench.ask("AT+QFTPOPEN=\"h\""), "\r\nOK\r\n\r\n+QFTPOPEN: 0,0\r\n");
    assert_eq!(bench.ask("AT+QIDEACT=1"), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QFTPSTAT"), "\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n");
    assert_eq!(bench.ask("AT+QIDNSCFG=1,\"1.1.1.1\",\"9.9.9.9\""), "\r\nOK\r\n");
    assert_eq!(bench.ask("AT+QIDNSCFG=1"), "\r\n+QIDNSCFG: 1,\"1.1.1.1\",\"9.9.9.9\"\r\n\r\nOK\r\n");
    let mut bench = Bench::with(|config| config.registration = Registration::Denied);
    bench.ask("ATE0;+QICSGP=1,1,\"apn\"");
    assert_eq!(bench.ask("AT+QIACT=1"), "\r\nERROR\r\n");
    assert_eq!(bench.ask("AT+CGREG?"), "\r\n+CGREG: 0,3\r\n\r\nOK\r\n");
    assert_eq!(bench.ask("AT+CGATT?"), "\r\n+CGATT: 0\r\n\r\nOK\r\n");
}

#[test]
fn a_login_ends_within_rsptimeout() {
    let mut bench = Bench::new();
    bench.ask("ATE0");
    bench.ask("AT+QICSGP=1,1,\"UNINET\"");
    bench.ask("AT+QIACT=1");
    bench.ask("AT+QFTPCFG=\"rsptimeout\",20");
    bench.server.set_silent(true);
    assert_eq!(bench.ask("AT+QFTPOPEN=\"ftp.example\""), "\r\nOK\r\n");
    bench.pass(19_900);
    assert_eq!(bench.said_text(), "");
    bench.pass(200);
    assert!(bench.said_text().starts_with("\r\n+QFTPOPEN: 6"));
}
