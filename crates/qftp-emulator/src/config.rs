//! What an emulated module is like before anybody talks to it.

use qftp_core::wire::{FtpKey, SslKey, UrcPort};

use crate::drives::Drives;
use crate::family::Family;
use crate::faults::Fault;
use crate::trouble::Trouble;

/// The SIM card.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Sim {
    /// Inserted, no PIN asked for.
    #[default]
    Ready,
    /// No card.
    Absent,
    /// Locked until `AT+CPIN` gives this PIN.
    Locked(Pin),
}

/// The PIN of a SIM card. It prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// A PIN of a SIM card.
    #[must_use]
    pub fn new(digits: impl Into<String>) -> Self {
        Self(digits.into())
    }

    pub(crate) fn is(&self, digits: &[u8]) -> bool {
        self.0.as_bytes() == digits
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// `<stat>` of `AT+CREG?`, `AT+CGREG?` and `AT+CEREG?`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Registration {
    /// 1: registered at home.
    #[default]
    Home,
    /// 2: searching.
    Searching,
    /// 3: the network refused.
    Denied,
    /// 5: registered abroad.
    Roaming,
}

impl Registration {
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Home => 1,
            Self::Searching => 2,
            Self::Denied => 3,
            Self::Roaming => 5,
        }
    }

    pub(crate) const fn is_registered(self) -> bool {
        matches!(self, Self::Home | Self::Roaming)
    }
}

/// What `+++` does to a download over `COM:`; firmwares differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DownloadEscape {
    /// It pauses and `ATO` resumes it, as the note has it (§1.5).
    #[default]
    Pause,
    /// It ends: OK, state 1, no URC, and `ATO` answers `NO CARRIER`.
    Abort,
}

/// What the module says about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `AT+CGMI`.
    pub manufacturer: String,
    /// `AT+CGMM`.
    pub model: String,
    /// `AT+CGMR`.
    pub revision: String,
    /// `AT+GSN`: the IMEI.
    pub serial: String,
}

impl Default for Identity {
    fn default() -> Self {
        Self {
            manufacturer: "Quectel".into(),
            model: "EC200S".into(),
            revision: "EC200SCNAAR01A01M16".into(),
            serial: "867730050000000".into(),
        }
    }
}

/// How an error that has a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorForm {
    /// `ERROR`.
    Error,
    /// `+CME ERROR:` and the number.
    Number,
    /// `+CME ERROR:` and the text.
    Text,
}

/// Which form `+CME ERROR` has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CmeForm {
    /// What `AT+CMEE` asks for.
    #[default]
    Level,
    /// A number at any level.
    Number,
    /// A text at any level.
    Text,
}

/// How the module's lines are framed, and what comes between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Framing {
    /// Every response begins with a CR LF of its own, which makes a blank line between two of them (§1.5).
    pub blank_lines: bool,
    /// What comes after `+CME ERROR:`.
    pub cme: CmeForm,
    /// What it is at the levels 0, 1 and 2 of `AT+CMEE`.
    pub errors: [ErrorForm; 3],
    /// After one line in so many, an unrelated URC follows.
    pub chatter: Option<u64>,
    /// Most bytes that leave at once; the next ones follow a millisecond later.
    pub piece: Option<u64>,
    /// OK waits so many milliseconds for its URC, so that both leave together.
    pub joined: Option<u64>,
    /// With so many bytes waiting for the line, the module takes no more commands and asks the server for no more data.
    pub buffer: usize,
}

impl Default for Framing {
    fn default() -> Self {
        Self {
            blank_lines: true,
            cme: CmeForm::Level,
            errors: [ErrorForm::Error, ErrorForm::Number, ErrorForm::Text],
            chatter: None,
            piece: None,
            joined: None,
            buffer: 64 << 10,
        }
    }
}

/// Everything about a module that a test may want different. [`Config::new`] is a healthy EC200S.
///
/// A [`Family`] sets what its firmwares do differently; [`Fault`]s change it further, by their names.
///
/// ```
/// use qftp_emulator::{Config, Drives, Module, Pin, Sim};
/// let mut config = Config::new(Drives::temporary()?);
/// config.sim = Sim::Locked(Pin::new("1234"));
/// let module = Module::new(config);
/// # let _ = module;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// What kind of module it is; [`Family::apply`] sets it, and with it what faults can change.
    pub(crate) family: Family,
    /// What is behind UFS, RAM and SD.
    pub drives: Drives,
    /// What it says about itself.
    pub identity: Identity,
    /// The SIM card.
    pub sim: Sim,
    /// Registration on the network.
    pub registration: Registration,
    /// Attached to the packet service from the start; if not, `AT+CGATT=1` attaches.
    pub attached: bool,
    /// `<rssi>` of `AT+CSQ`.
    pub signal: u8,
    /// Whether it starts now and says so (`RDY` and the rest), or has been running for long.
    pub starts: bool,
    /// Milliseconds from `AT+CFUN=1,1` to `RDY`.
    pub start_up: u64,
    /// Echo of commands (`ATE`) after the start.
    pub echo: bool,
    /// What `+++` does to a download.
    pub download_escape: DownloadEscape,
    /// Whether a line feed right after the CR of a command that opens data mode belongs to the command.
    ///
    /// Hosts that end their lines with CR LF would otherwise send one byte of file too many. The line feed counts as the
    /// command's when it comes before `CONNECT` has gone out, and `CONNECT` waits 2 ms for it unless the host has shown
    /// that its lines end with a bare CR. A host that waits for `CONNECT`, as it must, can send a file that begins with a
    /// line feed.
    pub line_feed_is_command: bool,
    /// Whether `+QFTPCFG: "account"` shows the password as asterisks.
    pub masks_password: bool,
    /// How lines are framed.
    pub framing: Framing,
    /// Whether `+QFTPPWD` has its path in quotes.
    pub quotes_path: bool,
    /// Whether a download that begins at the end of the file fails with 627,550 rather than bring 0 bytes.
    pub end_read_fails: bool,
    /// Whether `ATO` with nothing to resume answers `ERROR` rather than `NO CARRIER`.
    pub online_error: bool,
    /// The keys of `AT+QFTPCFG`, in the order of its test form; the family says what they take.
    pub ftp_keys: Vec<FtpKey>,
    /// The keys of `AT+QSSLCFG`.
    pub ssl_keys: Vec<SslKey>,
    /// Whether the test form of `AT+QFTPNLST` prints `+QFTPNLIST`, as some manuals have it.
    pub nlist: bool,
    /// Whether there is `AT+QURCCFG`.
    pub has_urc_setting: bool,
    /// Whether `ATS12` sets the guard time.
    pub has_guard_setting: bool,
    /// Whether what stands before the `AT` of a line is passed over, as V.250 has it. Where not, such a line is noise as a whole.
    pub skips_noise: bool,
    /// Whether the messages of the start come in any order.
    pub shuffles_start: bool,
    /// Which of the module's ports the host is at.
    pub port: UrcPort,
    /// Where URCs go until `AT+QURCCFG` says otherwise: at another port than the host's, they are not seen.
    pub urc_port: UrcPort,
    /// What goes wrong.
    pub trouble: Trouble,
    /// Changes to all of this by name, which a running module can be told to forget.
    pub faults: Vec<Fault>,
    /// Every random choice comes from it.
    pub seed: u64,
}

impl Config {
    /// A module that is registered, attached and idle.
    #[must_use]
    pub fn new(drives: Drives) -> Self {
        let family = Family::default_one();
        let mut config = Self {
            family: family.clone(),
            drives,
            identity: Identity::default(),
            sim: Sim::default(),
            registration: Registration::default(),
            attached: true,
            signal: 24,
            starts: false,
            start_up: 500,
            echo: true,
            download_escape: DownloadEscape::default(),
            line_feed_is_command: true,
            masks_password: true,
            framing: Framing::default(),
            quotes_path: true,
            end_read_fails: false,
            online_error: false,
            ftp_keys: Vec::new(),
            ssl_keys: Vec::new(),
            nlist: false,
            has_urc_setting: true,
            has_guard_setting: true,
            skips_noise: true,
            shuffles_start: false,
            port: UrcPort::Uart1,
            urc_port: UrcPort::Uart1,
            trouble: Trouble::default(),
            faults: Vec::new(),
            seed: 1,
        };
        family.apply(&mut config);
        config
    }

    /// What kind of module it is.
    #[must_use]
    pub fn family(&self) -> &Family {
        &self.family
    }

    /// What is left when its faults have been applied.
    pub(crate) fn with_faults(&self) -> Self {
        let mut config = self.clone();
        for fault in &self.faults {
            fault.apply(&mut config);
        }
        config
    }
}
