//! qftp-core in a program that has nothing: no standard library, no allocator, and nobody to catch a panic.
//!
//! The panic handler calls a function that is defined nowhere. So the program links only if the optimizer can show that no panic is
//! reachable from any call made here, and every operation of a session is called here with values that it cannot foresee.
#![no_std]

use core::hint::black_box;

use qftp_core::driver::{Driver, Want};
use qftp_core::job::{Job, Policy, Step, choose_road};
use qftp_core::session::{
    Apn, ClientCertificate, Config, Event, Failure, GetOptions, Login, PutOptions, Session, Setup, Tls, Via,
};
use qftp_core::wire::{
    Command, CommandReader, Line, OpenMode, Storage, Verb, Writer, commands, secret_start,
};
use qftp_core::{Instant, listing};

unsafe extern "C" {
    // SAFETY: never called; a program in which it could be called does not link.
    safe fn qftp_a_panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    qftp_a_panic_is_reachable()
}

/// Starts operation `n` with strings and numbers that are only known at run time.
fn start(session: &mut Session, n: u8, now: Instant, text: &str, number: u64) -> bool {
    let storage = if number.is_multiple_of(2) { Storage::Ufs } else { Storage::Ram };
    let via = if number.is_multiple_of(3) { Via::Com } else { Via::Storage(storage) };
    match n {
        0 => session.setup(now, &Setup { apn: Some(Apn::new(text)), ..Setup::default() }),
        1 => session.open(
            now,
            &Login { user: text.into(), password: text.into(), tls: tls(text), ..Login::new(text) },
        ),
        2 => session.close(now),
        3 => session.deactivate(now),
        4 => session.cwd(now, text),
        5 => session.pwd(now),
        6 => session.size(now, text),
        7 => session.modified(now, text),
        8 => session.rename(now, text, text),
        9 => session.delete(now, text),
        10 => session.make_dir(now, text),
        11 => session.remove_dir(now, text),
        12 => session.length(now),
        13 => session.status(now),
        14 => session.list(now, text),
        15 => session.names(now, text),
        16 => session.facts(now, text),
        17 => session.get(now, text, &GetOptions { start: number, len: None, via }),
        18 => session.put(now, text, &PutOptions { start: number, len: number, last: true, via }),
        19 => session.storage(now, storage),
        20 => session.files(now, text),
        21 => session.upload(now, text, number),
        22 => session.download(now, text),
        23 => session.remove(now, text),
        24 => session.file_open(now, text, OpenMode::OpenOrCreate),
        25 => session.file_read(now, 1, 2),
        26 => session.file_write(now, 1, 2),
        27 => session.command(now, &Command::Execute(Verb::Csq)),
        28 => session.restart(now),
        _ => session.abort(now),
    }
    .is_ok()
}

/// FTPS with everything to it.
fn tls(text: &str) -> Option<Tls<'_>> {
    let client = ClientCertificate { certificate: text, key: text, password: text.into() };
    let tls = Tls { client: Some(client), ..Tls::new(text) };
    (tls.suspects().count() > 0).then_some(tls)
}

/// Jobs whose steps end as it comes; returns how many steps they took.
fn job(number: u64, failure: &Failure) -> usize {
    let policy = Policy { resume: true, verify: true, retries: 3, ..Policy::default() };
    let free = [(Storage::Ram, number)];
    let mut steps = usize::from(choose_road(Some(number), &free, false).0 == Via::Com);
    for mut job in [Job::get(Some(number), policy), Job::put(number, policy)] {
        if number.is_multiple_of(2) {
            job.connect();
        }
        for turn in 0..64 {
            steps = steps.wrapping_add(1);
            match job.next() {
                Step::End(_) => break,
                _ if number.wrapping_add(turn).is_multiple_of(3) => job.failed(failure),
                Step::Size => job.size(Some(number)),
                Step::Get(_) | Step::Put(_) => job.moved(turn),
                Step::Compare(_) => job.compared(Some(turn)),
                _ => job.ready(),
            }
        }
        job.stopped(number);
    }
    steps
}

/// What a driver does, once around.
fn turn(session: &mut Session, now: Instant, input: &[u8], out: &mut [u8]) -> usize {
    let mut bytes = session.poll_transmit(now, out);
    if session.wants_data() {
        bytes = bytes.wrapping_add(session.send(now, input));
    }
    let mut rest = input;
    loop {
        let step = session.handle_input(now, rest);
        bytes = bytes.wrapping_add(weigh(step.event));
        let event = step.event.is_some();
        rest = rest.get(step.consumed..).unwrap_or_default();
        if rest.is_empty() && !event {
            break;
        }
    }
    if session.poll_timeout().is_some_and(|due| due <= now) {
        session.handle_timeout(now);
    }
    while let Some(event) = session.poll_event() {
        bytes = bytes.wrapping_add(weigh(Some(event)));
    }
    bytes
}

fn weigh(event: Option<Event<'_>>) -> usize {
    match event {
        Some(Event::Data(data)) => data.len(),
        Some(Event::Failed(failure)) => {
            let words = failure.remedy().len().wrapping_add(failure.likely_cause().len());
            words.wrapping_add(job(failure.transferred, &failure))
        }
        Some(_) => 1,
        None => 0,
    }
}

fn codec(bytes: &[u8]) -> usize {
    let mut buf = [0; 64];
    let mut out = Writer::new(&mut buf);
    Line::parse(bytes).emit(&mut out);
    for command in commands(bytes).into_iter().flatten().flatten() {
        command.emit(&mut out);
    }
    let mut reader = CommandReader::<32>::new();
    let read = reader.read(bytes).consumed;
    let entries = [listing::long(bytes), listing::name(bytes), listing::facts(bytes)];
    let known = entries.iter().flatten().count();
    out.written().wrapping_add(read).wrapping_add(known).wrapping_add(secret_start(bytes).unwrap_or(0))
}

/// Returns 0 when the session behaved.
#[unsafe(no_mangle)]
pub extern "C" fn qftp_freestanding() -> i32 {
    let mut session = Session::new(Config::default());
    let mut out = [0; 128];
    let mut weight = 0usize;
    // A set-up against a module that answers OK: it must come through.
    let mut now = Instant::from_millis(black_box(1));
    if !start_setup(&mut session, now) {
        return 1;
    }
    for _ in 0..8 {
        now = session.poll_timeout().unwrap_or(now);
        if session.poll_transmit(now, &mut out) == 0 {
            session.handle_timeout(now);
            session.poll_transmit(now, &mut out);
        }
        weight = weight.wrapping_add(turn(&mut session, now, black_box(b"\r\nOK\r\n"), &mut out));
    }
    if !session.is_set_up() {
        return 2;
    }
    // Every operation, with answers that the optimizer cannot know.
    let answers: [&[u8]; 4] = black_box([
        b"\r\nCONNECT\r\nab\r\nOK\r\n",
        b"+++",
        b"\r\n+QFTPGET: 0,2\r\n",
        b"\r\n+CME ERROR: 603\r\n",
    ]);
    for n in 0..30 {
        let text = black_box("name");
        let started = start(&mut session, black_box(n), now, text, black_box(u64::from(n)));
        for answer in answers {
            now = now.after(black_box(200_000));
            weight = weight.wrapping_add(turn(&mut session, now, answer, &mut out));
            weight = weight.wrapping_add(codec(answer)).wrapping_add(usize::from(started));
        }
    }
    let mut driver = Driver::new(Config::default(), [0; 32], [0; 24]);
    for n in 0..30 {
        driver.sends(black_box(u64::from(n)));
        let text = black_box("name");
        let begun = driver.begin(now, |session, now| {
            start(session, black_box(n), now, text, black_box(u64::from(n)));
            Ok(())
        });
        for answer in answers {
            now = now.after(black_box(200_000));
            weight = weight.wrapping_add(drive(&mut driver, now, answer, black_box(usize::from(n))));
        }
        weight = weight
            .wrapping_add(usize::from(begun.is_ok()))
            .wrapping_add(usize::from(driver.abort(now).is_ok()));
    }
    i32::from(black_box(weight) == 0)
}

/// A driver on memory of firmware's size, with a port and a file that take and bring as much as they please.
fn drive(driver: &mut Driver<[u8; 32], [u8; 24]>, mut now: Instant, answer: &[u8], some: usize) -> usize {
    let mut weight = 0usize;
    for _ in 0..16 {
        weight = weight.wrapping_add(match driver.next(now) {
            Want::Write { bytes, .. } => {
                let len = bytes.len();
                driver.wrote(black_box(len.min(some)));
                len
            }
            Want::Read(until) => {
                now = until.unwrap_or(now);
                let room = driver.room();
                let len = room.len().min(answer.len());
                for (to, byte) in room.iter_mut().zip(answer) {
                    *to = *byte;
                }
                driver.received(black_box(len));
                len
            }
            Want::Store(data) => data.len(),
            Want::Fill => {
                let len = driver.source_room().len();
                driver.filled(black_box(len.min(some)));
                len
            }
            Want::Tell(event) => weigh(Some(event)),
            _ => 1,
        });
    }
    weight
}

fn start_setup(session: &mut Session, now: Instant) -> bool {
    session.setup(now, &Setup { network: false, ..Setup::default() }).is_ok()
}
