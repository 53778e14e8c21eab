//! The questions of a survey, the harmless ones first.

mod commands;
mod errors;
mod files;
mod identity;
mod lengths;
mod network;
mod refusal;
mod restart;
mod server;
mod settings;
mod transfer;

use std::time::Duration;

use super::dialogue::Dialogue;
use super::findings::Findings;
use super::reply::name_and_rest;
use super::stop::Stop;
pub(super) use server::Server;

/// How far a survey goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scope {
    /// Files in the module, a context, a restart.
    pub(super) thorough: bool,
    /// Part of the names of what is made and removed again, so that it is nobody else's.
    pub(super) number: u32,
}

/// The longest time of a survey: that of its questions, and what a server and `--thorough` add.
pub(super) fn longest(server: bool, thorough: bool) -> Duration {
    Duration::from_secs(180 + if server { 300 } else { 0 } + if thorough { 300 } else { 0 })
}

/// Asks everything. What was found by the time of an error is in `found`.
pub(super) fn all(
    dialogue: &mut Dialogue<'_>,
    server: Option<&mut dyn Server>,
    scope: Scope,
    found: &mut Findings,
) -> Result<(), Stop> {
    let level = level(dialogue)?;
    identity::ask(dialogue, found)?;
    commands::ask(dialogue, found)?;
    settings::ask(dialogue, found)?;
    network::ask(dialogue, found)?;
    files::ask(dialogue, found)?;
    errors::ask(dialogue, found)?;
    lengths::ask(dialogue, found)?;
    if scope.thorough {
        files::try_out(dialogue, found, scope.number)?;
        network::try_out(dialogue, found)?;
    }
    if let Some(server) = server {
        server::ask(dialogue, found, server, scope)?;
    }
    if scope.thorough {
        return restart::ask(dialogue, found);
    }
    // As it was before.
    level.map_or(Ok(()), |level| dialogue.set_level(level))
}

/// The level of errors that an earlier host has left.
fn level(dialogue: &mut Dialogue<'_>) -> Result<Option<u8>, Stop> {
    let reply = dialogue.ask("AT+CMEE?")?;
    Ok(reply.named("CMEE").next().and_then(|text| text.parse().ok()).filter(|level| *level <= 2))
}

/// The value in `+NAME: "key",value`, as it is written.
fn value_of<'a>(lines: impl Iterator<Item = &'a str>, key: &str) -> Option<&'a str> {
    let mut found = lines.filter_map(name_and_rest).filter(|(name, _)| name.eq_ignore_ascii_case(key));
    found.next().map(|(_, rest)| rest)
}
