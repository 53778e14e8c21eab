//! Arbitrary bytes into `qftp_fuzz::job`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(job);
