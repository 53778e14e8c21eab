//! However a host's bytes are cut, the module says and does the same.
use crate::common::Bench;
use proptest::prelude::*;

/// Commands, data that look like commands, and plus signs. A host waits for an outcome before the next command, not for
/// CONNECT: what it sends too early waits in the line.
const SESSION: &[&[u8]] = &[
    b"AT\r\nATE0\rAT+QICSGP=1,1,\"apn\";+QIACT=1\r\n",
    b"AT+QFTPOPEN=\"h\"\r",
    b"AT+QFTPMKDIR=\"d\"\r\n",
    b"AT+QFTPPUT=\"d/f\",\"COM:\",0,20,1\r\n+++AT+QFTPCLOSE\rxyz\r",
    b"AT+QFTPGET=\"d/f\",\"COM:\"\r\n",
    b"AT+QFUPL=\"u\",5,9,1\r\nAT\r\n+AT+QFDWL=\"u\"\r",
    b"AT+QFTPNLST=\"d\"\r\n",
    b"AT+NOTHING\rgarbage\rAT+QFTPCLOSE\r",
];

/// Runs the session, each part of it cut at these places.
fn run(cuts: &[usize]) -> (String, Option<Vec<u8>>) {
    let mut bench = Bench::new();
    for part in SESSION {
        let mut start = 0;
        for end in cuts.iter().map(|cut| cut % part.len()).chain([part.len()]) {
            let end = end.max(start);
            bench.send(&part[start..end]);
            start = end;
        }
        bench.pass(10);
    }
    (bench.said_text(), bench.server.file("/d/f"))
}

#[test]
fn one_by_one_is_all_at_once() {
    let whole = run(&[]);
    assert_eq!(whole.1.as_deref(), Some(&b"+++AT+QFTPCLOSE\rxyz\r"[..]));
    assert!(whole.0.contains("+QFTPGET: 0,20") && whole.0.contains("+QFTPCLOSE: 0,0"), "{}", whole.0);
    let every: Vec<usize> = (0..100).collect();
    assert_eq!(run(&every), whole);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_split_gives_the_same(mut cuts in proptest::collection::vec(0..100usize, 0..40)) {
        cuts.sort_unstable();
        prop_assert_eq!(run(&cuts), run(&[]));
    }

    #[test]
    fn no_input_breaks_it(
        bytes in proptest::collection::vec(any::<u8>(), 0..2000),
        commands in proptest::collection::vec("AT(\\+Q?[FIC][A-Z]{2,7})?[=?]{0,2}[ -~]{0,20}", 0..20),
    ) {
        let mut bench = Bench::open();
        for command in commands {
            let now = bench.instant();
            bench.module.handle_input(now, command.as_bytes());
            bench.module.handle_input(now, b"\r");
            bench.pass(10);
        }
        let now = bench.instant();
        bench.module.handle_input(now, &bytes);
        bench.pass(200_000);
        bench.said();
    }
}
