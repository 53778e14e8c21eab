//! The driver on ports that are not as they should be.

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::session::{Config, Setup};

type Small = Driver<[u8; 16], [u8; 16]>;

fn begun(now: Instant) -> Small {
    let mut driver = Small::new(Config::default(), [0; 16], [0; 16]);
    let setup = Setup { network: false, ..Setup::default() };
    driver.begin(now, |session, now| session.setup(now, &setup)).expect("it may begin");
    driver
}

/// Goes on until the end; the port takes `takes` bytes of all that is wanted, and brings nothing. What it took.
fn end(driver: &mut Small, now: &mut Instant, takes: usize) -> Vec<u8> {
    let mut taken = Vec::new();
    for _ in 0..10_000 {
        let until = driver.session().poll_timeout();
        match driver.next(*now) {
            Want::Write { bytes, .. } => {
                let count = bytes.len().min(takes - taken.len());
                taken.extend(&bytes[..count]);
                driver.wrote(count);
                if count == 0 {
                    *now = until.unwrap_or(now.after(100));
                }
            }
            Want::Read(until) => *now = until.expect("a set-up waits for something"),
            Want::End(end) => {
                assert!(end.is_err());
                return taken;
            }
            other => panic!("{other:?}"),
        }
    }
    panic!("it does not end: {driver:?}");
}

/// A port that takes nothing ends an operation by its time, and nothing of it goes out later.
#[test]
fn a_port_that_takes_nothing() {
    let mut now = Instant::from_millis(0);
    let mut driver = begun(now);
    let began = now;
    assert_eq!(end(&mut driver, &mut now, 0), b"");
    assert!(now.since(began) < 60_000, "{now:?}");
    assert!(matches!(driver.writing(), Want::Write { bytes: b"", .. }), "{driver:?}");
}

/// A command that is cut off could be another one: its rest goes out before the next.
#[test]
fn a_port_that_takes_half_a_command() {
    let mut now = Instant::from_millis(0);
    let mut driver = begun(now);
    assert_eq!(end(&mut driver, &mut now, 1), b"A");
    let Want::Write { bytes, of_file: false } = driver.writing() else { panic!("{driver:?}") };
    assert_eq!(bytes, b"T\r");
}
