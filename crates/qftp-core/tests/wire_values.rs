//! Commands and answers of every kind, as proptest draws them.

use proptest::prelude::*;
use qftp_core::codes::{CmeCode, FtpCode, ReplyCode, TcpIpCode};
use qftp_core::wire::{
    Basic, Cme, Command, DataAddress, Domain, FileCommand, FileInfo, FtpCfg, FtpCommand, FtpError, FtpKey,
    FtpOutcome, FtpResult, FtpSetting, GeneralCommand, GeneralInfo, Get, Info, Line, List, ListKind, Local,
    OpenMode, Part, PdpAuth, PdpCommand, PdpInfo, PdpSettings, PdpType, PinState, Put, SecretText, SslCfg,
    SslKey, SslSpelling, SslType, SslValue, Storage, Text, TransMode, TransferType, Urc, UrcPort, Value,
    Verb, Whence,
};

/// Leaks: a test may, and the values then live as long as they like.
fn text<const MAX: usize>(max: usize) -> impl Strategy<Value = Text<'static, MAX>> {
    let byte = any::<u8>().prop_filter("not on the wire", |byte| !matches!(byte, 0..b' ' | b'"' | 0x7F));
    prop::collection::vec(byte, 0..=max).prop_map(|bytes| Text::from_bytes(bytes.leak()).unwrap())
}

fn secret<const MAX: usize>() -> impl Strategy<Value = SecretText<'static, MAX>> {
    text(20).prop_map(SecretText::hide)
}

fn name() -> impl Strategy<Value = Text<'static, 255>> {
    prop_oneof![4 => text(24), 1 => text(255)]
}

pub(super) fn verb() -> impl Strategy<Value = Verb> {
    prop::sample::select(Verb::ALL)
}

fn local() -> impl Strategy<Value = Local<'static>> {
    let file = name().prop_filter("COM: is no file", |name| {
        !name.is_empty() && !name.as_bytes().trim_ascii().eq_ignore_ascii_case(b"COM:")
    });
    prop_oneof![Just(Local::Com), file.prop_map(Local::File)]
}

fn ftp_setting() -> impl Strategy<Value = FtpSetting<'static>> {
    let spelling = prop_oneof![Just(SslSpelling::Note), Just(SslSpelling::Newer)];
    prop_oneof![
        (secret(), secret()).prop_map(|(user, password)| FtpSetting::Account { user, password }),
        prop_oneof![Just(TransferType::Binary), Just(TransferType::Ascii)].prop_map(FtpSetting::FileType),
        prop_oneof![Just(TransMode::Active), Just(TransMode::Passive)].prop_map(FtpSetting::TransMode),
        (1..=15u8).prop_map(FtpSetting::ContextId),
        (20..=180u8).prop_map(FtpSetting::RspTimeout),
        (0..=2u8).prop_map(|n| FtpSetting::SslType(SslType::from_number(n).unwrap())),
        (spelling, 0..=5u8).prop_map(|(spelling, n)| FtpSetting::SslCtxId(spelling, n)),
        prop_oneof![
            Just(DataAddress::Given),
            Just(DataAddress::Control),
            prop::option::of(15..=50u8).prop_map(DataAddress::ControlThenGiven)
        ]
        .prop_map(FtpSetting::DataAddress),
        (0..=2u8).prop_map(FtpSetting::Cache),
        any::<bool>().prop_map(FtpSetting::RestEnable),
        any::<u32>().prop_map(FtpSetting::CacheSize),
    ]
}

fn ftp_command() -> impl Strategy<Value = Command<'static>> {
    let part = (any::<u64>(), any::<bool>()).prop_map(|(len, last)| Part { len, last });
    let put = (name(), local(), prop::option::of(any::<u64>()), prop::option::of(part)).prop_map(
        |(file, local, start, part)| {
            let part = part.filter(|_| local == Local::Com);
            Put { file, local, start, part }
        },
    );
    let get = (name(), local(), prop::option::of(any::<u64>()), prop::option::of(any::<u64>())).prop_map(
        |(file, local, start, len)| Get { file, local, start, len: len.filter(|_| local == Local::Com) },
    );
    let kind = prop::sample::select(vec![ListKind::Long, ListKind::Names, ListKind::Facts]);
    let key = prop::sample::select(FtpKey::NOTE.to_vec());
    prop_oneof![
        key.prop_map(|key| FtpCommand::Cfg(FtpCfg::Read(key))),
        ftp_setting().prop_map(|setting| FtpCommand::Cfg(FtpCfg::Set(setting))),
        (name(), prop::option::of(1..=u16::MAX)).prop_map(|(host, port)| FtpCommand::Open { host, port }),
        text(128).prop_map(FtpCommand::Cwd),
        put.prop_map(FtpCommand::Put),
        get.prop_map(FtpCommand::Get),
        name().prop_map(FtpCommand::Size),
        name().prop_map(FtpCommand::Delete),
        name().prop_map(FtpCommand::MakeDir),
        name().prop_map(FtpCommand::RemoveDir),
        (kind, name(), prop::option::of(local())).prop_map(|(kind, dir, local)| FtpCommand::List(List {
            kind,
            dir,
            local
        })),
        name().prop_map(FtpCommand::Modified),
        (name(), name()).prop_map(|(from, to)| FtpCommand::Rename { from, to }),
    ]
    .prop_map(Command::Ftp)
}

fn file_command() -> impl Strategy<Value = Command<'static>> {
    let storage = prop::sample::select(Storage::ALL.to_vec());
    let mode = (0..=2u8).prop_map(|n| OpenMode::from_number(n).unwrap());
    let whence = (0..=2u8).prop_map(|n| Whence::from_number(n).unwrap());
    prop_oneof![
        storage.prop_map(FileCommand::Space),
        text(80).prop_map(FileCommand::List),
        text(80).prop_map(FileCommand::Delete),
        (
            text(80),
            prop::option::of(any::<u32>()),
            prop::option::of(any::<u16>()),
            prop::option::of(any::<bool>())
        )
            .prop_map(|(name, size, timeout, ack)| FileCommand::Upload { name, size, timeout, ack }),
        text(80).prop_map(FileCommand::Download),
        (text(80), prop::option::of(mode)).prop_map(|(name, mode)| FileCommand::Open { name, mode }),
        (any::<u32>(), prop::option::of(any::<u32>()))
            .prop_map(|(handle, len)| FileCommand::Read { handle, len }),
        (any::<u32>(), prop::option::of(any::<u32>()), prop::option::of(any::<u16>()))
            .prop_map(|(handle, len, timeout)| FileCommand::Write { handle, len, timeout }),
        (any::<u32>(), -(i64::MAX)..=i64::MAX, prop::option::of(whence))
            .prop_map(|(handle, offset, from)| FileCommand::Seek { handle, offset, from }),
        any::<u32>().prop_map(FileCommand::Position),
        any::<u32>().prop_map(FileCommand::Truncate),
        any::<u32>().prop_map(FileCommand::Flush),
        any::<u32>().prop_map(FileCommand::Close),
    ]
    .prop_map(Command::File)
}

fn pdp_settings() -> impl Strategy<Value = PdpSettings<'static>> {
    let kind = (1..=3u8).prop_map(|n| PdpType::from_number(n).unwrap());
    let auth = (0..=2u8).prop_map(|n| PdpAuth::from_number(n).unwrap());
    (kind, text(100), prop::option::of((secret(), secret(), prop::option::of(auth)))).prop_map(
        |(kind, apn, login)| PdpSettings {
            kind,
            apn,
            login: login.map(|(user, password, _)| (user, password)),
            auth: login.and_then(|(_, _, auth)| auth),
        },
    )
}

fn pdp_command() -> impl Strategy<Value = Command<'static>> {
    let dns = (1..=15u8, prop::option::of((name(), prop::option::of(name()))));
    prop_oneof![
        (1..=15u8, pdp_settings()).prop_map(|(context, settings)| PdpCommand::Set { context, settings }),
        (1..=15u8).prop_map(PdpCommand::Show),
        (1..=15u8).prop_map(PdpCommand::Activate),
        (1..=15u8).prop_map(PdpCommand::Deactivate),
        dns.prop_map(|(context, servers)| PdpCommand::Dns { context, servers }),
    ]
    .prop_map(Command::Pdp)
}

fn ssl_cfg(value_too: bool) -> impl Strategy<Value = SslCfg<'static>> {
    let key = prop::sample::select(SslKey::ALL);
    (key, 0..=5u8, any::<u32>(), any::<u16>(), name(), prop::option::of(secret()), any::<bool>()).prop_map(
        move |(key, context, number, suite, file, password, read)| {
            let value = match key {
                SslKey::CipherSuite => SslValue::Suite(suite),
                SslKey::CaCert | SslKey::ClientCert | SslKey::Alpn | SslKey::Psk => SslValue::File(file),
                SslKey::ClientKey => SslValue::FileAndPassword(file, password),
                _ => SslValue::Number(number),
            };
            SslCfg { key, context, value: Some(value).filter(|_| value_too || !read) }
        },
    )
}

fn general_command() -> impl Strategy<Value = Command<'static>> {
    let domain = prop::sample::select(vec![Domain::Circuit, Domain::Gprs, Domain::Lte]);
    let port = prop::sample::select(UrcPort::ALL.to_vec());
    prop_oneof![
        (0..=2u8).prop_map(GeneralCommand::Cmee),
        any::<u32>().prop_map(GeneralCommand::Rate),
        any::<(u8, u8)>().prop_map(|(a, b)| GeneralCommand::FlowControl(a, b)),
        secret().prop_map(GeneralCommand::Pin),
        (domain, 0..=5u8).prop_map(|(domain, n)| GeneralCommand::Registration(domain, n)),
        any::<bool>().prop_map(GeneralCommand::Attach),
        any::<(bool, u8)>().prop_map(|(on, context)| GeneralCommand::ContextState(on, context)),
        (any::<u8>(), prop::option::of(any::<bool>()))
            .prop_map(|(fun, reset)| GeneralCommand::Function(fun, reset)),
        any::<u8>().prop_map(GeneralCommand::PowerDown),
        prop::option::of(port).prop_map(GeneralCommand::UrcPort),
    ]
    .prop_map(Command::General)
}

fn basic() -> impl Strategy<Value = Command<'static>> {
    prop_oneof![
        Just(Basic::Attention),
        any::<bool>().prop_map(Basic::Echo),
        any::<bool>().prop_map(Basic::Verbose),
        any::<bool>().prop_map(Basic::Quiet),
        Just(Basic::Identify),
        Just(Basic::Online),
        Just(Basic::Reset),
        Just(Basic::Factory),
        Just(Basic::Store),
        (0..=2u8).prop_map(Basic::Dtr),
        (10..=250u8).prop_map(Basic::GuardTime),
        Just(Basic::ReadGuardTime),
    ]
    .prop_map(Command::Basic)
}

pub(super) fn command() -> impl Strategy<Value = Command<'static>> {
    prop_oneof![
        basic(),
        verb().prop_map(Command::Test),
        verb().prop_map(Command::Read),
        verb().prop_map(Command::Execute),
        ftp_command(),
        file_command(),
        pdp_command(),
        ssl_cfg(false).prop_map(Command::Ssl),
        general_command(),
    ]
}

fn ftp_result() -> impl Strategy<Value = FtpResult<'static>> {
    let verbs: Vec<Verb> = Verb::ALL.iter().copied().filter(|verb| verb.urc().is_some()).collect();
    (prop::sample::select(verbs), any::<u64>(), name(), prop::option::of((1..=u16::MAX, any::<u16>())))
        .prop_map(|(verb, number, text, failed)| {
            let outcome = match (failed, verb.urc().unwrap()) {
                (Some((code, reply)), _) => {
                    FtpOutcome::Failed(FtpError { code: FtpCode::new(code), reply: ReplyCode::new(reply) })
                }
                (None, Value::Nothing) => FtpOutcome::Done,
                (None, Value::Number) => FtpOutcome::Number(number),
                (None, Value::Text) => FtpOutcome::Text(text.as_bytes()),
            };
            FtpResult { verb, outcome }
        })
}

fn file_info() -> impl Strategy<Value = FileInfo<'static>> {
    let mode = (0..=2u8).prop_map(|n| OpenMode::from_number(n).unwrap());
    prop_oneof![
        any::<(u64, u64)>().prop_map(|(a, b)| FileInfo::Space(a, b)),
        (name(), any::<u64>()).prop_map(|(name, size)| FileInfo::File { name: name.as_bytes(), size }),
        any::<(u64, u16)>().prop_map(|(size, checksum)| FileInfo::Uploaded { size, checksum }),
        any::<(u64, u16)>().prop_map(|(size, checksum)| FileInfo::Downloaded { size, checksum }),
        any::<u32>().prop_map(FileInfo::Handle),
        (name(), any::<u32>(), mode).prop_map(|(name, handle, mode)| FileInfo::OpenFile {
            name: name.as_bytes(),
            handle,
            mode
        }),
        any::<(u64, u64)>().prop_map(|(written, total)| FileInfo::Written { written, total }),
        any::<u64>().prop_map(FileInfo::Position),
    ]
}

fn pdp_info() -> impl Strategy<Value = PdpInfo<'static>> {
    let kind = (1..=3u8).prop_map(|n| PdpType::from_number(n).unwrap());
    prop_oneof![
        pdp_settings().prop_map(PdpInfo::Settings),
        (any::<u8>(), any::<bool>(), kind, prop::option::of(name()))
            .prop_map(|(context, active, kind, address)| PdpInfo::Context { context, active, kind, address }),
        any::<u16>()
            .prop_map(|code| PdpInfo::LastError { code: TcpIpCode::new(code), text: b"APN not configured" }),
        (any::<u8>(), name(), name()).prop_map(|(context, primary, secondary)| PdpInfo::Dns {
            context,
            primary,
            secondary
        }),
    ]
}

fn general_info() -> impl Strategy<Value = GeneralInfo<'static>> {
    let domain = prop::sample::select(vec![Domain::Circuit, Domain::Gprs, Domain::Lte]);
    let operator = (any::<u8>(), prop::option::of((name(), prop::option::of(any::<u8>()))));
    prop_oneof![
        any::<u8>().prop_map(GeneralInfo::Cmee),
        any::<u32>().prop_map(GeneralInfo::Rate),
        any::<(u8, u8)>().prop_map(|(a, b)| GeneralInfo::FlowControl(a, b)),
        (0..=4u8).prop_map(|n| GeneralInfo::Pin(PinState::from_number(n).unwrap())),
        (domain, any::<u8>(), any::<u8>()).prop_map(|(domain, n, stat)| GeneralInfo::Registration {
            domain,
            n,
            stat
        }),
        any::<(u8, u8)>().prop_map(|(rssi, ber)| GeneralInfo::Signal { rssi, ber }),
        operator.prop_map(|(mode, operator)| GeneralInfo::Operator {
            mode,
            name: operator.map(|(name, _)| name),
            act: operator.and_then(|(_, act)| act),
        }),
        any::<bool>().prop_map(GeneralInfo::Attached),
        any::<(u8, bool)>().prop_map(|(context, active)| GeneralInfo::ContextState { context, active }),
        (any::<u8>(), name(), name()).prop_map(|(context, kind, apn)| GeneralInfo::Definition {
            context,
            kind,
            apn
        }),
        any::<u8>().prop_map(GeneralInfo::Function),
        prop::sample::select(UrcPort::ALL.to_vec()).prop_map(GeneralInfo::UrcPort),
    ]
}

pub(super) fn line() -> impl Strategy<Value = Line<'static>> {
    prop_oneof![
        Just(Line::Ok),
        Just(Line::Error),
        Just(Line::NoCarrier),
        prop::option::of(any::<u32>()).prop_map(Line::Connect),
        any::<u16>().prop_map(|code| Line::Cme(Cme::Code(CmeCode::new(code)))),
        Just(Line::Cme(Cme::Text(b"a text of newer firmware"))),
        ftp_result().prop_map(Line::Ftp),
        ftp_setting().prop_map(|setting| Line::Info(Info::FtpCfg(setting))),
        file_info().prop_map(|info| Line::Info(Info::File(info))),
        pdp_info().prop_map(|info| Line::Info(Info::Pdp(info))),
        ssl_cfg(true).prop_map(|cfg| Line::Info(Info::Ssl(cfg))),
        general_info().prop_map(|info| Line::Info(Info::General(info))),
        Just(Line::Urc(Urc::Ready)),
        Just(Line::Urc(Urc::PoweredDown)),
        any::<u8>().prop_map(|context| Line::Urc(Urc::PdpDeactivated(context))),
        any::<u8>().prop_map(|kind| Line::Urc(Urc::SimType(kind))),
        Just(Line::Urc(Urc::Indication(b"SMS DONE"))),
        "[A-Z][a-z0-9 ]{1,20}".prop_map(|text| Line::Text(text.leak().as_bytes())),
    ]
}
