//! Commands beside FTP that hosts send before it: V.250's settings, identity, clock, network, texts. No family file has them: every module
//! answers them, and they change nothing but what they show again.
//!
//! | form | answer |
//! |---|---|
//! | a setting | kept, shown by its read form, brought back by `ATZ` and `AT&F`, stored by `AT&W` |
//! | a question | what a module without other work would say; the SIM card's numbers want a SIM card |
//! | anything else | not of this file: ERROR |

use qftp_core::Instant;
use qftp_core::wire::{PdpSettings, PdpType, Text};

use super::{Answer, NO_SIM, Outcome, Refusal};
use crate::module::Module;

/// Settings with a plus sign: the name, what the test form prints, and what the read form shows before any was made.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("CGAUTH", "", ""),
    ("CGEQMIN", "", ""),
    ("CGEQREQ", "", ""),
    ("CGEREP", "(0-2),(0,1)", "0,0"),
    ("CGQMIN", "", ""),
    ("CGQREQ", "", ""),
    ("CLIP", "(0,1)", "0,1"),
    ("CMGF", "(0,1)", "0"),
    ("CNMI", "(0-2),(0-3),(0,2),(0-2),(0,1)", "2,1,0,0,0"),
    ("CSCS", "(\"GSM\",\"IRA\",\"UCS2\")", "\"GSM\""),
    ("CSMS", "(0,1)", "0,1,1,1"),
    ("CTZR", "(0,1)", "0"),
    ("CTZU", "(0,1)", "0"),
    ("FCLASS", "(0)", "0"),
    ("QICFG", "", ""),
];

/// Settings without a plus sign, and the greatest number that each takes.
const LETTERS: &[(&str, u8)] =
    &[("&C", 1), ("&K", 3), ("&S", 1), ("F", 0), ("L", 3), ("M", 2), ("W", 2), ("X", 4), ("\\Q", 3)];

/// S registers and what they hold at first; S12 is the guard time, and has a command of its own.
const REGISTERS: &[(u8, u8)] = &[(0, 0), (3, 13), (4, 10), (5, 8), (6, 2), (7, 60), (8, 2), (10, 15)];

impl Module {
    /// A command that no table of FTP has; `None` where it is none of these either.
    pub(crate) fn beside(&mut self, now: Instant, text: &[u8]) -> Option<Outcome> {
        let text = str::from_utf8(text).ok()?.trim();
        match text.strip_prefix('+') {
            None => self.letter(&text.to_ascii_uppercase()),
            Some(text) => {
                let end = text.find(['=', '?']).unwrap_or(text.len());
                let (name, form) = text.split_at(end);
                let name = name.trim_end().to_ascii_uppercase();
                match form {
                    "" => self.ask_beside(now, &name),
                    "?" => self.read_beside(now, &name),
                    _ => match form.strip_prefix('=')?.trim() {
                        "?" => self.ranges(&name),
                        value => self.set_beside(&name, value),
                    },
                }
            }
        }
    }

    fn letter(&mut self, text: &str) -> Option<Outcome> {
        if matches!(text, "H" | "H0") {
            return Some(Ok(Answer::Ok));
        }
        if text == "&V" {
            self.show_profile();
            return Some(Ok(Answer::Ok));
        }
        if let Some(register) = text.strip_prefix('S') {
            return self.register(register);
        }
        let (name, most) = LETTERS.iter().find(|(name, _)| text.starts_with(name))?;
        let digits = text.strip_prefix(name)?;
        let number: u8 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        if number > *most {
            return Some(Err(Refusal::Error));
        }
        self.settings.beside.insert((*name).to_owned(), number.to_string());
        Some(Ok(Answer::Ok))
    }

    fn register(&mut self, text: &str) -> Option<Outcome> {
        let end = text.find(['=', '?'])?;
        let (number, form) = text.split_at(end);
        let number: u8 = number.parse().ok()?;
        let (_, first) = REGISTERS.iter().find(|(register, _)| *register == number)?;
        let name = format!("S{number}");
        if form == "?" {
            let value =
                self.settings.beside.get(&name).and_then(|value| value.parse().ok()).unwrap_or(*first);
            self.say(&format!("{value:03}"));
        } else {
            let value: u8 = form.strip_prefix('=')?.trim().parse().ok()?;
            self.settings.beside.insert(name, value.to_string());
        }
        Some(Ok(Answer::Ok))
    }

    /// `AT&V`: what is set.
    fn show_profile(&mut self) {
        let settings = &self.settings;
        let kept = |name: &str| settings.beside.get(name).cloned();
        let mut line = format!(
            "E: {}; Q: {}; V: {}; &D: {}",
            u8::from(settings.echo),
            u8::from(settings.quiet),
            u8::from(settings.verbose),
            settings.dtr
        );
        for (name, _) in LETTERS {
            line.push_str(&format!("; {name}: {}", kept(name).unwrap_or_else(|| "0".into())));
        }
        for (register, first) in REGISTERS {
            let value = kept(&format!("S{register}")).unwrap_or_else(|| first.to_string());
            line.push_str(&format!("; S{register}: {value}"));
        }
        line.push_str(&format!(
            "; S12: {}; +CMEE: {}; +IPR: {}",
            settings.guard_units, settings.cmee, settings.rate
        ));
        self.say(&line);
    }

    /// The form without anything behind the name.
    fn ask_beside(&mut self, now: Instant, name: &str) -> Option<Outcome> {
        let identity = self.config.identity.clone();
        let text = match name {
            "GMI" => identity.manufacturer,
            "GMM" => identity.model,
            "GMR" => identity.revision,
            "CGSN" => identity.serial,
            "GCAP" => "+GCAP: +CGSM,+FCLASS,+DS".to_owned(),
            "CPAS" => "+CPAS: 0".to_owned(),
            "CIMI" | "QCCID" | "CNUM" if !self.sim_is_ready() => return Some(Err(Refusal::Cme(NO_SIM))),
            // Numbers of nobody: the first are those of a test network.
            "CIMI" => "001010123456789".to_owned(),
            "QCCID" => "+QCCID: 89860000000000000001".to_owned(),
            // The card has no number of its own on it.
            "CNUM" => return Some(Ok(Answer::Ok)),
            "QCSQ" if self.is_attached() => "+QCSQ: \"LTE\",-57,-84,137,-10".to_owned(),
            "QCSQ" => "+QCSQ: \"NOSERVICE\"".to_owned(),
            "QNWINFO" if self.is_attached() => {
                "+QNWINFO: \"FDD LTE\",\"46000\",\"LTE BAND 3\",1300".to_owned()
            }
            "QNWINFO" => "+QNWINFO: No Service".to_owned(),
            "QLTS" => format!("+QLTS: \"20{},0\"", self.clock(now)),
            "CGPADDR" => {
                self.addresses(None);
                return Some(Ok(Answer::Ok));
            }
            "CLAC" => {
                self.list_commands();
                return Some(Ok(Answer::Ok));
            }
            _ => return None,
        };
        self.say(&text);
        Some(Ok(Answer::Ok))
    }

    fn read_beside(&mut self, now: Instant, name: &str) -> Option<Outcome> {
        let text = match name {
            "CCLK" => format!("+CCLK: \"{}\"", self.clock(now)),
            // No socket is ever open.
            "QISTATE" => return Some(Ok(Answer::Ok)),
            "CSCA" => "+CSCA: \"\",129".to_owned(),
            "CPMS" => "+CPMS: \"ME\",0,255,\"ME\",0,255,\"ME\",0,255".to_owned(),
            _ => {
                let (_, _, first) = SETTINGS.iter().find(|(own, ..)| *own == name)?;
                match self.settings.beside.get(name).map_or(*first, String::as_str) {
                    "" => return Some(Ok(Answer::Ok)),
                    value => format!("+{name}: {value}"),
                }
            }
        };
        self.say(&text);
        Some(Ok(Answer::Ok))
    }

    /// The test form.
    fn ranges(&mut self, name: &str) -> Option<Outcome> {
        let text = match name {
            "GMI" | "GMM" | "GMR" | "CGSN" | "GCAP" | "CIMI" | "QCCID" | "CNUM" | "CLAC" | "QNWINFO"
            | "CCLK" => "",
            "CPAS" => "(0,3,4)",
            "QCSQ" => "\"NOSERVICE\",\"GSM\",\"WCDMA\",\"LTE\"",
            "CPMS" => "(\"ME\",\"SM\"),(\"ME\",\"SM\"),(\"ME\",\"SM\")",
            _ => SETTINGS.iter().find(|(own, ..)| *own == name).map(|(_, ranges, _)| *ranges)?,
        };
        if !text.is_empty() {
            self.say(&format!("+{name}: {text}"));
        }
        Some(Ok(Answer::Ok))
    }

    fn set_beside(&mut self, name: &str, value: &str) -> Option<Outcome> {
        Some(match name {
            "CGDCONT" => self.define(value),
            "CGPADDR" => {
                self.addresses(Some(value.parse().ok()?));
                Ok(Answer::Ok)
            }
            "CGSN" if matches!(value, "0" | "1") => {
                let serial = self.config.identity.serial.clone();
                self.say(&if value == "1" { format!("+CGSN: \"{serial}\"") } else { serial });
                Ok(Answer::Ok)
            }
            "CPMS" => {
                self.say("+CPMS: 0,255,0,255,0,255");
                Ok(Answer::Ok)
            }
            "CCLK" => {
                let text = value.trim_matches('"').to_owned();
                if text.len() < "80/01/06,00:00:00".len() {
                    return Some(Err(Refusal::Error));
                }
                // It stands still from then on: nobody of ours sets it to measure by it.
                self.settings.beside.insert(name.to_owned(), text);
                Ok(Answer::Ok)
            }
            _ => {
                SETTINGS.iter().find(|(own, ..)| *own == name)?;
                self.settings.beside.insert(name.to_owned(), value.to_owned());
                Ok(Answer::Ok)
            }
        })
    }

    /// `AT+CGDCONT=<ctx>,"<type>"[,"<apn>"…]` defines a context, as `AT+QICSGP` does.
    fn define(&mut self, value: &str) -> Outcome {
        let mut parts = value.split(',').map(|part| part.trim().trim_matches('"'));
        let number: u8 = parts.next().unwrap_or_default().parse().map_err(|_| Refusal::Error)?;
        if !self.config.family.pdp.contexts.value.takes(0, number.into()) {
            return Err(Refusal::Error);
        }
        let kind = match parts.next() {
            None => {
                self.pdp.forget(number);
                return Ok(Answer::Ok);
            }
            Some("IP") => PdpType::V4,
            Some("IPV6") => PdpType::V6,
            Some("IPV4V6") => PdpType::V4V6,
            Some(_) => return Err(Refusal::Error),
        };
        let apn = Text::new(parts.next().unwrap_or_default()).map_err(|_| Refusal::Error)?;
        self.pdp.set(number, &PdpSettings { kind, apn, login: None, auth: None })
    }

    /// `AT+CGPADDR`: the addresses of the contexts that are active.
    fn addresses(&mut self, only: Option<u8>) {
        for number in self.pdp.active_ones() {
            if only.is_none_or(|only| only == number) {
                self.say(&format!("+CGPADDR: {number},\"{}\"", crate::at::pdp::address(number)));
            }
        }
    }

    /// `AT+CLAC`: the names of all commands.
    fn list_commands(&mut self) {
        let mut names: Vec<String> =
            self.config.family.commands.exist.iter().flat_map(|group| group.names.clone()).collect();
        names.extend(SETTINGS.iter().map(|(name, ..)| (*name).to_owned()));
        names.sort();
        for name in names {
            self.say(&format!("AT+{name}"));
        }
    }

    /// The module's clock. No network has told it the time: it runs from its first day since the module started, or shows what was set.
    fn clock(&self, now: Instant) -> String {
        if let Some(set) = self.settings.beside.get("CCLK") {
            return set.clone();
        }
        let seconds = now.as_millis() / 1_000;
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        let (hours, rest) = (rest / 3_600, rest % 3_600);
        // A module that runs for longer than January begins it again.
        format!("80/01/{:02},{hours:02}:{:02}:{:02}+00", 6 + days % 26, rest / 60, rest % 60)
    }
}
