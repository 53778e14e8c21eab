//! The telnet side of RFC 2217 with no I/O: bytes in, bytes out.

use crate::settings::{Flow, Settings};

const IAC: u8 = 255;
const DONT: u8 = 254;
const DO: u8 = 253;
const WONT: u8 = 252;
const WILL: u8 = 251;
const SB: u8 = 250;
const SE: u8 = 240;

const BINARY: u8 = 0;
const SUPPRESS_GO_AHEAD: u8 = 3;
const COM_PORT: u8 = 44;

/// Client commands of the COM-PORT option; the server's answer has the number plus 100.
const SET_BAUDRATE: u8 = 1;
const SET_DATASIZE: u8 = 2;
const SET_PARITY: u8 = 3;
const SET_STOPSIZE: u8 = 4;
const SET_CONTROL: u8 = 5;
const SERVER: u8 = 100;
const FLOW_SUSPEND: u8 = 8;
const FLOW_RESUME: u8 = 9;

/// The longest sub-negotiation that is kept; none of RFC 2217 that matters here is longer than five bytes.
const SUB: usize = 16;

/// Where one side of one option stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offer {
    /// Not spoken of.
    #[default]
    Unspoken,
    /// Asked for, no answer yet.
    Asked,
    /// Both agree.
    Agreed,
    /// The other side refused.
    Refused,
}

/// A modem line that SET-CONTROL drives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modem {
    /// Data terminal ready.
    Dtr,
    /// Request to send.
    Rts,
}

/// Both directions of a telnet connection with the COM-PORT option, as its client.
#[derive(Debug, Default)]
pub struct Codec {
    state: State,
    sub: Vec<u8>,
    us: [Offer; 3],
    them: [Offer; 3],
    transmit: Vec<u8>,
    baud: Option<u32>,
    suspended: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Data,
    Command,
    /// After WILL, WONT, DO or DONT: the option follows.
    Option(u8),
    Sub,
    SubCommand,
}

impl Codec {
    /// A codec that has already queued its offers: binary both ways, no go-ahead, COM-PORT.
    #[must_use]
    pub fn new() -> Self {
        let mut codec = Self::default();
        for (word, option) in [
            (WILL, BINARY),
            (DO, BINARY),
            (WILL, SUPPRESS_GO_AHEAD),
            (DO, SUPPRESS_GO_AHEAD),
            (WILL, COM_PORT),
        ] {
            codec.transmit.extend([IAC, word, option]);
            let side = if word == WILL { &mut codec.us } else { &mut codec.them };
            side[index(option).unwrap_or(0)] = Offer::Asked;
        }
        codec
    }

    /// Takes bytes from the wire; writes the data among them to `out`, which must be as long, and returns how many.
    pub fn decode(&mut self, input: &[u8], out: &mut [u8]) -> usize {
        let mut count = 0;
        let mut data = |byte: u8| {
            if let Some(place) = out.get_mut(count) {
                *place = byte;
                count += 1;
            }
        };
        for &byte in input {
            self.state = match (self.state, byte) {
                (State::Data, IAC) => State::Command,
                (State::Command, IAC) => {
                    data(IAC);
                    State::Data
                }
                (State::Data, _) => {
                    data(byte);
                    State::Data
                }
                (State::Command, WILL | WONT | DO | DONT) => State::Option(byte),
                (State::Command, SB) => {
                    self.sub.clear();
                    State::Sub
                }
                (State::Command, _) => State::Data,
                (State::Option(word), option) => {
                    self.negotiate(word, option);
                    State::Data
                }
                (State::Sub, IAC) => State::SubCommand,
                (State::Sub, _) => self.keep(byte),
                (State::SubCommand, IAC) => self.keep(IAC),
                // SE; anything else is a fault of the other side, and ends the sub-negotiation as well.
                (State::SubCommand, _) => {
                    self.sub_negotiation();
                    State::Data
                }
            };
        }
        count
    }

    /// Appends the data to `out` as it goes on the wire.
    pub fn encode(data: &[u8], out: &mut Vec<u8>) {
        for &byte in data {
            out.push(byte);
            if byte == IAC {
                out.push(IAC);
            }
        }
    }

    /// Queues the settings of the line: rate, 8 data bits, no parity, one stop bit, flow control. Never PURGE.
    pub fn set(&mut self, settings: &Settings) {
        self.command(SET_BAUDRATE, &settings.baud.to_be_bytes());
        self.command(SET_DATASIZE, &[8]);
        self.command(SET_PARITY, &[1]);
        self.command(SET_STOPSIZE, &[1]);
        self.command(SET_CONTROL, &[if settings.flow == Flow::RtsCts { 3 } else { 1 }]);
    }

    /// Queues the raising or dropping of a modem line.
    pub fn set_modem(&mut self, line: Modem, on: bool) {
        let first = match line {
            Modem::Dtr => 8,
            Modem::Rts => 11,
        };
        self.command(SET_CONTROL, &[first + u8::from(!on)]);
    }

    /// Moves what is to be sent to the end of `out`: offers, answers, settings.
    pub fn take_transmit(&mut self, out: &mut Vec<u8>) {
        out.append(&mut self.transmit);
    }

    /// Where the COM-PORT option stands.
    #[must_use]
    pub fn com_port(&self) -> Offer {
        self.us[2]
    }

    /// The rate the server says it has set.
    #[must_use]
    pub fn baud(&self) -> Option<u32> {
        self.baud
    }

    /// Whether the server asks for a pause in sending.
    #[must_use]
    pub fn suspended(&self) -> bool {
        self.suspended
    }

    fn keep(&mut self, byte: u8) -> State {
        if self.sub.len() < SUB {
            self.sub.push(byte);
        }
        State::Sub
    }

    /// The rules of RFC 854: answer only what changes something, refuse what is not known.
    fn negotiate(&mut self, word: u8, option: u8) {
        let ours = matches!(word, DO | DONT);
        let wanted = matches!(word, DO | WILL);
        let (yes, no) = if ours { (WILL, WONT) } else { (DO, DONT) };
        let Some(index) = index(option) else {
            if wanted {
                self.transmit.extend([IAC, no, option]);
            }
            return;
        };
        let side = if ours { &mut self.us[index] } else { &mut self.them[index] };
        let before = *side;
        *side = if wanted { Offer::Agreed } else { Offer::Refused };
        match (before, wanted) {
            (Offer::Unspoken | Offer::Refused, true) => self.transmit.extend([IAC, yes, option]),
            (Offer::Agreed, false) => self.transmit.extend([IAC, no, option]),
            (Offer::Asked | Offer::Agreed, true)
            | (Offer::Asked | Offer::Unspoken | Offer::Refused, false) => {}
        }
    }

    fn sub_negotiation(&mut self) {
        match self.sub.as_slice() {
            [COM_PORT, command, a, b, c, d] if *command == SET_BAUDRATE + SERVER => {
                self.baud = Some(u32::from_be_bytes([*a, *b, *c, *d]));
            }
            [COM_PORT, command, ..] if *command == FLOW_SUSPEND + SERVER => self.suspended = true,
            [COM_PORT, command, ..] if *command == FLOW_RESUME + SERVER => self.suspended = false,
            _ => {}
        }
    }

    fn command(&mut self, command: u8, value: &[u8]) {
        self.transmit.extend([IAC, SB, COM_PORT, command]);
        Self::encode(value, &mut self.transmit);
        self.transmit.extend([IAC, SE]);
    }
}

fn index(option: u8) -> Option<usize> {
    [BINARY, SUPPRESS_GO_AHEAD, COM_PORT].iter().position(|known| *known == option)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sent(codec: &mut Codec) -> Vec<u8> {
        let mut out = Vec::new();
        codec.take_transmit(&mut out);
        out
    }

    fn decode(codec: &mut Codec, input: &[u8]) -> Vec<u8> {
        let mut out = vec![0; input.len()];
        let count = codec.decode(input, &mut out);
        out.truncate(count);
        out
    }

    #[test]
    fn offers_are_not_answered_twice() {
        let mut codec = Codec::new();
        assert_eq!(sent(&mut codec).len(), 15);
        decode(
            &mut codec,
            &[IAC, DO, COM_PORT, IAC, DO, BINARY, IAC, WILL, BINARY, IAC, WILL, SUPPRESS_GO_AHEAD],
        );
        assert_eq!((codec.com_port(), sent(&mut codec)), (Offer::Agreed, vec![]));
        decode(&mut codec, &[IAC, DO, COM_PORT]);
        assert_eq!(sent(&mut codec), []);
    }

    #[test]
    fn unknown_options_are_refused() {
        let mut codec = Codec::new();
        sent(&mut codec);
        decode(&mut codec, &[IAC, WILL, 1, IAC, DO, 24, IAC, WONT, 5]);
        assert_eq!(sent(&mut codec), [IAC, DONT, 1, IAC, WONT, 24]);
    }

    #[test]
    fn a_rate_with_a_255_in_it_is_doubled() {
        let mut codec = Codec::new();
        sent(&mut codec);
        codec.set(&Settings { baud: 0xFF00, flow: Flow::RtsCts });
        let out = sent(&mut codec);
        assert_eq!(out[..11], [IAC, SB, COM_PORT, 1, 0, 0, IAC, IAC, 0, IAC, SE]);
        assert!(out.ends_with(&[IAC, SB, COM_PORT, 5, 3, IAC, SE]));
        decode(&mut codec, &[IAC, SB, COM_PORT, 101, 0, 0, IAC, IAC, 0, IAC, SE]);
        assert_eq!(codec.baud(), Some(0xFF00));
    }

    #[test]
    fn the_server_can_pause_us() {
        let mut codec = Codec::new();
        decode(&mut codec, &[IAC, SB, COM_PORT, 108, IAC, SE]);
        assert!(codec.suspended());
        decode(&mut codec, &[IAC, SB, COM_PORT, 109, IAC, SE]);
        assert!(!codec.suspended());
    }

    #[test]
    fn an_endless_sub_negotiation_takes_no_memory() {
        let mut codec = Codec::new();
        decode(&mut codec, &[IAC, SB]);
        for _ in 0..1000 {
            assert_eq!(decode(&mut codec, &[7; 100]), []);
        }
        assert_eq!(codec.sub.len(), SUB);
        assert_eq!(decode(&mut codec, &[IAC, SE, b'x']), b"x");
    }

    proptest! {
        /// Data comes out as it went in, wherever the wire is cut and whatever negotiation stands between.
        #[test]
        fn any_split_any_data(data in proptest::collection::vec(any::<u8>(), 0..300), cut in 1usize..20, noise in 0usize..5) {
            let commands: [&[u8]; 5] = [&[], &[IAC, WILL, 1], &[IAC, SB, COM_PORT, 107, IAC, IAC, IAC, SE], &[IAC, 241], &[IAC, DO, BINARY]];
            let mut wire = Vec::new();
            for piece in data.chunks(7) {
                Codec::encode(piece, &mut wire);
                wire.extend(commands[noise]);
            }
            let mut codec = Codec::new();
            let got: Vec<u8> = wire.chunks(cut).flat_map(|piece| decode(&mut codec, piece)).collect();
            prop_assert_eq!(got, data);
        }

        #[test]
        fn no_input_is_too_wild(input in proptest::collection::vec(any::<u8>(), 0..500)) {
            let mut codec = Codec::new();
            prop_assert!(decode(&mut codec, &input).len() <= input.len());
        }
    }
}
