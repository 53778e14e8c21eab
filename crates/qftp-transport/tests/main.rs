//! Ports from outside, in one binary.

mod ports;
mod rfc2217;
