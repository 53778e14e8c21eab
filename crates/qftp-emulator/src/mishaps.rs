//! What happens to a module by itself: the events of [`Trouble`](crate::Trouble), and what it loses.

use std::collections::VecDeque;

use qftp_core::Instant;
use qftp_core::wire::{FtpOutcome, Line, Urc, Verb};

use crate::data_mode::{Flow, Mode};
use crate::faults::Fault;
use crate::ftp_side::{Failure, Reply};
use crate::module::{Module, Power};
use crate::trouble::{Cure, Event, Watch};

/// How often a module with a small receive buffer looks at it, in milliseconds.
const LOOK_MS: u64 = 10;

/// What happens to what is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Hold {
    /// It leaves.
    #[default]
    No,
    /// OK waits for its URC, this long at most.
    Until(Instant),
    /// It has waited long enough.
    Over,
}

/// The receive buffer of a module that is not always looking.
#[derive(Debug, Default)]
pub(crate) struct Fifo {
    bytes: VecDeque<u8>,
    look: Option<Instant>,
}

impl Module {
    /// Changes what goes wrong from now on: these faults on top of the module's own settings, and no others.
    ///
    /// Bytes, commands and time of their events count from here. What a fault has done already stays done; a module without
    /// power, or with a hung data stack, needs its cure.
    pub fn set_faults(&mut self, faults: &[Fault]) {
        self.base.faults = faults.to_vec();
        let before = std::mem::replace(&mut self.config, self.base.with_faults());
        let now = &self.config;
        // What a start sets is set where the faults change it.
        if now.echo != before.echo {
            self.settings.echo = now.echo;
        }
        if now.urc_port != before.urc_port {
            self.settings.urc_port = now.urc_port;
        }
        if now.attached != before.attached {
            self.attached = now.attached;
        }
        self.out.framing = now.framing;
        self.watch = Watch::new(&now.trouble.events);
    }

    /// Lets everything happen that is due.
    pub(crate) fn mishaps(&mut self, now: Instant) {
        // What the module had to say before, it has said.
        self.settle();
        let idle = matches!(self.mode, Mode::Command) && !self.ftp.is_at_work();
        while self.power == Power::On
            && let Some(event) = self.watch.due(now, idle)
        {
            self.happened.events.push(event);
            match event {
                Event::Reboot => self.restart(now),
                Event::PowerLoss => self.power_down(),
                Event::ControlLost => self.lose_control(),
                Event::ContextDropped => self.lose_context(),
                Event::Wedge => self.wedge(),
            }
        }
    }

    /// Counts bytes of a file, which may be what something was waiting for.
    pub(crate) fn count_data(&mut self, now: Instant, count: usize) {
        self.watch.count_bytes(count);
        self.mishaps(now);
    }

    fn lose_control(&mut self) {
        let was_open = self.ftp.is_open();
        self.cut_ftp();
        self.end_session(Failure::local(606));
        if was_open {
            let error = qftp_core::wire::FtpError {
                code: Failure::local(606).code,
                reply: Failure::local(606).reply,
            };
            self.report(Verb::QftpClose, FtpOutcome::Failed(error));
        }
    }

    fn lose_context(&mut self) {
        let context = self.ftp.context();
        if self.pdp.drop_context(context) {
            self.lose_network();
            self.out.urc(&Line::Urc(Urc::PdpDeactivated(context)));
        }
    }

    fn wedge(&mut self) {
        self.wedged = true;
        self.ftp.freeze();
    }

    /// Something of recovery was done to the module.
    pub(crate) fn cure(&mut self, cure: Cure) {
        if !self.wedged || cure < self.config.trouble.wedge_cure {
            return;
        }
        self.wedged = false;
        self.cut_ftp();
        self.ftp.forget();
        let of_server = match &self.mode {
            Mode::Command => false,
            Mode::Opening(_) => true,
            Mode::Data(data) => matches!(data.flow, Flow::Upload | Flow::Download),
        };
        if of_server {
            self.mode = Mode::Command;
        }
    }

    /// Takes a reply of the FTP side now, or keeps it for later.
    pub(crate) fn receive_reply(&mut self, now: Instant, reply: Reply) {
        if reply == Reply::Aborted {
            self.late.clear();
        }
        match self.delay(&reply) {
            0 => self.ftp_reply(now, reply),
            delay => self.late.push_back((now.after(delay), reply)),
        }
    }

    pub(crate) fn late_replies(&mut self, now: Instant) {
        while self.late.front().is_some_and(|(due, _)| *due <= now) {
            let Some((_, reply)) = self.late.pop_front() else { return };
            self.ftp_reply(now, reply);
        }
    }

    /// Only outcomes come late; data flows.
    fn delay(&self, reply: &Reply) -> u64 {
        let trouble = &self.config.trouble;
        match reply {
            Reply::Done | Reply::Number(_) | Reply::Text(_) | Reply::Complete | Reply::Failed(_) => {
                let close = if self.ftp.is_closing() { trouble.slow_close } else { 0 };
                close.max(trouble.late_urc)
            }
            Reply::Opened | Reply::Data(_) | Reply::Taken(_) | Reply::Aborted => 0,
        }
    }

    /// Whether the URC of this command, about to be said, is lost.
    pub(crate) fn loses_urc(&mut self, verb: Verb) -> bool {
        let number = self.watch.count_urc();
        let trouble = &self.config.trouble;
        let lost = trouble.lost_urc_of == Some(verb)
            || trouble.lost_urc.is_some_and(|each| number.is_multiple_of(each));
        self.happened.lost_urcs += u64::from(lost);
        lost
    }

    /// Whether the data connection of the transfer that begins now fails.
    pub(crate) fn refuses_data(&mut self) -> bool {
        let number = self.watch.count_data_connection();
        let refused = self.config.trouble.data_refused == Some(number);
        self.happened.refused_connections += u64::from(refused);
        refused
    }

    /// How many bytes may leave now.
    pub(crate) fn may_say(&mut self, now: Instant, room: usize) -> usize {
        if let Some(limit) = self.config.framing.joined {
            let waits =
                matches!(self.mode, Mode::Command) && self.ftp.is_at_work() && self.power == Power::On;
            self.hold = match self.hold {
                _ if !waits || self.out.is_empty() => Hold::No,
                Hold::No => Hold::Until(now.after(limit)),
                Hold::Until(end) if now >= end => Hold::Over,
                hold => hold,
            };
            if matches!(self.hold, Hold::Until(_)) {
                return 0;
            }
        }
        match self.config.framing.piece {
            Some(_) if self.next_piece > now => 0,
            Some(most) => {
                let piece = 1 + self.out.rng.below(most);
                room.min(usize::try_from(piece).unwrap_or(room))
            }
            None => room,
        }
    }

    pub(crate) fn said(&mut self, now: Instant, count: usize) {
        if count > 0 {
            self.next_piece = now.after(1);
        }
    }

    /// When what is held back may leave.
    pub(crate) fn output_deadline(&self) -> Option<Instant> {
        let held = match self.hold {
            Hold::Until(end) => Some(end),
            Hold::No | Hold::Over => None,
        };
        let piece = self.config.framing.piece.filter(|_| !self.out.is_empty()).map(|_| self.next_piece);
        // A piece whose time has come leaves when the host reads, or when its answer may.
        let piece = piece.filter(|next| *next > self.out.now);
        [
            held.or(piece),
            self.out.deadline().filter(|_| matches!(self.mode, Mode::Command) || !self.out.is_empty()),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Whether what comes in goes through a receive buffer that can overflow.
    pub(crate) fn overruns(&self) -> Option<usize> {
        let size = self.config.trouble.overrun?;
        let takes =
            matches!(&self.mode, Mode::Data(data) if matches!(data.flow, Flow::Upload | Flow::FileIn(_)));
        let stops_the_host = self.settings.flow_control.1 == 2;
        let in_use = !self.fifo.bytes.is_empty() || (takes && !stops_the_host);
        in_use.then(|| usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Bytes for the receive buffer; those it has no room for are lost.
    pub(crate) fn buffer_input(&mut self, now: Instant, input: &[u8], size: usize) {
        let room = size.saturating_sub(self.fifo.bytes.len());
        self.fifo.bytes.extend(input.iter().take(room));
        self.happened.overrun_bytes += input.len().saturating_sub(room) as u64;
        self.fifo.look.get_or_insert(now.after(LOOK_MS));
    }

    /// The module looks at its receive buffer, if it is time.
    pub(crate) fn look(&mut self, now: Instant) {
        if self.fifo.look.is_none_or(|look| look > now) {
            return;
        }
        self.fifo.look = None;
        let bytes: Vec<u8> = self.fifo.bytes.drain(..).collect();
        let taken = self.take_input(now, &bytes);
        if taken < bytes.len() {
            self.hold_input(now);
            self.fifo.bytes.extend(&bytes[taken..]);
            self.fifo.look = Some(now.after(LOOK_MS));
        }
    }

    pub(crate) fn look_deadline(&self) -> Option<Instant> {
        self.fifo.look
    }
}
