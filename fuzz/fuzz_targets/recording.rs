//! Arbitrary bytes into `qftp_fuzz::recording`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(recording);
