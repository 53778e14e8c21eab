//! Arbitrary bytes into `qftp_fuzz::local`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(local);
