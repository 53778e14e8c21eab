use core::fmt;

use crate::limits;

/// What an FTP command's URC carries after a first number of 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// A second 0 and nothing else.
    Nothing,
    /// A number: bytes, or a state.
    Number,
    /// A string: a path, or a time.
    Text,
}

macro_rules! verbs {
    ($(#[doc = $doc:literal] $variant:ident $name:literal,)*) => {
        /// Every extended command (`AT+…`) by its name.
        ///
        /// The commands without a plus sign (`ATE0`, `AT&F` …) are [`super::Basic`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Verb { $(#[doc = $doc] $variant,)* }

        impl Verb {
            /// All of them, in the order of the manual.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The name with its plus sign: `+QFTPPUT`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it is for, as a sentence: `Upload a file (§2.5).`
            #[must_use]
            pub const fn purpose(self) -> &'static str {
                match self { $(Self::$variant => $doc.trim_ascii(),)* }
            }
        }
    };
}

verbs! {
    /// Settings of the FTP client (§2.1).
    QftpCfg "+QFTPCFG",
    /// Log in to a server (§2.2).
    QftpOpen "+QFTPOPEN",
    /// Change the server's working directory (§2.3).
    QftpCwd "+QFTPCWD",
    /// Ask for the server's working directory (§2.4).
    QftpPwd "+QFTPPWD",
    /// Upload a file (§2.5).
    QftpPut "+QFTPPUT",
    /// Download a file (§2.6).
    QftpGet "+QFTPGET",
    /// Ask for a file's size (§2.7).
    QftpSize "+QFTPSIZE",
    /// Delete a file (§2.8).
    QftpDel "+QFTPDEL",
    /// Make a folder (§2.9).
    QftpMkdir "+QFTPMKDIR",
    /// Remove a folder (§2.10).
    QftpRmdir "+QFTPRMDIR",
    /// List a folder as the server prints it (§2.11).
    QftpList "+QFTPLIST",
    /// List the names in a folder (§2.12).
    QftpNlst "+QFTPNLST",
    /// List a folder with its facts (§2.13).
    QftpMlsd "+QFTPMLSD",
    /// Ask for a file's time of modification (§2.14).
    QftpMdtm "+QFTPMDTM",
    /// Rename a file or folder (§2.15).
    QftpRename "+QFTPRENAME",
    /// Ask how many bytes the last or present transfer moved (§2.16).
    QftpLen "+QFTPLEN",
    /// Ask for the state of the FTP client (§2.17).
    QftpStat "+QFTPSTAT",
    /// Log out (§2.18).
    QftpClose "+QFTPCLOSE",
    /// Free space of a storage of the module.
    Qflds "+QFLDS",
    /// List the module's files.
    Qflst "+QFLST",
    /// Delete files of the module.
    Qfdel "+QFDEL",
    /// Upload a file into the module.
    Qfupl "+QFUPL",
    /// Download a file out of the module.
    Qfdwl "+QFDWL",
    /// Open a file of the module.
    Qfopen "+QFOPEN",
    /// Read from an open file.
    Qfread "+QFREAD",
    /// Write to an open file.
    Qfwrite "+QFWRITE",
    /// Move the position of an open file.
    Qfseek "+QFSEEK",
    /// Ask for the position of an open file.
    Qfposition "+QFPOSITION",
    /// Cut an open file at its position.
    Qftucat "+QFTUCAT",
    /// Write an open file's buffers out.
    Qfflush "+QFFLUSH",
    /// Close an open file.
    Qfclose "+QFCLOSE",
    /// Settings of an SSL context.
    Qsslcfg "+QSSLCFG",
    /// Settings of a PDP context.
    Qicsgp "+QICSGP",
    /// Activate a PDP context, or ask which are active.
    Qiact "+QIACT",
    /// Deactivate a PDP context.
    Qideact "+QIDEACT",
    /// The last error of PDP contexts and TCP/IP.
    Qigeterror "+QIGETERROR",
    /// Name servers of a PDP context.
    Qidnscfg "+QIDNSCFG",
    /// Where URCs go.
    Qurccfg "+QURCCFG",
    /// URCs of the TCP/IP stack.
    Qiurc "+QIURC",
    /// How errors are reported.
    Cmee "+CMEE",
    /// Line rate.
    Ipr "+IPR",
    /// Flow control.
    Ifc "+IFC",
    /// Manufacturer.
    Cgmi "+CGMI",
    /// Model.
    Cgmm "+CGMM",
    /// Firmware revision.
    Cgmr "+CGMR",
    /// Serial number (IMEI).
    Gsn "+GSN",
    /// State of the SIM card, or its PIN.
    Cpin "+CPIN",
    /// Registration on the circuit-switched network.
    Creg "+CREG",
    /// Registration on the packet-switched network (GPRS).
    Cgreg "+CGREG",
    /// Registration on the packet-switched network (LTE).
    Cereg "+CEREG",
    /// Signal quality.
    Csq "+CSQ",
    /// Operator.
    Cops "+COPS",
    /// Attachment to the packet service.
    Cgatt "+CGATT",
    /// Activation of PDP contexts by 3GPP's own command.
    Cgact "+CGACT",
    /// Definition of PDP contexts by 3GPP's own command.
    Cgdcont "+CGDCONT",
    /// Functionality of the phone; `1,1` restarts.
    Cfun "+CFUN",
    /// Power off.
    Qpowd "+QPOWD",
    /// State of the SIM card's start (URC).
    Qusim "+QUSIM",
    /// Indications (URC).
    Qind "+QIND",
}

/// How some manuals print `+QFTPNLST`.
const NLIST: &[u8] = b"+QFTPNLIST";

/// Which verb of [`Verb::ALL`] has its name in a slot, found once by the compiler: no two names share a slot.
static SLOTS: [u8; 1 << SLOT_BITS] = {
    let mut slots = [NONE; 1 << SLOT_BITS];
    let mut at = 0;
    while at < Verb::ALL.len() {
        let slot = slot(Verb::ALL[at].name().as_bytes());
        assert!(slots[slot] == NONE, "two names share a slot: take another FACTOR");
        #[expect(clippy::cast_possible_truncation, reason = "there are not 255 commands")]
        {
            slots[slot] = at as u8;
        }
        at += 1;
    }
    slots
};

const NONE: u8 = u8::MAX;
const SLOT_BITS: u32 = 7;
/// Found by trial. A new name may want a new one; the compiler tells.
const FACTOR: u64 = 8_415_801_848_920_621_109;

/// The slot of a name, whatever its case: five bits of each of its last eight letters, multiplied.
const fn slot(name: &[u8]) -> usize {
    let letters = match name.last_chunk() {
        Some(last) => u64::from_be_bytes(*last),
        None => {
            let mut letters = 0;
            let mut rest = name;
            while let [first, tail @ ..] = rest {
                letters = letters << u8::BITS | *first as u64;
                rest = tail;
            }
            letters
        }
    };
    ((letters & 0x1F1F_1F1F_1F1F_1F1F).wrapping_mul(FACTOR) >> (u64::BITS - SLOT_BITS)) as usize
}

impl Verb {
    /// The command of this name; case does not matter. `QFTPNLIST`, which some manuals print, is `QFTPNLST`.
    #[must_use]
    pub fn from_name(name: &[u8]) -> Option<Self> {
        let slot = SLOTS.get(slot(name)).copied()?;
        match Self::ALL.get(usize::from(slot)).copied() {
            Some(verb) if verb.is_named(name) => Some(verb),
            _ => name.eq_ignore_ascii_case(NLIST).then_some(Self::QftpNlst),
        }
    }

    fn is_named(self, name: &[u8]) -> bool {
        let own = self.name().as_bytes();
        // As it stands, nearly always; most names have 8 letters or more and less than 16.
        match (own.first_chunk::<8>(), own.last_chunk::<8>()) {
            (Some(first), Some(last))
                if own.len() <= 16
                    && name.first_chunk() == Some(first)
                    && name.last_chunk() == Some(last) =>
            {
                own.len() == name.len()
            }
            _ => own == name || own.eq_ignore_ascii_case(name),
        }
    }

    /// Whether this is one of the 18 FTP commands.
    #[must_use]
    pub fn is_ftp(self) -> bool {
        self.name().starts_with("+QFTP")
    }

    /// What the URC of this FTP command carries on success; `None` for a command whose result is not a URC.
    #[must_use]
    pub const fn urc(self) -> Option<Value> {
        match self {
            Self::QftpOpen
            | Self::QftpCwd
            | Self::QftpDel
            | Self::QftpMkdir
            | Self::QftpRmdir
            | Self::QftpRename
            | Self::QftpClose => Some(Value::Nothing),
            Self::QftpPut
            | Self::QftpGet
            | Self::QftpSize
            | Self::QftpList
            | Self::QftpNlst
            | Self::QftpMlsd
            | Self::QftpLen
            | Self::QftpStat => Some(Value::Number),
            Self::QftpPwd | Self::QftpMdtm => Some(Value::Text),
            _ => None,
        }
    }

    /// Whether the note's remedy for a missing URC is to close, deactivate and activate again (§2.7–§2.18).
    #[must_use]
    pub const fn silence_needs_reactivation(self) -> bool {
        matches!(
            self,
            Self::QftpSize
                | Self::QftpDel
                | Self::QftpMkdir
                | Self::QftpRmdir
                | Self::QftpMdtm
                | Self::QftpRename
                | Self::QftpClose
        )
    }

    /// The parameter names that the test form (`=?`) of an FTP command prints; `None` where it prints just OK or is not FTP.
    #[must_use]
    pub const fn test_form(self) -> Option<&'static str> {
        Some(match self {
            Self::QftpOpen => "<hostname>,<port>",
            Self::QftpCwd => "<path_name>",
            Self::QftpPut => "<file_name>,<local_name>,<startpos>,<uploadlen>,<beof>",
            Self::QftpGet => "<file_name>,<local_name>,<startpos>,<downloadlen>",
            Self::QftpSize | Self::QftpDel | Self::QftpMdtm => "<file_name>",
            Self::QftpMkdir | Self::QftpRmdir => "<folder_name>",
            Self::QftpList | Self::QftpNlst | Self::QftpMlsd => "<dirname>,<local_name>",
            Self::QftpRename => "<old_name>,<new_name>",
            _ => return None,
        })
    }

    /// The longest wait, in milliseconds, from the command to its outcome; `t` is `rsptimeout` in milliseconds (`T`).
    #[must_use]
    pub const fn time_out(self, t: u64) -> u64 {
        match self.own_time_out() {
            Some(millis) => millis as u64,
            None => t,
        }
    }

    /// The same in 32 bits.
    pub(crate) const fn time_out_ms(self, t: u32) -> u32 {
        match self.own_time_out() {
            Some(millis) => millis,
            None => t,
        }
    }

    /// `None` for `T`.
    const fn own_time_out(self) -> Option<u32> {
        let millis = match self {
            Self::QftpCfg => limits::CONFIG_COMMAND_MS,
            Self::QftpOpen => limits::OPEN_MS,
            Self::Qiact => limits::ACTIVATE_MS,
            Self::Qideact => limits::DEACTIVATE_MS,
            Self::Cgatt => limits::ATTACH_MS,
            _ if self.urc().is_some() => return None,
            Self::Qflds
            | Self::Qflst
            | Self::Qfdel
            | Self::Qfupl
            | Self::Qfdwl
            | Self::Qfopen
            | Self::Qfread
            | Self::Qfwrite
            | Self::Qfclose => limits::FILE_COMMAND_MS,
            _ => limits::PLAIN_COMMAND_MS,
        };
        #[expect(clippy::cast_possible_truncation, reason = "minutes at most")]
        Some(millis as u32)
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AT{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_18_ftp_commands_are_here() {
        assert_eq!(Verb::ALL.iter().filter(|verb| verb.name().starts_with("+QFTP")).count(), 18);
    }

    #[test]
    fn every_purpose_is_a_sentence() {
        assert_eq!(Verb::QftpPut.purpose(), "Upload a file (§2.5).");
        for verb in Verb::ALL {
            assert!(verb.purpose().ends_with('.') && !verb.purpose().starts_with(' '), "{verb}");
        }
    }

    #[test]
    fn every_name_finds_its_verb() {
        for verb in Verb::ALL {
            assert_eq!(Verb::from_name(verb.name().as_bytes()), Some(*verb));
            assert_eq!(Verb::from_name(verb.name().to_ascii_lowercase().as_bytes()), Some(*verb));
        }
        assert_eq!(Verb::from_name(b"+QFTPNLIST"), Some(Verb::QftpNlst));
    }
}
