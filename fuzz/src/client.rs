//! The client's tap and what it refers to.

#[path = "../../crates/qftp-transport/src/client/operation.rs"]
pub(crate) mod operation;
#[path = "../../crates/qftp-transport/src/client/recording.rs"]
pub(crate) mod recording;
#[path = "../../crates/qftp-transport/src/client/tap.rs"]
pub(crate) mod tap;
