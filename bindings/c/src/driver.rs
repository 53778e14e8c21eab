//! The driver: the loop between a session, the port and the local file, without I/O. It says what comes next, and is told what came of it.

use qftp_core::Instant;
use qftp_core::driver::{Driver, Want};
use qftp_core::job::Step;
use qftp_core::session::{Config, Done, Failure, Misuse};

use crate::operation::qftp_operation;
use crate::session::{LINE, QFTP_SESSION_ALIGN};
use crate::status::qftp_status::{self, QFTP_ERR_ABORTED, QFTP_ERR_BUSY, QFTP_ERR_NOTHING_TO_ABORT};
use crate::transfer::{Transfer, status_of};
use crate::want::{qftp_want, qftp_want_kind};

use qftp_want_kind::*;

/// Bytes of memory for qftp_driver_init that are enough for every build of the library, on every machine.
pub const QFTP_DRIVER_SIZE: usize = 8192;

const _: () = assert!(size_of::<qftp_driver>() <= QFTP_DRIVER_SIZE, "QFTP_DRIVER_SIZE has to grow");
const _: () = assert!(align_of::<qftp_driver>() <= QFTP_SESSION_ALIGN, "QFTP_SESSION_ALIGN has to grow");

/// A session with what is on its way to and from it, and the file that is transferred.
pub struct qftp_driver {
    pub(crate) driver: Driver<Buffer, Buffer>,
    transfer: Option<Transfer>,
    /// An operation has begun and is not over.
    under_way: bool,
    /// Where the next bytes stand in the local file, and how many the last want had.
    offset: u64,
    compares: usize,
    line: [u8; LINE],
    pub(crate) failure: Option<Failure>,
    /// Of the last transfer.
    pub(crate) kept: u64,
    pub(crate) distrusted: Option<u64>,
}

/// Memory of the caller's.
pub(crate) struct Buffer {
    at: *mut u8,
    len: usize,
}

impl Buffer {
    /// # Safety
    /// `len` bytes from `at` on are the driver's alone as long as it is used.
    pub(crate) const unsafe fn new(at: *mut u8, len: usize) -> Self {
        Self { at, len }
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        // SAFETY: as promised to `new`; qftp_driver_init has written to all of it.
        unsafe { core::slice::from_raw_parts(self.at, self.len) }
    }
}

impl AsMut<[u8]> for Buffer {
    fn as_mut(&mut self) -> &mut [u8] {
        // SAFETY: as promised to `new`; qftp_driver_init has written to all of it.
        unsafe { core::slice::from_raw_parts_mut(self.at, self.len) }
    }
}

impl qftp_driver {
    pub(crate) const fn new(config: Config, input: Buffer, source: Buffer) -> Self {
        Self {
            driver: Driver::new(config, input, source),
            transfer: None,
            under_way: false,
            offset: 0,
            compares: 0,
            line: [0; LINE],
            failure: None,
            kept: 0,
            distrusted: None,
        }
    }

    /// # Safety
    /// What the operation points to is there.
    pub(crate) unsafe fn begin(
        &mut self,
        now: Instant,
        operation: &qftp_operation,
    ) -> Result<(), qftp_status> {
        if self.transfer.is_some() || self.under_way {
            return Err(QFTP_ERR_BUSY);
        }
        self.failure = None;
        self.driver.sends(operation.sends());
        // SAFETY: as promised to us.
        unsafe { self.start(now, operation) }?.map_err(qftp_status::from)
    }

    /// # Safety
    /// As [`Self::begin`].
    unsafe fn start(
        &mut self,
        now: Instant,
        operation: &qftp_operation,
    ) -> Result<Result<(), Misuse>, qftp_status> {
        let mut wrong = None;
        let begun = self.driver.begin(now, |session, now| {
            // SAFETY: as promised to us.
            let begun = unsafe { operation.begin(session, now) };
            begun.unwrap_or_else(|status| {
                wrong = Some(status);
                Err(Misuse::Busy)
            })
        });
        if let Some(status) = wrong {
            return Err(status);
        }
        self.under_way = begun.is_ok();
        self.offset = operation.start;
        Ok(begun)
    }

    pub(crate) fn transfer(&mut self, mut transfer: Transfer) -> Result<(), qftp_status> {
        if self.transfer.is_some() || self.under_way {
            return Err(QFTP_ERR_BUSY);
        }
        if !self.driver.session().is_open() {
            transfer.job.connect();
        }
        self.failure = None;
        self.transfer = Some(transfer);
        Ok(())
    }

    pub(crate) fn abort(&mut self, now: Instant) -> Result<(), qftp_status> {
        if let Some(transfer) = &mut self.transfer {
            transfer.stopped = true;
        } else if !self.under_way {
            return Err(QFTP_ERR_NOTHING_TO_ABORT);
        }
        if self.under_way {
            self.driver.abort(now).map_err(qftp_status::from)?;
        }
        Ok(())
    }

    pub(crate) fn filled(&mut self, count: usize) {
        self.driver.filled(count);
        self.offset = self.offset.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if let Some(transfer) = self.transfer.as_mut().filter(|_| count > 0) {
            transfer.filled = true;
        }
    }

    pub(crate) fn compared(&mut self, same: usize) {
        let of = core::mem::take(&mut self.compares);
        let from = self.offset.saturating_sub(u64::try_from(of).unwrap_or(0));
        if let Some(transfer) = &mut self.transfer {
            transfer.compared(from, same, of);
        }
    }

    pub(crate) fn next(&mut self, now: Instant) -> qftp_want {
        if self.compares > 0 {
            // What nobody compared is not the same.
            self.compared(0);
        }
        loop {
            let want = if self.under_way { self.work(now) } else { self.step(now) };
            if let Some(want) = want {
                return want;
            }
        }
    }

    /// What the operation under way wants, or the port while there is none; `None`: ask again.
    fn work(&mut self, now: Instant) -> Option<qftp_want> {
        let step = self.transfer.as_ref().map(|transfer| transfer.job.next());
        match self.driver.next(now) {
            Want::Write { .. } => {
                let want = qftp_want::new(QFTP_WANT_WRITE).with_room(self.driver.room());
                let Want::Write { bytes, .. } = self.driver.writing() else { return None };
                Some(qftp_want { data: bytes.as_ptr(), len: bytes.len(), ..want })
            }
            Want::Read(until) => {
                let kind = if self.under_way { QFTP_WANT_READ } else { QFTP_WANT_NOTHING };
                Some(qftp_want::new(kind).until(until).with_room(self.driver.room()))
            }
            Want::Store(data) => {
                let compares = matches!(step, Some(Step::Compare(_)));
                let kind = if compares { QFTP_WANT_COMPARE } else { QFTP_WANT_STORE };
                let want = qftp_want::of_bytes(kind, data, self.offset);
                self.compares = if compares { want.len } else { 0 };
                self.offset = self.offset.saturating_add(u64::try_from(want.len).unwrap_or(u64::MAX));
                Some(want)
            }
            Want::Fill => Some(self.fill()),
            Want::Tell(event) => qftp_want::told(&event, &mut self.line),
            Want::End(end) => {
                self.under_way = false;
                if let Err(failure) = &end {
                    self.failure = Some(*failure);
                }
                match (&mut self.transfer, end) {
                    (None, Ok(done)) => Some(qftp_want::done(done)),
                    (None, Err(failure)) => Some(qftp_want::failed((&failure).into())),
                    (Some(transfer), end) => {
                        transfer
                            .ended(end.map(|done| if let Done::Number(count) = done { count } else { 0 }));
                        None
                    }
                }
            }
            _ => None,
        }
    }

    fn fill(&mut self) -> qftp_want {
        let want = qftp_want::new(QFTP_WANT_FILL).with_room(self.driver.source_room());
        qftp_want { offset: self.offset, ..want }
    }

    /// The next step of a transfer; `None`: ask again.
    fn step(&mut self, now: Instant) -> Option<qftp_want> {
        let Some(transfer) = &mut self.transfer else { return self.work(now) };
        let step = transfer.job.next();
        let why = self.failure.as_ref().map_or(qftp_status::QFTP_OK, qftp_status::from);
        match step {
            Step::End(Ok(())) => return Some(self.end(None)),
            Step::End(Err(trouble)) => return Some(self.end(Some(status_of(trouble)))),
            _ if transfer.stopped => return Some(self.end(Some(QFTP_ERR_ABORTED))),
            Step::Wait(millis) => match transfer.deadline {
                None => {
                    let until = now.after(millis.into());
                    transfer.deadline = Some(until);
                    let want = qftp_want::new(QFTP_WANT_RETRY).until(Some(until));
                    return Some(qftp_want { status: why as i32, ..want });
                }
                Some(deadline) if deadline > now => {
                    let want = self.work(now)?;
                    let is_idle = want.kind == QFTP_WANT_NOTHING as i32;
                    let waits = qftp_want { kind: QFTP_WANT_READ as i32, ..want }.until(Some(deadline));
                    return Some(if is_idle { waits } else { want });
                }
                Some(_) => {
                    transfer.deadline = None;
                    transfer.job.ready();
                    return None;
                }
            },
            Step::Truncate(len) => {
                transfer.job.ready();
                return Some(qftp_want { offset: len, ..qftp_want::new(QFTP_WANT_TRUNCATE) });
            }
            Step::PowerCycle => {
                transfer.job.ready();
                return Some(qftp_want::new(QFTP_WANT_POWER_CYCLE));
            }
            // The first bytes of the file before the command: where it cannot be read, nothing has begun.
            Step::Put(options) if options.len > 0 && !transfer.filled => {
                if !core::mem::replace(&mut transfer.asked, true) {
                    self.driver.sends(options.len);
                    self.offset = options.start;
                }
                return Some(self.fill());
            }
            _ => {}
        }
        // What there is nothing for is ready: this library brings no certificates into a module, and knows no port.
        let Some(operation) = transfer.operation(step) else {
            transfer.job.ready();
            return None;
        };
        if !transfer.filled {
            self.driver.sends(operation.sends());
        }
        let offset = self.offset;
        // SAFETY: qftp_driver_get and qftp_driver_put ask for it until the transfer is over.
        let begun = unsafe { self.start(now, &operation) };
        if matches!(step, Step::Put(_)) {
            self.offset = offset;
        }
        let status = match (begun, &mut self.transfer) {
            (Ok(Ok(())), _) => return None,
            (Ok(Err(misuse)), Some(transfer)) => {
                // The module has restarted between two steps.
                if transfer.job.refused(misuse) {
                    return None;
                }
                misuse.into()
            }
            (Ok(Err(misuse)), None) => misuse.into(),
            (Err(status), _) => status,
        };
        Some(self.end(Some(status)))
    }

    /// The transfer is over.
    fn end(&mut self, status: Option<qftp_status>) -> qftp_want {
        if let Some(transfer) = self.transfer.take() {
            (self.kept, self.distrusted) = (transfer.job.kept(), transfer.job.distrusted());
        }
        match status {
            None => qftp_want::done(Done::Number(self.kept)),
            Some(status) => qftp_want::failed(status),
        }
    }
}
