//! The host core and the module core joined by a simulated line and a simulated server: one thread, virtual time, one seed.
//!
//! A [`Plan`] says what is done and what goes wrong; it follows from a seed, prints, and is made shorter by [`shrink`]. [`Plan::run`]
//! carries it out and checks on the way what must hold; [`Invariant`] says what that is.

mod damage;
mod dialogue;
mod flight;
mod host;
mod line;
pub mod network;
mod plan;
pub mod rate;
mod rng;
mod run;
mod server;
mod shrink;
mod source;
mod tally;
mod world;

pub use line::{Harm, LineFault, LineKind, Way};
pub use plan::{Break, Content, Manner, ModuleFault, Op, Plan, Stuff};
pub use run::Report;
pub use server::{Mishap, ServerFault};
pub use shrink::shrink;
pub use source::Pace;
pub use tally::{Invariant, Tally};
pub use world::Violation;
