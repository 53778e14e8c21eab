//! What the `qftp` program reads, what it records, and how it says what went wrong.
//!
//! It is a library for the program itself and for fuzz/ alone: nothing here is promised to anybody else.

#[doc(hidden)]
pub mod config;
#[doc(hidden)]
pub mod exit;
#[doc(hidden)]
pub mod options;
#[doc(hidden)]
pub mod record;
#[doc(hidden)]
pub mod url;
