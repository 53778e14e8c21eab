//! `qftp doctor` against every fault of the emulated module: it names each that can break a transfer, and finds nothing where nothing is
//! wrong. A fault without a row here fails the test.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use qftp_core::session::{Apn, Setup};
use qftp_emulator::{Config, Drives, Emulator, Family, Fault, Registration, Takes};
use qftp_tests::certificates::certificates;
use qftp_tests::host::login;
use qftp_tests::program::{Module, Run, command, run};
use qftp_tests::servers::{Form, Kind, Options, Server};
use qftp_transport::{Client, Port as _, Settings, open};
use tempfile::tempdir;

/// What the doctor has to say of a fault.
#[derive(Clone, Copy, Debug)]
enum Sees {
    /// `✗` at this check, with these words in the finding.
    Bad(&'static str, &'static [&'static str]),
    /// `?` at this check: qftp gets along with it, others may not.
    Doubtful(&'static str, &'static [&'static str]),
    /// No transfer of qftp's breaks by it, and the doctor is not alarmed. These words stand in the check's good line.
    Nothing(&'static str, &'static [&'static str]),
}
use Sees::{Bad, Doubtful, Nothing};

/// No words are needed: what it changes does not show in a transfer.
const UNSEEN: Sees = Nothing("port", &["answers"]);

/// A fault as `--fault` takes it, whether it is about FTPS, and what the doctor sees. A name without its value stands for all its values.
#[rustfmt::skip]
const ROWS: &[(&str, bool, Sees)] = &[
    // How lines are written: qftp reads any of it.
    ("dribble", false, UNSEEN),
    ("joined", false, UNSEEN),
    ("chatter", false, UNSEEN),
    ("no-blank-line", false, UNSEEN),
    ("echo-off", false, Nothing("port", &["echo off"])),
    ("cme", false, UNSEEN),
    // What firmwares do differently: qftp knows both ways of each.
    ("escape", false, UNSEEN),
    ("ato-error", false, UNSEEN),
    ("path", false, UNSEEN),
    ("password", false, UNSEEN),
    ("end-read", false, UNSEEN),
    ("nlist", false, UNSEEN),
    ("ssl-key", true, Nothing("TLS settings", &["all that are needed"])),
    ("lacks-key=cache", false, UNSEEN),
    ("lacks-key=data_address", false, UNSEEN),
    ("lacks-key=ssltype", true, Bad("TLS settings", &["ssltype", "cannot do FTPS"])),
    ("lacks-key=SSL_ctxID", true, Nothing("TLS settings", &["all that are needed"])),
    ("lacks-key=sslctxid", true, Nothing("TLS settings", &["all that are needed"])),
    ("lacks-ssl-key=checkhost", true, Doubtful("TLS settings", &["checkhost", "not compared with the server's name"])),
    ("lacks-ssl-key=sni", true, Doubtful("TLS settings", &["sni", "not named in the handshake"])),
    // The older key, `session`, does the same.
    ("lacks-ssl-key=session_cache", true, Nothing("TLS settings", &["all that are needed"])),
    ("lacks-ssl-key=ignorelocaltime", true, Doubtful("TLS settings", &["ignorelocaltime", "dates may not be checked"])),
    ("lacks-ssl-key=ciphersuite", true, Bad("TLS settings", &["ciphersuite"])),
    ("lacks-ssl-key=sslversion", true, Bad("TLS settings", &["sslversion"])),
    ("lacks-ssl-key=seclevel", true, Bad("TLS settings", &["seclevel"])),
    ("lacks-ssl-key=cacert", true, Bad("TLS settings", &["cacert"])),
    ("no-qurccfg", false, UNSEEN),
    ("no-ats12", false, UNSEEN),
    ("shuffled-start", false, UNSEEN),
    // URCs.
    ("urc-port=usbmodem", false, Doubtful("results", &["no outcome", "usbmodem", "AT+QURCCFG=\"urcport\""])),
    ("urc-port=usbat", false, Doubtful("results", &["no outcome", "usbat", "AT+QURCCFG=\"urcport\""])),
    ("lost-urc", false, Bad("results", &["of 3 outcomes 1 did not come"])),
    ("lost-urc-of=QFTPSTAT", false, Bad("PDP context", &["AT+QFTPSTAT", "never told its outcome"])),
    ("lost-urc-of=QFTPOPEN", false, Bad("login", &["AT+QFTPOPEN", "never told its outcome"])),
    ("lost-urc-of=QFTPPWD", false, Bad("login", &["AT+QFTPPWD", "never told its outcome"])),
    ("lost-urc-of=QFTPCWD", false, Bad("login", &["AT+QFTPCWD", "never told its outcome"])),
    ("lost-urc-of=QFTPNLST", false, Bad("listing", &["AT+QFTPNLST"])),
    ("lost-urc-of=QFTPLIST", false, Bad("listing", &["AT+QFTPLIST"])),
    ("lost-urc-of=QFTPMLSD", false, Bad("listing", &["AT+QFTPMLSD"])),
    ("lost-urc-of=QFTPPUT", false, Bad("small file", &["AT+QFTPPUT"])),
    ("lost-urc-of=QFTPGET", false, Bad("small file", &["AT+QFTPGET"])),
    ("lost-urc-of=QFTPLEN", false, Bad("small file", &["AT+QFTPLEN"])),
    ("lost-urc-of=QFTPSIZE", false, Bad("small file", &["AT+QFTPSIZE"])),
    ("lost-urc-of=QFTPMDTM", false, Bad("small file", &["AT+QFTPMDTM"])),
    ("lost-urc-of=QFTPDEL", false, Bad("small file", &["AT+QFTPDEL"])),
    ("lost-urc-of=QFTPMKDIR", false, Bad("folder", &["AT+QFTPMKDIR"])),
    ("lost-urc-of=QFTPRENAME", false, Bad("folder", &["AT+QFTPRENAME"])),
    ("lost-urc-of=QFTPRMDIR", false, Bad("folder", &["AT+QFTPRMDIR"])),
    ("lost-urc-of=QFTPCLOSE", false, Bad("logout", &["AT+QFTPCLOSE"])),
    // The state of the FTP client is told at once; what the server has to say is late.
    ("late-urc", false, Doubtful("logout", &["after AT+QFTPCLOSE", "603"])),
    ("slow-close", false, Doubtful("logout", &["after AT+QFTPCLOSE", "603"])),
    // The FTP connection.
    ("dns-failure", false, Bad("login", &["604"])),
    ("no-network", false, Bad("login", &["605"])),
    ("tls-refused", true, Bad("login", &["631", "certificate"])),
    ("data-refused", false, Bad("listing", &["615", "data connection"])),
    ("control-lost", false, Bad("small file", &["606"])),
    ("pdp-drop", false, Bad("small file", &["dropped the PDP context", "AT+QIACT"])),
    ("wedge", false, Bad("small file", &["data stack hangs", "603"])),
    // A cure alone has nothing to cure.
    ("wedge-cure", false, UNSEEN),
    ("wedge wedge-cure=cfun", false, Bad("small file", &["data stack hangs", "AT+CFUN=1,1"])),
    ("wedge wedge-cure=pdp", false, Bad("small file", &["data stack hangs", "AT+QIDEACT"])),
    ("wedge wedge-cure=close", false, Bad("small file", &["603, busy, until AT+QFTPCLOSE"])),
    // Power and line.
    ("reboot", false, Bad("small file", &["restarted", "supply"])),
    ("power-loss", false, Bad("small file", &["does not answer", "power"])),
    ("overrun", false, Bad("small file", &["bytes of the upload were lost on the line", "flow control"])),
    // The module's files: what is staged there is asked for by --via.
    ("no-ram", false, Nothing("storage", &["no RAM"])),
    ("no-sd", false, Nothing("storage", &["no SD"])),
    ("small-ufs", false, Nothing("storage", &["of 65536 bytes free"])),
    ("ufs-full", false, Doubtful("storage", &["flash is full", "qftp module rm"])),
    // SIM card and network.
    ("no-sim", false, Bad("SIM card", &["no SIM card"])),
    ("sim-pin", false, Bad("SIM card", &["PIN", "AT+CPIN"])),
    ("searching", false, Bad("registration", &["searching", "antenna"])),
    ("denied", false, Bad("registration", &["denied", "operator"])),
    ("not-attached", false, Doubtful("attachment", &["not attached", "AT+CGATT=1"])),
    ("no-apn", false, Bad("PDP context", &["573"])),
    ("context-held", false, Bad("PDP context", &["561"])),
    // Where there is no setting to be turned, nobody can turn outcomes here.
    ("urc-port=usbmodem no-qurccfg", false, Bad("PDP context", &["never told its outcome"])),
];

/// How many doctors are at work at a time: nearly all of the time they wait.
const AT_ONCE: usize = 24;

/// The servers that they look at.
struct Bench {
    plain: Server,
    ftps: Server,
    folder: tempfile::TempDir,
    examined: AtomicUsize,
}

impl Bench {
    fn new() -> Self {
        let folder = tempdir().expect("a folder");
        fs::write(folder.path().join("ca.pem"), &certificates().ca).expect("written");
        let plain = Server::start(Kind::Vsftpd);
        let ftps = Options { form: Form::Explicit, ..Options::plain(Kind::Proftpd) }.start();
        Self { plain, ftps, folder, examined: AtomicUsize::new(0) }
    }

    /// The doctor on a module with these arguments, in a folder of its own: what others leave there would count among the bytes that pass.
    fn examine(&self, module_arguments: &[&str], ftps: bool, more: &[&str]) -> Run {
        let module = Module::start(module_arguments);
        let ca = self.folder.path().join("ca.pem").display().to_string();
        let server = if ftps { &self.ftps } else { &self.plain };
        let name = format!("examined{}", self.examined.fetch_add(1, Ordering::Relaxed));
        let folder = server.root().join(&name);
        fs::create_dir(&folder).expect("made");
        let owner = fs::metadata(server.root()).expect("there");
        chown(&folder, Some(owner.uid()), Some(owner.gid())).expect("given");
        let url = server.url(&format!("{name}/"));
        let mut arguments = vec!["--timeout", "20", "doctor", url.as_str()];
        if ftps {
            arguments.extend(["--cacert", &ca]);
        }
        let record = self.folder.path().join(format!("{name}.rec")).display().to_string();
        arguments.extend(["--record", &record]);
        arguments.extend(more);
        let done = module.qftp(&arguments);
        // Whatever went wrong: the session would do the same again.
        let again = run(&["replay", &record]);
        assert_eq!(again.code, Some(0), "{module_arguments:?}: {}", again.err);
        done
    }

    /// What is left on the servers.
    fn left(&self) -> Vec<String> {
        let names = |folder: &Path| -> Vec<PathBuf> {
            fs::read_dir(folder).expect("there").flatten().map(|entry| entry.path()).collect()
        };
        let folders = [self.plain.root(), self.ftps.root()].into_iter().flat_map(|root| names(&root));
        let left = folders.flat_map(|folder| names(&folder));
        left.filter_map(|path| Some(path.file_name()?.to_string_lossy().into_owned())).collect()
    }
}

/// A finding as it is printed: its mark, its check, all its lines.
struct Finding<'a> {
    mark: char,
    check: &'a str,
    text: String,
}

fn findings(printed: &str) -> Vec<Finding<'_>> {
    let mut found: Vec<Finding<'_>> = Vec::new();
    for line in printed.lines() {
        match (line.chars().next(), found.last_mut()) {
            (Some(mark @ ('✓' | '?' | '✗' | '-')), _) => {
                let rest = line.split_at(mark.len_utf8() + 1).1;
                let check = rest.split_at_checked(14).map_or(rest, |(check, _)| check).trim_end();
                found.push(Finding { mark, check, text: rest.to_owned() });
            }
            (_, Some(last)) => last.text.push_str(line),
            _ => {}
        }
    }
    found
}

/// What is wrong with what the doctor said.
fn judge(fault: &str, sees: Sees, run: &Run) -> Option<String> {
    let printed = run.text();
    let found = findings(&printed);
    let (mark, check, words) = match sees {
        Bad(check, words) => ('✗', check, words),
        Doubtful(check, words) => ('?', check, words),
        Nothing(check, words) => ('✓', check, words),
    };
    let named = found.iter().any(|finding| {
        finding.mark == mark && finding.check == check && words.iter().all(|word| finding.text.contains(word))
    });
    // The first thing that is wrong is the one that is named, and where nothing is there is no alarm.
    let first_bad = found.iter().find(|finding| finding.mark == '✗').map(|finding| finding.check);
    let first_alarm = found.iter().find(|finding| "✗?".contains(finding.mark)).map(|finding| finding.check);
    let calm = match sees {
        Bad(..) => first_bad == Some(check) && run.code != Some(0),
        Doubtful(..) => first_bad.is_none() && first_alarm == Some(check) && run.code == Some(0),
        Nothing(..) => first_alarm.is_none() && run.code == Some(0),
    };
    (!named || !calm).then(|| format!("--fault {fault}: {sees:?}, exit {:?}\n{printed}{}", run.code, run.err))
}

/// All that `--fault` can be given: each word, and the default of what is a number or a time.
fn all_faults() -> Vec<String> {
    let values = |kind: &'static qftp_emulator::FaultKind| match kind.takes {
        Takes::Word(words) => words.iter().map(|word| format!("{}={word}", kind.name)).collect(),
        _ => vec![kind.name.to_owned()],
    };
    Fault::kinds().iter().flat_map(values).collect()
}

#[test]
fn every_fault_is_named() {
    let row_of = |fault: &str| {
        let name = fault.split('=').next();
        let rows = || ROWS.iter().filter(|(row, ..)| !row.contains(' '));
        rows().find(|(row, ..)| *row == fault).or_else(|| rows().find(|(row, ..)| Some(*row) == name))
    };
    let mut cases: Vec<(String, bool, Sees)> = Vec::new();
    for fault in all_faults() {
        let row = row_of(&fault).unwrap_or_else(|| panic!("no row says what the doctor sees of {fault}"));
        cases.push((fault, row.1, row.2));
    }
    cases.extend(
        ROWS.iter()
            .filter(|(row, ..)| row.contains(' '))
            .map(|(row, ftps, sees)| ((*row).to_owned(), *ftps, *sees)),
    );
    for (row, ..) in ROWS {
        let known = row.split(' ').all(|fault| Fault::parse(fault).is_ok());
        assert!(known, "there is no fault {row}");
    }
    // What is waited for longest begins first: AT+QFTPOPEN may take two minutes.
    cases.sort_by_key(|(fault, ..)| (fault.contains("QFTPOPEN"), fault.contains("lost-urc")));
    let bench = Bench::new();
    let (left, wrong, said) = (Mutex::new(cases), Mutex::new(Vec::new()), Mutex::new(String::new()));
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let Some((fault, ftps, sees)) = left.lock().expect("no panic").pop() else { break };
                    let arguments: Vec<&str> =
                        fault.split(' ').flat_map(|fault| ["--fault", fault]).collect();
                    let run = bench.examine(&arguments, ftps, &[]);
                    wrong.lock().expect("no panic").extend(judge(&fault, sees, &run));
                    said.lock().expect("no panic").push_str(&run.text());
                }
            });
        }
    });
    let wrong = wrong.into_inner().expect("no panic");
    assert!(wrong.is_empty(), "{} are not seen as they must be:\n\n{}", wrong.len(), wrong.join("\n"));
    // Where there is no module any more that could remove the file, the doctor says so.
    let said = said.into_inner().expect("no panic");
    for name in bench.left() {
        assert!(said.contains(&format!("{name} may be left on the server")), "{name} was left, silently");
    }
}

#[test]
fn nothing_is_found_on_a_healthy_module() {
    let bench = Bench::new();
    for profile in Family::all() {
        for ftps in [false, true] {
            let run = bench.examine(&["--profile", profile.name()], ftps, &[]);
            let printed = run.text();
            let alarms: Vec<_> =
                findings(&printed).into_iter().filter(|finding| finding.mark != '✓').collect();
            // The note knows no `checkhost`: a true gap.
            let gap = ftps && profile.name() == "strict-note";
            let expected = usize::from(gap);
            assert!(
                run.code == Some(0) && alarms.len() == expected,
                "{}: {printed}{}",
                profile.name(),
                run.err
            );
            assert!(!gap || alarms[0].text.contains("checkhost"), "{printed}");
        }
    }
    assert_eq!(bench.left(), Vec::<String>::new());
}

/// A module in this process, the doctor's words on it, with more arguments.
fn examined(change: impl FnOnce(&mut Config), before: impl FnOnce(&str), arguments: &[&str]) -> Run {
    let mut config = Config::new(Drives::temporary().expect("a folder"));
    change(&mut config);
    let module = Emulator::builder(config).on_pty(None).expect("a PTY");
    let port = module.path().expect("a PTY has a path").display().to_string();
    before(&port);
    let mut command = command(&["--port", &port, "--apn", "internet", "--timeout", "20", "doctor"]);
    command.args(arguments).output().expect("qftp runs").into()
}

fn healthy(_config: &mut Config) {}

/// Types something on the module's port, and waits for an answer that ends so.
fn type_in(port: &str, text: &[u8], end: &[u8]) {
    let mut port = open(port, &Settings::default()).expect("opens");
    let written = port.write(text, Duration::from_secs(1)).expect("written");
    assert_eq!(written, text.len());
    let (mut heard, mut buf) = (Vec::new(), [0; 256]);
    while !heard.ends_with(end) {
        let count = port.read(&mut buf, Duration::from_secs(5)).expect("read");
        assert!(count > 0, "no answer but {}", String::from_utf8_lossy(&heard));
        heard.extend_from_slice(&buf[..count]);
    }
}

#[test]
fn what_an_earlier_host_left_is_put_right_and_said() {
    let cases: [(&[u8], &[u8], &str); 3] = [
        (b"ATQ1\r", b"\r", "ATQ0V1"),
        (b"ATV0\r", b"0\r", "ATQ0V1"),
        (b"AT+QFUPL=\"x\",1000,60\r", b"CONNECT\r\n", "data mode left (+++)"),
    ];
    for (typed, end, done) in cases {
        let run = examined(healthy, |port| type_in(port, typed, end), &[]);
        let printed = run.text();
        let found = findings(&printed);
        let port = found.iter().find(|finding| finding.check == "port").expect("a line about the port");
        assert!(run.code == Some(0) && port.text.contains(done), "{printed}{}", run.err);
        assert!(!found.iter().any(|finding| "✗?".contains(finding.mark)), "{printed}");
    }
}

#[test]
fn a_weak_signal_is_doubtful_and_roaming_is_not() {
    let weak = examined(|config| config.signal = 3, |_| {}, &[]).ok();
    assert!(weak.contains("? signal        3 of 31") && weak.contains("antenna"), "{weak}");
    let roaming = examined(|config| config.registration = Registration::Roaming, |_| {}, &[]).ok();
    assert!(roaming.contains("✓ registration") && !roaming.contains(['?', '✗']), "{roaming}");
}

#[test]
fn what_is_safe_is_mended_where_that_is_wanted() {
    let server = Server::start(Kind::Vsftpd);
    let leave_open = |port: &str| {
        let mut client = Client::new(open(port, &Settings::default()).expect("opens"));
        client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
        client.open(&login(server.port())).expect("logged in");
    };
    let printed = examined(healthy, leave_open, &[]).ok();
    assert!(printed.contains("? results") && printed.contains("AT+QFTPCLOSE"), "{printed}");
    assert!(printed.contains("done: set-up has put right: results"), "{printed}");
    let mended = examined(healthy, leave_open, &["--fix"]).ok();
    assert!(mended.contains("done: an FTP session closed"), "{mended}");
    assert!(!mended.contains(['?', '✗']), "{mended}");

    let fault = |text: &str| {
        let fault = Fault::parse(text).expect("a fault");
        move |config: &mut Config| config.faults = vec![fault]
    };
    for (name, done) in [
        ("urc-port=usbmodem", "done: outcomes turned to this port (AT+QURCCFG=\"urcport\",\"uart1\")"),
        ("not-attached", "done: attached to the packet service (AT+CGATT=1)"),
    ] {
        let mended = examined(fault(name), |_| {}, &["--fix"]).ok();
        assert!(mended.contains(done) && !mended.contains(['?', '✗']), "{name}: {mended}");
    }
    // What cannot be mended stays found, and what was tried is said.
    let held = examined(fault("context-held"), |_| {}, &["--fix"]);
    let printed = held.text();
    assert!(held.code == Some(4) && printed.contains("✗ PDP context"), "{printed}");
    assert!(printed.contains("done: context 1 deactivated"), "{printed}");
}
