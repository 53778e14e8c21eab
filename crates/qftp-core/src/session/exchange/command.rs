//! Every command that a session sends, as text with slots: one table, and the one writer of it.
//!
//! A slot is a letter between braces; [`Slots::fill`] says what each stands for. The compiler turns the table into one string, in which a
//! slot is one byte.

use crate::session::account::Account;
use crate::session::options::Config;
use crate::session::transfer::Transfer;
use crate::wire::{DataAddress, Verb, Writer};

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
        const ALL: &[HostCommand] = &[$(HostCommand::$name,)*];

        /// What stands behind `AT`, in the order of the enum.
        const TABLE: &[&str] = &[$($text,)*];
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
const SLOT: u8 = 0x80;

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

/// What the slots are filled from.
#[derive(Clone, Copy)]
pub(crate) struct Slots<'a> {
    pub(crate) config: &'a Config,
    pub(crate) account: &'a Account,
    pub(crate) transfer: &'a Transfer,
    /// A text and two numbers of the caller's, for commands that are sent once.
    pub(crate) text: &'a [u8],
    pub(crate) numbers: [u32; 2],
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

impl Slots<'_> {
    /// Writes a command behind its `AT`.
    pub(crate) fn write(&self, command: HostCommand, out: &mut Writer<'_>) {
        for byte in command.text() {
            if byte & SLOT == 0 {
                out.byte(*byte);
                continue;
            }
            match self.fill(byte & !SLOT) {
                Fill::Text(text) => out.bytes(text),
                Fill::Number(number) => out.dec(number),
                Fill::Suite(suite) => out.suite(suite),
                Fill::Also(number) => out.bytes(b",").dec(number),
                Fill::Nothing => out,
            };
        }
    }

    fn fill(&self, letter: u8) -> Fill<'_> {
        let Self { config, account, transfer, text, numbers } = self;
        Fill::Number(match letter {
            // The line.
            b'g' => config.guard_units().into(),
            // The access point.
            b'c' => account.context.into(),
            b'y' => account.kind.number().into(),
            b'a' => return Fill::Text(account.apn.as_bytes()),
            b'A' => return Fill::Text(account.apn_user.as_bytes()),
            b'W' => return Fill::Text(account.apn_password.as_bytes()),
            b'Y' => account.auth.number().into(),
            // The login.
            b'h' => return Fill::Text(account.host.as_bytes()),
            b'p' => account.port.into(),
            b'u' => return Fill::Text(account.user.as_bytes()),
            b'w' => return Fill::Text(account.password.as_bytes()),
            b't' => account.transfer_type.number().into(),
            b'm' => account.trans_mode.number().into(),
            b'r' => config.rsptimeout_s.into(),
            b's' => account.tls.form.number().into(),
            b'd' => account.data_address.map_or(0, DataAddress::number).into(),
            b'D' => match account.data_address {
                Some(DataAddress::ControlThenGiven(Some(seconds))) => return Fill::Also(seconds.into()),
                _ => return Fill::Nothing,
            },
            b'v' => return Fill::Text(account.cwd.as_bytes()),
            // FTPS.
            b'k' | b'K' | b'x' | b'N' | b'H' | b'F' | b'P' if cfg!(feature = "tls") => {
                return account.tls.fill(letter);
            }
            // The file.
            b'n' => return Fill::Text(transfer.name.as_bytes()),
            b'f' => return Fill::Text(transfer.local.as_bytes()),
            b'o' => transfer.start,
            b'L' => return transfer.len.map_or(Fill::Nothing, Fill::Also),
            b'l' => transfer.upload_len(),
            b'e' => transfer.last.into(),
            // The caller's.
            b'1' => return Fill::Text(text),
            b'2' => numbers[0].into(),
            b'3' => numbers[1].into(),
            _ => return Fill::Nothing,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::string::String;
    use std::vec::Vec;

    use super::*;
    use crate::session::{ClientCertificate, Login, PutOptions, Setup, Tls};
    use crate::wire::{Command, commands};

    /// What goes out for a command.
    fn written(command: HostCommand, account: &Account) -> String {
        let config = Config::default();
        let mut transfer = Transfer::new();
        transfer.name.set(b"a name");
        transfer.local.set(b"UFS:file");
        transfer.take_put(&PutOptions::whole(5));
        let text: &[u8] = if command == HostCommand::Direct { b"uart1" } else { b"UFS" };
        let slots = Slots { config: &config, account, transfer: &transfer, text, numbers: [1, 2] };
        let mut line = [0; 600];
        let mut out = Writer::new(&mut line);
        slots.write(command, out.bytes(b"AT"));
        String::from_utf8(out.finish().expect("it fits").into()).expect("text")
    }

    fn account() -> Account {
        let mut account = Account::new();
        let client = ClientCertificate { certificate: "UFS:c", key: "UFS:k", password: "secret".into() };
        let tls = Tls { client: Some(client), ..Tls::new("UFS:ca") };
        let data_address = Some(DataAddress::ControlThenGiven(Some(30)));
        let login = Login { tls: Some(tls), data_address, ..Login::new("server") };
        account.take_setup(&Setup::default()).expect("it can be kept");
        account.take_login(&login).expect("it can be kept");
        account
    }

    #[test]
    fn the_typed_codec_reads_every_command() {
        let of_a_key = ["SslNumber", "SslSuite", "SslFile", "SslFileAndPassword"];
        for (row, text) in TABLE.iter().enumerate() {
            let command = ALL[row];
            // Two commands without a plus sign on one line.
            let two = command == HostCommand::Wake;
            if two || of_a_key.iter().any(|name| std::format!("{command:?}") == *name) {
                continue;
            }
            let line = written(command, &account());
            let read: Vec<_> = commands(line.as_bytes()).expect("it begins with AT").collect();
            let [Ok(read)] = read.as_slice() else { panic!("{line}: {read:?}, from {text}") };
            assert_eq!(read.verb(), command.verb(), "{line}");
            let name = command.verb().map_or(String::new(), |verb| verb.name().into());
            let own = String::from_utf8_lossy(command.name()).replace("NLIST", "NLST");
            assert_eq!(own, name, "{line}");
        }
    }

    #[test]
    fn settings_of_tls_in_every_login() {
        let mut account = account();
        let mut logins = [Vec::new(), Vec::new()];
        for login in &mut logins {
            login.push(written(HostCommand::SslContext, &account));
            for nth in 0..=11 {
                let Some(command) = account.tls.command(nth) else { continue };
                let line = written(command, &account);
                let read = commands(line.as_bytes()).and_then(|mut all| all.next());
                assert!(matches!(read, Some(Ok(Command::Ssl(_)))), "{line}");
                login.push(line);
            }
        }
        assert_eq!(logins[0], logins[1]);
        assert_eq!(logins[0][0], "AT+QFTPCFG=\"SSL_ctxID\",1");
        assert!(logins[0].contains(&"AT+QSSLCFG=\"clientkey\",1,\"UFS:k\",\"secret\"".into()), "{logins:?}");
    }
}
