//! Arbitrary bytes into `qftp_fuzz::config_and_url`.
#![cfg_attr(fuzzing, no_main)]
qftp_fuzz::target!(config_and_url);
