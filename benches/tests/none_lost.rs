//! No failure is lost, however the answers are cut.

use qftp_benches::{PIECES, contenders, corpus};

#[test]
fn no_failure_is_lost() {
    let exchanges = corpus(64 << 10);
    let failures = exchanges.iter().filter(|exchange| exchange.fails).count();
    assert!(failures > 20);
    for piece in PIECES.map(|(_, piece)| piece).into_iter().chain([2, 3, 7, 63]) {
        let seen = contenders::qftp_session(&exchanges, piece);
        assert_eq!((seen.answers, seen.failures), (exchanges.len(), failures), "{piece}");
    }
}
