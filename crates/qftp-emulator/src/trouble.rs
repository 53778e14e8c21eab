//! What goes wrong with a module, and when.

use std::fmt;

use qftp_core::Instant;
use qftp_core::wire::Verb;

/// What goes wrong; nothing by default. Faults have names for all of it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Trouble {
    /// Of the URCs of FTP commands one in so many is lost.
    pub lost_urc: Option<u64>,
    /// The URCs of this command are lost.
    pub lost_urc_of: Option<Verb>,
    /// Milliseconds by which the outcome of every FTP command comes late. Until then other commands answer 603.
    pub late_urc: u64,
    /// Milliseconds by which the outcome of `AT+QFTPCLOSE` comes late.
    pub slow_close: u64,
    /// This data connection, counted from 1, fails with 615.
    pub data_refused: Option<u64>,
    /// `AT+QFTPOPEN` fails with this `<err>`.
    pub login: Option<u16>,
    /// `AT+QFTPOPEN` fails with 631 where TLS is wanted.
    pub tls_refused: bool,
    /// `AT+QIACT` fails with this `<err>` of `AT+QIGETERROR`.
    pub no_context: Option<u16>,
    /// Size of the receive buffer in data mode: without flow control (`AT+IFC`) what comes faster than the module looks is lost.
    pub overrun: Option<u64>,
    /// What clears [`Event::Wedge`].
    pub wedge_cure: Cure,
    /// What happens once, and when.
    pub events: Vec<(Event, When)>,
}

/// Something that happens to a module once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It restarts by itself.
    Reboot,
    /// Its power fails: silence until [`Module::power_cycle`](crate::Module::power_cycle).
    PowerLoss,
    /// The control connection is lost: `+QFTPCLOSE: 606,0`.
    ControlLost,
    /// The network drops the PDP context: `+QIURC: "pdpdeact"`; `AT+QIDEACT` has to come before the next `AT+QIACT`.
    ContextDropped,
    /// Its data stack hangs: transfers stop and FTP commands answer 603 until [`Trouble::wedge_cure`].
    Wedge,
}

/// When an [`Event`] happens, counted from the start of the module or the setting of its fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// After so many bytes of files, in either direction.
    Bytes(u64),
    /// With the module idle after so many command lines.
    Commands(u64),
    /// After so many milliseconds.
    Millis(u64),
}

/// The level of recovery that brings a hung data stack back; the higher ones do too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Cure {
    /// `AT+QFTPCLOSE`.
    Close,
    /// `AT+QIDEACT`.
    Context,
    /// `AT+CFUN=1,1`.
    Restart,
    /// The power switched off and on.
    #[default]
    PowerCycle,
}

impl When {
    /// Reads `1000` (bytes), `3cmd`, `500ms` or `2s`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches(|letter: char| letter.is_ascii_lowercase());
        let number = digits.parse().ok()?;
        match &text[digits.len()..] {
            "" => Some(Self::Bytes(number)),
            "cmd" => Some(Self::Commands(number)),
            "ms" => Some(Self::Millis(number)),
            "s" => number.checked_mul(1000).map(Self::Millis),
            _ => None,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(number) => write!(f, "{number}"),
            Self::Commands(number) => write!(f, "{number}cmd"),
            Self::Millis(number) => write!(f, "{number}ms"),
        }
    }
}

/// What has gone wrong so far, counted: for whoever has to know what a failure of the host's is due to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Happened {
    /// The events that have happened.
    pub events: Vec<Event>,
    /// URCs that were lost.
    pub lost_urcs: u64,
    /// Data connections that were refused.
    pub refused_connections: u64,
    /// Bytes that the receive buffer had no room for.
    pub overrun_bytes: u64,
    /// Bytes that the command interpreter took.
    pub command_bytes: u64,
}

/// Counts, and says what is due.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    pending: Vec<(Event, When)>,
    since: Option<Instant>,
    bytes: u64,
    commands: u64,
    data_connections: u64,
    urcs: u64,
}

impl Watch {
    pub(crate) fn new(events: &[(Event, When)]) -> Self {
        Self { pending: events.to_vec(), ..Self::default() }
    }

    /// The next event that has to happen now.
    pub(crate) fn due(&mut self, now: Instant, idle: bool) -> Option<Event> {
        let since = *self.since.get_or_insert(now);
        let at = self.pending.iter().position(|(_, when)| match *when {
            When::Bytes(bytes) => self.bytes >= bytes,
            When::Commands(commands) => idle && self.commands >= commands,
            When::Millis(millis) => now >= since.after(millis),
        })?;
        Some(self.pending.remove(at).0)
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        let since = self.since?;
        let times = self.pending.iter().filter_map(|(_, when)| match when {
            When::Millis(millis) => Some(since.after(*millis)),
            When::Bytes(_) | When::Commands(_) => None,
        });
        times.min()
    }

    /// How many of `count` bytes of a file may pass before something happens; at least one.
    pub(crate) fn until_event(&self, count: usize) -> usize {
        let left = self.pending.iter().filter_map(|(_, when)| match when {
            When::Bytes(bytes) => usize::try_from(bytes.saturating_sub(self.bytes)).ok(),
            When::Commands(_) | When::Millis(_) => None,
        });
        left.min().map_or(count, |left| count.min(left.max(1)))
    }

    pub(crate) fn count_bytes(&mut self, count: usize) {
        self.bytes += count as u64;
    }

    pub(crate) fn count_command(&mut self) {
        self.commands += 1;
    }

    /// The number of the data connection that is about to be made.
    pub(crate) fn count_data_connection(&mut self) -> u64 {
        self.data_connections += 1;
        self.data_connections
    }

    /// The number of the URC that is about to be said.
    pub(crate) fn count_urc(&mut self) -> u64 {
        self.urcs += 1;
        self.urcs
    }
}

/// Choices that look like chance and are the same for the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`; 0 when `end` is 0. Splitmix64, whose faint bias does no harm here.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).checked_rem(end).unwrap_or(0)
    }
}
