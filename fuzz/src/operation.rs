//! Any operation, drawn from the input.

use qftp_core::session::{
    Apn, ClientCertificate, GetOptions, Login, Misuse, PutOptions, Session, Setup, Tls, Via,
};
use qftp_core::wire::{
    Command, DataAddress, GeneralCommand, OpenMode, PdpAuth, PdpType, SslVersion, Storage, TransMode,
    TransferType, UrcPort, Verb,
};
use qftp_core::{Instant, Secret};

use crate::input::{Input, PASSWORD, USER};
use crate::promises::Expected;

/// How it begins.
type Begin = Box<dyn FnOnce(&mut Session, Instant) -> Result<(), Misuse>>;

fn begins(begin: impl FnOnce(&mut Session, Instant) -> Result<(), Misuse> + 'static) -> Begin {
    Box::new(begin)
}

/// An operation, and what it may move.
pub(crate) fn operation(input: &mut Input<'_>) -> (Expected, Begin) {
    let (plain, down, up) = (Expected::Nothing, Expected::Down, |len| Expected::Up { len });
    let via = |input: &mut Input<'_>| {
        input.one(&[Via::Com, Via::Com, Via::Storage(Storage::Ram), Via::Storage(Storage::Ufs)])
    };
    match input.small() % 28 {
        0 | 1 => (plain, setup(input)),
        2 | 3 => (plain, open(input)),
        4..=6 => {
            let len = input.flag().then(|| input.number());
            let options = GetOptions { start: input.number(), len, via: via(input) };
            let name = input.name();
            (down(len), begins(move |s, now| s.get(now, &name, &options)))
        }
        7..=9 => {
            let (start, len, last) = (input.number(), input.number(), !input.small().is_multiple_of(4));
            let options = PutOptions { start, len, last, via: via(input) };
            let name = input.name();
            (up(len), begins(move |s, now| s.put(now, &name, &options)))
        }
        13 => (plain, begins(Session::close)),
        14 => (plain, begins(Session::deactivate)),
        15 => (plain, begins(Session::restart)),
        17 => (plain, begins(Session::pwd)),
        19 => {
            let (old, new) = (input.name(), input.name());
            (plain, begins(move |s, now| s.rename(now, &old, &new)))
        }
        20 => (plain, begins(Session::status)),
        22 => {
            let len = input.number();
            let name = input.name();
            (up(len), begins(move |s, now| s.upload(now, &name, len)))
        }
        24 => {
            let (name, mode) = (input.name(), OpenMode::from_number(0).expect("a mode"));
            (plain, begins(move |s, now| s.file_open(now, &name, mode)))
        }
        25 => {
            let len = u32::from(input.small());
            (down(Some(u64::from(len))), begins(move |s, now| s.file_read(now, 1, len)))
        }
        26 => {
            let len = u32::from(input.small());
            (up(u64::from(len)), begins(move |s, now| s.file_write(now, 1, len)))
        }
        27 => {
            let command = input.one(&[
                Command::Execute(Verb::QftpLen),
                Command::Read(Verb::Qiact),
                Command::Read(Verb::QftpCfg),
                Command::Test(Verb::QftpGet),
                Command::General(GeneralCommand::UrcPort(None)),
            ]);
            (plain, begins(move |s, now| s.command(now, &command)))
        }
        with_name => {
            let name = input.name();
            let expected = if matches!(with_name, 10..=12 | 23) { down(None) } else { plain };
            let begin = match with_name {
                10 => begins(move |s, now| s.list(now, &name)),
                11 => begins(move |s, now| s.names(now, &name)),
                12 => begins(move |s, now| s.facts(now, &name)),
                16 => begins(move |s, now| s.cwd(now, &name)),
                18 => begins(move |s, now| s.size(now, &name)),
                21 => begins(move |s, now| s.files(now, &name)),
                _ => begins(move |s, now| s.download(now, &name)),
            };
            (expected, begin)
        }
    }
}

fn setup(input: &mut Input<'_>) -> Begin {
    let (name, has_login) = (input.name(), input.flag());
    let auth = input.one(&[PdpAuth::None, PdpAuth::Pap, PdpAuth::Chap]);
    let kind = input.one(&[PdpType::V4, PdpType::V6]);
    let (context, has_apn) = (input.small() % 18, input.flag());
    let urc_port = input.flag().then(|| input.one(&UrcPort::ALL));
    let network = !input.small().is_multiple_of(8);
    begins(move |session, now| {
        let login = has_login.then_some((Secret::new(USER), Secret::new(PASSWORD)));
        let apn = has_apn.then_some(Apn { name: &name, login, auth, kind });
        session.setup(now, &Setup { context, apn, urc_port, network })
    })
}

fn open(input: &mut Input<'_>) -> Begin {
    let host = input.name();
    let mut login = Login { user: Secret::new(USER), password: Secret::new(PASSWORD), ..Login::new("") };
    login.port = u16::try_from(input.number()).unwrap_or(21);
    if input.flag() {
        login.transfer_type = input.one(&[TransferType::Binary, TransferType::Ascii]);
        login.trans_mode = input.one(&[TransMode::Passive, TransMode::Active]);
        login.data_address = Some(DataAddress::ControlThenGiven(Some(20)));
    }
    if input.flag() {
        let key =
            ClientCertificate { certificate: "UFS:c.pem", key: "UFS:k.pem", password: Secret::new(PASSWORD) };
        login.tls = Some(Tls {
            implicit: input.flag(),
            context: input.small() % 8,
            version: input.one(&[SslVersion::Tls1_2, SslVersion::All]),
            ca: input.flag().then_some("UFS:ca.pem"),
            client: input.flag().then_some(key),
            ignore_dates: input.flag(),
            sni: input.flag(),
            ..Tls::unchecked()
        });
    }
    begins(move |session, now| session.open(now, &Login { host: &host, ..login }))
}
