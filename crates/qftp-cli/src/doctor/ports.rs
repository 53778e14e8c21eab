//! The port: which there are, which one a module answers on, at which rate, and who else is on it.

use std::io;
use std::path::Path;

use qftp_transport::{Address, AnyPort, Attention, OpenErrorKind, Port as _, Settings, Verdict, open};

use super::machine::{Candidate, Holder, Kind, Machine, QUECTEL};
use super::row::Row;
use crate::exit::{Code, Problem};
use crate::output::{note, say};
use crate::port::Context;
use crate::record::Taps;

/// Whether somebody else has the port.
pub(super) const HOLDER: &str = "holder";
const CANDIDATE: &str = "candidate";
const MODEM_MANAGER: &str = "ModemManager";
/// The line's rate.
pub(super) const RATE: &str = "rate";

/// Rates that a module's line may be set to, the usual ones first.
const RATES: [u32; 8] = [115_200, 921_600, 460_800, 9_600, 230_400, 57_600, 38_400, 19_200];

/// The search for the port.
pub(super) struct Ports<'a> {
    context: &'a Context,
    machine: &'a Machine,
    settings: Settings,
    /// What had to be done before the module answered.
    pub(super) mended: Option<&'static str>,
}

type Tell<'t> = &'t mut dyn FnMut(&Row<'_>);

impl<'a> Ports<'a> {
    pub(super) fn new(context: &'a Context, machine: &'a Machine) -> Self {
        Self { context, machine, settings: context.settings(), mended: None }
    }

    /// Opens the port that was named, or else the first that a module answers on.
    pub(super) fn open(&mut self, named: Option<&str>, tell: Tell<'_>) -> Result<AnyPort, Problem> {
        let Some(named) = named else {
            let path = self.search(None, tell)?.ok_or_else(|| self.nothing())?;
            self.neighbours(&path, tell);
            return Ok(open(&path, &self.settings)?);
        };
        let is_path = matches!(Address::parse(named), Ok(Address::Path(_)));
        if is_path && Path::new(named).exists() {
            self.neighbours(named, tell);
        }
        match open(named, &self.settings) {
            Ok(port) => self.at_its_rate(named, port, tell),
            Err(error) if error.kind == OpenErrorKind::NoSuchPort && is_path => {
                let other = self.search(Some(named), tell)?;
                let remedy = other.map_or_else(
                    || error.remedy().to_owned(),
                    |path| format!("a module answers on {path}: use --port {path}"),
                );
                Err(Problem::from(error).remedy(remedy))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Tries what may have a module behind it; the first port that answers.
    fn search(&mut self, but: Option<&str>, tell: Tell<'_>) -> Result<Option<String>, Problem> {
        let mut found = None;
        let candidates = self.machine.candidates();
        for candidate in candidates.iter().filter(|candidate| Some(&*candidate.path) != but) {
            if self.context.cancel.is_cancelled() {
                return Err(Problem::new(Code::Interrupted, "interrupted"));
            }
            let (row, mended) = self.try_out(candidate);
            if row.verdict == Verdict::Good && found.is_none() {
                found = Some(candidate.path.clone());
                self.mended = mended;
            }
            tell(&row);
        }
        Ok(found)
    }

    /// A line about a port, and what had to be done before it answered.
    fn try_out(&self, candidate: &Candidate) -> (Row<'static>, Option<&'static str>) {
        let about = format!("{} ({})", candidate.path, candidate.about());
        let passed_over = |why: &str| {
            let row = Row::good(CANDIDATE, format!("{about}: {why}"));
            (Row { verdict: Verdict::NotTried, ..row }, None)
        };
        match candidate.kind {
            Kind::Quectel | Kind::Bridge => {}
            // Who knows what a byte does there.
            Kind::Uart => return passed_over("not tried; name it by --port if the module is there"),
            Kind::Other => return passed_over("no module's; name it by --port to try it all the same"),
        }
        let mut port = match open(&candidate.path, &self.settings) {
            Ok(port) => port,
            Err(error) => {
                let who = people(&self.machine.holders(&candidate.path));
                let held = if who.is_empty() { String::new() } else { format!(", by {who}") };
                let text = format!("{about}: {error}{held}");
                return (Row::not_good(CANDIDATE, Verdict::Doubtful, text, "", error.remedy()), None);
            }
        };
        match self.attention(&mut port, self.settings.baud, candidate.kind == Kind::Quectel) {
            Ok(Attention::Module { was, .. }) => {
                (Row::good(CANDIDATE, format!("{about}: answers AT")), was.mended())
            }
            Ok(Attention::Noise) => passed_over("sends bytes, no answer to AT among them"),
            Ok(_) => passed_over("no answer to AT"),
            Err(error) => passed_over(&format!("cannot be used ({error})")),
        }
    }

    /// What answers on a port, and with `-v` what was said.
    fn attention(&self, port: &mut AnyPort, baud: u32, escape: bool) -> io::Result<Attention> {
        if !self.context.options.verbose {
            return Attention::of(port, escape);
        }
        let rate = if matches!(port, AnyPort::Tcp(_)) { String::new() } else { format!(" at {baud} bits/s") };
        note(format!("qftp: does a module answer on {}{rate}?", port.name()));
        Attention::tapped(port, escape, Taps::dialogue(say))
    }

    fn nothing(&self) -> Problem {
        if self.machine.candidates().is_empty() {
            Problem::new(Code::Port, "this machine has no serial port that a module could be on").remedy(
                "plug the module in and give it power; `dmesg` shows whether the system sees it; a port elsewhere is named by --port tcp://host:port",
            )
        } else {
            Problem::new(Code::Port, "no port answers AT").remedy(
                "give the module power (PWRKEY); name its port by --port to have more tried, rates too; ports that only root may open need sudo, or the group dialout",
            )
        }
    }

    /// Who else is on the port, or may come.
    fn neighbours(&self, path: &str, tell: Tell<'_>) {
        let holders = self.machine.holders(path);
        if holders.is_empty() {
            tell(&Row::good(HOLDER, "nobody else that we may know of has it open"));
        } else {
            let ids: Vec<String> = holders.iter().map(|holder| holder.process.to_string()).collect();
            let stop = match holders.iter().find(|holder| holder.name == MODEM_MANAGER) {
                Some(_) => "sudo systemctl stop ModemManager".to_owned(),
                None => format!("kill {}", ids.join(" ")),
            };
            tell(&Row::not_good(
                HOLDER,
                Verdict::Bad,
                format!("{path} is held by {}", people(&holders)),
                "another program uses it: two that read one port take each other's bytes",
                format!("end it (`{stop}`), or let it let go of the port"),
            ));
        }
        tell(&self.modem_manager(path));
    }

    fn modem_manager(&self, path: &str) -> Row<'static> {
        let Some(process) = self.machine.modem_manager() else {
            return Row::good(MODEM_MANAGER, "does not run");
        };
        let port = self.machine.port(path);
        let Some((port, usb)) = port.as_ref().and_then(|port| Some((port, port.usb.as_ref()?))) else {
            return Row::good(
                MODEM_MANAGER,
                format!("runs (process {process}), and leaves ports that are not on USB alone"),
            );
        };
        if self.machine.is_kept_away(port) {
            let said = format!("runs (process {process}), and is told to keep away from this port");
            return Row::good(MODEM_MANAGER, said);
        }
        let whose = if usb.vendor == QUECTEL { "the module's ports" } else { "this port" };
        let rule = format!(
            "ATTRS{{idVendor}}==\"{}\", ATTRS{{idProduct}}==\"{}\", ENV{{ID_MM_DEVICE_IGNORE}}=\"1\"",
            usb.vendor, usb.product
        );
        Row::not_good(
            MODEM_MANAGER,
            Verdict::Doubtful,
            format!("runs (process {process}) and may use {whose}"),
            "it asks every port that it takes for a modem's, also in the middle of a transfer",
            format!(
                "keep it away by a udev rule: echo '{rule}' | sudo tee /etc/udev/rules.d/99-qftp.rules && sudo udevadm control --reload && sudo udevadm trigger && sudo systemctl restart ModemManager"
            ),
        )
    }

    /// A port at the rate that was given; where nothing answers, at the one that the module has.
    fn at_its_rate(&mut self, named: &str, port: AnyPort, tell: Tell<'_>) -> Result<AnyPort, Problem> {
        let mut port = port;
        // A port that fails here fails again below, where that is a finding.
        let answer = self.attention(&mut port, self.settings.baud, true).unwrap_or(Attention::Silent);
        if let Attention::Module { was, .. } = answer {
            self.mended = was.mended();
            return Ok(port);
        }
        if matches!(port, AnyPort::Tcp(_)) {
            return Ok(port);
        }
        drop(port);
        let given = self.settings.baud;
        for baud in RATES.into_iter().filter(|rate| *rate != given) {
            if self.context.cancel.is_cancelled() {
                return Err(Problem::new(Code::Interrupted, "interrupted"));
            }
            let mut port = open(named, &Settings { baud, ..self.settings })?;
            if matches!(self.attention(&mut port, baud, false), Ok(Attention::Module { .. })) {
                tell(&Row::not_good(
                    RATE,
                    Verdict::Bad,
                    format!("no answer at {given} bits/s, but at {baud}"),
                    format!("the module's line is set to {baud} bits/s"),
                    format!("use --baud {baud}, or set the module to {given} by AT+IPR={given};&W"),
                ));
                return Ok(port);
            }
        }
        let mut tried = RATES.to_vec();
        tried.sort_unstable();
        let tried: Vec<String> = tried.iter().map(u32::to_string).collect();
        let heard = if answer == Attention::Noise { "bytes, and no answer among them" } else { "nothing" };
        tell(&Row::not_good(
            RATE,
            Verdict::Bad,
            format!("{heard}, at {}", tried.join(", ")),
            "it is another port than the module's AT port, the module has no power, or TX and RX are the wrong way round",
            "try the module's other ports (`qftp doctor` without --port tries all), check the power and PWRKEY, exchange TX and RX",
        ));
        Ok(open(named, &self.settings)?)
    }
}

/// `minicom (process 4711)`.
fn people(holders: &[Holder]) -> String {
    let names: Vec<String> =
        holders.iter().map(|holder| format!("{} (process {})", holder.name, holder.process)).collect();
    names.join(", ")
}
