use super::misuse::{Field, Misuse};
use super::tls::{ClientCertificateOf, TlsOf};
use crate::limits;
use crate::secret::{Secret, SecretOf};
use crate::wire::{DataAddress, PdpAuth, PdpType, Storage, TransMode, TransferType, UrcPort};

/// A derive would ask the same of the texts themselves, which are only referred to.
macro_rules! copied {
    ($($name:ident)*) => { $(
        impl<T: ?Sized> Clone for $name<'_, T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T: ?Sized> Copy for $name<'_, T> {}
    )* };
}

copied! { SetupOf ApnOf LoginOf TlsOf ClientCertificateOf }

/// What set-up brings about, its texts of `str`.
pub type Setup<'a> = SetupOf<'a, str>;
/// An access point, its texts of `str`.
pub type Apn<'a> = ApnOf<'a, str>;
/// Server and account, their texts of `str`.
pub type Login<'a> = LoginOf<'a, str>;

/// How a session behaves; the defaults suit most lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Config {
    /// Silence around `+++` that the module is asked for (`ATS12`), in milliseconds, 200–5000.
    ///
    /// Default 300: an abort then takes well under a second. A module that refuses keeps its second, and so does the session.
    pub guard_ms: u16,
    /// Most file bytes that [`Session::send`](super::Session::send) hands out at once.
    ///
    /// This and what the line holds bound what a module that leaves data mode early could take for commands; a driver asks for more only
    /// when it has written the last. Default 4096: what one write to a serial port takes, 44 ms of line at 921600 baud, and enough to
    /// keep any line busy.
    pub in_flight: usize,
    /// How long a byte that the driver has written may still wait in buffers before it is on the line, in milliseconds.
    ///
    /// The silence before `+++` begins only then. Default 150: what `qftp-transport` keeps in a serial port's buffers.
    pub queue_ms: u16,
    /// Whether an abort opens the FTP session again where the module needs that to get out of a transfer (the default), or ends as soon as
    /// the line is in step; [`SessionState::Reopen`](super::SessionState::Reopen) then says that `open` comes next.
    pub reopen_after_abort: bool,
    /// `rsptimeout`, the `T` of every FTP command, in seconds, 20–180.
    pub rsptimeout_s: u8,
    /// How long a line must be silent, in milliseconds, before the end of a broken download is read out of its last bytes.
    pub quiet_ms: u32,
    /// The same for the end of data whose length is not known before (listings). The length in the URC has to agree as well, and the module
    /// is then asked whether it is out of data mode.
    pub settle_ms: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            guard_ms: 300,
            in_flight: 4096,
            queue_ms: 150,
            reopen_after_abort: true,
            rsptimeout_s: limits::RSP_TIMEOUT_DEFAULT_S,
            quiet_ms: 2_000,
            settle_ms: 100,
        }
    }
}

/// Longest silence that a session waits for, in milliseconds.
const LONGEST_SILENCE_MS: u32 = 60_000;

impl Config {
    /// The guard time in units of 20 ms, rounded up, as `ATS12` takes it.
    pub(crate) fn guard_units(&self) -> u8 {
        u8::try_from(self.guard_ms.div_ceil(limits::GUARD_UNIT_MS)).unwrap_or(limits::GUARD_UNITS_DEFAULT)
    }

    /// Whether a session can work so. [`Session::setup`](super::Session::setup) refuses what cannot.
    ///
    /// # Errors
    /// [`Misuse::Range`] with the first field that is out of its range.
    pub fn check(&self) -> Result<(), Misuse> {
        let fields = [
            ((200..=5_000).contains(&self.guard_ms), Field::Guard),
            (limits::RSP_TIMEOUT_S.contains(&self.rsptimeout_s), Field::RspTimeout),
            // Without room for one byte, an upload waits for ever.
            (self.in_flight > 0, Field::InFlight),
            (self.quiet_ms <= LONGEST_SILENCE_MS, Field::Quiet),
            (self.settle_ms <= LONGEST_SILENCE_MS, Field::Settle),
        ];
        match fields.into_iter().find(|(is_right, _)| !is_right) {
            Some((_, field)) => Err(Misuse::Range(field)),
            None => Ok(()),
        }
    }
}

/// What [`Session::setup`](super::Session::setup) brings about. `T` is how its texts are given: `str`, or `[u8]` in any encoding.
#[derive(Debug)]
pub struct SetupOf<'a, T: ?Sized> {
    /// The PDP context, 1–15; some families have 1–16, others fewer.
    pub context: u8,
    /// The access point; `None` leaves the context's settings as they are.
    pub apn: Option<ApnOf<'a, T>>,
    /// Where URCs go; `None` finds it out when none arrives.
    pub urc_port: Option<UrcPort>,
    /// `false` brings only the line in order, for work on the module's own files: no SIM card and no network needed.
    pub network: bool,
}

impl<T: ?Sized> SetupOf<'_, T> {
    /// The defaults, for texts of any form.
    #[must_use]
    pub const fn plain() -> Self {
        Self { context: 1, apn: None, urc_port: None, network: true }
    }
}

impl Default for Setup<'_> {
    fn default() -> Self {
        Self::plain()
    }
}

/// An access point.
#[derive(Debug)]
pub struct ApnOf<'a, T: ?Sized> {
    /// Its name, at most 100 bytes.
    pub name: &'a T,
    /// User name and password, at most 64 bytes each; most networks want none.
    pub login: Option<(SecretOf<'a, T>, SecretOf<'a, T>)>,
    /// How they are sent.
    pub auth: PdpAuth,
    /// Address family.
    pub kind: PdpType,
}

impl<'a, T: ?Sized> ApnOf<'a, T> {
    /// An access point that wants no login.
    #[must_use]
    pub const fn new(name: &'a T) -> Self {
        Self { name, login: None, auth: PdpAuth::None, kind: PdpType::V4 }
    }
}

/// Server and account of [`Session::open`](super::Session::open).
///
/// `T` is how its texts are given: `str`, or `[u8]` in any encoding.
#[derive(Debug)]
pub struct LoginOf<'a, T: ?Sized> {
    /// Name or address of the server, at most 255 bytes.
    pub host: &'a T,
    /// 1–65535.
    pub port: u16,
    /// User name, at most 255 bytes.
    pub user: SecretOf<'a, T>,
    /// Password, at most 255 bytes.
    pub password: SecretOf<'a, T>,
    /// Binary, unless the server is to convert line ends.
    pub transfer_type: TransferType,
    /// Passive, unless the server must connect to the module.
    pub trans_mode: TransMode,
    /// Where data connections go; `None` leaves the module's setting.
    pub data_address: Option<DataAddress>,
    /// FTPS; `None` is plain FTP, where everybody on the way can read the password and the files.
    pub tls: Option<TlsOf<'a, T>>,
}

impl<'a> Login<'a> {
    /// An anonymous login at port 21, binary and passive.
    #[must_use]
    pub const fn new(host: &'a str) -> Self {
        Self {
            host,
            port: limits::DEFAULT_PORT,
            user: Secret::new("anonymous"),
            password: Secret::new("anonymous@"),
            transfer_type: TransferType::Binary,
            trans_mode: TransMode::Passive,
            data_address: None,
            tls: None,
        }
    }
}

/// The road of a transfer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// Straight through the port (`COM:`).
    #[default]
    Com,
    /// Staged in a file of the module, its way over the line proven by the checksum of `AT+QFUPL` and `AT+QFDWL`.
    Storage(Storage),
}

/// How [`Session::get`](super::Session::get) downloads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GetOptions {
    /// Offset of the first byte.
    pub start: u64,
    /// How many bytes the caller knows to come from there. `None` asks for the size first (one round trip to the server).
    pub len: Option<u64>,
    /// The road.
    pub via: Via,
}

/// How [`Session::put`](super::Session::put) uploads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PutOptions {
    /// Offset in the server's file; 0 replaces the file.
    pub start: u64,
    /// Bytes that will be sent.
    pub len: u64,
    /// Whether they are the last of the file. When `false`, the data connection stays open and the next operation must be the next part.
    pub last: bool,
    /// The road.
    pub via: Via,
}

impl PutOptions {
    /// A whole file of `len` bytes, straight through the port.
    #[must_use]
    pub const fn whole(len: u64) -> Self {
        Self { start: 0, len, last: true, via: Via::Com }
    }
}
