//! The whole matrix of servers: 11 seconds where nothing else runs, so nothing of it is left out here.

use qftp_tests::matrix;

#[test]
fn every_cell_is_as_expected_and_the_page_says_so() {
    let outcomes = matrix::run();
    let surprises = matrix::surprises(&outcomes);
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    let page = std::fs::read_to_string(matrix::PAGE).expect("docs/servers.md is there");
    assert!(page == matrix::page(&outcomes), "docs/servers.md is stale: `cargo xtask matrix` writes it");
}
