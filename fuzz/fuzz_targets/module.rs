//! Arbitrary bytes into `qftp_fuzz::module`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(module);
