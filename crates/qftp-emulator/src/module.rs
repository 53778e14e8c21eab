//! The module: bytes and time in, bytes and FTP requests out.

mod line;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;

use qftp_core::wire::CommandReader;
use qftp_core::{Instant, limits};

use crate::at::files::OpenFiles;
use crate::at::pdp::Pdp;
use crate::at::ssl::SslContexts;
use crate::config::{Config, Sim};
use crate::data_mode::Mode;
use crate::dialogue::{Dialogue, Passed};
use crate::ftp::Ftp;
use crate::ftp_side::{Reply, Request};
use crate::mishaps::{Fifo, Hold};
use crate::output::Output;
use crate::settings::Settings;
use crate::trouble::{Cure, Happened, Rng, Watch};

/// An emulated module as a sans-IO machine.
///
/// It owns no port, no socket, no clock and no thread; only its files are real, unless they are in memory. Whoever drives it
/// - hands it what the host sends ([`handle_input`](Self::handle_input)) and sends what it says
///   ([`poll_transmit`](Self::poll_transmit)),
/// - carries its FTP [`Request`]s to an [`FtpSide`](crate::FtpSide) ([`poll_request`](Self::poll_request)) and the replies
///   back ([`handle_reply`](Self::handle_reply)),
/// - calls [`handle_timeout`](Self::handle_timeout) when [`poll_timeout`](Self::poll_timeout) says so.
///
/// After any of the `handle_…` calls, and after `poll_transmit`, there may be new output, new requests and another time-out.
/// [`Emulator`](crate::Emulator) is such a driver.
///
/// ```
/// use qftp_core::Instant;
/// use qftp_emulator::{Config, Drives, Module};
/// let mut module = Module::new(Config::new(Drives::temporary()?));
/// let now = Instant::from_millis(0);
/// assert_eq!(module.handle_input(now, b"AT\r"), 3);
/// let mut said = [0; 64];
/// let count = module.poll_transmit(now, &mut said);
/// assert_eq!(&said[..count], b"AT\r\r\nOK\r\n");
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Module {
    /// As it was made.
    pub(crate) base: Config,
    /// The same with its faults.
    pub(crate) config: Config,
    pub(crate) settings: Settings,
    /// What `AT&W` kept.
    pub(crate) stored: Settings,
    pub(crate) out: Output,
    reader: CommandReader<{ limits::COMMAND_LINE }>,
    pub(crate) mode: Mode,
    pub(crate) power: Power,
    /// The PIN was given since the start.
    pub(crate) unlocked: bool,
    pub(crate) attached: bool,
    pub(crate) pdp: Pdp,
    pub(crate) ssl: SslContexts,
    pub(crate) files: OpenFiles,
    pub(crate) ftp: Ftp,
    pub(crate) requests: VecDeque<Request>,
    notes: VecDeque<Cow<'static, str>>,
    /// The next byte is the first after the CR of a command.
    pub(crate) after_cr: bool,
    /// Whether the host's lines end with CR LF, as far as it has shown.
    pub(crate) line_feeds: Option<bool>,
    /// For whoever watches.
    pub(crate) dialogue: Dialogue,
    /// What is going to happen by itself.
    pub(crate) watch: Watch,
    pub(crate) happened: Happened,
    /// The data stack hangs.
    pub(crate) wedged: bool,
    /// Replies of the FTP side that count only later.
    pub(crate) late: VecDeque<(Instant, Reply)>,
    pub(crate) fifo: Fifo,
    pub(crate) hold: Hold,
    /// Until when nothing leaves, where answers leave in pieces.
    pub(crate) next_piece: Instant,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    On,
    /// Restarting until then; what comes in is lost.
    Starting(Instant),
    Off,
}

impl Module {
    /// A module as `config` describes it, at the port of a host.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let base = config;
        let config = base.with_faults();
        let factory = Settings::factory(&config);
        let starts = config.starts;
        let attached = config.attached;
        let ssl = SslContexts::new(&config.family);
        let ftp = Ftp::new(&config.family);
        let mut module = Self {
            out: Output::new(config.framing, config.family.clone(), Rng::new(config.seed)),
            watch: Watch::new(&config.trouble.events),
            happened: Happened::default(),
            base,
            config,
            settings: factory.clone(),
            stored: factory,
            reader: CommandReader::new(),
            mode: Mode::Command,
            power: Power::On,
            unlocked: false,
            attached,
            pdp: Pdp::default(),
            ssl,
            files: OpenFiles::default(),
            ftp,
            requests: VecDeque::new(),
            notes: VecDeque::new(),
            after_cr: false,
            line_feeds: None,
            dialogue: Dialogue::default(),
            wedged: false,
            late: VecDeque::new(),
            fifo: Fifo::default(),
            hold: Hold::No,
            next_piece: Instant::from_millis(0),
        };
        if starts {
            module.greet();
        }
        module.settle();
        module
    }

    /// Takes what the host sends; returns how much of it.
    ///
    /// The rest must be offered again, with what has come in the meantime, after the next `handle_reply`, `poll_transmit` or
    /// `handle_timeout`: the module is waiting for the server, or for the host to read. Do not read more from the host's
    /// port while a rest is left.
    pub fn handle_input(&mut self, now: Instant, input: &[u8]) -> usize {
        self.handle_timeout(now);
        if let Some(size) = self.overruns() {
            self.buffer_input(now, input, size);
            return input.len();
        }
        let taken = self.take_input(now, input);
        if taken < input.len() {
            self.hold_input(now);
        }
        self.mishaps(now);
        self.settle();
        taken
    }

    /// Hands input to whom it is for, until somebody takes no more.
    pub(crate) fn take_input(&mut self, now: Instant, input: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(rest) = input.get(taken..).filter(|rest| !rest.is_empty()) {
            let (was_data, was_opening) =
                (matches!(self.mode, Mode::Data(_)), matches!(self.mode, Mode::Opening(_)));
            let count = match self.mode {
                _ if self.power != Power::On => rest.len(),
                Mode::Command => self.take_command(now, rest),
                Mode::Opening(_) => self.take_before_connect(now, rest),
                Mode::Data(_) => self.take_data(now, rest),
            };
            if count == 0 {
                break;
            }
            if self.dialogue.is_watched() {
                let is_data = was_data || (was_opening && matches!(self.mode, Mode::Data(_)));
                self.dialogue.pass(true, is_data, &rest[..count]);
            }
            taken += count;
        }
        self.connect(now);
        taken
    }

    /// Keeps what passes from now on for [`poll_passed`](Self::poll_passed).
    pub(crate) fn watch(&mut self) {
        self.dialogue.watch();
        self.out.marks.watch();
    }

    /// Something that passed, in its order.
    pub(crate) fn poll_passed(&mut self) -> Option<Passed> {
        self.dialogue.poll()
    }

    /// Fills `buf` with what the module says next; returns how much.
    pub fn poll_transmit(&mut self, now: Instant, buf: &mut [u8]) -> usize {
        self.out.now = now;
        let most = self.may_say(now, buf.len());
        let buf = &mut buf[..most];
        let most = self.out.may_leave().min(buf.len());
        let mut count = self.out.transmit(&mut buf[..most]);
        // A file of the module or a download goes on as the host reads.
        self.refill(now);
        self.settle();
        let most = self.out.may_leave().saturating_add(count).min(buf.len());
        if let Some(rest) = buf.get_mut(count..most) {
            count += self.out.transmit(rest);
        }
        let Self { out, dialogue, .. } = self;
        out.marks.leave(&buf[..count], |is_data, piece| dialogue.pass(false, is_data, piece));
        self.said(now, count);
        count
    }

    /// The next request for the FTP side.
    pub fn poll_request(&mut self) -> Option<Request> {
        self.requests.pop_front()
    }

    /// The next remark for whoever watches the module: what the host is not told.
    pub fn poll_note(&mut self) -> Option<Cow<'static, str>> {
        self.notes.pop_front()
    }

    /// Takes a reply of the FTP side.
    pub fn handle_reply(&mut self, now: Instant, reply: Reply) {
        self.out.now = now;
        self.receive_reply(now, reply);
        self.mishaps(now);
        self.settle();
    }

    /// When [`handle_timeout`](Self::handle_timeout) wants to be called.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let own = match self.power {
            Power::Off => None,
            Power::Starting(until) => Some(until),
            Power::On => {
                let late = self.late.front().map(|(due, _)| *due);
                let ftp = self.ftp.deadline().filter(|_| !self.wedged);
                let dues = [self.data_deadline(), ftp, late, self.watch.deadline(), self.look_deadline()];
                dues.into_iter().flatten().min()
            }
        };
        [own, self.output_deadline()].into_iter().flatten().min()
    }

    /// Does what is due by `now`. Calling it early or often does no harm.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.out.now = now;
        if let Power::Starting(until) = self.power {
            if now >= until {
                self.power = Power::On;
                self.greet();
            }
        } else if self.power == Power::On {
            self.look(now);
            self.late_replies(now);
            self.data_timeout(now);
            self.ftp_timeout(now);
            self.mishaps(now);
        }
        self.settle();
    }

    /// Sets the host's DTR line. Its drop does what `AT&D` says: nothing, escape, or disconnect.
    pub fn set_dtr(&mut self, now: Instant, on: bool) {
        if !on && self.power == Power::On {
            self.handle_timeout(now);
            self.dtr_dropped(now);
            self.settle();
        }
    }

    /// Switches the power off and on again, as a host does with a module that is stuck, or after `AT+QPOWD`.
    pub fn power_cycle(&mut self, now: Instant) {
        self.cure(Cure::PowerCycle);
        self.restart(now);
    }

    /// Whether the module is switched off by `AT+QPOWD`, or its power has failed.
    #[must_use]
    pub fn is_off(&self) -> bool {
        self.power == Power::Off
    }

    /// Whether what the host sends is data rather than commands.
    #[must_use]
    pub const fn is_in_data_mode(&self) -> bool {
        matches!(self.mode, Mode::Data(_))
    }

    /// What has gone wrong so far.
    #[must_use]
    pub const fn happened(&self) -> &Happened {
        &self.happened
    }

    /// Whether the SIM card lets the module onto a network.
    pub(crate) fn sim_is_ready(&self) -> bool {
        match self.config.sim {
            Sim::Ready => true,
            Sim::Absent => false,
            Sim::Locked(_) => self.unlocked,
        }
    }

    /// Loses everything that power holds and starts again.
    pub(crate) fn restart(&mut self, now: Instant) {
        self.power_down();
        self.power = Power::Starting(now.after(self.config.start_up));
    }

    pub(crate) fn power_down(&mut self) {
        self.cut_ftp();
        self.ftp.reset(&self.config.family);
        self.settings = self.stored.clone();
        self.reader.clear();
        self.mode = Mode::Command;
        self.out.forget_urcs();
        self.unlocked = false;
        self.attached = self.config.attached;
        self.pdp = Pdp::default();
        self.ssl = SslContexts::new(&self.config.family);
        self.files = OpenFiles::default();
        self.fifo = Fifo::default();
        // A RAM disk that cannot be emptied stays as it is: there is nobody to tell.
        let _ = self.config.drives.clear(qftp_core::wire::Storage::Ram);
        self.power = Power::Off;
    }

    pub(crate) fn note(&mut self, note: impl Into<Cow<'static, str>>) {
        // Nobody has to read them.
        if self.notes.len() < 16 {
            self.notes.push_back(note.into());
        }
    }

    /// Says what can be said by itself now.
    pub(crate) fn settle(&mut self) {
        if self.power == Power::On && matches!(self.mode, Mode::Command) {
            if self.settings.urc_port != self.config.port {
                self.out.forget_urcs();
            }
            self.out.flush_urcs(&self.settings);
        }
    }
}

impl fmt::Debug for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Module")
            .field("power", &self.power)
            .field("mode", &self.mode)
            .field("ftp", &self.ftp)
            .finish_non_exhaustive()
    }
}
