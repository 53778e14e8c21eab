//! Mistakes that hosts make, built in on purpose: the simulation has to find each. Only with the feature `mutations`, and then only the one
//! that was chosen; without it nothing of this is in the program.

/// A mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[cfg_attr(not(feature = "mutations"), expect(unreachable_pub, reason = "nobody chooses one then"))]
pub enum Mutation {
    /// Takes OK for the outcome of an FTP command.
    OkIsTheOutcome = 1,
    /// Reads the second number of a URC only.
    OneNumber,
    /// Searches the end of a download in its data.
    EndSearchedInData,
    /// Does not care what stands after the last byte of a download.
    EndUnchecked,
    /// Does not compare the module's count of a download with its own.
    CountIgnored,
    /// Does not compare checksums.
    ChecksumIgnored,
    /// Counts bytes of the operation before.
    StaleCount,
    /// Trusts the last bytes of a broken-off download, whatever they are.
    WordsTrusted,
    /// Goes on with an upload behind bytes that were lost on the line.
    GapsTrusted,
    /// Goes on with an upload right at its end.
    TailTrusted,
    /// Goes on sending when the module has left data mode.
    SendsOn,
    /// Forgets the silence after `+++`.
    NoTrailingGuard,
    /// Tells a line with a secret.
    SecretTold,
    /// Does not wait for the `A` of a block.
    NoAcknowledge,
    /// Sends the next command behind the file bytes that a failed upload has left on the line.
    LeftOnTheLine,
    /// Asks for an answer while data mode may still open.
    AsksBeforeConnect,
    /// Takes a count that agrees for the end of data, and does not ask whether the module is out of data mode.
    EndUnproven,
}

#[cfg(feature = "mutations")]
impl Mutation {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::OkIsTheOutcome,
        Self::OneNumber,
        Self::EndSearchedInData,
        Self::EndUnchecked,
        Self::CountIgnored,
        Self::ChecksumIgnored,
        Self::StaleCount,
        Self::WordsTrusted,
        Self::GapsTrusted,
        Self::TailTrusted,
        Self::SendsOn,
        Self::NoTrailingGuard,
        Self::SecretTold,
        Self::NoAcknowledge,
        Self::LeftOnTheLine,
        Self::AsksBeforeConnect,
        Self::EndUnproven,
    ];
}

#[cfg(feature = "mutations")]
static CHOSEN: core::sync::atomic::AtomicU8 = core::sync::atomic::AtomicU8::new(0);

/// Makes every session and job of this process make this mistake, or none.
#[cfg(feature = "mutations")]
pub fn choose(mutation: Option<Mutation>) {
    CHOSEN.store(mutation.map_or(0, |mutation| mutation as u8), core::sync::atomic::Ordering::Relaxed);
}

#[cfg(feature = "mutations")]
pub(crate) fn mutated(mutation: Mutation) -> bool {
    CHOSEN.load(core::sync::atomic::Ordering::Relaxed) == mutation as u8
}

#[cfg(not(feature = "mutations"))]
pub(crate) const fn mutated(_: Mutation) -> bool {
    false
}
