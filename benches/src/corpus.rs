//! The dialogue of section 3 of the manual, made up at length: folders, files, listings of the module's files, errors, URCs in between, echo.

use qftp_core::Instant;
use qftp_core::session::{Misuse, Session};
use qftp_core::wire::Storage;

/// What the host does.
#[derive(Clone, Copy, Debug)]
pub enum Operation {
    Cwd,
    Pwd,
    MakeDir,
    Rename,
    Size,
    Modified,
    Delete,
    Length,
    Status,
    Space,
    Files,
}

/// An operation on a name, and all that the module says to it.
#[derive(Debug)]
pub struct Exchange {
    pub operation: Operation,
    pub name: String,
    pub answer: Vec<u8>,
    /// Whether it fails, which no reader may miss.
    pub fails: bool,
}

impl Exchange {
    /// Starts the operation.
    ///
    /// # Errors
    /// What the session says.
    pub fn start(&self, session: &mut Session, now: Instant) -> Result<(), Misuse> {
        let name = self.name.as_str();
        match self.operation {
            Operation::Cwd => session.cwd(now, name),
            Operation::Pwd => session.pwd(now),
            Operation::MakeDir => session.make_dir(now, name),
            Operation::Rename => session.rename(now, name, "old.bin"),
            Operation::Size => session.size(now, name),
            Operation::Modified => session.modified(now, name),
            Operation::Delete => session.delete(now, name),
            Operation::Length => session.length(now),
            Operation::Status => session.status(now),
            Operation::Space => session.storage(now, Storage::Ufs),
            Operation::Files => session.files(now, "*"),
        }
    }
}

/// Exchanges with at least `bytes` bytes of answers, the same for the same number.
#[must_use]
pub fn corpus(bytes: usize) -> Vec<Exchange> {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let mut len = 0;
    let mut exchanges = Vec::new();
    while len < bytes {
        let exchange = exchange(&mut dice);
        len += exchange.answer.len();
        exchanges.push(exchange);
    }
    exchanges
}

/// All answers one after the other.
#[must_use]
pub fn whole_text(exchanges: &[Exchange]) -> Vec<u8> {
    exchanges.iter().flat_map(|exchange| exchange.answer.iter().copied()).collect()
}

fn exchange(dice: &mut Dice) -> Exchange {
    let number = dice.below(10_000);
    let (operation, name, command, verb, value) = match dice.below(12) {
        0 => (Operation::Cwd, format!("/logs/{number}"), "=", "QFTPCWD", Some("0".to_owned())),
        1 => (Operation::Pwd, String::new(), "", "QFTPPWD", Some(format!("/logs/{number}"))),
        2 => (Operation::MakeDir, format!("day{number}"), "=", "QFTPMKDIR", Some("0".to_owned())),
        3 => (Operation::Rename, format!("log{number}.bin"), "=", "QFTPRENAME", Some("0".to_owned())),
        4 | 5 => {
            let size = dice.below(20_000_000);
            (Operation::Size, format!("log{number}.bin"), "=", "QFTPSIZE", Some(size.to_string()))
        }
        6 => {
            let time = format!("\"20261125{:06}\"", dice.below(235_959));
            (Operation::Modified, format!("log{number}.bin"), "=", "QFTPMDTM", Some(time))
        }
        7 => (Operation::Delete, format!("log{number}.bin"), "=", "QFTPDEL", Some("0".to_owned())),
        8 => (Operation::Length, String::new(), "", "QFTPLEN", Some(number.to_string())),
        9 => (Operation::Status, String::new(), "", "QFTPSTAT", Some("1".to_owned())),
        10 => (Operation::Space, String::new(), "=", "QFLDS", None),
        _ => (Operation::Files, String::new(), "=", "QFLST", None),
    };
    let parameter = match operation {
        Operation::Rename => format!("\"{name}\",\"old.bin\""),
        Operation::Space => "\"UFS\"".to_owned(),
        Operation::Files => "\"*\"".to_owned(),
        _ if command.is_empty() => String::new(),
        _ => format!("\"{name}\""),
    };
    let mut text = String::new();
    // Half of the modules echo.
    if dice.below(2) == 0 {
        text += &format!("AT+{verb}{command}{parameter}\r");
    }
    urc(dice, &mut text);
    match operation {
        Operation::Space => text += &format!("\r\n+QFLDS: {},14737408\r\n\r\nOK\r\n", dice.below(14_000_000)),
        Operation::Files => {
            text += "\r\n";
            for file in 0..dice.below(40) {
                text += &format!("+QFLST: \"UFS:log{file}.bin\",{}\r\n", dice.below(100_000));
            }
            text += "\r\nOK\r\n";
        }
        _ => text += "\r\nOK\r\n",
    }
    urc(dice, &mut text);
    let fails =
        value.is_some() && !matches!(operation, Operation::Length | Operation::Status) && dice.below(8) == 0;
    match value {
        Some(_) if fails => text += &format!("\r\n+{verb}: 627,550\r\n"),
        Some(value) => text += &format!("\r\n+{verb}: 0,{value}\r\n"),
        None => {}
    }
    Exchange { operation, name, answer: text.into_bytes(), fails }
}

/// Now and then something that nobody asked for.
fn urc(dice: &mut Dice, text: &mut String) {
    *text += match dice.below(16) {
        0 => "\r\n+QIND: SMS DONE\r\n",
        1 => "\r\n+CREG: 1\r\n",
        2 => "\r\n+CMTI: \"ME\",3\r\n",
        _ => "",
    };
}

/// SplitMix64: the same numbers everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % most
    }
}
