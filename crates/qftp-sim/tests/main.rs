//! The simulation's own tests, in one binary.

mod found;
mod seeds;
