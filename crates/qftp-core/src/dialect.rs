//! Modules that have no `AT+QFTP`, or mean something else by it: recognised and named, not spoken.

/// Another maker's FTP commands, or an older family's.
#[derive(Debug, PartialEq, Eq)]
pub struct Dialect {
    /// Whose it is: `a module of SIMCom's`.
    pub who: &'static str,
    /// What it has instead of `AT+QFTP`, or that it has nothing.
    pub speaks: &'static str,
    /// What would be needed.
    pub needs: &'static str,
    /// How words of `ATI`, `AT+CGMI` and `AT+CGMM` begin.
    words: &'static [&'static str],
    /// How the names of its FTP commands begin, after `AT`.
    commands: &'static [&'static str],
}

const OTHER_DRIVER: &str = "a module of Quectel's with AT+QFTP (an LTE module), or a driver for the commands of this one: qftp has none";

/// A module of Quectel's, or one that calls itself nothing, whose firmware has no FTP client.
pub static NO_FTP: Dialect = Dialect {
    who: "a module without FTP commands",
    speaks: "it refuses AT+QFTPSTAT and AT+QFTPCFG=?: its firmware has no FTP client",
    needs: "a firmware with FTP from the module's maker, or another module; docs/families.md has the families",
    words: &[],
    commands: &[],
};

static ALL: [Dialect; 6] = [
    Dialect {
        who: "a GSM module of Quectel's (M95, M66, M35, M26)",
        speaks: "its AT+QFTP is another: AT+QFTPUSER, AT+QFTPPASS and AT+QFTPPATH, and outcomes of one number",
        needs: OTHER_DRIVER,
        words: &["M95", "M66", "M35", "M26"],
        commands: &["+QFTPUSER", "+QFTPPASS", "+QFTPPATH"],
    },
    Dialect {
        who: "a module of SIMCom's",
        speaks: "its FTP commands are AT+CFTPS… and AT+FTP…",
        needs: OTHER_DRIVER,
        words: &["SIMCOM"],
        commands: &["+CFTP", "+FTP"],
    },
    Dialect {
        who: "a module of Telit's",
        speaks: "its FTP commands are AT#FTP…",
        needs: OTHER_DRIVER,
        words: &["TELIT"],
        commands: &["#FTP"],
    },
    Dialect {
        who: "a module of u-blox's",
        speaks: "its FTP commands are AT+UFTP…",
        needs: OTHER_DRIVER,
        words: &["U-BLOX"],
        commands: &["+UFTP"],
    },
    Dialect {
        who: "a module of Nordic Semiconductor's",
        speaks: "its FTP commands are AT#XFTP…",
        needs: OTHER_DRIVER,
        words: &["NORDIC"],
        commands: &["#XFTP"],
    },
    Dialect {
        who: "a Wi-Fi module of Quectel's (FCM360W, FC41D)",
        speaks: "it has no FTP commands",
        needs: OTHER_DRIVER,
        words: &["FCM360W", "FC41D"],
        commands: &[],
    },
];

impl Dialect {
    /// What a line of `ATI`, `AT+CGMI` or `AT+CGMM` names, if it is none of the modules that qftp speaks to.
    #[must_use]
    pub fn of_identity(line: &[u8]) -> Option<&'static Self> {
        let mut words = line.split(|byte| matches!(byte, b' ' | b'_' | b':' | b'"' | b','));
        words.find_map(|word| {
            ALL.iter().find(|dialect| dialect.words.iter().any(|name| begins(word, name.as_bytes())))
        })
    }

    /// Whose FTP command this is, from its `AT` on, if it is none of `AT+QFTP`.
    #[must_use]
    pub fn of_command(line: &[u8]) -> Option<&'static Self> {
        let (attention, name) = line.trim_ascii_start().split_at_checked(2)?;
        if !attention.eq_ignore_ascii_case(b"AT") {
            return None;
        }
        let name = name.trim_ascii_start();
        ALL.iter().find(|dialect| dialect.commands.iter().any(|begin| begins(name, begin.as_bytes())))
    }
}

fn begins(text: &[u8], begin: &[u8]) -> bool {
    text.split_at_checked(begin.len()).is_some_and(|(head, _)| head.eq_ignore_ascii_case(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_told_apart() {
        for (line, who) in [
            ("Quectel_M95", "GSM"),
            ("Revision: M66FAR01A12BT", "GSM"),
            ("Manufacturer: SIMCOM INCORPORATED", "SIMCom"),
            ("Telit", "Telit"),
            ("u-blox", "u-blox"),
            ("Nordic Semiconductor ASA", "Nordic"),
            ("FCM360W", "Wi-Fi"),
        ] {
            let dialect = Dialect::of_identity(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert!(dialect.who.contains(who), "{line}: {}", dialect.who);
        }
        for line in ["Quectel", "EC200S", "BG96", "Revision: EG800KEULCR07A07M04", "EC25", "UC20"] {
            assert_eq!(Dialect::of_identity(line.as_bytes()), None, "{line}");
        }
    }

    #[test]
    fn commands_are_told_apart() {
        for (line, who) in [
            ("AT+QFTPUSER=\"u\"", "GSM"),
            ("at+cftpsstart", "SIMCom"),
            ("AT+FTPGET=1,1024", "SIMCom"),
            ("AT#FTPOPEN=\"h\"", "Telit"),
            ("AT+UFTPC=1", "u-blox"),
            ("AT#XFTP=\"open\"", "Nordic"),
        ] {
            let dialect = Dialect::of_command(line.as_bytes()).unwrap_or_else(|| panic!("{line}"));
            assert!(dialect.who.contains(who), "{line}: {}", dialect.who);
        }
        for line in ["AT+QFTPOPEN=\"h\"", "AT+QFTPCFG=?", "ATI", "+QFTPUSER=1", "AT+QFLDS"] {
            assert_eq!(Dialect::of_command(line.as_bytes()), None, "{line}");
        }
    }
}
