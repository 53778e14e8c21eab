//! Arbitrary bytes into `qftp_fuzz::listing`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(listing);
