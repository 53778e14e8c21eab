//! The search for the port: `qftp doctor` on a machine of the test's making, with real pseudo-terminals for ports.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;
use tempfile::{TempDir, tempdir};

/// A machine: `/sys`, `/proc`, `/dev`, `/run` in a folder.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempdir().expect("a folder");
        for folder in ["sys/class/tty", "proc", "dev", "run/udev/data"] {
            fs::create_dir_all(root.path().join(folder)).expect("made");
        }
        Self { root }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Plugs a USB device in whose port is a pseudo-terminal; the port's path.
    fn plug(&self, name: &str, number: u8, ids: (&str, &str), product: &str, pty: &Path) -> String {
        let device = format!("sys/devices/usb1/1-{number}");
        for (file, text) in [("idVendor", ids.0), ("idProduct", ids.1), ("product", product)] {
            self.write(&format!("{device}/{file}"), &format!("{text}\n"));
        }
        self.write(&format!("{device}/1-{number}:1.2/bInterfaceNumber"), "02\n");
        let port = self.root.path().join(format!("{device}/1-{number}:1.2/{name}"));
        fs::create_dir_all(&port).expect("made");
        self.write(&format!("sys/class/tty/{name}/dev"), &format!("188:{number}\n"));
        symlink(port, self.root.path().join(format!("sys/class/tty/{name}/device"))).expect("linked");
        let path = self.root.path().join("dev").join(name);
        symlink(pty, &path).expect("linked");
        path.display().to_string()
    }

    fn process(&self, number: u32, name: &str, open: Option<&Path>) {
        self.write(&format!("proc/{number}/comm"), &format!("{name}\n"));
        fs::create_dir_all(self.root.path().join(format!("proc/{number}/fd"))).expect("made");
        if let Some(path) = open {
            let real = fs::canonicalize(path).expect("there");
            symlink(real, self.root.path().join(format!("proc/{number}/fd/3"))).expect("linked");
        }
    }

    /// Exit code, and all that was said, with the machine's folder left out.
    fn doctor(&self, options: &[&str]) -> (Option<i32>, String) {
        let root = self.root.path().to_string_lossy();
        let output = Command::new(env!("CARGO_BIN_EXE_qftp"))
            .args(["--apn", "internet", "doctor", "--root", &root])
            .args(options)
            .stdin(Stdio::null())
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("XDG_STATE_HOME", "/dev/null")
            .env_remove("QFTP_PORT")
            .output()
            .expect("qftp runs");
        let text = [output.stdout.as_slice(), &output.stderr].concat();
        (output.status.code(), String::from_utf8_lossy(&text).replace(&*root, ""))
    }
}

/// `qftp emulate` on a pseudo-terminal.
struct Module {
    child: Child,
    path: PathBuf,
}

impl Module {
    fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_qftp"))
            .arg("emulate")
            .stdin(Stdio::null())
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .stdout(Stdio::piped())
            .spawn()
            .expect("qftp starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("piped");
        BufReader::new(out).read_line(&mut line).expect("a line");
        Self { child, path: PathBuf::from(line.trim_end()) }
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A device on a pseudo-terminal: what comes in and the rate of the line to what goes out. It lasts as long as the test's process.
pub(crate) fn device(answer: impl Fn(&[u8], u32) -> Vec<u8> + Send + 'static) -> PathBuf {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a PTY");
    grantpt(&master).and_then(|()| unlockpt(&master)).expect("ours");
    let path = ptsname(&master, Vec::new()).expect("a name").into_string().expect("plain");
    // While one end of it is open here, the device is there for whoever comes.
    let end = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).expect("opens");
    let mut raw = tcgetattr(&end).expect("a terminal");
    raw.make_raw();
    rustix::termios::tcsetattr(&end, rustix::termios::OptionalActions::Now, &raw).expect("set");
    let mut file = fs::File::from(master);
    thread::spawn(move || {
        let mut buf = [0; 256];
        while let Ok(count) = file.read(&mut buf) {
            let rate = tcgetattr(&end).map_or(0, |settings| settings.output_speed());
            if file.write_all(&answer(&buf[..count], rate)).is_err() {
                break;
            }
        }
    });
    PathBuf::from(path)
}

pub(crate) const NOISE: [u8; 9] = [0x00, 0xFF, 0x7E, 0x80, b'O', b'K', 0xFE, b'\r', 0x13];
const QUECTEL: (&str, &str) = ("2c7c", "6002");

#[test]
fn a_machine_without_ports() {
    let (code, said) = Machine::new().doctor(&[]);
    assert!(
        code == Some(3) && said.contains("no serial port") && said.contains("plug the module in"),
        "{said}"
    );
}

#[test]
fn the_port_is_found_among_others() {
    let machine = Machine::new();
    let module = Module::start();
    machine.plug("ttyUSB0", 1, ("0403", "6001"), "FT232R USB UART", &device(|_, _| Vec::new()));
    machine.plug("ttyUSB1", 2, QUECTEL, "LTE Module", &device(|_, _| NOISE.repeat(40)));
    machine.plug("ttyUSB2", 2, QUECTEL, "LTE Module", &module.path);
    machine.plug("ttyACM0", 3, ("2341", "0043"), "Arduino Uno", &device(|_, _| b"\r\nOK\r\n".to_vec()));
    machine.write("sys/class/tty/ttyS0/type", "4\n");
    machine.write("sys/class/tty/ttyS1/type", "0\n");
    let (code, said) = machine.doctor(&[]);
    assert_eq!(code, Some(0), "{said}");
    for line in [
        "- candidate     /dev/ttyUSB1 (2c7c:6002 LTE Module, interface 02): sends bytes, no answer to AT among them",
        "✓ candidate     /dev/ttyUSB2 (2c7c:6002 LTE Module, interface 02): answers AT",
        "- candidate     /dev/ttyUSB0 (0403:6001 FT232R USB UART, interface 02): no answer to AT",
        "- candidate     /dev/ttyS0 (a UART of this machine): not tried",
        "- candidate     /dev/ttyACM0 (2341:0043 Arduino Uno, interface 02): no module's",
        "✓ port          /dev/ttyUSB2 answers, echo on",
        "✓ PDP context   context 1 is active",
    ] {
        assert!(said.contains(line), "no `{line}` in:\n{said}");
    }
    assert!(!said.contains("ttyS1") && !said.contains("> AT"), "{said}");
    let (_, shown) = machine.doctor(&["-v"]);
    let tried = "qftp: does a module answer on /dev/ttyUSB2 at 115200 bits/s?\n> AT\n< OK\n";
    assert!(shown.contains(tried), "{shown}");
    // The wrong name: which is the right one.
    let (code, said) = machine.doctor(&["--port", "/dev/ttyUSB7"]);
    assert!(code == Some(3) && said.contains("remedy: a module answers on /dev/ttyUSB2"), "{said}");
}

#[test]
fn who_holds_the_port() {
    let machine = Machine::new();
    let module = Module::start();
    let port = machine.plug("ttyUSB2", 1, QUECTEL, "LTE Module", &module.path);
    machine.process(4711, "picocom", Some(&module.path));
    let (code, said) = machine.doctor(&["--port", &port]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("✗ holder        /dev/ttyUSB2 is held by picocom (process 4711)"), "{said}");
    assert!(said.contains("kill 4711"), "{said}");
    // A terminal program's lock file of a process that is gone tells nothing.
    fs::remove_dir_all(machine.root.path().join("proc/4711")).expect("removed");
    machine.write("var/lock/LCK..ttyUSB2", "      4711\n");
    let (code, said) = machine.doctor(&["--port", &port]);
    assert!(code == Some(0) && said.contains("✓ holder"), "{said}");
}

#[test]
fn modem_manager_is_kept_away() {
    let machine = Machine::new();
    let module = Module::start();
    let port = machine.plug("ttyUSB2", 1, QUECTEL, "LTE Module", &module.path);
    let (_, said) = machine.doctor(&["--port", &port]);
    assert!(said.contains("✓ ModemManager  does not run"), "{said}");
    machine.process(812, "ModemManager", None);
    let (code, said) = machine.doctor(&["--port", &port]);
    assert_eq!(code, Some(0), "{said}");
    let rule = r#"ATTRS{idVendor}=="2c7c", ATTRS{idProduct}=="6002", ENV{ID_MM_DEVICE_IGNORE}="1""#;
    assert!(said.contains("? ModemManager  runs (process 812)") && said.contains(rule), "{said}");
    machine.write("run/udev/data/c188:1", "E:ID_BUS=usb\nE:ID_MM_DEVICE_IGNORE=1\n");
    let (_, said) = machine.doctor(&["--port", &port]);
    assert!(said.contains("✓ ModemManager  runs (process 812), and is told to keep away"), "{said}");
    // It may hold it already.
    machine.process(812, "ModemManager", Some(&module.path));
    let (code, said) = machine.doctor(&["--port", &port]);
    assert!(code == Some(3) && said.contains("systemctl stop ModemManager"), "{said}");
}

#[test]
fn the_rate_is_found() {
    let machine = Machine::new();
    let slow = |heard: &[u8], rate: u32| match rate {
        9_600 if heard.ends_with(b"\r") => b"\r\nOK\r\n".to_vec(),
        9_600 => Vec::new(),
        _ => vec![0xF8; heard.len()],
    };
    let port = machine.plug("ttyUSB0", 1, ("10c4", "ea60"), "CP2102", &device(slow));
    let (code, said) = machine.doctor(&["--port", &port]);
    assert_eq!(code, Some(3), "{said}");
    assert!(said.contains("✗ rate          no answer at 115200 bits/s, but at 9600"), "{said}");
    assert!(said.contains("--baud 9600"), "{said}");
    // What was said at each rate is in the dialogue.
    let (_, shown) = machine.doctor(&["--port", &port, "-v"]);
    for dialogue in [
        "qftp: does a module answer on /dev/ttyUSB0 at 115200 bits/s?\n> AT\n< \\xf8\\xf8\\xf8\n> ATQ0V1\n",
        "qftp: does a module answer on /dev/ttyUSB0 at 9600 bits/s?\n> AT\n< OK\n",
    ] {
        assert!(shown.contains(dialogue), "no {dialogue} in:\n{shown}");
    }

    let silent = machine.plug("ttyUSB1", 2, ("10c4", "ea60"), "CP2102", &device(|_, _| Vec::new()));
    let (code, said) = machine.doctor(&["--port", &silent]);
    assert!(code == Some(3) && said.contains("✗ rate          nothing, at 9600, 19200"), "{said}");
    assert!(said.contains("✗ port"), "{said}");
}
