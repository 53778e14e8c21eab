//! Runs the matrix of servers and writes its page, or checks the one that is there: `cargo xtask matrix [--check]`.

use std::fs;
use std::process::ExitCode;

use qftp_tests::matrix;

fn main() -> ExitCode {
    let check = std::env::args().nth(1).is_some_and(|argument| argument == "--check");
    let outcomes = matrix::run();
    let (page, surprises) = (matrix::page(&outcomes), matrix::surprises(&outcomes));
    print!("{page}");
    if !surprises.is_empty() {
        eprintln!("\nnot as expected (tests/src/matrix/expected.rs):\n{}", surprises.join("\n"));
        return ExitCode::FAILURE;
    }
    if !check {
        fs::write(matrix::PAGE, page).expect("the page is written");
    } else if fs::read_to_string(matrix::PAGE).unwrap_or_default() != page {
        eprintln!("\ndocs/servers.md is stale: `cargo xtask matrix` writes it");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
