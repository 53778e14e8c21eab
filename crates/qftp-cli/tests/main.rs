//! The program as its users meet it, in one binary.

mod doctor;
mod emulated;
mod explain;
mod explain_secrets;
mod install;
mod reference;
mod survey;
mod usage;
