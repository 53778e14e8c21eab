//! The time of an exchange.

use super::*;

#[test]
fn a_line_that_is_never_silent_is_waited_for_two_seconds() {
    let mut exchange = Exchange::new();
    exchange.drain(100);
    for millis in (0..DRAIN_MS.into()).step_by(50) {
        exchange.clock = Instant::from_millis(millis);
        exchange.disturb();
        assert!(!exchange.is_due(), "{millis}");
    }
    // A host that was busy meanwhile looks at the line again behind that time.
    for late in [0, 1, 500, 70_000] {
        exchange.clock = Instant::from_millis(u64::from(DRAIN_MS) + late);
        exchange.disturb();
        assert!(exchange.is_due() && exchange.is_restless(), "{late} ms late");
    }
}
