//! What this machine knows of its serial ports: what is plugged in, who holds it, and whether ModemManager may touch it.

use std::fs;
use std::path::{Path, PathBuf};

/// Quectel's USB vendor id.
pub(super) const QUECTEL: &str = "2c7c";

/// USB-to-serial bridges that a module's UART is usually behind, by their vendor.
const BRIDGES: [(&str, &str); 6] = [
    ("0403", "FTDI"),
    ("10c4", "Silicon Labs CP210x"),
    ("1a86", "WCH CH34x"),
    ("067b", "Prolific PL2303"),
    ("04e2", "Exar"),
    ("04d8", "Microchip"),
];

/// Drivers of UARTs that are no part of a USB device.
const UARTS: [&str; 6] = ["ttyAMA", "ttyS", "ttyTHS", "ttymxc", "ttyO", "ttySC"];

/// A machine, by the folder that its `/sys`, `/proc` and `/dev` are in.
#[derive(Debug)]
pub(super) struct Machine {
    root: PathBuf,
}

/// A serial port of the machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Candidate {
    /// The likeliest first.
    pub(super) kind: Kind,
    /// `ttyUSB2`.
    name: String,
    /// What to open.
    pub(super) path: String,
    pub(super) usb: Option<Usb>,
    /// `c188:2`, udev's name of it.
    device: String,
}

/// Whether a module may be behind a port, the likeliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A port of a module on USB.
    Quectel,
    /// A bridge that may have a module's UART behind it.
    Bridge,
    /// A UART of the machine.
    Uart,
    /// A USB device of another kind.
    Other,
}

/// What a USB device says it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Usb {
    /// Four hexadecimal digits each.
    pub(super) vendor: String,
    pub(super) product: String,
    name: String,
    interface: Option<String>,
}

/// A process that has a port open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Holder {
    pub(super) process: u32,
    pub(super) name: String,
}

impl Candidate {
    /// `2c7c:6002 Quectel EC200S, interface 02`.
    pub(super) fn about(&self) -> String {
        let Some(usb) = &self.usb else { return "a UART of this machine".to_owned() };
        let interface = usb.interface.as_ref().map_or_else(String::new, |at| format!(", interface {at}"));
        format!("{}:{} {}{interface}", usb.vendor, usb.product, usb.name)
    }
}

impl Machine {
    pub(super) fn at(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The serial ports there are, the likeliest first.
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        let names = children(&self.root.join("sys/class/tty"));
        let mut found: Vec<Candidate> = names.iter().filter_map(|name| self.candidate(name)).collect();
        found.sort();
        found
    }

    /// The port of this path, if the machine has it.
    pub(super) fn port(&self, path: &str) -> Option<Candidate> {
        // Links in /dev/serial/by-id name the port, too.
        let real = fs::canonicalize(path).ok();
        let is = |candidate: &Candidate| {
            candidate.path == path || (real.is_some() && fs::canonicalize(&candidate.path).ok() == real)
        };
        self.candidates().into_iter().find(is)
    }

    fn candidate(&self, name: &str) -> Option<Candidate> {
        let class = self.root.join("sys/class/tty").join(name);
        let device = format!("c{}", word(&class.join("dev")).unwrap_or_default());
        let path = self.root.join("dev").join(name).display().to_string();
        let plugged = ["ttyUSB", "ttyACM"].iter().any(|prefix| name.starts_with(prefix));
        if !plugged {
            let is_uart = UARTS.iter().any(|prefix| name.starts_with(prefix));
            // Drivers have numbers for more UARTs than there are; those that are not there have type 0.
            let is_there =
                word(&class.join("type")).map_or(class.join("device").exists(), |kind| kind != "0");
            let candidate = Candidate { kind: Kind::Uart, name: name.to_owned(), path, usb: None, device };
            return (is_uart && is_there).then_some(candidate);
        }
        let place = fs::canonicalize(class.join("device")).ok()?;
        let usb = place.ancestors().find(|folder| folder.join("idVendor").exists())?;
        let interface = place.ancestors().find_map(|folder| word(&folder.join("bInterfaceNumber")));
        let vendor = word(&usb.join("idVendor"))?;
        let bridge = BRIDGES.iter().find(|(id, _)| *id == vendor);
        let says = |file| word(&usb.join(file));
        let mut label: Vec<String> = [says("manufacturer"), says("product")].into_iter().flatten().collect();
        if label.is_empty() {
            label.extend(bridge.map(|(_, maker)| (*maker).to_owned()));
        }
        let kind = match bridge {
            _ if vendor == QUECTEL => Kind::Quectel,
            Some(_) => Kind::Bridge,
            None => Kind::Other,
        };
        let product = word(&usb.join("idProduct"))?;
        let usb = Some(Usb { vendor, product, name: label.join(" "), interface });
        Some(Candidate { kind, name: name.to_owned(), path, usb, device })
    }

    /// Who has the port open. Without the rights of root only our own processes tell.
    pub(super) fn holders(&self, path: &str) -> Vec<Holder> {
        let Ok(real) = fs::canonicalize(path) else { return Vec::new() };
        let proc = self.root.join("proc");
        let holds = |process: u32| {
            let open = proc.join(process.to_string()).join("fd");
            let links = children(&open).into_iter().filter_map(|fd| fs::read_link(open.join(fd)).ok());
            let links: Vec<PathBuf> = links.collect();
            // Whoever made a pseudo-terminal is the other end of it, and holds this one only to keep it alive.
            let is_other_end =
                || real.starts_with("/dev/pts") && links.iter().any(|link| link.ends_with("ptmx"));
            links.contains(&real) && !is_other_end()
        };
        let processes = self.processes().filter(|process| *process != std::process::id());
        let mut holders: Vec<Holder> = processes
            .filter(|process| holds(*process))
            .map(|process| Holder { process, name: self.name_of(process) })
            .collect();
        // What minicom, picocom and pppd leave there.
        let lock = real
            .file_name()
            .map(|name| self.root.join("var/lock").join(format!("LCK..{}", name.to_string_lossy())));
        if let Some(process) = lock.and_then(|lock| word(&lock)?.parse::<u32>().ok())
            && holders.iter().all(|holder| holder.process != process)
            && proc.join(process.to_string()).exists()
        {
            holders.push(Holder { process, name: self.name_of(process) });
        }
        holders
    }

    /// The process of ModemManager, if it runs.
    pub(super) fn modem_manager(&self) -> Option<u32> {
        self.processes().find(|process| self.name_of(*process) == "ModemManager")
    }

    /// Whether udev tells ModemManager to keep away from the port.
    pub(super) fn is_kept_away(&self, candidate: &Candidate) -> bool {
        let path = self.root.join("run/udev/data").join(&candidate.device);
        let properties = fs::read_to_string(path).unwrap_or_default();
        properties.lines().any(|line| matches!(line, "E:ID_MM_DEVICE_IGNORE=1" | "E:ID_MM_PORT_IGNORE=1"))
    }

    fn processes(&self) -> impl Iterator<Item = u32> {
        children(&self.root.join("proc")).into_iter().filter_map(|name| name.parse().ok())
    }

    fn name_of(&self, process: u32) -> String {
        word(&self.root.join("proc").join(process.to_string()).join("comm")).unwrap_or_default()
    }
}

/// The names in a folder; none where it cannot be read.
fn children(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names
}

/// What a small file of the system says.
fn word(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}
