//! What a host promises of each operation: one end, no more data than told, nothing trusted that did not come, no secret.

use qftp_core::session::{Done, Event, Failure};
use qftp_core::wire::{Line, Urc, Writer};

use crate::input::{SECRET, assert_public};

/// Whether file data may pass in an operation, and which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    Nothing,
    /// With the length that the caller knows.
    Down(Option<u64>),
    /// So many bytes, which the caller has.
    Up {
        len: u64,
    },
}

impl Expected {
    /// Bytes that the caller offers.
    pub(crate) const fn len(self) -> u64 {
        match self {
            Self::Up { len } => len,
            _ => 0,
        }
    }
}

/// What the operation under way has done so far.
#[derive(Clone, Copy, Debug)]
struct Account {
    expected: Expected,
    delivered: u64,
    told: Option<u64>,
    handed_out: u64,
}

/// The operation under way, if one is.
#[derive(Debug, Default)]
pub(crate) struct Promises(Option<Account>);

impl Promises {
    pub(crate) const fn is_busy(&self) -> bool {
        self.0.is_some()
    }

    pub(crate) fn begin(&mut self, expected: Expected) {
        self.0 = Some(Account { expected, delivered: 0, told: None, handed_out: 0 });
    }

    /// Bytes of the caller's file are to be written.
    pub(crate) fn handed_out(&mut self, count: usize) {
        let account = self.0.as_mut().expect("only an operation takes data");
        assert!(matches!(account.expected, Expected::Up { .. }), "it sends what nobody gave: {account:?}");
        account.handed_out += count as u64;
    }

    pub(crate) fn data(&mut self, data: &[u8]) {
        assert_public(data, "data");
        let account = self.0.as_mut().expect("data of nothing");
        let Expected::Down(known) = account.expected else { panic!("data in {account:?}") };
        assert!(!data.is_empty(), "no data in Data");
        account.delivered += data.len() as u64;
        let most = account.told.or(known).unwrap_or(u64::MAX);
        assert!(account.delivered <= most, "more than was told: {account:?}");
    }

    pub(crate) fn told(&mut self, event: &Event<'_>) {
        assert_public(format!("{event:?}").as_bytes(), "the Debug of an event");
        match event {
            Event::Size(size) => {
                let account = self.0.as_mut().expect("a size of nothing");
                let is_first = matches!(account.expected, Expected::Down(_)) && account.told.is_none();
                assert!(is_first, "{account:?} {size}");
                assert_eq!(account.delivered, 0, "a size after data");
                account.told = Some(*size);
            }
            Event::Info(line) | Event::Urc(line) => {
                assert_public(&shown(line), "a line");
                assert!(self.is_busy() || matches!(event, Event::Urc(_)), "information about nothing");
                assert_ne!(*line, Line::Urc(Urc::Indication(&[SECRET])));
            }
            other => panic!("an event that this does not know: {other:?}"),
        }
    }

    pub(crate) fn end(&mut self, end: Result<Done<'_>, Failure>) {
        assert_public(format!("{end:?}").as_bytes(), "the Debug of an end");
        let account = self.0.take().expect("the end of nothing");
        match end {
            Ok(done) => account.done(&done),
            Err(failure) => account.failed(&failure),
        }
    }
}

impl Account {
    fn done(&self, done: &Done<'_>) {
        if let Done::Text(text) = done {
            assert_public(text, "a text");
        }
        match (self.expected, done) {
            (Expected::Nothing, _) => {}
            (Expected::Down(_), Done::Number(count)) => {
                assert_eq!(*count, self.delivered, "{self:?}");
                // What the caller asked for may be more than a file of the module has.
                assert!(self.told.is_none_or(|told| *count == told), "{self:?}");
            }
            (Expected::Up { len }, Done::Number(count)) => {
                assert_eq!((*count, self.handed_out), (len, len), "{self:?}");
            }
            (_, other) => panic!("{other:?} of {self:?}"),
        }
    }

    fn failed(&self, failure: &Failure) {
        assert_public(format!("{failure} {failure:?}").as_bytes(), "a failure");
        assert!(failure.transferred <= self.delivered, "more trusted than came: {self:?} {failure:?}");
        let _ = (failure.kind(), failure.likely_cause(), failure.remedy());
    }
}

/// The line as it would be shown; what a type hides is not shown.
fn shown(line: &Line<'_>) -> Vec<u8> {
    if format!("{line:?}").contains("***") {
        return Vec::new();
    }
    let mut buf = [0; 2048];
    let mut out = Writer::new(&mut buf);
    line.emit(&mut out);
    out.finish().expect("a line is not that long").to_vec()
}
