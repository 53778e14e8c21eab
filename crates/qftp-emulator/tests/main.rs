//! The emulated module from outside, in one binary.

mod beside;
mod book;
mod client;
mod common;
mod families;
mod family_files;
mod files;
mod general;
mod get;
mod ports;
mod put;
mod session;
mod splits;
mod watch;
