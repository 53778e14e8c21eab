//! What answers `AT` on a port, before there is a session: the way to find a module among ports and rates.

use std::io;
use std::time::{Duration, Instant};

use qftp_core::limits::{GUARD_UNIT_MS, GUARD_UNITS_DEFAULT};

use crate::client::{Kind, Tap, Watch};
use crate::port::Port;

/// How a port answered `AT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Attention {
    /// A module.
    Module {
        /// Whether it echoes commands.
        echo: bool,
        /// How it was found.
        was: Was,
    },
    /// Something that sends bytes, and no answer among them.
    Noise,
    /// Nothing.
    Silent,
}

/// In which state an earlier host left a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Was {
    /// It answers in words.
    Ready,
    /// It was told to give no result codes, or numbers (`ATQ1`, `ATV0`).
    Quiet,
    /// It took what came for the bytes of a file.
    InDataMode,
}

impl Was {
    /// What had to be done before it answered.
    #[must_use]
    pub const fn mended(self) -> Option<&'static str> {
        match self {
            Self::Ready => None,
            Self::Quiet => Some("result codes in words again (ATQ0V1): it gave none, or numbers"),
            Self::InDataMode => Some("data mode left (+++): an earlier host had not"),
        }
    }
}

/// How long a module may take to begin its answer to `AT`.
const ANSWER: Duration = Duration::from_millis(400);
/// An answer has ended when the line has been silent for so long.
const QUIET: Duration = Duration::from_millis(60);
/// Most bytes that are looked at: a line that never falls silent is none of a module that waits for commands.
const MOST: usize = 32 << 10;

impl Attention {
    /// Asks: `AT`, then `ATQ0V1` for a module that was told to be quiet, and with `escape` `+++` for one in data mode.
    ///
    /// Without `escape` it takes less than a second, with it three. A module that answers `ATQ0V1` or `+++` is in order afterwards.
    ///
    /// # Errors
    /// Those of the port.
    pub fn of(port: &mut (impl Port + ?Sized), escape: bool) -> io::Result<Self> {
        Self::watched(port, escape, &mut |_, _| {})
    }

    /// The same; a tap sees what passes, as it sees the dialogue of a client: a line at a time, secrets masked.
    ///
    /// # Errors
    /// Those of the port.
    pub fn tapped(port: &mut (impl Port + ?Sized), escape: bool, tap: Box<dyn Tap>) -> io::Result<Self> {
        let mut watch = Watch::of(Instant::now(), tap);
        let attention = Self::watched(port, escape, &mut |sent, bytes| {
            if sent {
                // What came belongs to the question before, also where it is no line.
                watch.finish();
                watch.sent(Kind::Line, bytes);
            } else {
                watch.received(bytes, None);
            }
        });
        watch.finish();
        attention
    }

    /// The same; `pass` sees what passes, `true` for bytes to the module.
    pub(crate) fn watched(
        port: &mut (impl Port + ?Sized),
        escape: bool,
        pass: &mut dyn FnMut(bool, &[u8]),
    ) -> io::Result<Self> {
        let mut noise = !hear(port, Duration::ZERO, pass)?.is_empty();
        let questions: &[(&[u8], Was)] = &[(b"AT\r", Was::Ready), (b"ATQ0V1\r", Was::Quiet)];
        for (question, was) in questions {
            match ask(port, question, pass)? {
                Ok(echo) => return Ok(Self::Module { echo, was: *was }),
                Err(heard) => noise |= heard,
            }
        }
        // A module that lost the first question, and refuses the second one, is there all the same.
        if noise && let Ok(echo) = ask(port, b"AT\r", pass)? {
            return Ok(Self::Module { echo, was: Was::Ready });
        }
        if escape {
            let guard = Duration::from_millis(u64::from(GUARD_UNITS_DEFAULT) * u64::from(GUARD_UNIT_MS) + 50);
            silence(port, guard, pass)?;
            write(port, b"+++", pass)?;
            silence(port, guard, pass)?;
            // To a module that was in command mode the plus signs are the start of a line.
            match ask(port, b"\rATQ0V1\r", pass)? {
                Ok(echo) => return Ok(Self::Module { echo, was: Was::InDataMode }),
                Err(heard) => noise |= heard,
            }
        }
        Ok(if noise { Self::Noise } else { Self::Silent })
    }
}

/// Asks, and hears the answer: whether the question came back with it; without an answer, whether anything came.
fn ask(
    port: &mut (impl Port + ?Sized),
    question: &[u8],
    pass: &mut dyn FnMut(bool, &[u8]),
) -> io::Result<Result<bool, bool>> {
    write(port, question, pass)?;
    let heard = hear(port, ANSWER, pass)?;
    let echo = heard.windows(question.len()).any(|window| window == question);
    Ok(if answers(&heard) { Ok(echo) } else { Err(!heard.is_empty() && !is_echo(&heard, question)) })
}

/// Whether a line of its own says OK.
fn answers(heard: &[u8]) -> bool {
    heard.split(|byte| matches!(byte, b'\r' | b'\n')).any(|line| line == b"OK")
}

/// A wire between the two lines brings back what was sent; so does a module that was told to give no results.
fn is_echo(heard: &[u8], question: &[u8]) -> bool {
    heard.trim_ascii() == question.trim_ascii()
}

/// What comes until the line falls silent or OK is there; nothing comes within `wait`, nothing is heard.
fn hear(
    port: &mut (impl Port + ?Sized),
    wait: Duration,
    pass: &mut dyn FnMut(bool, &[u8]),
) -> io::Result<Vec<u8>> {
    let (mut heard, mut buf, began) = (Vec::new(), [0; 1024], Instant::now());
    while heard.len() < MOST {
        let left = wait.saturating_sub(began.elapsed());
        let count = port.read(&mut buf, if heard.is_empty() { left } else { QUIET })?;
        if count == 0 {
            break;
        }
        let came = buf.get(..count).unwrap_or_default();
        pass(false, came);
        heard.extend_from_slice(came);
        // A line that never falls silent is heard no longer than one that never begins to speak.
        if began.elapsed() > wait + 2 * QUIET || (answers(&heard) && heard.ends_with(b"\n")) {
            break;
        }
    }
    Ok(heard)
}

/// Lets so much time pass, and throws away what comes.
fn silence(
    port: &mut (impl Port + ?Sized),
    time: Duration,
    pass: &mut dyn FnMut(bool, &[u8]),
) -> io::Result<()> {
    let (mut buf, began) = ([0; 1024], Instant::now());
    while began.elapsed() < time {
        let count = port.read(&mut buf, time.saturating_sub(began.elapsed()))?;
        pass(false, buf.get(..count).unwrap_or_default());
    }
    Ok(())
}

/// Writes all of it, unless there is no room for long: a port that takes nothing does not answer either.
fn write(
    port: &mut (impl Port + ?Sized),
    mut bytes: &[u8],
    pass: &mut dyn FnMut(bool, &[u8]),
) -> io::Result<()> {
    while !bytes.is_empty() {
        let count = port.write(bytes, ANSWER)?;
        if count == 0 {
            break;
        }
        pass(true, bytes.get(..count).unwrap_or_default());
        bytes = bytes.get(count..).unwrap_or_default();
    }
    Ok(())
}
