//! Every command that a session sends, as text with slots: one table, and the one writer of it.
//!
//! A slot is a letter between braces; [`Slots`](super::slots::Slots) says what each stands for. The compiler turns the table into one string, in which a
//! slot is one byte.

use crate::wire::Verb;

macro_rules! commands {
    ($($name:ident $verb:expr, $text:expr;)*) => {
        /// A command.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum HostCommand { $($name,)* }

        impl HostCommand {
            /// The verb, where it has one.
            pub(crate) const fn verb(self) -> Option<Verb> {
                match self { $(Self::$name => $verb,)* }
            }
        }

        /// All of them, in their order.
        #[cfg(test)]
        pub(crate) const ALL: &[HostCommand] = &[$(HostCommand::$name,)*];

        /// What stands behind `AT`, in the order of the enum.
        pub(crate) const TABLE: &[&str] = &[$($text,)*];
    };
}

commands! {
    Attention None, "";
    Wake None, "Q0V1";
    EchoOff None, "E0";
    Guard None, "S12={g}";
    Errors Some(Verb::Cmee), "+CMEE=1";
    Direct Some(Verb::Qurccfg), "+QURCCFG=\"urcport\",\"{1}\"";
    State Some(Verb::QftpStat), "+QFTPSTAT";
    Close Some(Verb::QftpClose), "+QFTPCLOSE";
    Pin Some(Verb::Cpin), "+CPIN?";
    Contexts Some(Verb::Qiact), "+QIACT?";
    Configure Some(Verb::Qicsgp), "+QICSGP={c},{y},\"{a}\"";
    ConfigureLogin Some(Verb::Qicsgp), "+QICSGP={c},{y},\"{a}\",\"{A}\",\"{W}\",{Y}";
    Activate Some(Verb::Qiact), "+QIACT={c}";
    WhyNot Some(Verb::Qigeterror), "+QIGETERROR";
    Deactivate Some(Verb::Qideact), "+QIDEACT={c}";
    Attach Some(Verb::Cgatt), "+CGATT=1";
    Restart Some(Verb::Cfun), "+CFUN=1,1";
    ContextId Some(Verb::QftpCfg), "+QFTPCFG=\"contextid\",{c}";
    Account Some(Verb::QftpCfg), "+QFTPCFG=\"account\",\"{u}\",\"{w}\"";
    FileType Some(Verb::QftpCfg), "+QFTPCFG=\"filetype\",{t}";
    TransMode Some(Verb::QftpCfg), "+QFTPCFG=\"transmode\",{m}";
    RspTimeout Some(Verb::QftpCfg), "+QFTPCFG=\"rsptimeout\",{r}";
    SslType Some(Verb::QftpCfg), "+QFTPCFG=\"ssltype\",{s}";
    SslContext Some(Verb::QftpCfg), tls("+QFTPCFG=\"{k}\",{x}");
    SslNumber Some(Verb::Qsslcfg), tls("+QSSLCFG=\"{K}\",{x},{N}");
    SslSuite Some(Verb::Qsslcfg), tls("+QSSLCFG=\"{K}\",{x},0X{H}");
    SslFile Some(Verb::Qsslcfg), tls("+QSSLCFG=\"{K}\",{x},\"{F}\"");
    SslFileAndPassword Some(Verb::Qsslcfg), tls("+QSSLCFG=\"{K}\",{x},\"{F}\",\"{P}\"");
    DataAddress Some(Verb::QftpCfg), "+QFTPCFG=\"data_address\",{d}{D}";
    Open Some(Verb::QftpOpen), "+QFTPOPEN=\"{h}\",{p}";
    Cwd Some(Verb::QftpCwd), "+QFTPCWD=\"{n}\"";
    CwdAgain Some(Verb::QftpCwd), recovery("+QFTPCWD=\"{v}\"");
    Pwd Some(Verb::QftpPwd), "+QFTPPWD";
    Len Some(Verb::QftpLen), "+QFTPLEN";
    Size Some(Verb::QftpSize), "+QFTPSIZE=\"{n}\"";
    Modified Some(Verb::QftpMdtm), "+QFTPMDTM=\"{n}\"";
    Delete Some(Verb::QftpDel), "+QFTPDEL=\"{n}\"";
    MakeDir Some(Verb::QftpMkdir), "+QFTPMKDIR=\"{n}\"";
    RemoveDir Some(Verb::QftpRmdir), "+QFTPRMDIR=\"{n}\"";
    Rename Some(Verb::QftpRename), "+QFTPRENAME=\"{n}\",\"{1}\"";
    List Some(Verb::QftpList), listings("+QFTPLIST=\"{n}\"");
    Names Some(Verb::QftpNlst), listings("+QFTPNLST=\"{n}\"");
    NamesOtherwise Some(Verb::QftpNlst), listings("+QFTPNLIST=\"{n}\"");
    Facts Some(Verb::QftpMlsd), listings("+QFTPMLSD=\"{n}\"");
    Get Some(Verb::QftpGet), "+QFTPGET=\"{n}\",\"COM:\",{o}{L}";
    Put Some(Verb::QftpPut), "+QFTPPUT=\"{n}\",\"COM:\",{o},{l},{e}";
    Fetch Some(Verb::QftpGet), staging("+QFTPGET=\"{n}\",\"{f}\",{o}");
    Push Some(Verb::QftpPut), staging("+QFTPPUT=\"{n}\",\"{f}\",{o}");
    Measure Some(Verb::Qflst), staging("+QFLST=\"{f}\"");
    Files Some(Verb::Qflst), staging("+QFLST=\"{f}\"");
    Remove Some(Verb::Qfdel), staging("+QFDEL=\"{f}\"");
    Upload Some(Verb::Qfupl), staging("+QFUPL=\"{f}\",{l},{r},1");
    Download Some(Verb::Qfdwl), staging("+QFDWL=\"{f}\"");
    Space Some(Verb::Qflds), staging("+QFLDS=\"{1}\"");
    FileOpen Some(Verb::Qfopen), staging("+QFOPEN=\"{f}\",{2}");
    FileRead Some(Verb::Qfread), staging("+QFREAD={2},{3}");
    FileWrite Some(Verb::Qfwrite), staging("+QFWRITE={2},{3},{r}");
}

/// A text that only builds with this feature have.
const fn staging(text: &'static str) -> &'static str {
    if cfg!(feature = "staging") { text } else { "" }
}

const fn tls(text: &'static str) -> &'static str {
    if cfg!(feature = "tls") { text } else { "" }
}

const fn recovery(text: &'static str) -> &'static str {
    if cfg!(feature = "recovery") { text } else { "" }
}

const fn listings(text: &'static str) -> &'static str {
    if cfg!(feature = "listings") { text } else { "" }
}

/// Marks a byte of [`LINES`] as a slot.
pub(crate) const SLOT: u8 = 0x80;

/// The table as one string, in which a slot is its letter with the mark; where each text begins in it; and how long the name at its front is.
static LINES: ([u8; LENGTH], [u16; TABLE.len() + 1], [u8; TABLE.len()]) = {
    let mut lines = [0; LENGTH];
    let mut begins = [0; TABLE.len() + 1];
    let mut names = [0; TABLE.len()];
    let (mut row, mut to) = (0, 0);
    while row < TABLE.len() {
        let text = TABLE[row].as_bytes();
        let mut at = 0;
        let mut in_name = !text.is_empty() && text[0] == b'+';
        while at < text.len() {
            in_name &= !matches!(text[at], b'=' | b'?');
            if in_name {
                names[row] += 1;
            }
            if text[at] == b'{' {
                assert!(text[at + 2] == b'}', "a slot is one letter");
                lines[to] = text[at + 1] | SLOT;
                at += 3;
            } else {
                lines[to] = text[at];
                at += 1;
            }
            to += 1;
        }
        row += 1;
        #[expect(clippy::cast_possible_truncation, reason = "some hundred bytes")]
        {
            begins[row] = to as u16;
        }
    }
    (lines, begins, names)
};

const LENGTH: usize = {
    let (mut row, mut length) = (0, 0);
    while row < TABLE.len() {
        let text = TABLE[row].as_bytes();
        let mut at = 0;
        while at < text.len() {
            at += if text[at] == b'{' { 3 } else { 1 };
            length += 1;
        }
        row += 1;
    }
    length
};

impl HostCommand {
    /// The name that its answers have; empty where they have none.
    pub(crate) fn name(self) -> &'static [u8] {
        let len = LINES.2.get(self as usize).copied().unwrap_or(0);
        self.text().get(..len.into()).unwrap_or_default()
    }

    /// The text with its slots.
    pub(crate) fn text(self) -> &'static [u8] {
        let (lines, begins, _) = &LINES;
        match begins.get(self as usize..) {
            Some([begin, end, ..]) => lines.get((*begin).into()..(*end).into()).unwrap_or_default(),
            _ => b"",
        }
    }
}

/// What stands in a slot.
pub(crate) enum Fill<'a> {
    Text(&'a [u8]),
    Number(u64),
    /// The number of a cipher suite, which stands there in hexadecimal.
    Suite(u16),
    /// A comma and a number.
    Also(u64),
    Nothing,
}
