//! Arbitrary bytes into `qftp_fuzz::session`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(session);
