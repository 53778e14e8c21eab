//! How a line is set.

/// How a line is set. What a port does not have (a baud rate on TCP) is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bits a second.
    pub baud: u32,
    /// Flow control.
    pub flow: Flow,
}

impl Default for Settings {
    fn default() -> Self {
        Self { baud: 115_200, flow: Flow::None }
    }
}

/// Flow control of a serial line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Flow {
    /// None: at high rates bytes may be lost.
    #[default]
    None,
    /// By the wires RTS and CTS.
    RtsCts,
}
