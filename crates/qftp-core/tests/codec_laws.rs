//! The law of the codec: what is emitted is parsed back as the same value, for every command and every answer.
//!
//! And no input of any kind makes a parser panic.

use proptest::prelude::*;
use qftp_core::codes::{CmeCode, FtpCode, ReplyCode, TcpIpCode};
use qftp_core::wire::{
    Basic, Cme, Command, CommandReader, DataAddress, Domain, FileCommand, FileInfo, FtpCfg, FtpCommand,
    FtpError, FtpKey, FtpOutcome, FtpResult, FtpSetting, GeneralCommand, GeneralInfo, Get, Info, Line,
    LineReader, List, ListKind, Local, OpenMode, Part, PdpAuth, PdpCommand, PdpInfo, PdpSettings, PdpType,
    PinState, Put, SecretText, SslCfg, SslKey, SslSpelling, SslType, SslValue, Storage, Text, TransMode,
    TransferType, Urc, UrcPort, Value, Verb, Whence, Writer, commands, secret_start,
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

fn verb() -> impl Strategy<Value = Verb> {
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

fn command() -> impl Strategy<Value = Command<'static>> {
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

fn line() -> impl Strategy<Value = Line<'static>> {
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

fn emitted(emit: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
    let mut buf = [0; 1200];
    let mut out = Writer::new(&mut buf);
    emit(&mut out);
    out.finish().expect("the longest line fits").to_vec()
}

#[test]
fn several_commands_on_one_line() {
    let all = |line: &'static str| commands(line.as_bytes()).unwrap().collect::<Vec<_>>();
    let echo_off = Ok(Command::Basic(Basic::Echo(false)));
    let cmee = Ok(Command::General(GeneralCommand::Cmee(2)));
    assert_eq!(all("ATE0V1"), [echo_off, Ok(Command::Basic(Basic::Verbose(true)))]);
    assert_eq!(all("at e0 +cmee=2"), [echo_off, cmee]);
    assert_eq!(all("ATE0;+CMEE=2;"), [echo_off, cmee]);
    assert_eq!(
        all("ATS12=50&D1E"),
        [Ok(Command::Basic(Basic::GuardTime(50))), Ok(Command::Basic(Basic::Dtr(1))), echo_off]
    );
    assert_eq!(all("AT"), [Ok(Command::Basic(Basic::Attention))]);
    assert_eq!(all("ATX4E0"), [Err(qftp_core::wire::CommandError::Unknown), echo_off]);
    assert_eq!(all("AT+CPIN=\";\";+CSQ").len(), 2);
}

proptest! {
    #[test]
    fn every_command_is_parsed_as_it_was_emitted(command in command()) {
        let text = emitted(|out| command.emit(out));
        prop_assert_eq!(Command::parse(&text), Ok(command), "{}", text.escape_ascii());
        let line = [b"AT", &text[..]].concat();
        let all: Vec<_> = commands(&line).unwrap().collect();
        prop_assert_eq!(all, [Ok(command)], "{}", line.escape_ascii());
    }

    #[test]
    fn every_answer_is_parsed_as_it_was_emitted(line in line()) {
        let text = emitted(|out| line.emit(out));
        prop_assert_eq!(Line::parse(&text), line, "{}", text.escape_ascii());
    }

    #[test]
    fn case_spaces_and_a_second_command_do_not_matter(file in "[a-z.]{1,20}", start in any::<u32>(), len in any::<u32>()) {
        let tidy = format!("AT+QFTPGET=\"{file}\",\"COM:\",{start},{len}");
        let odd = format!(" at+qftpget = {file} , \"com: \" , {start} ,{len} ; +qftplen");
        let tidy: Vec<_> = commands(tidy.as_bytes()).unwrap().collect();
        let odd: Vec<_> = commands(odd.as_bytes()).unwrap().collect();
        prop_assert_eq!(tidy[0], odd[0]);
        prop_assert_eq!(odd[1], Ok(Command::Execute(Verb::QftpLen)));
    }

    #[test]
    fn no_line_makes_a_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Line::parse(&bytes);
        let _ = secret_start(&bytes);
        for entry in [qftp_core::listing::long(&bytes), qftp_core::listing::name(&bytes), qftp_core::listing::facts(&bytes)] {
            let _ = entry;
        }
        for command in commands(&bytes).into_iter().flatten() {
            let _ = command;
        }
    }

    #[test]
    fn nearly_right_lines_do_not_make_a_parser_panic(verb in verb(), tail in "[=:?,\" 0-9A-Za-z.;*-]{0,40}") {
        let line = format!("AT{}{tail}", verb.name());
        for command in commands(line.as_bytes()).into_iter().flatten() {
            let _ = command;
        }
        let _ = Line::parse(&line.as_bytes()[2..]);
        let _ = secret_start(line.as_bytes());
    }

    #[test]
    fn any_split_gives_the_same_lines(bytes in prop::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), any::<u8>()], 0..300), cuts in prop::collection::vec(0..300usize, 0..20)) {
        let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < bytes.len()).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let whole = lines(&[&bytes]);
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|cut| &bytes[cut[0]..cut[1]]).collect();
        prop_assert_eq!(lines(&pieces), whole);
    }
}

/// The lines of either side, and whether they were cut off.
type CutLines = Vec<(Vec<u8>, bool)>;

fn lines(pieces: &[&[u8]]) -> (CutLines, CutLines) {
    let (mut host, mut module) = (LineReader::<16>::new(), CommandReader::<16>::new());
    let mut lines = (Vec::new(), Vec::new());
    for piece in pieces {
        let mut rest = *piece;
        while !rest.is_empty() {
            let read = host.read(rest);
            lines.0.extend(read.line.map(|line| (line.to_vec(), read.cut)));
            rest = &rest[read.consumed..];
        }
        let mut rest = *piece;
        while !rest.is_empty() {
            let read = module.read(rest);
            lines.1.extend(read.line.map(|line| (line.to_vec(), read.cut)));
            rest = &rest[read.consumed..];
        }
    }
    lines
}

/// A module edits its command line by control characters, and a quotation mark ends a parameter: no text has such a byte.
#[test]
fn no_byte_that_edits_a_command_line_is_in_a_text() {
    for byte in 0..=u8::MAX {
        let allowed = byte >= b' ' && byte != b'"' && byte != 0x7F;
        assert_eq!(Text::<255>::from_bytes(&[b'a', byte]).is_ok(), allowed, "{byte:#04x}");
    }
}
