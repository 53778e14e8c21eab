//! What the emulated module moves, as JSON, a line each: beside curl and lftp straight to the same server, many modules at once, and a paced
//! pseudo-terminal beside what its rate allows. `cargo xtask bench` runs it with a release build of the program.
//! `throughput [--quick]`; `throughput serve BYTES` is a module on a pseudo-terminal with a server that has a file `file` of so many bytes, until
//! its standard input ends.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use qftp_core::session::{Apn, GetOptions, Login, Setup};
use qftp_emulator::{Config, Drives, Emulator, MemoryFtp, MemoryServer};
use qftp_tests::program::{command, qftp};
use qftp_tests::servers::{Form, Kind, Options, PASSWORD, Server, USER};
use qftp_transport::{Client, Put, Settings, open};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, bytes] = arguments.as_slice()
        && serve == "serve"
    {
        return serve_file(bytes.parse().expect("a number of bytes"));
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let (rounds, mib) = if quick { (1, 8) } else { (5, 256) };
    for form in [Form::Plain, Form::Explicit] {
        beside_others(form, mib, rounds);
    }
    many_modules(if quick { 5 } else { 100 }, rounds);
    paced(if quick { 3_000_000 } else { 921_600 }, if quick { 64 << 10 } else { 1 << 20 });
}

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| u8::try_from(at * 31 % 251).unwrap_or(0)).collect()
}

fn serve_file(bytes: usize) {
    let server = MemoryServer::new();
    server.add_file("/file", content(bytes));
    let config = Config::new(Drives::in_memory());
    let module = Emulator::builder(config).ftp(MemoryFtp::new(&server)).on_pty(None).expect("a PTY");
    println!("{}", module.path().expect("a PTY has a path").display());
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).expect("it ends");
}

/// The same file by `qftp` through an emulated module, by curl and by lftp, in turn.
fn beside_others(form: Form, mib: usize, rounds: usize) {
    let server = Options::tls(Kind::Vsftpd, form, None).start();
    let folder = tempfile::tempdir().expect("a folder");
    let (local, back) = (folder.path().join("local"), folder.path().join("back"));
    let content = content(mib << 20);
    fs::write(&local, &content).expect("written");
    let module = Module::start();
    let tls = form != Form::Plain;
    for round in 0..rounds {
        for what in ["put", "get"] {
            for who in ["qftp", "curl", "lftp"] {
                let mut program = match who {
                    "qftp" => by_qftp(&module, &server, what, &local, &back),
                    "curl" => by_curl(&server, tls, what, &local, &back),
                    _ => by_lftp(&server, tls, what, &local, &back),
                };
                let _ = fs::remove_file(&back);
                let (own, modules) = (children_cpu(), module.cpu());
                let began = Instant::now();
                let ran = program.output().unwrap_or_else(|error| panic!("{who}: {error}"));
                let seconds = began.elapsed().as_secs_f64();
                assert!(ran.status.success(), "{who} {what}: {}", String::from_utf8_lossy(&ran.stderr));
                let moved = if what == "put" { server.root().join("file.bin") } else { back.clone() };
                assert!(fs::read(moved).expect("there") == content, "{who} {what}: not the same bytes");
                let (host, module) = (children_cpu() - own, module.cpu() - modules);
                println!(
                    "{{\"part\":\"emulator\",\"what\":\"{what}\",\"tls\":{tls},\"who\":\"{who}\",\"round\":{round},\"mib\":{mib},\
                     \"seconds\":{seconds:.3},\"host_cpu\":{host:.2},\"module_cpu\":{module:.2}}}"
                );
            }
        }
    }
}

fn by_qftp(module: &Module, server: &Server, what: &str, local: &Path, back: &Path) -> Command {
    let (url, port) = (server.url("file.bin"), format!("tcp://{}", module.address));
    let (local, back) = (local.to_string_lossy(), back.to_string_lossy());
    let files = if what == "put" { [&*local, &url] } else { [&*url, &back] };
    command(&["--insecure", "--port", &port, "--apn", "internet", what, files[0], files[1]])
}

fn by_curl(server: &Server, tls: bool, what: &str, local: &Path, back: &Path) -> Command {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--insecure", "--user", &format!("{USER}:{PASSWORD}")]);
    if tls {
        curl.arg("--ssl-reqd");
    }
    let url = format!("ftp://127.0.0.1:{}/file.bin", server.port());
    match what {
        "put" => curl.arg("--upload-file").arg(local).arg(url),
        _ => curl.arg("--output").arg(back).arg(url),
    };
    curl
}

fn by_lftp(server: &Server, tls: bool, what: &str, local: &Path, back: &Path) -> Command {
    let (local, back) = (local.display(), back.display());
    let transfer = match what {
        "put" => format!("put {local} -o file.bin"),
        _ => format!("get file.bin -o {back}"),
    };
    let script = format!(
        "set ssl:verify-certificate no; set ftp:ssl-force {tls}; set ftp:ssl-allow {tls}; set ftp:ssl-protect-data {tls}; \
         set net:max-retries 1; open -u {USER},{PASSWORD} -p {} 127.0.0.1; {transfer}; bye",
        server.port()
    );
    let mut lftp = Command::new("lftp");
    lftp.args(["--norc", "-c", &script]);
    lftp
}

/// `qftp emulate --tcp` in a process of its own.
struct Module {
    child: Child,
    address: String,
}

impl Module {
    fn start() -> Self {
        let mut command = Command::new(qftp());
        command
            .args(["emulate", "--tcp", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("qftp starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("an address");
        Self { child, address: line.trim().trim_start_matches("tcp://").to_owned() }
    }

    /// Seconds of CPU so far.
    fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).expect("it runs");
        ticks(&stat, 11)
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Seconds of CPU of this process's children that have ended.
fn children_cpu() -> f64 {
    ticks(&fs::read_to_string("/proc/self/stat").expect("readable"), 13)
}

/// The fields after the process's name, of which two in a row are ticks of a hundredth of a second.
fn ticks(stat: &str, at: usize) -> f64 {
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
    (number(at) + number(at + 1)) / 100.0
}

/// One module, then many in one process: each moves a MiB up and down.
fn many_modules(count: usize, rounds: usize) {
    let content = content(1 << 20);
    for round in 0..rounds {
        for count in [1, count] {
            let server = MemoryServer::new();
            let modules: Vec<Emulator> = (0..count)
                .map(|_| {
                    let config = Config::new(Drives::in_memory());
                    Emulator::builder(config).ftp(MemoryFtp::new(&server)).on_pty(None).expect("a PTY")
                })
                .collect();
            let ready = Barrier::new(count + 1);
            let (began, ended) = thread::scope(|scope| {
                let threads: Vec<_> = modules
                    .iter()
                    .enumerate()
                    .map(|(number, module)| {
                        let (ready, content) = (&ready, &content);
                        scope.spawn(move || {
                            let mut client = client(module);
                            ready.wait();
                            let name = format!("file{number}");
                            let mut back = Vec::new();
                            client
                                .put(&name, content.as_slice(), &Put::whole(content.len() as u64))
                                .expect("put");
                            client.get(&name, &mut back, &GetOptions::default()).expect("get");
                            assert!(back == *content, "module {number}");
                        })
                    })
                    .collect();
                ready.wait();
                let began = Instant::now();
                threads.into_iter().for_each(|thread| thread.join().expect("whole"));
                (began, Instant::now())
            });
            let seconds = (ended - began).as_secs_f64();
            println!(
                "{{\"part\":\"modules\",\"count\":{count},\"round\":{round},\"mib\":{},\"seconds\":{seconds:.4}}}",
                2 * count
            );
        }
    }
}

fn client(module: &Emulator) -> Client<qftp_transport::AnyPort> {
    let path = module.path().expect("a PTY has a path").display().to_string();
    let mut client = Client::new(open(&path, &Settings::default()).expect("opens"));
    client.setup(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }).expect("set up");
    client.open(&Login::new("server")).expect("logged in");
    client
}

/// A real pseudo-terminal at a real rate, and a server that is not far: what the line allows is all that there is to wait for.
fn paced(baud: u32, len: usize) {
    let server = MemoryServer::new();
    let config = Config::new(Drives::in_memory());
    let module =
        Emulator::builder(config).ftp(MemoryFtp::new(&server)).line_rate(baud).on_pty(None).expect("a PTY");
    let mut client = client(&module);
    let content = content(len);
    let limit = Duration::from_micros(len as u64 * 10_000_000 / u64::from(baud)).as_secs_f64();
    let began = Instant::now();
    client.put("file", content.as_slice(), &Put::whole(len as u64)).expect("put");
    let put = began.elapsed().as_secs_f64();
    let mut back = Vec::new();
    let began = Instant::now();
    client.get("file", &mut back, &GetOptions::default()).expect("get");
    let get = began.elapsed().as_secs_f64();
    assert!(back == content, "not the same bytes");
    for (what, seconds) in [("put", put), ("get", get)] {
        println!(
            "{{\"part\":\"pty\",\"what\":\"{what}\",\"baud\":{baud},\"bytes\":{len},\"seconds\":{seconds:.3},\"limit\":{limit:.3}}}"
        );
    }
}
