//! Arbitrary bytes into `qftp_fuzz::wire_line`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(wire_line);
