//! Set-up against modules in every state that a host may find them in.

use qftp_core::Instant;
use qftp_core::codes::CmeCode;
use qftp_core::session::{
    Apn, Cause, Config, Event, Failure, GetOptions, LineFault, Session, SessionState, Setup,
};
use qftp_emulator::{Pin, Registration, Sim};
use qftp_tests::pair::{Pair, config};

fn set_up(pair: &mut Pair) -> qftp_tests::pair::Told {
    pair.run(b"", |session, now| {
        session.setup(now, &Setup { apn: Some(Apn::new("internet")), ..Setup::default() })
    })
}

#[test]
fn a_module_that_was_left_in_any_mood() {
    for mood in ["ATE1", "ATE0", "ATV0", "ATQ1", "ATE0Q1V0", "AT+CMEE=2", "ATS12=250"] {
        let mut pair = Pair::whole();
        pair.type_in(format!("{mood}\r").as_bytes(), 100);
        set_up(&mut pair).expect_done();
        // Half a command of somebody before.
        let mut pair = Pair::whole();
        pair.type_in(b"AT+QFDEL=\"*", 100);
        set_up(&mut pair).expect_done();
    }
}

#[test]
fn a_module_that_was_left_in_data_mode() {
    for command in
        ["AT+QFTPPUT=\"left\",\"COM:\",0", "AT+QFTPGET=\"big\",\"COM:\"", "AT+QFUPL=\"left\",5000,60"]
    {
        let mut pair = Pair::whole().logged_in();
        pair.server.add_file("/big", vec![b'x'; 1_000_000]);
        pair.type_in(format!("{command}\r").as_bytes(), 10);
        // A new host, which knows nothing of the one before.
        pair.host.reset(Config::default());
        set_up(&mut pair).expect_done();
        pair.run(b"", |session, now| {
            let login = qftp_core::session::Login::new("server");
            session.open(now, &login)
        })
        .expect_done();
        let told = pair.run(b"", |session, now| session.get(now, "big", &GetOptions::default()));
        assert_eq!(told.data.len(), 1_000_000, "{command}");
        told.expect_done();
    }
}

#[test]
fn what_the_network_lacks_is_named() {
    let mut none = config();
    none.sim = Sim::Absent;
    assert_eq!(
        set_up(&mut Pair::new(none, || usize::MAX)).expect_failure().cause,
        Cause::Cme(CmeCode::new(10))
    );

    let mut locked = config();
    locked.sim = Sim::Locked(Pin::new("1234"));
    let failure = set_up(&mut Pair::new(locked, || usize::MAX)).expect_failure();
    assert_eq!(failure.cause, Cause::Cme(CmeCode::new(11)));
    assert_eq!(failure.to_string(), "AT+CPIN: +CME ERROR: 11 (SIM PIN required)");

    let mut pair = Pair::whole();
    let failure = pair.run(b"", |session, now| session.setup(now, &Setup::default())).expect_failure();
    assert_eq!(failure.to_string(), "AT+QIACT: the PDP context did not come up: 573 (APN not configured)");
    assert_eq!(failure.state, SessionState::Usable);

    let mut searching = config();
    searching.registration = Registration::Searching;
    let failure = set_up(&mut Pair::new(searching, || usize::MAX)).expect_failure();
    assert!(matches!(failure.cause, Cause::Network(_) | Cause::Refused), "{failure}");

    // The module's own files need no network.
    let mut none = config();
    none.sim = Sim::Absent;
    let mut pair = Pair::new(none, || usize::MAX);
    pair.run(b"", |session, now| session.setup(now, &Setup { network: false, ..Setup::default() }))
        .expect_done();
    pair.run(b"hello", |session, now| session.upload(now, "UFS:a", 5)).expect_done();
}

/// A host alone on a line; `answer` says what comes back for each line it writes.
fn alone(
    setup: &Setup<'_>,
    mut answer: impl FnMut(&str) -> Vec<u8>,
) -> (Result<(), Failure>, u64, Vec<String>) {
    let mut session = Session::new(Config::default());
    let mut now = Instant::from_millis(0);
    session.setup(now, setup).unwrap();
    let mut asked = Vec::new();
    loop {
        let mut out = [0; 600];
        let len = session.poll_transmit(now, &mut out);
        let mut incoming = Vec::new();
        if len > 0 {
            let line = String::from_utf8_lossy(&out[..len]).trim().to_owned();
            incoming = answer(&line);
            asked.push(line);
        } else {
            now = session.poll_timeout().expect("it never waits for ever");
            session.handle_timeout(now);
        }
        let mut rest = &incoming[..];
        loop {
            let step = session.handle_input(now, rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(Event::Done(_)) => return (Ok(()), now.as_millis(), asked),
                Some(Event::Failed(failure)) => return (Err(failure), now.as_millis(), asked),
                None if rest.is_empty() => break,
                _ => {}
            }
        }
        assert!(now.as_millis() < 300_000, "it takes for ever");
    }
}

#[test]
fn a_port_that_answers_nothing_or_noise() {
    let (result, millis, _) = alone(&Setup::default(), |_| Vec::new());
    let failure = result.unwrap_err();
    assert_eq!(failure.cause, Cause::Line(LineFault::NoAnswer));
    assert_eq!(failure.state, SessionState::Reset);
    assert!(millis < 10_000, "known after {millis} ms");

    let noise: Vec<u8> = (0..=255u8).rev().cycle().take(3000).collect();
    let (result, millis, _) = alone(&Setup::default(), |_| noise.clone());
    assert_eq!(result.unwrap_err().cause, Cause::Line(LineFault::Noise));
    assert!(millis < 30_000, "known after {millis} ms");
}

/// URCs that go to another port are never seen: set-up finds it out and directs them here.
#[test]
fn urcs_are_brought_to_this_port() {
    let mut here = false;
    let (result, _, asked) =
        alone(&Setup { apn: Some(Apn::new("internet")), ..Setup::default() }, |line| match line {
            "AT+QFTPSTAT" if here => b"\r\nOK\r\n\r\n+QFTPSTAT: 0,4\r\n".to_vec(),
            "AT+QURCCFG=\"urcport\",\"usbmodem\"" => {
                here = true;
                b"\r\nOK\r\n".to_vec()
            }
            "AT+CPIN?" => b"\r\n+CPIN: READY\r\n\r\nOK\r\n".to_vec(),
            _ => b"\r\nOK\r\n".to_vec(),
        });
    result.unwrap();
    let tried: Vec<_> = asked.iter().filter(|line| line.contains("urcport")).collect();
    assert_eq!(tried, ["AT+QURCCFG=\"urcport\",\"usbat\"", "AT+QURCCFG=\"urcport\",\"usbmodem\""]);

    let (result, _, _) = alone(&Setup::default(), |_| b"\r\nOK\r\n".to_vec());
    let failure = result.unwrap_err();
    assert_eq!(failure.cause, Cause::Line(LineFault::UrcSilent));
    assert!(failure.remedy().contains("QURCCFG"));
}

/// What an earlier session left open is closed before anything else.
#[test]
fn an_earlier_session_is_closed() {
    let mut pair = Pair::whole().logged_in();
    pair.host.reset(Config::default());
    set_up(&mut pair).expect_done();
    pair.run(b"", |session, now| session.open(now, &qftp_core::session::Login::new("server"))).expect_done();
}

/// A module that takes a length of 0 for no length at all waits for the data of an empty file until the escape.
#[test]
fn an_empty_file_goes_up_on_a_module_that_knows_no_length_of_zero() {
    use qftp_core::session::{Done, PutOptions};
    let mut session = Session::new(Config::default());
    let mut now = Instant::from_millis(0);
    session.setup(now, &Setup { network: false, ..Setup::default() }).unwrap();
    let mut out = [0; 600];
    let mut sent = Vec::new();
    let mut end = None;
    while end.is_none() {
        let len = session.poll_transmit(now, &mut out);
        let answer: &[u8] = match &out[..len] {
            b"" => {
                now = session.poll_timeout().unwrap();
                session.handle_timeout(now);
                b""
            }
            b"AT+QFTPPUT=\"empty\",\"COM:\",0,0,1\r" => b"\r\nCONNECT\r\n",
            b"+++" => b"\r\nOK\r\n\r\n+QFTPPUT: 0,0\r\n",
            _ => b"\r\nOK\r\n",
        };
        sent.extend_from_slice(&out[..len]);
        let mut rest = answer;
        loop {
            let step = session.handle_input(now, rest);
            rest = &rest[step.consumed..];
            match step.event {
                Some(Event::Done(Done::Nothing)) => session.put(now, "empty", &PutOptions::whole(0)).unwrap(),
                Some(Event::Done(done)) => end = Some(format!("{done:?}")),
                Some(event) => panic!("{event:?}"),
                None if rest.is_empty() => break,
                None => {}
            }
        }
    }
    assert_eq!(end.as_deref(), Some("Number(0)"));
    assert!(sent.ends_with(b"+++") && now.as_millis() < 10_000);
}
