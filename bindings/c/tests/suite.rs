//! The whole C test suite: as it is, under the address and undefined behaviour sanitizers, and under valgrind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use qftp_tests::certificates::certificates;
use qftp_tests::servers::{Form, Kind, Options, PASSWORD, Server, USER, Version};
use tempfile::TempDir;

use crate::common::{Bench, compile, example, payload, root, said, suite};

/// How programs are compiled and run.
#[derive(Clone, Copy)]
enum Way {
    Plain,
    Sanitized,
    Valgrind,
}

impl Way {
    const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Plain => &["-O2"],
            Self::Sanitized => &["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
            Self::Valgrind => &["-g"],
        }
    }

    const fn tool(self) -> &'static [&'static str] {
        match self {
            Self::Plain | Self::Sanitized => &[],
            Self::Valgrind => &[
                "valgrind",
                "--quiet",
                "--error-exitcode=99",
                "--leak-check=full",
                "--show-leak-kinds=definite,indirect",
                "--errors-for-leak-kinds=definite,indirect",
            ],
        }
    }

    fn command(self, program: &Path) -> Command {
        match self.tool() {
            [] => Command::new(program),
            [tool, arguments @ ..] => {
                let mut command = Command::new(tool);
                command.args(arguments).arg(program);
                command
            }
        }
    }

    fn alone(self, program: &Path, arguments: &[&str]) {
        let mut command = self.command(program);
        // A file of any name may be made.
        command.current_dir(program.parent().expect("a folder"));
        passes(&command.args(arguments).output().unwrap_or_else(|error| panic!("{command:?}: {error}")));
    }
}

fn passes(output: &Output) {
    assert!(output.status.success(), "{}\n{}", output.status, said(output));
}

fn run(way: Way) {
    let folder = tempfile::tempdir().expect("a folder");
    let own = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir(&path).expect("made");
        path.display().to_string()
    };
    let built = |source: PathBuf| compile(folder.path(), &source, way.flags());
    way.alone(&built(suite("misuse.c")), &[]);
    way.alone(&built(suite("opening.c")), &[]);
    way.alone(&built(every_argument(&folder)), &[]);
    way.alone(&built(suite("emulator.c")), &[&own("module-files")]);
    way.alone(&built(suite("late_reply.c")), &[]);
    let bench = Bench::new(Kind::Pyftpdlib);
    passes(&bench.run_under(way.tool(), &built(suite("client.c")), &[&own("client-files")]));
    passes(&bench.run_under(way.tool(), &built(suite("whole_files.c")), &[&own("whole-files")]));
    let server = Server::start(Kind::Vsftpd);
    let port = server.port().to_string();
    let root = server.root().display().to_string();
    let arguments = ["127.0.0.1", &port, USER, PASSWORD, &root, &own("transfers-files")];
    way.alone(&built(suite("transfers.c")), &arguments);
    let program = built(suite("client_certificate.c"));
    let files = own("certificates");
    let made = certificates();
    let _ = made.client.write(Path::new(&files), "client");
    for (name, text) in [("ca.crt", &made.ca), ("locked.key", &made.locked_key)] {
        fs::write(Path::new(&files).join(name), text).expect("written");
    }
    for kind in [Kind::Vsftpd, Kind::Proftpd] {
        // With TLS 1.3 a client learns of a refusal only after its own handshake.
        let form = Options::tls(kind, Form::Explicit, Some(Version::Tls12));
        let bench = Bench::with(Options { client_certificate: true, ..form }.start());
        passes(&bench.run_under(way.tool(), &program, &[&files]));
    }
    let file = folder.path().join("file");
    fs::write(&file, payload()).expect("written");
    let file = file.display().to_string();
    passes(&bench.run_under(way.tool(), &built(example("poll.c")), &[&file]));
    passes(&bench.run_under(way.tool(), &built(example("put.c")), &[&file, "put.bin"]));
    passes(&bench.run_under(way.tool(), &built(example("cxx.cpp")), &[&file]));
}

#[test]
fn as_it_is() {
    run(Way::Plain);
}

#[test]
fn under_sanitizers() {
    run(Way::Sanitized);
}

#[test]
fn under_valgrind() {
    run(Way::Valgrind);
}

/// A program that calls every function of the headers with every argument in turn NULL, 0, or out of its range, and the others good.
fn every_argument(folder: &TempDir) -> PathBuf {
    let mut functions = 0;
    let mut calls = String::new();
    for header in ["qftp.h", "qftp_emulator.h"] {
        let text = fs::read_to_string(root().join("include").join(header)).expect("the header");
        for declaration in declarations(&text) {
            functions += 1;
            declaration.calls(&mut calls);
        }
    }
    assert!(functions > 100, "{functions}");
    let text = fs::read_to_string(suite("every_argument.c")).expect("the frame");
    let path = folder.path().join("every_argument.c");
    fs::write(&path, text.replace("/* CALLS */", &calls)).expect("written");
    path
}

/// A function of a header.
struct Declaration {
    gives_status: bool,
    name: String,
    /// Their types.
    parameters: Vec<String>,
}

fn declarations(header: &str) -> Vec<Declaration> {
    let code: String =
        header.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, code)| code)).collect();
    let functions = code.split_once("extern \"C\" {").expect("functions").1;
    let functions = functions.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join(" ");
    let read = |text: &str| {
        let (head, parameters) = text.trim().strip_suffix(')')?.split_once('(')?;
        let (result, name) = head.split_at(head.rfind([' ', '*'])? + 1);
        let parameters = parameters.split(',').map(|one| {
            let one = one.trim();
            one[..one.rfind([' ', '*']).map_or(one.len(), |end| end + 1)].trim().replace("struct ", "")
        });
        Some(Declaration {
            gives_status: result.trim() == "int32_t",
            name: name.to_owned(),
            parameters: parameters.filter(|one| one != "void" && !one.is_empty()).collect(),
        })
    };
    functions.split(';').filter_map(read).collect()
}

impl Declaration {
    fn calls(&self, out: &mut String) {
        // What it makes would be lost; misuse.c has it.
        if self.name == "qftp_session_new" {
            return;
        }
        for (place, wrong) in self.parameters.iter().enumerate() {
            for value in bad(wrong) {
                let arguments: Vec<&str> = (self.parameters.iter().enumerate())
                    .map(|(other, kind)| if other == place { *value } else { good(kind) })
                    .collect();
                let call = format!("{}({})", self.name, arguments.join(", "));
                let line = match self.gives_status {
                    true => format!("    is_a_status({call}, \"{}\");\n", call.replace('"', "'")),
                    false => format!("    (void){call};\n"),
                };
                out.push_str(&line);
            }
        }
    }
}

/// Values that a function may not like.
fn bad(kind: &str) -> &'static [&'static str] {
    match kind {
        "const char *" => &["NULL", "\"\"", "\"\\xFF\"", "\"\\r\\n\\\"\""],
        "int32_t" => &["-1", "5", "2147483647", "(-2147483647 - 1)"],
        "size_t" => &["0"],
        "uint64_t" => &["0", "UINT64_MAX"],
        "bool" => &["false"],
        _ => &["NULL"],
    }
}

/// The name of something good in the frame.
fn good(kind: &str) -> &'static str {
    match kind {
        "const char *" => "\"/nowhere\"",
        "char *" => "text",
        "uint8_t *" => "bytes",
        "const uint8_t *" => "bytes",
        "size_t" => "0x40",
        "uint64_t" => "1",
        "size_t *" => "&size",
        "uint64_t *" => "&number",
        "int32_t *" => "&small",
        "int32_t" => "QFTP_VIA_UFS",
        "bool" => "true",
        "void *" => "text",
        "const qftp_config *" | "qftp_config *" => "&config",
        "const qftp_setup *" | "qftp_setup *" => "&setup",
        "const qftp_login *" | "qftp_login *" => "&login",
        "qftp_tls *" => "&tls",
        "const qftp_get_options *" => "&get_options",
        "const qftp_put_options *" => "&put_options",
        "const qftp_policy *" | "qftp_policy *" => "&policy",
        "const qftp_certificates *" | "qftp_certificates *" => "&certificates",
        "const qftp_client_options *" | "qftp_client_options *" => "&options",
        "const qftp_emulator_options *" | "qftp_emulator_options *" => "&module_options",
        "qftp_error *" => "&error",
        "qftp_event *" => "&event",
        "qftp_want *" => "&want",
        "const qftp_transfer *" | "qftp_transfer *" => "&transfer",
        "const qftp_operation *" | "qftp_operation *" => "&operation",
        "const qftp_session *" | "qftp_session *" => "session",
        "const qftp_driver *" | "qftp_driver *" => "driver",
        "const qftp_client *" | "qftp_client *" => "client",
        "const qftp_list *" | "qftp_list *" => "list",
        "const qftp_emulator *" | "qftp_emulator *" => "emulator",
        "qftp_client **" => "a_client()",
        "qftp_list **" => "a_list()",
        "qftp_emulator **" => "an_emulator()",
        "qftp_read" => "read_nothing",
        "qftp_write" => "write_nothing",
        "qftp_progress" => "no_progress",
        "qftp_report" => "no_report",
        "qftp_power" => "no_power",
        "qftp_log" => "no_log",
        other => panic!("every_argument.c has no `{other}`"),
    }
}
