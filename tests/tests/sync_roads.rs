//! `qftp sync` over FTPS, and with files staged in the module: the same folders, by other roads.

use std::fs;
use std::path::{Path, PathBuf};

use qftp_tests::certificates::certificates;
use qftp_tests::program::{Module, Run};
use qftp_tests::servers::{Form, Kind, Options, PASSWORD, Server};
use tempfile::TempDir;

struct Bench {
    folder: TempDir,
    server: Server,
    module: Module,
    options: Vec<String>,
}

impl Bench {
    /// A folder with three files, one of them with what makes other code trip.
    fn new(server: &Options<'_>, options: &[&str]) -> Self {
        let folder = TempDir::with_prefix("qftp-roads-").expect("a folder");
        fs::create_dir_all(folder.path().join("own/sub")).expect("made");
        let awkward = b"+++\r\nOK\r\n\r\n+QFTPGET: 0,1000\r\nNO CARRIER\r\n\0\xFF".repeat(500);
        for (name, bytes) in [("a.txt", b"one".as_slice()), ("sub/awkward", &awkward), ("empty", b"")] {
            fs::write(folder.path().join("own").join(name), bytes).expect("written");
        }
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Self { folder, server: server.start(), module: Module::start(&[]), options }
    }

    fn secure(kind: Kind, form: Form) -> Self {
        let bench = Self::new(&Options::tls(kind, form, None), &[]);
        let ca = bench.folder.path().join("ca.pem");
        fs::write(&ca, &certificates().ca).expect("written");
        Self { options: vec!["--cacert".to_owned(), ca.display().to_string()], ..bench }
    }

    fn sync(&self, from: &str, to: &str) -> Run {
        let options: Vec<&str> = self.options.iter().map(String::as_str).collect();
        self.module.qftp(&[&options, &["sync", from, to, "-v"][..]].concat())
    }

    fn here(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Up, up again with one file changed, and down: each time only what is to move moves. What the program showed.
    fn there_and_back(&self, about: &str) -> String {
        let (own, url, back) = (self.here("own"), self.server.url("nightly"), self.here("back"));
        let nightly = self.server.root().join("nightly");
        let mut shown = String::new();
        let mut moves = |from: &str, to: &str, what: &str| {
            let run = self.sync(from, to);
            shown.push_str(&run.err);
            assert!(run.code == Some(0), "{about}: {}\n{}", run.text(), run.err);
            let text = run.text();
            let summary = text.lines().last().unwrap_or_default();
            assert!(summary.starts_with(what), "{about}: `{what}` is not in {text}");
        };
        moves(&own, &url, "3 sent");
        assert_eq!(files(&nightly), files(Path::new(&own)), "{about}");
        fs::write(self.folder.path().join("own/a.txt"), "another").expect("written");
        moves(&own, &url, "1 sent (7 B), 2 unchanged");
        moves(&format!("{url}/"), &back, "3 got");
        assert_eq!(files(Path::new(&back)), files(Path::new(&own)), "{about}");
        moves(&format!("{url}/"), &back, "0 got (0 B), 3 unchanged");
        shown
    }

    /// What is left in the module's flash.
    fn left(&self) -> Vec<PathBuf> {
        let ufs = self.module.storage().join("ufs");
        fs::read_dir(ufs).expect("UFS").map(|entry| entry.expect("an entry").path()).collect()
    }
}

/// The names and the bytes of the files of a folder.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    ["a.txt", "empty", "sub/awkward"]
        .map(|name| (name.to_owned(), fs::read(folder.join(name)).expect(name)))
        .to_vec()
}

#[test]
fn a_folder_goes_over_ftps() {
    for kind in Kind::ALL {
        for form in [Form::Explicit, Form::Implicit] {
            if kind == Kind::Pureftpd && form == Form::Implicit {
                continue; // It has none: `pure_ftpd_has_no_implicit_tls`.
            }
            let bench = Bench::secure(kind, form);
            let shown = bench.there_and_back(&format!("{kind} {form}"));
            assert!(!shown.contains("PRIVATE KEY") && !shown.contains(PASSWORD), "{shown}");
            assert_eq!(bench.left(), Vec::<PathBuf>::new(), "certificates are taken away again");
        }
    }
}

/// Without its certificate nothing of the folder leaves the machine.
#[test]
fn a_server_that_cannot_be_checked_gets_nothing() {
    let bench = Bench { options: Vec::new(), ..Bench::secure(Kind::Vsftpd, Form::Explicit) };
    let run = bench.sync(&bench.here("own"), &bench.server.url("nightly"));
    assert!(run.code == Some(2) && run.err.contains("--cacert"), "{:?} {}", run.code, run.err);
    assert!(!bench.server.root().join("nightly").exists());
}

#[test]
fn a_folder_is_staged_in_the_module() {
    for via in ["ufs", "ram"] {
        let bench = Bench::new(&Options::plain(Kind::Vsftpd), &["--via", via]);
        let shown = bench.there_and_back(via);
        let prefix = via.to_uppercase();
        // Each file that moves is brought into the module or out of it by its own commands, and the server's side is told its name there.
        for (command, least) in [("> AT+QFUPL=", 3), ("> AT+QFDWL=", 2)] {
            let count = shown.matches(command).count();
            assert!(count >= least, "{via}: {command} {count} times, of {least}, in {shown}");
        }
        assert!(shown.lines().any(|line| line.contains("AT+QFTPPUT=") && line.contains(&prefix)), "{shown}");
        assert!(!shown.contains("\"COM:\",0,"), "{via}: a file went straight through in {shown}");
        assert_eq!(bench.left(), Vec::<PathBuf>::new(), "{via}: what was staged is taken away again");
    }
}
