//! libqftp as C programs have it, in one binary.

mod abi;
mod c;
mod common;
mod examples;
mod firmware;
mod guide;
mod header;
mod install;
mod suite;
mod threads;
