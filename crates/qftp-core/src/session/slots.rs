//! What the slots of a command are filled from.

use super::account::Account;
use super::command::{Fill, HostCommand, SLOT};
use super::options::Config;
use super::transfer::Transfer;
use crate::wire::{DataAddress, Writer};

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
    use crate::session::command::{ALL, TABLE};
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
