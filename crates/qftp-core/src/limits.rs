//! The numbers of the manual: lengths in bytes, times in milliseconds unless a name says otherwise.
//!
//! Without the feature `long-names` texts are shorter than the manual allows, which small machines save RAM by.

use core::ops::RangeInclusive;

/// Longest name of a file or folder on the server, and of any other string parameter (§2.1–§2.15).
pub const NAME: usize = if cfg!(feature = "long-names") { 255 } else { 64 };
/// Longest `<path_name>` of `AT+QFTPCWD` (§2.3).
pub const CWD_PATH: usize = if cfg!(feature = "long-names") { 128 } else { 64 };
/// Longest name of a file in the module, its storage prefix included (`AT+QFUPL`).
pub const MODULE_FILE: usize = if cfg!(feature = "long-names") { 80 } else { 32 };
/// Longest access point name; 3GPP TS 23.003 allows 100 bytes.
pub const APN: usize = if cfg!(feature = "long-names") { 100 } else { 40 };
/// Longest user name and password of a PDP context.
pub const PDP_LOGIN: usize = if cfg!(feature = "long-names") { 64 } else { 24 };

/// Default port of `AT+QFTPOPEN` (§2.2).
pub const DEFAULT_PORT: u16 = 21;
/// The usual port of implicit FTPS (§2.2).
pub const IMPLICIT_FTPS_PORT: u16 = 990;
/// PDP contexts of the family that has most; the note has 1 to 15 (§2.1), and what a module does not have it refuses.
pub const CONTEXT_ID: RangeInclusive<u8> = 1..=16;
/// PDP contexts that may be active at the same time (§4.2).
pub const ACTIVE_CONTEXTS: usize = 3;
/// SSL contexts (§2.1).
pub const SSL_CONTEXT_ID: RangeInclusive<u8> = 0..=5;
/// `ciphersuite` of `AT+QSSLCFG`: every suite that the module has.
pub const ALL_CIPHER_SUITES: u16 = 0xFFFF;
/// Longest password of a client's key that a session keeps.
pub const KEY_PASSWORD: usize = 64;
/// `rsptimeout`, the `T` of this crate's documentation, in seconds (§2.1).
pub const RSP_TIMEOUT_S: RangeInclusive<u8> = 20..=180;
/// Default of `rsptimeout` in seconds (§2.1).
pub const RSP_TIMEOUT_DEFAULT_S: u8 = 90;
/// `data_timeout` of `data_address`, in seconds (§2.1).
pub const DATA_TIMEOUT_S: RangeInclusive<u8> = 15..=50;
/// Default of `data_timeout` in seconds (§2.1).
pub const DATA_TIMEOUT_DEFAULT_S: u8 = 25;
/// Guard time of `+++` in units of 20 ms, as `ATS12` takes it.
pub const GUARD_UNITS: RangeInclusive<u8> = 10..=250;
/// Default of `ATS12`: one second (§1.5).
pub const GUARD_UNITS_DEFAULT: u8 = 50;
/// Milliseconds in one unit of `ATS12`.
pub const GUARD_UNIT_MS: u16 = 20;
/// Default `<size>` of `AT+QFUPL` and `AT+QFREAD`-like commands, in bytes.
pub const UPLOAD_SIZE_DEFAULT: u32 = 10240;
/// Default `<timeout>` of `AT+QFUPL` between two bytes, in seconds.
pub const UPLOAD_TIMEOUT_DEFAULT_S: u16 = 5;
/// In ACK mode the module acknowledges each full block of this many bytes with one `A`.
pub const ACK_BLOCK: u64 = 1024;

/// Longest command line a host sends, from `AT` to CR: `AT+QFTPCFG="account"` with two full strings.
pub const COMMAND_LINE: usize = if cfg!(feature = "long-names") { 560 } else { 160 };
/// Longest line a module sends that this crate reads whole.
pub const ANSWER_LINE: usize = if cfg!(feature = "long-names") { 640 } else { 128 };

/// Most bytes at the end of broken-off data that may be the module's words: its OK and its outcome, and URCs between them.
pub const WORDS: usize = if cfg!(feature = "long-names") { 256 } else { 96 };

/// Longest wait for the result of a command that has no time of its own.
pub const PLAIN_COMMAND_MS: u64 = 5_000;
/// `AT+QFTPCFG` (§2.1) answers within 300 ms; the host allows for a slow line.
pub const CONFIG_COMMAND_MS: u64 = 3_000;
/// `AT+QFTPOPEN` (§2.2).
pub const OPEN_MS: u64 = 125_000;
/// `AT+QIACT`.
pub const ACTIVATE_MS: u64 = 150_000;
/// From `AT+CFUN=1,1` to `RDY`; modules take 10 to 15 seconds.
pub const START_MS: u64 = 30_000;
/// `AT+QIDEACT`.
pub const DEACTIVATE_MS: u64 = 40_000;
/// `AT+CGATT=1`.
pub const ATTACH_MS: u64 = 140_000;
/// Longest wait for a file command of the module that moves no data over the line.
pub const FILE_COMMAND_MS: u64 = 10_000;
