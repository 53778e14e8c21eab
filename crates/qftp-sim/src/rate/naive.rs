//! Hosts as they are written without a library: send, wait for a word, sleep, send `+++`.

use std::collections::VecDeque;

use crate::world::{Violation, World};

/// What such a host does, in order.
#[derive(Clone, Debug)]
enum Act {
    Send(Vec<u8>),
    WaitFor(&'static str),
    /// Microseconds.
    Sleep(u64),
}

/// One transfer of such a host.
#[derive(Debug)]
pub(crate) struct Naive(VecDeque<Act>);

impl Naive {
    /// A command that is answered by OK.
    pub(super) fn command(text: &str) -> Self {
        Self(VecDeque::from([Act::Send(format!("{text}\r").into_bytes()), Act::WaitFor("OK\r\n")]))
    }

    /// An upload whose end is `+++`, in blocks, after a sleep where its author put one.
    pub(super) fn escape(name: &str, bytes: &[u8], block: usize, sleep: u64) -> Self {
        let mut acts =
            VecDeque::from([Act::Send(format!("AT+QFTPPUT=\"{name}\",\"COM:\",0\r").into_bytes())]);
        acts.push_back(Act::WaitFor("CONNECT\r\n"));
        acts.extend(bytes.chunks(block).map(|block| Act::Send(block.to_vec())));
        // The silence before it, which the module asks for; the module waits out the one after it.
        acts.push_back(Act::Sleep(sleep.max(SILENCE)));
        acts.push_back(Act::Send(b"+++".to_vec()));
        acts.push_back(Act::WaitFor("+QFTPPUT: 0,"));
        acts.push_back(Act::WaitFor("\r\n"));
        Self(acts)
    }

    /// An upload in parts of known length, a command each.
    pub(super) fn chunks(name: &str, bytes: &[u8], part: usize) -> Self {
        let mut acts = VecDeque::new();
        let mut start = 0;
        for chunk in bytes.chunks(part) {
            let last = u8::from(start + chunk.len() == bytes.len());
            let command = format!("AT+QFTPPUT=\"{name}\",\"COM:\",{start},{},{last}\r", chunk.len());
            acts.push_back(Act::Send(command.into_bytes()));
            acts.push_back(Act::WaitFor("CONNECT\r\n"));
            acts.push_back(Act::Send(chunk.to_vec()));
            acts.push_back(Act::WaitFor("+QFTPPUT: 0,"));
            acts.push_back(Act::WaitFor("\r\n"));
            start += chunk.len();
        }
        Self(acts)
    }
}

/// The guard time of a module that nobody has set otherwise, and a little more: clocks differ.
const SILENCE: u64 = 1_020_000;

impl World {
    /// Lets such a host do all that it does.
    ///
    /// # Errors
    /// When a word does not come.
    pub(super) fn drive(&mut self, host: Naive) -> Result<(), Violation> {
        let mut heard = Vec::new();
        for act in host.0 {
            match act {
                Act::Send(bytes) => self.say(&bytes),
                Act::Sleep(micros) => self.pass(micros),
                Act::WaitFor(word) => {
                    let from = loop {
                        let at = heard.windows(word.len()).position(|window| window == word.as_bytes());
                        if let Some(at) = at {
                            break at + word.len();
                        }
                        if !self.hear(&mut heard) {
                            let heard = String::from_utf8_lossy(&heard).into_owned();
                            return Err(Violation(format!("no {word:?} in {heard:?}")));
                        }
                    };
                    heard.drain(..from);
                }
            }
        }
        Ok(())
    }
}
