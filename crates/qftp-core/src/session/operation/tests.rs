//! The machines, rule by rule: what a step and its reply lead to.

use super::*;
use crate::codes::{CmeCode, FtpCode, ReplyCode, TcpIpCode};
use crate::session::account::Account;
use crate::session::exchange::{Receive, Reply, Said, Transmit};
use crate::session::failure::Failure;
use crate::session::failure::{Cause, LineFault, SessionState};
use crate::session::misuse::Misuse;
use crate::session::transfer::Transfer;
use crate::session::{GetOptions, Login, PutOptions, Setup, Tls};
use crate::wire::{FtpError, UrcPort, Verb};

/// Everything that a machine works with.
struct Bench {
    said: Said,
    account: Account,
    transfer: Transfer,
    receive: Receive,
    transmit: Transmit,
    tell_size: bool,
}

impl Bench {
    fn new() -> Self {
        Self {
            said: Said::new(),
            account: Account::new(),
            transfer: Transfer::new(),
            receive: Receive::new(),
            transmit: Transmit::new(),
            tell_size: false,
        }
    }

    fn work(&mut self) -> Work<'_> {
        Work {
            said: &mut self.said,
            account: &mut self.account,
            transfer: &mut self.transfer,
            receive: &self.receive,
            transmit: &self.transmit,
            tell_size: &mut self.tell_size,
        }
    }

    fn setup(&mut self, step: SetupStep, reply: Reply, number: u64) -> Next<SetupStep> {
        self.said.number = number;
        step.next(reply, &mut self.work())
    }
}

#[test]
fn set_up() {
    use Reply::{Failed, NoCarrier, Number, Ok, Refused, Silent, Text, UrcSilent};
    use SetupStep::*;
    let go = |step| Next::Go(step);
    let done = Next::Done(End::Nothing);
    // Step, reply, its number, what comes next.
    let rules = [
        (Sync(false), Ok, 0, go(EchoOff(false))),
        (Sync(false), Silent, 0, Next::Fail),
        (EchoOff(false), Ok, 0, go(Errors)),
        (EchoOff(false), Refused, 0, go(Sync(true))),
        (EchoOff(true), Refused, 0, go(Errors)),
        (EchoOff(false), Silent, 0, Next::Fail),
        (Errors, Refused, 0, go(Guard)),
        (Guard, Ok, 0, go(Probe(0))),
        (Guard, Refused, 0, go(Probe(0))),
        (Probe(0), Number, 1, go(CloseOld)),
        (Probe(0), Number, 4, go(Pin)),
        (Probe(0), Refused, 0, go(Pin)),
        (Probe(0), UrcSilent, 0, go(Direct(1))),
        (Direct(1), Ok, 0, go(Probe(1))),
        (Direct(1), Refused, 0, go(Probe(1))),
        (Probe(3), UrcSilent, 0, Next::Fail),
        (CloseOld, Failed, 0, go(Pin)),
        (CloseOld, NoCarrier, 0, Next::Fail),
        (Pin, Number, 0, go(Contexts)),
        (Pin, Number, 1, Next::Fail),
        (Pin, Text, 0, Next::Fail),
        (Contexts, Number, 1, done),
        (Contexts, Number, 0, go(Activate(false))),
        (Contexts, Ok, 0, go(Activate(false))),
        (Configure, Ok, 0, go(Activate(false))),
        (Activate(false), Ok, 0, done),
        (Activate(false), Refused, 0, go(WhyNot(false))),
        (WhyNot(false), Number, 561, go(Deactivate)),
        (WhyNot(true), Number, 561, Next::Fail),
        (WhyNot(false), Silent, 561, Next::Fail),
        (Deactivate, Refused, 0, go(Attach)),
        (Attach, Refused, 0, go(Activate(true))),
        (Attach, Silent, 0, Next::Fail),
    ];
    for (step, reply, number, next) in rules {
        assert_eq!(Bench::new().setup(step, reply, number), next, "{step:?} {reply:?} {number}");
    }
}

#[test]
fn set_up_as_it_is_wanted() {
    let mut bench = Bench::new();
    let wanted = Setup { urc_port: Some(UrcPort::Uart1), ..Setup::default() };
    bench.account.take_setup(&wanted).expect("it can be kept");
    let direct = bench.setup(SetupStep::Guard, Reply::Ok, 0);
    assert_eq!(direct, Next::Go(SetupStep::Direct(3)));
    assert_eq!(SetupStep::Direct(3).port(Some(UrcPort::Uart1)), Some(UrcPort::Uart1));
    assert_eq!(SetupStep::Direct(1).port(None), Some(UrcPort::ALL[0]));
    bench.account.take_setup(&Setup { network: false, ..Setup::default() }).expect("it can be kept");
    assert_eq!(bench.setup(SetupStep::Guard, Reply::Ok, 0), Next::Done(End::Nothing));
    // What it is put down to.
    bench.setup(SetupStep::Pin, Reply::Number, 1);
    assert_eq!(bench.said.cause, Cause::Cme(CmeCode::new(11)));
    bench.setup(SetupStep::WhyNot(true), Reply::Number, 561);
    assert_eq!(
        (bench.said.cause, bench.said.blamed),
        (Cause::Network(TcpIpCode::new(561)), Some(Verb::Qiact))
    );
    bench.setup(SetupStep::WhyNot(true), Reply::Number, 0);
    assert_eq!(bench.said.cause, Cause::Refused);
}

#[test]
fn log_in() {
    use OpenStep::*;
    let go = |step| Next::Go(step);
    let rules = [
        (Close, Reply::Refused, go(Context)),
        (Close, Reply::Failed, go(Context)),
        (Close, Reply::Silent, Next::Fail),
        (Context, Reply::Ok, go(Account)),
        (Account, Reply::Refused, Next::Fail),
        (RspTimeout, Reply::Ok, go(SslType)),
        (SslType, Reply::Ok, go(DataAddress)),
        (SslType, Reply::Refused, go(DataAddress)),
        (DataAddress, Reply::Ok, go(Open)),
        (Open, Reply::Ok, Next::Done(End::Nothing)),
        (Open, Reply::Failed, Next::Fail),
    ];
    for (step, reply, next) in rules {
        assert_eq!(step.next(reply, &mut Bench::new().work()), next, "{step:?} {reply:?}");
    }
}

#[cfg(feature = "tls")]
#[test]
fn log_in_by_ftps() {
    use OpenStep::{Open, Ssl, SslContext, SslType};
    let mut bench = Bench::new();
    let login = Login { tls: Some(Tls::new("UFS:ca.pem")), ..Login::new("server") };
    bench.account.take_login(&login).expect("it can be kept");
    let mut next = |step: OpenStep, reply| step.next(reply, &mut bench.work());
    assert_eq!(next(SslType, Reply::Refused), Next::Fail);
    assert_eq!(next(SslType, Reply::Ok), Next::Go(SslContext));
    // The other spelling, once.
    assert_eq!(next(SslContext, Reply::Refused), Next::Go(SslContext));
    assert_eq!(next(SslContext, Reply::Refused), Next::Fail);
    assert_eq!(next(Ssl(0), Reply::Refused), Next::Fail);
    // SNI is a protection that a module may lack.
    assert_eq!(next(Ssl(8), Reply::Refused), Next::Go(Ssl(9)));
    // Settings that this login does not need are passed over.
    let mut step = Ssl(10);
    step.command(&mut bench.account);
    assert_eq!(step, Open);
}

#[test]
fn download() {
    use GetStep::{Size, Transfer};
    let mut bench = Bench::new();
    bench.transfer.take_get(&GetOptions { start: 10, ..GetOptions::default() });
    bench.said.number = 30;
    assert_eq!(Size.next(Reply::Number, &mut bench.work()), Next::Go(Transfer));
    assert_eq!((bench.transfer.len, bench.tell_size), (Some(20), true));
    bench.said.number = 9;
    assert_eq!(Size.next(Reply::Number, &mut bench.work()), Next::Fail);
    assert_eq!(bench.said.cause, Cause::Misuse(Misuse::StartBeyondEnd { start: 10, size: 9 }));
    bench.said.number = 10;
    assert_eq!(Size.next(Reply::Number, &mut bench.work()), Next::Done(End::Number));
    for (reply, next) in [(502, Next::Go(Transfer)), (550, Next::Fail)] {
        bench.said.cause = Cause::Ftp(FtpError { code: FtpCode::UNKNOWN, reply: ReplyCode::new(reply) });
        assert_eq!(Size.next(Reply::Failed, &mut bench.work()), next, "{reply}");
    }
    // Success without CONNECT, where there was something to come.
    bench.transfer.len = Some(20);
    bench.said.number = 0;
    assert_eq!(Transfer.next(Reply::Number, &mut bench.work()), Next::Fail);
    assert_eq!(bench.said.cause, Cause::Line(LineFault::Short { expected: 20 }));
}

#[test]
fn listing_of_names() {
    let nlst = Some(Verb::QftpNlst);
    // The module does not know the command, or knows it and cannot do it now.
    let busy = Cause::Cme(CmeCode::new(603));
    let rules = [(Cause::Refused, true), (Cause::Cme(CmeCode::new(50)), true), (busy, false)];
    for (cause, again) in rules {
        let mut bench = Bench::new();
        bench.said.cause = cause;
        let next = bench.work().listed(Reply::Refused, nlst);
        assert_eq!(next, if again { Next::Go(()) } else { Next::Fail }, "{cause:?}");
        assert_eq!(bench.account.nlist, again);
        // Where it refuses the other spelling, too, the first is the next.
        assert_eq!(bench.work().listed(Reply::Refused, nlst), Next::Fail, "{cause:?}");
        assert!(!bench.account.nlist);
    }
    // The other listings have one spelling.
    let mut bench = Bench::new();
    assert_eq!(bench.work().listed(Reply::Refused, Some(Verb::QftpList)), Next::Fail);
    // What broke off after data is not begun again.
    bench.receive.begin(Verb::QftpNlst, b"+QFTPNLST", None);
    assert_eq!(bench.work().listed(Reply::Refused, nlst), Next::Fail);
}

#[test]
fn upload() {
    use PutStep::{Check, Transfer};
    let mut bench = Bench::new();
    bench.transfer.take_put(&PutOptions { start: 5, ..PutOptions::whole(3) });
    bench.transmit.begin(3, false, 0);
    assert_eq!(bench.transmit.send(1000, b"abc", 9, 300), 3);
    bench.said.number = 3;
    assert_eq!(Transfer.next(Reply::Number, &mut bench.work()), Next::Go(Check));
    bench.said.number = 7;
    assert_eq!(Check.next(Reply::Number, &mut bench.work()), Next::Fail);
    assert_eq!(bench.said.cause, Cause::Line(LineFault::Count { module: 7, host: 8 }));
    assert_eq!(bench.said.blamed, Some(Verb::QftpPut));
    bench.said.number = 8;
    assert_eq!(Check.next(Reply::Number, &mut bench.work()), Next::Done(End::Number));
    // The module left data mode before it had all.
    bench.transmit.begin(3, false, 0);
    bench.said.number = 0;
    assert_eq!(Transfer.next(Reply::Number, &mut bench.work()), Next::Fail);
    assert_eq!(bench.said.cause, Cause::Line(LineFault::LeftDataMode));
}

#[test]
fn recovery() {
    use RecoverStep::*;
    let go = |step| Next::Go(step);
    let to = Next::Recovered;
    let (usable, reopen, reset) = (SessionState::Usable, SessionState::Reopen, SessionState::Reset);
    let ftp = Recovery { ftp: true, ..Recovery::new() };
    let rules = [
        (Outcome, Reply::Silent, 0, ftp, Cause::Aborted, go(Escape)),
        (Outcome, Reply::Refused, 0, ftp, Cause::Aborted, go(Sync)),
        (Wait, Reply::Silent, 0, ftp, Cause::Aborted, go(Sync)),
        (Sync, Reply::Ok, 0, ftp, Cause::Aborted, go(Stat)),
        (Sync, Reply::Ok, 0, Recovery::new(), Cause::Aborted, go(Settle)),
        (Sync, Reply::Ok, 0, Recovery { best: reopen, ..ftp }, Cause::NoCarrier, to(reopen)),
        (Sync, Reply::Ok, 0, Recovery { in_doubt: true, ..ftp }, Cause::Aborted, go(Close)),
        (Sync, Reply::Silent, 0, ftp, Cause::Aborted, to(reset)),
        (Stat, Reply::Number, 1, ftp, Cause::Aborted, to(usable)),
        (Stat, Reply::Number, 2, ftp, Cause::Aborted, go(Close)),
        (Stat, Reply::Number, 4, ftp, Cause::Aborted, go(Open)),
        (Stat, Reply::Number, 4, ftp, Cause::Refused, to(reopen)),
        (Stat, Reply::Number, 4, Recovery { ready: true, ..ftp }, Cause::Aborted, to(reset)),
        (Close, Reply::Ok, 0, ftp, Cause::Aborted, go(Open)),
        (Close, Reply::Ok, 0, ftp, Cause::Refused, to(reopen)),
        (Open, Reply::Ok, 0, ftp, Cause::Aborted, to(usable)),
        (Open, Reply::Failed, 0, ftp, Cause::Aborted, to(reopen)),
        (Settle, Reply::Silent, 0, ftp, Cause::Aborted, to(reset)),
        (Settle, Reply::UrcSilent, 0, ftp, Cause::Aborted, to(usable)),
    ];
    for (step, reply, number, recovery, cause, next) in rules {
        let mut bench = Bench::new();
        bench.said.number = number;
        let mut failure = Failure::new(Some(Verb::QftpGet), cause);
        let told = step.next(reply, &mut bench.work(), &recovery, &mut failure, true, true);
        assert_eq!(told, next, "{step:?} {reply:?} {number} {recovery:?} {cause:?}");
    }
    // The folder that the session was in comes back with the login.
    let mut bench = Bench::new();
    bench.account.enter(b"logs");
    let mut failure = Failure::new(None, Cause::Aborted);
    let told = Open.next(Reply::Ok, &mut bench.work(), &ftp, &mut failure, true, true);
    assert_eq!(told, go(Cwd));
}
