//! The core from outside, in one binary.

mod breaking_off;
mod codec_laws;
mod driver;
mod found_by_fuzzing;
mod job;
mod job_recovery;
mod reference;
mod wire_values;
