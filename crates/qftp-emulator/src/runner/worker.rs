//! The thread that joins module, FTP side and port.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant as Clock};

use qftp_core::Instant;

use super::log::{Direction, Log, Watch};
use super::port::Port;
use super::wake::Alarm;
use super::way::Way;
use super::{Listener, Order, Orders};
use crate::ftp_side::FtpSide;
use crate::module::Module;
use crate::state::ModuleState;

/// What the thread works with.
pub(super) struct Worker {
    pub(super) module: Module,
    /// How it stood before the last sleep.
    pub(super) state: Arc<Mutex<ModuleState>>,
    pub(super) ftp: Box<dyn FtpSide>,
    pub(super) port: Port,
    pub(super) alarm: Alarm,
    pub(super) orders: Arc<Orders>,
    pub(super) log: Option<Log>,
    pub(super) watch: Option<Watch>,
    pub(super) note: Option<Listener>,
    pub(super) epoch: Clock,
    /// From the host, not yet taken by the module. No more is read until it is empty.
    pub(super) received: Way,
    /// From the module, not yet taken by the port.
    pub(super) sending: Way,
}

impl Worker {
    pub(super) fn run(mut self) {
        while self.obey() {
            self.module.handle_timeout(self.now());
            let moved = self.exchange() | self.receive() | self.transmit();
            self.tell();
            if self.port.is_gone() {
                break;
            }
            if !moved {
                self.wait();
            }
        }
        if let Some(log) = &mut self.log {
            log.flush();
        }
    }

    /// Tells whoever watches what passed, and how the module stands.
    fn tell(&mut self) {
        let Some(watch) = &mut self.watch else { return };
        while let Some(passed) = self.module.poll_passed() {
            watch.see(&passed);
        }
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = self.module.state();
    }

    fn now(&self) -> Instant {
        Instant::from_millis(u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    /// Carries out orders; false for the last one.
    fn obey(&mut self) -> bool {
        let orders = std::mem::take(&mut *self.orders.queue.lock().unwrap_or_else(PoisonError::into_inner));
        for order in orders {
            match order {
                Order::Dtr(on) => self.module.set_dtr(self.now(), on),
                Order::PowerCycle => self.module.power_cycle(self.now()),
                Order::Faults(faults) => self.module.set_faults(&faults),
                Order::Stop => return false,
            }
        }
        true
    }

    /// Carries requests and replies until there are none.
    fn exchange(&mut self) -> bool {
        let mut moved = false;
        loop {
            let mut again = false;
            while let Some(request) = self.module.poll_request() {
                self.ftp.request(request);
                again = true;
            }
            while let Some(reply) = self.ftp.poll() {
                self.module.handle_reply(self.now(), reply);
                again = true;
            }
            if !again {
                break;
            }
            moved = true;
        }
        while let Some(note) = self.module.poll_note().or_else(|| self.ftp.poll_note().map(Into::into)) {
            if let Some(tell) = &mut self.note {
                tell(&note);
            }
        }
        moved
    }

    fn receive(&mut self) -> bool {
        let fresh = self.received.is_empty() && self.read_port();
        let now = self.now();
        let arrived = self.received.passed();
        if arrived.is_empty() {
            return fresh;
        }
        let taken = self.module.handle_input(now, arrived);
        let held_up = taken < arrived.len();
        self.received.take(taken);
        if held_up {
            self.received.stop();
        }
        self.exchange() | fresh | (taken > 0)
    }

    /// Reads what there is: a PTY hands out 4 KiB at a time, so often more than one read's worth.
    fn read_port(&mut self) -> bool {
        self.received.fill(|room| self.port.read(room));
        if let Some(log) = &mut self.log {
            log.see(Direction::ToModule, self.received.bytes());
        }
        if self.port.has_hung_up() {
            let now = self.now();
            self.module.set_dtr(now, false);
            self.sending.clear();
        }
        !self.received.is_empty()
    }

    fn transmit(&mut self) -> bool {
        let mut moved = false;
        if self.sending.is_empty() {
            let now = self.now();
            self.sending.fill(|room| self.module.poll_transmit(now, room));
            if let Some(log) = &mut self.log {
                log.see(Direction::FromModule, self.sending.bytes());
            }
            moved = self.exchange();
        }
        loop {
            let due = self.sending.passed();
            if due.is_empty() {
                break;
            }
            let written = self.port.write(due);
            self.sending.take(written);
            if written == 0 {
                self.sending.stop();
                break;
            }
            moved = true;
        }
        moved
    }

    /// Sleeps until the port, the FTP side, an order or the clock has something.
    fn wait(&mut self) {
        let module = self
            .module
            .poll_timeout()
            .map(|due| Duration::from_millis(due.as_millis()).saturating_sub(self.epoch.elapsed()));
        let line = [self.received.wait(), self.sending.wait()];
        let timeout = line.into_iter().chain([module]).flatten().min();
        // Room in the port is of no use to bytes that are not due.
        let writes = !self.sending.is_empty() && self.sending.wait().is_none();
        self.port.wait(&self.alarm, self.received.is_empty(), writes, timeout);
        self.alarm.clear();
    }
}
